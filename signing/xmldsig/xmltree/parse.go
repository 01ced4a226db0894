package xmltree

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// parser builds the tree.
type parser struct {
	scanner
	doc        *Document
	open       []*Node
	bound      scopes
	nodes      int
	attributes int
	upper      string           // what the bytes from 0x80 on stand for, "" in UTF-8 and UTF-16
	wide       binary.ByteOrder // of the units of UTF-16, nil for bytes
}

// Parse reads a file. The error is a *[SyntaxError], which wraps ErrLimit,
// ErrDocumentType or ErrEncoding where that is the reason.
func Parse(file []byte) (*Document, error) {
	p := &parser{doc: &Document{size: len(file)}, bound: scopes{"xml": {NamespaceXML}}}
	if len(file) > MaxSize {
		return nil, p.limit("the file is too large")
	}
	if p.wide = wideOrder(file); p.wide == nil {
		p.src = string(file)
	} else if err := p.narrow(file); err != nil {
		return nil, err
	}
	if err := p.read(); err != nil {
		return nil, err
	}
	return p.doc, nil
}

// read reads the file once it is text, and tells of the bytes of the file where the
// text has others.
func (p *parser) read() error {
	if err := within(p.src); err != nil {
		return err
	}
	err := p.prolog()
	if err == nil && p.upper != "" {
		if err := p.decode(); err != nil {
			return err
		}
	}
	if err == nil {
		err = p.content()
	}
	if p.doc.encoding = (encoding{p.upper, p.wide}); p.doc.encoding == (encoding{}) {
		return err
	}
	at := placesOf(p.src, p.doc.encoding)
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		syntax.Offset = at.of(syntax.Offset)
		return err
	}
	at.place(p.doc.nodes)
	return nil
}

// content takes all that follows the XML declaration.
func (p *parser) content() error {
	for p.pos < len(p.src) {
		if err := p.step(); err != nil {
			return err
		}
	}
	if len(p.open) > 0 {
		return p.fail("an element does not end")
	}
	if p.doc.root == nil {
		return p.fail("there is no element")
	}
	return nil
}

// prolog takes the byte order mark and the XML declaration (XML 1.0 sections
// 2.8 and 4.3.3, appendix F).
func (p *parser) prolog() error {
	for _, mark := range []string{"\xff\xfe\x00\x00", "\x00<", "<\x00", "\x00\x00"} {
		if p.at(mark) {
			return &SyntaxError{Offset: p.pos, Detail: "the file is in UTF-32, or in UTF-16 and does not say so", kind: ErrEncoding}
		}
	}
	p.pos = leading(p.src)
	if !p.at("<?xml") || len(p.src) <= p.pos+5 || !white(p.src[p.pos+5]) {
		return nil
	}
	p.pos += len("<?xml")
	if v, ok, err := p.pseudo("version"); err != nil {
		return err
	} else if !ok || v != "1.0" {
		return p.fail("the version is not 1.0")
	}
	if v, ok, err := p.pseudo("encoding"); err != nil {
		return err
	} else if ok {
		if err := p.declared(v); err != nil {
			return err
		}
	}
	if v, ok, err := p.pseudo("standalone"); err != nil {
		return err
	} else if ok && v != "yes" && v != "no" {
		return p.fail("standalone is neither yes nor no")
	}
	p.space()
	if !p.skip("?>") {
		return p.fail("the XML declaration is malformed")
	}
	return nil
}

// leading returns how many bytes of white space and byte order marks a file begins
// with. Before a declaration they are not XML, but nobody can read them as
// anything, and they are in no canonical form: pages and editors leave them there.
func leading(src string) int { return len(src) - len(strings.TrimLeft(src, "\ufeff \t\r\n")) }

// declared takes the encoding that the declaration names, in any case. A file whose
// bytes were read as ASCII up to here is in none whose bytes mean something else.
func (p *parser) declared(name string) error {
	name = strings.ToUpper(name)
	if p.wide != nil {
		return p.declaredWide(name)
	}
	contradiction := func(detail string) error {
		return &SyntaxError{Offset: p.pos, Detail: detail, kind: ErrContradiction}
	}
	switch {
	case slices.Contains([]string{"UTF-8", "UTF8", "UTF_8", "CSUTF8"}, name):
		return nil
	case name == "US-ASCII" || name == "ASCII":
		if strings.IndexFunc(p.src[p.pos:], func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
			return contradiction("the declared encoding is ASCII, and the file has more")
		}
		return nil
	case strings.HasPrefix(name, "UTF-") || strings.HasPrefix(name, "ISO-10646-UCS") || strings.HasPrefix(name, "UCS"):
		return contradiction("the declared encoding cannot be that of the file")
	}
	var known bool
	if p.upper, known = upperHalf(name); !known {
		return &SyntaxError{Offset: p.pos, Detail: "the declared encoding is not read", kind: ErrEncoding}
	}
	if strings.Contains(p.src[:p.pos], "\ufeff") {
		return contradiction("a byte order mark of UTF-8 and another encoding are declared")
	}
	return nil
}

// pseudo takes white space and one part of the XML declaration if it is there.
func (p *parser) pseudo(name string) (string, bool, error) {
	start := p.pos
	if !p.space() || !p.skip(name) {
		p.pos = start
		return "", false, nil
	}
	p.space()
	if !p.skip("=") {
		return "", false, p.fail("the XML declaration is malformed")
	}
	p.space()
	quoted := p.pos
	v, err := p.value()
	if err == nil && strings.Contains(p.src[quoted:p.pos], "&") {
		return "", false, p.failAt(quoted, "a reference stands in the XML declaration")
	}
	return v, true, err
}

