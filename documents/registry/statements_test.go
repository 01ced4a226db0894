package registry

import (
	"testing"

	"tamga/documents"
)

// What is printed of an event says why in either language, and who signed it.
func TestWhyAndWho(t *testing.T) {
	for want, e := range map[documents.Text]documents.Event{
		{KK: "себебі бар; Ә. Б.", RU: "есть причина; Ә. Б."}: {Reason: documents.Text{KK: "себебі\nбар", RU: "есть\nпричина"}, Signatory: "Ә. Б."},
		{KK: "Ә. Б.", RU: "Ә. Б."}:                             {Signatory: "Ә. Б."},
		{}:                                                     {},
	} {
		if got := whyAndWho(e); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}
