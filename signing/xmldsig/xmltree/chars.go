package xmltree

import (
	"unicode/utf8"
)

// white reports whether a byte is white space by XML 1.0 section 2.3.
func white(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// legal reports whether a character may stand in a document (XML 1.0, Char).
func legal(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r <= 0xd7ff:
		return true
	}
	return r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= 0x10ffff
}

// nameStarts are the ranges of NameStartChar above ASCII, without the colon,
// which namespaces took for themselves.
var nameStarts = [][2]rune{
	{0xc0, 0xd6}, {0xd8, 0xf6}, {0xf8, 0x2ff}, {0x370, 0x37d}, {0x37f, 0x1fff},
	{0x200c, 0x200d}, {0x2070, 0x218f}, {0x2c00, 0x2fef}, {0x3001, 0xd7ff},
	{0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff},
}

func nameStart(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
	}
	for _, s := range nameStarts {
		if r >= s[0] && r <= s[1] {
			return true
		}
	}
	return false
}

func nameChar(r rune) bool {
	return nameStart(r) || r >= '0' && r <= '9' || r == '-' || r == '.' || r == 0xb7 ||
		r >= 0x300 && r <= 0x36f || r >= 0x203f && r <= 0x2040
}

// next decodes the character at an offset; its width is 0 if there is no
// legal one.
func next(s string, pos int) (rune, int) {
	if pos >= len(s) {
		return 0, 0
	}
	r, width := utf8.DecodeRuneInString(s[pos:])
	if r == utf8.RuneError && width == 1 || !legal(r) {
		return r, 0
	}
	return r, width
}

// ncName returns the name without colon at the beginning of a text, "" if there
// is none.
func ncName(s string) string {
	for end := 0; ; {
		r, width := next(s, end)
		if width == 0 || end == 0 && !nameStart(r) || !nameChar(r) {
			return s[:end]
		}
		end += width
	}
}

// NCName reports whether a text is a name without colon, as identifiers must be.
func NCName(s string) bool { return s != "" && ncName(s) == s }
