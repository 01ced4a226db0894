package documents

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// A document issued in the middle of a second is in force for whoever asks in
// that second, and not for whoever asks about the one before.
func TestStandingWithinASecond(t *testing.T) {
	issued := time.Date(2026, time.June, 1, 12, 0, 0, 230639000, time.UTC)
	life := Life{Kind: KindLicence, Events: []Event{
		{Seq: 1, Kind: EventReserved, EffectiveAt: issued.Add(-time.Minute), RecordedAt: issued.Add(-time.Minute)},
		{Seq: 2, Kind: EventIssued, EffectiveAt: issued, RecordedAt: issued},
	}}
	second := issued.Truncate(time.Second)
	for at, want := range map[time.Time]Status{
		second: StatusInForce, issued: StatusInForce, second.Add(-time.Second): StatusNotIssued,
		second.Add(-time.Hour): StatusNotIssued,
	} {
		if got := life.Standing(at).Status; got != want {
			t.Errorf("at %s: %s, want %s", at, got, want)
		}
	}
}

// What brought a status is told with it.
func TestStandingTellsWhatBroughtIt(t *testing.T) {
	issued := time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)
	until := Date{Year: 2026, Month: time.July, Day: 1}
	ordered := Date{Year: 2026, Month: time.June, Day: 9}
	life := Life{Kind: KindLicence, Events: []Event{
		{Seq: 1, Kind: EventIssued, EffectiveAt: issued, RecordedAt: issued},
		{Seq: 2, Kind: EventSuspended, EffectiveAt: issued.AddDate(0, 0, 9), EventData: EventData{OrderNumber: "64", OrderDate: ordered, Until: until}},
		{Seq: 3, Kind: EventReissued, EffectiveAt: issued.AddDate(0, 2, 0), EventData: EventData{Other: "26000002"}},
	}}
	for at, want := range map[time.Time]Standing{
		issued.AddDate(0, 0, 10): {Status: StatusSuspended, Since: issued.AddDate(0, 0, 9), Until: until, OrderNumber: "64", OrderDate: ordered},
		issued.AddDate(0, 1, 9):  {Status: StatusInForce, Since: until.Midnight()},
		issued.AddDate(0, 3, 0):  {Status: StatusReissued, Since: issued.AddDate(0, 2, 0), ReplacedBy: "26000002"},
	} {
		if got := life.Standing(at); got != want {
			t.Errorf("at %s: %+v, want %+v", at, got, want)
		}
	}
	if got := life.TurnsBy(issued.AddDate(0, 0, 9).Add(-time.Second)); len(got) != 1 {
		t.Errorf("a second before the suspension: %v", got)
	}
	if got := life.TurnsBy(issued.AddDate(0, 0, 9)); len(got) != 2 {
		t.Errorf("in the second of the suspension: %v", got)
	}
}

// A suspension that was prolonged tells the order that says until when it lasts.
func TestProlongedSuspensionTellsItsOrder(t *testing.T) {
	issued := time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)
	july, august := Date{Year: 2026, Month: time.July, Day: 1}, Date{Year: 2026, Month: time.August, Day: 1}
	first, second := Date{Year: 2026, Month: time.June, Day: 9}, Date{Year: 2026, Month: time.June, Day: 25}
	life := Life{Kind: KindLicence, Events: []Event{
		{Seq: 1, Kind: EventIssued, EffectiveAt: issued, RecordedAt: issued},
		{Seq: 2, Kind: EventSuspended, EffectiveAt: issued.AddDate(0, 0, 9), EventData: EventData{OrderNumber: "64", OrderDate: first, Until: july}},
		{Seq: 3, Kind: EventSuspended, EffectiveAt: issued.AddDate(0, 0, 25), EventData: EventData{OrderNumber: "70", OrderDate: second, Until: august}},
	}}
	since := issued.AddDate(0, 0, 9)
	for days, want := range map[int]Standing{
		10: {Status: StatusSuspended, Since: since, Until: july, OrderNumber: "64", OrderDate: first},
		25: {Status: StatusSuspended, Since: since, Until: august, OrderNumber: "70", OrderDate: second},
		40: {Status: StatusSuspended, Since: since, Until: august, OrderNumber: "70", OrderDate: second},
	} {
		if got := life.Standing(issued.AddDate(0, 0, days)); got != want {
			t.Errorf("after %d days: %+v, want %+v", days, got, want)
		}
	}
}

// A term is declared ended on the day after its last, and not before.
func TestTermIsDeclaredWhenItHasEnded(t *testing.T) {
	last := Date{Year: 2026, Month: time.June, Day: 20}
	issued := time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)
	life := Life{Kind: KindExportCertificate, ValidUntil: last, Events: []Event{{Seq: 1, Kind: EventIssued, EffectiveAt: issued}}}
	end := last.next().Midnight()
	for at, want := range map[time.Time]string{end: "", end.Add(-time.Microsecond): RuleTerm, end.Add(time.Hour): ""} {
		e := Event{Seq: 2, Kind: EventExpired, EffectiveAt: at}
		err := life.May(e, recorded)
		var rule *RuleError
		if want == "" && err != nil || want != "" && (!errors.As(err, &rule) || rule.Rule != want) {
			t.Errorf("declared at %s: %v, want %q", at, err, want)
		}
		after := life
		after.Events = append(slices.Clone(life.Events), e)
		if want == "" && (after.StatusAt(at) != StatusExpired || len(after.Turns()) != len(life.Turns())) {
			t.Errorf("declared at %s: %v", at, after.Turns())
		}
	}
}

