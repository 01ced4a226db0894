package applications_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/signing/creation"
)

// Of many who do one step at the same time one does it, and the others hear where the
// application stands; many who ask with one key get one entry.
func TestOneOfManyDoesTheStep(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		const many = 12
		together := func(req func(i int) applications.EnterRequest) (done []applications.Entry, failed []error) {
			var mu sync.Mutex
			var all sync.WaitGroup
			start := make(chan struct{})
			for i := range many {
				q := req(i)
				all.Go(func() {
					<-start
					e, _, err := w.book.Enter(context.WithoutCancel(t.Context()), q)
					mu.Lock()
					defer mu.Unlock()
					if err != nil {
						failed = append(failed, err)
						return
					}
					done = append(done, e)
				})
			}
			close(start)
			all.Wait()
			return done, failed
		}
		id := w.lead("TEC", regulation.Provider, "T-aU2").ID
		done, failed := together(func(i int) applications.EnterRequest {
			req := w.plain(id, "HEAD", "T-aU2", "done")
			req.Actor.Person = fmt.Sprint("Head ", i)
			return req
		})
		if len(done) != 1 || len(failed) != many-1 {
			t.Fatalf("%d have done the step, %d not", len(done), len(failed))
		}
		for _, err := range failed {
			if refusedFor(err) != applications.ReasonPosition {
				t.Errorf("%v", err)
			}
		}
		one := w.plain(id, "EXECUTOR", "T-aU3", "complete")
		done, failed = together(func(int) applications.EnterRequest { return one })
		if len(done) != many || len(failed) != 0 {
			t.Fatalf("%d have the entry: %v", len(done), failed)
		}
		for _, e := range done {
			if e.ID != done[0].ID {
				t.Errorf("entries %s and %s", e.ID, done[0].ID)
			}
		}
		a, err := w.book.Application(t.Context(), id)
		must(t, err)
		if last := a.Entries[len(a.Entries)-1]; last.ID != done[0].ID {
			t.Errorf("the last entry is %s, want %s", last.ID, done[0].ID)
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// Of many registrations at the same time each has its own number, without a gap.
func TestRegistrationsTakeNumbersInTurn(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		const many = 6
		var reqs []applications.EnterRequest
		for range many {
			a := w.lead("SRA", regulation.Portal, "S-aP1")
			kase, err := w.book.Case(w.t.Context(), a)
			must(t, err)
			reqs = append(reqs, w.request(a.ID, act{Move: kase.Walk.Moves(a.Place())[0]}))
		}
		w.book.Register.Store.Now = func() time.Time { // a clock that goes on while they wait for each other
			w.clock.advance(time.Millisecond)
			return w.clock.now()
		}
		var all sync.WaitGroup
		errs := make([]error, many)
		for i, q := range reqs {
			all.Go(func() { _, _, errs[i] = w.book.Enter(context.WithoutCancel(t.Context()), q) })
		}
		all.Wait()
		seen := map[int]bool{}
		for i, q := range reqs {
			must(t, errs[i])
			a, err := w.book.Application(t.Context(), q.Application)
			must(t, err)
			n, err := documents.ParseNumber(a.Number)
			must(t, err)
			if seen[n.Seq] || n.Seq < 1 || n.Seq > many {
				t.Errorf("№ %s", a.Number)
			}
			seen[n.Seq] = true
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// The same key gives the same application and the same entry, with its document; with
// another request it is refused.
func TestIdempotent(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		req := applications.OpenRequest{
			Client: "portal", IdempotencyKey: "one", Service: "TEC", Channel: regulation.Portal, Applicant: museum(), Form: json.RawMessage(`{"b": 1, "a": "x"}`),
		}
		first, replayed, err := w.book.Open(t.Context(), req)
		must(t, err)
		if replayed || string(first.Form) != `{"a":"x","b":1}` {
			t.Errorf("replayed: %v, form %s", replayed, first.Form)
		}
		again, replayed, err := w.book.Open(t.Context(), req)
		if err != nil || !replayed || again.ID != first.ID {
			t.Errorf("again: %s %v %v", again.ID, replayed, err)
		}
		together := req
		together.IdempotencyKey = "together"
		ids := make([]string, 8)
		var all sync.WaitGroup
		for i := range ids {
			all.Go(func() {
				a, _, err := w.book.Open(context.WithoutCancel(t.Context()), together)
				if ids[i] = a.ID; err != nil {
					ids[i] = err.Error()
				}
			})
		}
		all.Wait()
		for _, id := range ids {
			if id != ids[0] || len(id) != 16 {
				t.Errorf("opened together: %v", ids)
			}
		}
		req.Form = json.RawMessage(`{"a": "y"}`)
		if _, _, err := w.book.Open(t.Context(), req); !errors.Is(err, store.ErrKeyReused) {
			t.Errorf("another form: %v", err)
		}
		a := w.lead("TEC", regulation.Portal, "T-aP1")
		kase, err := w.book.Case(w.t.Context(), a)
		must(t, err)
		enter := w.request(a.ID, act{Move: kase.Walk.Moves(a.Place())[0]})
		done, replayed, err := w.book.Enter(t.Context(), enter)
		if err != nil || replayed {
			t.Fatal(replayed, err)
		}
		w.clock.advance(time.Hour)
		other, replayed, err := w.book.Enter(t.Context(), enter)
		if err != nil || !replayed || other.ID != done.ID || other.Document != done.Document {
			t.Errorf("again: %+v %v %v", other, replayed, err)
		}
		enter.Outcome = "signed"
		if _, _, err := w.book.Enter(t.Context(), enter); !errors.Is(err, store.ErrKeyReused) {
			t.Errorf("another outcome: %v", err)
		}
		elsewhere := w.open("TEC", regulation.Portal)
		enter.Outcome, enter.Application = "done", elsewhere.ID
		if _, _, err := w.book.Enter(t.Context(), enter); !errors.Is(err, store.ErrKeyReused) {
			t.Errorf("another application: %v", err)
		}
		stale := w.plain(a.ID, "HEAD", "T-aP2", "done")
		stale.AnyState, stale.Last = false, len(a.Entries)
		if _, _, err := w.book.Enter(t.Context(), stale); !errors.Is(err, applications.ErrChanged) {
			t.Errorf("a state of before: %v", err)
		}
		stale.Last++
		if _, _, err := w.book.Enter(t.Context(), stale); err != nil {
			t.Errorf("the state of now: %v", err)
		}
	})
}

// A document that could not be signed is made when the step is asked for again; the
// entry was written once.
func TestDocumentIsFinishedLater(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		a := w.lead("SRA", regulation.Provider, "S-aU1")
		kase, err := w.book.Case(w.t.Context(), a)
		must(t, err)
		req := w.request(a.ID, act{Move: kase.Walk.Moves(a.Place())[0]})
		broken := errors.New("the authority does not answer")
		make := w.book.Register.Make
		w.book.Register.Make = func(context.Context, creation.Order) (creation.Made, error) { return creation.Made{}, broken }
		done, replayed, err := w.book.Enter(t.Context(), req)
		if !errors.Is(err, broken) || replayed || done.Document == "" {
			t.Fatalf("%+v %v %v", done, replayed, err)
		}
		w.book.Register.Make = make
		again, replayed, err := w.book.Enter(t.Context(), req)
		if err != nil || !replayed || again.Document != done.Document {
			t.Fatalf("%+v %v %v", again, replayed, err)
		}
		rec, err := w.book.Register.Document(t.Context(), done.Document)
		if err != nil || rec.Status != documents.StatusInForce {
			t.Errorf("%s %v", rec.Status, err)
		}
	})
}

