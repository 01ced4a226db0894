package ca

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation"
)

// ErrNoBase means that a delta list was asked for before any complete list was
// made.
var ErrNoBase = errors.New("no complete list to base a delta list on")

// register counts the lists of one issuer. Complete and delta lists share the
// numbers (RFC 5280 section 5.2.3).
type register struct {
	Number int64 `json:"number"` // of the last list
	Base   int64 `json:"base"`   // of the last complete list, 0 when there is none
}

// revokedEntry is a certificate that was revoked. A lifted hold stays, with
// removeFromCRL as its reason, as long as the complete list still shows it.
type revokedEntry struct {
	Serial *big.Int          `json:"serial"`
	At     time.Time         `json:"at"`
	Reason revocation.Reason `json:"reason"`
	InBase bool              `json:"in_base"` // the last complete list shows the certificate
	Fresh  bool              `json:"fresh"`   // the entry is newer than that list
}

// Revoke puts a certificate on the lists from a time on. The issuing
// authority's own serial number goes to the root's list. A certificate revoked
// already keeps its first entry, except that a hold may become final or, with
// the reason removeFromCRL, be lifted.
func (a *Authority) Revoke(serial *big.Int, at time.Time, reason revocation.Reason) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := revokedEntry{Serial: new(big.Int).Set(serial), At: at.UTC().Truncate(time.Second), Reason: reason, Fresh: true}
	i := slices.IndexFunc(a.revoked, func(e revokedEntry) bool { return e.Serial.Cmp(serial) == 0 })
	switch {
	case i < 0 && reason != revocation.RemoveFromCRL:
		a.revoked = append(a.revoked, next)
	case i < 0 || a.revoked[i].Reason != revocation.CertificateHold && a.revoked[i].Reason != revocation.RemoveFromCRL:
	case reason == revocation.RemoveFromCRL && !a.revoked[i].InBase:
		a.revoked = slices.Delete(a.revoked, i, i+1)
	default:
		next.InBase = a.revoked[i].InBase
		a.revoked[i] = next
	}
}

// Status is what a responder of the issuing authority says of a serial number: what
// its lists say, or will say when they are made next. Which numbers were given is
// not known, so that one that was never given is good too.
func (a *Authority) Status(serial *big.Int) revocation.Answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range a.revoked {
		if e.Serial.Cmp(serial) == 0 && e.Reason != revocation.RemoveFromCRL && !a.isRootSubject(serial) {
			return revocation.Answer{Status: revocation.Revoked, RevokedAt: e.At, Reason: e.Reason}
		}
	}
	return revocation.Answer{Status: revocation.Good}
}

// CRL makes the next complete list of the issuing authority, in DER: what was
// revoked at thisUpdate or before. A zero nextUpdate is left out, which no
// honest list does. Later delta lists build on it. A hold that was lifted is
// gone, whenever the list is dated.
func (a *Authority) CRL(thisUpdate, nextUpdate time.Time) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var shown []revokedEntry
	a.revoked = slices.DeleteFunc(a.revoked, func(e revokedEntry) bool {
		return e.Reason == revocation.RemoveFromCRL
	})
	for i, e := range a.revoked {
		if a.isRootSubject(e.Serial) {
			continue
		}
		show := !e.At.After(thisUpdate)
		a.revoked[i].InBase, a.revoked[i].Fresh = show, !show
		if show {
			shown = append(shown, e)
		}
	}
	a.crl.Number++
	a.crl.Base = a.crl.Number
	return signList(a.issuing, list{thisUpdate: thisUpdate, nextUpdate: nextUpdate, entries: shown, number: a.crl.Number})
}

// DeltaCRL makes a delta list: what changed until thisUpdate since the last
// complete list. The error is [ErrNoBase] when there was none.
func (a *Authority) DeltaCRL(thisUpdate, nextUpdate time.Time) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.crl.Base == 0 {
		return nil, ErrNoBase
	}
	var shown []revokedEntry
	for _, e := range a.revoked {
		if e.Fresh && !e.At.After(thisUpdate) && !a.isRootSubject(e.Serial) {
			shown = append(shown, e)
		}
	}
	a.crl.Number++
	return signList(a.issuing, list{
		thisUpdate: thisUpdate, nextUpdate: nextUpdate, entries: shown, number: a.crl.Number, base: a.crl.Base,
	})
}

// RootCRL makes the next list of the root: empty, or with the issuing
// authority on it.
func (a *Authority) RootCRL(thisUpdate, nextUpdate time.Time) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var shown []revokedEntry
	for _, e := range a.revoked {
		if a.isRootSubject(e.Serial) && !e.At.After(thisUpdate) && e.Reason != revocation.RemoveFromCRL {
			shown = append(shown, e)
		}
	}
	a.rootCRL.Number++
	a.rootCRL.Base = a.rootCRL.Number
	return signList(a.root, list{thisUpdate: thisUpdate, nextUpdate: nextUpdate, entries: shown, number: a.rootCRL.Number})
}

// list is a revocation list about to be signed.
type list struct {
	thisUpdate, nextUpdate time.Time
	entries                []revokedEntry
	number                 int64
	base                   int64 // 0 in a complete list
}

func signList(issuer Holder, l list) ([]byte, error) {
	if !l.nextUpdate.IsZero() && !l.thisUpdate.Before(l.nextUpdate) {
		return nil, fmt.Errorf("%w: the list would end before it begins", ErrInvalid)
	}
	alg, id, err := certs.SigningAlgorithm(issuer.Key.Public())
	if err != nil {
		return nil, err
	}
	var next []byte
	if !l.nextUpdate.IsZero() {
		next = der.Time(l.nextUpdate)
	}
	tbs := der.Sequence(
		der.Int(big.NewInt(1)), // version 2
		id.DER(),
		issuer.Certificate.Subject.Raw,
		der.Time(l.thisUpdate),
		next,
		encodeEntries(l.entries),
		extensionsField(0, l.extensions(issuer.Certificate.SubjectKeyID)),
	)
	return signed(tbs, issuer.Key, alg, id)
}

// encodeEntries returns revokedCertificates, which is absent when nothing is
// revoked (RFC 5280 section 5.1.2.6).
func encodeEntries(entries []revokedEntry) []byte {
	if len(entries) == 0 {
		return nil
	}
	out := make([][]byte, len(entries))
	for i, e := range entries {
		var exts []byte
		if e.Reason != revocation.Unspecified {
			code := der.Encode(der.Enumerated, []byte{byte(e.Reason)})
			exts = certs.EncodeExtensions(der.SequenceTag, []certs.Extension{{ID: oidReasonCode, Value: code}})
		}
		out[i] = der.Sequence(der.Int(e.Serial), der.Time(e.At), exts)
	}
	return der.Sequence(out...)
}

// extensions of a list, in the order of the national ones.
func (l list) extensions(issuerKeyID []byte) []certs.Extension {
	var exts []certs.Extension
	if l.base != 0 {
		exts = append(exts, certs.Extension{ID: oidDeltaCRL, Critical: true, Value: der.Int(big.NewInt(l.base))})
	}
	return append(exts,
		certs.Extension{ID: oidCRLNumber, Value: der.Int(big.NewInt(l.number))},
		authorityKeyID(issuerKeyID),
	)
}
