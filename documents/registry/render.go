package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
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
// print: by a layout that is not there, or on a day without rules that say how.
func printable(l *pdf.Layouts, draft documents.Draft, at time.Time) error {
	if l == nil {
		return errNotEquipped
	}
	_, err := l.Info(forms.Layout(draft), documents.CivilDate(at))
	if errors.As(err, new(*pdf.UnknownLayoutError)) {
		return &NoLayoutError{draft.Kind()}
	}
	return err
}

// render prints a content as a file to be signed, with the content itself in
// it for machines to read.
func (r *Registry) render(ctx context.Context, l *pdf.Layouts, held Reservation, at time.Time) (pdf.Prepared, error) {
	if l == nil || r.Make == nil {
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
	return l.Prepare(forms.Of(held.content, pictures), m)
}

// layoutOf names what a content signed at a moment is printed with: name, version
// and SHA-256 of the layout, and the edition of the rules.
func layoutOf(l *pdf.Layouts, content documents.Draft, at time.Time) (string, error) {
	info, err := l.Info(forms.Layout(content), documents.CivilDate(at))
	return strings.Join([]string{info.Name, info.Version, info.Digest, info.Edition}, " "), err
}

// editionIn returns the edition of the rules that [layoutOf] has written;
// nothing for a document that was issued before editions were.
func editionIn(layout string) string {
	if parts := strings.SplitN(layout, " ", 4); len(parts) == 4 {
		return parts[3]
	}
	return ""
}
