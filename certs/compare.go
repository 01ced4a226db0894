package certs

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tamga/certs/der"
)

// Equal reports whether two names are the same by RFC 5280 section 7.1: the
// same attributes in the same order, their values compared without regard to
// string type, letter case and superfluous white space.
//
// Of the string preparation of RFC 4518 one step is left out: text is not
// brought into Unicode normalisation form KC, so that a name written once with
// composed and once with decomposed letters is two names.
func (n Name) Equal(other Name) bool {
	return n.key == other.key && (n.key != "" || bytes.Equal(n.Raw, other.Raw))
}

// Key returns a form of the name that is the same string for names that are
// [Name.Equal]: something to index by. It is not for people to read.
func (n Name) Key() string { return n.key }

// Empty reports whether the name has no attributes, as subjects that are named
// in subjectAltName only have it.
func (n Name) Empty() bool { return n.key == "" }

// Within reports whether the name lies in the subtree of base: whether base is
// a prefix of it, relative name by relative name (RFC 5280 section 4.2.1.10).
// Every name lies in the subtree of the empty name.
func (n Name) Within(base Name) bool {
	// Relative names carry their length in front, so that a prefix of the key
	// is a prefix of the name.
	return strings.HasPrefix(n.key, base.key)
}

// Below returns the name with one relative name appended: what
// nameRelativeToCRLIssuer stands for. The argument is the contents of the
// RelativeDistinguishedName.
func (n Name) Below(relative []byte) (Name, error) {
	e, err := der.One(n.Raw)
	if err != nil {
		return Name{}, fieldError("name", err)
	}
	return ParseName(der.Sequence(e.Body, der.Encode(der.SetTag, relative)))
}

// appendRelative appends the comparable form of one relative name: its length,
// then its attributes, which are a set, in an order of their own.
func appendRelative(key []byte, rdn *der.Reader, n *Name) ([]byte, error) {
	key, start := appendLength(key)
	var ends []int
	for !rdn.Empty() {
		var err error
		if key, err = n.readAttribute(key, rdn); err != nil {
			return nil, err
		}
		if len(ends) == 0 && rdn.Empty() {
			break // alone, as nearly always
		}
		ends = append(ends, len(key))
	}
	if len(ends) > 1 {
		forms, from := make([][]byte, len(ends)), start
		for i, end := range ends {
			forms[i], from = bytes.Clone(key[from:end]), end
		}
		slices.SortFunc(forms, bytes.Compare)
		key = key[:start]
		for _, form := range forms {
			key = append(key, form...)
		}
	}
	setLength(key, start)
	return key, nil
}

// appendLength leaves room for a length, which setLength fills in once what
// stands from start on is complete.
func appendLength(key []byte) (extended []byte, start int) {
	key = append(key, 0, 0, 0, 0)
	return key, len(key)
}

func setLength(key []byte, start int) {
	binary.BigEndian.PutUint32(key[start-4:], uint32(len(key)-start))
}

const isText, isBytes = 1, 0 // what the comparable form of a value begins with

// appendText appends the comparable form of a text, whose complete element is
// raw.
func appendText(key []byte, text string, raw []byte) []byte {
	before := key
	key, start := appendLength(append(key, isText))
	key, ok := appendNormal(key, text)
	if !ok {
		// Bytes that its type does not allow: no two different ones may become
		// the same.
		return appendBytes(before, raw)
	}
	setLength(key, start)
	return key
}

// appendBytes appends the comparable form of a value that is no text.
func appendBytes(key, raw []byte) []byte {
	key, start := appendLength(append(key, isBytes))
	key = append(key, raw...)
	setLength(key, start)
	return key
}

// appendNormal appends a string prepared for comparison: letters folded, white
// space at the ends dropped and inside made one space, what is invisible
// dropped (RFC 4518 sections 2.2 and 2.6.1). It is false for text with a
// character that stands for what could not be read.
func appendNormal(out []byte, s string) ([]byte, bool) {
	start, space := len(out), false
	for _, r := range s {
		if r >= utf8.RuneSelf && !cyrillic(r) || r <= ' ' || r == 0x7f {
			switch {
			case r == utf8.RuneError:
				return out, false
			case unicode.IsSpace(r) || unicode.Is(unicode.Z, r):
				space = len(out) > start
				continue
			case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
				continue
			}
		}
		if space {
			out, space = append(out, ' '), false
		}
		out = utf8.AppendRune(out, foldRune(r))
	}
	return out, true
}

// cyrillic reports whether r is in the block of the Cyrillic letters, in which
// nothing is white space or invisible.
func cyrillic(r rune) bool { return r >= 0x0400 && r <= 0x04ff }

// cyrillicFolds are the representatives of that block, which is most of what
// names here are written in.
var cyrillicFolds = func() (folds [0x100]rune) {
	for i := range folds {
		folds[i] = foldAny(0x0400 + rune(i))
	}
	return folds
}()

// foldRune returns one representative of the letters that differ from r in
// case only.
func foldRune(r rune) rune {
	switch {
	case cyrillic(r):
		return cyrillicFolds[r-0x0400]
	case r >= utf8.RuneSelf:
		r = foldAny(r)
	}
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// foldAny returns the least of the letters that fold together.
func foldAny(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}

// equalASCII compares host names and the like: without regard to the case of
// ASCII letters, and of no others.
func equalASCII(a, b string) bool { return lowerASCII(a) == lowerASCII(b) }

func lowerASCII(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				if 'A' <= b[j] && b[j] <= 'Z' {
					b[j] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
