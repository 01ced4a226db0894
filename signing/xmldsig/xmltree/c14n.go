package xmltree

import (
	"fmt"
	"slices"
	"strings"
)

// Method is a way of writing XML canonically: Canonical XML 1.0 unless told
// otherwise.
type Method struct {
	Exclusive bool // Exclusive XML Canonicalization 1.0
	Version11 bool // Canonical XML 1.1
	Comments  bool // comments are kept
	// Prefixes is the InclusiveNamespaces PrefixList of the exclusive form;
	// "#default" stands for the default namespace.
	Prefixes []string
}

// Canonical writes the element apex and everything in it, or the whole document
// when apex is nil, without the elements for which omit says so and what is in
// them; omit may be nil. At most limit bytes are written: beyond that the error
// wraps ErrLimit, as it does where the xml:base around the apex take much to join.
// It wraps ErrCanonical where the method has no form for the document: a namespace
// that is a relative URI (Canonical XML 1.0 section 4.8).
func (d *Document) Canonical(apex *Node, m Method, omit func(*Node) bool, limit int) ([]byte, error) {
	if d.relative {
		return nil, fmt.Errorf("%w: a namespace is a relative URI", ErrCanonical)
	}
	w := &writer{Method: m, omit: omit, limit: limit, scope: scopes{}, rendered: scopes{}}
	w.out = make([]byte, 0, min(d.size+d.size/4, limit, 1<<20))
	for _, p := range m.Prefixes {
		if p == "#default" {
			p = ""
		}
		w.listed = append(w.listed, p)
	}
	if apex == nil {
		w.document(d)
		return w.out, w.err
	}
	attributes, err := w.outside(apex)
	if err != nil {
		return nil, err
	}
	w.element(apex, true, attributes)
	return w.out, w.err
}

// writer writes a canonical form.
type writer struct {
	Method
	omit     func(*Node) bool
	limit    int
	listed   []string
	scope    scopes // what prefixes stand for where the writer is
	rendered scopes // what the elements written around it have declared
	out      []byte
	err      error
}

// document writes all nodes, those beside the document element on lines of
// their own.
func (w *writer) document(d *Document) {
	after := false
	for _, n := range d.nodes {
		switch {
		case n.kind == Element:
			if w.omit == nil || !w.omit(n) {
				w.element(n, true, n.attributes)
			}
			after = true
		case n.kind == Comment && !w.Comments:
		case after:
			w.out = append(w.out, '\n')
			w.leaf(n)
		default:
			w.leaf(n)
			w.out = append(w.out, '\n')
		}
	}
}

// outside brings the declarations around an apex into scope and returns its
// attributes with those that it inherits from the elements that are left out
// (Canonical XML 1.0 section 2.4, 1.1 section 2.4).
func (w *writer) outside(apex *Node) ([]Attribute, error) {
	var around []*Node
	for e := apex.parent; e != nil; e = e.parent {
		around = append(around, e)
	}
	for _, e := range slices.Backward(around) {
		for _, n := range e.namespaces {
			w.scope.push(n.Prefix, n.URI)
		}
	}
	if w.Exclusive || len(around) == 0 {
		return apex.attributes, nil
	}
	all := slices.Clone(apex.attributes)
	for _, e := range around {
		for _, a := range e.attributes {
			if a.Space == NamespaceXML && (!w.Version11 || a.Local == "lang" || a.Local == "space") && !has(all, a) {
				all = append(all, a)
			}
		}
	}
	if w.Version11 {
		value, written, err := base(apex)
		if err != nil {
			return nil, err
		}
		own := Attribute{Prefix: "xml", Local: "base", Space: NamespaceXML, Value: value}
		all = slices.DeleteFunc(all, func(a Attribute) bool { return compareAttributes(a, own) == 0 })
		if written {
			all = append(all, own)
		}
	}
	slices.SortFunc(all, compareAttributes)
	return all, nil
}

func has(attributes []Attribute, a Attribute) bool {
	return slices.ContainsFunc(attributes, func(b Attribute) bool { return compareAttributes(a, b) == 0 })
}

