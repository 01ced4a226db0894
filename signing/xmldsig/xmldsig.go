// Package xmldsig reads and makes XML signatures (W3C XML Signature Syntax and
// Processing 1.1) with the world's algorithms and Kazakhstan's, enveloped,
// enveloping, detached, and in SOAP messages by WS-Security 1.1 as the
// government gateway exchanges them.
//
// To judge, call [Read] and [Document.Signatures]. A signature is structurally
// sound when its Problems are empty; then every reference has been digested and
// [Signature.Verify] tells whether the value is right under a key. Whose key it
// is, whether it is trusted, and which algorithms are still good is the
// caller's business. A file passes only if it has a signature and all of them
// pass.
//
// What was signed is what [Signature.Signed] returns, as the canonical bytes
// that were digested. A consumer takes those and nothing else from the file:
// that is the whole defence against signature wrapping, and the rules about
// where a signed element may stand only make sure that nobody who looks at the
// file sees something else.
//
// Nothing is ever fetched, no document type is ever read, and of the transforms
// only those are known that choose what is left out in a way that can be told
// in a sentence.
//
// To sign, call [SignEnveloped], [SignDetached] or [SignSOAP]. Every result has
// passed this package's own reader, digests and value, before it is returned.
package xmldsig

import (
	"context"
	"time"

	"tamga/certs"
	"tamga/signing/xmldsig/xmltree"
)

// The namespaces that this package knows.
const (
	nsDSig     = "http://www.w3.org/2000/09/xmldsig#"
	nsExcl     = "http://www.w3.org/2001/10/xml-exc-c14n#"
	nsFilter2  = "http://www.w3.org/2002/06/xmldsig-filter2"
	nsXAdES    = "http://uri.etsi.org/01903/v1.3.2#"
	nsXAdES141 = "http://uri.etsi.org/01903/v1.4.1#"
	nsSOAP11   = "http://schemas.xmlsoap.org/soap/envelope/"
	nsSOAP12   = "http://www.w3.org/2003/05/soap-envelope"
	nsWSSE     = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
	nsWSU      = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
	nsDSig11   = "http://www.w3.org/2009/xmldsig11#"
	nsXEnc     = "http://www.w3.org/2001/04/xmlenc#"
	nsASiC     = "http://uri.etsi.org/02918/v1.2.1#"
)

// Limits of what one file may ask for. Beyond them a signature has the problem
// [CodeLimit], which says nothing about whether it is right.
const (
	maxSignatures   = 64
	maxReferences   = 64
	maxTransforms   = 4
	maxPrefixes     = 64
	maxCertificates = 32
	maxSignedInfo   = 128 << 10 // bytes of its canonical form
	maxCertificate  = 128 << 10 // characters of base64
	maxProblems     = 64        // of a signature; more are not kept
	maxKept         = 32 << 20  // bytes of what the signatures of a file cover
)

// Document is an XML file and the signatures in it. It is never modified, but
// its Signatures may not be computed by several goroutines at once.
type Document struct {
	tree       *xmltree.Document
	ids        map[string][]*xmltree.Node
	signatures []*xmltree.Node
	envelope   *envelope // nil if the file is no SOAP message
	malformed  *Problem  // of the envelope
	budget     int       // bytes that may still be canonicalised and digested
	keeps      int       // bytes of what signatures cover
	room       int       // of that which is left
	ended      func() error
}

// Read reads a file. The error is a *[xmltree.SyntaxError], and means that the
// file is not XML that this reader accepts.
func Read(file []byte) (*Document, error) {
	tree, err := xmltree.Parse(file)
	if err != nil {
		return nil, err
	}
	d := &Document{tree: tree, ids: map[string][]*xmltree.Node{}, keeps: maxKept, ended: func() error { return nil }}
	d.envelope, d.malformed = envelopeOf(tree)
	tree.Walk(func(n *xmltree.Node) bool {
		for _, id := range identifiers(n) {
			if known := d.ids[id]; len(known) == 0 || known[len(known)-1] != n {
				d.ids[id] = append(known, n)
			}
		}
		if n.Is(nsDSig, "Signature") {
			d.signatures = append(d.signatures, n)
		}
		return true
	})
	return d, nil
}

// Tree returns the whole file as it was read. Nothing in it is signed just
// because it is there: see [Signature.Signed].
func (d *Document) Tree() *xmltree.Document { return d.tree }

// identifiers returns the values by which a reference may name an element:
// Id, ID, id, wsu:Id and xml:id.
func identifiers(n *xmltree.Node) []string {
	var all []string
	for _, a := range n.Attributes() {
		switch {
		case a.Space == "" && (a.Local == "Id" || a.Local == "ID" || a.Local == "id"),
			a.Space == nsWSU && a.Local == "Id",
			a.Space == xmltree.NamespaceXML && a.Local == "id":
			all = append(all, a.Value)
		}
	}
	return all
}

// byID returns the one element with an identifier. A value that several
// elements have names none of them.
func (d *Document) byID(id string) (*xmltree.Node, *Problem) {
	switch found := d.ids[id]; {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, &Problem{CodeDuplicateID, "several elements have the identifier"}
	}
	return nil, &Problem{CodeUnresolved, "no element has the identifier"}
}

