package regulation

import "slices"

// Walk is a route of information systems together with the actions by which some of
// its steps are performed, as one application walks both. Make it with
// [Edition.Walk]; it does not change.
type Walk struct {
	route, actions *Route
	performs       map[string]string // the steps of the systems by their actions
	first          map[string]string // the first actions by the steps of the systems
}

// Place is where an application stands: at a step of the systems and, where that is
// performed by actions, at one of these; or at an end. The zero place is before the
// beginning.
type Place struct {
	Step   string
	Action string
	End    End
}

// Move is one thing that may be done at a place, with where it leads.
type Move struct {
	// Step is what is done: an action, or a step of the systems that no action
	// performs; and Exit how it ends.
	Step *Step
	Exit Exit
	// Under is the step of the systems at which an action is done, and Ends how that
	// step ends by it; both are nil where they do not apply.
	Under *Step
	Ends  *Exit
	To    Place
}

// Walk returns the walk of a route of information systems; false for any other.
func (e *Edition) Walk(id string) (*Walk, bool) {
	r, ok := e.Route(id)
	if !ok || r.Kind != SystemRoute {
		return nil, false
	}
	w := &Walk{route: r, performs: map[string]string{}, first: map[string]string{}}
	if r.Actions == "" {
		return w, true
	}
	if w.actions, ok = e.Route(r.Actions); !ok {
		return nil, false
	}
	for _, l := range r.Links {
		all := slices.Concat(l.Before, l.Actions)
		w.first[l.Step] = all[0]
		for _, id := range all {
			w.performs[id] = l.Step
		}
	}
	return w, true
}

// Routes returns the routes that are walked: that of the systems, and that of the
// actions where there is one.
func (w *Walk) Routes() []*Route {
	if w.actions == nil {
		return []*Route{w.route}
	}
	return []*Route{w.route, w.actions}
}

// Begins returns the places at which the walk may begin.
func (w *Walk) Begins() []Place {
	all := make([]Place, len(w.route.Begins))
	for i, id := range w.route.Begins {
		all[i] = w.at(id)
	}
	return all
}

// at is the place of an application that has come to a step of the systems.
func (w *Walk) at(step string) Place { return Place{Step: step, Action: w.first[step]} }

// Step returns a step of either route.
func (w *Walk) Step(id string) (*Step, bool) {
	for _, r := range w.Routes() {
		if s, ok := r.Step(id); ok {
			return s, true
		}
	}
	return nil, false
}

// Moves returns all that may be done at a place, in the order of the exits; nothing
// at an end, and nothing at a place that the walk does not have.
func (w *Walk) Moves(p Place) []Move {
	var all []Move
	if p == (Place{}) {
		for _, begin := range w.Begins() {
			all = append(all, w.Moves(begin)...)
		}
		return all
	}
	under, ok := w.route.Step(p.Step)
	if !ok || p.End != "" {
		return nil
	}
	if p.Action == "" {
		for _, x := range under.Exits {
			to := Place{End: x.End}
			if x.To != "" {
				to = w.at(x.To)
			}
			all = append(all, Move{Step: under, Exit: x, To: to})
		}
		return all
	}
	if w.actions == nil {
		return nil
	}
	action, ok := w.actions.Step(p.Action)
	if !ok {
		return nil
	}
	for _, x := range action.Exits {
		if m, ok := w.performed(under, action, x); ok {
			all = append(all, m)
		}
	}
	return all
}

// performed is an action that is done under a step of the systems: that goes on while
// the next action is its own or, like a hearing, nobody's; else it ends by the exit
// that leads where the actions go. It is false when there is none.
func (w *Walk) performed(under, action *Step, x Exit) (Move, bool) {
	m := Move{Step: action, Exit: x, Under: under}
	if x.End != "" {
		m.Ends, m.To = under.exitTo(func(o Exit) bool { return o.End == x.End }), Place{End: x.End}
		return m, m.Ends != nil
	}
	next, ok := w.actions.Step(x.To)
	if !ok {
		return m, false
	}
	owner, owned := w.performs[x.To]
	switch {
	case owned && owner != under.ID:
		m.Ends = under.exitTo(func(o Exit) bool { return o.To == owner })
		m.To = Place{Step: owner, Action: x.To}
		return m, m.Ends != nil && w.first[owner] == x.To
	case owned || !next.ends(EndRefused):
		m.To = Place{Step: under.ID, Action: x.To}
		return m, true
	}
	if m.Ends = w.refuses(under, next.Notice); m.Ends == nil {
		return m, false
	}
	m.To = Place{Step: m.Ends.To, Action: x.To}
	return m, true
}

