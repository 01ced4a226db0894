// Package certs answers two questions: whose a certificate is, by the profile
// of Kazakhstan's national certification authority ([Certificate.Identity]),
// and whether a path from it to a trust anchor exists at a given time
// ([Pool.Build]).
//
// It knows RSA, ECDSA, Ed25519 and both national GOST families, reads
// certificates by rules of its own (strict DER, every critical extension
// accounted for) and refuses to guess: a certificate whose key or algorithm it
// does not know is reported as such.
//
// The package is pure: it reads no clock, no file, no network. Revocation is
// the business of certs/revocation.
package certs

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"sync/atomic"
	"time"

	"tamga/certs/der"
)

// ErrMalformed is wrapped by every error about bytes that are no certificate.
var ErrMalformed = errors.New("malformed certificate")

func fieldError(field string, err error) error {
	if err == nil {
		err = der.ErrSyntax
	}
	return fmt.Errorf("%w: %s: %w", ErrMalformed, field, err)
}

func hexString(b []byte) string { return hex.EncodeToString(b) }

// Certificate is a public-key certificate taken apart. It is immutable and
// keeps the bytes it was read from; treat the slices as read-only.
type Certificate struct {
	Raw        []byte // the whole certificate
	RawTBS     []byte // what the issuer signed
	RawSPKI    []byte // subjectPublicKeyInfo
	KeyBits    []byte // the contents of its BIT STRING, without the count of unused bits
	Serial     *big.Int
	RawSerial  []byte // contents of the serial number's INTEGER, which is what lists are searched for
	Subject    Name
	Issuer     Name
	NotBefore  time.Time
	NotAfter   time.Time
	PublicKey  crypto.PublicKey // nil when the key's algorithm is not known
	KeyError   error            // why PublicKey is nil
	Algorithm  AlgorithmIdentifier
	Signature  []byte
	Extensions []Extension

	BasicConstraints bool // the extension is present
	CA               bool
	MaxPathLen       int // -1 when not limited
	HasKeyUsage      bool
	KeyUsage         KeyUsage
	ExtKeyUsage      []asn1.ObjectIdentifier
	Policies         []asn1.ObjectIdentifier
	SubjectKeyID     []byte
	AuthorityKeyID   []byte
	CRLPoints        []DistributionPoint
	CRLURLs          []string // cRLDistributionPoints
	DeltaCRLURLs     []string // freshestCRL
	OCSPURLs         []string
	IssuerURLs       []string
	AltNames         []GeneralName
	Emails           []string // subjectAltName rfc822Name

	NameConstraints *NameConstraints // nil when absent
	PolicyMappings  []PolicyMapping
	// What policyConstraints and inhibitAnyPolicy say, in certificates to be
	// skipped: -1 when absent (RFC 5280 sections 4.2.1.11 and 4.2.1.14).
	RequireExplicitPolicy int
	InhibitPolicyMapping  int
	InhibitAnyPolicy      int

	// UnhandledCritical lists critical extensions that path building does not
	// process; RFC 5280 section 4.2 wants such a certificate refused.
	UnhandledCritical []asn1.ObjectIdentifier

	fingerprint [sha256.Size]byte
	described   atomic.Pointer[Description]
	extensions  []byte // contents of the SEQUENCE of them
	// oddQualifier is set when certificatePolicies has a qualifier that is not
	// known.
	oddQualifier bool
}

// Extension is one extension as it stands in the certificate.
type Extension struct {
	ID       asn1.ObjectIdentifier
	Critical bool
	Value    []byte
}

// AlgorithmIdentifier is an algorithm with its parameters as they stand.
type AlgorithmIdentifier struct {
	OID        asn1.ObjectIdentifier
	Parameters []byte // complete element, nil when absent
}

// Fingerprint returns the SHA-256 of the certificate's bytes.
func (c *Certificate) Fingerprint() [sha256.Size]byte { return c.fingerprint }

// SelfIssued reports whether subject and issuer are the same name.
func (c *Certificate) SelfIssued() bool { return c.Subject.Equal(c.Issuer) }

// SelfSigned reports whether the certificate is self-issued and its signature
// verifies under its own key. It costs a signature verification.
func (c *Certificate) SelfSigned() bool {
	return c.SelfIssued() && c.CheckSignatureFrom(c) == nil
}

// ValidAt reports whether t lies inside the validity period, both ends
// included (RFC 5280 section 4.1.2.5).
func (c *Certificate) ValidAt(t time.Time) bool {
	return !t.Before(c.NotBefore) && !t.After(c.NotAfter)
}

