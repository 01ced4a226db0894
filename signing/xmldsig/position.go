package xmldsig

import (
	"tamga/signing/xmldsig/xmltree"
)

// Role is what a covered element is by its place. An element whose place is
// none of these is a problem, [CodePosition]: a consumer that looks for it by
// name would find another one.
type Role string

// The roles.
const (
	RoleDocument   Role = "document"          // the whole document, or the document element by its identifier
	RoleBody       Role = "soap-body"         // the one Body of the one Envelope
	RoleHeader     Role = "soap-header"       // a header block: a direct child of the one Header
	RoleTimestamp  Role = "wsse-timestamp"    // the Timestamp beside the signature
	RoleToken      Role = "wsse-token"        // the BinarySecurityToken beside the signature
	RoleObject     Role = "object"            // an Object in the signature, which is the document element
	RoleContent    Role = "content"           // the supplied content
	RoleProperties Role = "signed-properties" // XAdES SignedProperties, or SignatureProperties
	RoleKeyInfo    Role = "key-info"          // the signature's own KeyInfo
	RoleManifest   Role = "manifest"          // a Manifest, which is not followed
	RoleValue      Role = "signature-value"   // what a counter-signature signs
	RoleOther      Role = "other"
)

// content reports whether a covered part is something that a consumer takes
// from the file, as opposed to something about the signature.
func (r Role) content() bool {
	switch r {
	case RoleDocument, RoleBody, RoleHeader, RoleTimestamp, RoleObject, RoleContent:
		return true
	}
	return false
}

// principal reports whether a covered part is what a file is signed for.
func (r Role) principal() bool {
	return r == RoleDocument || r == RoleBody || r == RoleObject || r == RoleContent
}

// role tells what the reference covers.
func (r *reading) role() Role {
	own, root := r.signature.element, r.doc.tree.Root()
	n := r.node
	switch {
	case r.External:
		return RoleContent
	case n == nil || n == root:
		return RoleDocument
	case n.Parent() == own && n.Is(nsDSig, "Object"):
		return RoleObject
	case n.Parent() == own && n.Is(nsDSig, "KeyInfo"):
		return RoleKeyInfo
	case n.Within(own):
		return roleInObject(n, own)
	}
	if e := r.doc.envelope; e != nil && r.doc.malformed == nil {
		return e.role(n, own)
	}
	return RoleOther
}

// roleInObject tells what an element inside an Object of the signature is.
func roleInObject(n, own *xmltree.Node) Role {
	object := func(n *xmltree.Node) bool { return n.Is(nsDSig, "Object") && n.Parent() == own }
	switch {
	case n.Is(nsXAdES, "SignedProperties") && n.Parent().Is(nsXAdES, "QualifyingProperties") && object(n.Parent().Parent()):
		return RoleProperties
	case n.Is(nsDSig, "SignatureProperties") && object(n.Parent()):
		return RoleProperties
	case n.Is(nsDSig, "Manifest") && object(n.Parent()):
		return RoleManifest
	}
	return RoleOther
}

// position asks whether the signature, and everything it covers, stands where
// it may.
func (d *Document) position(s *Signature) {
	s.Counter = countersigned(s.element) != nil
	principal, broken := false, false
	for i := range s.References {
		r := &s.References[i]
		if r.Problem != nil {
			broken = true
			continue
		}
		role := r.Covered.Role
		switch {
		case s.Counter && r.Covered.Element.Is(nsDSig, "SignatureValue") && r.Covered.Element.Parent() == countersigned(s.element):
			r.Covered.Role, principal = RoleValue, true
		case role == RoleOther && s.has(CodePosition): // once is enough
		case role == RoleOther:
			s.report(problemf(CodePosition, "the signed element is %s", shortened(r.Covered.Path())))
		case role == RoleManifest:
			s.report(problemf(CodeManifest, "a Manifest is signed, and what it refers to is not looked at"))
		}
		principal = principal || role.principal() && !s.Counter
	}
	if !principal && !broken {
		s.report(problemf(CodeNothingSigned, "no reference covers the document, the SOAP body or supplied content"))
	}
	s.report(d.place(s))
}

// countersigned returns the signature in whose unsigned properties this one
// stands as a counter-signature (XAdES, EN 319 132-1 section 5.2.7), else nil.
func countersigned(n *xmltree.Node) *xmltree.Node {
	names := []string{"CounterSignature", "UnsignedSignatureProperties", "UnsignedProperties", "QualifyingProperties"}
	n = n.Parent()
	for _, local := range names {
		if !n.Is(nsXAdES, local) {
			return nil
		}
		n = n.Parent()
	}
	if n.Is(nsDSig, "Object") && n.Parent().Is(nsDSig, "Signature") {
		return n.Parent()
	}
	return nil
}

// place asks whether a Signature element stands where one may: not inside
// another one, in a security header of a SOAP message if it covers parts of it,
// and on its own if what it covers is its own object or outside the file.
func (d *Document) place(s *Signature) *Problem {
	if s.Counter {
		return nil
	}
	for n := s.element.Parent(); n != nil; n = n.Parent() {
		if n.Is(nsDSig, "Signature") {
			return problemf(CodeSignaturePosition, "the signature stands inside another one")
		}
	}
	has := map[Role]bool{}
	for _, r := range s.References {
		has[r.Covered.Role] = true
	}
	root := d.tree.Root()
	if d.malformed != nil {
		return d.malformed
	}
	if d.envelope != nil && !has[RoleDocument] {
		return d.envelope.place(s.element)
	}
	if has[RoleDocument] {
		return nil
	}
	if alone := root == s.element || root.Is(nsASiC, "XAdESSignatures") && s.element.Parent() == root && onlySignatures(root); !alone {
		if has[RoleObject] || has[RoleContent] {
			return problemf(CodeSignaturePosition, "what is signed is not the document that the signature stands in")
		}
	}
	return nil
}

func onlySignatures(root *xmltree.Node) bool {
	children, problem := elementsOnly(root)
	for _, c := range children {
		if !c.Is(nsDSig, "Signature") {
			return false
		}
	}
	return problem == nil
}
