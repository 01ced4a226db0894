package registry

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/store"
	"tamga/signing/creation"
)

// A document may be signed by a person, elsewhere. Then issuing is three acts of the
// caller's: [Registry.Preview] to look at, as often as needed; [Registry.Prepare], when
// the signer is ready, which takes the number, prints the date and keeps the file; and
// [Registry.CompleteSigned] with the CMS over it. [Registry.Issue] is the last two with
// the key of documents.
//
// The date printed is that of the signature. When the day in Kazakhstan ends, or the
// signer declines, the number stays and is prepared anew: [Registry.PrepareAgain] prints
// it with the new date, and what was to be signed before is good for nothing any more.
// A number belongs to its year: after that [Registry.Recover] gives it up.

// Prepare takes the number of a document and prints it, to be signed elsewhere. The same
// client with the same key and the same draft gets the same number: the same
// preparation, unless the day has passed, the signer has declined or something else is
// said of the signature, which prepare it anew. The errors are those of
// [Registry.Issue], and an [ErrSignature] where the certificate is known and must not
// sign this document.
func (r *Registry) Prepare(ctx context.Context, req PrepareRequest) (done Preparation, err error) {
	err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		done, err = r.PrepareIn(ctx, tx, req)
		return err
	})
	if err == nil {
		r.Store.At("prepared")
	}
	return done, err
}

// PrepareIn is [Registry.Prepare] in a transaction of the caller's.
func (r *Registry) PrepareIn(ctx context.Context, tx *store.Tx, req PrepareRequest) (Preparation, error) {
	q, err := askedDocument(req.IssueRequest)
	if err != nil {
		return Preparation{}, err
	}
	if err := req.Elsewhere.check(); err != nil {
		return Preparation{}, err
	}
	q.elsewhere = &req.Elsewhere
	claimed, err := tx.Claim(ctx, q.request)
	switch {
	case err != nil:
		return Preparation{}, err
	case claimed.Erased:
		return Preparation{}, fmt.Errorf("document %s: %w", claimed.Number, ErrErased)
	case !claimed.Fresh:
		return r.prepareKnown(ctx, tx, claimed.Number, req.Elsewhere)
	}
	held, err := r.reserveFresh(ctx, tx, q)
	if err != nil {
		return Preparation{}, err
	}
	p := &round{number: held.number, n: 1}
	p.held.Draft, p.held.Elsewhere = q.Draft.Numbered("", documents.Date{}), req.Elsewhere.wire()
	return r.press(ctx, tx, held, p)
}

// prepareKnown prepares a number that was prepared for the same request before.
func (r *Registry) prepareKnown(ctx context.Context, tx *store.Tx, number string, e Elsewhere) (Preparation, error) {
	rec, p, err := r.waiting(ctx, tx, number)
	switch {
	case err != nil:
		return Preparation{}, err
	case rec.Status == documents.StatusInForce:
		return Preparation{Number: number, IssuedOn: rec.IssuedOn(), Issued: true}, nil
	case p.state == stateOpen && p.issuedOn == documents.CivilDate(r.now()).String() && p.held.Elsewhere.same(e.wire()):
		return p.describe()
	}
	return r.prepareAnew(ctx, tx, rec, anew{p, e})
}

// PrepareAgain prints a number anew, with the date of today: what was to be signed
// before cannot be completed any more. The errors are those of [Registry.Prepare];
// [ErrNotFound] for a number that waits for no signature, [ErrVoid] for one that was
// given up.
func (r *Registry) PrepareAgain(ctx context.Context, number string, e Elsewhere) (done Preparation, err error) {
	err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		done, err = r.PrepareAgainIn(ctx, tx, number, e)
		return err
	})
	if err == nil {
		r.Store.At("prepared")
	}
	return done, err
}

// PrepareAgainIn is [Registry.PrepareAgain] in a transaction of the caller's.
func (r *Registry) PrepareAgainIn(ctx context.Context, tx *store.Tx, number string, e Elsewhere) (Preparation, error) {
	if err := e.check(); err != nil {
		return Preparation{}, err
	}
	rec, p, err := r.waiting(ctx, tx, number)
	if err != nil {
		return Preparation{}, err
	}
	if rec.Status == documents.StatusInForce {
		return Preparation{}, &SignatureError{Reason: ReasonIssued}
	}
	return r.prepareAnew(ctx, tx, rec, anew{p, e})
}