// CheckSignatureFrom verifies this certificate's signature under the issuer's
// key. It compares no names and asks nothing else of the issuer. The error is
// [ErrSignature] when the signature is wrong and [ErrAlgorithm] when that
// could not be found out.
func (c *Certificate) CheckSignatureFrom(issuer *Certificate) error {
	return c.checkSignature(issuer.PublicKey, issuer.KeyError)
}

// checkSignature verifies the signature under a key; keyError says why there
// is none.
func (c *Certificate) checkSignature(key crypto.PublicKey, keyError error) error {
	if key == nil {
		return fmt.Errorf("%w: issuer's key: %w", ErrAlgorithm, keyError)
	}
	alg, err := ParseAlgorithm(c.Algorithm)
	if err != nil {
		return err
	}
	return alg.Verify(key, c.RawTBS, c.Signature)
}

// maxCertificate is more than any certificate needs, in bytes.
const maxCertificate = 1 << 18

// Parse reads one DER certificate with nothing after it. Unknown algorithms
// and unknown extensions do not make it fail; malformed bytes do.
func Parse(raw []byte) (*Certificate, error) { return parse(raw, sha256.Sum256(raw), nil) }

// parse is Parse of bytes whose SHA-256 is known. What its issuer's other
// certificates have in common with it is taken from them.
func parse(raw []byte, sum [sha256.Size]byte, issuers map[string]*issuerFacts) (*Certificate, error) {
	if len(raw) > maxCertificate {
		return nil, fieldError("size", errors.New("too large"))
	}
	outer, err := der.One(raw)
	if err != nil || outer.Tag != der.SequenceTag {
		return nil, fieldError("outer sequence", err)
	}
	c := &Certificate{
		Raw: raw, MaxPathLen: -1, fingerprint: sum,
		RequireExplicitPolicy: -1, InhibitPolicyMapping: -1, InhibitAnyPolicy: -1,
	}
	r := der.NewReader(outer.Body)
	tbs, err := r.Expect(der.SequenceTag)
	if err != nil {
		return nil, fieldError("tbsCertificate", err)
	}
	c.RawTBS = tbs.Raw
	outerAlg, err := r.Expect(der.SequenceTag)
	if err != nil {
		return nil, fieldError("signatureAlgorithm", err)
	}
	sig, err := r.Expect(der.BitString)
	if err != nil {
		return nil, fieldError("signature", err)
	}
	if bits, unused, err := der.ParseBitString(sig.Body); err == nil && unused == 0 {
		c.Signature = bits
	} // else it is no signature of any algorithm, and will be found wrong
	if err := r.Done(); err != nil {
		return nil, fieldError("end", err)
	}
	inner, alike, err := c.parseTBS(der.NewReader(tbs.Body), issuers)
	if err != nil {
		return nil, err
	}
	if alike.signs(inner) && alike.signs(outerAlg.Raw) {
		c.Algorithm = alike.c.Algorithm
		return c, nil
	}
	return c, c.setAlgorithm(inner, outerAlg.Raw)
}

// setAlgorithm reads the algorithm and insists that the two places where it
// stands agree (RFC 5280 section 4.1.1.2), NULL and absent parameters being
// the same: the national authority writes both.
func (c *Certificate) setAlgorithm(inner, outer []byte) (err error) {
	if c.Algorithm, err = ParseAlgorithmIdentifier(outer); err != nil {
		return fieldError("signature algorithm", err)
	}
	if bytes.Equal(inner, outer) {
		return nil
	}
	in, err := ParseAlgorithmIdentifier(inner)
	if err != nil {
		return fieldError("signature algorithm", err)
	}
	if !in.Equal(c.Algorithm) {
		return fieldError("inner and outer signature algorithms differ", nil)
	}
	return nil
}

// ParseAlgorithmIdentifier reads an AlgorithmIdentifier.
func ParseAlgorithmIdentifier(raw []byte) (AlgorithmIdentifier, error) {
	e, err := der.One(raw)
	if err != nil {
		return AlgorithmIdentifier{}, err
	}
	if e.Tag != der.SequenceTag {
		return AlgorithmIdentifier{}, der.ErrSyntax
	}
	r := der.NewReader(e.Body)
	oid, err := r.ReadOID()
	if err != nil {
		return AlgorithmIdentifier{}, err
	}
	id := AlgorithmIdentifier{OID: oid}
	if !r.Empty() {
		p, err := r.Next()
		if err != nil {
			return AlgorithmIdentifier{}, err
		}
		id.Parameters = p.Raw
	}
	return id, r.Done()
}

