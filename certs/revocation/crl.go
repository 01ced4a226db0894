// Package revocation tells the status of a certificate at a time, with the
// evidence for it: [Lists.Status] over certificate revocation lists.
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
	"time"

	"tamga/certs"
	"tamga/certs/der"
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
	Entries        int

	// Unhandled lists critical extensions, of the list or of an entry, that
	// are not processed here; such a list answers nothing.
	Unhandled []asn1.ObjectIdentifier

	digest  [sha256.Size]byte
	entries map[string]entry // by the contents of the serial's INTEGER
}

type entry struct {
	revokedAt time.Time
	reason    Reason
}

// Reason is why a certificate was revoked (RFC 5280 section 5.3.1).
type Reason int

// The reasons. Unspecified is also what a list without a reason means.
const (
	Unspecified          Reason = 0
	KeyCompromise        Reason = 1
	CACompromise         Reason = 2
	AffiliationChanged   Reason = 3
	Superseded           Reason = 4
	CessationOfOperation Reason = 5
	CertificateHold      Reason = 6
	RemoveFromCRL        Reason = 8
	PrivilegeWithdrawn   Reason = 9
	AACompromise         Reason = 10
)

// String returns the reason as RFC 5280 writes it.
func (r Reason) String() string {
	names := map[Reason]string{
		Unspecified: "unspecified", KeyCompromise: "keyCompromise", CACompromise: "cACompromise",
		AffiliationChanged: "affiliationChanged", Superseded: "superseded",
		CessationOfOperation: "cessationOfOperation", CertificateHold: "certificateHold",
		RemoveFromCRL: "removeFromCRL", PrivilegeWithdrawn: "privilegeWithdrawn", AACompromise: "aACompromise",
	}
	if name, ok := names[r]; ok {
		return name
	}
	return fmt.Sprintf("reason %d", int(r))
}

var (
	oidCRLNumber      = asn1.ObjectIdentifier{2, 5, 29, 20}
	oidReasonCode     = asn1.ObjectIdentifier{2, 5, 29, 21}
	oidInvalidityDate = asn1.ObjectIdentifier{2, 5, 29, 24}
	oidDeltaCRL       = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidAuthorityKeyID = asn1.ObjectIdentifier{2, 5, 29, 35}
)

// ParseCRL reads one DER revocation list with nothing after it.
func ParseCRL(raw []byte) (*CRL, error) {
	outer, err := der.One(raw)
	if err != nil || outer.Tag != der.SequenceTag {
		return nil, listError("outer sequence", err)
	}
	l := &CRL{Raw: raw, digest: sha256.Sum256(raw), entries: map[string]entry{}}
	r := der.NewReader(outer.Body)
	tbs, err := r.Expect(der.SequenceTag)
	if err != nil {
		return nil, listError("tbsCertList", err)
	}
	l.RawTBS = tbs.Raw
	outerAlg, err := r.Expect(der.SequenceTag)
	if err != nil {
		return nil, listError("signatureAlgorithm", err)
	}
	sig, err := r.Expect(der.BitString)
	if err != nil {
		return nil, listError("signatureValue", err)
	}
	bits, unused, err := der.ParseBitString(sig.Body)
	if err != nil || unused != 0 || r.Done() != nil {
		return nil, listError("signatureValue", err)
	}
	l.Signature = bits
	return l, l.parseTBS(der.NewReader(tbs.Body), outerAlg.Raw)
}

