package registry

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/rulebook"
)

// conclusionOn returns a conclusion of the commission about a holder's objects.
func conclusionOn(t testing.TB, h documents.Holder, recognised bool) documents.Draft {
	d := fromSamples(t, "conclusion")
	d.Conclusion.Applicant, d.Conclusion.Recognised = h, recognised
	return d
}

// resting issues the conclusion that a draft needs to rest on, if it needs one, and
// returns the draft with its number and date.
func resting(t testing.TB, r *Registry, d documents.Draft) documents.Draft {
	t.Helper()
	if len(d.RestsOn()) == 0 {
		return d
	}
	d = d.Normalise()
	if d.Notice != nil {
		d.Notice.ApplicationDate.Year = 2015 // of an edition that has no hearing
	}
	var number *string
	var dated *documents.Date
	if c := d.ExportCertificate; c != nil {
		number, dated = &c.ConclusionNumber, &c.ConclusionDate
	} else {
		number, dated = &d.Notice.ConclusionNumber, &d.Notice.ConclusionDate
	}
	list, err := r.List(t.Context(), "", 200)
	must(t, err)
	rec := issue(t, r, fmt.Sprint("conclusion ", len(list)), conclusionOn(t, d.Owner(), d.ExportCertificate != nil))
	*number, *dated = rec.Number, rec.IssuedOn()
	return d
}

// refusedBy issues a document that must be refused, and returns the fields and codes
// that say why.
func refusedBy(t testing.TB, r *Registry, d documents.Draft) string {
	t.Helper()
	_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: rand.Text(), Draft: d})
	var invalid *documents.InvalidError
	var rule *documents.RuleError
	switch {
	case errors.As(err, &rule):
		return "rule " + rule.Rule
	case !errors.As(err, &invalid):
		return fmt.Sprint(err)
	}
	var said []string
	for _, f := range invalid.Fields {
		said = append(said, f.Pointer+" "+f.Code)
	}
	return fmt.Sprint(said)
}

// A certificate rests on a conclusion that the register holds, in force, about its
// holder, of that date, and that recognises the objects; a notice that there is no
// cultural value on one that does not.
func TestConclusionsAreChecked(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		draft := fromSamples(t, "export_certificate")
		draft.ExportCertificate.Photographs = nil
		holder := draft.ExportCertificate.Holder
		other := documents.Holder{Natural: &documents.NaturalPerson{Surname: "Сейітқали", GivenName: "Айгүл", IIN: "850101400011"}}
		kept := map[string]documents.Draft{
			"good": conclusionOn(t, holder, true), "none": conclusionOn(t, holder, false),
			"other": conclusionOn(t, other, true), "withdrawn": conclusionOn(t, holder, true), "licence": licenceDraft(1),
		}
		numbers := map[string]string{"word": "бес", "no": "KZ16RCC26000009"}
		for name, d := range kept {
			numbers[name] = issue(t, r, name, d).Number
		}
		record(t, r, numbers["withdrawn"], 2, order(documents.EventTerminated))
		today := documents.CivilDate(c.now())
		for name, want := range map[string]string{
			"none": "/conclusion_number value", "word": "/conclusion_number number", "licence": "/conclusion_number number",
			"other": "/conclusion_number holder", "withdrawn": "/conclusion_number status", "no": "/conclusion_number unknown",
		} {
			d := draft.Normalise()
			d.ExportCertificate.ConclusionNumber, d.ExportCertificate.ConclusionDate = numbers[name], today
			if got := refusedBy(t, r, d); got != "[/export_certificate"+want+"]" {
				t.Errorf("a certificate on %q: %s, want %s", name, got, want)
			}
		}
		d := draft.Normalise()
		d.ExportCertificate.ConclusionNumber, d.ExportCertificate.ConclusionDate = numbers["good"], documents.CivilDate(c.now().Add(-24*time.Hour))
		if got := refusedBy(t, r, d); got != "[/export_certificate/conclusion_date date]" {
			t.Errorf("a certificate on a conclusion of another date: %s", got)
		}
		d.ExportCertificate.ConclusionDate = today
		issue(t, r, "certificate", d)

		notice := fromSamples(t, "notice_no_value")
		notice.Notice.ApplicationDate.Year = 2015 // of an edition that has no hearing
		notice.Notice.Applicant, notice.Notice.ConclusionDate = holder, today
		notice.Notice.ConclusionNumber = numbers["good"]
		if got := refusedBy(t, r, notice); got != "[/notice/conclusion_number value]" {
			t.Errorf("a notice of no value on a conclusion of value: %s", got)
		}
		notice.Notice.ConclusionNumber = numbers["none"]
		issue(t, r, "notice", notice)
		must(t, r.VerifyLog(t.Context()))
	})
}

