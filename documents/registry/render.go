package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
)

// NoLayoutError says that documents of a kind cannot be printed here. It is an
// [ErrNoLayout].
type NoLayoutError struct{ Kind documents.Kind }

func (e *NoLayoutError) Error() string { return fmt.Sprintf("%v: %s", ErrNoLayout, e.Kind) }

// Unwrap makes the error an ErrNoLayout.
func (e *NoLayoutError) Unwrap() error { return ErrNoLayout }

// printable refuses, before a number is taken, what [Registry.render] could not
// print.
func (r *Registry) printable(draft documents.Draft) error {
	if _, ok := r.Layouts.Info(forms.Layout(draft)); !ok {
		return &NoLayoutError{draft.Kind()}
	}
	return nil
}

// render prints a content as a file to be signed, with the content itself in
// it for machines to read.
func (r *Registry) render(ctx context.Context, held Reservation, at time.Time) (pdf.Prepared, error) {
	if r.Layouts == nil || r.Make == nil {
		return pdf.Prepared{}, errNotEquipped
	}
	pictures, err := photographs(ctx, r.Store, held.content)
	if err != nil {
		return pdf.Prepared{}, err
	}
	m := pdf.Meta{SignedAt: at, Schema: documents.SchemaID}
	if m.Data, err = json.Marshal(held.content); err != nil {
		return pdf.Prepared{}, fmt.Errorf("failed to encode the content: %w", err)
	}
	if r.Address.Base != "" {
		m.CheckURL = r.checkAddress(held)
		if m.QR, err = r.qr(held); err != nil {
			return pdf.Prepared{}, err
		}
	}
	return r.Layouts.Prepare(forms.Of(held.content, pictures), m)
}

// layout names the layout of a content: name, version and SHA-256.
func (r *Registry) layout(content documents.Draft) string {
	name := forms.Layout(content)
	info, ok := r.Layouts.Info(name)
	if !ok {
		return ""
	}
	return name + " " + info.Version + " " + info.Digest
}
