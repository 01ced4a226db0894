package documents_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
)

// A draft that is no document, or two, is nothing that can be asked about.
func TestDraftOfNoneAndOfTwo(t *testing.T) {
	l, r := licence(), refusal()
	for name, d := range map[string]documents.Draft{"none": {}, "two": {Licence: &l, Refusal: &r}} {
		numbered := d.Numbered("26000001", onDay(1))
		if d.Kind() != "" || d.Number() != "" || !d.IssuedOn().IsZero() || numbered.Number() != "" || l.Number != "" || !reflect.DeepEqual(numbered, d) {
			t.Errorf("%s: %q %q %v", name, d.Kind(), d.Number(), d.IssuedOn())
		}
		for _, err := range []error{d.Validate(), d.ValidateNumbered()} {
			if err == nil || !strings.HasSuffix(err.Error(), "1 field(s);  exactly_one") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if got := (documents.Draft{}).Owner(); got != (documents.Holder{}) {
		t.Errorf("owner of nothing: %v", got)
	}
}

// Numbers and codes are read as people type them, and the longest text that is
// looked at has 100 bytes.
func TestTypedNumbers(t *testing.T) {
	const licence, refusal, code = "26000001", "KZ82RLR00000001", "7K2M-Q0ZT-9HXA"
	for in, want := range map[string]string{
		licence + strings.Repeat(" ", 92):          licence,
		licence + strings.Repeat(" ", 93):          "",
		"KZ82 RLR\u00ad00\u200b000\u2212001\ufeff": refusal,
		"kz82rlr00000001":                          refusal,
		"КZ82RLR00000001":                          refusal, // a Cyrillic К
		"XZ82RLR00000001":                          "",
		"KX82RLR00000001":                          "",
		"KZ81RLR00000001":                          "",
		"KZ82RLR00000000":                          "",
		"2600000®1":                                "",
		"26000000":                                 "",
		"2600000":                                  "",
		"260000011":                                "",
		"2600000А":                                 "",
	} {
		n, err := documents.ParseNumber(in)
		if n.String != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, documents.ErrBadNumber) {
			t.Errorf("%q: %q, %v", in, n.String, err)
		}
	}
	for in, want := range map[string]string{
		code + strings.Repeat(" ", 86): code, code + strings.Repeat(" ", 87): "",
		"7k2mqozt9hxa": code, "7K2M Q0ZT 9HXА": code, "7K2MQ0ZT9HX": "", "7K2MQ0ZT9HXAA": "", "7K2MQ0ZT9HXU": "",
		"IL2MQ0ZT9HXA": "112M-Q0ZT-9HXA", "7K2MQ0ZT9HXЖ": "",
	} {
		if got, ok := documents.ParseCheckCode(in); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v", in, got, ok)
		}
	}
}