// Decline writes down that the signer does not sign what was prepared: it cannot be
// completed any more. The number stays, to be prepared anew. Declining again changes
// nothing. The errors are those of [Registry.PrepareAgain].
func (r *Registry) Decline(ctx context.Context, number string) error {
	err := r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error { return r.DeclineIn(ctx, tx, number) })
	if err == nil {
		r.Store.At("declined")
	}
	return err
}

// DeclineIn is [Registry.Decline] in a transaction of the caller's.
func (r *Registry) DeclineIn(ctx context.Context, tx *store.Tx, number string) error {
	rec, p, err := r.waiting(ctx, tx, number)
	switch {
	case err != nil:
		return err
	case rec.Status == documents.StatusInForce:
		return &SignatureError{Reason: ReasonIssued}
	case p.state == stateDeclined:
		return nil
	}
	if _, err := newLease(ctx, tx, number); err != nil {
		return err
	}
	return endRound(ctx, tx, p, ending{state: stateDeclined, at: r.now()})
}

// Prepared returns the last preparation of a number. The errors are those of
// [Registry.PrepareAgain].
func (r *Registry) Prepared(ctx context.Context, number string) (_ Preparation, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	rec, p, err := r.lastPrepared(ctx, r.Store, number)
	switch {
	case err != nil:
		return Preparation{}, err
	case rec.Status == documents.StatusInForce:
		return Preparation{Number: number, Round: p.n, IssuedOn: rec.IssuedOn(), PreparedAt: p.preparedAt, SubFilter: p.form, Issued: true}, nil
	}
	return p.describe()
}

// waiting locks a document that was prepared, and returns it with its last preparation.
func (r *Registry) waiting(ctx context.Context, tx *store.Tx, number string) (Record, *round, error) {
	if !possible(number) {
		return Record{}, nil, ErrNotFound
	}
	if _, err := tx.ExecContext(ctx, `UPDATE documents SET about = about WHERE number = $1`, number); err != nil {
		return Record{}, nil, fmt.Errorf("failed to lock document %s: %w", number, err)
	}
	if err := tx.At(ctx, "preparation locked"); err != nil {
		return Record{}, nil, err
	}
	rec, p, err := r.lastPrepared(ctx, tx, number)
	if errors.Is(err, errNotPrepared) && rec.Status == documents.StatusReserved {
		err = store.ErrInProgress // the key of documents is at work on it
	}
	return rec, p, err
}

// errNotPrepared means that a number waits for nobody's signature.
var errNotPrepared = fmt.Errorf("it waits for no signature: %w", ErrNotFound)

// lastPrepared reads a document with its last preparation.
func (r *Registry) lastPrepared(ctx context.Context, db store.Reader, number string) (Record, *round, error) {
	if !possible(number) {
		return Record{}, nil, ErrNotFound
	}
	rec, err := scanRecord(db.QueryRowContext(ctx, selectRecord+`WHERE number = $1`, number).Scan)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return rec, nil, fmt.Errorf("document %s: %w", number, ErrNotFound)
	case err != nil:
		return rec, nil, fmt.Errorf("failed to read document %s: %w", number, err)
	case !rec.ErasedAt.IsZero():
		return rec, nil, fmt.Errorf("document %s: %w", number, ErrErased)
	case rec.Status == documents.StatusVoid:
		return rec, nil, fmt.Errorf("document %s: %w", number, ErrVoid)
	}
	p, err := lastRound(ctx, db, number)
	switch {
	case err != nil:
		return rec, nil, err
	case p == nil && rec.Status == documents.StatusInForce:
		return rec, &round{number: number}, nil // by the key of documents
	case p == nil:
		return rec, nil, fmt.Errorf("document %s: %w", number, errNotPrepared)
	}
	return rec, p, nil
}

// anew is a preparation, and what the next one is for.
type anew struct {
	last *round
	Elsewhere
}

