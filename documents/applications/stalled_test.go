package applications_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
)

// A program that cannot do its step says so, and does it later by itself.
func TestStepOfProgramThatFails(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		asked := &world{answer: applications.Answer{System: "PEP"}}
		w.book.Ask = asked.ask
		letter := w.book.Letter
		w.book.Letter = func(context.Context, applications.Case, applications.Issues) (*documents.Draft, error) {
			return nil, errors.New("nobody signs now")
		}
		id := w.begun("TEC", regulation.Portal, "T-P-p1")
		w.advance(id)
		a := w.app(id)
		if a.Place().Step != "T-P-p2" || len(a.Waits) != 1 || a.Waits[0].Asked != applications.AskedStep || a.Waits[0].Step != "T-P-p2" {
			t.Fatalf("it stands at %v and waits for %+v", a.Place(), a.Waits)
		}
		w.clock.advance(time.Minute)
		if done, err := w.book.Retry(t.Context()); err != nil || done != 0 || len(w.app(id).Waits) != 1 {
			t.Errorf("tried again: %d %v", done, err)
		}
		w.book.Letter = letter
		w.clock.advance(2 * time.Hour)
		if done, err := w.book.Retry(t.Context()); err != nil || done != 1 {
			t.Errorf("when it can be done: %d %v", done, err)
		}
		if a := w.app(id); a.Ended != regulation.EndRefused || len(a.Waits) != 0 {
			t.Errorf("it has ended %q and waits for %+v", a.Ended, a.Waits)
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// Where whoever entered a step was stopped before the programs went on, they do later.
func TestStoppedBeforeThePrograms(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		asked := &world{answer: applications.Answer{Holds: true, System: "PEP"}}
		w.book.Ask = asked.ask
		id := w.begun("TEC", regulation.Portal, "T-P-p1")
		w.clock.advance(29 * time.Second)
		if _, err := w.book.Retry(t.Context()); err != nil || w.app(id).Place().Step != "T-P-c1" {
			t.Errorf("whoever entered it may still go on: %v %v", w.app(id).Place(), err)
		}
		w.clock.advance(time.Second)
		if _, err := w.book.Retry(t.Context()); err != nil || w.app(id).Place().Step != "T-P-p3" {
			t.Errorf("nobody has gone on: %v %v", w.app(id).Place(), err)
		}
	})
}
