package diagram

import (
	"slices"

	"tamga/documents/regulation"
)

// layout is where the steps of a route stand and how they lead to each other.
type layout struct {
	lanes [][]string // of whom each is: an actor, or the systems of one step
	nodes []node     // from top to bottom
	edges []edge
}

// node is a step in its lane.
type node struct {
	step *regulation.Step
	lane int
}

// edge leads from one row to another, by some outcomes. Of those that pass other
// rows, track tells them apart.
type edge struct {
	from, to int
	outcomes []string
	track    int
	nth      int
	draft    bool
}

// passes reports whether an edge passes rows between its ends, or leads back.
func (e edge) passes() bool { return e.to != e.from+1 }

// plan puts steps into rows so that what is refused stands below its condition,
// before the way goes on, and finds the lanes in the order of their first steps.
func plan(e *regulation.Edition, r *regulation.Route) layout {
	var l layout
	row := map[string]int{}
	var visit func(id string)
	visit = func(id string) {
		s, ok := r.Step(id)
		if _, seen := row[id]; seen || !ok {
			return
		}
		row[id] = len(l.nodes)
		l.nodes = append(l.nodes, node{step: s, lane: l.laneOf(r, s)})
		for _, x := range s.Exits {
			if onlyRefused(r, x.To) {
				visit(x.To)
			}
		}
		for _, x := range slices.Backward(s.Exits) {
			visit(x.To)
		}
	}
	for _, id := range r.Begins {
		visit(id)
	}
	tracks := 0
	for from, n := range l.nodes {
		out := 0 // edges of this step that pass rows
		for _, x := range n.step.Exits {
			if x.To == "" {
				continue
			}
			to := row[x.To]
			if i := slices.IndexFunc(l.edges, func(o edge) bool { return o.from == from && o.to == to }); i >= 0 {
				l.edges[i].outcomes = append(l.edges[i].outcomes, x.On)
				continue
			}
			added := edge{nth: out, from: from, to: to, outcomes: []string{x.On}, draft: x.Source.Draft() || n.step.Source.Draft()}
			if added.passes() {
				added.track = tracks % 4
				tracks++
				out++
			}
			l.edges = append(l.edges, added)
		}
	}
	return l
}

// onlyRefused reports whether a step leads to refusals alone.
func onlyRefused(r *regulation.Route, id string) bool {
	found := map[string]bool{}
	for queue := []string{id}; len(queue) > 0; queue = queue[1:] {
		s, ok := r.Step(queue[0])
		if !ok || found[queue[0]] {
			continue
		}
		found[queue[0]] = true
		for _, x := range s.Exits {
			if x.End == regulation.EndIssued {
				return false
			}
			queue = append(queue, x.To)
		}
	}
	return true
}

// laneOf finds or makes the lane of a step: that of the system in which it
// happens, or of who acts.
func (l *layout) laneOf(r *regulation.Route, s *regulation.Step) int {
	id := []string{s.Actor}
	if r.Kind == regulation.SystemRoute && len(s.Systems) > 0 {
		id = s.Systems[:1]
		if s.Kind == regulation.Condition {
			id = s.Systems // that one of them answers
		}
	}
	if i := slices.IndexFunc(l.lanes, func(o []string) bool { return slices.Equal(o, id) }); i >= 0 {
		return i
	}
	l.lanes = append(l.lanes, id)
	return len(l.lanes) - 1
}
