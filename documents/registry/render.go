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
func printable(draft documents.Draft) error {
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
	return nil, errors.Join(errDamaged, printable(held.content))
}
