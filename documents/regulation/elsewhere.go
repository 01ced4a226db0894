package regulation

import (
	"slices"

	"tamga/documents"
)

// Elsewhere is in which roles persons put licences into the register that were issued
// elsewhere: one enters, another confirms.
type Elsewhere struct {
	Enter   []string `json:"enter"`
	Confirm []string `json:"confirm"`
	Source  Source   `json:"source,omitempty"`
	Note    string   `json:"note,omitempty"`
}

// EntersElsewhere are the roles of an edition: its own, or those that hold where an edition
// says nothing.
func (e *Edition) EntersElsewhere() Elsewhere {
	if e.Elsewhere != nil {
		return *e.Elsewhere
	}
	return commonRules().Elsewhere
}

// checkElsewhere refuses rules by which nobody enters or confirms, or by which a role does
// that is none.
func (e *Edition) checkElsewhere() error {
	if e.Elsewhere == nil {
		return nil
	}
	w := e.Elsewhere
	if len(w.Enter) == 0 || len(w.Confirm) == 0 || !w.Source.known() {
		return e.bad(RuleMissing, "licences that were issued elsewhere are entered or confirmed by nobody")
	}
	for _, id := range slices.Concat(w.Enter, w.Confirm) {
		if !e.isRole(id) {
			return e.bad(RuleUnknown, "licences that were issued elsewhere are entered or confirmed by %q, which is no role", id)
		}
	}
	return nil
}

// Issuer returns the edition by whose rules documents of a kind are issued on a day, and
// the id of who provides the service that ends in them; false where there is none.
func (l *Law) Issuer(kind documents.Kind, on documents.Date) (e *Edition, provider string, ok bool) {
	if e = l.ruling(kind, on); e == nil {
		return nil, "", false
	}
	for _, s := range e.Services {
		if s.Result == kind {
			return e, s.ProviderID, true
		}
	}
	return nil, "", false
}
