package applications

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// A document that was handed up is signed by the key of documents or, where the signer
// has asked [Book.PrepareResult] for what to sign, by his own: its CMS comes with the
// entry of the step. That signature is beside the one over the act and not in its place:
// the document says nothing of the step, the values and the files.

// PrepareResult takes the number of the document that was handed up for a step, prints
// it and returns what its signer signs. Nothing is entered. The request is that of the
// entry to come, without signatures; what may not be entered is refused as by
// [Book.Enter]. Asked again on the same day it returns the same, and on another the same
// number with the new date. What leaves the step without that signature, as returning
// the draft does, gives the number up.
func (b *Book) PrepareResult(ctx context.Context, req EnterRequest, e registry.Elsewhere) (p registry.Preparation, err error) {
	if _, err := askedEntry(&req); err != nil {
		return p, err
	}
	if err := b.fillMatters(ctx); err != nil {
		return p, err
	}
	err = b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err := locked(ctx, tx, req.Application)
		if err != nil {
			return err
		}
		if !req.AnyState && req.Last != len(a.Entries) {
			return ErrChanged
		}
		rules, err := b.Rulebook.In(ctx, tx)
		if err != nil {
			return err
		}
		c, m, err := entering{app: a, req: req}.judged(rules, b.Register.Store.Moment())
		if err != nil {
			return err
		}
		p, err = b.prepare(ctx, tx, deed{c, m, req}, e)
		return err
	})
	return p, err
}

// prepare prepares what was handed up for a deed.
func (b *Book) prepare(ctx context.Context, tx *store.Tx, d deed, e registry.Elsewhere) (registry.Preparation, error) {
	draft, err := d.handedUp()
	if err == nil {
		err = b.matterDecided(ctx, tx, d)
	}
	if err != nil {
		return registry.Preparation{}, err
	}
	for n := 1; ; n++ {
		q := d.c.resultRequest(n)
		p, err := b.Register.PrepareIn(ctx, tx, registry.PrepareRequest{
			IssueRequest: registry.IssueRequest{Client: q.Client, IdempotencyKey: q.IdempotencyKey, Draft: *draft}, Elsewhere: e,
		})
		switch {
		case errors.Is(err, &registry.SignatureError{Reason: registry.ReasonYearPassed}):
			// A number belongs to its year: this one is given up for one of today's.
			number, err := b.Register.NumberUnder(ctx, tx, q)
			if err == nil {
				err = b.Register.GiveUpIn(ctx, tx, number, "its year has ended before it was signed")
			}
			if err != nil {
				return registry.Preparation{}, err
			}
		case !givenUp(err):
			return p, err
		}
	}
}

// handedUp is the document that a deed signs, which was handed up for it.
func (d deed) handedUp() (*documents.Draft, error) {
	refuse := func(reason string) (*documents.Draft, error) {
		return nil, &RefusedError{ReasonDocument, d.req.Step, d.req.Outcome, reason}
	}
	up := d.c.Drafted(d.m)
	if up == nil || !d.c.Signs(d.m, d.req.Actor.Role) {
		return refuse("nothing was handed up here that its signer signs")
	}
	draft, reason := d.c.signs(d.m, d.req.Document)
	if reason == "" {
		reason = d.c.Issues(d.m).lacks(draft)
	}
	if reason != "" {
		return refuse(reason)
	}
	whole := d.c.completed(*draft)
	return &whole, whole.CheckApplication(d.c.applied(), d.c.Applicant)
}

// givenUp reports whether a number is void, so that nothing comes of it any more.
func givenUp(err error) bool {
	return errors.Is(err, registry.ErrVoid) || errors.Is(err, registry.ErrErased)
}

// resultRequest is the n-th request for the document that was handed up last: what is
// handed up anew is asked for anew.
func (c Case) resultRequest(n int) store.Request {
	arrived := c.Entries[len(c.Entries)-len(c.here())-1]
	return store.Request{Client: c.Client, IdempotencyKey: fmt.Sprintf("%s%s/%d", resultKey, arrived.ID, n)}
}

// resultKey begins the keys under which applications ask for their results.
const resultKey = "application result "

// ErrSignedWithStep means that a document is signed by an entry of its application, and
// not apart from it: in force without the entry, the application could not go on.
var ErrSignedWithStep = errors.New("the document is signed with the step of its application")

