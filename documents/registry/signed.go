package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/creation"
)

// Signed puts a CMS into the place that was prepared for it, brings it to its level and
// judges the result, while no transaction is open: [Registry.Complete] brings it into
// force. The CMS is detached or carries what was signed, as DER, BER, PEM or base64. Its
// certificate is compared with the signer and the authority printed. What does not fit
// is an [ErrSignature]; the timestamp that cannot be had now is creation.ErrTimestamp.
// Both leave the preparation as it was.
func (r *Registry) Signed(ctx context.Context, number string, file []byte) (Product, error) {
	if err := r.equipped(); err != nil {
		return Product{}, err
	}
	held, p, err := r.openRound(ctx, number)
	if err != nil {
		return Product{}, err
	}
	supply := creation.ReadSupply(file)
	if err := r.checkSupply(p, supply); err != nil {
		return Product{}, err
	}
	e, err := p.held.Elsewhere.read()
	if err != nil {
		return Product{}, err
	}
	if supply.Certificate != nil {
		e.Certificate = supply.Certificate
	}
	e.Chain = append(e.Chain, supply.Others...)
	at := r.now()
	if err := r.maySign(ctx, e, held.content, at); err != nil {
		return Product{}, err
	}
	made, err := r.makeSupplied(ctx, p, creation.Order{Time: at, Level: max(e.Level, r.Level), Form: creation.Supplied{
		Prepared: p.prepared(), SubFilter: p.form, CMS: file, Certificate: e.Certificate, Chain: e.Chain,
	}})
	if errors.Is(err, &SignatureError{Reason: ReasonOtherContent}) {
		err = r.otherContent(ctx, p, supply, err)
	}
	if err != nil {
		return Product{}, err
	}
	r.Store.At("signature placed")
	evidence, err := json.Marshal(made.Verdict)
	if err != nil {
		return Product{}, fmt.Errorf("failed to encode the verdict: %w", err)
	}
	return Product{held: held, file: made.File, evidence: evidence, layout: p.held.Layout, round: p.id, signature: store.HexSum(file),
		signer: e.Certificate.Identity()}, nil
}

// CompleteSigned is [Registry.Signed] and [Registry.Complete] in one. The same CMS again
// returns the document that it has brought into force, with true as the second result.
func (r *Registry) CompleteSigned(ctx context.Context, number string, file []byte) (Record, bool, error) {
	made, err := r.Signed(ctx, number, file)
	if err == nil {
		err = r.enter(ctx, made)
	}
	if err == nil {
		r.Store.At("in force")
	}
	replayed := false
	if errors.Is(err, &SignatureError{Reason: ReasonIssued}) {
		replayed, err = r.completedBy(ctx, number, file, err)
	}
	if err != nil {
		return Record{}, false, err
	}
	rec, err := r.Document(ctx, number)
	return rec, replayed, err
}

// completedBy reports whether a document in force is so by this very CMS; else why is
// the error.
func (r *Registry) completedBy(ctx context.Context, number string, file []byte, why error) (_ bool, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	p, err := lastRound(ctx, r.Store, number)
	switch {
	case err != nil:
		return false, err
	case p == nil || p.signature != store.HexSum(file):
		return false, why
	}
	return true, nil
}

// openRound reads the preparation that waits for a signature, with what completes it.
func (r *Registry) openRound(ctx context.Context, number string) (_ Reservation, _ *round, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	var held Reservation
	var p *round
	err = r.Store.Snapshot(ctx, func(ctx context.Context, db store.Reader) error {
		var rec Record
		if rec, p, err = r.lastPrepared(ctx, db, number); err != nil {
			return err
		}
		switch {
		case rec.Status == documents.StatusInForce:
			return &SignatureError{Reason: ReasonIssued}
		case p.state == stateDeclined:
			return &SignatureError{Reason: ReasonDeclined}
		case p.state != stateOpen:
			return fmt.Errorf("document %s: %w", number, errNotPrepared)
		}
		held = Reservation{number: number, kind: rec.Kind, stored: p.held.Content, reservedAt: rec.ReservedAt, code: rec.CheckCode,
			sum: store.HexSum([]byte(p.held.Content))}
		if held.content, err = p.content(); err != nil {
			return err
		}
		return db.QueryRowContext(ctx, `SELECT lease FROM documents WHERE number = $1`, number).Scan(&held.lease)
	})
	return held, p, err
}

