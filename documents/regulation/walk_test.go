package regulation_test

import (
	"testing"

	"tamga/documents/regulation"
)

// One application walks a route of systems and its actions: registration is one move
// under both names, and a decision is performed by its actions.
func TestWalk(t *testing.T) {
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	e, _ := law.Edition("2014-105-1613")
	w, ok := e.Walk("T-P")
	if !ok {
		t.Fatal("there is no walk of T-P")
	}
	if _, ok := e.Walk("T-aP"); ok {
		t.Error("a route of actions is walked by itself")
	}
	move := func(p regulation.Place, on string) regulation.Move {
		t.Helper()
		for _, m := range w.Moves(p) {
			if m.Exit.On == on {
				return m
			}
		}
		t.Fatalf("%v has no move %q", p, on)
		return regulation.Move{}
	}
	for _, c := range []struct {
		at         regulation.Place
		on         string
		step, ends string // what is done, and how the step of the systems ends
		to         regulation.Place
	}{
		{regulation.Place{Step: "T-P-p5"}, "done", "T-P-p5", "", regulation.Place{Step: "T-P-p6", Action: "T-aP1"}},
		{regulation.Place{Step: "T-P-p6", Action: "T-aP1"}, "done", "T-aP1", "done", regulation.Place{Step: "T-P-c3", Action: "T-aP2"}},
		{regulation.Place{Step: "T-P-c3", Action: "T-aP3"}, "complete", "T-aP3", "", regulation.Place{Step: "T-P-c3", Action: "T-aP4"}},
		{regulation.Place{Step: "T-P-c3", Action: "T-aP3"}, "incomplete", "T-aP3", "fail", regulation.Place{Step: "T-P-d1", Action: "T-aP-d1"}},
		{regulation.Place{Step: "T-P-c3", Action: "T-aP4"}, "recognised", "T-aP4", "ok", regulation.Place{Step: "T-P-p7", Action: "T-aP5"}},
		{regulation.Place{Step: "T-P-p7", Action: "T-aP5"}, "done", "T-aP5", "", regulation.Place{Step: "T-P-p7", Action: "T-aP6"}},
		{regulation.Place{Step: "T-P-p7", Action: "T-aP7"}, "done", "T-aP7", "done", regulation.Place{End: regulation.EndIssued}},
		{regulation.Place{Step: "T-P-d1", Action: "T-aP-d3"}, "done", "T-aP-d3", "done", regulation.Place{End: regulation.EndRefused}},
	} {
		m := move(c.at, c.on)
		ends := ""
		if m.Ends != nil {
			ends = m.Ends.On
		}
		if m.Step.ID != c.step || ends != c.ends || m.To != c.to {
			t.Errorf("%v %s: %s, ends %q, to %v", c.at, c.on, m.Step.ID, ends, m.To)
		}
	}
	if all := w.Moves(regulation.Place{}); len(all) != 2 {
		t.Errorf("the beginning has %d moves", len(all))
	}
	if all := w.Moves(regulation.Place{End: regulation.EndIssued}); all != nil {
		t.Errorf("the end has the moves %v", all)
	}
}

// A refusal after a hearing stands where the condition of the systems has failed, and
// whoever is heard and believed goes on.
func TestWalkThroughHearing(t *testing.T) {
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	e, _ := law.Edition("2026-draft")
	w, _ := e.Walk("S-U")
	at := regulation.Place{Step: "S-U-c2", Action: "S-aU3"}
	for _, on := range []string{"fail", "done", "done", "objection"} {
		at = next(w, at, on)
		if at.Step != "S-U-c2" {
			t.Fatalf("%s leads to %v", on, at)
		}
	}
	if to := next(w, at, "fail"); to != (regulation.Place{Step: "S-U-d3", Action: "S-aU-d2"}) {
		t.Errorf("refused at %v", to)
	}
	if to := next(w, at, "ok"); to != (regulation.Place{Step: "S-U-p7", Action: "S-aU4"}) {
		t.Errorf("granted at %v", to)
	}
}

// A commission that found no cultural value examines again when the applicant was
// heard and believed: no certificate rests on its first conclusion.
func TestHearingAfterConclusion(t *testing.T) {
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	e, _ := law.Edition("2026-draft")
	w, _ := e.Walk("T-P")
	commission := regulation.Place{Step: "T-P-c3", Action: "T-aP4"}
	at := commission
	for _, on := range []string{"no_value", "done", "done", "record", "ok"} {
		at = next(w, at, on)
	}
	if at != commission {
		t.Errorf("the hearing leads to %v", at)
	}
}

func next(w *regulation.Walk, p regulation.Place, on string) regulation.Place {
	for _, m := range w.Moves(p) {
		if m.Exit.On == on {
			return m.To
		}
	}
	return regulation.Place{}
}
