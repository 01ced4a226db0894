package applications_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/documents/applications"
	"tamga/documents/regulation"
	"tamga/signing"
)

// world is what answers the conditions of a test, and what it was asked.
type world struct {
	mu     sync.Mutex
	answer applications.Answer
	err    error
	asked  []regulation.Check
}

func (w *world) ask(_ context.Context, q applications.Question) (applications.Answer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, q.Check)
	return w.answer, w.err
}

// begun opens an application and does its first step, so that it stands at a condition.
func (w *walker) begun(service string, c regulation.Channel, first string) string {
	w.t.Helper()
	id := w.open(service, c).ID
	w.clock.advance(time.Second)
	must(w.t, w.enter(id, map[regulation.Channel]string{regulation.Portal: "APPLICANT", regulation.Provider: "STAFF"}[c], first, "done"))
	return id
}

func (w *walker) advance(id string) []applications.Entry {
	w.t.Helper()
	w.clock.advance(time.Second)
	done, err := w.book.Advance(w.t.Context(), id)
	must(w.t, err)
	return done
}

// A program answers what a condition asks, and the entry says what it has found. No
// person does the step.
func TestProgramAnswers(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		asked := &world{answer: applications.Answer{Holds: true, System: "PEP", Evidence: json.RawMessage(`{"session":"s1"}`)}}
		w.book.Ask = asked.ask
		id := w.begun("TEC", regulation.Portal, "T-P-p1")
		if got := refusedFor(w.enter(id, "PEP", "T-P-c1", "ok")); got != applications.ReasonSystem {
			t.Errorf("a person answers for the system: %s", got)
		}
		done := w.advance(id)
		if len(done) != 1 || done[0].Step != "T-P-c1" || done[0].Outcome != "ok" || len(done[0].Data.Stated) != 0 {
			t.Fatalf("done: %+v", done)
		}
		found := done[0].Data.Found
		if len(found) != 1 || found[0].Check != regulation.CheckLogin || !found[0].Holds || string(found[0].Evidence) != `{"session":"s1"}` {
			t.Errorf("found: %+v", found)
		}
		if again := w.advance(id); len(again) != 0 || len(asked.asked) != 1 {
			t.Errorf("at a person's step: %+v, asked %v", again, asked.asked)
		}
		asked.answer = applications.Answer{System: "PEP"}
		refused := w.begun("TEC", regulation.Portal, "T-P-p1")
		w.advance(refused)
		if a := w.app(refused); a.Ended != regulation.EndRefused {
			t.Errorf("a log-in that does not hold leads to %v", a.Place())
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// An outage decides nothing: the application waits where it stands, says why, since when
// and when it is asked again, and goes on with the answer.
func TestOutageDecidesNothing(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		asked := &world{err: errors.New("the system does not answer")}
		w.book.Ask = asked.ask
		id := w.begun("TEC", regulation.Provider, "T-U-p1")
		for {
			c, err := w.book.Case(t.Context(), w.app(id))
			must(t, err)
			m := c.Walk.Moves(c.Place())[0]
			if slices.Contains(m.Step.Checks, regulation.CheckPersonKnown) {
				break
			}
			if m.Step.BySystem(c.Rules) {
				asked.answer, asked.err = applications.Answer{Holds: true}, nil
				w.advance(id)
				asked.err = errors.New("the system does not answer")
				continue
			}
			w.walk(id, []act{{Move: m}})
		}
		before := w.app(id)
		since := w.clock.now().Add(time.Second)
		w.advance(id)
		a := w.app(id)
		if len(a.Entries) != len(before.Entries) || a.Place() != before.Place() || len(a.Waits) != 1 {
			t.Fatalf("it stands at %v with %+v", a.Place(), a.Waits)
		}
		wait := a.Waits[0]
		if wait.Asked != regulation.CheckPersonKnown || wait.Step != "T-U-c1" || wait.Reason != "the system does not answer" || !wait.Since.Equal(since) || wait.NextAt.IsZero() {
			t.Errorf("it waits: %+v", wait)
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
		w.clock.advance(time.Minute)
		asked.err = errors.New("the system answers with nonsense")
		if done, err := w.book.Retry(t.Context()); err != nil || done != 0 {
			t.Errorf("tried again: %d %v", done, err)
		}
		if a := w.app(id); len(a.Waits) != 1 || a.Waits[0].Reason != "the system answers with nonsense" || !a.Waits[0].Since.Equal(since) || !a.Waits[0].NextAt.After(w.clock.now()) {
			t.Errorf("after another attempt it waits: %+v", a.Waits)
		}
		asked.answer, asked.err = applications.Answer{Holds: true, System: "GBDUL"}, nil
		w.clock.advance(2 * time.Hour)
		if done, err := w.book.Retry(t.Context()); err != nil || done != 1 {
			t.Errorf("answered: %d %v", done, err)
		}
		a = w.app(id)
		last := a.Entries[len(before.Entries)]
		if len(a.Waits) != 0 || last.Step != "T-U-c1" || last.Outcome != "ok" || last.Actor.Role != "GBDUL" {
			t.Errorf("waits %+v, entry %+v", a.Waits, last)
		}
		if done, err := w.book.Retry(t.Context()); err != nil || done != 0 {
			t.Errorf("there is nothing left to try: %d %v", done, err)
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// Where a system may not be asked an official enters the answer by hand, signed, if the
// edition has that; elsewhere the check does not hold.
func TestByHand(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		asked := &world{answer: applications.Answer{Holds: true}}
		w.book.Ask = asked.ask
		id := w.begun("TEC", regulation.Provider, "T-U-p1")
		w.toPersonKnown(id, asked)
		by := func() applications.EnterRequest { return w.plain(id, "STAFF", "T-U-c1", "ok") }
		if _, _, err := w.book.Enter(t.Context(), by()); refusedFor(err) != applications.ReasonSystem {
			t.Errorf("before anybody was asked: %v", err)
		}
		asked.answer = applications.Answer{ByHand: true, Undecided: "consent was refused"}
		w.advance(id)
		if a := w.app(id); len(a.Waits) != 1 || !a.Waits[0].ByHand {
			t.Fatalf("it waits: %+v", a.Waits)
		}
		if list := w.tasks(applications.TasksQuery{Roles: []string{"STAFF"}}); len(list) != 1 || list[0].Application != id {
			t.Errorf("tasks: %+v", list)
		}
		if _, _, err := w.book.Enter(t.Context(), by()); refusedFor(err) != applications.ReasonSignature {
			t.Errorf("unsigned: %v", err)
		}
		if _, _, err := w.book.Enter(t.Context(), w.plain(id, "HEAD", "T-U-c1", "ok")); refusedFor(err) != applications.ReasonActor {
			t.Errorf("by the head: %v", err)
		}
		req := by()
		w.sign(&req)
		e, _, err := w.book.Enter(t.Context(), req)
		must(t, err)
		if a := w.app(id); e.Actor.Role != "STAFF" || len(a.Waits) != 0 {
			t.Errorf("entered %+v, waits %+v", e, a.Waits)
		}
	})
	onBoth(t, "2015-04-14T10:00", func(t *testing.T, w *walker) {
		asked := &world{answer: applications.Answer{Holds: true}}
		w.book.Ask = asked.ask
		id := w.begun("TEC", regulation.Provider, "T-U-p1")
		w.toPersonKnown(id, asked)
		asked.answer = applications.Answer{ByHand: true, Undecided: "consent was refused"}
		w.advance(id)
		a := w.app(id)
		i := slices.IndexFunc(a.Entries, func(e applications.Entry) bool { return e.Step == "T-U-c1" })
		if i < 0 || a.Entries[i].Outcome != regulation.OutcomeFail || len(a.Waits) != 0 {
			t.Errorf("in 2015 it stands at %v and waits %+v", a.Place(), a.Waits)
		}
	})
}

// toPersonKnown lets an application come to the condition that asks a person's data.
func (w *walker) toPersonKnown(id string, asked *world) {
	w.t.Helper()
	for range 20 {
		m := w.first(id)
		if slices.Contains(m.Step.Checks, regulation.CheckPersonKnown) {
			return
		}
		c, err := w.book.Case(w.t.Context(), w.app(id))
		must(w.t, err)
		if !m.Step.BySystem(c.Rules) {
			w.walk(id, []act{{Move: m}})
			continue
		}
		held := w.book.Ask
		w.book.Ask = func(context.Context, applications.Question) (applications.Answer, error) {
			return applications.Answer{Holds: true}, nil
		}
		if m.Step.Kind == regulation.Condition {
			w.advance(id)
		} else {
			w.book.Ask = nil
			w.walk(id, []act{{Move: m}})
		}
		w.book.Ask = held
	}
	w.t.Fatalf("nobody asks a person's data of %s", id)
}

// The three facts of a signature are answered from the one that was offered: each alone
// fails the condition and is named, and what cannot be told now waits.
func TestFactsOfTheSignature(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		asked := &world{answer: applications.Answer{Holds: true, System: "PEP"}}
		w.book.Ask = asked.ask
		a, err := makeAuthority()
		must(t, err)
		revokedKey := ca.Person{Surname: "Person", GivenName: "of", Patronymic: "APPLICANT", IIN: "850101400011", Organisation: "Ұлттық музей", BIN: "120741000014", Roles: []certs.Role{certs.RoleHead}}
		offer := func(name string, p ca.Person) string {
			id := w.begun("TEC", regulation.Portal, "T-P-p1")
			w.advance(id)
			req := w.signedBy(w.plain(id, "APPLICANT", "T-P-p3", "done"), name, p)
			_, _, err := w.book.Enter(t.Context(), req)
			must(t, err)
			return id
		}
		another := revokedKey
		another.BIN = "250040999998"
		employee := revokedKey
		employee.Roles = []certs.Role{certs.RoleEmployee}
		for name, f := range map[string]struct {
			person ca.Person
			failed regulation.Check
		}{
			"facts: good": {revokedKey, ""}, "facts: another": {another, regulation.CheckSignatureIdentity}, "facts: employee": {employee, regulation.CheckSignatureIdentity},
		} {
			id := offer(name, f.person)
			w.advance(id)
			app := w.app(id)
			i := slices.IndexFunc(app.Entries, func(e applications.Entry) bool { return e.Step == "T-P-c2" })
			if i < 0 {
				t.Fatalf("%s: it stands at %v, %+v", name, app.Place(), app.Waits)
			}
			if e := app.Entries[i]; e.Data.Failed != f.failed || (e.Outcome == regulation.OutcomeOK) != (f.failed == "") || len(e.Data.Found) != 3 {
				t.Errorf("%s: %s by %q, found %+v", name, e.Outcome, e.Data.Failed, e.Data.Found)
			}
		}
		// Nobody can tell whether the certificate is revoked; then a list says that it was.
		key, err := keyFor("facts: revoked", withLife(revokedKey))
		must(t, err)
		w.book.Verifier = &signing.Verifier{Trust: a.verifier.Trust, Revocation: &revocation.Lists{}}
		id := offer("facts: revoked", revokedKey)
		w.advance(id)
		if app := w.app(id); len(app.Waits) != 1 || app.Waits[0].Asked != regulation.CheckSignatureRevoked || app.Entries[len(app.Entries)-1].Step != "T-P-p3" {
			t.Fatalf("it stands at %v and waits %+v", app.Place(), app.Waits)
		}
		a.demo.Revoke(key.Certificate.Serial, w.clock.now().Add(-time.Hour), revocation.KeyCompromise)
		lists := &revocation.Lists{}
		for _, list := range []func(time.Time, time.Time) ([]byte, error){a.demo.CRL, a.demo.RootCRL} {
			raw, err := list(w.clock.now().Add(-time.Minute), w.clock.now().AddDate(0, 1, 0))
			must(t, err)
			crl, err := revocation.ParseCRL(raw)
			must(t, err)
			lists.Add(crl)
		}
		w.book.Verifier = &signing.Verifier{Trust: a.verifier.Trust, Revocation: lists}
		w.clock.advance(time.Hour)
		_, err = w.book.Retry(t.Context())
		must(t, err)
		app := w.app(id)
		i := slices.IndexFunc(app.Entries, func(e applications.Entry) bool { return e.Step == "T-P-c2" })
		if i < 0 || app.Entries[i].Data.Failed != regulation.CheckSignatureRevoked || len(app.Waits) != 0 {
			t.Errorf("it stands at %v and waits %+v", app.Place(), app.Waits)
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

func withLife(p ca.Person) ca.Person {
	p.NotBefore, p.NotAfter = lifeFrom(), lifeUntil()
	return p
}
