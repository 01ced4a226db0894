package registry

import (
	"context"

	"tamga/documents"
	"tamga/documents/store"
)

// Judge refuses a draft that [Registry.Reserve] would refuse now for what it says, in a
// transaction of the caller's. Nothing is taken or written, and who signs it is not
// asked: that is known when somebody does.
func (r *Registry) Judge(ctx context.Context, tx *store.Tx, draft documents.Draft) error {
	draft = draft.Normalise()
	if err := draft.Validate(); err != nil {
		return err
	}
	_, err := r.worded(ctx, tx, draft, standing{now: r.now()})
	return err
}
