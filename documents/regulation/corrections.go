package regulation

import (
	"slices"

	"tamga/documents"
)

// Corrections are the members of documents of a kind in which a clerk's mistake may be
// corrected, so that the document keeps its number and date.
type Corrections struct {
	Kind documents.Kind `json:"kind"`
	// Members are JSON pointers into the document, with * for any name or place.
	Members []string `json:"members"`
	// ProposedBy and ConfirmedBy are the roles of people at the provider who may do it;
	// whoever may confirm may propose, and nobody does both.
	ProposedBy  []string `json:"proposed_by"`
	ConfirmedBy []string `json:"confirmed_by"`
	Source      Source   `json:"source,omitempty"`
	Note        string   `json:"note,omitempty"`
}

// corrections are those of an edition: its own, or those that hold where an edition says
// nothing.
func (e *Edition) corrections() []Corrections {
	if e.Corrections != nil {
		return e.Corrections
	}
	return commonRules().Corrections
}

// Correcting returns who may correct documents of a kind by an edition; nobody is in the
// rule of a kind that cannot be corrected.
func (e *Edition) Correcting(kind documents.Kind) Corrections {
	for _, c := range e.corrections() {
		if c.Kind == kind {
			return c
		}
	}
	return Corrections{Kind: kind}
}

// checkCorrections refuses corrections of what says who the holder is, what is permitted
// or for how long, and of what documents of the kind do not have.
func (e *Edition) checkCorrections() error {
	var seen []documents.Kind
	for _, c := range e.corrections() {
		switch {
		case slices.Contains(seen, c.Kind):
			return e.bad(RuleDuplicate, "the corrections of %s stand twice", c.Kind)
		case !c.Source.known():
			return e.bad(RuleUnknown, "the corrections of %s have the source %q", c.Kind, c.Source)
		case len(c.Members) == 0:
			return e.bad(RuleMissing, "the corrections of %s name no member", c.Kind)
		}
		seen = append(seen, c.Kind)
		for _, role := range slices.Concat(c.ProposedBy, c.ConfirmedBy) {
			if e.Corrections != nil && !e.isRole(role) {
				return e.bad(RuleUnknown, "the corrections of %s are made by %q", c.Kind, role)
			}
		}
		if len(c.ConfirmedBy) == 0 {
			return e.bad(RuleMissing, "nobody confirms the corrections of %s", c.Kind)
		}
		for _, member := range c.Members {
			if err := c.Kind.Correctable(member); err != nil {
				return e.bad(RuleValue, "corrections: %v", err)
			}
		}
	}
	return nil
}
