package xmldsig

import (
	"bytes"
	"strings"

	"tamga/certs"
	"tamga/signing/xmldsig/xmltree"
)

// Reference is one Reference of SignedInfo. If its digest is right, Covered is
// what it covers.
type Reference struct {
	ID, URI, Type string
	Transforms    []string // algorithm identifiers, in order
	Digest        certs.Digest
	External      bool     // it leads out of the file
	Problem       *Problem // why it does not hold, nil if it does; also among those of the signature
	Covered       Covered
}

// Covered is what a reference covers, and where it stands.
type Covered struct {
	Role Role
	// Element is the element covered, in the file's own tree: the document
	// element for the whole document, nil for supplied content. What
	// transforms left out, such as the signature itself and comments, stands
	// in the tree and not in Bytes.
	Element *xmltree.Node
	// Bytes are the very bytes that were digested: canonical XML, or supplied
	// content as it was given. A consumer of the signed element reads these.
	// They are nil, and LeftOut says so, where the signatures of a file together
	// cover more than is kept.
	Bytes   []byte
	LeftOut bool

	omit func(*xmltree.Node) bool // what the transforms left out; nil for nothing
}

// Path returns the place of the covered element for people, "" for supplied
// content.
func (c Covered) Path() string {
	if c.Element == nil {
		return ""
	}
	return c.Element.Path()
}

// reading is a reference while it is being followed.
type reading struct {
	doc       *Document
	signature *Signature
	with      Supplied
	*Reference

	node       *xmltree.Node // the apex; nil for the document or for content
	content    []byte        // from outside, until it is parsed
	second     bool          // another reference has taken the content already
	omit       func(*xmltree.Node) bool
	enveloped  bool           // the signature is to be left out,
	others     bool           // and all others too
	stacked    bool           // what is left out are the signatures that follow, too
	method     xmltree.Method // of the last transform
	methodSeen bool
}

// references follows every reference of a signature.
func (d *Document) references(s *Signature, nodes []*xmltree.Node, with Supplied) {
	external := false
	s.References = make([]Reference, len(nodes))
	for i, n := range nodes {
		r := &reading{doc: d, signature: s, with: with, second: external, Reference: &s.References[i]}
		r.Problem = r.follow(n)
		external = external || r.External
		if r.Problem != nil {
			r.Covered = Covered{}
			s.report(r.Problem)
		}
	}
}

// follow reads a Reference and compares what it covers with its digest (XML
// Signature section 3.2.1).
func (r *reading) follow(n *xmltree.Node) *Problem {
	got, value, problem := r.covered(n)
	if problem != nil {
		return problem
	}
	want, problem := binary(value)
	if problem != nil {
		return problem
	}
	if r.absent() {
		return r.compareDigest(want)
	}
	if got, problem = r.holds(got, want); problem != nil {
		return problem
	}
	r.Covered = Covered{Element: r.node, Bytes: got, Role: r.role(), omit: r.omit}
	if r.doc.room -= len(got); !r.External && r.doc.room < 0 {
		r.Covered.Bytes, r.Covered.LeftOut = nil, true
	}
	if r.node == nil && !r.External {
		r.Covered.Element = r.doc.tree.Root()
	}
	return nil
}

// absent reports whether what is covered is a content of which only digests are
// known.
func (r *reading) absent() bool { return r.External && r.with.Content == nil }

// compareDigest compares a digest that was supplied instead of a content.
func (r *reading) compareDigest(want []byte) *Problem {
	if len(r.Transforms) > 0 {
		return problemf(CodeExternal, "the content is to be transformed, and only its digest was supplied")
	}
	sum, known := r.with.Digest(r.Digest)
	switch {
	case !known:
		return problemf(CodeExternal, "a reference is over %s, and no such digest of the content was supplied", r.Digest.Name)
	case !bytes.Equal(sum, want):
		return problemf(CodeDigest, "the digest is not that of the content")
	}
	r.Covered = Covered{Role: RoleContent}
	return nil
}

// covered reads a Reference, finds what it names and transforms it. It returns
// what is to be digested and the element of the digest.
func (r *reading) covered(n *xmltree.Node) ([]byte, *xmltree.Node, *Problem) {
	r.ID, _ = n.Attribute("", "Id")
	r.Type, _ = n.Attribute("", "Type")
	children, problem := elementsOnly(n)
	if problem != nil {
		return nil, nil, problem
	}
	take := taker{children}
	transforms, method, value := take.one("Transforms"), take.one("DigestMethod"), take.one("DigestValue")
	if method == nil || value == nil || len(take.rest) > 0 {
		return nil, nil, problemf(CodeStructure, "Reference is not Transforms, DigestMethod and DigestValue")
	}
	for _, step := range []func() *Problem{
		func() *Problem { return r.digest(method) },
		func() *Problem { return r.dereference(n) },
		func() *Problem { return r.transforms(transforms) },
	} {
		if problem := step(); problem != nil {
			return nil, nil, problem
		}
	}
	got, problem := r.octets()
	return got, value, problem
}

func (r *reading) digest(method *xmltree.Node) *Problem {
	uri, _ := method.Attribute("", "Algorithm")
	if children, problem := elementsOnly(method); problem != nil || len(children) > 0 {
		return problemf(CodeStructure, "DigestMethod has parameters that are not its own")
	}
	digest, known := digestByURI(uri)
	if !known {
		return problemf(CodeDigestAlgorithm, "the digest algorithm %q is not known", shortened(uri))
	}
	r.Digest = digest
	return nil
}

