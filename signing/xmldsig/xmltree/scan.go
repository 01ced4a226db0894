package xmltree

import (
	"strconv"
	"strings"
)

// scanner holds a place in the file. Its methods take what stands there or say
// why it must not.
type scanner struct {
	src string
	pos int
}

func (s *scanner) fail(detail string) error { return s.failAt(s.pos, detail) }

func (s *scanner) failAt(pos int, detail string) error {
	return &SyntaxError{Offset: pos, Detail: detail}
}

func (s *scanner) limit(what string) error {
	return &SyntaxError{Offset: s.pos, Detail: what, kind: ErrLimit}
}

func (s *scanner) at(text string) bool { return strings.HasPrefix(s.src[s.pos:], text) }

// skip passes over a text if it stands here.
func (s *scanner) skip(text string) bool {
	if !s.at(text) {
		return false
	}
	s.pos += len(text)
	return true
}

// space passes over white space and reports whether there was any.
func (s *scanner) space() bool {
	start := s.pos
	for s.pos < len(s.src) && white(s.src[s.pos]) {
		s.pos++
	}
	return s.pos > start
}

// name takes a qualified name (Namespaces in XML section 4).
func (s *scanner) name() (prefix, local string, err error) {
	local = ncName(s.src[s.pos:])
	if local == "" {
		return "", "", s.fail("a name is missing")
	}
	s.pos += len(local)
	if !s.skip(":") {
		return "", local, nil
	}
	prefix, local = local, ncName(s.src[s.pos:])
	if local == "" {
		return "", "", s.fail("a name is missing after its prefix")
	}
	s.pos += len(local)
	if s.at(":") {
		return "", "", s.fail("a name has two colons")
	}
	return prefix, local, nil
}

// reference takes a reference to a character or to one of the five entities
// (XML 1.0 sections 4.1 and 4.6).
func (s *scanner) reference() (string, error) {
	start := s.pos
	end := strings.IndexByte(s.src[s.pos:min(len(s.src), s.pos+16)], ';')
	if end < 0 {
		return "", s.fail("a reference does not end")
	}
	body := s.src[s.pos+1 : s.pos+end]
	s.pos += end + 1
	switch body {
	case "lt":
		return "<", nil
	case "gt":
		return ">", nil
	case "amp":
		return "&", nil
	case "apos":
		return "'", nil
	case "quot":
		return `"`, nil
	}
	digits, numeric := strings.CutPrefix(body, "#")
	base := 10
	if hexadecimal, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hexadecimal, 16
	}
	if !numeric || strings.ContainsAny(digits, "+-_") {
		return "", s.failAt(start, "an entity is not one of the five")
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > 0x10ffff || !legal(rune(n)) {
		return "", s.failAt(start, "a character reference names no character")
	}
	return string(rune(n)), nil
}

// run collects text out of pieces of the file and what stands for others. Text
// that stands in the file as it is takes no memory of its own.
type run struct {
	built strings.Builder
	piece int // where the piece not yet copied begins
}

func (r *run) add(s *scanner, end int, instead string) {
	r.built.WriteString(s.src[r.piece:end])
	r.built.WriteString(instead)
	r.piece = s.pos
}

func (r *run) text(s *scanner, end int) string {
	if r.built.Len() == 0 {
		return s.src[r.piece:end]
	}
	r.built.WriteString(s.src[r.piece:end])
	return r.built.String()
}

// until takes everything before a delimiter, with line ends normalised (XML 1.0
// section 2.11), and the delimiter.
func (s *scanner) until(delimiter, missing string) (string, error) {
	start := s.pos
	r := run{piece: s.pos}
	for !s.at(delimiter) {
		if s.pos >= len(s.src) {
			return "", s.failAt(start, missing)
		}
		if err := s.plain(&r); err != nil {
			return "", err
		}
	}
	text := r.text(s, s.pos)
	s.pos += len(delimiter)
	return text, nil
}

// plain passes over one character, making a line feed of a line end.
func (s *scanner) plain(r *run) error {
	if s.src[s.pos] == '\r' {
		end := s.pos
		s.pos++
		s.skip("\n")
		r.add(s, end, "\n")
		return nil
	}
	_, width := next(s.src, s.pos)
	if width == 0 {
		return s.fail("a character that XML does not allow, or not UTF-8")
	}
	s.pos += width
	return nil
}

// characters takes the text up to the next markup: character data, references
// and CDATA sections in a row are one text.
func (s *scanner) characters() (string, error) {
	r := run{piece: s.pos}
	for s.pos < len(s.src) {
		end := s.pos
		switch c := s.src[s.pos]; {
		case c == '<' && s.skip("<![CDATA["):
			section, err := s.until("]]>", "a CDATA section does not end")
			if err != nil {
				return "", err
			}
			r.add(s, end, section)
		case c == '<':
			return r.text(s, end), nil
		case c == '&':
			char, err := s.reference()
			if err != nil {
				return "", err
			}
			r.add(s, end, char)
		case c == ']' && s.at("]]>"):
			return "", s.fail("]]> stands in text")
		default:
			if err := s.plain(&r); err != nil {
				return "", err
			}
		}
	}
	return r.text(s, s.pos), nil
}

// value takes a quoted attribute value and normalises it as one of type CDATA,
// which without document types all are (XML 1.0 section 3.3.3).
func (s *scanner) value() (string, error) {
	if !s.at(`"`) && !s.at("'") {
		return "", s.fail("an attribute value is not quoted")
	}
	quote := s.src[s.pos]
	s.pos++
	r := run{piece: s.pos}
	for s.pos < len(s.src) {
		end := s.pos
		switch c := s.src[s.pos]; {
		case c == quote:
			s.pos++
			return r.text(s, end), nil
		case c == '<':
			return "", s.fail("< stands in an attribute value")
		case c == '&':
			char, err := s.reference()
			if err != nil {
				return "", err
			}
			r.add(s, end, char)
		case white(c) && c != ' ':
			s.pos++
			if c == '\r' {
				s.skip("\n")
			}
			r.add(s, end, " ")
		default:
			if err := s.plain(&r); err != nil {
				return "", err
			}
		}
	}
	return "", s.fail("an attribute value does not end")
}
