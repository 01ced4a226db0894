package regulation

import (
	"fmt"
	"slices"

	"tamga/documents"
)

// checkRoutes judges every route of an edition, and the links between them.
func (e *Edition) checkRoutes() error {
	for _, round := range [][]func(routeCheck) error{
		{routeCheck.head, routeCheck.steps, routeCheck.reached, routeCheck.ending, routeCheck.issuing},
		{routeCheck.linked},
		{routeCheck.walked},
	} {
		for i := range e.Routes {
			for _, check := range round {
				if err := check(routeCheck{e, &e.Routes[i]}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// routeCheck judges one route.
type routeCheck struct {
	e *Edition
	r *Route
}

func (c routeCheck) bad(rule, step, format string, args ...any) error {
	return &DataError{Rule: rule, Edition: c.e.ID, Route: c.r.ID, Step: step, Detail: fmt.Sprintf(format, args...)}
}

func (c routeCheck) head() error {
	if c.r.Kind != SystemRoute && c.r.Kind != ActionRoute || !c.r.Title.Whole() || len(c.r.Begins) == 0 {
		return c.bad(RuleMissing, "", "the route has no kind, no beginning, or no title in every language")
	}
	if c.r.Kind == SystemRoute && !c.r.Channel.Label().Whole() {
		return c.bad(RuleUnknown, "", "channel %q", c.r.Channel)
	}
	seen := map[string]bool{}
	for _, s := range c.r.Steps {
		if s.ID == "" || seen[s.ID] {
			return c.bad(RuleDuplicate, s.ID, "the step has no name, or one that stands twice")
		}
		seen[s.ID] = true
	}
	for _, id := range c.r.Begins {
		if !seen[id] {
			return c.bad(RuleUnknown, id, "the route begins with a step that is not there")
		}
	}
	return nil
}

func (c routeCheck) steps() error {
	for i := range c.r.Steps {
		s := &c.r.Steps[i]
		for _, check := range []func(*Step) error{c.who, c.exits, c.decides, c.values, c.votes} {
			if err := check(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// who judges the names of roles, systems and notices of a step.
func (c routeCheck) who(s *Step) error {
	if !c.e.isRole(s.Actor) && !c.e.isSystem(s.Actor) {
		return c.bad(RuleUnknown, s.ID, "actor %q", s.Actor)
	}
	for _, id := range s.Systems {
		if !c.e.isSystem(id) {
			return c.bad(RuleUnknown, s.ID, "system %q", id)
		}
	}
	for _, id := range s.Signs {
		if !c.e.isRole(id) {
			return c.bad(RuleUnknown, s.ID, "%q signs, which is no role", id)
		}
	}
	if s.Notice != "" {
		if _, ok := c.e.Notice(s.Notice); !ok {
			return c.bad(RuleUnknown, s.ID, "notice %q", s.Notice)
		}
	}
	return nil
}

func (c routeCheck) exits(s *Step) error {
	if len(s.Exits) == 0 {
		return c.bad(RuleDeadEnd, s.ID, "the step leads nowhere")
	}
	seen := map[string]bool{}
	for _, x := range s.Exits {
		switch _, known := c.r.Step(x.To); {
		case x.On == "" || seen[x.On]:
			return c.bad(RuleDuplicate, s.ID, "the outcome %q is empty or stands twice", x.On)
		case (x.To == "") == (x.End == ""):
			return c.bad(RuleMissing, s.ID, "the outcome %q leads to a step or to an end, one of them", x.On)
		case x.To != "" && !known:
			return c.bad(RuleUnknown, s.ID, "the outcome %q leads to the step %q, which is not there", x.On, x.To)
		case x.End != "" && x.End != EndIssued && x.End != EndRefused:
			return c.bad(RuleUnknown, s.ID, "the outcome %q is the end %q", x.On, x.End)
		case !x.Source.known():
			return c.bad(RuleUnknown, s.ID, "the outcome %q has the source %q", x.On, x.Source)
		}
		seen[x.On] = true
	}
	if s.ends(EndRefused) && s.Notice == "" {
		return c.bad(RuleMissing, s.ID, "the route is refused without a notice")
	}
	return nil
}

// decides judges what a condition asks: by known names, and with both exits.
func (c routeCheck) decides(s *Step) error {
	for _, check := range s.Checks {
		if !check.known() {
			return c.bad(RuleUnknown, s.ID, "check %q", check)
		}
	}
	_, ok := s.Exit(OutcomeOK)
	_, fail := s.Exit(OutcomeFail)
	condition := s.Kind == Condition
	if condition && (len(s.Checks) == 0 || !ok || !fail || len(s.Exits) != 2) || !condition && len(s.Checks) > 0 {
		return c.bad(RuleUndecided, s.ID, "a condition has checks and the exits ok and fail, and nothing else has")
	}
	return nil
}

func (c routeCheck) values(s *Step) error {
	kinds := []StepKind{Registration, Process, Condition}
	if c.r.Kind == ActionRoute {
		kinds = []StepKind{Action, Condition}
	}
	switch n := s.Norm; {
	case !slices.Contains(kinds, s.Kind):
		return c.bad(RuleUnknown, s.ID, "kind %q in a route of this kind", s.Kind)
	case !s.Name.Whole():
		return c.bad(RuleMissing, s.ID, "the step is not told in every language")
	case !s.Source.known():
		return c.bad(RuleUnknown, s.ID, "source %q", s.Source)
	case s.Assigns != "" && s.Assigns != "application_number":
		return c.bad(RuleUnknown, s.ID, "the step assigns %q", s.Assigns)
	case n != nil && (n.MinSeconds < 0 || n.MaxSeconds < n.MinSeconds):
		return c.bad(RuleValue, s.ID, "norm of %d to %d seconds", n.MinSeconds, n.MaxSeconds)
	}
	for _, kind := range []documents.Kind{s.Produces, s.Result} {
		if kind != "" && (kind.Title() == documents.Label{}) {
			return c.bad(RuleUnknown, s.ID, "%q is no kind of document", kind)
		}
	}
	return nil
}

// reached refuses steps that nothing leads to.
func (c routeCheck) reached() error {
	found := map[string]bool{}
	for queue := slices.Clone(c.r.Begins); len(queue) > 0; queue = queue[1:] {
		if found[queue[0]] {
			continue
		}
		found[queue[0]] = true
		s, _ := c.r.Step(queue[0])
		for _, x := range s.Exits {
			if x.To != "" {
				queue = append(queue, x.To)
			}
		}
	}
	for _, s := range c.r.Steps {
		if !found[s.ID] {
			return c.bad(RuleUnreachable, s.ID, "nothing leads to the step")
		}
	}
	return nil
}

// ending refuses steps from which no end is reached, and routes that never end
// with the result.
func (c routeCheck) ending() error {
	ends := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for _, s := range c.r.Steps {
			leads := slices.ContainsFunc(s.Exits, func(x Exit) bool { return x.End != "" || ends[x.To] })
			grown = grown || leads && !ends[s.ID]
			ends[s.ID] = ends[s.ID] || leads
		}
	}
	for _, s := range c.r.Steps {
		if !ends[s.ID] {
			return c.bad(RuleDeadEnd, s.ID, "no end is reached from the step")
		}
	}
	if !slices.ContainsFunc(c.r.Steps, func(s Step) bool { return s.ends(EndIssued) }) ||
		!slices.ContainsFunc(c.r.Steps, func(s Step) bool { return s.Result != "" }) {
		return c.bad(RuleNeverEnds, "", "no step issues the result, or none ends with it")
	}
	return nil
}

// linked judges that every numbered action of the route of actions is performed
// for one step, in order.
func (c routeCheck) linked() error {
	if c.r.Actions == "" {
		if len(c.r.Links) > 0 {
			return c.bad(RuleUnknown, "", "links without a route of actions")
		}
		return nil
	}
	actions, ok := c.e.Route(c.r.Actions)
	if !ok || actions.Kind != ActionRoute {
		return c.bad(RuleUnknown, "", "there is no route of actions %q", c.r.Actions)
	}
	var linked, want []string
	for _, l := range c.r.Links {
		if _, ok := c.r.Step(l.Step); !ok || len(l.Actions) == 0 {
			return c.bad(RuleUnknown, l.Step, "the link is of a step that is not there, or of no action")
		}
		linked = slices.Concat(linked, l.Before, l.Actions)
	}
	for _, s := range actions.Steps {
		if s.Kind == Action && s.Number != 0 {
			want = append(want, s.ID)
		}
	}
	if !slices.Equal(linked, want) {
		return c.bad(RuleUnlinked, "", "the links name the actions %v, and %s has %v", linked, actions.ID, want)
	}
	return nil
}
