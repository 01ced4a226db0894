// Package ca is a certification authority for demonstrations and tests, shaped
// like the national one: a root and an issuing authority, certificates for
// people, organisations, information systems and services by the national
// profile, revocation lists complete and delta, in RSA, ECDSA and both GOST
// families.
//
// [New] makes an authority, [Authority.Issue] a person's certificate and key.
// Its names say that it is a demonstration; nobody must be brought to trust it.
// The package reads no clock and no file: times come from the caller, and
// [Authority.MarshalPEM] and [ParsePEM] carry an authority from run to run.
package ca

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"tamga/certs"
)

// ErrInvalid is wrapped by errors about a request that no certificate can be
// made for, and about stored bytes that hold no authority.
var ErrInvalid = errors.New("demo authority")

// Lifetimes of the authority's own certificates, in years.
const (
	rootYears    = 20
	issuingYears = 15
)

// Options are what an authority may be told. The zero value is good.
type Options struct {
	// NotBefore is when the root and the issuing certificate begin to be
	// valid; zero means now. An earlier time lets the authority issue for the
	// past.
	NotBefore time.Time
	// Label ends the names of both authorities; "" means "TAMGA DEMO". Two
	// authorities of one family and label have equal names and different
	// keys, which is what an impostor would make.
	Label string
	// BaseURL is where lists and certificates are said to be found; "" means
	// "http://demo.invalid", which is nowhere.
	BaseURL string
	// Responder is where the authority answers about its certificates; "" means
	// "ocsp/" under BaseURL.
	Responder string
}

// Authority is a root and the issuing authority below it, with their keys and
// the list of what was revoked. Its methods may be called by many goroutines.
type Authority struct {
	family  Family
	label   string
	base    string
	ocsp    string
	root    Holder
	issuing Holder

	mu      sync.Mutex
	revoked []revokedEntry
	rootCRL register
	crl     register
}

// Holder is a certificate and the private key that belongs to it.
type Holder struct {
	Certificate *certs.Certificate
	Key         crypto.Signer
}

// New makes an authority with fresh keys. The root is valid until 20 years
// after now, the issuing authority until 15 years after now.
func New(f Family, now time.Time, opts Options) (*Authority, error) {
	a := &Authority{family: f, label: opts.Label, base: opts.BaseURL, ocsp: opts.Responder}
	if a.label == "" {
		a.label = "TAMGA DEMO"
	}
	if a.base == "" {
		a.base = "http://demo.invalid"
	}
	from := opts.NotBefore
	if from.IsZero() {
		from = now
	}
	if from.After(now) {
		return nil, fmt.Errorf("%w: the authority would begin in the future", ErrInvalid)
	}
	if err := a.makeRoot(from, now.AddDate(rootYears, 0, 0)); err != nil {
		return nil, fmt.Errorf("root: %w", err)
	}
	if err := a.makeIssuing(from, now.AddDate(issuingYears, 0, 0)); err != nil {
		return nil, fmt.Errorf("issuing authority: %w", err)
	}
	return a, nil
}

// Family returns the family of all keys of the authority.
func (a *Authority) Family() Family { return a.family }

// Root returns the self-signed certificate: the trust anchor.
func (a *Authority) Root() *certs.Certificate { return a.root.Certificate }

// Issuing returns the certificate of the authority that issues to people.
func (a *Authority) Issuing() *certs.Certificate { return a.issuing.Certificate }

// makeRoot issues the self-signed certificate, with the extensions of the
// national root of 2022 in their order.
func (a *Authority) makeRoot(from, to time.Time) error {
	key, err := a.family.newKey()
	if err != nil {
		return err
	}
	name := authorityName("НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ", a.family, a.label)
	t, err := newTemplate(key, name, from, to)
	if err != nil {
		return err
	}
	t.Issuer = name
	t.Extensions = []certs.Extension{
		BasicConstraints(true, -1),
		KeyUsage(certs.KeyCertSign | certs.CRLSign),
		subjectKeyID(t.keyID),
		fullAuthorityKeyID(t.keyID, name, t.Serial),
		policy(oidRootPolicy, a.base+"/cps"),
	}
	a.root, err = t.sign(key, key)
	return err
}

// makeIssuing issues the certificate of the issuing authority, shaped like the
// national one of 2022, which has no path length constraint.
func (a *Authority) makeIssuing(from, to time.Time) error {
	key, err := a.family.newKey()
	if err != nil {
		return err
	}
	t, err := newTemplate(key, authorityName("ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ", a.family, a.label), from, to)
	if err != nil {
		return err
	}
	root := a.root.Certificate
	t.Issuer = root.Subject.Raw
	t.Extensions = []certs.Extension{
		BasicConstraints(true, -1),
		KeyUsage(certs.KeyCertSign | certs.CRLSign),
		crlPoint(oidCRLPoints, a.url("crl/root_", ".crl")),
		subjectKeyID(t.keyID),
		fullAuthorityKeyID(root.SubjectKeyID, root.Subject.Raw, root.Serial),
		access(a.url("cert/root_", ".cer"), ""),
		policy(oidPolicy, a.base+"/cps"),
	}
	a.issuing, err = t.sign(key, a.root.Key)
	return err
}

// responder is where the authority answers about its certificates.
func (a *Authority) responder() string {
	if a.ocsp != "" {
		return a.ocsp
	}
	return a.base + "/ocsp/"
}

// url returns an address under the base, with the family's name in it.
func (a *Authority) url(before, after string) string {
	return a.base + "/" + before + a.family.slug() + after
}

// isRootSubject reports whether the serial number is that of a certificate
// which the root issued.
func (a *Authority) isRootSubject(serial *big.Int) bool {
	return serial.Cmp(a.issuing.Certificate.Serial) == 0
}

// belongs reports whether the key is the certificate's.
func (h Holder) belongs() bool {
	spki, err := certs.MarshalPublicKey(h.Key.Public())
	return err == nil && bytes.Equal(spki, h.Certificate.RawSPKI)
}
