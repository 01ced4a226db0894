package applications_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/calendar"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
)

// fileAt lets an application come to its registration at a moment: that is when the
// step before is done.
func (w *walker) fileAt(service string, c regulation.Channel, before, at string) applications.Application {
	w.t.Helper()
	filed := civil(w.t, at)
	w.clock.set(filed.Add(-time.Hour))
	a := w.lead(service, c, before)
	w.clock.set(filed.Add(-time.Second))
	w.next(a.ID)
	return w.app(a.ID)
}

func (w *walker) app(id string) applications.Application {
	w.t.Helper()
	a, err := w.book.Application(w.t.Context(), id)
	must(w.t, err)
	return a
}

// next makes the first move of where an application stands, a second later.
func (w *walker) next(id string) {
	w.t.Helper()
	a := w.app(id)
	c, err := w.book.Case(w.t.Context(), a)
	must(w.t, err)
	w.walk(id, []act{{Move: c.Walk.Moves(a.Place())[0]}})
}

// due is what is due of a kind.
func (w *walker) due(id string, of applications.DueOf) (applications.Due, bool) {
	w.t.Helper()
	c, err := w.book.Case(w.t.Context(), w.app(id))
	must(w.t, err)
	for _, d := range c.Due() {
		if d.Of == of {
			return d, true
		}
	}
	return applications.Due{}, false
}

func (w *walker) ends(id string, of applications.DueOf) string {
	w.t.Helper()
	d, ok := w.due(id, of)
	if !ok {
		return "nothing"
	}
	at, missing := d.Ends()
	if missing != 0 {
		return calendar.MissingYear(missing).EN
	}
	for _, n := range d.Counts {
		if n.Calendar == "" || len(n.Explain()) < 2 {
			w.t.Errorf("a count does not say how: %+v", n)
		}
	}
	return documents.CivilTime(at).Format("2006-01-02T15:04")
}

// The result is due as the fixtures of the regulation count: the term of the service,
// or its actions one after another, from when the application counts as received.
func TestServiceIsDue(t *testing.T) {
	b, c := book(t, t.TempDir()+"/register.sqlite", civil(t, "2013-03-14T10:00"))
	w := &walker{t: t, book: b, clock: c}
	for _, f := range []struct {
		service      string
		channel      regulation.Channel
		before       string
		filed, until string
	}{
		{"LIC-ISSUE", regulation.Portal, "L-P-p8", "2013-03-14T10:00", "2013-04-09T18:30"},
		{"LIC-REISSUE", regulation.Portal, "L-P-p8", "2013-03-14T18:30", "2013-04-03T18:30"},
		{"LIC-ISSUE", regulation.Provider, "L-U-p6", "2013-03-16T12:00", "2013-04-11T18:30"},
		{"LIC-REISSUE", regulation.Centre, "L-C-p6", "2013-09-30T13:30", "2013-10-12T18:30"},
		{"TEC", regulation.Portal, "T-P-p5", "2014-11-24T09:00", "2014-11-28T10:00"},
		{"TEC", regulation.Provider, "T-U-p5", "2014-11-24T09:00", "2014-12-08T18:30"},
		{"SRA", regulation.Portal, "S-P-p5", "2014-11-24T09:00", "2014-12-05T09:30"},
		{"TEC", regulation.Portal, "T-P-p5", "2014-11-27T17:00", "2014-12-05T10:00"},
		{"TEC", regulation.Portal, "T-P-p5", "2014-11-28T20:15", "2014-12-08T10:00"},
		{"SRA", regulation.Provider, "S-U-p5", "2014-12-12T16:40", "2015-01-08T18:30"},
	} {
		a := w.fileAt(f.service, f.channel, f.before, f.filed)
		if got := w.ends(a.ID, applications.DueService); got != "nothing" {
			t.Errorf("%s filed %s is due before it is registered: %s", f.service, f.filed, got)
		}
		w.next(a.ID)
		if got := w.ends(a.ID, applications.DueService); got != f.until {
			t.Errorf("%s %s filed %s is due %s, want %s", f.service, f.channel, f.filed, got, f.until)
		}
	}
}

