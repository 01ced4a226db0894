package applications

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// Issues is the document that a move issues.
type Issues struct {
	Kind   documents.Kind // empty for none
	Ground string         // of a refusal or notice
	// Needed: the move is not done without it. What a program tells by itself, and
	// nobody signs, may go without a document.
	Needed bool
}

// Issues returns the document that a move issues: the result where it is signed, the
// refusal or notice where it is refused, or what the step produces.
func (c Case) Issues(m regulation.Move) Issues {
	switch {
	case m.Exit.Votes != "":
		return Issues{}
	case m.Step.Result != "" && m.Exit.End != regulation.EndRefused:
		return Issues{Kind: m.Step.Result, Needed: true}
	case m.Exit.End == regulation.EndRefused:
		n, _ := c.Rules.Notice(m.Step.Notice) // there by the compilation
		return Issues{n.Document, n.ID, n.Document == documents.KindRefusal || len(m.Step.Signs) > 0}
	}
	issues := Issues{Kind: m.Step.Produces, Needed: m.Step.Produces != ""}
	if issues.Kind == documents.KindNotice {
		issues.Ground, issues.Needed = m.Step.Notice, m.Step.Notice != ""
	}
	return issues
}

// documentOf is the document of a step that is being entered.
type documentOf struct {
	c   Case
	m   regulation.Move
	e   *Entry
	req EnterRequest
	// made is what its signer has signed; nil for what the key of documents signs.
	made *registry.Product
}

// reserve reserves the document that a step issues, and refuses a step that comes
// without it, with another, or with one of another application. Nothing is reserved by
// the zero reservation.
func (b *Book) reserve(ctx context.Context, tx *store.Tx, d documentOf) (registry.Reservation, error) {
	var none registry.Reservation
	refuse := func(reason string) (registry.Reservation, error) {
		return none, &RefusedError{ReasonDocument, d.req.Step, d.req.Outcome, reason}
	}
	if d.made != nil {
		return none, b.bring(ctx, tx, d)
	}
	if err := b.giveUp(ctx, tx, d); err != nil {
		return none, err
	}
	if up := d.c.HandsUp(d.m); up.Kind != "" {
		if reason := up.lacks(d.req.Document); reason != "" {
			return refuse(reason)
		}
		return none, b.handUp(ctx, tx, d)
	}
	issues := d.c.Issues(d.m)
	document, reason := d.c.signs(d.m, d.req.Document)
	if reason == "" {
		reason = issues.lacks(document)
	}
	if reason != "" {
		return refuse(reason)
	}
	if missing := d.c.unpromised(issues); missing != 0 {
		d.e.Data.Waits, d.e.Data.Draft = calendar.MissingYear(missing).EN, document
		return none, nil
	}
	if document == nil {
		return none, nil
	}
	draft := d.c.completed(*document)
	if err := errors.Join(draft.CheckApplication(d.c.applied(), d.c.Applicant), draft.CheckRegistered(d.c.RegisteredAt)); err != nil {
		return none, err
	}
	held, err := b.Register.Reserve(ctx, tx, registry.IssueRequest{
		Client: d.req.Client, IdempotencyKey: fmt.Sprintf("application entry %s", d.e.ID), Draft: draft,
	})
	d.e.Document = held.Number()
	return held, err
}

// lacks says why a document is not the one that is issued; nothing if it is.
func (i Issues) lacks(d *documents.Draft) string {
	switch {
	case d == nil && i.Needed:
		return fmt.Sprintf("it issues a document of the kind %s", i.Kind)
	case d == nil:
		return ""
	case i.Kind == "":
		return "it issues no document"
	case d.Kind() != i.Kind:
		return fmt.Sprintf("it issues a document of the kind %s, and not %q", i.Kind, d.Kind())
	case i.Ground != "" && groundOf(*d) != i.Ground:
		return fmt.Sprintf("it is refused by %s, and not by %q", i.Ground, groundOf(*d))
	}
	return ""
}

// groundOf is the notice that a document tells of.
func groundOf(d documents.Draft) string {
	switch {
	case d.Refusal != nil:
		return string(d.Refusal.Ground)
	case d.Notice != nil:
		return string(d.Notice.Ground)
	}
	return ""
}

// unpromised returns the year whose calendar must be entered before an acceptance can
// say when the result is there: until then the application goes on without one. It is
// zero for other documents.
func (c Case) unpromised(i Issues) (missing int) {
	if i.Kind != documents.KindAcceptance {
		return 0
	}
	_, missing = c.serviceDue().Ends()
	return missing
}

// completed gives a document what the book knows, where it leaves that open.
func (c Case) completed(d documents.Draft) documents.Draft {
	d = d.Normalise().ForApplication(c.applied())
	if a := d.Acceptance; a != nil {
		if a.ReceivedAt.IsZero() {
			a.ReceivedAt = c.filed() // the moment itself: the term may begin later
		}
		if due, _ := c.serviceDue().Ends(); a.ResultDate.IsZero() && !due.IsZero() {
			a.ResultDate = documents.CivilDate(due)
		}
	}
	if k := d.ApplicationCopy; k != nil && k.IncomingAt.IsZero() && k.IncomingDate == documents.CivilDate(c.RegisteredAt) {
		k.IncomingAt = c.RegisteredAt.Truncate(time.Second)
	}
	return d
}