// What an old register has declared expired, without a term or before it, stays so.
func TestOldDeclarationsStand(t *testing.T) {
	issued := time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)
	for _, until := range []Date{{}, {Year: 2026, Month: time.June, Day: 20}} {
		life := Life{Kind: KindLicence, ValidUntil: until, Events: []Event{
			{Seq: 1, Kind: EventIssued, EffectiveAt: issued}, {Seq: 2, Kind: EventExpired, EffectiveAt: issued.AddDate(0, 0, 3)},
		}}
		for days, want := range map[int]Status{2: StatusInForce, 3: StatusExpired, 40: StatusExpired} {
			if got := life.StatusAt(issued.AddDate(0, 0, days)); got != want {
				t.Errorf("until %s, after %d days: %s, want %s", until, days, got, want)
			}
		}
	}
}

// Nothing takes effect before the day of its order; only the end of a term is
// declared after it has come.
func TestOrdersTakeEffectFromTheirDate(t *testing.T) {
	ordered := Date{Year: 2026, Month: time.June, Day: 9}
	now := time.Date(2026, time.June, 12, 0, 0, 0, 0, time.UTC)
	for _, kind := range []EventKind{EventSuspended, EventResumed, EventTerminated, EventExpired} {
		for at, early := range map[time.Time]bool{ordered.Midnight(): false, ordered.Midnight().Add(-time.Second): true, now: false, {}: false} {
			e := NewEvent{
				Kind: kind, EffectiveAt: at, OrderNumber: "64", OrderDate: ordered, Reason: Text{KK: "есеп", RU: "отчёт"},
				Signatory: "Әбдіғали Ж.С.", Position: Text{KK: "Төраға", RU: "Председатель"},
			}
			want := early && kind != EventExpired
			err := e.Validate(now)
			var invalid *InvalidError
			refused := errors.As(err, &invalid) && len(invalid.Fields) == 1 && invalid.Fields[0].Pointer == "/effective_at" && invalid.Fields[0].Code == CodeDate
			if refused != want || !want && err != nil {
				t.Errorf("%s from %s by an order of %s: %v", kind, at, ordered, err)
			}
		}
	}
}

func TestParseMoment(t *testing.T) {
	now := time.Date(2026, time.November, 28, 18, 30, 0, 0, time.UTC) // 23:30 in Kazakhstan
	for text, want := range map[string]time.Time{
		"":                          {},
		"2026-11-28":                {},
		"2026-11-27":                time.Date(2026, time.November, 27, 18, 59, 59, 0, time.UTC),
		"2024-02-29":                time.Date(2024, time.February, 29, 17, 59, 59, 0, time.UTC).Add(time.Hour), // the day had 25 hours
		"2000-01-01":                time.Date(2000, time.January, 1, 17, 59, 59, 0, time.UTC),
		"2026-11-28T18:30:00Z":      now,
		"2026-11-28T23:30:00+05:00": now,
		"2026-11-28T18:31:00Z":      {}, // a clock that is a little ahead
	} {
		if got, err := ParseMoment(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%q: %s, %v; want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]error{
		"2026-11-29": ErrMomentToCome, "2099-12-31": ErrMomentToCome, "2026-11-28T18:31:01Z": ErrMomentToCome,
		"2100-01-01": ErrMoment, "1999-12-31": ErrMoment, "tomorrow": ErrMoment, "2026-02-30": ErrMoment, " ": ErrMoment,
		"1999-12-31T23:59:59Z": ErrMoment, "2026-11-28 10:00": ErrMoment,
	} {
		if _, err := ParseMoment(text, now); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

func TestSince(t *testing.T) {
	day := time.Date(2026, time.November, 20, 18, 59, 59, 0, time.UTC)
	for _, c := range []struct {
		at        time.Time
		then, now Status
		want      Label
	}{
		{day, StatusInForce, StatusTerminated, Label{
			KK: "2026 жылғы 20 қарашадағы жағдай бойынша: қолданыста; қазір: " + StatusTerminated.Label().KK + ".",
			RU: "По состоянию на 20 ноября 2026 года: действует; сейчас: " + StatusTerminated.Label().RU + ".",
			EN: "On 20 November 2026: in force; terminated since.",
		}},
		{day.Add(-time.Second), StatusInForce, StatusInForce, Label{
			KK: "20.11.2026 23:59 жағдайы бойынша: қолданыста; қазір де солай.",
			RU: "По состоянию на 20.11.2026 23:59: действует; так же и сейчас.",
			EN: "On 20.11.2026 23:59: in force; the same today.",
		}},
	} {
		if got := Since(c.at, c.then, c.now); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.at, got, c.want)
		}
	}
}