// Whatever is changed of an application or an entry, or taken away, the log tells, and
// the proof of an entry holds.
func TestLogCoversApplications(t *testing.T) {
	edits := map[string][][3]string{
		"applications": {
			{"service", `service || 'x'`, `substr(service, 1, length(service) - 1)`}, {"opened_at", `opened_at - 1`, `opened_at + 1`},
			{"applicant", `applicant || ' '`, `substr(applicant, 1, length(applicant) - 1)`}, {"registered_at", `registered_at + 1`, `registered_at - 1`},
		},
		"application_entries": {
			{"outcome", `outcome || 'x'`, `substr(outcome, 1, length(outcome) - 1)`}, {"person", `person || 'x'`, `substr(person, 1, length(person) - 1)`},
			{"at", `at + 1`, `at - 1`}, {"seq", `seq + 100`, `seq - 100`}, {"data", `data || ' '`, `substr(data, 1, length(data) - 1)`},
			{"next_step", `next_step || 'x'`, `substr(next_step, 1, length(next_step) - 1)`},
		},
	}
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		a := w.lead("SRA", regulation.Portal, "S-aP2")
		must(t, w.book.Register.VerifyLog(t.Context()))
		for table, key := range map[string]string{"applications": a.ID, "application_entries": a.Entries[2].ID} {
			proof, err := w.book.Register.ProveRow(t.Context(), table, key)
			must(t, err)
			must(t, proof.Check())
			proof.Record += " "
			if proof.Check() == nil {
				t.Error("the proof holds of another record")
			}
			for _, edit := range edits[table] {
				column, change, back := edit[0], edit[1], edit[2]
				w.edit(`UPDATE `+table+` SET `+column+` = `+change+` WHERE id = $1`, key)
				var tampered *registry.TamperError
				if err := w.book.Register.VerifyLog(t.Context()); !errors.As(err, &tampered) || tampered.Number != key {
					t.Errorf("%s.%s was changed, and the log says %v", table, column, err)
				}
				w.edit(`UPDATE `+table+` SET `+column+` = `+back+` WHERE id = $1`, key)
			}
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
		last := a.Entries[len(a.Entries)-1]
		w.edit(`DELETE FROM application_entries WHERE id = $1`, last.ID)
		var tampered *registry.TamperError
		if err := w.book.Register.VerifyLog(t.Context()); !errors.As(err, &tampered) || tampered.Number != last.ID {
			t.Errorf("an entry is gone, and the log says %v", err)
		}
		if _, err := w.book.Register.ProveRow(t.Context(), "application_entries", a.ID); !errors.Is(err, registry.ErrNotFound) {
			t.Errorf("a row that is not there is proved: %v", err)
		}
	})
}
