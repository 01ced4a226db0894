package regulation

import "slices"

// issuing refuses routes on which an application can be issued without the result, or
// refused after it.
func (c routeCheck) issuing() error {
	without := c.from(c.r.Begins, func(s *Step) bool { return s.Result != "" })
	for id := range without {
		if s, _ := c.r.Step(id); s.Result == "" && s.ends(EndIssued) {
			return c.bad(RuleNeverEnds, id, "the application can end here as issued, and nothing was")
		}
	}
	for i := range c.r.Steps {
		s := &c.r.Steps[i]
		if s.Result == "" {
			continue
		}
		if s.ends(EndRefused) {
			return c.bad(RuleValue, s.ID, "the step issues the result, and refuses")
		}
		for id := range c.from(s.leads(), func(*Step) bool { return false }) {
			if after, _ := c.r.Step(id); after.Result != "" || after.ends(EndRefused) {
				return c.bad(RuleValue, s.ID, "the result is issued here, and the route leads to %s, which issues or refuses", id)
			}
		}
	}
	return nil
}

// leads are the steps that a step leads to.
func (s *Step) leads() []string {
	var all []string
	for _, x := range s.Exits {
		if x.To != "" {
			all = append(all, x.To)
		}
	}
	return all
}

// from are the steps that are reached from some, these included, without going on from
// where it stops.
func (c routeCheck) from(begins []string, stops func(*Step) bool) map[string]bool {
	found := map[string]bool{}
	for queue := slices.Clone(begins); len(queue) > 0; queue = queue[1:] {
		if found[queue[0]] {
			continue
		}
		found[queue[0]] = true
		if s, ok := c.r.Step(queue[0]); ok && !stops(s) {
			queue = append(queue, s.leads()...)
		}
	}
	return found
}

// votes judges who votes on what, and which signature is offered to a condition.
func (c routeCheck) votes(s *Step) error {
	voted := false
	for _, x := range s.Exits {
		if x.Votes == "" {
			continue
		}
		voted = true
		outcome, ok := s.Exit(x.Votes)
		if !ok || outcome.Votes != "" || x.To != s.ID {
			return c.bad(RuleValue, s.ID, "%q votes for %q, which is no way in which the step ends, or it leads away", x.On, x.Votes)
		}
	}
	switch q := s.Quorum; {
	case voted != (q != nil):
		return c.bad(RuleMissing, s.ID, "the step is voted on without a quorum, or the other way round")
	case q != nil && (q.Members < 1 || q.Members > maxMembers || !q.Source.known()):
		return c.bad(RuleValue, s.ID, "a quorum of %d", q.Members)
	case s.Offers && !slices.Contains(s.Signs, s.Actor):
		return c.bad(RuleMissing, s.ID, "a signature is offered, and whoever acts does not sign")
	}
	return nil
}

// maxMembers is above any commission.
const maxMembers = 100
