package signing

import (
	"crypto/sha256"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing/cms"
)

// allowance is what strangers may make one verification cost beyond its
// signers: it is used up, and what comes later is passed over.
type allowance struct {
	items    int // certificates, lists and responses that are read
	tokens   int // timestamps that are judged
	counters int // countersignatures
	answers  int // responses whose signature is verified
	paths    int // followed after the first of a certificate does not hold

	answered map[asked]revocation.Answer // by responders, already
	twins    map[twinKey][]prospect      // what is known of the certificates of a key
}

func newAllowance() *allowance {
	return &allowance{items: 600, tokens: 64, counters: 32, answers: 400, paths: 64}
}

// take uses one up; false when none is left.
func take(n *int) bool {
	*n--
	return *n >= 0
}

// evidence is the certificates and the revocation information that came with a
// question: in the file itself (carried) or beside it. None of it is believed
// before it was authenticated; each piece is known to have existed at some
// time.
type evidence struct {
	certificates []*certs.Certificate
	carried      map[[32]byte]bool // fingerprints of the certificates in the file
	crls         []*statusItem
	ocsps        []*statusItem
	left         *allowance
	// lists are those of crls, and remember the signatures that they have
	// verified; since tells from when each is known to have existed. Both are
	// made when they are asked for.
	lists *revocation.Lists
	since map[[32]byte]time.Time
	// ended are lists by when an authority that is declared to have ended signed them.
	ended map[[32]byte]time.Time
	// responders are the answers about responders that were asked for already.
	responders map[responderKey]revocation.Answer
}

func (v *Verifier) newEvidence() *evidence { return &evidence{left: v.left} }

// statusItem is a revocation list or an OCSP response.
type statusItem struct {
	crl      *revocation.CRL
	response *ocsp.Response
	digest   [32]byte
	carried  bool
	holder   objectKey // the object of the container that it stands in
	known    time.Time // when it is known to have existed; set by settle
}

// objectKey names an object of a container that a timestamp may protect.
type objectKey [32]byte

func keyOf(parts ...[]byte) objectKey {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return objectKey(h.Sum(nil))
}

// proofs tells at which time objects are proved to have existed (EN 319 102-1
// section 5.6.2.3). What no timestamp covers is known since base: the time
// asked about, or that of a timestamp over the whole file.
type proofs struct {
	base time.Time
	of   map[objectKey]time.Time
}

func (p *proofs) known(k objectKey) time.Time {
	if t, ok := p.of[k]; ok && t.Before(p.base) {
		return t
	}
	return p.base
}

func (p *proofs) add(k objectKey, t time.Time) {
	if have, ok := p.of[k]; ok && !t.Before(have) {
		return
	}
	if p.of == nil {
		p.of = map[objectKey]time.Time{}
	}
	p.of[k] = t
}

// settle dates the evidence by the proofs; what is dated already can only
// become older.
func (e *evidence) settle(p *proofs) {
	if e == nil {
		return
	}
	for _, list := range [][]*statusItem{e.crls, e.ocsps} {
		for _, item := range list {
			if t := p.known(item.holder); item.known.IsZero() || t.Before(item.known) {
				item.known = t
			}
		}
	}
	e.forget()
}

// forget drops what was found out by what was proved so far.
func (e *evidence) forget() {
	if e != nil {
		e.since, e.responders = nil, nil
	}
}

func (e *evidence) empty() bool { return e == nil || len(e.crls)+len(e.ocsps) == 0 }

// join returns the evidence of both; either may be nil.
func (e *evidence) join(other *evidence) *evidence {
	if other == nil {
		return e
	}
	if e == nil {
		return other
	}
	out := &evidence{
		left:         e.left,
		certificates: append(slices.Clip(e.certificates), other.certificates...),
		carried:      map[[32]byte]bool{},
		crls:         append(slices.Clip(e.crls), other.crls...),
		ocsps:        append(slices.Clip(e.ocsps), other.ocsps...),
	}
	for _, from := range []*evidence{e, other} {
		for k := range from.carried {
			out.carried[k] = true
		}
		if len(from.crls) == len(out.crls) {
			out.lists = from.all() // nothing was added to them
		}
	}
	return out
}

// addCertificate takes one more certificate; unreadable ones are passed over.
func (e *evidence) addCertificate(pool *certs.Pool, raw []byte, carried bool) {
	c, err := pool.Parse(raw)
	if err != nil || !take(&e.left.items) {
		return
	}
	e.certificates = append(e.certificates, c)
	if carried {
		if e.carried == nil {
			e.carried = map[[32]byte]bool{}
		}
		e.carried[c.Fingerprint()] = true
	}
}

