package registry

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tamga/documents"
)

// act is an event that a court or a body above brings about.
func act(kind documents.EventKind) documents.NewEvent {
	e := order(kind)
	e.DecidedBy = documents.Text{KK: "Астана қаласының мамандандырылған ауданаралық әкімшілік соты", RU: "Специализированный межрайонный административный суд города Астаны"}
	e.Paper.SHA256 = strings.Repeat("ab", 32)
	return e
}

// A licence that a court annuls is without force from the act on, or never had any.
func TestAnnulled(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		first, second := issue(t, r, "a", licenceDraft(1)).Number, issue(t, r, "b", licenceDraft(2)).Number
		issued := c.now()
		c.advance(72 * time.Hour)
		appealed := act(documents.EventAppealed)
		appealed.OrderDate = documents.CivilDate(c.now())
		record(t, r, first, 2, appealed)
		e := act(documents.EventAnnulled)
		e.EffectiveAt, e.Paper = issued.Add(48*time.Hour), documents.Paper{Number: second}
		record(t, r, first, 3, e)
		for _, want := range []struct {
			at     time.Time
			status documents.Status
		}{
			{issued.Add(-time.Second), ""},
			{issued, "in_force"},
			{issued.Add(48*time.Hour - time.Microsecond), "in_force"},
			{issued.Add(48 * time.Hour), "annulled"},
			{c.now().AddDate(4, 0, 0), "annulled"},
		} {
			got, err := r.StatusAt(t.Context(), first, want.at)
			if want.status == "" && errors.Is(err, ErrNotFound) {
				continue
			}
			if got != want.status && !(want.status == "" && got == "reserved") {
				t.Errorf("at %s it is %s, %v; want %s", want.at, got, err, want.status)
			}
		}
		record(t, r, second, 2, suspension())
		e = act(documents.EventAnnulled)
		e.FromBeginning = true
		done := record(t, r, second, 3, e)
		if !done.EffectiveAt.Equal(issued) || !done.FromBeginning || done.Paper != e.Paper || done.DecidedBy != e.DecidedBy {
			t.Errorf("annulled from the beginning: %+v", done)
		}
		for _, at := range []time.Time{issued, issued.Add(time.Hour), c.now(), c.now().AddDate(6, 0, 0)} {
			if got, err := r.StatusAt(t.Context(), second, at); got != documents.StatusAnnulled {
				t.Errorf("from the beginning: at %s it is %s, %v", at, got, err)
			}
		}
		life, err := r.History(t.Context(), second)
		must(t, err)
		if s := life.Standing(c.now()); s.DecidedBy != e.DecidedBy || s.OrderNumber != "64" || !s.Since.Equal(issued) {
			t.Errorf("the standing: %+v", s)
		}
		// Nothing rests on it, and nothing follows it, but the record of a mistake.
		_, _, err = r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "c", Draft: reissueDraft(second)})
		wantRule(t, err, documents.RuleStatus)
		wrong := order(documents.EventCorrected)
		wrong.Corrects = 4
		record(t, r, second, 4, wrong)
		if got, err := r.StatusAt(t.Context(), second, c.now()); got != documents.StatusSuspended {
			t.Errorf("the annulment was no act: it is %s, %v", got, err)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

func wantRule(t *testing.T, err error, rule string) {
	t.Helper()
	var broken *documents.RuleError
	if !errors.As(err, &broken) || broken.Rule != rule {
		t.Errorf("%v, want the rule %s", err, rule)
	}
}

func wantField(t *testing.T, err error, pointer, code string) {
	t.Helper()
	var invalid *documents.InvalidError
	if errors.As(err, &invalid) {
		for _, f := range invalid.Fields {
			if f.Pointer == pointer && f.Code == code {
				return
			}
		}
	}
	t.Errorf("%v, want %s at %q", err, code, pointer)
}

// What courts do has its paper and its court, and only where the edition gives it.
func TestActsOfOthersRefused(t *testing.T) {
	r, _ := open(t, t.TempDir()+"/register.db")
	number := issue(t, r, "a", licenceDraft(1)).Number
	notice := issue(t, r, "b", documents.Draft{History: historyOf(number)}).Number
	try := func(number string, change func(*documents.NewEvent)) error {
		e := act(documents.EventAnnulled)
		change(&e)
		_, _, err := r.Record(t.Context(), EventRequest{Client: "portal", IdempotencyKey: "x", Number: number, AnyState: true, Event: e})
		return err
	}
	wantField(t, try(number, func(e *documents.NewEvent) { e.DecidedBy = documents.Text{} }), "/decided_by/kk", documents.CodeRequired)
	wantField(t, try(number, func(e *documents.NewEvent) { e.Paper = documents.Paper{} }), "/paper", documents.CodeRequired)
	wantField(t, try(number, func(e *documents.NewEvent) { e.Paper.SHA256 = e.Paper.SHA256[1:] }), "/paper/sha256", documents.CodeDigest)
	wantField(t, try(number, func(e *documents.NewEvent) { e.Paper.Number = "26000009" }), "/paper/number", documents.CodeUnknown)
	wantField(t, try(number, func(e *documents.NewEvent) { e.Paper.Number = "KZ00RLA26000001" }), "/paper/number", documents.CodeNumber)
	wantField(t, try(number, func(e *documents.NewEvent) { e.Paper.Number = notice }), "/paper/sha256", documents.CodeDigest)
	wantField(t, try(number, func(e *documents.NewEvent) { e.PaperFile = "AAAA" }), "/paper_file", documents.CodeDigest)
	wantField(t, try(number, func(e *documents.NewEvent) { e.PaperFile = "қағаз" }), "/paper_file", documents.CodeUnknown)
	wantField(t, try(number, func(e *documents.NewEvent) {
		e.Kind, e.DecidedBy, e.Paper, e.PaperFile = documents.EventTerminated, documents.Text{}, documents.Paper{}, "AAAA"
	}), "/paper_file", documents.CodeNotAccepted)
	wantField(t, try(number, func(e *documents.NewEvent) { e.FromBeginning, e.EffectiveAt = true, start }), "/effective_at", documents.CodeNotAccepted)
	wantField(t, try(number, func(e *documents.NewEvent) { e.Kind, e.FromBeginning = documents.EventAppealed, true }), "/from_beginning", documents.CodeNotAccepted)
	wantField(t, try(number, func(e *documents.NewEvent) { e.Kind = documents.EventTerminated }), "/decided_by", documents.CodeNotAccepted)
	wantField(t, try(number, func(e *documents.NewEvent) { e.Kind = documents.EventReconsidered }), "/event", documents.CodeUnknown)
	wantRule(t, try(notice, func(*documents.NewEvent) {}), documents.RuleRight)
	wantRule(t, try(notice, func(e *documents.NewEvent) { e.Kind = documents.EventReconsider }), documents.RuleKind)
}

func historyOf(number string) *documents.History {
	l := refusalDraft().Refusal
	return &documents.History{
		Of: number, Letter: documents.Letter{Authority: l.Authority, Requisites: l.Requisites, Position: l.Position, Signatory: l.Signatory},
	}
}

// A refusal that is to be reconsidered answers nothing: the application may be decided
// anew, once, and both decisions name each other.
func TestReconsider(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		refused, others := issue(t, r, "a", refusalOf(1)).Number, issue(t, r, "b", refusalOf(2)).Number
		again := func(key, of string) (Record, error) {
			d := refusalOf(1)
			d.Refusal.Reason.KK, d.Refusal.Reconsiders = "Басқа себеп бойынша бас тартылды.", of
			rec, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: key, Draft: d})
			return rec, err
		}
		_, err := again("c", "")
		wantField(t, err, "/refusal/application_number", documents.CodeTaken)
		_, err = again("c", refused)
		wantField(t, err, "/refusal/reconsiders", documents.CodeStatus)
		c.advance(time.Hour)
		e := act(documents.EventReconsider)
		record(t, r, refused, 2, e)
		if got, err := r.StatusAt(t.Context(), refused, c.now()); got != documents.StatusReconsider {
			t.Fatalf("sent back, it is %s, %v", got, err)
		}
		_, err = again("c", others)
		wantField(t, err, "/refusal/reconsiders", documents.CodeStatus)
		c.advance(time.Hour)
		fresh, err := again("d", refused)
		must(t, err)
		life, err := r.History(t.Context(), refused)
		must(t, err)
		if s := life.Standing(c.now()); s.Status != documents.StatusReconsidered || s.ReplacedBy != fresh.Number {
			t.Errorf("decided anew: %+v", s)
		}
		if got := life.StatusAt(c.now().Add(-time.Microsecond)); got != documents.StatusReconsider {
			t.Errorf("a moment before it was %s", got)
		}
		_, err = again("e", refused)
		wantField(t, err, "/refusal/reconsiders", documents.CodeStatus)
		_, err = again("f", "")
		wantField(t, err, "/refusal/application_number", documents.CodeTaken)
		// What permits something stays in force while it is decided anew.
		licence := issue(t, r, "g", licenceDraft(1)).Number
		record(t, r, licence, 2, e)
		if got, err := r.StatusAt(t.Context(), licence, c.now()); got != documents.StatusInForce {
			t.Errorf("a licence sent back is %s, %v", got, err)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// A licence that was replaced is annulled no more, its successor is; an act that says it
// never had any force may name it all the same, and its successor stays as it is until
// an act names that one.
func TestAnnulledWhenReplaced(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		old := issue(t, r, "a", licenceDraft(1)).Number
		c.advance(72 * time.Hour)
		successor := licenceDraft(1)
		successor.Licence.Replaces = old
		next := issue(t, r, "b", successor).Number
		c.advance(72 * time.Hour)
		e := act(documents.EventAnnulled)
		_, _, err := r.Record(t.Context(), EventRequest{Client: "portal", IdempotencyKey: "x", Number: old, Last: 3, Event: e})
		wantRule(t, err, documents.RuleStatus)
		e.FromBeginning = true
		record(t, r, old, 3, e)
		for number, want := range map[string]documents.Status{old: documents.StatusAnnulled, next: documents.StatusInForce} {
			if got, err := r.StatusAt(t.Context(), number, c.now()); got != want {
				t.Errorf("№ %s is %s, %v; want %s", number, got, err, want)
			}
		}
		must(t, r.VerifyLog(t.Context()))
	})
}
