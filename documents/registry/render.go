package registry

import (
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
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
	kind := draft.Kind()
	annexed := draft.Licence != nil && draft.Licence.Annex != nil
	if (kind != documents.KindLicence && kind != documents.KindRefusal) || annexed {
		return &NoLayoutError{kind}
	}
	return nil
}

// render prints a content as a file to be signed.
func (r *Registry) render(held reservation, at time.Time) ([]byte, error) {
	m := pdf.Meta{SignedAt: at}
	switch content := held.content; {
	case r.Layouts == nil || r.Verifier == nil:
		return nil, errNotEquipped
	case content.Licence != nil:
		return r.Layouts.Licence(*content.Licence, m)
	case content.Refusal != nil:
		return r.Layouts.Refusal(*content.Refusal, m)
	}
	return nil, errors.Join(errDamaged, r.printable(held.content))
}

// layout names the layout of a content; the layouts here have no names.
func (r *Registry) layout(documents.Draft) string { return "" }

// sheet, table and photograph are what a layout is filled with.
type sheet struct {
	Layout      string
	Number      string
	Fields      map[string]documents.Text
	Tables      map[string]table
	Photographs []photograph
	QR          string
}

type table struct {
	Columns []string
	Rows    [][]documents.Text
}

type photograph struct {
	Data    []byte
	Alt     documents.Text
	Caption documents.Text
}
