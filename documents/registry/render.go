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
	"tamga/documents/store"
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

// printing is what a document is printed with.
type printing struct {
	layouts *pdf.Layouts
	held    Reservation
	at      time.Time
	// room and subFilter are those of the signature, as pdf.Meta has them.
	room      int
	subFilter string
}

// on is the day by whose law a document is printed: one that is corrected reads as the law
// was when it was issued.
func (p printing) on() documents.Date {
	if p.held.again {
		return p.held.content.IssuedOn()
	}
	return documents.CivilDate(p.at)
}

// render prints a content as a file to be signed, with the content itself in
// it for machines to read.
func (r *Registry) render(ctx context.Context, db store.Reader, p printing) (pdf.Prepared, error) {
	held := p.held
	if p.layouts == nil || r.Make == nil {
		return pdf.Prepared{}, errNotEquipped
	}
	pictures, err := r.photographs(ctx, db, held.content)
	if err != nil {
		return pdf.Prepared{}, err
	}
	m := pdf.Meta{SignedAt: p.at, IssuedOn: p.on(), Schema: documents.SchemaID, SignatureRoom: p.room, SubFilter: p.subFilter}
	if m.Data, err = json.Marshal(held.content); err != nil {
		return pdf.Prepared{}, fmt.Errorf("failed to encode the content: %w", err)
	}
	if r.Address.Base != "" {
		m.CheckURL = r.checkAddress(held)
		if m.QR, err = r.qr(held); err != nil {
			return pdf.Prepared{}, err
		}
	}
	return p.layouts.Prepare(forms.Of(held.content, pictures), m)
}

// layoutOf names what a content is printed with by the law of a day: name, version and
// SHA-256 of the layout, and the edition of the rules.
func layoutOf(l *pdf.Layouts, content documents.Draft, on documents.Date) (string, error) {
	info, err := l.Info(forms.Layout(content), on)
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