// A certificate whose conclusion is withdrawn while the file is made is not entered.
func TestConclusionWithdrawnMeanwhile(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		draft := fromSamples(t, "export_certificate")
		draft.ExportCertificate.Photographs = nil
		draft = resting(t, r, draft)
		must(t, second(reserve(t, r, IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: draft.Normalise()})))
		record(t, r, draft.ExportCertificate.ConclusionNumber, 2, order(documents.EventTerminated))
		c.advance(2 * time.Minute)
		done, err := r.Recover(t.Context())
		must(t, err)
		var invalid *documents.InvalidError
		if len(done.Waiting) != 1 || !errors.As(done.Waiting[0].Err, &invalid) ||
			!slices.ContainsFunc(invalid.Fields, func(f documents.FieldError) bool { return f.Code == documents.CodeStatus }) {
			t.Errorf("recovered %+v", done)
		}
	})
}

// A licence replaces one of its holder, of its activity, given by its licensor; the
// ground of the re-issue may be that one of them has changed, and that one only.
func TestReplacedLicencesAreChecked(t *testing.T) {
	changes := map[string]struct {
		change func(*documents.Licence)
		reason string
		ground documents.ReissueGround
	}{
		"another activity": {func(l *documents.Licence) { l.Activity = documents.Text{KK: "аң аулау", RU: "охота"} }, "activity", documents.ReissueActivity},
		"another licensor": {func(l *documents.Licence) {
			l.Licensor = documents.Text{KK: "Балық комитеті", RU: "Комитет рыбы"}
		}, "licensor", documents.ReissueLicensor},
		"another company": {func(l *documents.Licence) {
			legal := *l.Holder.Legal
			legal.BIN = "990240000129"
			l.Holder = documents.Holder{Legal: &legal}
		}, "holder", documents.ReissueReorganisation},
	}
	person := func(l *documents.Licence) { l.Holder = refusalDraft().Refusal.Applicant }
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		for name, c := range changes {
			draft := licenceDraft(1)
			c.change(draft.Licence)
			// What a register of before holds was given by any licensor.
			was := documents.Licence{Holder: draft.Licence.Holder, Activity: draft.Licence.Activity, Licensor: draft.Licence.Licensor}
			for _, ground := range []documents.ReissueGround{"", documents.ReissueActivity, documents.ReissueLicensor, documents.ReissueReorganisation} {
				next := reissueDraft("26000001").Licence
				next.ReissueGround = ground
				err := next.CheckReplaced(was)
				var invalid *documents.InvalidError
				refused := errors.As(err, &invalid) && len(invalid.Fields) == 1 && invalid.Fields[0].Code == c.reason
				if want := ground != c.ground; refused != want || !want && err != nil {
					t.Errorf("%s on the ground %q: %v", name, ground, err)
				}
			}
			if name == "another licensor" {
				continue // the key of the register is that of one licensor
			}
			old := issue(t, r, name, draft).Number
			if got := refusedBy(t, r, reissueDraft(old)); got != "[/licence/replaces "+c.reason+"]" {
				t.Errorf("%s: %s", name, got)
			}
			next := reissueDraft(old)
			next.Licence.ReissueGround = c.ground
			issue(t, r, name+" on its ground", next)
		}
		draft := licenceDraft(1)
		person(draft.Licence)
		next := reissueDraft(issue(t, r, "person", draft).Number)
		next.Licence.ReissueGround = documents.ReissueReorganisation
		if got := refusedBy(t, r, next); got != "[/licence/replaces holder]" {
			t.Errorf("a company in the place of a person: %s", got)
		}
		quoted := reissueDraft(issue(t, r, "quoted", licenceDraft(2)).Number)
		quoted.Licence.Activity.RU = "Археологические  и (или) научно-реставрационные работы"
		issue(t, r, "the same in other capitals", quoted)
		must(t, r.VerifyLog(t.Context()))
	})
}

