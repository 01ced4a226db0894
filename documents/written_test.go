package documents

import (
	"testing"
	"time"
)

// Every month in each of the cases that sentences need, as a proof-reader of state
// documents has written them.
func TestWrittenDates(t *testing.T) {
	for month, want := range map[time.Month][3]string{
		time.January: {"қаңтар", "қаңтардағы", "қаңтарға"}, time.February: {"ақпан", "ақпандағы", "ақпанға"},
		time.March: {"наурыз", "наурыздағы", "наурызға"}, time.April: {"сәуір", "сәуірдегі", "сәуірге"},
		time.May: {"мамыр", "мамырдағы", "мамырға"}, time.June: {"маусым", "маусымдағы", "маусымға"},
		time.July: {"шілде", "шілдедегі", "шілдеге"}, time.August: {"тамыз", "тамыздағы", "тамызға"},
		time.September: {"қыркүйек", "қыркүйектегі", "қыркүйекке"}, time.October: {"қазан", "қазандағы", "қазанға"},
		time.November: {"қараша", "қарашадағы", "қарашаға"}, time.December: {"желтоқсан", "желтоқсандағы", "желтоқсанға"},
	} {
		d := Date{Year: 2026, Month: month, Day: 9}
		const head = "2026 жылғы 9 "
		if got := [3]string{d.Written().KK, d.Dated().KK, d.Until().KK}; got != [3]string{head + want[0], head + want[1], head + want[2] + " дейін"} {
			t.Errorf("%v", got)
		}
	}
	d := Date{Year: 2026, Month: time.November, Day: 22}
	if got := d.On(); got != (Label{KK: "2026 жылғы 22 қарашада", RU: "22 ноября 2026 года", EN: "22 November 2026"}) {
		t.Errorf("%+v", got)
	}
	if got := d.Until(); got.RU != "до 22 ноября 2026 года" || got.EN != "until 22 November 2026" {
		t.Errorf("%+v", got)
	}
	for _, d := range []Date{{}, {Year: 2026, Day: 9}, {Year: 2026, Month: 13, Day: 9}} {
		for _, got := range []Label{d.Written(), d.Dated(), d.On(), d.Until()} {
			if got != (Label{}) {
				t.Errorf("%+v: %+v", d, got)
			}
		}
	}
}

// The end of a suspension stands before the predicate, in the dative.
func TestLabelUntil(t *testing.T) {
	until := Date{Year: 2027, Month: time.March, Day: 1}
	want := Label{
		KK: "2027 жылғы 1 наурызға дейін қолданысы тоқтатыла тұрды", RU: "действие приостановлено до 1 марта 2027 года",
		EN: "suspended until 1 March 2027",
	}
	if got := EventSuspended.LabelUntil(until); got != want {
		t.Errorf("%+v", got)
	}
	if got := EventResumed.LabelUntil(Date{}); got != EventResumed.Label() {
		t.Errorf("%+v", got)
	}
}
