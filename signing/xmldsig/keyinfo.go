package xmldsig

import (
	"bytes"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"

	"tamga/certs"
	"tamga/signing/xmldsig/xmltree"
)

// Kinds of tokens and of references to them (WS-Security X.509 Certificate
// Token Profile 1.1).
const (
	profileX509 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#"
	valueX509v3 = profileX509 + "X509v3"
	valueSKI    = profileX509 + "X509SubjectKeyIdentifier"
	encoding64  = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
)

// named is how KeyInfo names a certificate that may be elsewhere. A certificate
// must be named by all that is given.
type named struct {
	serial *big.Int
	ski    []byte
}

func (n named) fits(c *certs.Certificate) bool {
	return (n.serial == nil || n.serial.Cmp(c.Serial) == 0) &&
		(n.ski == nil || c.SubjectKeyID != nil && bytes.Equal(n.ski, c.SubjectKeyID))
}

// keyInfo gathers the certificates that a signature may have been made with. A
// key that comes without a certificate is nobody's and is passed over.
func (d *Document) keyInfo(s *Signature, n *xmltree.Node, with Supplied) {
	k := &keyReader{doc: d, signature: s}
	if n != nil {
		for _, c := range n.Elements() {
			switch {
			case c.Is(nsDSig, "X509Data"):
				s.report(k.x509Data(c))
			case c.Is(nsWSSE, "SecurityTokenReference"):
				s.report(k.tokenReference(c))
			}
		}
	}
	for _, c := range with.Certificates {
		k.add(c)
	}
	s.candidates = s.Certificates
	if len(k.names) == 0 {
		return
	}
	s.candidates = only(s.Certificates, func(c *certs.Certificate) bool {
		return slices.ContainsFunc(k.names, func(name named) bool { return name.fits(c) })
	})
	if len(s.candidates) == 0 {
		s.report(problemf(CodeNoCertificate, "KeyInfo names a certificate that is not known"))
	}
}

// keyReader reads KeyInfo.
type keyReader struct {
	doc       *Document
	signature *Signature
	names     []named
}

func (k *keyReader) add(c *certs.Certificate) {
	for _, known := range k.signature.Certificates {
		if bytes.Equal(known.Raw, c.Raw) {
			return
		}
	}
	k.signature.Certificates = append(k.signature.Certificates, c)
}

// certificate adds the certificate that stands in an element.
func (k *keyReader) certificate(n *xmltree.Node) (*certs.Certificate, *Problem) {
	if inner := n.Inner(); len(k.signature.origins) >= maxCertificates || inner.End-inner.Start > maxCertificate {
		return nil, problemf(CodeLimit, "too many certificates, or too large a one")
	}
	raw, problem := binary(n)
	if problem != nil {
		return nil, &Problem{CodeKeyInfo, problem.Detail}
	}
	c, err := certs.Parse(raw)
	if err != nil {
		return nil, problemf(CodeKeyInfo, "a certificate cannot be read: %v", err)
	}
	k.add(c)
	k.signature.origins = append(k.signature.origins, origin{c, n})
	return c, nil
}

// origin says in which element a certificate stands.
type origin struct {
	certificate *certs.Certificate
	element     *xmltree.Node
}

// bound reports whether a reference that holds covers the signer's certificate
// where it stands: its security token, or KeyInfo itself.
func (s *Signature) bound() bool {
	return slices.ContainsFunc(s.origins, func(o origin) bool {
		return bytes.Equal(o.certificate.Raw, s.signer.Raw) && slices.ContainsFunc(s.References, func(r Reference) bool {
			return r.Problem == nil && r.Covered.Element != nil && o.element.Within(r.Covered.Element) &&
				(r.Covered.Role == RoleKeyInfo || !o.element.Within(s.element))
		})
	})
}

// x509Data reads X509Data (XML Signature section 4.5.4). Names as text are
// not compared, since their writing is not defined well enough: a serial number
// or a key identifier must say which.
func (k *keyReader) x509Data(n *xmltree.Node) *Problem {
	var name named
	bag := 0
	for _, c := range n.Elements() {
		if c.Space() != nsDSig {
			continue
		}
		var problem *Problem
		switch c.Local() {
		case "X509Certificate":
			bag++
			_, problem = k.certificate(c)
		case "X509IssuerSerial":
			name.serial, problem = issuerSerial(c)
		case "X509SKI":
			name.ski, problem = binary(c)
		}
		if problem != nil {
			return &Problem{codeOr(problem, CodeKeyInfo), problem.Detail}
		}
	}
	if name.serial != nil || name.ski != nil {
		k.names = append(k.names, name)
	}
	return nil
}

func codeOr(p *Problem, code string) string {
	if p.Code == CodeLimit {
		return p.Code
	}
	return code
}

