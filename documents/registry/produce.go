package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/signing"
)

// product is a signed file with the verdict on it.
type product struct {
	file     []byte
	evidence []byte
	layout   string // name, version and SHA-256 of the layout
}

// errNotEquipped means that the program was wired without what issuing needs.
var errNotEquipped = errors.New("the register has no layouts or no verifier")

// ready asks, before a number is taken, whether the key may sign now and its
// certificate passes the very verifier that will judge the file. A key that has
// expired, or revocation lists gone stale, must cost an error and not a
// reservation.
func (r *Registry) ready(ctx context.Context, at time.Time) error {
	if r.Layouts == nil || r.Verifier == nil {
		return errNotEquipped
	}
	if err := r.Key.Check(at); err != nil {
		return fmt.Errorf("documents cannot be signed now: %w", err)
	}
	verdict, err := r.Verifier.VerifyCertificate(ctx, r.Key.Certificate.Raw, signing.Question{At: at})
	if err != nil {
		return fmt.Errorf("failed to verify the signing certificate: %w", err)
	}
	if !verdict.Passed() {
		return fmt.Errorf("%w: the signing certificate: %s %s", ErrNotVerified, verdict.Indication, verdict.SubIndication)
	}
	return nil
}

// signs asks whether what a content prints of who signs it is what the
// certificate of the key says: whoever reads the document, or asks the public
// check, takes the printed name for the signer's. It is asked before a number
// is taken, and again of the whole content before the key is used.
func (r *Registry) signs(content documents.Draft) error {
	if r.Key.Certificate == nil {
		return fmt.Errorf("documents cannot be signed now: %w", signing.ErrKeyMismatch)
	}
	return content.CheckSigner(r.Key.Certificate.Identity())
}

// produce renders a content, signs it and verifies the result. It is where
// documents and signatures meet; nothing that does not pass comes out of it.
// No transaction is open while it runs.
func (r *Registry) produce(ctx context.Context, held reservation) (product, error) {
	if held.content == (documents.Draft{}) {
		return product{}, errDamaged
	}
	if err := r.signs(held.content); err != nil {
		return product{}, err
	}
	at := r.now()
	prepared, err := r.render(ctx, held, at)
	if err != nil {
		return product{}, fmt.Errorf("failed to render: %w", err)
	}
	file, err := signing.SignPreparedPDF(signing.PreparedPDF(prepared), r.Key, at)
	if err != nil {
		return product{}, fmt.Errorf("failed to sign: %w", err)
	}
	if r.Lasting != nil {
		if file, err = r.Lasting(ctx, file, at); err != nil {
			return product{}, fmt.Errorf("failed to make the signature last: %w", err)
		}
	}
	verdict, err := r.Verifier.VerifyPDF(ctx, file, signing.Question{At: at})
	if err != nil {
		return product{}, fmt.Errorf("failed to verify: %w", err)
	}
	if !verdict.Passed() {
		return product{}, fmt.Errorf("%w: %s %s", ErrNotVerified, verdict.Indication, verdict.SubIndication)
	}
	// What was printed was compared with this certificate and no other.
	own := signing.DescribeCertificate(r.Key.Certificate).SHA256
	for _, s := range verdict.Signers {
		if s.Certificate == nil || s.Certificate.SHA256 != own {
			return product{}, fmt.Errorf("%w: it was signed with another certificate", ErrNotVerified)
		}
	}
	evidence, err := json.Marshal(verdict)
	if err != nil {
		return product{}, fmt.Errorf("failed to encode the verdict: %w", err)
	}
	return product{file: file, evidence: evidence, layout: r.layout(held.content)}, nil
}
