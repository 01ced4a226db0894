package regulation

import (
	"slices"

	"tamga/documents/calendar"
	"tamga/language"
)

// Beside is something that is done on an application beside the steps of its route: it
// stays where it is, goes back by a step, or is withdrawn.
type Beside struct {
	Act  BesideAct     `json:"act"`
	Name language.Text `json:"name"`
	By   []string      `json:"by"` // the roles that may do it
	// At are the roles at whose steps it may be done; empty for all that come before the
	// result is issued.
	At    []string `json:"at,omitempty"`
	Signs bool     `json:"signs,omitempty"` // whoever does it signs it
	// Most is how long a pause may last.
	Most calendar.Term `json:"most,omitzero"`
	// Before is what waits for it; of the same matter only.
	Before []Before `json:"before,omitempty"`
	Source Source   `json:"source,omitempty"`
	Note   string   `json:"note,omitempty"`
}

// BesideAct names what is done beside the steps.
type BesideAct string

// What may be done beside the steps.
const (
	Withdraw BesideAct = "withdraw" // the application ends
	Pause    BesideAct = "pause"    // nothing is done and no term runs, until a day at the latest
	Resume   BesideAct = "resume"   // a pause ends before its day
	Reassign BesideAct = "reassign" // another person of the role goes on
	Return   BesideAct = "return"   // what was handed up to be signed goes back to whoever drafted it
	// SameMatter decides on what else the same party has pending or in force about the
	// same matter: see [Matter].
	SameMatter BesideAct = "same_matter"
)

// Before is what is not done before it was decided on the same matter.
type Before string

// What waits for the decision.
const (
	BeforeDraft  Before = "draft"  // the content of the result is handed up
	BeforeResult Before = "result" // the result is issued
)

// Manual is the conditions that an official answers where a system may not be asked, as
// when a person has refused consent.
type Manual struct {
	Checks []Check  `json:"checks"`
	By     []string `json:"by"` // the roles that may; who does signs it
	Source Source   `json:"source,omitempty"`
	Note   string   `json:"note,omitempty"`
}

// May reports whether a role may enter by hand what a condition asks.
func (m *Manual) May(s *Step, role string) bool {
	return m != nil && slices.Contains(m.By, role) && s.Kind == Condition &&
		!slices.ContainsFunc(s.Checks, func(c Check) bool { return !slices.Contains(m.Checks, c) })
}

// BesideOf returns what an edition says of something that is done beside the steps.
func (e *Edition) BesideOf(act BesideAct) (*Beside, bool) {
	i := slices.IndexFunc(e.Beside, func(b Beside) bool { return b.Act == act })
	if i < 0 {
		return nil, false
	}
	return &e.Beside[i], true
}

// Applies reports whether a role is that of the applicant: whoever may withdraw the
// application.
func (e *Edition) Applies(role string) bool {
	b, ok := e.BesideOf(Withdraw)
	return ok && slices.Contains(b.By, role)
}

// besideActs is read only.
var besideActs = []BesideAct{Withdraw, Pause, Resume, Reassign, Return, SameMatter}

func (e *Edition) checkBeside() error {
	seen := map[BesideAct]bool{}
	for _, b := range e.Beside {
		switch {
		case !slices.Contains(besideActs, b.Act):
			return e.bad(RuleUnknown, "%q is nothing that is done beside the steps", b.Act)
		case seen[b.Act]:
			return e.bad(RuleDuplicate, "%s stands twice", b.Act)
		case len(b.By) == 0 || !b.Name.Whole() || !b.Source.known():
			return e.bad(RuleMissing, "%s is done by nobody, or has no name in every language", b.Act)
		case (b.Act == Pause) != (b.Most != calendar.Term{}):
			return e.bad(RuleValue, "a pause has a longest time, and nothing else has")
		case (b.Act == SameMatter) != (len(b.Before) > 0):
			return e.bad(RuleValue, "something waits for the decision on the same matter, and for nothing else")
		case slices.ContainsFunc(b.Before, func(w Before) bool { return w != BeforeDraft && w != BeforeResult }):
			return e.bad(RuleUnknown, "%v wait for %s, of which one is nothing that waits", b.Before, b.Act)
		}
		seen[b.Act] = true
		for _, id := range slices.Concat(b.By, b.At) {
			if !e.isRole(id) {
				return e.bad(RuleUnknown, "%s is done by or at %q, which is no role", b.Act, id)
			}
		}
	}
	if seen[Pause] != seen[Resume] {
		return e.bad(RuleValue, "an application is paused and never resumed, or the other way round")
	}
	if err := e.checkElsewhere(); err != nil {
		return err
	}
	return e.checkManual()
}

func (e *Edition) checkManual() error {
	m := e.Manual
	if m == nil {
		return nil
	}
	if len(m.Checks) == 0 || len(m.By) == 0 || !m.Source.known() {
		return e.bad(RuleMissing, "something is entered by hand, and it is not said what or by whom")
	}
	for _, c := range m.Checks {
		if !c.known() || c == CheckDecision {
			return e.bad(RuleUnknown, "%q is entered by hand, which no system is asked", c)
		}
	}
	for _, id := range m.By {
		if !e.isRole(id) {
			return e.bad(RuleUnknown, "something is entered by hand by %q, which is no role", id)
		}
	}
	return nil
}