// Every field of an event that is to be recorded: what it is tidied to, that it
// is kept, and each limit on both sides.
func TestEveryFieldOfAnEvent(t *testing.T) {
	now := time.Date(2026, time.June, 22, 12, 0, 0, 0, time.UTC)
	good := documents.NewEvent{
		Kind: documents.EventSuspended, EffectiveAt: now, OrderNumber: "64", OrderDate: documents.CivilDate(now),
		Reason: documents.Text{KK: "есеп жоқ", RU: "нет отчёта"}, Signatory: "Сейітқали Ә. Ғ.",
		Position: documents.Text{KK: "Төраға", RU: "Председатель"}, Until: onDay(60),
	}
	if err := good.Validate(now); err != nil {
		t.Fatal(err)
	}
	untidy := good
	untidy.OrderNumber, untidy.Signatory = " 64 ", "Сейiтқали \u00a0Ә. Ғ."
	untidy.Reason = documents.Text{KK: " есеп \n жоқ", RU: "нет  отчёта"}
	untidy.Position.KK = " Төраға "
	untidy.EffectiveAt = now.Add(time.Millisecond).In(time.FixedZone("", 3600))
	want := good
	want.Reason.KK = "есеп\nжоқ"
	if got := untidy.Normalise(); !reflect.DeepEqual(got, want) {
		t.Errorf("tidied to %+v", got)
	}
	good.Corrects = 3
	wantData := documents.EventData{OrderNumber: "64", OrderDate: good.OrderDate, Reason: good.Reason, Signatory: good.Signatory, Position: good.Position, Until: good.Until, Corrects: 3}
	if got := good.Data(); !reflect.DeepEqual(got, wantData) {
		t.Errorf("kept as %+v", got)
	}
	good.Corrects = 0
	long := func(n int) string { return strings.Repeat("ә", n) }
	const year = 366 * 24 * time.Hour
	for _, c := range []struct {
		edit func(*documents.NewEvent)
		said string // pointers and codes; empty: accepted
	}{
		{func(e *documents.NewEvent) { e.OrderNumber = long(60) }, ""},
		{func(e *documents.NewEvent) { e.OrderNumber = long(61) }, "/order_number too_long"},
		{func(e *documents.NewEvent) { e.OrderNumber = "" }, "/order_number required"},
		{func(e *documents.NewEvent) { e.OrderDate = documents.CivilDate(now.Add(24 * time.Hour)) }, "/order_date date"},
		{func(e *documents.NewEvent) { e.OrderDate = documents.Date{} }, "/order_date required"},
		{func(e *documents.NewEvent) { e.Reason.KK = long(2000) }, ""},
		{func(e *documents.NewEvent) { e.Reason.KK = "бір\nекі" }, ""},
		{func(e *documents.NewEvent) { e.Reason.RU = long(2001) }, "/reason/ru too_long"},
		{func(e *documents.NewEvent) { e.Reason.KK = "" }, "/reason/kk required"},
		{func(e *documents.NewEvent) { e.Signatory = long(200) }, ""},
		{func(e *documents.NewEvent) { e.Signatory = long(201) }, "/signatory too_long"},
		{func(e *documents.NewEvent) { e.Position.RU = long(300) }, ""},
		{func(e *documents.NewEvent) { e.Position.RU = long(301) }, "/position/ru too_long"},
		{func(e *documents.NewEvent) { e.Position.KK = "" }, "/position/kk required"},
		{func(e *documents.NewEvent) {
			e.EffectiveAt = now.Add(-20 * year)
			e.OrderDate = documents.CivilDate(e.EffectiveAt)
		}, ""},
		{func(e *documents.NewEvent) { e.EffectiveAt = now.Add(-20*year - time.Second) }, "/effective_at date"},
		{func(e *documents.NewEvent) { e.EffectiveAt = now.Add(5 * year) }, ""},
		{func(e *documents.NewEvent) { e.EffectiveAt = now.Add(5*year + time.Second) }, "/effective_at date"},
		{func(e *documents.NewEvent) { e.EffectiveAt = time.Time{} }, ""},
		{func(e *documents.NewEvent) { e.Until = documents.Date{} }, ""},
		{func(e *documents.NewEvent) { e.Until = documents.Date{Year: 2100, Month: 1, Day: 1} }, "/until date"},
		{func(e *documents.NewEvent) { e.Kind = documents.EventResumed }, "/until not_accepted"},
		{func(e *documents.NewEvent) { e.Kind, e.Until = documents.EventTerminated, documents.Date{} }, ""},
		{func(e *documents.NewEvent) { e.Kind, e.Until = documents.EventIssued, documents.Date{} }, "/event unknown"},
		{func(e *documents.NewEvent) { e.Corrects = 1 }, "/corrects not_accepted"},
		{func(e *documents.NewEvent) { *e = correction(*e, 1, time.Time{}) }, ""},
		{func(e *documents.NewEvent) { *e = correction(*e, 0, time.Time{}) }, "/corrects required"},
		{func(e *documents.NewEvent) { *e = correction(*e, 1, now) }, "/effective_at not_accepted"},
	} {
		e := good
		c.edit(&e)
		said := ""
		var invalid *documents.InvalidError
		if err := e.Validate(now); errors.As(err, &invalid) {
			for _, f := range invalid.Fields {
				said += f.Pointer + " " + f.Code
			}
		}
		if said != c.said {
			t.Errorf("%+v: %q, want %q", e, said, c.said)
		}
	}
}