// A step is due from when the one before ended, the registration from when the
// application counts as received, and a late one is done all the same.
func TestStepIsDue(t *testing.T) {
	b, c := book(t, t.TempDir()+"/register.sqlite", civil(t, "2014-11-20T10:00"))
	w := &walker{t: t, book: b, clock: c}
	id := w.fileAt("TEC", regulation.Portal, "T-P-p5", "2014-11-28T20:15").ID
	for _, f := range []struct{ done, due string }{
		{"2014-12-02T09:10", "2014-12-02T09:15"}, // filed on the evening before a holiday
		{"2014-12-02T12:10", "2014-12-02T12:10"}, // three hours later
		{"2014-12-03T10:00", "2014-12-02T14:40"}, // an hour with lunch in it; done a day late
		{"2014-12-04T10:00", "2014-12-08T18:30"}, // three working days
		{"2014-12-04T10:40", "2014-12-04T10:30"}, // half an hour; done ten minutes late
		{"2014-12-04T10:50", "2014-12-04T10:55"},
		{"2014-12-04T11:00", "2014-12-04T11:05"},
	} {
		if got := w.ends(id, applications.DueStep); got != f.due {
			t.Errorf("%v is due %s, want %s", w.app(id).Place(), got, f.due)
		}
		w.clock.set(civil(t, f.done).Add(-time.Second))
		w.next(id)
	}
	if got := w.ends(id, applications.DueStep) + ", " + w.ends(id, applications.DueService); got != "nothing, nothing" {
		t.Errorf("after the end is due: %s", got)
	}
	if a := w.app(id); a.Ended != regulation.EndIssued || a.Position(civil(t, "2014-12-03T09:00")).Action != "T-aP3" || a.Position(civil(t, "2014-11-01T09:00")) != (regulation.Place{}) {
		t.Errorf("%s; on 3 December at %v", a.Ended, a.Position(civil(t, "2014-12-03T09:00")))
	}
}

// A refusal for incompleteness has a term of its own, from the receipt.
func TestRefusalIsDue(t *testing.T) {
	b, c := book(t, t.TempDir()+"/register.sqlite", civil(t, "2013-03-14T10:00"))
	w := &walker{t: t, book: b, clock: c}
	id := w.fileAt("LIC-ISSUE", regulation.Portal, "L-P-p8", "2013-03-14T18:30").ID
	w.next(id)
	must(t, w.enter(id, "EXECUTOR", "L-a2", "incomplete"))
	if got := w.ends(id, applications.DueRefusal); got != "2013-03-19T18:30" {
		t.Errorf("the refusal is due %s", got)
	}
}

// A year whose calendar is not entered stops nothing: the application is registered
// and goes on, what is due says so, and is counted when the year is there.
func TestYearWithoutCalendar(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, c := book(t, dsn, civil(t, "2028-12-20T10:00"))
		b.Rulebook.Pages = pages()
		b.Register.Rulebook = b.Rulebook // which knows the years that operators enter
		w := &walker{t: t, book: b, clock: c}
		id := w.fileAt("LIC-ISSUE", regulation.Portal, "L-P-p8", "2028-12-27T11:00").ID
		w.next(id)
		a := w.app(id)
		last := a.Entries[len(a.Entries)-1]
		if a.Number == "" || last.Document != "" || last.Data.Waits != "calendar of 2029 not entered" {
			t.Errorf("№ %q, document %q, waits for %q", a.Number, last.Document, last.Data.Waits)
		}
		if got := w.ends(id, applications.DueService); got != "calendar of 2029 not entered" {
			t.Errorf("due: %s", got)
		}
		must(t, w.enter(id, "EXECUTOR", "L-a2", "complete"))
		row, err := b.Rulebook.Enter(t.Context(), rulebook.Entry{Kind: rulebook.KindCalendar, Content: []byte(`{"years": [{"year": 2029}]}`), By: "Әсел"})
		must(t, err)
		must(t, b.Rulebook.Confirm(t.Context(), row.ID, "Бота"))
		if got := w.ends(id, applications.DueService); got != "2029-01-05T18:30" {
			t.Errorf("with the calendar of 2029: due %s", got)
		}
		// The acceptance that waited for the year is issued now, with the day of the result.
		if a = w.app(id); len(a.Waits) != 1 || a.Waits[0].Asked != applications.AskedDocument {
			t.Errorf("waits: %+v", a.Waits)
		}
		w.clock.advance(time.Hour)
		if done, err := b.Retry(t.Context()); err != nil || done != 1 {
			t.Errorf("tried again: %d %v", done, err)
		}
		a = w.app(id)
		registered := slices.IndexFunc(a.Entries, func(e applications.Entry) bool { return e.Data.Waits != "" })
		rec, err := b.Register.Document(t.Context(), a.Entries[registered].Document)
		if err != nil || rec.Status != documents.StatusInForce || rec.Content.Acceptance == nil || rec.Content.Acceptance.ResultDate != (documents.Date{Year: 2029, Month: 1, Day: 5}) || len(a.Waits) != 0 {
			t.Errorf("the acceptance is %+v, %v; waits %+v", rec.Content.Acceptance, err, a.Waits)
		}
		must(t, b.Register.VerifyLog(t.Context()))
	})
}

