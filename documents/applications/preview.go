package applications

import (
	"context"
	"errors"

	"tamga/documents"
)

// Preview returns the document that a request would issue or hand up, or the one that was
// handed up for it, as a PDF that says that it is a draft. Nothing is entered and no number
// is taken; what may not be entered is refused as by [Book.Enter], and what the document
// lacks as by the register.
func (b *Book) Preview(ctx context.Context, req EnterRequest) ([]byte, error) {
	whole, err := b.looked(ctx, req)
	if err != nil {
		return nil, err
	}
	return b.Register.Preview(ctx, whole)
}

// unnumbered stands for the number that a registration has not given yet.
const unnumbered = "—"

// looked is the whole document of a request.
func (b *Book) looked(ctx context.Context, req EnterRequest) (whole documents.Draft, err error) {
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	d, err := b.intended(ctx, req)
	if err != nil {
		return whole, err
	}
	draft := d.document()
	if draft == nil {
		return whole, &RefusedError{ReasonDocument, req.Step, req.Outcome, "there is no document to look at"}
	}
	if registering(d.m) && d.c.RegisteredAt.IsZero() {
		d.c.Number, d.c.RegisteredAt = unnumbered, d.c.At // the step gives them
	}
	whole = d.c.completed(*draft)
	return whole, errors.Join(whole.CheckApplication(d.c.applied(), d.c.Applicant), whole.CheckRegistered(d.c.RegisteredAt))
}
