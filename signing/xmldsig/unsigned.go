package xmldsig

import (
	"slices"
	"strings"

	"tamga/signing/xmldsig/xmltree"
)

// Part is something that stands where a reader takes it for signed and that the
// signature does not cover: inside the signature, beside it in the security
// header, or before a document that is signed by its identifier. Comments are
// none: no consumer takes data from them.
type Part struct {
	Path string // its place, or that of what holds it
	What string // for people
}

// maxParts bounds the parts that are told.
const maxParts = 16

// Names and namespaces that may stand in a signature unsigned: what else tells
// about the signer or the signature is judged for itself, as certificates and
// timestamps are. They are read only.
var (
	keyInfoParts  = []string{"KeyName", "KeyValue", "RetrievalMethod", "X509Data", "PGPData", "SPKIData", "MgmtData"}
	x509Parts     = []string{"X509Certificate", "X509IssuerSerial", "X509SKI", "X509SubjectName", "X509CRL"}
	keyInfoSpaces = []string{nsDSig11, nsXEnc}
	xadesUnsigned = []string{ // EN 319 132-1 section 4.3.2
		"CounterSignature", "SignatureTimeStamp", "CompleteCertificateRefs", "CompleteRevocationRefs",
		"AttributeCertificateRefs", "AttributeRevocationRefs", "SigAndRefsTimeStamp", "RefsOnlyTimeStamp",
		"CertificateValues", "RevocationValues", "AttrAuthoritiesCertValues", "AttributeRevocationValues",
		"ArchiveTimeStamp", "TimeStampValidationData", "CompleteCertificateRefsV2", "AttributeCertificateRefsV2",
		"SigAndRefsTimeStampV2", "RefsOnlyTimeStampV2", "SignaturePolicyStore", "RenewedDigestsV2",
	}
)

// unsigned finds the parts that a signature does not cover.
func (d *Document) unsigned(s *Signature, p parts) {
	u := &uncovered{document: d, signature: s}
	u.attributes(s.element)
	u.attributes(p.value)
	if p.keyInfo != nil && !u.signature.covers(p.keyInfo) {
		u.keyInfo(p.keyInfo)
	}
	for _, o := range p.objects {
		if !u.signature.covers(o) {
			u.object(o)
		}
	}
	if d.envelope != nil && d.malformed == nil {
		u.header(d.envelope.security(s.element))
	}
	u.around()
}

// uncovered gathers the parts that one signature does not cover.
type uncovered struct {
	document  *Document
	signature *Signature
}

func (u *uncovered) add(n *xmltree.Node, what string) {
	if len(u.signature.Unsigned) < maxParts {
		u.signature.Unsigned = append(u.signature.Unsigned, Part{n.Path(), what})
	}
}

// covers reports whether a reference covers a node, by what it names or around
// it. A reference to what stands around the signature does not count inside it.
func (s *Signature) covers(n *xmltree.Node) bool {
	inside := n.Within(s.element)
	return slices.ContainsFunc(s.References, func(r Reference) bool {
		c := r.Covered.Element
		return r.Problem == nil && c != nil && n.Within(c) && (!inside || c != s.element && c.Within(s.element))
	})
}

// attributes finds those that the schema does not have.
func (u *uncovered) attributes(n *xmltree.Node, more ...string) {
	for _, a := range n.Attributes() {
		identifier := a.Space == nsWSU && a.Local == "Id" || a.Space == xmltree.NamespaceXML && a.Local == "id"
		if a.Space == "" && (a.Local == "Id" || slices.Contains(more, a.Local)) || identifier {
			continue
		}
		u.add(n, "an attribute that no signature has")
		return
	}
}

// text finds text and instructions between the elements of a node.
func (u *uncovered) text(n *xmltree.Node) {
	for _, c := range n.Children() {
		if c.Kind() == xmltree.Instruction || c.Kind() == xmltree.Text && strings.Trim(c.Text(), whiteSpace) != "" {
			u.add(n, "text that is not signed")
			return
		}
	}
}

func (u *uncovered) keyInfo(n *xmltree.Node) {
	u.attributes(n)
	u.text(n)
	for _, c := range n.Elements() {
		known := c.Space() == nsDSig && slices.Contains(keyInfoParts, c.Local()) || slices.Contains(keyInfoSpaces, c.Space()) ||
			c.Is(nsWSSE, "SecurityTokenReference")
		if !known {
			u.add(c, "an addition to the key information that is not signed")
			continue
		}
		if !c.Is(nsDSig, "X509Data") {
			continue
		}
		u.attributes(c)
		u.text(c)
		for _, x := range c.Elements() {
			if !(x.Space() == nsDSig && slices.Contains(x509Parts, x.Local()) || x.Space() == nsDSig11) {
				u.add(x, "an addition to the key information that is not signed")
			}
		}
	}
}

// object looks into an Object that is not covered whole.
func (u *uncovered) object(n *xmltree.Node) {
	u.attributes(n, "MimeType", "Encoding")
	u.text(n)
	for _, c := range n.Elements() {
		switch {
		case u.signature.covers(c):
		case c.Is(nsXAdES, "QualifyingProperties"):
			u.qualifying(c)
		default:
			u.add(c, "an object in the signature that is not signed")
		}
	}
}

// qualifying looks into QualifyingProperties, whose signed properties are
// covered or a problem.
func (u *uncovered) qualifying(n *xmltree.Node) {
	u.attributes(n, "Target")
	u.text(n)
	for _, c := range n.Elements() {
		switch {
		case c.Is(nsXAdES, "SignedProperties"):
		case c.Is(nsXAdES, "UnsignedProperties"):
			u.unsignedProperties(c)
		default:
			u.add(c, "a property that is not signed")
		}
	}
}

func (u *uncovered) unsignedProperties(n *xmltree.Node) {
	u.attributes(n)
	u.text(n)
	for _, c := range n.Elements() {
		if !c.Is(nsXAdES, "UnsignedSignatureProperties") {
			u.add(c, "a property that is not signed")
			continue
		}
		u.attributes(c)
		u.text(c)
		for _, p := range c.Elements() {
			known := (p.Space() == nsXAdES || p.Space() == nsXAdES141) && slices.Contains(xadesUnsigned, p.Local())
			if !known {
				u.add(p, "a property that is not signed")
			}
		}
	}
}

// header looks at what stands beside the signature in its security header. Other
// signatures are judged for themselves, and a certificate is what it is.
func (u *uncovered) header(security *xmltree.Node) {
	if security == nil || u.signature.covers(security) {
		return
	}
	u.text(security)
	for _, c := range security.Elements() {
		kind, _ := c.Attribute("", "ValueType")
		switch {
		case c.Is(nsDSig, "Signature"), c.Is(nsWSSE, "BinarySecurityToken") && strings.HasPrefix(kind, profileX509), u.signature.covers(c):
		case c.Is(nsWSU, "Timestamp"):
			u.add(c, "a timestamp of the message that is not signed")
		default:
			u.add(c, "a part of the security header that is not signed")
		}
	}
}

// around looks at what stands before and after a document element that is signed
// by its identifier, which leaves instructions such as a style sheet unsigned.
func (u *uncovered) around() {
	root, byName := u.document.tree.Root(), false
	for _, r := range u.signature.References {
		if r.Problem != nil || r.Covered.Role != RoleDocument {
			continue
		}
		if r.URI == "" {
			return // the whole file
		}
		byName = true
	}
	if !byName {
		return
	}
	for _, n := range u.document.tree.Nodes() {
		if n.Kind() == xmltree.Instruction {
			u.add(root, "an instruction before or after the document that is not signed")
			return
		}
	}
}