// dereference finds what the URI names: the document, an element by its
// identifier, or the supplied content. XPointers are not known.
func (r *reading) dereference(n *xmltree.Node) *Problem {
	uri, present := n.Attribute("", "URI")
	r.URI = uri
	switch {
	case present && uri == "":
		return nil
	case present && strings.HasPrefix(uri, "#"):
		id := uri[1:]
		if id == "" || strings.ContainsAny(id, "()%") {
			return problemf(CodeUnresolved, "a reference is an XPointer or escaped")
		}
		var problem *Problem
		r.node, problem = r.doc.byID(id)
		return problem
	}
	r.External = true
	if r.with.Content == nil && r.with.Digest == nil {
		return problemf(CodeExternal, "a reference leads out of the file, and no content was supplied")
	}
	if r.second {
		return problemf(CodeExternal, "several references lead out of the file, and there is one content at most")
	}
	r.content = r.with.Content
	return r.doc.spend(len(r.content))
}

// transforms reads the transforms. A canonicalisation makes octets of XML and
// therefore comes last.
func (r *reading) transforms(n *xmltree.Node) *Problem {
	if n == nil {
		return nil
	}
	children, problem := elementsOnly(n)
	if problem != nil {
		return problem
	}
	if len(children) == 0 || len(children) > maxTransforms {
		return problemf(CodeStructure, "Transforms is empty or too long")
	}
	for _, t := range children {
		if !t.Is(nsDSig, "Transform") {
			return problemf(CodeStructure, "Transforms holds something other than Transform")
		}
		uri, _ := t.Attribute("", "Algorithm")
		r.Transforms = append(r.Transforms, uri)
		if r.methodSeen {
			return problemf(CodeTransform, "a transform follows a canonicalisation")
		}
		if problem := r.transform(t, uri); problem != nil {
			return problem
		}
	}
	return nil
}

func (r *reading) transform(t *xmltree.Node, uri string) *Problem {
	switch uri {
	case uriEnveloped:
		if children, problem := elementsOnly(t); problem != nil || len(children) > 0 {
			return problemf(CodeStructure, "enveloped-signature has parameters")
		}
		if r.External || r.enveloped {
			return problemf(CodeTransform, "enveloped-signature where there is nothing to take out")
		}
		if r.node != nil && !r.signature.element.Within(r.node) {
			return problemf(CodePosition, "the signature does not stand in what it is said to be enveloped by")
		}
		if r.enveloped = true; !r.others {
			r.leaveOut(true)
		}
		return nil
	case uriXPath, uriFilter2:
		if r.External || r.others || !withoutSignatures(t, uri) {
			return problemf(CodeTransform, "an XPath other than one that leaves out all signatures")
		}
		r.others, r.stacked = true, false
		r.omit = func(n *xmltree.Node) bool { return n.Is(nsDSig, "Signature") }
		return nil
	}
	m, known, problem := methodByURI(t)
	if !known {
		return problemf(CodeTransform, "the transform %q is not accepted", shortened(uri))
	}
	r.method, r.methodSeen = m, true
	return problem
}

// withoutSignatures recognises the XPath filters in use that leave out all
// signatures, in which the prefix is the file's own.
func withoutSignatures(t *xmltree.Node, uri string) bool {
	children, problem := elementsOnly(t)
	if problem != nil || len(children) != 1 {
		return false
	}
	n := children[0]
	text, problem := textOnly(n)
	if problem != nil {
		return false
	}
	switch filter, _ := n.Attribute("", "Filter"); {
	case uri == uriXPath && n.Is(nsDSig, "XPath"):
		inside, ok := strings.CutPrefix(unspaced(text), "not(ancestor-or-self::")
		name, closed := strings.CutSuffix(inside, ")")
		return ok && closed && isSignature(n, name)
	case uri == uriFilter2 && n.Is(nsFilter2, "XPath") && filter == "subtract":
		text = unspaced(text)
		name, ok := strings.CutPrefix(text, "/descendant::")
		if !ok {
			name, ok = strings.CutPrefix(text, "//")
		}
		return ok && isSignature(n, name)
	}
	return false
}

// unspaced takes white space out of an XPath where it divides nothing: beside
// parentheses, slashes and the colons of an axis.
func unspaced(text string) string {
	var b strings.Builder
	for _, part := range fields(text) {
		before := b.String()
		if before != "" && !strings.ContainsAny(part[:1], "()/") && !strings.HasPrefix(part, "::") &&
			!strings.ContainsAny(before[len(before)-1:], "()/") && !strings.HasSuffix(before, "::") {
			b.WriteByte(' ')
		}
		b.WriteString(part)
	}
	return b.String()
}

// isSignature reports whether a name of an XPath is that of signatures.
func isSignature(n *xmltree.Node, name string) bool {
	prefix, ok := strings.CutSuffix(name, ":Signature")
	if !ok || !xmltree.NCName(prefix) {
		return false
	}
	space, ok := n.Resolve(prefix)
	return ok && space == nsDSig
}

// octets returns what is digested. References within the document name XML
// without its comments, whatever the canonicalisation says (XML Signature
// section 4.4.3.3); content that comes as octets is parsed with them.
func (r *reading) octets() ([]byte, *Problem) {
	if r.absent() {
		return nil, nil
	}
	if !r.External {
		m := r.method
		m.Comments = false
		apex := r.node
		if apex == nil {
			apex = r.doc.tree.Root()
		}
		if r.omit != nil && r.omit(apex) {
			return nil, problemf(CodeTransform, "the transforms leave nothing of the signed element")
		}
		return r.doc.canonical(r.node, m, r.omit)
	}
	if !r.methodSeen {
		return r.content, nil
	}
	tree, err := xmltree.Parse(r.content)
	if err != nil {
		return nil, problemf(CodeExternal, "the supplied content is to be canonicalised: %v", err)
	}
	return r.doc.written(tree, nil, r.method, nil, len(r.content))
}