// prepareAnew prints a document, which is locked, with the date of today.
func (r *Registry) prepareAnew(ctx context.Context, tx *store.Tx, rec Record, a anew) (Preparation, error) {
	now := r.now()
	today, printed := documents.CivilDate(now), a.last.issuedOn
	switch n, err := documents.ParseNumber(rec.Number); {
	case err != nil:
		return Preparation{}, err
	case today.String() < printed:
		return Preparation{}, fmt.Errorf("%w: № %s was prepared for %s, and today is %s", ErrClock, rec.Number, printed, today)
	case today.Year != n.Year:
		return Preparation{}, &SignatureError{Reason: ReasonYearPassed, Err: fmt.Errorf("№ %s is a number of %d, and today is %s", rec.Number, n.Year, today)}
	}
	q := documentAsked{elsewhere: &a.Elsewhere}
	if err := r.readyFor(ctx, q, now); err != nil {
		return Preparation{}, err
	}
	w, err := r.worded(ctx, tx, a.last.held.Draft, standing{now, rec.Number, rec.ReservedAt})
	if err != nil {
		return Preparation{}, err
	}
	if err := r.signsFor(q, w.draft); err != nil {
		return Preparation{}, err
	}
	if err := r.keepAddress(ctx, tx, now); err != nil {
		return Preparation{}, err
	}
	held := Reservation{number: rec.Number, kind: rec.Kind, content: w.content(rec.Number), reservedAt: rec.ReservedAt, code: rec.CheckCode}
	if err := held.content.ValidateNumbered(); err != nil {
		return Preparation{}, err
	}
	if held.lease, err = newLease(ctx, tx, rec.Number); err != nil {
		return Preparation{}, err
	}
	p := &round{number: rec.Number, n: a.last.n + 1}
	p.held.Draft, p.held.Elsewhere = a.last.held.Draft, a.Elsewhere.wire()
	if err := endRound(ctx, tx, a.last, ending{state: stateReplaced, at: now}); err != nil {
		return Preparation{}, err
	}
	return r.press(ctx, tx, held, p)
}

// newLease takes a document, which is locked, out of the hands of whoever is about to
// complete it.
func newLease(ctx context.Context, tx *store.Tx, number string) (string, error) {
	lease := rand.Text()
	mine, err := tx.Changed(ctx, `UPDATE documents SET lease = $1, leased_until = $2 WHERE number = $3 AND status = 'reserved'`,
		lease, int64(neverRunsOut), number)
	if err == nil && !mine {
		err = store.ErrInProgress
	}
	return lease, err
}

// signatureRoom is the place for a signature made elsewhere, in bytes: a foreign chain
// of several certificates, with what its maker adds, and a timestamp.
const signatureRoom = 32 << 10

// press prints a document and keeps it as the next preparation.
func (r *Registry) press(ctx context.Context, tx *store.Tx, held Reservation, p *round) (Preparation, error) {
	at := r.now()
	e, err := p.held.Elsewhere.read()
	if err != nil {
		return Preparation{}, err
	}
	rules, err := r.rulesIn(ctx, tx)
	if err != nil {
		return Preparation{}, err
	}
	p.form = cmp.Or(e.Form, pdf.SubFilterCMS)
	prepared, err := r.render(ctx, tx, printing{rules.Layouts, held, at, signatureRoom, p.form})
	if err != nil {
		return Preparation{}, fmt.Errorf("failed to render: %w", err)
	}
	if err := tx.At(ctx, "preparation printed"); err != nil {
		return Preparation{}, err
	}
	digest := certs.SHA256
	if e.Certificate != nil {
		if digest, err = creation.DigestFor(e.Certificate); err != nil {
			return Preparation{}, &SignatureError{Reason: ReasonUnverified, Err: err}
		}
	}
	content, err := json.Marshal(held.content)
	if err != nil {
		return Preparation{}, fmt.Errorf("failed to encode the content: %w", err)
	}
	if p.held.Layout, err = layoutOf(rules.Layouts, held.content, documents.CivilDate(at)); err != nil {
		return Preparation{}, err
	}
	p.held.Content, p.held.ByteRange, p.file = string(content), prepared.ByteRange, prepared.File
	p.issuedOn, p.preparedAt, p.algorithm = held.content.IssuedOn().String(), at, digest.Name
	parts := p.prepared().SignedBytes()
	p.digest = hex.EncodeToString(digest.Sum(parts[0], parts[1]))
	if err := insertRound(ctx, tx, p); err != nil {
		return Preparation{}, err
	}
	return p.describe()
}

// describe tells of a preparation to whoever has it signed.
func (p *round) describe() (Preparation, error) {
	on, err := documents.ParseDate(p.issuedOn)
	if err != nil {
		return Preparation{}, errDamaged
	}
	d := Preparation{
		Number: p.number, Round: p.n, IssuedOn: on, PreparedAt: p.preparedAt, Until: on.Midnight().Add(24 * time.Hour).UTC(),
		SubFilter: p.form, DigestAlgorithm: p.algorithm, Declined: p.state == stateDeclined,
	}
	if p.state != stateOpen {
		return d, nil
	}
	if d.Digest, err = hex.DecodeString(p.digest); err != nil {
		return Preparation{}, errDamaged
	}
	parts := p.prepared().SignedBytes()
	d.ToSign = append(append(d.ToSign, parts[0]...), parts[1]...)
	return d, nil
}