func correction(e documents.NewEvent, of int, at time.Time) documents.NewEvent {
	e.Kind, e.Corrects, e.EffectiveAt, e.Until = documents.EventCorrected, of, at, documents.Date{}
	return e
}

// What is said of numbers and lists, and not of texts, each limit on both
// sides.
func TestEveryLimitThatIsNoText(t *testing.T) {
	answers := func(n int) documents.Answers { return documents.Answers{NotSatisfied: n} }
	summary := func(edit func(*documents.Summary)) func(*documents.Draft) {
		return func(d *documents.Draft) { edit(d.Summary) }
	}
	certificate := func(objects, photographs int) func(*documents.Draft) {
		return func(d *documents.Draft) {
			e := d.ExportCertificate
			one := documents.Photograph{SHA256: strings.Repeat("0a", 32), Caption: e.Place, Alt: e.Place}
			e.Photographs = slicesOf(one, photographs)
			e.Objects = slicesOf(e.Objects[0], objects)
		}
	}
	conclusion := func(objects, members int) func(*documents.Draft) {
		return func(d *documents.Draft) {
			d.Conclusion.Objects, d.Conclusion.Members = slicesOf(d.Conclusion.Objects[0], objects), slicesOf(d.Conclusion.Members[0], members)
		}
	}
	digest := func(s string) func(*documents.Draft) {
		return func(d *documents.Draft) {
			d.ExportCertificate.Photographs = []documents.Photograph{{SHA256: s, Caption: d.ExportCertificate.Place, Alt: d.ExportCertificate.Place}}
		}
	}
	for _, c := range []struct {
		sample string
		edit   func(*documents.Draft)
		said   string
	}{
		{"questionnaire_summary", summary(func(s *documents.Summary) { s.Year = 2000 }), ""},
		{"questionnaire_summary", summary(func(s *documents.Summary) { s.Year = 1999 }), "/year date"},
		{"questionnaire_summary", summary(func(s *documents.Summary) { s.Year = 2099 }), ""},
		{"questionnaire_summary", summary(func(s *documents.Summary) { s.Year = 2100 }), "/year date"},
		{"questionnaire_summary", summary(func(s *documents.Summary) { s.Year, s.IssuedOn = 2026, onDay(1) }), ""},
		{"questionnaire_summary", summary(func(s *documents.Summary) { s.Year, s.IssuedOn = 2027, onDay(1) }), "/year date"},
		{"questionnaire_summary", summary(func(s *documents.Summary) { s.Quality, s.Access = answers(100_000_000), answers(100_000_000) }), ""},
		{"questionnaire_summary", summary(func(s *documents.Summary) { s.Quality, s.Access = answers(100_000_001), answers(100_000_001) }), "/quality/not_satisfied range /accessibility/not_satisfied range"},
		{"questionnaire_summary", summary(func(s *documents.Summary) {
			s.Quality, s.Access = documents.Answers{PartlySatisfied: -1, Satisfied: 1}, documents.Answers{Satisfied: -1, NotSatisfied: 1}
		}), "/quality/partly_satisfied range /accessibility/satisfied range"},
		{"questionnaire_summary", summary(func(s *documents.Summary) {
			s.Quality, s.Access = documents.Answers{1, 2, 3}, documents.Answers{3, 2, 1}
		}), ""},
		{"questionnaire_summary", summary(func(s *documents.Summary) {
			s.Quality, s.Access = documents.Answers{1, 2, 3}, documents.Answers{1, 2, 4}
		}), "/accessibility range"},
		{"export_certificate", certificate(5000, 60), ""},
		{"export_certificate", certificate(5001, 0), "/objects too_long"},
		{"export_certificate", certificate(0, 0), "/objects required"},
		{"export_certificate", certificate(1, 61), "/photographs too_long"},
		{"export_certificate", digest(strings.Repeat("0a", 31)), "/photographs/0/sha256 digest"},
		{"export_certificate", digest(strings.Repeat("0a", 33)), "/photographs/0/sha256 digest"},
		{"export_certificate", digest(strings.Repeat("0A", 32)), "/photographs/0/sha256 digest"},
		{"export_certificate", digest(strings.Repeat("0g", 32)), "/photographs/0/sha256 digest"},
		{"conclusion", conclusion(5000, 100), ""},
		{"conclusion", conclusion(5001, 1), "/objects too_long"},
		{"conclusion", conclusion(0, 1), "/objects required"},
		{"conclusion", conclusion(1, 101), "/members too_long"},
		{"conclusion", conclusion(1, 0), "/members required"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.Annex.Number = "001" }, ""},
		{"licence_annex", func(d *documents.Draft) { d.Licence.Annex.Number = "000" }, "/annex/number number"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.Annex.Number = "0001" }, "/annex/number number"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.Annex.Number = "-01" }, "/annex/number number"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.IssuedOn = documents.Date{Year: 2000, Month: 1, Day: 1} }, ""},
		{"licence_annex", func(d *documents.Draft) { d.Licence.IssuedOn = documents.Date{Year: 1999, Month: 12, Day: 31} }, "/issued_on date"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.IssuedOn = documents.Date{Year: 2099, Month: 12, Day: 31} }, ""},
		{"licence_annex", func(d *documents.Draft) { d.Licence.IssuedOn = documents.Date{Year: 2100, Month: 1, Day: 1} }, "/issued_on date"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.IssuedOn = documents.Date{Year: 2026, Month: 2, Day: 29} }, "/issued_on date"},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.Signature = nil }, ""},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.ApplicantAddress = documents.Text{} }, ""},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.ApplicantAddress.RU = "" }, "/applicant_address/ru required"},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.Signature.Signatory = "" }, "/signature/signatory required"},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.Signature.Certificate = "" }, "/signature/certificate required"},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.Signature.Certificate = "1C2" }, "/signature/certificate number"},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.Signature.Certificate = strings.Repeat("1C", 20) }, ""},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.Signature.Certificate = strings.Repeat("1C", 21) }, "/signature/certificate number"},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.Signature.ValidFrom = onDate(2026, 5, 20) }, ""},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.Signature.ValidFrom = onDate(2026, 5, 21) }, "/signature/signed_at date"},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.Signature.ValidUntil = onDate(2026, 5, 20) }, ""},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.Signature.ValidUntil = onDate(2026, 5, 19) }, "/signature/signed_at date"},
		{"application_copy", func(d *documents.Draft) { s := d.ApplicationCopy.Signature; s.CheckedAt = s.SignedAt }, ""},
		{"application_copy", func(d *documents.Draft) {
			s := d.ApplicationCopy.Signature
			s.CheckedAt = s.SignedAt.Add(-time.Second)
		}, "/signature/checked_at date"},
		{"application_copy", func(d *documents.Draft) {
			s := d.ApplicationCopy.Signature
			s.CheckedAt = s.SignedAt.Add(24 * time.Hour)
		}, "/signature/checked_at date"},
		{"paper_copy", func(d *documents.Draft) { d.PaperCopy.Of = "" }, "/of required"},
		{"paper_copy", func(d *documents.Draft) { d.PaperCopy.Licence = &documents.Licence{} }, "/licence not_accepted"},
		{"paper_copy", func(d *documents.Draft) { d.PaperCopy.ExportCertificate = &documents.ExportCertificate{} }, "/licence not_accepted"},
		{"paper_copy", func(d *documents.Draft) { d.PaperCopy.Approval = &documents.Approval{} }, "/licence not_accepted"},
		{"paper_copy", func(d *documents.Draft) {
			d.PaperCopy.Licence, d.PaperCopy.ExportCertificate = &documents.Licence{}, &documents.ExportCertificate{}
		}, "/licence exactly_one /licence not_accepted"},
		{"paper_copy", func(d *documents.Draft) {
			d.PaperCopy.Approval, d.PaperCopy.ExportCertificate = &documents.Approval{}, &documents.ExportCertificate{}
		}, "/licence exactly_one /licence not_accepted"},
		{"paper_copy", func(d *documents.Draft) { d.PaperCopy.Copy = 2 }, "/copy not_accepted"},
		{"paper_copy", func(d *documents.Draft) { d.PaperCopy.Copy = -1 }, "/copy not_accepted"},
		{"paper_copy", func(d *documents.Draft) { d.PaperCopy.Of = "KZ25RSA26000001" }, ""},
		{"paper_copy", func(d *documents.Draft) { d.PaperCopy.Of = "KZ43RLR26000001" }, "/of number"},
		{"history", func(d *documents.Draft) { d.History.Told = &documents.Told{} }, "/told not_accepted"},
		{"duplicate", func(d *documents.Draft) { d.Duplicate.Licence = &documents.Licence{} }, "/licence not_accepted"},
	} {
		d := sample(t, c.sample)
		c.edit(&d)
		var said []string
		var invalid *documents.InvalidError
		if err := d.Validate(); errors.As(err, &invalid) {
			for _, f := range invalid.Fields {
				said = append(said, strings.TrimPrefix(f.Pointer, "/"+string(d.Kind()))+" "+f.Code)
			}
		}
		if got := strings.Join(said, " "); got != c.said {
			t.Errorf("%s: %q, want %q", c.sample, got, c.said)
		}
	}
}