// checkSupply refuses what was signed on another day.
func (r *Registry) checkSupply(p *round, s creation.Supply) error {
	if err := printedToday(p.issuedOn, r.now()); err != nil {
		return err
	}
	if on := documents.CivilDate(s.Claimed).String(); !s.Claimed.IsZero() && on != p.issuedOn {
		return &SignatureError{Reason: ReasonClaimedDay, Err: fmt.Errorf("the signature claims %s, and the document prints %s", on, p.issuedOn)}
	}
	return nil
}

// otherContent tells whether what was signed are the bytes of an earlier preparation; else
// why is the error.
func (r *Registry) otherContent(ctx context.Context, p *round, s creation.Supply, why error) (err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	n, err := replacedBy(ctx, r.Store, p.number, s.Digest)
	switch {
	case err != nil:
		return err
	case n == 0:
		return why
	}
	return &SignatureError{Reason: ReasonReplaced, Err: fmt.Errorf("it is over preparation %d, and the last one is %d", n, p.n)}
}

// printedToday refuses a document that prints another day than today.
func printedToday(issuedOn string, now time.Time) error {
	if today := documents.CivilDate(now).String(); today != issuedOn {
		return &SignatureError{Reason: ReasonDayPassed, Err: fmt.Errorf("the document prints %s, and today is %s", issuedOn, today)}
	}
	return nil
}

// maySign asks whether a certificate may sign a document now.
func (r *Registry) maySign(ctx context.Context, e Elsewhere, content documents.Draft, at time.Time) error {
	if e.Certificate == nil {
		return &SignatureError{Reason: ReasonNoCertificate}
	}
	if err := r.fit(ctx, e.Certificate, e.Chain, at); err != nil {
		return err
	}
	return mayBeSigned(content, e.Certificate)
}

// suppliedReasons are those of what cannot be put into its place. It is read only.
var suppliedReasons = []struct {
	is     error
	reason string
}{
	{creation.ErrForm, ReasonForm}, {creation.ErrOtherContent, ReasonOtherContent}, {creation.ErrOtherSigner, ReasonNoCertificate},
	{creation.ErrRoom, ReasonTooLarge}, {signing.ErrTooLarge, ReasonTooLarge}, {creation.ErrOutput, ReasonUnverified},
}

// makeSupplied puts a signature into its place. What the verifier does not pass as a
// whole does not leave.
func (r *Registry) makeSupplied(ctx context.Context, p *round, o creation.Order) (creation.Made, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, r.actFor(), errActTooLong)
	defer cancel()
	made, err := r.Make(ctx, o)
	for _, s := range suppliedReasons {
		if errors.Is(err, s.is) {
			return made, &SignatureError{Reason: s.reason, Err: err}
		}
	}
	if err != nil {
		return made, fmt.Errorf("document %s: failed to complete the signature: %w", p.number, err)
	}
	return made, judged(made.Verdict)
}

// day refuses to bring a document into force that prints another day.
func (made Product) day(now time.Time) error {
	if made.round == "" {
		return nil
	}
	return printedToday(made.held.content.IssuedOn().String(), now)
}

// complete writes down which signature has completed a preparation.
func (made Product) complete(ctx context.Context, tx *store.Tx, now time.Time) error {
	if made.round == "" {
		return nil
	}
	return endRound(ctx, tx, &round{id: made.round}, ending{stateCompleted, now, made.signature})
}

// overtaken is why a document is no longer for the caller to complete.
func (r *Registry) overtaken(ctx context.Context, tx *store.Tx, made Product) error {
	if made.round == "" {
		return store.ErrInProgress
	}
	rec, p, err := r.lastPrepared(ctx, tx, made.held.number)
	switch {
	case err != nil:
		return err
	case rec.Status == documents.StatusInForce:
		return &SignatureError{Reason: ReasonIssued}
	case p.state == stateDeclined:
		return &SignatureError{Reason: ReasonDeclined}
	}
	return &SignatureError{Reason: ReasonReplaced}
}