// The edition in force at the registration rules; between editions nothing is opened
// and nothing registered, and what was begun goes on when there is one again.
func TestEditionOfTheRegistration(t *testing.T) {
	b, c := book(t, t.TempDir()+"/register.sqlite", civil(t, "2015-12-03T10:00"))
	w := &walker{t: t, book: b, clock: c}
	a := w.lead("TEC", regulation.Portal, "T-aP1")
	old, _ := law(t).Edition("2014-105-1613")
	if a.Edition != old.Version() {
		t.Fatalf("opened under %s", a.Edition)
	}
	register := func() error {
		kase, err := b.Case(t.Context(), w.app(a.ID))
		must(t, err)
		_, _, err = b.Enter(t.Context(), w.request(a.ID, act{Move: kase.Walk.Moves(a.Place())[0]}))
		return err
	}
	c.set(civil(t, "2015-12-15T10:00"))
	if err := register(); !errors.Is(err, applications.ErrNoEdition) {
		t.Errorf("registered between editions: %v", err)
	}
	if _, _, err := b.Open(t.Context(), applications.OpenRequest{Client: "portal", IdempotencyKey: "x", Service: "TEC", Channel: regulation.Portal, Applicant: museum()}); !errors.Is(err, applications.ErrNoEdition) {
		t.Errorf("opened between editions: %v", err)
	}
	c.set(civil(t, "2026-01-12T10:00"))
	must(t, register())
	today, _ := law(t).Edition("2026-draft")
	a = w.app(a.ID)
	if last := a.Entries[len(a.Entries)-1]; a.Edition != today.Version() || last.Edition != today.Version() || a.Entries[0].Edition != old.Version() {
		t.Errorf("registered under %s by %s, begun under %s", a.Edition, last.Edition, a.Entries[0].Edition)
	}
	must(t, b.Register.VerifyLog(t.Context()))
}

// Data of an edition that was mended counts for what goes on under it: the application
// keeps the version under which it was registered, and the entry names the one by which
// it was judged. A step that is no more stops it with its name.
func TestEditionIsMended(t *testing.T) {
	b, c := book(t, t.TempDir()+"/register.sqlite", civil(t, "2026-06-22T10:00"))
	w := &walker{t: t, book: b, clock: c}
	a := w.lead("SRA", regulation.Provider, "S-aU2")
	mended := func(change func(*regulation.Edition)) {
		shipped, err := regulation.Shipped()
		must(t, err)
		change(&shipped[2])
		b.Rulebook = &rulebook.Book{Store: b.Register.Store, Carried: rulebook.Carried{Editions: shipped}}
	}
	mended(func(e *regulation.Edition) { e.Title.EN += ", mended" })
	must(t, w.enter(a.ID, "HEAD", "S-aU2", "done"))
	after := w.app(a.ID)
	now := current(t, b, "2026-draft")
	if last := after.Entries[len(after.Entries)-1]; after.Edition != a.Edition || last.Edition != now.Version() || last.Edition == a.Edition {
		t.Errorf("under %s, entered by %s", after.Edition, last.Edition)
	}
	mended(func(e *regulation.Edition) { e.ID = "2026-other" })
	if err := w.enter(a.ID, "EXECUTOR", "S-aU3", "prepared"); !errors.Is(err, applications.ErrNoEdition) {
		t.Errorf("without its edition: %v", err)
	}
}

// Norms in seconds are measured, and refuse nobody.
func TestSecondsAreMeasured(t *testing.T) {
	b, c := book(t, t.TempDir()+"/register.sqlite", civil(t, "2013-03-14T10:00"))
	w := &walker{t: t, book: b, clock: c}
	a := w.open("LIC-ISSUE", regulation.Portal)
	c.advance(2 * time.Hour)
	must(t, w.enter(a.ID, "APPLICANT", "L-P-p1", "done"))
	kase, err := b.Case(t.Context(), w.app(a.ID))
	must(t, err)
	took, norm := kase.Took(kase.Entries[0])
	if took != 2*time.Hour || norm == nil || norm.MinSeconds != 10 || norm.MaxSeconds != 15 {
		t.Errorf("took %v of %+v", took, norm)
	}
}

// A new service is a new value: it is applied for and walked without new code.
func TestNewServiceIsWalked(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, c := book(t, dsn, civil(t, "2030-03-04T10:00"))
		shipped, err := regulation.Shipped()
		must(t, err)
		b.Rulebook = &rulebook.Book{Store: b.Register.Store, Carried: rulebook.Carried{Editions: append(shipped, library(t))}}
		w := &walker{t: t, book: b, clock: c}
		a := w.open("LIBRARY", regulation.Portal)
		for _, s := range []struct{ role, step, on string }{
			{"APPLICANT", "K-P-p1", "done"}, {"PEP", "K-P-c1", "ok"}, {"HEAD", "K-P-c2", "ok"},
		} {
			must(t, w.enter(a.ID, s.role, s.step, s.on))
		}
		if got := refusedFor(w.enter(a.ID, "APPLICANT", "K-P-p4", "done")); got != applications.ReasonDocument {
			t.Errorf("the result goes without its document: %s", got)
		}
	})
}
