// Package paths plans how applications must walk a route so that every exit of every
// step is made, and tells from what was made which exits are missing. The plan and the
// count of whoever walks, in tests and over HTTP, are both from here.
package paths

import (
	"fmt"
	"slices"

	"tamga/documents/regulation"
)

// Act is a move that an application is to make, and the check by which a condition of
// several fails.
type Act struct {
	regulation.Move
	Failed regulation.Check
}

// Nearest returns the moves from a place to the nearest end, of those that may be made;
// nil when none of them lead to an end.
func Nearest(w *regulation.Walk, from regulation.Place, may func(regulation.Move) bool) []Act {
	type path struct {
		at   regulation.Place
		acts []Act
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
			if may(m) {
				queue = append(queue, path{m.To, append(slices.Clone(p.acts), actOf(m, 0))})
			}
		}
	}
	return nil
}

// actOf is a move that fails, where one of several checks must, by the nth.
func actOf(m regulation.Move, n int) Act {
	if several(m) {
		return Act{m, m.Step.Checks[n]}
	}
	return Act{Move: m}
}

// several reports whether a move is the failure of a condition of several checks.
func several(m regulation.Move) bool {
	return len(m.Step.Checks) > 1 && m.Exit.On == regulation.OutcomeFail
}

// Plan returns ways from the beginning to an end, breadth-first over the outcomes, so
// that every move is made, and every check of a condition fails once.
func Plan(w *regulation.Walk) [][]Act {
	var all [][]Act
	anything := func(regulation.Move) bool { return true }
	to := map[regulation.Place][]Act{{}: nil} // the shortest way to each place
	for queue := []regulation.Place{{}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, m := range w.Moves(at) {
			times := 1
			if several(m) {
				times = len(m.Step.Checks)
			}
			for n := range times {
				all = append(all, slices.Concat(to[at], []Act{actOf(m, n)}, Nearest(w, m.To, anything)))
			}
			if _, seen := to[m.To]; !seen && m.To.End == "" {
				to[m.To] = append(slices.Clone(to[at]), actOf(m, 0))
				queue = append(queue, m.To)
			}
		}
	}
	return sparing(all)
}

// sparing leaves out the ways that another one has begun with or goes beyond.
func sparing(all [][]Act) [][]Act {
	done := map[string]bool{}
	key := func(a Act) string { return fmt.Sprint(a.Step.ID, a.Exit.On, a.Under != nil, a.Failed) }
	slices.SortStableFunc(all, func(a, b []Act) int { return len(b) - len(a) })
	return slices.DeleteFunc(all, func(p []Act) bool {
		fresh := slices.ContainsFunc(p, func(a Act) bool { return !done[key(a)] })
		for _, a := range p {
			done[key(a)] = true
		}
		return !fresh
	})
}

// Missing returns the exits of a walk that were not made, in the order of its routes.
func Missing(w *regulation.Walk, made map[regulation.WalkedExit]bool) []regulation.WalkedExit {
	return slices.DeleteFunc(w.Exits(), func(x regulation.WalkedExit) bool { return made[x] })
}

// Steps returns how many steps a walk has, and how many of them have ended in some way.
func Steps(w *regulation.Walk, made map[regulation.WalkedExit]bool) (walked, all int) {
	for _, r := range w.Routes() {
		for _, step := range r.Steps {
			all++
			if slices.ContainsFunc(step.Exits, func(x regulation.Exit) bool {
				return made[regulation.WalkedExit{Step: step.ID, On: x.On}]
			}) {
				walked++
			}
		}
	}
	return walked, all
}

// EachWalk calls f with every service of an edition by each of its channels.
func EachWalk(e *regulation.Edition, f func(s *regulation.Service, c regulation.Channel, w *regulation.Walk)) {
	for i := range e.Services {
		for _, c := range []regulation.Channel{regulation.Portal, regulation.Provider, regulation.Centre} {
			if w, ok := e.Walk(e.Services[i].Routes[c]); ok {
				f(&e.Services[i], c, w)
			}
		}
	}
}
