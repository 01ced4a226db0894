// Package xmltree reads XML 1.0 with namespaces into a tree that never changes,
// and writes the canonical forms of it that XML signatures are made over.
//
// [Parse] is the way in, [Document.Canonical] the way out. The reader is made
// for files from strangers: it knows no document types at all, so that nothing
// in a file can define entities, default attributes or the type of an
// attribute; it reads UTF-8, UTF-16, and the declared encodings of a byte a character
// that encoding.go lists; it refuses whatever is not well-formed by XML
// 1.0 (fifth edition) and Namespaces in XML 1.0 (third edition); and its work
// and memory are bounded by the length of the file and by the limits below.
//
// Errors say where and which rule, never what stands there: files carry
// personal numbers.
package xmltree

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// The limits of [Parse]. A file beyond one of them is not read: [ErrLimit].
const (
	MaxSize       = 32 << 20 // bytes of a file
	MaxDepth      = 256      // elements open at a time
	MaxNodes      = 1 << 19  // elements, texts, comments, processing instructions
	MaxAttributes = 1 << 19  // attributes and namespace declarations of a file
	MaxPerElement = 512      // attributes and namespace declarations of an element
)

// Errors of this package, for errors.Is. A file that breaks a rule of XML gives
// a *[SyntaxError].
var (
	// ErrLimit means that a file was not read, or not written canonically,
	// because it would take too much. It says nothing about whether it is right.
	ErrLimit = errors.New("the XML goes beyond a limit of this reader")
	// ErrDocumentType means that the file has a document type declaration,
	// whose entities and defaults this reader does not want to know.
	ErrDocumentType = errors.New("document type declarations are not accepted")
	// ErrEncoding means that the file is, or says that it is, in an encoding that
	// this reader does not read. It says nothing about whether it is right.
	ErrEncoding = errors.New("the encoding of the XML is not read")
	// ErrContradiction means that the declared encoding cannot be that of the file, or
	// makes another text of the same bytes. It is an [ErrEncoding], of a file that two
	// readers may read as two documents.
	ErrContradiction = fmt.Errorf("%w: the declaration contradicts the file", ErrEncoding)
	// ErrCanonical means that a tree has no canonical form by the chosen method.
	ErrCanonical = errors.New("the XML has no such canonical form")
)

// SyntaxError says where and how a file breaks the rules of XML.
type SyntaxError struct {
	Offset int // in bytes, from the beginning of the file
	Detail string
	kind   error
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("XML at offset %d: %s", e.Offset, e.Detail)
}

// Unwrap returns ErrLimit, ErrDocumentType, ErrEncoding or ErrContradiction if it is
// one of them.
func (e *SyntaxError) Unwrap() error { return e.kind }

// Kind is what a node is.
type Kind uint8

// The kinds of nodes. CDATA sections and references are text like any other.
const (
	Element Kind = iota + 1
	Text
	Comment
	Instruction // a processing instruction
)

// The namespaces that are bound without a declaration.
const (
	NamespaceXML   = "http://www.w3.org/XML/1998/namespace"
	NamespaceXMLNS = "http://www.w3.org/2000/xmlns/"
)

// Span is a range of bytes of the file.
type Span struct{ Start, End int }

// Attribute is an attribute of an element, its value normalised (XML 1.0
// section 3.3.3). Namespace declarations are not attributes.
type Attribute struct {
	Prefix, Local string
	Space         string // namespace; "" when the name has no prefix
	Value         string
}

// Namespace is a namespace declaration; the default one has no prefix, and its
// URI is empty where it ends a declaration further out.
type Namespace struct{ Prefix, URI string }

// Document is a file that was read. It and its nodes are never modified, so
// they may be used by many goroutines.
type Document struct {
	root     *Node
	nodes    []*Node
	size     int
	relative bool // a namespace is a relative URI
	encoding encoding
}

// Root returns the document element.
func (d *Document) Root() *Node { return d.root }

// Nodes returns the document element and the comments and processing
// instructions beside it. The slice is read-only.
func (d *Document) Nodes() []*Node { return d.nodes }

// Size returns the length of the file in bytes.
func (d *Document) Size() int { return d.size }