// addCRL takes one more list; unreadable ones are passed over.
func (e *evidence) addCRL(raw []byte, holder objectKey, carried bool) {
	if !take(&e.left.items) {
		return
	}
	if l, err := revocation.ParseCRL(raw); err == nil {
		l.Source = sourceOf(carried)
		e.crls = append(e.crls, &statusItem{crl: l, digest: l.Digest(), holder: holder, carried: carried})
	}
}

// addOCSP takes one more response, whole or as a BasicOCSPResponse.
func (e *evidence) addOCSP(raw []byte, holder objectKey, carried bool) {
	if !take(&e.left.items) {
		return
	}
	r, err := readOCSP(raw)
	if err != nil {
		return
	}
	e.ocsps = append(e.ocsps, &statusItem{response: r, digest: r.Digest(), holder: holder, carried: carried})
}

// sourceOf is what evidence says of where a list came from.
func sourceOf(carried bool) string {
	if carried {
		return "the file itself"
	}
	return "supplied with the question"
}

// addMaterial takes what a caller supplied, or a document's security store.
func (e *evidence) addMaterial(pool *certs.Pool, m Material, carried bool) {
	for _, raw := range m.Certificates {
		e.addCertificate(pool, raw, carried)
	}
	for _, raw := range m.CRLs {
		e.addCRL(raw, keyOf(raw), carried)
	}
	for _, raw := range m.OCSPs {
		e.addOCSP(raw, keyOf(raw), carried)
	}
}

func (m *Material) empty() bool { return len(m.Certificates)+len(m.CRLs)+len(m.OCSPs) == 0 }

// containerEvidence is what stands in certificates and crls of a container,
// nil when there is nothing but certificates.
func (v *Verifier) containerEvidence(sd *cms.SignedData) *evidence {
	e, pool := v.newEvidence(), v.Trust
	for _, raw := range sd.Certificates {
		e.addCertificate(pool, raw, true)
	}
	for _, raw := range sd.RevocationSet {
		crl, response := cms.RevocationChoice(raw)
		switch {
		case crl != nil:
			e.addCRL(crl, keyOf(raw), true)
		case response != nil:
			e.addOCSP(response, keyOf(raw), true)
		}
	}
	return e
}

// signerEvidence is what stands in the attributes of a signer.
func (v *Verifier) signerEvidence(si *cms.SignerInfo) *evidence {
	e, pool := v.newEvidence(), v.Trust
	for _, a := range si.Unsigned {
		for _, value := range a.Values {
			holder := unsignedKey(a, value)
			switch {
			case a.ID.Equal(cms.OIDCertificateValues):
				e.addCertificateValues(pool, value)
			case a.ID.Equal(cms.OIDRevocationValues), a.ID.Equal(cms.OIDAdobeRevocation):
				e.addRevocationValues(value, holder)
			}
		}
	}
	for _, a := range si.Signed {
		if a.ID.Equal(cms.OIDAdobeRevocation) {
			for _, value := range a.Values {
				e.addRevocationValues(value, signatureKey(si))
			}
		}
	}
	return e
}

// unsignedKey names one value of an unsigned attribute as ats-hash-index-v3
// counts them: attrType and value (EN 319 122-1 section 5.5.2).
func unsignedKey(a cms.Attribute, value []byte) objectKey { return keyOf(der.OID(a.ID), value) }

// signatureKey names the signature with everything that it protects.
func signatureKey(si *cms.SignerInfo) objectKey { return keyOf(si.Fixed) }

// addCertificateValues reads CertificateValues (RFC 5126 section 6.3.3).
func (e *evidence) addCertificateValues(pool *certs.Pool, value []byte) {
	r, err := der.Inside(value, der.SequenceTag)
	for err == nil && !r.Empty() {
		var c der.Element
		if c, err = r.Next(); err == nil {
			e.addCertificate(pool, c.Raw, true)
		}
	}
}

// addRevocationValues reads RevocationValues (RFC 5126 section 6.3.4) and
// Adobe's RevocationInfoArchival (ISO 32000-1 section 12.8.3.3.2), which have
// the same outline; the latter carries whole OCSP responses.
func (e *evidence) addRevocationValues(value []byte, holder objectKey) {
	r, err := der.Inside(value, der.SequenceTag)
	if err != nil {
		return
	}
	for n, add := range []func([]byte, objectKey, bool){e.addCRL, e.addOCSP} {
		list, ok, err := r.Optional(der.ContextConstructed(byte(n)))
		if err != nil {
			return
		}
		if !ok {
			continue
		}
		items, err := der.Inside(list.Body, der.SequenceTag)
		for err == nil && !items.Empty() {
			var item der.Element
			if item, err = items.Next(); err == nil {
				add(item.Raw, holder, true)
			}
		}
	}
}

func determined(a revocation.Answer) bool {
	return a.Status == revocation.Good || a.Status == revocation.Revoked
}
