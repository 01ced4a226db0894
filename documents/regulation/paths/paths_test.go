package paths_test

import (
	"slices"
	"strings"
	"testing"

	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func law(t testing.TB) *regulation.Law {
	t.Helper()
	l, err := regulation.ShippedLaw()
	must(t, err)
	return l
}

// answering returns what becomes of ways where a condition always answers yes: they go
// on from there.
func answering(w *regulation.Walk, all [][]paths.Act, condition string) [][]paths.Act {
	passes := func(m regulation.Move) bool { return m.OutcomeOf(condition) != regulation.OutcomeFail }
	var out [][]paths.Act
	for _, p := range all {
		var q []paths.Act
		at := regulation.Place{}
		for _, a := range p {
			if passes(a.Move) {
				q, at = append(q, a), a.To
				continue
			}
			// The condition itself, or an action that performs it, does not fail.
			here := slices.DeleteFunc(w.Moves(at), func(m regulation.Move) bool {
				return m.Step.ID != a.Step.ID || !passes(m)
			})
			if len(here) > 0 {
				q = append(append(q, paths.Act{Move: here[0]}), paths.Nearest(w, here[0].To, passes)...)
			}
			break
		}
		out = append(out, q)
	}
	return out
}

// walks calls f with every walk of the services of every edition.
func walks(l *regulation.Law, f func(e *regulation.Edition, s *regulation.Service, c regulation.Channel)) {
	for _, e := range l.Editions() {
		paths.EachWalk(e, func(s *regulation.Service, c regulation.Channel, _ *regulation.Walk) { f(e, s, c) })
	}
}

// walked are the exits of ways.
func walked(all [][]paths.Act) map[regulation.WalkedExit]bool {
	found := map[regulation.WalkedExit]bool{}
	for _, p := range all {
		for _, a := range p {
			for _, x := range a.Exits() {
				found[x] = true
			}
		}
	}
	return found
}

// A walk notices when one exit is removed from the data, wherever it is: the data is
// refused at the start, or the exit is missing.
func TestPlanMissesWhatWasRemoved(t *testing.T) {
	shipped, err := regulation.Shipped()
	must(t, err)
	whole := law(t)
	removed, refused := 0, 0
	remove := func(named func(e *regulation.Edition) *regulation.Step, edition, x int, prefix func(gone regulation.WalkedExit, w regulation.WalkedExit) bool) {
		fresh, err := regulation.Shipped()
		must(t, err)
		step := named(&fresh[edition])
		gone := regulation.WalkedExit{Step: step.ID, On: step.Exits[x].On}
		step.Exits = slices.Delete(step.Exits, x, x+1)
		removed++
		broken, err := regulation.Compile(fresh...)
		if err != nil {
			refused++
		} else if !misses(whole, broken, func(w regulation.WalkedExit) bool { return prefix(gone, w) }) {
			t.Errorf("%s: nobody misses the exit %v", fresh[edition].ID, gone)
		}
	}
	itself := func(gone, w regulation.WalkedExit) bool { return gone == w }
	between := func(gone, w regulation.WalkedExit) bool {
		return gone.On == w.On && strings.HasSuffix(w.Step, "-"+gone.Step)
	}
	for i, e := range shipped {
		for r := range e.Routes {
			for s := range e.Routes[r].Steps {
				for x := range e.Routes[r].Steps[s].Exits {
					remove(func(e *regulation.Edition) *regulation.Step { return &e.Routes[r].Steps[s] }, i, x, itself)
				}
			}
		}
		if e.Hearing == nil {
			continue
		}
		for s := range e.Hearing.Steps {
			for x := range e.Hearing.Steps[s].Exits {
				remove(func(e *regulation.Edition) *regulation.Step { return &e.Hearing.Steps[s] }, i, x, between)
			}
		}
	}
	t.Logf("%d exits removed, %d refused at the start, the others missed", removed, refused)
	if removed < 100 || refused == removed {
		t.Errorf("%d exits were removed, and %d refused", removed, refused)
	}
}

// misses reports whether walking a broken law leaves out an exit of the whole one.
func misses(whole, broken *regulation.Law, gone func(regulation.WalkedExit) bool) (found bool) {
	walks(whole, func(e *regulation.Edition, s *regulation.Service, c regulation.Channel) {
		w, _ := e.Walk(s.Routes[c])
		other, _ := broken.Edition(e.ID)
		b, _ := other.Walk(s.Routes[c])
		found = found || slices.ContainsFunc(paths.Missing(w, walked(paths.Plan(b))), gone)
	})
	return found
}

// A walk notices a condition that always answers yes, each of them.
func TestPlanMissesWhatIsNeverRefused(t *testing.T) {
	conditions := 0
	walks(law(t), func(e *regulation.Edition, s *regulation.Service, c regulation.Channel) {
		w, _ := e.Walk(s.Routes[c])
		all := paths.Plan(w)
		if left := paths.Missing(w, walked(all)); len(left) > 0 {
			t.Fatalf("%s %s: the plan misses %v", e.ID, s.Routes[c], left)
		}
		for _, r := range w.Routes() {
			for _, step := range r.Steps {
				if step.Kind != regulation.Condition {
					continue
				}
				conditions++
				left := paths.Missing(w, walked(answering(w, all, step.ID)))
				if !slices.Contains(left, regulation.WalkedExit{Step: step.ID, On: regulation.OutcomeFail}) {
					t.Errorf("%s %s: nobody misses a refusal by %s", e.ID, r.ID, step.ID)
				}
			}
		}
	})
	if conditions < 40 {
		t.Errorf("only %d conditions", conditions)
	}
}
