// Package revocation tells the status of a certificate at a time, with the
// evidence for it: [Lists.Judge] for the certificates of a path, [Lists.Status]
// for one, over certificate revocation lists complete and delta, direct and
// indirect, whole and divided (RFC 5280 section 6.3).
//
// An answer has three values. Good and revoked are said only on the strength
// of a list whose issuer, signature, scope and freshness were checked;
// everything else is undetermined, with the reason. A list that this package
// does not understand in full is never half used.
package revocation

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation/serials"
)

// ErrMalformed is wrapped by every error about bytes that are no revocation
// list.
var ErrMalformed = errors.New("malformed revocation list")

func listError(field string, err error) error {
	if err == nil {
		err = der.ErrSyntax
	}
	return fmt.Errorf("%w: %s: %w", ErrMalformed, field, err)
}

// CRL is a certificate revocation list (RFC 5280 section 5) taken apart. It is
// immutable and keeps the bytes it was read from.
type CRL struct {
	Raw            []byte
	RawTBS         []byte
	Issuer         certs.Name
	Algorithm      certs.AlgorithmIdentifier
	Signature      []byte
	ThisUpdate     time.Time
	NextUpdate     time.Time // zero when absent
	Number         *big.Int  // cRLNumber, nil when absent
	BaseNumber     *big.Int  // deltaCRLIndicator, nil in a complete list
	AuthorityKeyID []byte
	Scope          Scope
	DeltaURLs      []string // freshestCRL
	// KeepsExpired is since when certificates that expire stay on the list
	// (expiredCertsOnCRL, X.509 section 9.5.2.8); zero when they do not.
	KeepsExpired time.Time
	Entries      int

	// Source is where the list came from, for the evidence: an address or a
	// file. Whoever fetched it sets it before the list is added anywhere.
	Source string

	// Unhandled lists critical extensions, of the list or of an entry, that
	// are not processed here; such a list answers nothing.
	Unhandled []asn1.ObjectIdentifier

	// NotKept says why the index of a list in a file could not be kept, nil when
	// it was, or need not be. The list answers all the same.
	NotKept error

	digest    [sha256.Size]byte
	file      *serials.File
	index     *serials.Index
	tbsDigest []byte // of a list in a file; nil when no digest of it is signed
}

var (
	oidCRLNumber      = asn1.ObjectIdentifier{2, 5, 29, 20}
	oidDeltaCRL       = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidIssuingPoint   = asn1.ObjectIdentifier{2, 5, 29, 28}
	oidAuthorityKeyID = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidFreshestCRL    = asn1.ObjectIdentifier{2, 5, 29, 46}
	oidExpiredCerts   = asn1.ObjectIdentifier{2, 5, 29, 60}
)

// ParseCRL reads one DER revocation list with nothing after it. The bytes are
// kept and must not be changed.
func ParseCRL(raw []byte) (*CRL, error) {
	f, err := serials.InMemory(raw, serials.Options{})
	if err != nil {
		return nil, readError(err)
	}
	l, rules, err := readFields(f)
	if err != nil {
		return nil, err
	}
	l.Raw = raw
	if err := f.Signed(func(tbs []byte) error {
		l.RawTBS = tbs
		return nil
	}); err != nil {
		return nil, err
	}
	if l.index, err = f.Index(rules, nil); err != nil {
		return nil, readError(err)
	}
	return l, l.takeEntries()
}

// readFields reads all of a list but its entries, and tells how those are to be
// read. It is the same for a list in memory and one in a file.
func readFields(f *serials.File) (*CRL, serials.Rules, error) {
	l := &CRL{file: f, Scope: Scope{Reasons: certs.AllReasons}}
	sig, err := der.One(f.Signature())
	if err != nil {
		return nil, serials.Rules{}, listError("signatureValue", err)
	}
	if bits, unused, err := der.ParseBitString(sig.Body); err == nil && unused == 0 {
		l.Signature = bits
	} // else it is no signature of any algorithm, and will be found wrong
	version, err := l.parseTBS(der.NewReader(f.Fields()), f.Algorithm())
	if err != nil {
		return nil, serials.Rules{}, err
	}
	return l, l.rules(version), nil
}

// takeEntries takes over what the index found out about the entries.
func (l *CRL) takeEntries() (err error) {
	l.Entries = l.index.Len()
	for _, oid := range l.index.Critical() {
		if !slices.ContainsFunc(l.Unhandled, oid.Equal) {
			l.Unhandled = append(l.Unhandled, oid)
		}
	}
	l.digest, err = l.file.Digest()
	return err
}

