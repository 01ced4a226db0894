package regulation

import "slices"

// Erasing is who may take the personal content of applications away, and when.
type Erasing struct {
	By []string `json:"by"` // the roles that may; who does signs it
	// RetentionYears are how long an application is kept after its end; then it may be
	// erased without an order that names it.
	RetentionYears int    `json:"retention_years"`
	Source         Source `json:"source,omitempty"`
	Note           string `json:"note,omitempty"`
}

// ErasingRules are the rules about erasing in this edition: its own, or those that hold
// where an edition says nothing.
func (e *Edition) ErasingRules() Erasing {
	if e.Erasing != nil {
		return *e.Erasing
	}
	return commonRules().Erasing
}

// May reports whether a role may erase.
func (e Erasing) May(role string) bool { return slices.Contains(e.By, role) }

// mostRetention is above any time for which applications are kept, in years.
const mostRetention = 100

// checkErasing refuses rules by which nobody could erase. Whoever erases need not have a
// part in any route.
func (e *Edition) checkErasing() error {
	r := e.ErasingRules()
	if len(r.By) == 0 || slices.Contains(r.By, "") || r.RetentionYears < 1 || r.RetentionYears > mostRetention || !r.Source.known() {
		return e.bad(RuleValue, "the rules about erasing let nobody erase, or keep applications for %d years", r.RetentionYears)
	}
	return nil
}
