package applications_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tamga/documents/regulation"
)

// act is a move that an application is to make, and the check by which a condition of
// several fails.
type act struct {
	regulation.Move
	failed regulation.Check
}

// way leads from a place to the nearest end, by moves that it may make.
func way(w *regulation.Walk, from regulation.Place, may func(regulation.Move) bool) []act {
	type path struct {
		at   regulation.Place
		acts []act
	}
	seen := map[regulation.Place]bool{}
	for queue := []path{{at: from}}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		if p.at.End != "" {
			return p.acts
		}
		if seen[p.at] {
			continue
		}
		seen[p.at] = true
		for _, m := range w.Moves(p.at) {
			if !may(m) {
				continue
			}
			queue = append(queue, path{m.To, append(slices.Clone(p.acts), with(m, 0))})
		}
	}
	return nil
}

func anything(regulation.Move) bool { return true }

// with is a move that fails, where one of several checks must, by the nth.
func with(m regulation.Move, n int) act {
	if len(m.Step.Checks) > 1 && m.Exit.On == regulation.OutcomeFail {
		return act{m, m.Step.Checks[n]}
	}
	return act{Move: m}
}

// plan are ways from the beginning to an end, breadth-first over the outcomes, so that
// every move is made, and every check of a condition fails once.
func plan(w *regulation.Walk) [][]act {
	var all [][]act
	to := map[regulation.Place][]act{{}: nil} // the shortest way to each place
	for queue := []regulation.Place{{}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, m := range w.Moves(at) {
			times := 1
			if with(m, 0).failed != "" {
				times = len(m.Step.Checks)
			}
			for n := range times {
				all = append(all, slices.Concat(to[at], []act{with(m, n)}, way(w, m.To, anything)))
			}
			if _, seen := to[m.To]; !seen && m.To.End == "" {
				to[m.To] = append(slices.Clone(to[at]), with(m, 0))
				queue = append(queue, m.To)
			}
		}
	}
	return sparing(all)
}

// sparing leaves out the ways that another one has begun with or goes beyond.
func sparing(all [][]act) [][]act {
	done := map[string]bool{}
	key := func(a act) string { return fmt.Sprint(a.Step.ID, a.Exit.On, a.Under != nil, a.failed) }
	slices.SortStableFunc(all, func(a, b []act) int { return len(b) - len(a) })
	return slices.DeleteFunc(all, func(p []act) bool {
		fresh := slices.ContainsFunc(p, func(a act) bool { return !done[key(a)] })
		for _, a := range p {
			done[key(a)] = true
		}
		return !fresh
	})
}

// answering makes a condition that always answers yes of ways: they go on from there.
func answering(w *regulation.Walk, all [][]act, condition string) [][]act {
	passes := func(m regulation.Move) bool { return m.OutcomeOf(condition) != regulation.OutcomeFail }
	var out [][]act
	for _, p := range all {
		var q []act
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
				q = append(append(q, act{Move: here[0]}), way(w, here[0].To, passes)...)
			}
			break
		}
		out = append(out, q)
	}
	return out
}

// walked are the exits of ways.
func walked(all [][]act) map[regulation.WalkedExit]bool {
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

// missing are the exits of a walk that are not walked.
func missing(w *regulation.Walk, found map[regulation.WalkedExit]bool) []regulation.WalkedExit {
	return slices.DeleteFunc(w.Exits(), func(x regulation.WalkedExit) bool { return found[x] })
}

// walks calls f with every walk of the services of every edition.
func walks(l *regulation.Law, f func(e *regulation.Edition, s *regulation.Service, c regulation.Channel)) {
	for _, e := range l.Editions() {
		for i := range e.Services {
			for _, c := range []regulation.Channel{regulation.Portal, regulation.Provider, regulation.Centre} {
				if _, ok := e.Services[i].Routes[c]; ok {
					f(e, &e.Services[i], c)
				}
			}
		}
	}
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
		found = found || slices.ContainsFunc(missing(w, walked(plan(b))), gone)
	})
	return found
}

// A walk notices a condition that always answers yes, each of them.
func TestPlanMissesWhatIsNeverRefused(t *testing.T) {
	conditions := 0
	walks(law(t), func(e *regulation.Edition, s *regulation.Service, c regulation.Channel) {
		w, _ := e.Walk(s.Routes[c])
		all := plan(w)
		if left := missing(w, walked(all)); len(left) > 0 {
			t.Fatalf("%s %s: the plan misses %v", e.ID, s.Routes[c], left)
		}
		for _, r := range w.Routes() {
			for _, step := range r.Steps {
				if step.Kind != regulation.Condition {
					continue
				}
				conditions++
				left := missing(w, walked(answering(w, all, step.ID)))
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
