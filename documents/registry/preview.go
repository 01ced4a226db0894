package registry

import (
	"context"
	"errors"
	"fmt"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
	"tamga/documents/store"
)

// errOnlyLooked ends a transaction that must leave nothing.
var errOnlyLooked = errors.New("the document was only looked at")

// Preview returns a document as it would be printed now, as a PDF that says across every
// page that it is a draft. It has no number and no place for a signature, takes none,
// and leaves no trace. The errors are those of [Registry.Issue] about the draft.
func (r *Registry) Preview(ctx context.Context, draft documents.Draft) ([]byte, error) {
	draft = draft.Normalise()
	if err := draft.Validate(); err != nil {
		return nil, err
	}
	now := r.now()
	var w wording
	err := r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if w, err = r.worded(ctx, tx, draft, standing{now: now}); err != nil {
			return err
		}
		return errOnlyLooked
	})
	if !errors.Is(err, errOnlyLooked) {
		return nil, err
	}
	content := w.content("")
	pictures, err := r.photographs(ctx, r.Store, content)
	if err != nil {
		return nil, err
	}
	m := pdf.Meta{SignedAt: now}
	if r.Address.Base != "" {
		m.CheckURL = r.Address.checkURL("")
	}
	file, err := w.rules.Layouts.Preview(forms.Of(content, pictures), m)
	if err != nil {
		return nil, fmt.Errorf("failed to render: %w", err)
	}
	return file, nil
}
