package xmldsig

import (
	"encoding/base64"
	"errors"
	"strings"

	"tamga/signing/xmldsig/xmltree"
)

// parts are the children of a Signature element.
type parts struct {
	signedInfo       *xmltree.Node
	canonicalization *xmltree.Node
	method           *xmltree.Node
	references       []*xmltree.Node
	value            *xmltree.Node
	keyInfo          *xmltree.Node // nil when absent
	objects          []*xmltree.Node
}

// takeApart reads a Signature element strictly by its schema (XML Signature
// section 4): the parts in their order, each as often as it may be.
func takeApart(signature *xmltree.Node) (parts, *Problem) {
	var p parts
	children, problem := elementsOnly(signature)
	if problem != nil {
		return p, problem
	}
	take := taker{children}
	p.signedInfo = take.one("SignedInfo")
	p.value = take.one("SignatureValue")
	p.keyInfo = take.one("KeyInfo")
	for len(take.rest) > 0 && take.rest[0].Is(nsDSig, "Object") {
		p.objects = append(p.objects, take.one("Object"))
	}
	if p.signedInfo == nil || p.value == nil || len(take.rest) > 0 {
		return p, problemf(CodeStructure, "Signature is not SignedInfo, SignatureValue, KeyInfo and Objects")
	}
	if children, problem = elementsOnly(p.signedInfo); problem != nil {
		return p, problem
	}
	take = taker{children}
	p.canonicalization = take.one("CanonicalizationMethod")
	p.method = take.one("SignatureMethod")
	for len(take.rest) > 0 && take.rest[0].Is(nsDSig, "Reference") {
		p.references = append(p.references, take.one("Reference"))
	}
	if p.canonicalization == nil || p.method == nil || len(take.rest) > 0 {
		return p, problemf(CodeStructure, "SignedInfo is not CanonicalizationMethod, SignatureMethod and References")
	}
	if len(p.references) == 0 {
		return p, problemf(CodeStructure, "SignedInfo has no Reference")
	}
	if len(p.references) > maxReferences {
		return p, problemf(CodeLimit, "SignedInfo has too many References")
	}
	return p, nil
}

// taker takes children in the order of a schema.
type taker struct{ rest []*xmltree.Node }

// one takes the next child if it has the name, nil otherwise.
func (t *taker) one(local string) *xmltree.Node {
	if len(t.rest) == 0 || !t.rest[0].Is(nsDSig, local) {
		return nil
	}
	n := t.rest[0]
	t.rest = t.rest[1:]
	return n
}

// elementsOnly returns the children of an element that may hold nothing but
// elements, white space and comments.
func elementsOnly(n *xmltree.Node) ([]*xmltree.Node, *Problem) {
	for _, c := range n.Children() {
		if c.Kind() == xmltree.Instruction || c.Kind() == xmltree.Text && strings.Trim(c.Text(), whiteSpace) != "" {
			return nil, problemf(CodeStructure, "%s holds something other than elements", n.Local())
		}
	}
	return n.Elements(), nil
}

// textOnly returns the contents of an element that must hold text and nothing
// else, no comment either.
func textOnly(n *xmltree.Node) (string, *Problem) {
	for _, c := range n.Children() {
		if c.Kind() != xmltree.Text {
			return "", problemf(CodeStructure, "%s holds something other than text", n.Local())
		}
	}
	return n.Text(), nil
}

const whiteSpace = " \t\r\n"

// fields divides a list at XML white space, which is less than Unicode's.
func fields(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(whiteSpace, r) })
}

// binary reads the contents of an element as base64 (XML Schema base64Binary).
func binary(n *xmltree.Node) ([]byte, *Problem) {
	text, problem := textOnly(n)
	if problem != nil {
		return nil, problem
	}
	b, err := base64.StdEncoding.Strict().DecodeString(strings.Join(fields(text), ""))
	if err != nil || len(b) == 0 {
		return nil, problemf(CodeStructure, "%s is not base64", n.Local())
	}
	return b, nil
}

// signedInfo reads what the value signs, and the value.
func (d *Document) signedInfo(s *Signature, p parts) {
	s.uri, _ = p.method.Attribute("", "Algorithm")
	alg, known := algorithmByURI(s.uri)
	if !known {
		s.report(problemf(CodeAlgorithm, "the signature algorithm %q is not known", shortened(s.uri)))
	} else if children, problem := elementsOnly(p.method); problem != nil || len(children) > 0 {
		s.report(problemf(CodeStructure, "SignatureMethod has parameters that are not its own"))
	} else {
		s.algorithm = alg
	}
	var problem *Problem
	if s.Value, problem = binary(p.value); problem != nil {
		s.report(problem)
	}
	m, known, problem := methodByURI(p.canonicalization)
	if problem == nil && !known {
		problem = problemf(CodeCanonicalization, "the canonicalisation of SignedInfo is not known")
	}
	if problem != nil {
		s.report(problem)
		return
	}
	info, problem := d.canonical(p.signedInfo, m, nil)
	if problem == nil && len(info) > maxSignedInfo {
		problem = problemf(CodeLimit, "SignedInfo is too long")
	}
	if problem != nil {
		s.report(problem)
		return
	}
	s.SignedInfo = info
}

// canonical writes a canonical form within what the file may ask for.
func (d *Document) canonical(apex *xmltree.Node, m xmltree.Method, omit func(*xmltree.Node) bool) ([]byte, *Problem) {
	read := d.tree.Size()
	if apex != nil {
		read = apex.Outer().End - apex.Outer().Start
	}
	return d.written(d.tree, apex, m, omit, read)
}

// written writes a canonical form of a tree. What is read costs as much as what
// is written.
func (d *Document) written(tree *xmltree.Document, apex *xmltree.Node, m xmltree.Method, omit func(*xmltree.Node) bool, read int) ([]byte, *Problem) {
	if problem := d.spend(read); problem != nil {
		return nil, problem
	}
	b, err := tree.Canonical(apex, m, omit, d.budget)
	if err != nil {
		if errors.Is(err, xmltree.ErrLimit) {
			d.budget = 0
		}
		return nil, canonicalProblem(err)
	}
	d.budget -= len(b)
	return b, nil
}

// spend takes from what the file may ask for.
func (d *Document) spend(n int) *Problem {
	if n > d.budget || d.ended() != nil {
		d.budget = 0
		return problemf(CodeLimit, "the signatures of the file cover more than is looked at")
	}
	d.budget -= n
	return nil
}