func slicesOf[T any](one T, n int) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = one
	}
	return all
}

// Copies are counted, and events found, by what they are.
func TestCopiesAndEvents(t *testing.T) {
	l := documents.Life{Kind: documents.KindLicence}
	for i, k := range []documents.EventKind{documents.EventIssued, documents.EventDuplicate, documents.EventSuspended, documents.EventCertified, documents.EventDuplicate} {
		l.Events = append(l.Events, documents.Event{Seq: i + 1, Kind: k})
	}
	if n := l.Copies(); n != 3 || (documents.Life{}).Copies() != 0 {
		t.Errorf("%d copies", n)
	}
	for seq, want := range map[int]documents.EventKind{0: "", 1: documents.EventIssued, 5: documents.EventDuplicate, 6: ""} {
		if e, ok := l.Event(seq); e.Kind != want || ok != (want != "") {
			t.Errorf("event %d: %q, %v", seq, e.Kind, ok)
		}
	}
}

// What happens at the very moment at which a suspension or a term ends finds it
// ended, and a microsecond earlier it does not.
func TestEventsAtTheMomentOfAnEnd(t *testing.T) {
	for name, c := range map[string]struct {
		kind  documents.Kind
		until documents.Date // of the term
		event documents.EventKind
		end   time.Time
		at    documents.Status // when the event takes effect at the end
		early documents.Status // when it would a microsecond earlier
	}{
		"a suspension": {documents.KindLicence, documents.Date{}, documents.EventReissued, onDay(10).Midnight(), "reissued", "in_force"},
		"a term":       {documents.KindExportCertificate, onDay(9), documents.EventTerminated, onDay(10).Midnight(), "expired", "terminated"},
	} {
		l := life(t, c.kind, "1@1 suspended until 10")
		l.ValidUntil = c.until
		for moment, want := range map[time.Time]documents.Status{c.end: c.at, c.end.Add(-time.Microsecond): c.early} {
			e := documents.Event{Seq: 4, Kind: c.event, EffectiveAt: moment, RecordedAt: moment}
			with := l
			with.Events = append(slices.Clone(l.Events), e)
			if got := with.StatusAt(c.end); got != want {
				t.Errorf("%s, with the event at %v: %s, want %s", name, moment, got, want)
			}
			if err := l.May(e, everyRight); (err == nil) != (want == documents.Status(c.event)) {
				t.Errorf("%s, the event at %v: %v", name, moment, err)
			}
		}
	}
}

func onDate(year int, month time.Month, day int) documents.Date {
	return documents.Date{Year: year, Month: month, Day: day}
}