func (l *CRL) parseTBS(r *der.Reader, outerAlg []byte) error {
	version := 1
	if v, ok, err := r.Optional(der.Integer); err != nil || ok && !bytes.Equal(v.Body, []byte{1}) {
		return listError("version", err)
	} else if ok {
		version = 2 // the only version that is written out
	}
	alg, err := r.Expect(der.SequenceTag)
	if err != nil {
		return listError("signature", err)
	}
	if err := l.setAlgorithm(alg.Raw, outerAlg); err != nil {
		return err
	}
	issuer, err := r.Expect(der.SequenceTag)
	if err != nil {
		return listError("issuer", err)
	}
	if l.Issuer, err = certs.ParseName(issuer.Raw); err != nil {
		return listError("issuer", err)
	}
	if l.ThisUpdate, err = r.ReadTime(); err != nil {
		return listError("thisUpdate", err)
	}
	if tag, ok := r.Peek(); ok && (tag == der.UTCTime || tag == der.GeneralizedTime) {
		if l.NextUpdate, err = r.ReadTime(); err != nil {
			return listError("nextUpdate", err)
		}
	}
	if revoked, ok, err := r.Optional(der.SequenceTag); err != nil {
		return listError("revokedCertificates", err)
	} else if ok {
		if err := l.parseEntries(der.NewReader(revoked.Body)); err != nil {
			return err
		}
	}
	return l.parseTail(r, version)
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

func (l *CRL) parseEntries(r *der.Reader) error {
	for !r.Empty() {
		seq, err := r.Enter(der.SequenceTag)
		if err != nil {
			return listError("entry", err)
		}
		serial, err := seq.Expect(der.Integer)
		if err != nil {
			return listError("entry serial", err)
		}
		var e entry
		if e.revokedAt, err = seq.ReadTime(); err != nil {
			return listError("revocationDate", err)
		}
		if !seq.Empty() {
			if e.reason, err = l.entryExtensions(seq.Rest()); err != nil {
				return err
			}
		}
		key := string(serial.Body)
		if have, ok := l.entries[key]; !ok || e.revokedAt.Before(have.revokedAt) {
			l.entries[key] = e
		}
		l.Entries++
	}
	return nil
}

func (l *CRL) entryExtensions(b []byte) (Reason, error) {
	exts, err := certs.ParseExtensions(b)
	if err != nil {
		return 0, listError("entry extensions", err)
	}
	reason := Unspecified
	for _, e := range exts {
		switch {
		case e.ID.Equal(oidReasonCode):
			v, err := der.One(e.Value)
			if err != nil || v.Tag != der.Enumerated || len(v.Body) != 1 {
				return 0, listError("reasonCode", err)
			}
			reason = Reason(v.Body[0])
		case e.ID.Equal(oidInvalidityDate):
		case e.Critical:
			// certificateIssuer among them: an indirect list.
			l.Unhandled = append(l.Unhandled, e.ID)
		}
	}
	return reason, nil
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

func (l *CRL) readExtensions(b []byte) error {
	exts, err := certs.ParseExtensions(b)
	if err != nil {
		return listError("crlExtensions", err)
	}
	for _, e := range exts {
		switch {
		case e.ID.Equal(oidCRLNumber):
			if l.Number, err = onlyInteger(e.Value); err != nil {
				return listError("cRLNumber", err)
			}
		case e.ID.Equal(oidDeltaCRL):
			if l.BaseNumber, err = onlyInteger(e.Value); err != nil {
				return listError("deltaCRLIndicator", err)
			}
		case e.ID.Equal(oidAuthorityKeyID):
			if l.AuthorityKeyID, err = keyIdentifier(e.Value); err != nil {
				return listError("authorityKeyIdentifier", err)
			}
		case e.Critical:
			// issuingDistributionPoint among them: the scope of such a list
			// is not all certificates.
			l.Unhandled = append(l.Unhandled, e.ID)
		}
	}
	return nil
}

// onlyInteger reads an extension value that is one INTEGER.
func onlyInteger(b []byte) (*big.Int, error) {
	r := der.NewReader(b)
	n, err := r.ReadInteger()
	if err != nil {
		return nil, err
	}
	return n, r.Done()
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
	return alg.Verify(issuer.PublicKey, l.RawTBS, l.Signature)
}

// lookup finds the entry of a serial number.
func (l *CRL) lookup(serial *big.Int) (entry, bool) {
	body, err := der.One(der.Int(serial))
	if err != nil {
		return entry{}, false
	}
	e, ok := l.entries[string(body.Body)]
	return e, ok
}

// issuedBy reports whether the names, and the key identifiers where both are
// present, say that the issuer signed the list. The signature decides.
func (l *CRL) issuedBy(issuer *certs.Certificate) bool {
	if !bytes.Equal(l.Issuer.Raw, issuer.Subject.Raw) {
		return false
	}
	return len(l.AuthorityKeyID) == 0 || len(issuer.SubjectKeyID) == 0 || bytes.Equal(l.AuthorityKeyID, issuer.SubjectKeyID)
}

// isAlgorithm tells a signature that could not be checked from a wrong one.
func isAlgorithm(err error) bool { return errors.Is(err, certs.ErrAlgorithm) }
