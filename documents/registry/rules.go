package registry

import (
	"context"
	"errors"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/store"
)

// may reports, as a *documents.RuleError, what keeps an event from following a life:
// the life itself, or the law. The edition that rules an event is the one in force on
// the day on which it takes effect: what is written down late is judged by the law of
// its own time, and an order to come by the law that it will meet.
func (r *Registry) may(ctx context.Context, tx *store.Tx, life documents.Life, e documents.Event) error {
	if !e.Kind.ByRight() {
		return life.May(e, nil)
	}
	now, err := r.rulesIn(ctx, tx)
	if err != nil {
		return err
	}
	if now.Layouts == nil {
		return errNotEquipped
	}
	rules, err := now.Layouts.Rules(documents.CivilDate(e.EffectiveAt))
	if errors.Is(err, pdf.ErrNoEdition) {
		return &documents.RuleError{Rule: documents.RuleEdition, Event: e.Kind, Status: life.StatusAt(e.EffectiveAt)}
	}
	if err != nil {
		return err
	}
	err = life.May(e, rules.Kinds[life.Kind].Events)
	if rule := (*documents.RuleError)(nil); errors.As(err, &rule) && rule.Rule == documents.RuleRight {
		rule.Edition = rules.Name
	}
	return err
}
