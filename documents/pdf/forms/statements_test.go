package forms

import (
	"testing"

	"tamga/documents"
)

// What is printed of an event says why in either language, and who signed it.
func TestWhyAndWho(t *testing.T) {
	data := func(kk, ru, signatory string) documents.Event {
		return documents.Event{EventData: documents.EventData{Reason: documents.Text{KK: kk, RU: ru}, Signatory: signatory}}
	}
	for want, e := range map[documents.Text]documents.Event{
		{KK: "себебі бар; Ә. Б.", RU: "есть причина; Ә. Б."}: data("себебі\nбар", "есть\nпричина", "Ә. Б."),
		{KK: "Ә. Б.", RU: "Ә. Б."}: data("", "", "Ә. Б."),
		{}:                         {},
	} {
		if got := whyAndWho(e); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}
