package applications

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tamga/documents/registry"
	"tamga/documents/store"
)

// ErrSigned means that the form of an application changes no more: somebody has signed it,
// or it is registered, or has ended.
var ErrSigned = errors.New("the form is signed")

// formChanged is what happens to the row of an application whose form was filled in anew.
const formChanged = "form changed"

// FormRequest asks to take another form for an application that nobody has signed yet.
type FormRequest struct {
	Application string // its id or number
	// Last is the number of the last entry that the asker has seen, and AnyState that
	// he wants no such check.
	Last     int
	AnyState bool
	Form     json.RawMessage // an object, which takes the place of the whole form
}

// ChangeForm takes another form for an application, which it returns. What somebody has
// signed stays as he has signed it: then it is [ErrSigned].
func (b *Book) ChangeForm(ctx context.Context, req FormRequest) (a Application, err error) {
	form, err := values("/form", req.Form)
	if err != nil {
		return a, err
	}
	err = b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if a, err = locked(ctx, tx, req.Application); err != nil {
			return err
		}
		if !req.AnyState && req.Last != len(a.Entries) {
			return ErrChanged
		}
		if err := b.formOpen(ctx, tx, a); err != nil || string(a.Form) == string(form) {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE applications SET form = $1 WHERE id = $2`, string(form), a.ID); err != nil {
			return fmt.Errorf("failed to keep the form: %w", err)
		}
		a.Form = form
		return registry.EnterRow(ctx, tx, store.Change{Table: applicationRows, Key: a.ID, Event: formChanged, At: b.Register.Store.Moment()})
	})
	return a, err
}

// formOpen refuses where the files of an application are closed, and the form with them.
func (b *Book) formOpen(ctx context.Context, tx *store.Tx, a Application) error {
	rules, err := b.Rulebook.In(ctx, tx)
	if err != nil {
		return err
	}
	c, err := caseBy(rules, a)
	if err == nil && c.attachmentTerms().Closed {
		err = ErrSigned
	}
	return err
}
