package creation

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/cms"
)

// Key is what signs: a private key, which may live in a file or in an HSM, its
// certificate, and the certificates above it that signatures should carry. One
// made by [NewKey] remembers what its signatures have in common.
//
// Printing a key, in whatever way, shows its certificate's number only.
type Key struct {
	Signer      crypto.Signer
	Certificate *certs.Certificate
	Chain       []*certs.Certificate
	// Reserve is how long before its end a certificate is refused already; zero
	// lets it sign to the end.
	Reserve time.Duration
	// Status, when set, is asked before every signature whether the certificate
	// was revoked: see [Key.CheckStatus].
	Status *signing.Verifier

	made *made
}

// made keeps the makers of a key by their options. Copies of the key share it.
type made struct {
	mu     sync.Mutex
	makers map[cms.Options]*cms.Maker
}

// NewKey returns the key with the certificate that belongs to it and the
// certificates above. Whether they belong together is asked by [Key.Check],
// before every signature.
func NewKey(signer crypto.Signer, certificate *certs.Certificate, chain []*certs.Certificate) Key {
	return Key{Signer: signer, Certificate: certificate, Chain: chain, made: &made{}}
}

// Errors of signing.
var (
	// ErrKeyMismatch means that key and certificate do not belong together.
	ErrKeyMismatch = errors.New("private key does not belong to the certificate")
	// ErrNotSigningKey means that the certificate is not for signatures: it
	// lacks the nonRepudiation bit, as log-in keys do.
	ErrNotSigningKey = errors.New("certificate is not for signing")
	// ErrOutsideValidity means that the certificate has expired or is not yet
	// valid.
	ErrOutsideValidity = errors.New("certificate is outside its validity period")
	// ErrKeyRevoked means that the certificate, or one above it, was revoked.
	ErrKeyRevoked = errors.New("certificate was revoked")
	// ErrKeyStatus means that it could not be found out whether the
	// certificate was revoked.
	ErrKeyStatus = errors.New("whether the certificate was revoked could not be found out")
)

// NearEndError means that a certificate ends so soon that its key is no longer
// used. It is [ErrOutsideValidity] too.
type NearEndError struct {
	NotAfter time.Time
	Left     time.Duration
	Reserve  time.Duration
}

func (e *NearEndError) Error() string {
	return fmt.Sprintf("certificate ends at %s, in %s: its key is not used in the last %s",
		e.NotAfter.UTC().Format(time.RFC3339), e.Left.Round(time.Second), e.Reserve)
}

// Is makes the error ErrOutsideValidity.
func (e *NearEndError) Is(target error) bool { return target == ErrOutsideValidity }

// Check refuses a key that must not sign at a time: one that does not belong
// to its certificate, that only logs in, or whose certificate is outside its
// validity period or nearer to its end than the key's reserve, a
// [*NearEndError]. A key with a Status is also refused for the reasons of
// [Key.CheckStatus].
func (k Key) Check(ctx context.Context, at time.Time) error {
	if k.Status != nil {
		return k.CheckStatus(ctx, k.Status, at)
	}
	if k.Signer == nil || k.Certificate == nil {
		return fmt.Errorf("%w: one of them is missing", ErrKeyMismatch)
	}
	type comparable interface{ Equal(crypto.PublicKey) bool }
	pub, ok := k.Signer.Public().(comparable)
	if !ok || k.Certificate.PublicKey == nil || !pub.Equal(k.Certificate.PublicKey) {
		return ErrKeyMismatch
	}
	if err := k.checkUse(at); err != nil {
		return err
	}
	if left := k.Certificate.NotAfter.Sub(at); k.Reserve > 0 && left < k.Reserve {
		return &NearEndError{NotAfter: k.Certificate.NotAfter, Left: left, Reserve: k.Reserve}
	}
	return nil
}

// CheckStatus is Check that also asks the verifier's sources whether the key's
// certificate, or one above it, was revoked: before the signature is made, as
// the order on forming signatures wants. The error is [ErrKeyRevoked],
// [ErrKeyStatus] when nobody knows, a *[certs.PathError] when the certificate
// leads to no anchor, or one of Check.
func (k Key) CheckStatus(ctx context.Context, v *signing.Verifier, at time.Time) error {
	k.Status = nil
	if err := k.Check(ctx, at); err != nil {
		return err
	}
	return k.checkStatus(ctx, v, at)
}

// CheckCertificate is CheckStatus of a key that is elsewhere, of which only the
// certificate is known.
func (k Key) CheckCertificate(ctx context.Context, v *signing.Verifier, at time.Time) error {
	if k.Certificate == nil {
		return fmt.Errorf("%w: the certificate is missing", ErrKeyMismatch)
	}
	if err := k.checkUse(at); err != nil {
		return err
	}
	return k.checkStatus(ctx, v, at)
}

func (k Key) checkUse(at time.Time) error {
	switch {
	case k.Certificate.KeyUsage&certs.NonRepudiation == 0:
		return ErrNotSigningKey
	case !k.Certificate.ValidAt(at):
		return ErrOutsideValidity
	}
	return nil
}

func (k Key) checkStatus(ctx context.Context, v *signing.Verifier, at time.Time) error {
	answers, err := v.Status(ctx, k.Certificate, k.Chain, at)
	if err != nil {
		return err
	}
	for _, a := range answers {
		if a.Status == revocation.Revoked {
			return fmt.Errorf("%w: since %s, %s", ErrKeyRevoked, a.RevokedAt.UTC().Format(time.RFC3339), a.Reason)
		}
	}
	for _, a := range answers {
		if a.Status != revocation.Good {
			return fmt.Errorf("%w: %s", ErrKeyStatus, a.Cause)
		}
	}
	return nil
}

// maker checks the key and returns what signs with it.
func (k Key) maker(ctx context.Context, at time.Time, opt cms.Options) (*cms.Maker, error) {
	if err := k.Check(ctx, at); err != nil {
		return nil, err
	}
	if k.made == nil {
		return cms.NewMaker(k.Signer, k.Certificate, k.Chain, opt)
	}
	k.made.mu.Lock()
	defer k.made.mu.Unlock()
	if m := k.made.makers[opt]; m != nil && m.For(k.Signer, k.Certificate, k.Chain) {
		return m, nil
	}
	m, err := cms.NewMaker(k.Signer, k.Certificate, k.Chain, opt)
	if err != nil {
		return nil, err
	}
	if k.made.makers == nil {
		k.made.makers = map[cms.Options]*cms.Maker{}
	}
	k.made.makers[opt] = m
	return m, nil
}

// String names the key by its certificate's number.
func (k Key) String() string {
	if k.Certificate == nil {
		return "signing key without a certificate"
	}
	return fmt.Sprintf("signing key of certificate %X", k.Certificate.Serial)
}

// Format prints [Key.String] whatever the verb, so that no dump shows the key.
func (k Key) Format(s fmt.State, _ rune) { fmt.Fprint(s, k.String()) }

// LogValue is what logs show of the key.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText keeps the key out of JSON and the like.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