// issuerSerial reads the number of X509IssuerSerial.
func issuerSerial(n *xmltree.Node) (*big.Int, *Problem) {
	for _, c := range n.Elements() {
		if c.Is(nsDSig, "X509SerialNumber") {
			text, problem := textOnly(c)
			if problem != nil {
				return nil, problem
			}
			text = strings.Trim(text, whiteSpace)
			if serial, ok := new(big.Int).SetString(text, 10); ok && len(text) < 100 {
				return serial, nil
			}
		}
	}
	return nil, problemf(CodeKeyInfo, "X509IssuerSerial has no serial number")
}

// tokenReference reads SecurityTokenReference (WS-Security 1.1 section 7, X.509
// Token Profile section 3.2).
func (k *keyReader) tokenReference(n *xmltree.Node) *Problem {
	children := n.Elements()
	if len(children) != 1 {
		return problemf(CodeKeyInfo, "SecurityTokenReference does not hold one reference")
	}
	c := children[0]
	kind, _ := c.Attribute("", "ValueType")
	switch {
	case c.Is(nsDSig, "X509Data"):
		return k.x509Data(c)
	case c.Is(nsWSSE, "Reference"):
		return k.token(c)
	case c.Is(nsWSSE, "KeyIdentifier") && kind == valueX509v3 && base64Encoded(c):
		// The whole certificate as its own identifier: no standard, but the
		// usage of the government gateway.
		found, problem := k.certificate(c)
		return k.choose(found, problem)
	case c.Is(nsWSSE, "KeyIdentifier") && kind == valueSKI && base64Encoded(c):
		ski, problem := binary(c)
		if problem != nil {
			return &Problem{CodeKeyInfo, problem.Detail}
		}
		k.names = append(k.names, named{ski: ski})
		return nil
	}
	return problemf(CodeKeyInfo, "SecurityTokenReference refers in a way that is not known")
}

func base64Encoded(n *xmltree.Node) bool {
	encoding, present := n.Attribute("", "EncodingType")
	return !present || encoding == encoding64
}

// token reads the BinarySecurityToken that a reference names, which stands
// beside the signature.
func (k *keyReader) token(n *xmltree.Node) *Problem {
	uri, _ := n.Attribute("", "URI")
	id, local := strings.CutPrefix(uri, "#")
	if !local {
		return problemf(CodeKeyInfo, "a security token is outside the file")
	}
	token, problem := k.doc.byID(id)
	if problem != nil {
		return problem
	}
	kind, _ := token.Attribute("", "ValueType")
	if !token.Is(nsWSSE, "BinarySecurityToken") || token.Parent() != k.signature.element.Parent() {
		return problemf(CodeKeyInfo, "the security token is not a BinarySecurityToken beside the signature")
	}
	if kind != valueX509v3 || !base64Encoded(token) {
		return problemf(CodeKeyInfo, "the security token is not one X.509 certificate in base64")
	}
	found, problem := k.certificate(token)
	return k.choose(found, problem)
}

// choose makes a certificate that the signature names directly its signer's.
func (k *keyReader) choose(c *certs.Certificate, problem *Problem) *Problem {
	if problem != nil {
		return problem
	}
	if k.signature.signer != nil && !bytes.Equal(k.signature.signer.Raw, c.Raw) {
		return problemf(CodeKeyInfo, "KeyInfo names two certificates")
	}
	k.signature.signer = c
	return nil
}

// chooseSigner tells the signer's certificate where neither KeyInfo nor a
// signed property named it: the only one there is, or else the one under whose
// key the value verifies, or else, so that a wrong value can be called wrong,
// the one that issued none of the others.
func (s *Signature) chooseSigner() {
	if s.signer != nil || s.has(CodeNoCertificate) || s.has(CodeSigningCertificate) {
		return
	}
	if len(s.candidates) == 0 {
		s.report(problemf(CodeNoCertificate, "no certificate came with the signature or was supplied"))
		return
	}
	verifies := func(c *certs.Certificate) bool { return c.PublicKey != nil && s.Verify(c.PublicKey) == nil }
	lowest := func(c *certs.Certificate) bool { return !issuedAny(c, s.candidates) }
	fitting := s.candidates
	if len(fitting) > 1 {
		fitting = only(s.candidates, verifies)
	}
	if len(fitting) == 0 {
		fitting = only(s.candidates, lowest)
	}
	if len(fitting) != 1 {
		s.report(problemf(CodeNoCertificate, "%d of %d certificates may be the signer's, and none is named", len(fitting), len(s.candidates)))
		return
	}
	s.signer = fitting[0]
}

func only(all []*certs.Certificate, fits func(*certs.Certificate) bool) []*certs.Certificate {
	var some []*certs.Certificate
	for _, c := range all {
		if fits(c) {
			some = append(some, c)
		}
	}
	return some
}

// issuedAny reports whether a certificate has the name of another one's issuer.
func issuedAny(c *certs.Certificate, all []*certs.Certificate) bool {
	return slices.ContainsFunc(all, func(other *certs.Certificate) bool {
		return other != c && other.Issuer.Equal(c.Subject)
	})
}

func (s *Signature) has(code string) bool {
	return slices.ContainsFunc(s.Problems, func(p Problem) bool { return p.Code == code })
}

func encode64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
