package regulation

import (
	"slices"

	"tamga/language"
)

// Consent is that a person lets state systems be asked about him before they are.
type Consent struct {
	Checks []Check `json:"checks"` // that ask about the person
	// Hours are how long the person may think before what was asked lapses.
	Hours  int           `json:"hours"`
	Text   language.Text `json:"text"` // what is consented to
	Source Source        `json:"source,omitempty"`
	Note   string        `json:"note,omitempty"`
}

// Needed reports whether a check asks about a person who has to consent; of an edition
// that has no consent none does.
func (c *Consent) Needed(check Check) bool { return c != nil && slices.Contains(c.Checks, check) }

// mostConsentHours is above any time to think.
const mostConsentHours = 24 * 30

// checkConsent refuses a consent that nobody could give in time, or to nothing.
func (e *Edition) checkConsent() error {
	c := e.Consent
	if c == nil {
		return nil
	}
	switch {
	case len(c.Checks) == 0 || !c.Text.Whole() || !c.Source.known():
		return e.bad(RuleMissing, "the consent is to nothing, or says nothing in every language")
	case c.Hours < 1 || c.Hours > mostConsentHours:
		return e.bad(RuleValue, "the consent may be given for %d hours", c.Hours)
	}
	for _, check := range c.Checks {
		if check != CheckPersonKnown {
			return e.bad(RuleUnknown, "the consent stands before %q, which asks about no person", check)
		}
	}
	return nil
}