// Apart returns [ErrSignedWithStep] for a number that was prepared for the signer of an
// application.
func (b *Book) Apart(ctx context.Context, number string) (err error) {
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	q, err := b.Register.RequestOf(ctx, b.Register.Store, number)
	if err != nil {
		return err
	}
	rest, ours := strings.CutPrefix(q.IdempotencyKey, resultKey)
	if !ours {
		return nil
	}
	arrived, _, _ := strings.Cut(rest, "/")
	var n int
	err = b.Register.Store.QueryRowContext(ctx, `SELECT COUNT(*) FROM application_entries e JOIN applications a ON a.id = e.application
		WHERE e.id = $1 AND a.client = $2`, arrived, q.Client).Scan(&n)
	switch {
	case err != nil:
		return fmt.Errorf("failed to read the entry that a document is asked for by: %w", err)
	case n > 0:
		return ErrSignedWithStep
	}
	return nil
}

// prepared is the number that was prepared last for what was handed up; empty for none.
func (b *Book) prepared(ctx context.Context, db store.Reader, c Case) (last string, err error) {
	arrived := len(c.Entries) - len(c.here()) - 1
	if arrived < 0 || c.Entries[arrived].Data.Draft == nil {
		return "", nil
	}
	for n := 1; ; n++ {
		number, err := b.Register.NumberUnder(ctx, db, c.resultRequest(n))
		if err != nil || number == "" {
			return last, err
		}
		last = number
	}
}

// signResult puts the signature of a request into the document that was prepared, before
// anything is written. It is nil for an entry without one, and for a request that was
// done before.
func (b *Book) signResult(ctx context.Context, q asked, req EnterRequest) (*registry.Product, error) {
	if req.ResultCMS == nil {
		return nil, nil
	}
	made, refused := b.signedResult(ctx, req)
	// Asked afterwards, as for the signature of the act.
	id, err := q.before(ctx, b.Register.Store)
	if err != nil || id != "" {
		return nil, err
	}
	return made, refused
}

func (b *Book) signedResult(ctx context.Context, req EnterRequest) (*registry.Product, error) {
	d, err := b.intended(ctx, req)
	if err != nil {
		return nil, err
	}
	if _, err := d.handedUp(); err != nil {
		return nil, err
	}
	number, err := b.prepared(ctx, b.Register.Store, d.c)
	switch {
	case err != nil:
		return nil, err
	case number == "":
		return nil, &RefusedError{ReasonDocument, req.Step, req.Outcome, "the document was not prepared to be signed"}
	}
	made, err := b.Register.Signed(ctx, number, req.ResultCMS)
	if err != nil {
		return nil, err
	}
	want, err := b.expected(ctx, Signing{req.Actor, d.c.Application, d.c.Rules, b.Register.Store.Moment()})
	if err != nil {
		return nil, err
	}
	return &made, want.signed(made.Signer(), d)
}

// signed refuses the signature over a document of somebody else than who does the step.
func (e Expected) signed(id certs.Identity, d deed) error {
	refuse := func(format string, args ...any) error {
		return &RefusedError{ReasonSignature, d.req.Step, d.req.Outcome, "the signature over the document: " + fmt.Sprintf(format, args...)}
	}
	other := e.IIN != "" && string(e.IIN) != id.IIN || e.BIN != "" && string(e.BIN) != id.BIN
	if other || e.Identifier != "" && id.Match(e.Identifier) != certs.MatchAgrees {
		return refuse("the certificate names another person")
	}
	return e.differs(id, refuse)
}

// bring brings the document into force that its signer has signed, with the entry.
func (b *Book) bring(ctx context.Context, tx *store.Tx, d documentOf) error {
	if _, err := (deed{d.c, d.m, d.req}).handedUp(); err != nil {
		return err
	}
	number, err := b.prepared(ctx, tx, d.c)
	if err != nil {
		return err
	}
	if number != d.made.Number() {
		return ErrChanged
	}
	d.e.Document = number
	return b.Register.Complete(ctx, tx, *d.made)
}

// giveUp gives up the number that was prepared for the signer, where an entry leaves the
// step without his signature over the document: another document could not be issued
// while that waits.
func (b *Book) giveUp(ctx context.Context, tx *store.Tx, d documentOf) error {
	if d.m.To == d.c.Place() {
		return nil
	}
	number, err := b.prepared(ctx, tx, d.c)
	if err != nil || number == "" {
		return err
	}
	err = b.Register.GiveUpIn(ctx, tx, number, fmt.Sprintf("the application went on without this signature (%s %s)", d.m.Step.ID, d.m.Exit.On))
	if givenUp(err) {
		return nil
	}
	return err
}
