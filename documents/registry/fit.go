package registry

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/creation"
)

// readyFor is [Registry.ready] for whoever will sign.
func (r *Registry) readyFor(ctx context.Context, q documentAsked, at time.Time) error {
	if q.elsewhere == nil {
		return r.ready(ctx, at)
	}
	if err := r.equipped(); err != nil {
		return err
	}
	if q.elsewhere.Certificate == nil {
		return nil
	}
	return r.fit(ctx, q.elsewhere.Certificate, q.elsewhere.Chain, at)
}

// signsFor is [Registry.signs] for whoever will sign.
func (r *Registry) signsFor(q documentAsked, content documents.Draft) error {
	switch {
	case q.elsewhere == nil:
		return r.signs(content)
	case q.elsewhere.Certificate == nil:
		return nil
	}
	return mayBeSigned(content, q.elsewhere.Certificate)
}

// neverRunsOut is until when the lease of a document is held that waits for a person:
// nobody takes it over but whoever prepares it anew.
const neverRunsOut = math.MaxInt64

// leaseOf returns until when the lease of a new reservation runs.
func (r *Registry) leaseOf(q documentAsked, now time.Time) int64 {
	if q.elsewhere != nil {
		return neverRunsOut
	}
	return store.Micros(now.Add(r.leaseFor()))
}

// fit asks whether a certificate may sign documents now, and tells the true reason why
// not: that nobody knows is no reason to call it bad.
func (r *Registry) fit(ctx context.Context, c *certs.Certificate, chain []*certs.Certificate, at time.Time) error {
	err := creation.Key{Certificate: c, Chain: chain}.CheckCertificate(ctx, r.Verifier, at)
	if reason := unfit(err, c, at); reason != "" {
		return &SignatureError{Reason: reason, Err: err}
	}
	if err != nil {
		return fmt.Errorf("failed to verify the certificate of the signer: %w", err)
	}
	q := signing.Question{At: at}
	for _, above := range chain {
		q.Material.Certificates = append(q.Material.Certificates, above.Raw)
	}
	verdict, err := r.Verifier.VerifyCertificate(ctx, c.Raw, q)
	if err != nil {
		return fmt.Errorf("failed to verify the certificate of the signer: %w", err)
	}
	return judged(verdict)
}

// unfit is the reason why a certificate must not sign, or not now; empty for errors that
// are about something else.
func unfit(err error, c *certs.Certificate, at time.Time) string {
	switch path := (*certs.PathError)(nil); {
	case errors.Is(err, creation.ErrNotSigningKey):
		return ReasonLoginKey
	case errors.Is(err, creation.ErrOutsideValidity) && at.Before(c.NotBefore):
		return ReasonNotYetValid
	case errors.Is(err, creation.ErrOutsideValidity):
		return ReasonExpired
	case errors.Is(err, creation.ErrKeyRevoked):
		return ReasonRevoked
	case errors.Is(err, creation.ErrKeyStatus):
		return ReasonUndecided
	case errors.As(err, &path):
		return ReasonUntrusted
	}
	return ""
}

// judged is the reason why a verdict does not let a document come into force.
func judged(v *signing.Verdict) error {
	if v.Passed() {
		return nil
	}
	reason := ReasonUnverified
	if v.Acceptance == signing.Undecided {
		reason = ReasonUndecided
	}
	return &SignatureError{Reason: reason, Err: fmt.Errorf("%w: %s %s", ErrNotVerified, v.Indication, v.SubIndication)}
}

// mayBeSigned compares a certificate with what a document prints of its signer: the
// name, the authority and its БСН/БИН, and the right to sign for it.
func mayBeSigned(content documents.Draft, c *certs.Certificate) error {
	id := c.Identity()
	if err := content.CheckSigner(id); err != nil {
		return &SignatureError{Reason: ReasonSigner, Err: err}
	}
	if err := content.CheckRight(id); err != nil {
		return &SignatureError{Reason: ReasonRight, Err: err}
	}
	return nil
}
