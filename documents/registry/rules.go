package registry

import (
	"cmp"
	"context"
	"errors"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/rulebook"
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
	on := documents.CivilDate(e.EffectiveAt)
	if e.FromBeginning {
		on = e.OrderDate // the act is judged by the law of its own day, not by that of the issue
	}
	rules, err := now.Layouts.Rules(on)
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

// lawful refuses a draft that the law does not know, or that cannot be printed or
// promised, before a number is taken. It returns the draft with what the law gives
// it, and the edition in force.
func lawful(rules *rulebook.Rules, draft documents.Draft, now time.Time) (documents.Draft, documents.Edition, error) {
	if rules.Layouts == nil {
		return draft, documents.Edition{}, errNotEquipped
	}
	today := documents.CivilDate(now)
	edition, err := rules.Layouts.Rules(today)
	if err != nil {
		return draft, edition, err
	}
	err = cmp.Or(draft.CheckEdition(edition), printable(rules.Layouts, draft, now), checkPromise(rules.Calendar, draft))
	if err != nil {
		return draft, edition, err
	}
	draft, err = hear(rules, draft, now)
	return draft, edition, err
}
