package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/signing"
	"tamga/signing/creation"
)

// Product is the signed file of a reservation, with the verdict on it.
type Product struct {
	held     Reservation
	file     []byte
	evidence []byte
	layout   string // name, version and SHA-256 of the layout, and the edition of the rules
	// round is the preparation that this was signed for, and signature the SHA-256 of
	// the CMS that was brought; empty for what the key of documents has signed.
	round, signature string
	signer           certs.Identity
}

// Number is that of the document.
func (made Product) Number() string { return made.held.number }

// Signer is whom the certificate of a signature that was brought names.
func (made Product) Signer() certs.Identity { return made.signer }

// errNotEquipped means that the program was wired without what issuing needs.
var errNotEquipped = errors.New("the register has no layouts or no verifier")

// ready asks, before a number is taken, whether the key may sign now and its
// certificate passes the very verifier that will judge the file. A key that has
// expired, or revocation lists gone stale, must cost an error and not a
// reservation.
func (r *Registry) ready(ctx context.Context, at time.Time) error {
	if err := r.equipped(); err != nil {
		return err
	}
	if err := r.Key.Check(ctx, at); err != nil {
		return fmt.Errorf("documents cannot be signed now: %w", err)
	}
	verdict, err := r.Verifier.VerifyCertificate(ctx, r.Key.Certificate.Raw, signing.Question{At: at})
	if err != nil {
		return fmt.Errorf("failed to verify the signing certificate: %w", err)
	}
	if !verdict.Passed() {
		return fmt.Errorf("%w: the signing certificate: %s: %s %s", ErrNotVerified, verdict.Acceptance, verdict.Indication, verdict.SubIndication)
	}
	return nil
}

// equipped asks for what issuing needs beside a key.
func (r *Registry) equipped() error {
	if r.Layouts == nil && r.Rulebook == nil || r.Verifier == nil || r.Make == nil {
		return errNotEquipped
	}
	return r.Address.reachable()
}

// signs asks whether what a content prints of who signs it is what the
// certificate of the key says: whoever reads the document, or asks the public
// check, takes the printed name for the signer's. It is asked before a number
// is taken, and again of the whole content before the key is used.
func (r *Registry) signs(content documents.Draft) error {
	if r.Key.Certificate == nil {
		return fmt.Errorf("documents cannot be signed now: %w", creation.ErrKeyMismatch)
	}
	return content.CheckSigner(r.Key.Certificate.Identity())
}

// produce renders a content, signs it and verifies the result. It is where
// documents and signatures meet; nothing that does not pass comes out of it.
// No transaction is open while it runs.
func (r *Registry) produce(ctx context.Context, held Reservation) (Product, error) {
	if held.content == (documents.Draft{}) {
		return Product{}, errDamaged
	}
	if err := r.signs(held.content); err != nil {
		return Product{}, err
	}
	rules, err := r.Rules(ctx)
	if err != nil {
		return Product{}, err
	}
	at := r.now()
	p := printing{layouts: rules.Layouts, held: held, at: at}
	prepared, err := r.render(ctx, r.Store, p)
	if err != nil {
		return Product{}, fmt.Errorf("failed to render: %w", err)
	}
	r.Store.At("rendered")
	made, err := r.make(ctx, creation.Order{Form: creation.Prepared(prepared), Time: at, Level: r.Level})
	if err != nil {
		return Product{}, err
	}
	r.Store.At("signed")
	// What was printed was compared with this certificate and no other.
	own := signing.DescribeCertificate(r.Key.Certificate).SHA256
	for _, s := range made.Verdict.Signers {
		if s.Certificate == nil || s.Certificate.SHA256 != own {
			return Product{}, fmt.Errorf("%w: it was signed with another certificate", ErrNotVerified)
		}
	}
	evidence, err := json.Marshal(made.Verdict)
	if err != nil {
		return Product{}, fmt.Errorf("failed to encode the verdict: %w", err)
	}
	layout, err := layoutOf(rules.Layouts, held.content, p.on())
	if err != nil {
		return Product{}, err
	}
	return Product{held: held, file: made.File, evidence: evidence, layout: layout}, nil
}

// make signs with the key of documents. What the verifier does not pass as a whole
// does not leave.
func (r *Registry) make(ctx context.Context, o creation.Order) (creation.Made, error) {
	o.Key = r.Key
	made, err := r.Make(ctx, o)
	switch {
	case errors.Is(err, creation.ErrOutput):
		return made, fmt.Errorf("%w: %w", ErrNotVerified, err)
	case err != nil:
		return made, fmt.Errorf("failed to sign: %w", err)
	case !made.Verdict.Passed():
		return made, fmt.Errorf("%w: %s: %s %s", ErrNotVerified, made.Verdict.Acceptance, made.Verdict.Indication, made.Verdict.SubIndication)
	}
	return made, nil
}