// Equal compares algorithms, taking NULL parameters for absent ones.
func (a AlgorithmIdentifier) Equal(b AlgorithmIdentifier) bool {
	return a.OID.Equal(b.OID) && bytes.Equal(a.parameters(), b.parameters())
}

// parameters returns nil for NULL.
func (a AlgorithmIdentifier) parameters() []byte {
	if len(a.Parameters) == 2 && a.Parameters[0] == byte(der.Null) {
		return nil
	}
	return a.Parameters
}

// parseTBS reads the signed part and returns its algorithm identifier, and the
// template of the issuer's certificates if there is one.
func (c *Certificate) parseTBS(r *der.Reader, issuers map[string]*issuerFacts) (inner []byte, alike *template, err error) {
	version, err := parseVersion(r)
	if err != nil {
		return nil, nil, fieldError("version", err)
	}
	serial, err := r.Expect(der.Integer)
	if err != nil {
		return nil, nil, fieldError("serialNumber", err)
	}
	if c.Serial, err = der.ParseInteger(serial.Body); err != nil {
		return nil, nil, fieldError("serialNumber", err)
	}
	c.RawSerial = serial.Body
	alg, err := r.Expect(der.SequenceTag)
	if err != nil {
		return nil, nil, fieldError("signature", err)
	}
	issuer, err := r.Expect(der.SequenceTag)
	if err != nil {
		return nil, nil, fieldError("issuer", err)
	}
	if facts := issuers[string(issuer.Raw)]; facts != nil {
		c.Issuer, alike = facts.name, facts.alike.Load()
	} else if c.Issuer, err = ParseName(issuer.Raw); err != nil {
		return nil, nil, err
	}
	if err := c.parseValidity(r); err != nil {
		return nil, nil, fieldError("validity", err)
	}
	subject, err := r.Expect(der.SequenceTag)
	if err != nil {
		return nil, nil, fieldError("subject", err)
	}
	if c.Subject, err = ParseName(subject.Raw); err != nil {
		return nil, nil, err
	}
	if err := c.parseSPKI(r); err != nil {
		return nil, nil, fieldError("subjectPublicKeyInfo", err)
	}
	return alg.Raw, alike, c.parseTail(r, version, alike)
}

func parseVersion(r *der.Reader) (int, error) {
	v, ok, err := r.Optional(der.ContextConstructed(0))
	if err != nil || !ok {
		return 1, err
	}
	inner := der.NewReader(v.Body)
	n, err := inner.ReadInt()
	if err != nil {
		return 0, err
	}
	if n < 1 || n > 2 {
		return 0, errors.New("not version 1, 2 or 3")
	}
	return n + 1, inner.Done()
}

func (c *Certificate) parseValidity(r *der.Reader) error {
	v, err := r.Enter(der.SequenceTag)
	if err != nil {
		return err
	}
	if c.NotBefore, err = v.ReadTime(); err != nil {
		return err
	}
	if c.NotAfter, err = v.ReadTime(); err != nil {
		return err
	}
	return v.Done()
}

func (c *Certificate) parseSPKI(r *der.Reader) error {
	spki, err := r.Expect(der.SequenceTag)
	if err != nil {
		return err
	}
	c.RawSPKI = spki.Raw
	in := der.NewReader(spki.Body)
	alg, err := in.Expect(der.SequenceTag)
	if err != nil {
		return err
	}
	bits, err := in.Expect(der.BitString)
	if err != nil {
		return err
	}
	if err := in.Done(); err != nil {
		return err
	}
	unused := 0
	if c.KeyBits, unused, err = der.ParseBitString(bits.Body); err != nil {
		return err
	}
	if unused == 0 {
		c.PublicKey = usualKey(alg.Raw, c.KeyBits)
	}
	if c.PublicKey == nil {
		c.PublicKey, c.KeyError = ParsePublicKey(spki.Raw)
	}
	return nil
}

// parseTail reads the unique identifiers, which are skipped, and extensions.
func (c *Certificate) parseTail(r *der.Reader, version int, alike *template) error {
	for _, tag := range []der.Tag{der.Context(1), der.Context(2)} {
		if _, ok, err := r.Optional(tag); err != nil || ok && version < 2 {
			return fieldError("unique identifier", err)
		}
	}
	exts, ok, err := r.Optional(der.ContextConstructed(3))
	if err != nil || ok && version != 3 {
		return fieldError("extensions", err)
	}
	if ok {
		if err := c.parseExtensions(exts.Body, alike); err != nil {
			return err
		}
	}
	if err := r.Done(); err != nil {
		return fieldError("end of tbsCertificate", err)
	}
	return nil
}
