package xmltree

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// wideOrder tells a file in UTF-16 by its byte order mark, or without one by how its
// XML declaration begins (XML 1.0 appendix F). It is nil for all others, those in
// UTF-32 too.
func wideOrder(file []byte) binary.ByteOrder {
	var first [4]byte
	copy(first[:], file)
	switch {
	case first == [4]byte{0xff, 0xfe, 0, 0} && len(file) >= len(first):
		return nil
	case first[0] == 0xff && first[1] == 0xfe || first == [4]byte{'<', 0, '?', 0}:
		return binary.LittleEndian
	case first[0] == 0xfe && first[1] == 0xff || first == [4]byte{0, '<', 0, '?'}:
		return binary.BigEndian
	}
	return nil
}

// narrow makes UTF-8 of a file in UTF-16, of which every unit must be a character or
// half of a pair with the next (RFC 2781).
func (p *parser) narrow(file []byte) error {
	if len(file)%2 != 0 {
		return p.failAt(len(file)-1, "UTF-16 of half a character")
	}
	var b strings.Builder
	b.Grow(narrowSize(file, p.wide))
	for i := 0; i < len(file); i += 2 {
		r := rune(p.wide.Uint16(file[i:]))
		if utf16.IsSurrogate(r) {
			if r = surrogates(file[i:], p.wide); r == utf8.RuneError {
				return p.failAt(i, "half of a surrogate pair")
			}
			i += 2
		}
		b.WriteRune(r)
	}
	p.src = b.String()
	return nil
}

// surrogates returns the character of a pair, RuneError if there is none.
func surrogates(file []byte, order binary.ByteOrder) rune {
	if len(file) < 4 {
		return utf8.RuneError
	}
	return utf16.DecodeRune(rune(order.Uint16(file)), rune(order.Uint16(file[2:])))
}

// narrowSize returns how many bytes a file in UTF-16 takes in UTF-8.
func narrowSize(file []byte, order binary.ByteOrder) int {
	size := 0
	for i := 0; i+1 < len(file); i += 2 {
		r := rune(order.Uint16(file[i:]))
		if size += utf8.RuneLen(r); utf16.IsSurrogate(r) {
			size += 3 // instead of -1: a pair is four bytes
		}
	}
	return size
}

// declaredWide takes the encoding that a file in UTF-16 declares, by its name in
// capitals.
func (p *parser) declaredWide(name string) error {
	order := "UTF-16BE"
	if p.wide == binary.LittleEndian {
		order = "UTF-16LE"
	}
	switch {
	case name == "UTF-16" || name == order:
		return nil
	case strings.HasPrefix(name, "ISO-10646-UCS-2") || strings.HasPrefix(name, "UCS-2"):
		return &SyntaxError{Offset: p.pos, Detail: "the declared encoding is not read", kind: ErrEncoding}
	}
	return &SyntaxError{Offset: p.pos, Detail: "the declared encoding cannot be that of the file, which is in " + order, kind: ErrContradiction}
}

// weightOfWide estimates how many bytes of memory the tree of a file in UTF-16 takes:
// every node but a text begins with a "<", and every attribute has a "=".
func weightOfWide(file []byte, order binary.ByteOrder) int64 {
	tags, values := 0, 0
	for i := 0; i+1 < len(file); i += 2 {
		switch order.Uint16(file[i:]) {
		case '<':
			tags++
		case '=':
			values++
		}
	}
	return int64(min(2*tags, MaxNodes))*weightOfNode + int64(min(values, MaxAttributes))*weightOfAttribute + int64(len(file))*weightOfRecoded
}