// refuses is the exit by which a step of the systems leads to a refusal: to that of
// the same notice, if there is one, else to the first.
func (w *Walk) refuses(under *Step, notice string) *Exit {
	leads := func(same bool) *Exit {
		return under.exitTo(func(o Exit) bool {
			to, ok := w.route.Step(o.To)
			return ok && to.ends(EndRefused) && (!same || to.Notice == notice)
		})
	}
	if x := leads(true); x != nil {
		return x
	}
	return leads(false)
}

// exitTo returns the first exit that fits; nil if none does.
func (s *Step) exitTo(fits func(Exit) bool) *Exit {
	for i := range s.Exits {
		if fits(s.Exits[i]) {
			return &s.Exits[i]
		}
	}
	return nil
}

// WalkedExit names an exit of a step of either route.
type WalkedExit struct{ Step, On string }

// Exits returns every exit of every step of both routes, in their order.
func (w *Walk) Exits() []WalkedExit {
	var all []WalkedExit
	for _, r := range w.Routes() {
		for _, s := range r.Steps {
			for _, x := range s.Exits {
				all = append(all, WalkedExit{s.ID, x.On})
			}
		}
	}
	return all
}

// Exits returns the exits that a move is: of what is done, and of the step of the
// systems that ends by it.
func (m Move) Exits() []WalkedExit {
	all := []WalkedExit{{m.Step.ID, m.Exit.On}}
	if m.Ends != nil {
		all = append(all, WalkedExit{m.Under.ID, m.Ends.On})
	}
	return all
}

// walked judges that one application can walk a route and its actions together:
// every exit of both is that of a move.
func (c routeCheck) walked() error {
	w, ok := c.e.Walk(c.r.ID)
	if !ok {
		return nil // a route of actions is walked with those of systems
	}
	done, seen := map[WalkedExit]bool{}, map[Place]bool{}
	for queue := w.Begins(); len(queue) > 0; queue = queue[1:] {
		if seen[queue[0]] {
			continue
		}
		seen[queue[0]] = true
		for _, m := range w.Moves(queue[0]) {
			for _, x := range m.Exits() {
				done[x] = true
			}
			queue = append(queue, m.To)
		}
	}
	for _, x := range w.Exits() {
		if !done[x] {
			return c.bad(RuleUnlinked, x.Step, "an application that walks the route with its actions never leaves the step by %q", x.On)
		}
	}
	return nil
}

// Name names a place by the step that is done there; nothing for an end.
func (p Place) Name() string {
	if p.Action != "" {
		return p.Action
	}
	return p.Step
}

// Named reports whether a step is what a move does, by either of its names: that of
// the action, or that of the step of the systems that ends by it.
func (m Move) Named(step string) bool {
	return m.Step.ID == step || m.Under != nil && m.Under.ID == step
}

// OutcomeOf returns how a step ends by a move; empty for one that does not.
func (m Move) OutcomeOf(step string) string {
	switch {
	case m.Step.ID == step:
		return m.Exit.On
	case m.Ends != nil && m.Under.ID == step:
		return m.Ends.On
	}
	return ""
}

// By reports whether a role, or a system, does the step. Of the systems of one that is
// done by a system, each may answer; of the roles of which one signs, any does it.
func (s *Step) By(e *Edition, actor string) bool {
	return s.Actor == actor || e.isSystem(s.Actor) && slices.Contains(s.Systems, actor) ||
		slices.Contains(s.Signs, s.Actor) && slices.Contains(s.Signs, actor)
}

// BySystem reports whether a system does the step, and no person.
func (s *Step) BySystem(e *Edition) bool { return e.isSystem(s.Actor) }

// SignedBy reports whether whoever does the step in a role signs it.
func (s *Step) SignedBy(role string) bool { return slices.Contains(s.Signs, role) }
