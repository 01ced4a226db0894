package xmltree

import (
	"fmt"
	"strings"
)

// maxJoin bounds the work of joining the xml:base of the elements around an apex:
// the length of their values together, for each of them.
const maxJoin = 256 << 10

// base returns the xml:base of an apex whose ancestors are left out (Canonical XML
// 1.1 section 2.4): the values of all of them, joined from the inside out. It is
// false where none is to be written. The error wraps [ErrLimit].
func base(apex *Node) (string, bool, error) {
	joined, found := apex.Attribute(NamespaceXML, "base")
	var around []string
	length := len(joined)
	for e := apex.parent; e != nil; e = e.parent {
		if value, ok := e.Attribute(NamespaceXML, "base"); ok {
			around = append(around, value)
			length += len(value)
		}
	}
	if len(around) == 0 {
		return joined, found, nil
	}
	if length*len(around) > maxJoin {
		return "", false, fmt.Errorf("%w: the xml:base of the elements around are too long", ErrLimit)
	}
	if !found {
		joined, around = around[0], around[1:]
	}
	for _, value := range around {
		joined = joinReferences(value, joined)
	}
	return joined, joined != "", nil
}

// joinReferences is the function join-URI-References of Canonical XML 1.1 section
// 2.4: RFC 3986 section 5.2 for a base that may be relative itself, without the
// fragment.
func joinReferences(base, reference string) string {
	b, r := parseReference(base), parseReference(reference)
	if b.path == ".." || strings.HasSuffix(b.path, "/..") {
		b.path += "/"
	}
	switch {
	case r.scheme != "":
		r.path = withoutDots(r.path)
	case r.hasAuthority:
		r.scheme, r.path = b.scheme, withoutDots(r.path)
	default:
		r.scheme, r.authority, r.hasAuthority = b.scheme, b.authority, b.hasAuthority
		switch {
		case r.path == "":
			if r.path = b.path; !r.hasQuery {
				r.query, r.hasQuery = b.query, b.hasQuery
			}
		case strings.HasPrefix(r.path, "/"):
			r.path = withoutDots(r.path)
		case b.hasAuthority && b.path == "":
			r.path = withoutDots("/" + r.path)
		default:
			r.path = withoutDots(b.path[:strings.LastIndexByte(b.path, '/')+1] + r.path)
		}
	}
	return r.String()
}

// uriReference is a reference taken apart (RFC 3986 section 3), without its fragment.
type uriReference struct {
	scheme, authority, path, query string
	hasAuthority, hasQuery         bool
}

// parseReference takes any text apart by the expression of RFC 3986 appendix B.
func parseReference(text string) uriReference {
	var r uriReference
	text, _, _ = strings.Cut(text, "#")
	text, r.query, r.hasQuery = strings.Cut(text, "?")
	if i := strings.IndexAny(text, ":/"); i > 0 && text[i] == ':' {
		r.scheme, text = text[:i], text[i+1:]
	}
	if rest, ok := strings.CutPrefix(text, "//"); ok {
		end := strings.IndexByte(rest, '/')
		if end < 0 {
			end = len(rest)
		}
		r.authority, r.hasAuthority, text = rest[:end], true, rest[end:]
	}
	r.path = text
	return r
}

// String recomposes a reference (RFC 3986 section 5.3).
func (r uriReference) String() string {
	var b strings.Builder
	if r.scheme != "" {
		b.WriteString(r.scheme + ":")
	}
	if r.hasAuthority {
		b.WriteString("//" + r.authority)
	}
	b.WriteString(r.path)
	if r.hasQuery {
		b.WriteString("?" + r.query)
	}
	return b.String()
}

// withoutDots is Remove Dot Segments (RFC 3986 section 5.2.4) as Canonical XML 1.1
// modifies it: leading ".." stay in a relative path, slashes in a row are one, and a
// ".." at the end gets one.
func withoutDots(path string) string {
	absolute := strings.HasPrefix(path, "/")
	segments := strings.Split(path, "/")
	var kept []string
	for _, s := range segments {
		switch {
		case s == "" || s == ".":
		case s != "..":
			kept = append(kept, s)
		case len(kept) > 0 && kept[len(kept)-1] != "..":
			kept = kept[:len(kept)-1]
		case !absolute:
			kept = append(kept, s)
		}
	}
	joined := strings.Join(kept, "/")
	if last := segments[len(segments)-1]; len(kept) > 0 && (last == "" || last == "." || last == "..") {
		joined += "/"
	}
	if absolute {
		joined = "/" + joined
	}
	return joined
}
