package xmltree

import "slices"

// scopes are the namespaces that prefixes stand for, the innermost last.
type scopes map[string][]string

func (s scopes) push(prefix, uri string) { s[prefix] = append(s[prefix], uri) }

func (s scopes) pop(prefix string) { s[prefix] = s[prefix][:len(s[prefix])-1] }

// top returns what a prefix stands for, "" for nothing.
func (s scopes) top(prefix string) string {
	if stack := s[prefix]; len(stack) > 0 {
		return stack[len(stack)-1]
	}
	return ""
}

// resolve brings an element's declarations into scope and gives its names
// their namespaces (Namespaces in XML sections 3, 5 and 6).
func (p *parser) resolve(n *Node, start int) error {
	slices.SortFunc(n.namespaces, compareNamespaces)
	for i, d := range n.namespaces {
		if i > 0 && d.Prefix == n.namespaces[i-1].Prefix {
			return p.failAt(start, "a namespace is declared twice")
		}
		if detail := reserved(d); detail != "" {
			return p.failAt(start, detail)
		}
		p.doc.relative = p.doc.relative || relativeURI(d.URI)
		p.bound.push(d.Prefix, d.URI)
	}
	n.space = p.bound.top(n.prefix)
	if n.prefix != "" && n.space == "" || n.prefix == "xmlns" {
		return p.failAt(start, "the prefix of an element is not declared")
	}
	for i := range n.attributes {
		a := &n.attributes[i]
		if a.Prefix == "" {
			continue
		}
		if a.Space = p.bound.top(a.Prefix); a.Space == "" {
			return p.failAt(start, "the prefix of an attribute is not declared")
		}
	}
	slices.SortFunc(n.attributes, compareAttributes)
	for i := 1; i < len(n.attributes); i++ {
		if compareAttributes(n.attributes[i-1], n.attributes[i]) == 0 {
			return p.failAt(start, "an attribute stands twice")
		}
	}
	return nil
}

// reserved returns what is wrong with a declaration in itself.
func reserved(d Namespace) string {
	switch {
	case d.Prefix == "xmlns" || d.URI == NamespaceXMLNS:
		return "the namespace of declarations is declared"
	case (d.Prefix == "xml") != (d.URI == NamespaceXML):
		return "xml is declared as something else, or something else as xml"
	case d.Prefix != "" && d.URI == "":
		return "a prefix is declared as nothing"
	}
	return ""
}

// relativeURI reports whether a namespace name has no scheme (RFC 3986 section
// 3.1).
func relativeURI(uri string) bool {
	if uri == "" {
		return false
	}
	for i := range len(uri) {
		c := uri[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if c == ':' {
			return i == 0
		}
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return true
		}
	}
	return true
}