// A result is promised for a working day of a year that is known, and not for later
// than any term ends.
func TestPromisesAreChecked(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		promise := func(d documents.Date) documents.Draft {
			draft := fromSamples(t, "acceptance")
			draft.Acceptance.ReceivedAt, draft.Acceptance.ApplicationDate = c.now(), documents.CivilDate(c.now())
			draft.Acceptance.ResultDate = d
			return draft
		}
		for name, d := range map[string]documents.Date{
			"a Sunday": {Year: 2026, Month: time.June, Day: 28}, "a holiday": {Year: 2026, Month: time.July, Day: 6},
			"a year that is not entered": {Year: 2099, Month: time.June, Day: 22}, "next year": {Year: 2027, Month: time.June, Day: 22},
			"a day too late": {Year: 2026, Month: time.August, Day: 5},
		} {
			if got := refusedBy(t, r, promise(d)); got != "[/acceptance/result_date date]" {
				t.Errorf("%s: %s", name, got)
			}
		}
		// 30 working days after 22 June, with 6 July off.
		issue(t, r, "the last day", promise(documents.Date{Year: 2026, Month: time.August, Day: 4}))
		issue(t, r, "today", promise(documents.CivilDate(c.now())))
		r.Calendar = nil
		if got := refusedBy(t, r, promise(documents.CivilDate(c.now()))); got != errNotEquipped.Error() {
			t.Errorf("without a calendar: %s", got)
		}
	})
}

// What operators have entered is gone by from the next act on, by every instance on
// one database: the days on which a result can be promised, and what documents print.
func TestRowsAreGoneBy(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		one, c := open(t, dsn)
		two, _ := open(t, dsn)
		two.Store.Now = c.now
		for _, r := range []*Registry{one, two} {
			r.Layouts, r.Calendar = nil, nil
			r.Rulebook = &rulebook.Book{Store: r.Store, Pages: &pdf.Options{CheckURL: func(string) string { return "https://tamga.example/check" }}}
		}
		confirmed := func(kind, name, content string) {
			t.Helper()
			row, err := one.Rulebook.Enter(t.Context(), rulebook.Entry{Kind: kind, Name: name, Content: []byte(content), By: "Әсел"})
			must(t, err)
			must(t, one.Rulebook.Confirm(t.Context(), row.ID, "Бота"))
		}
		promise := fromSamples(t, "acceptance")
		promise.Acceptance.ReceivedAt, promise.Acceptance.ApplicationDate = c.now(), documents.CivilDate(c.now())
		promise.Acceptance.ResultDate = documents.Date{Year: 2026, Month: time.June, Day: 29}
		confirmed(rulebook.KindCalendar, "June 2026", `{"exchanges": [{"worked": "2026-06-27", "off": "2026-06-29"}]}`)
		if got := refusedBy(t, two, promise); got != "[/acceptance/result_date date]" {
			t.Errorf("a day that was moved: %s", got)
		}
		promise.Acceptance.ResultDate.Day = 27
		issue(t, two, "the day that is worked", promise)

		before := issue(t, two, "before", licenceDraft(1))
		confirmed(rulebook.KindIndex, "", `{"year": 2027, "tenge": 4500}`)
		after := issue(t, two, "after", licenceDraft(2))
		if before.Edition == after.Edition || !strings.HasPrefix(after.Edition, "2026-draft@") {
			t.Errorf("printed by %q, and then by %q", before.Edition, after.Edition)
		}
		if again, err := one.Document(t.Context(), before.Number); err != nil || again.Edition != before.Edition || again.FileSHA256 != before.FileSHA256 {
			t.Errorf("an old document is another: %+v %v", again.Edition, err)
		}
		must(t, one.VerifyLog(t.Context()))
	})
}

// Numbers grow with the dates of issue: a clock that went back takes none.
func TestNumbersGrowWithDates(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		c.advance(48 * time.Hour)
		first := issue(t, r, "a", licenceDraft(1))
		c.advance(-24 * time.Hour)
		_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "b", Draft: licenceDraft(2)})
		if !errors.Is(err, ErrClock) {
			t.Errorf("a day before: %v", err)
		}
		c.advance(24 * time.Hour)
		second := issue(t, r, "b", licenceDraft(2))
		if first.Number != "26000001" || second.Number != "26000002" || second.IssuedOn() != first.IssuedOn() {
			t.Errorf("%s of %s, then %s of %s", first.Number, first.IssuedOn(), second.Number, second.IssuedOn())
		}
	})
}

