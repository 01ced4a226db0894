package registry

import (
	"cmp"
	"errors"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
)

// may reports, as a *documents.RuleError, what keeps an event from following a life:
// the life itself, or the law. The edition that rules an event is the one in force on
// the day on which it takes effect: what is written down late is judged by the law of
// its own time, and an order to come by the law that it will meet.
func (r *Registry) may(life documents.Life, e documents.Event) error {
	if !e.Kind.ByRight() {
		return life.May(e, nil)
	}
	if r.Layouts == nil {
		return errNotEquipped
	}
	rules, err := r.Layouts.Rules(documents.CivilDate(e.EffectiveAt))
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
func (r *Registry) lawful(draft documents.Draft, now time.Time) (documents.Draft, documents.Edition, error) {
	today := documents.CivilDate(now)
	rules, err := r.Layouts.Rules(today)
	if err != nil {
		return draft, rules, err
	}
	if err := cmp.Or(draft.CheckEdition(rules), r.printable(draft, now), r.checkPromise(draft)); err != nil {
		return draft, rules, err
	}
	draft, err = r.hear(draft, rules, today)
	return draft, rules, err
}