// Node is an element, a text, a comment or a processing instruction.
type Node struct {
	kind                 Kind
	prefix, local, space string
	text                 string
	parent               *Node
	children             []*Node
	attributes           []Attribute
	namespaces           []Namespace
	outer, inner         Span
	empty                bool
}

// Kind returns what the node is.
func (n *Node) Kind() Kind { return n.kind }

// Name returns the name of an element with its prefix, as its tags have it.
func (n *Node) Name() string {
	if n.prefix == "" {
		return n.local
	}
	return n.prefix + ":" + n.local
}

// Local returns the local name of an element or the target of a processing
// instruction.
func (n *Node) Local() string { return n.local }

// Space returns the namespace of an element's name, "" for none.
func (n *Node) Space() string { return n.space }

// Is reports whether the node is an element of that name.
func (n *Node) Is(space, local string) bool {
	return n != nil && n.kind == Element && n.local == local && n.space == space
}

// Parent returns the element that the node stands in, nil for the document
// element and what stands beside it.
func (n *Node) Parent() *Node { return n.parent }

// Children returns the nodes in an element. The slice is read-only.
func (n *Node) Children() []*Node { return n.children }

// Elements returns the elements among the children.
func (n *Node) Elements() []*Node {
	var all []*Node
	for _, c := range n.children {
		if c.kind == Element {
			all = append(all, c)
		}
	}
	return all
}

// Text returns the data of a text, comment or processing instruction. Of an
// element it returns the texts directly in it, one after another: a comment
// between two of them divides nothing.
func (n *Node) Text() string {
	if n.kind != Element {
		return n.text
	}
	var parts []string
	for _, c := range n.children {
		if c.kind == Text {
			parts = append(parts, c.text)
		}
	}
	return strings.Join(parts, "")
}

// Attributes returns the attributes in canonical order: by namespace, then by
// local name. The slice is read-only.
func (n *Node) Attributes() []Attribute { return n.attributes }

// Attribute returns the value of an attribute, and whether it is there.
func (n *Node) Attribute(space, local string) (string, bool) {
	for _, a := range n.attributes {
		if a.Local == local && a.Space == space {
			return a.Value, true
		}
	}
	return "", false
}

// Resolve returns the namespace that a prefix stands for at an element; false
// when it stands for none.
func (n *Node) Resolve(prefix string) (string, bool) {
	if prefix == "xml" {
		return NamespaceXML, true
	}
	for e := n; e != nil; e = e.parent {
		for _, d := range e.namespaces {
			if d.Prefix == prefix {
				return d.URI, d.URI != ""
			}
		}
	}
	return "", false
}

// Within reports whether the node is the element or stands somewhere in it.
func (n *Node) Within(element *Node) bool {
	for e := n; e != nil; e = e.parent {
		if e == element {
			return true
		}
	}
	return false
}

// Outer returns where the node stands in the file, its tags included.
func (n *Node) Outer() Span { return n.outer }

// Inner returns where the contents of an element stand in the file. Of an
// empty-element tag both ends are the offset of its "/>".
func (n *Node) Inner() Span { return n.inner }

// EmptyTag reports whether the element was written as an empty-element tag.
func (n *Node) EmptyTag() bool { return n.empty }

// Walk calls visit for every element in document order until it returns false.
func (d *Document) Walk(visit func(*Node) bool) { walk(d.root, visit) }

func walk(n *Node, visit func(*Node) bool) bool {
	if !visit(n) {
		return false
	}
	for _, c := range n.children {
		if c.kind == Element && !walk(c, visit) {
			return false
		}
	}
	return true
}

// Path returns the place of an element for people: local names from the
// document element, with a number where siblings have the same name.
func (n *Node) Path() string {
	if n == nil {
		return "/"
	}
	step := n.local
	if n.parent != nil {
		index, same := 0, 0
		for _, c := range n.parent.children {
			if c.Is(n.space, n.local) {
				same++
			}
			if c == n {
				index = same
			}
		}
		if same > 1 {
			step = fmt.Sprintf("%s[%d]", step, index)
		}
		return n.parent.Path() + "/" + step
	}
	return "/" + step
}

func compareAttributes(a, b Attribute) int {
	return cmp.Or(strings.Compare(a.Space, b.Space), strings.Compare(a.Local, b.Local))
}

func compareNamespaces(a, b Namespace) int { return strings.Compare(a.Prefix, b.Prefix) }