// One application gets one answer, and one incoming number one paper, until what was
// given is withdrawn; however the number is written, and whoever asks at once.
func TestOneAnswerToAnApplication(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		approval := func(number string) documents.Draft {
			d := fromSamples(t, "approval")
			d.Approval.ApplicationNumber, d.Approval.ApplicationDate = number, documents.Date{Year: 2026, Month: time.June, Day: 11}
			return d
		}
		refusal := issue(t, r, "a", refusalOf(1)).Number
		for name, d := range map[string]documents.Draft{
			"the same": approval("ЗТ-2026/1"), "in small letters": approval("зт - 2026/1"), "in Latin letters": approval("ЗT–2026/1"),
		} {
			if got := refusedBy(t, r, d); got != "[/approval/application_number taken]" {
				t.Errorf("%s: %s", name, got)
			}
		}
		if got := refusedBy(t, r, refusalOf(1)); got != "[/refusal/application_number taken]" {
			t.Errorf("refused once more: %s", got)
		}
		notice := fromSamples(t, "notice")
		notice.Notice.Ground, notice.Notice.FailedCheck = documents.NoticeIncomplete, ""
		notice.Notice.Signatory, notice.Notice.Position = "Әбдіғали Ж.С.", documents.Text{KK: "Төраға", RU: "Председатель"}
		notice.Notice.ApplicationNumber, notice.Notice.ApplicationDate = "ЗТ-2026/1", documents.Date{Year: 2026, Month: time.June, Day: 10}
		if got := refusedBy(t, r, notice); got != "[/notice/application_number taken]" {
			t.Errorf("a notice of a decision: %s", got)
		}
		last := approval("ЗТ-2026/1")
		last.Approval.ApplicationDate.Year = 2025
		issue(t, r, "another year", last)
		issue(t, r, "another number", approval("ЗТ-2026/2"))
		record(t, r, refusal, 2, order(documents.EventTerminated))
		issue(t, r, "after the refusal was withdrawn", approval("ЗТ-2026/1"))

		paper := fromSamples(t, "application_copy")
		stamped := issue(t, r, "paper", paper).Number
		if got := refusedBy(t, r, paper); got != "[/application_copy/incoming_number taken]" {
			t.Errorf("a second paper: %s", got)
		}
		record(t, r, stamped, 2, order(documents.EventTerminated))
		issue(t, r, "paper again", paper)

		var wg sync.WaitGroup
		outcomes := make([]error, 8)
		for i := range outcomes {
			wg.Go(func() {
				draft := refusalOf(9)
				if i%2 == 0 {
					draft = approval("ЗТ-2026/9")
				}
				_, _, outcomes[i] = r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: fmt.Sprint("race ", i), Draft: draft})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range outcomes {
			var invalid *documents.InvalidError
			switch {
			case err == nil:
				won++
			case !errors.As(err, &invalid) || invalid.Fields[0].Code != documents.CodeTaken:
				t.Errorf("a loser: %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d of 8 have answered", won)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// What the law forbids to happen to documents is refused by the register, by its rule,
// and what it allows is recorded: a notice that was wrong is withdrawn by an order.
func TestEventsThatTheLawForbids(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		licence := issue(t, r, "licence", licenceDraft(1)).Number
		ahead := order(documents.EventSuspended)
		ahead.EffectiveAt = c.now().Add(72 * time.Hour)
		record(t, r, licence, 2, ahead)
		if got := refusedBy(t, r, reissueDraft(licence)); got != "rule order" {
			t.Errorf("re-issued under an order that is to take effect: %s", got)
		}
		early := order(documents.EventTerminated)
		early.OrderDate, early.EffectiveAt = documents.CivilDate(c.now()), documents.CivilDate(c.now()).Midnight().Add(-time.Second)
		for name, q := range map[string]struct {
			event documents.NewEvent
			want  string
		}{
			"expired without a term":  {order(documents.EventExpired), "rule term"},
			"before the day of order": {early, "/effective_at date"},
		} {
			_, _, err := r.Record(t.Context(), EventRequest{Client: "portal", IdempotencyKey: name, Number: licence, Last: 3, Event: q.event})
			if err == nil || !strings.Contains(err.Error(), q.want) {
				t.Errorf("%s: %v, want %s", name, err, q.want)
			}
		}
		wrong := issue(t, r, "notice", fromSamples(t, "notice")).Number
		record(t, r, wrong, 2, order(documents.EventTerminated))
		life, err := r.History(t.Context(), wrong)
		must(t, err)
		if got := life.Standing(c.now()); got.Status != documents.StatusTerminated || got.OrderNumber != "64" {
			t.Errorf("the notice that was withdrawn: %+v", got)
		}
		prolonged := order(documents.EventSuspended)
		prolonged.OrderNumber, prolonged.EffectiveAt = "70", c.now().Add(96*time.Hour)
		prolonged.Until = documents.CivilDate(c.now().Add(400 * time.Hour))
		record(t, r, licence, 3, prolonged)
		life, err = r.History(t.Context(), licence)
		must(t, err)
		if got := life.Standing(c.now().Add(97 * time.Hour)); got.Until != prolonged.Until || got.OrderNumber != "70" || !got.Since.Equal(ahead.EffectiveAt) {
			t.Errorf("prolonged: %+v", got)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}