// readError makes the errors of reading a list this package's.
func readError(err error) error {
	if errors.Is(err, serials.ErrMalformed) {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return err
}

// parseTBS reads tbsCertList without its entries, and returns the version.
func (l *CRL) parseTBS(r *der.Reader, outerAlg []byte) (version int, err error) {
	version = 1
	if v, ok, err := r.Optional(der.Integer); err != nil || ok && !bytes.Equal(v.Body, []byte{1}) {
		return 0, listError("version", err)
	} else if ok {
		version = 2 // the only version that is written out
	}
	alg, err := r.Expect(der.SequenceTag)
	if err != nil {
		return 0, listError("signature", err)
	}
	if err := l.setAlgorithm(alg.Raw, outerAlg); err != nil {
		return 0, err
	}
	issuer, err := r.Expect(der.SequenceTag)
	if err != nil {
		return 0, listError("issuer", err)
	}
	if l.Issuer, err = certs.ParseName(issuer.Raw); err != nil {
		return 0, listError("issuer", err)
	}
	if l.ThisUpdate, err = r.ReadTime(); err != nil {
		return 0, listError("thisUpdate", err)
	}
	if tag, ok := r.Peek(); ok && (tag == der.UTCTime || tag == der.GeneralizedTime) {
		if l.NextUpdate, err = r.ReadTime(); err != nil {
			return 0, listError("nextUpdate", err)
		}
	}
	return version, l.parseTail(r, version)
}

// setAlgorithm insists that the algorithm stands in both places, NULL
// parameters being the same as none: a national list of 2026 has them outside
// only.
func (l *CRL) setAlgorithm(inner, outer []byte) error {
	in, err := certs.ParseAlgorithmIdentifier(inner)
	if err != nil {
		return listError("signature", err)
	}
	out, err := certs.ParseAlgorithmIdentifier(outer)
	if err != nil {
		return listError("signatureAlgorithm", err)
	}
	if !in.Equal(out) {
		return listError("inner and outer signature algorithms differ", nil)
	}
	l.Algorithm = out
	return nil
}

func (l *CRL) parseTail(r *der.Reader, version int) error {
	exts, ok, err := r.Optional(der.ContextConstructed(0))
	if err != nil {
		return listError("crlExtensions", err)
	}
	if ok {
		if version == 1 {
			return listError("extensions in a version 1 list", nil)
		}
		if err := l.readExtensions(exts.Body); err != nil {
			return err
		}
	}
	if err := r.Done(); err != nil {
		return listError("end of tbsCertList", err)
	}
	return nil
}

// readExtensions takes every extension that it knows, critical or not.
func (l *CRL) readExtensions(b []byte) error {
	exts, err := certs.ParseExtensions(b)
	if err != nil {
		return listError("crlExtensions", err)
	}
	for _, e := range exts {
		name := ""
		switch {
		case e.ID.Equal(oidCRLNumber):
			name = "cRLNumber"
			l.Number, err = onlyNumber(e.Value)
		case e.ID.Equal(oidDeltaCRL):
			name = "deltaCRLIndicator"
			l.BaseNumber, err = onlyNumber(e.Value)
		case e.ID.Equal(oidAuthorityKeyID):
			name = "authorityKeyIdentifier"
			l.AuthorityKeyID, err = keyIdentifier(e.Value)
		case e.ID.Equal(oidFreshestCRL) && !e.Critical:
			name = "freshestCRL"
			l.DeltaURLs, err = freshestURLs(e.Value)
		case e.ID.Equal(oidExpiredCerts) && !e.Critical:
			name = "expiredCertsOnCRL"
			l.KeepsExpired, err = onlyTime(e.Value)
		case e.ID.Equal(oidIssuingPoint):
			// A scope that cannot be read makes the list one that answers
			// nothing, not one that is malformed: its number and times still
			// tell whoever looks after it.
			var readable bool
			if l.Scope, readable = parseScope(e.Value); !readable {
				l.Unhandled = append(l.Unhandled, e.ID)
			}
		case e.Critical:
			l.Unhandled = append(l.Unhandled, e.ID)
		}
		if err != nil {
			return listError(name, err)
		}
	}
	return nil
}

// onlyNumber reads an extension value that is one INTEGER, not negative.
func onlyNumber(b []byte) (*big.Int, error) {
	r := der.NewReader(b)
	n, err := r.ReadInteger()
	if err != nil {
		return nil, err
	}
	if n.Sign() < 0 {
		return nil, der.ErrSyntax
	}
	return n, r.Done()
}

func onlyTime(b []byte) (time.Time, error) {
	r := der.NewReader(b)
	t, err := r.ReadTime()
	if err != nil {
		return time.Time{}, err
	}
	return t, r.Done()
}

func freshestURLs(b []byte) ([]string, error) {
	points, err := certs.ParseDistributionPoints(b)
	var urls []string
	for _, p := range points {
		urls = append(urls, p.URLs()...)
	}
	return urls, err
}

func keyIdentifier(b []byte) ([]byte, error) {
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return nil, err
	}
	id, _, err := r.Optional(der.Context(0))
	return id.Body, err
}

// Delta reports whether the list only tells what changed since another one.
func (l *CRL) Delta() bool { return l.BaseNumber != nil }

// Digest returns the SHA-256 of the list's bytes.
func (l *CRL) Digest() [sha256.Size]byte { return l.digest }

// CheckSignatureFrom verifies the list's signature under the issuer's key. The
// errors are those of [certs.Certificate.CheckSignatureFrom].
func (l *CRL) CheckSignatureFrom(issuer *certs.Certificate) error {
	if issuer.PublicKey == nil {
		return fmt.Errorf("%w: issuer's key: %w", certs.ErrAlgorithm, issuer.KeyError)
	}
	alg, err := certs.ParseAlgorithm(l.Algorithm)
	if err != nil {
		return err
	}
	switch {
	case l.tbsDigest != nil:
		return alg.VerifyDigest(issuer.PublicKey, l.tbsDigest, l.Signature)
	case l.RawTBS != nil:
		return alg.Verify(issuer.PublicKey, l.RawTBS, l.Signature)
	}
	return l.file.Signed(func(tbs []byte) error { return alg.Verify(issuer.PublicKey, tbs, l.Signature) })
}

// namesKey compares key identifiers: 1 when the list names the certificate's
// key, -1 when it names another, 0 when nothing is said. The signature decides.
func (l *CRL) namesKey(signer *certs.Certificate) int {
	switch {
	case len(l.AuthorityKeyID) == 0 || len(signer.SubjectKeyID) == 0:
		return 0
	case bytes.Equal(l.AuthorityKeyID, signer.SubjectKeyID):
		return 1
	}
	return -1
}
