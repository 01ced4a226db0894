package xmldsig

import (
	"bytes"
	"math/big"
	"strings"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/signing/xmldsig/xmltree"
)

// properties reads what the signature says of itself under its own protection:
// XAdES SignedProperties (EN 319 132-1 section 4.3) and the WS-Security
// timestamp. Unsigned properties are not read.
func (d *Document) properties(s *Signature, objects []*xmltree.Node) {
	var found *xmltree.Node
	for _, o := range objects {
		for _, q := range o.Elements() {
			if q.Space() != nsXAdES {
				continue
			}
			if found != nil || q.Local() != "QualifyingProperties" {
				s.report(problemf(CodeSignedProperties, "the qualifying properties are several, or elsewhere"))
				return
			}
			found = q
		}
	}
	if found != nil {
		s.report(s.qualifying(found))
	}
	for _, n := range d.envelope.timestamps(s.element) {
		if s.covers(n) {
			s.report(s.timestamp(n))
		}
	}
	if s.ClaimedTime.IsZero() {
		s.ClaimedTime = s.Created
	}
}

// qualifying reads QualifyingProperties, which must be about this signature.
func (s *Signature) qualifying(n *xmltree.Node) *Problem {
	if target, _ := n.Attribute("", "Target"); s.ID == "" || target != "#"+s.ID {
		return problemf(CodeSignedProperties, "the qualifying properties are of another signature")
	}
	var signed *xmltree.Node
	for _, c := range n.Elements() {
		if c.Is(nsXAdES, "SignedProperties") {
			if signed != nil {
				return problemf(CodeSignedProperties, "there are two SignedProperties")
			}
			signed = c
		}
	}
	if signed == nil {
		return nil
	}
	covered := false
	for _, r := range s.References {
		covered = covered || r.Problem == nil && r.Covered.Element == signed && r.Type == uriProperties
	}
	if !covered {
		return problemf(CodeSignedProperties, "SignedProperties is not covered by a reference of its type")
	}
	for _, c := range signed.Elements() {
		if !c.Is(nsXAdES, "SignedSignatureProperties") {
			continue
		}
		for _, p := range c.Elements() {
			if problem := s.signedProperty(p); problem != nil {
				return problem
			}
		}
	}
	return nil
}

func (s *Signature) signedProperty(p *xmltree.Node) *Problem {
	switch {
	case p.Is(nsXAdES, "SigningTime"):
		var problem *Problem
		s.ClaimedTime, problem = dateTime(p)
		return problem
	case p.Is(nsXAdES, "SigningCertificate"), p.Is(nsXAdES, "SigningCertificateV2"):
		return s.signingCertificate(p)
	}
	return nil
}

// signingCertificate finds the certificate that the property names. The first
// Cert is the signer's; what else it lists are certificates of the path (EN 319
// 132-1 section 5.2.2).
func (s *Signature) signingCertificate(p *xmltree.Node) *Problem {
	list := p.Elements()
	if len(list) == 0 || !list[0].Is(nsXAdES, "Cert") || s.SigningCertificate == Bound {
		return problemf(CodeSignedProperties, "%s names no certificate, or stands twice", p.Local())
	}
	want, digest, serial, problem := certificateID(list[0])
	if problem != nil {
		return problem
	}
	candidates := s.candidates
	if s.signer != nil {
		candidates = []*certs.Certificate{s.signer}
	}
	for _, c := range candidates {
		if bytes.Equal(digest.Sum(c.Raw), want) && (serial == nil || serial.Cmp(c.Serial) == 0) {
			s.signer, s.SigningCertificate = c, Bound
			return nil
		}
	}
	if len(candidates) == 0 {
		return nil // there is no certificate, which is reported
	}
	s.signer = nil
	return problemf(CodeSigningCertificate, "%s names another certificate", p.Local())
}

// certificateID reads the digest of a certificate, and its serial number if the
// property has one.
func certificateID(cert *xmltree.Node) (want []byte, digest certs.Digest, serial *big.Int, problem *Problem) {
	for _, c := range cert.Elements() {
		switch {
		case c.Is(nsXAdES, "CertDigest"):
			take := taker{c.Elements()}
			method, value := take.one("DigestMethod"), take.one("DigestValue")
			if method == nil || value == nil {
				return nil, digest, nil, problemf(CodeSignedProperties, "CertDigest is malformed")
			}
			uri, _ := method.Attribute("", "Algorithm")
			var known bool
			if digest, known = digestByURI(uri); !known {
				return nil, digest, nil, problemf(CodeDigestAlgorithm, "the digest algorithm of the signing certificate is not known")
			}
			want, problem = binary(value)
		case c.Is(nsXAdES, "IssuerSerial"):
			serial, problem = issuerSerial(c)
		case c.Is(nsXAdES, "IssuerSerialV2"):
			serial, problem = issuerSerialV2(c)
		}
		if problem != nil {
			return nil, digest, nil, &Problem{CodeSignedProperties, problem.Detail}
		}
	}
	if want == nil {
		return nil, digest, nil, problemf(CodeSignedProperties, "a Cert has no digest")
	}
	return want, digest, serial, nil
}

// issuerSerialV2 reads the number of a DER IssuerSerial (RFC 5035 section 5).
func issuerSerialV2(n *xmltree.Node) (*big.Int, *Problem) {
	malformed := problemf(CodeSignedProperties, "IssuerSerialV2 is malformed")
	raw, problem := binary(n)
	if problem != nil {
		return nil, problem
	}
	r, err := der.Inside(raw, der.SequenceTag)
	if err != nil {
		return nil, malformed
	}
	if _, err := r.Expect(der.SequenceTag); err != nil {
		return nil, malformed
	}
	serial, err := r.ReadInteger()
	if err != nil || r.Done() != nil {
		return nil, malformed
	}
	return serial, nil
}

// timestamp reads a WS-Security timestamp (WS-Security 1.1 section 10). Of
// several, the message holds while all of them do.
func (s *Signature) timestamp(n *xmltree.Node) *Problem {
	var created, expires time.Time
	for _, c := range n.Elements() {
		var into *time.Time
		switch {
		case c.Is(nsWSU, "Created"):
			into = &created
		case c.Is(nsWSU, "Expires"):
			into = &expires
		default:
			continue
		}
		t, problem := dateTime(c)
		if problem != nil {
			return problem
		}
		if !into.IsZero() {
			return problemf(CodeSignedProperties, "%s stands twice", c.Local())
		}
		*into = t
	}
	if !expires.IsZero() && expires.Before(created) {
		return problemf(CodeSignedProperties, "the message expires before it was created")
	}
	if created.After(s.Created) {
		s.Created = created
	}
	if !expires.IsZero() && (s.Expires.IsZero() || expires.Before(s.Expires)) {
		s.Expires = expires
	}
	return nil
}

// dateTime reads an XML Schema dateTime with a time zone. One without is not a
// moment, nor is the one that is Go's sign of an absent time.
func dateTime(n *xmltree.Node) (time.Time, *Problem) {
	text, problem := textOnly(n)
	if problem != nil {
		return time.Time{}, problem
	}
	text = strings.Trim(text, whiteSpace)
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil && len(text) < 64 && !t.IsZero() {
		return t.UTC(), nil
	}
	return time.Time{}, problemf(CodeSignedProperties, "%s is not a moment of time", n.Local())
}
