package signing

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/signing/cms"
	"tamga/signing/pades"
)

// Key is what signs: a private key, which may live in a file or in an HSM, its
// certificate, and the certificates above it that signatures should carry.
type Key struct {
	Signer      crypto.Signer
	Certificate *certs.Certificate
	Chain       []*certs.Certificate
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
)

// Check refuses a key that must not sign at a time: one that does not belong
// to its certificate, that only logs in, or whose certificate is outside its
// validity period.
func (k Key) Check(at time.Time) error {
	if k.Signer == nil || k.Certificate == nil {
		return fmt.Errorf("%w: one of them is missing", ErrKeyMismatch)
	}
	type comparable interface{ Equal(crypto.PublicKey) bool }
	pub, ok := k.Signer.Public().(comparable)
	if !ok || k.Certificate.PublicKey == nil || !pub.Equal(k.Certificate.PublicKey) {
		return ErrKeyMismatch
	}
	if k.Certificate.KeyUsage&certs.NonRepudiation == 0 {
		return ErrNotSigningKey
	}
	if !k.Certificate.ValidAt(at) {
		return ErrOutsideValidity
	}
	return nil
}

// CMSOptions says what kind of CMS to make.
type CMSOptions struct {
	Detached bool
	// Time is the moment of signing: the key is checked against it and, when
	// Claim is set, it is written as the signing-time attribute.
	Time  time.Time
	Claim bool
}

// SignCMS signs content: CAdES baseline B-B (EN 319 122-1) with content-type,
// message-digest and signing-certificate-v2, and with signing-time if claimed.
// RSA and ECDSA keys sign SHA-256, GOST keys the digest of their family. The
// result is DER.
func SignCMS(content []byte, key Key, opt CMSOptions) ([]byte, error) {
	if err := key.Check(opt.Time); err != nil {
		return nil, err
	}
	alg, _, err := certs.SigningAlgorithm(key.Certificate.PublicKey)
	if err != nil {
		return nil, err
	}
	c := cms.Container{Content: content}
	if opt.Detached {
		c.Content = nil
	} else if content == nil {
		c.Content = []byte{}
	}
	if opt.Claim {
		c.SignedAttrs = append(c.SignedAttrs, cms.Attribute{ID: cms.OIDSigningTime, Values: [][]byte{der.Time(opt.Time)}})
	}
	return sign(c, key, alg.Digest.Sum(content))
}

// SignPDF fills the hole of a prepared PDF (see [pades.Hole]) with a detached
// CMS of the PAdES baseline B-B profile (EN 319 142-1 section 6.3): without
// signing-time, which the dictionary's /M replaces. The key is used once, and
// no byte outside the hole changes.
func SignPDF(prepared []byte, key Key, at time.Time) ([]byte, error) {
	if err := key.Check(at); err != nil {
		return nil, err
	}
	parts, _, err := pades.Hole(prepared)
	if err != nil {
		return nil, fmt.Errorf("sign PDF: %w", err)
	}
	alg, _, err := certs.SigningAlgorithm(key.Certificate.PublicKey)
	if err != nil {
		return nil, err
	}
	cms, err := sign(cms.Container{}, key, alg.Digest.Sum(parts[0], parts[1]))
	if err != nil {
		return nil, err
	}
	signed, err := pades.Fill(prepared, cms)
	if err != nil {
		return nil, fmt.Errorf("sign PDF: %w", err)
	}
	return signed, nil
}

// sign completes the container with the attributes of every signature of ours
// and the signature over them.
func sign(c cms.Container, key Key, messageDigest []byte) ([]byte, error) {
	alg, id, err := certs.SigningAlgorithm(key.Certificate.PublicKey)
	if err != nil {
		return nil, err
	}
	c.Certificate, c.Chain, c.Algorithm = key.Certificate, key.Chain, id
	c.Digest = certs.AlgorithmIdentifier{OID: alg.Digest.OID, Parameters: der.NullValue()}
	c.SignedAttrs = append(c.SignedAttrs,
		cms.Attribute{ID: cms.OIDContentType, Values: [][]byte{der.OID(cms.OIDData)}},
		cms.Attribute{ID: cms.OIDMessageDigest, Values: [][]byte{der.Octets(messageDigest)}},
		cms.Attribute{ID: cms.OIDSigningCertificateV2, Values: [][]byte{signingCertificateV2(key.Certificate)}},
	)
	slices.SortFunc(c.SignedAttrs, func(a, b cms.Attribute) int { return bytes.Compare(a.DER(), b.DER()) })
	encoded := make([][]byte, len(c.SignedAttrs))
	for i, a := range c.SignedAttrs {
		encoded[i] = a.DER()
	}
	c.Signature, err = key.Signer.Sign(rand.Reader, alg.Digest.Sum(der.Set(encoded...)), alg.Digest.SignerOpts())
	if err != nil {
		return nil, fmt.Errorf("use signing key: %w", err)
	}
	return c.Build()
}

// signingCertificateV2 returns the attribute that binds the signature to the
// signer's certificate (RFC 5035 section 3): its SHA-256, which is the default
// and therefore not named, with issuer and serial number.
func signingCertificateV2(c *certs.Certificate) []byte {
	hash := c.Fingerprint()
	general := der.Sequence(der.Encode(der.ContextConstructed(4), c.Issuer.Raw))
	id := der.Sequence(der.Octets(hash[:]), der.Sequence(general, der.Int(c.Serial)))
	return der.Sequence(der.Sequence(id))
}