// step takes one piece of markup or text.
func (p *parser) step() error {
	start := p.pos
	switch {
	case p.skip("</"):
		return p.endTag(start)
	case p.skip("<!--"):
		return p.comment(start)
	case p.skip("<?"):
		return p.instruction(start)
	case p.at("<!DOCTYPE"):
		return &SyntaxError{Offset: p.pos, Detail: "a document type declaration", kind: ErrDocumentType}
	case p.at("<") && !p.at("<!"):
		return p.startTag(start)
	case len(p.open) == 0:
		if !p.space() {
			return p.fail("text outside the document element")
		}
		return nil
	}
	text, err := p.characters()
	if err != nil {
		return err
	}
	if p.pos == start {
		return p.fail("markup that is not XML")
	}
	if text == "" { // an empty CDATA section
		return nil
	}
	return p.add(&Node{kind: Text, text: text, outer: Span{start, p.pos}})
}

// add puts a node where the parser stands.
func (p *parser) add(n *Node) error {
	if p.nodes++; p.nodes > MaxNodes {
		return p.limit("too many nodes")
	}
	if len(p.open) == 0 {
		p.doc.nodes = append(p.doc.nodes, n)
		return nil
	}
	n.parent = p.open[len(p.open)-1]
	n.parent.children = append(n.parent.children, n)
	return nil
}

func (p *parser) comment(start int) error {
	text, err := p.until("--", "a comment does not end")
	if err != nil {
		return err
	}
	if !p.skip(">") {
		return p.fail("-- stands in a comment")
	}
	return p.add(&Node{kind: Comment, text: text, outer: Span{start, p.pos}})
}

// instruction takes a processing instruction, whose target may have no colon
// and must not be xml (XML 1.0 section 2.6).
func (p *parser) instruction(start int) error {
	target := ncName(p.src[p.pos:])
	if target == "" || strings.EqualFold(target, "xml") {
		return p.fail("a processing instruction has no permitted target")
	}
	p.pos += len(target)
	if !p.space() && !p.at("?>") {
		return p.fail("a processing instruction is malformed")
	}
	text, err := p.until("?>", "a processing instruction does not end")
	if err != nil {
		return err
	}
	return p.add(&Node{kind: Instruction, local: target, text: text, outer: Span{start, p.pos}})
}

func (p *parser) startTag(start int) error {
	if len(p.open) == 0 && p.doc.root != nil {
		return p.fail("a second document element")
	}
	if len(p.open) >= MaxDepth {
		return p.limit("elements are nested too deeply")
	}
	p.pos++
	n := &Node{kind: Element}
	var err error
	if n.prefix, n.local, err = p.name(); err != nil {
		return err
	}
	if err := p.attributeList(n); err != nil {
		return err
	}
	n.inner = Span{p.pos, p.pos}
	n.empty = p.skip("/")
	if !p.skip(">") {
		return p.fail("a tag does not end")
	}
	if err := p.resolve(n, start); err != nil {
		return err
	}
	if err := p.add(n); err != nil {
		return err
	}
	n.outer.Start = start
	if len(p.open) == 0 {
		p.doc.root = n
	}
	if n.empty {
		p.close(n)
		return nil
	}
	n.inner.Start = p.pos
	p.open = append(p.open, n)
	return nil
}

// close ends an element: what it declared is no longer in scope.
func (p *parser) close(n *Node) {
	n.outer.End = p.pos
	for _, d := range n.namespaces {
		p.bound.pop(d.Prefix)
	}
}

func (p *parser) endTag(start int) error {
	if len(p.open) == 0 {
		return p.failAt(start, "an end tag without a start tag")
	}
	n := p.open[len(p.open)-1]
	prefix, local, err := p.name()
	if err != nil {
		return err
	}
	if prefix != n.prefix || local != n.local {
		return p.failAt(start, "an end tag does not match its start tag")
	}
	p.space()
	if !p.skip(">") {
		return p.fail("a tag does not end")
	}
	n.inner.End = start
	p.open = p.open[:len(p.open)-1]
	p.close(n)
	return nil
}

// attributeList takes the attributes and namespace declarations of a tag.
func (p *parser) attributeList(n *Node) error {
	for {
		spaced := p.space()
		if p.at(">") || p.at("/>") {
			return nil
		}
		if !spaced {
			return p.fail("white space is missing before an attribute, or a tag does not end")
		}
		if p.attributes++; p.attributes > MaxAttributes || len(n.attributes)+len(n.namespaces) >= MaxPerElement {
			return p.limit("too many attributes")
		}
		prefix, local, err := p.name()
		if err != nil {
			return err
		}
		p.space()
		if !p.skip("=") {
			return p.fail("an attribute has no value")
		}
		p.space()
		value, err := p.value()
		if err != nil {
			return err
		}
		switch {
		case prefix == "" && local == "xmlns":
			n.namespaces = append(n.namespaces, Namespace{"", value})
		case prefix == "xmlns":
			n.namespaces = append(n.namespaces, Namespace{local, value})
		default:
			n.attributes = append(n.attributes, Attribute{Prefix: prefix, Local: local, Value: value})
		}
	}
}