// Supplied is what is known besides the file. The zero value is nothing.
type Supplied struct {
	// Content is what a detached signature was made over: it stands for every
	// address outside the file. Nothing is ever fetched. Nil is none.
	Content []byte
	// Digest returns the digest of a content that stays where it is, by one
	// algorithm, and false when it is not known. It serves references that
	// digest the content as it is; nil is none. It is not asked when there is
	// a Content.
	Digest func(certs.Digest) ([]byte, bool)
	// Certificates are candidates for the signer's where the signature only
	// names it.
	Certificates []*certs.Certificate
}

// Signature is one signature element, taken apart.
type Signature struct {
	ID   string // of the element; may be empty
	Path string // where it stands, for people

	// Counter is set for a counter-signature in the unsigned properties of
	// another one (XAdES CounterSignature): it signs that one's value, and
	// nothing of the document.
	Counter bool

	SignedInfo []byte // canonical: what the value signs
	Value      []byte // as it stands, decoded; ECDSA values are r and s in turn

	// Certificates are those that came with the signature and those supplied,
	// in that order, without repetition. None of them is trusted for being here.
	Certificates []*certs.Certificate

	References []Reference

	// SigningCertificate says whether the signature itself protects which
	// certificate it belongs to: by XAdES SigningCertificate or its V2, or
	// because it covers the certificate where it stands.
	SigningCertificate Binding

	// ClaimedTime is the XAdES SigningTime, or Created of a signed WS-Security
	// timestamp: the signer's word. Zero when there is none.
	ClaimedTime time.Time
	// Created and Expires are those of a signed WS-Security timestamp: when the
	// message was made and until when it may be taken. Zero when it says
	// nothing, or when there is none.
	Created, Expires time.Time

	// Covers and Without number the other signatures of the file, from zero in the
	// order of [Document.Signatures], that the signature covers as part of the
	// document, and that it leaves out of it. Counter-signatures are in neither.
	Covers, Without []int
	// Stacked says that the signature holds only without those that follow, and,
	// while it has no problem, that each of these covers it, or the document without
	// any signature. Whether their values are right is for the caller to ask.
	Stacked bool

	// Unsigned is what the signature does not cover although it seems to: see
	// [Part]. How far that matters is the caller's business.
	Unsigned []Part

	// Problems are the broken rules, or the first of very many. A signature
	// with one must not pass.
	Problems []Problem

	element   *xmltree.Node
	algorithm certs.Algorithm
	uri       string // of the signature algorithm
	signer    *certs.Certificate
	// candidates are the certificates that KeyInfo does not exclude.
	candidates []*certs.Certificate
	origins    []origin
}

// Binding says whether a signature protects which certificate it belongs to.
type Binding int

// The bindings. A signed property that names another certificate is a problem,
// [CodeSigningCertificate].
const (
	Unbound Binding = iota
	Bound
)

// Signatures takes every signature of the file apart, in document order, and
// digests what they refer to. The file has no signature if there is none. When
// the context ends, what was not read yet has the problem [CodeLimit].
func (d *Document) Signatures(ctx context.Context, with Supplied) []Signature {
	d.allow(with)
	d.ended = ctx.Err
	all := make([]Signature, 0, min(len(d.signatures), maxSignatures))
	for i, element := range d.signatures {
		if i == maxSignatures {
			all = append(all, Signature{Path: element.Path(), element: element,
				Problems: []Problem{{CodeLimit, "too many signatures; this one and any after it were not looked at"}}})
			break
		}
		all = append(all, d.signature(element, with))
	}
	settle(all)
	return all
}

// allow says how much work the signatures of the file may ask for, by its size.
func (d *Document) allow(with Supplied) {
	d.budget = 24*(d.tree.Size()+len(with.Content)) + 4<<20
	d.room = d.keeps
}

// signature reads one signature. What cannot be read ends the reading of the
// part it belongs to and is a problem.
func (d *Document) signature(element *xmltree.Node, with Supplied) Signature {
	s := Signature{Path: element.Path(), element: element}
	s.ID, _ = element.Attribute("", "Id")
	parts, problem := takeApart(element)
	if problem != nil {
		s.report(problem)
		return s
	}
	d.signedInfo(&s, parts)
	d.keyInfo(&s, parts.keyInfo, with)
	d.references(&s, parts.references, with)
	d.position(&s)
	d.properties(&s, parts.objects)
	d.unsigned(&s, parts)
	s.chooseSigner()
	if s.signer != nil && s.bound() {
		s.SigningCertificate = Bound
	}
	return s
}

// Algorithm returns the signature algorithm. The error wraps
// [certs.ErrAlgorithm] when it is not known.
func (s *Signature) Algorithm() (certs.Algorithm, error) {
	if s.algorithm.Scheme == 0 {
		return certs.Algorithm{}, errAlgorithm(s.uri)
	}
	return s.algorithm, nil
}

// Signer returns the certificate that the signature was made with, nil when
// none could be told: the one that its signed properties or its KeyInfo name,
// or else the one under whose key the value verifies. It was not judged.
func (s *Signature) Signer() *certs.Certificate { return s.signer }

// Signed returns what the signature covers of the document or of the supplied
// content: references that are right and that say something a consumer may use.
// It is empty if the signature has a problem.
func (s *Signature) Signed() []Covered {
	if len(s.Problems) > 0 {
		return nil
	}
	var all []Covered
	for _, r := range s.References {
		if r.Covered.Role.content() {
			all = append(all, r.Covered)
		}
	}
	return all
}

func (s *Signature) report(p *Problem) {
	if p != nil && len(s.Problems) < maxProblems {
		s.Problems = append(s.Problems, *p)
	}
}