// element writes an element that is not omitted, with these attributes. Its depth
// is bounded by MaxDepth.
func (w *writer) element(n *Node, apex bool, attributes []Attribute) {
	for _, d := range n.namespaces {
		w.scope.push(d.Prefix, d.URI)
	}
	w.out = append(w.out, '<')
	w.name(n.prefix, n.local)
	declared := w.namespaces(n, apex)
	for _, a := range attributes {
		w.out = append(w.out, ' ')
		w.name(a.Prefix, a.Local)
		w.quoted(a.Value)
	}
	w.out = append(w.out, '>')
	for _, c := range n.children {
		switch {
		case w.err != nil:
			return
		case c.kind != Element:
			w.leaf(c)
		case w.omit == nil || !w.omit(c):
			w.element(c, false, c.attributes)
		}
		if len(w.out) > w.limit {
			w.out, w.err = nil, fmt.Errorf("%w: its canonical form is too long", ErrLimit)
			return
		}
	}
	w.out = append(w.out, "</"...)
	w.name(n.prefix, n.local)
	w.out = append(w.out, '>')
	for _, prefix := range declared {
		w.rendered.pop(prefix)
	}
	for _, d := range n.namespaces {
		w.scope.pop(d.Prefix)
	}
}

// namespaces writes the declarations that an element needs and returns their
// prefixes.
func (w *writer) namespaces(n *Node, apex bool) []string {
	var declared []string
	for _, prefix := range w.candidates(n, apex) {
		uri := w.scope.top(prefix)
		if prefix == "xml" || uri == w.rendered.top(prefix) {
			continue
		}
		w.rendered.push(prefix, uri)
		declared = append(declared, prefix)
		w.out = append(w.out, ' ')
		if prefix == "" {
			w.out = append(w.out, "xmlns"...)
		} else {
			w.name("xmlns", prefix)
		}
		w.quoted(uri)
	}
	return declared
}

// candidates returns the prefixes whose declaration an element may need, in
// order. The inclusive forms ask about everything in scope, which below the
// apex can differ from the element around it only by the element's own
// declarations; the exclusive form asks about the prefixes in use, and treats
// the listed ones inclusively (Exclusive XML Canonicalization section 3).
func (w *writer) candidates(n *Node, apex bool) []string {
	var all []string
	inclusive := func(prefix string) {
		if !w.Exclusive || slices.Contains(w.listed, prefix) {
			all = append(all, prefix)
		}
	}
	if apex {
		for prefix, stack := range w.scope {
			if len(stack) > 0 {
				inclusive(prefix)
			}
		}
	} else {
		for _, d := range n.namespaces {
			inclusive(d.Prefix)
		}
	}
	if w.Exclusive {
		all = append(all, n.prefix)
		for _, a := range n.attributes {
			if a.Prefix != "" {
				all = append(all, a.Prefix)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (w *writer) name(prefix, local string) {
	if prefix != "" {
		w.out = append(append(w.out, prefix...), ':')
	}
	w.out = append(w.out, local...)
}

// leaf writes a text, a comment or a processing instruction.
func (w *writer) leaf(n *Node) {
	switch n.kind {
	case Text:
		w.escaped(n.text, inText)
	case Comment:
		if w.Comments {
			w.out = append(w.out, "<!--"...)
			w.escaped(n.text, inMarkup)
			w.out = append(w.out, "-->"...)
		}
	case Instruction:
		w.out = append(append(w.out, "<?"...), n.local...)
		if n.text != "" {
			w.out = append(w.out, ' ')
			w.escaped(n.text, inMarkup)
		}
		w.out = append(w.out, "?>"...)
	}
}

func (w *writer) quoted(value string) {
	w.out = append(w.out, `="`...)
	w.escaped(value, inValue)
	w.out = append(w.out, '"')
}

// Which characters are written as references, by where they stand.
const (
	inText   = "&<>\r"
	inValue  = "&<\"\t\n\r"
	inMarkup = "\r"
)

func (w *writer) escaped(s, special string) {
	for {
		i := strings.IndexAny(s, special)
		if i < 0 {
			w.out = append(w.out, s...)
			return
		}
		w.out = append(append(w.out, s[:i]...), reference(s[i])...)
		s = s[i+1:]
	}
}

func reference(c byte) string {
	switch c {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '"':
		return "&quot;"
	case '\t':
		return "&#x9;"
	case '\n':
		return "&#xA;"
	}
	return "&#xD;"
}
