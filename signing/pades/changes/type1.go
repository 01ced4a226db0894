package changes

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
)

// type1 is a font program of that type (Adobe Type 1 Font Format) whose outlines
// are being followed.
type type1 struct {
	tracer
	subroutines map[int]reader
	glyphs      []reader
	passed      []float64 // to the procedures of the font
}

// type1Ink is what the outlines of such a font take, in ems.
func type1Ink(data []byte, work *int64) (rectangle, error) {
	head, rest, found := bytes.Cut(unwrapped(data), []byte("eexec"))
	if !found {
		return noPath, errContent
	}
	m, err := type1Matrix(head)
	if err != nil {
		return noPath, err
	}
	t := &type1{tracer: tracer{work: work}, subroutines: map[int]reader{}}
	if err := t.read(decrypted(binaryOf(bytes.TrimLeft(rest, " \t\r\n")), 55665, 4)); err != nil {
		return noPath, err
	}
	all := noPath
	for _, glyph := range t.glyphs {
		t.begin()
		t.passed = nil
		if _, err := t.run(glyph, 0); err != nil {
			return noPath, err
		}
		all.join(m.boxOf(t.ink))
	}
	return t.accented(all, m), nil
}

// unwrapped takes away the segments that such fonts are kept in on disk.
func unwrapped(data []byte) []byte {
	var all []byte
	for len(data) >= 6 && data[0] == 0x80 && data[1] < 3 {
		size := int(data[2]) | int(data[3])<<8 | int(data[4])<<16 | int(data[5])<<24
		size = min(size, len(data)-6)
		all, data = append(all, data[6:6+size]...), data[6+size:]
	}
	return append(all, data...)
}

// binaryOf reads the hexadecimal digits that an encrypted part may be written in.
func binaryOf(data []byte) []byte {
	text := withoutSpace(data)
	end := bytes.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) })
	if end < 0 {
		end = len(text)
	}
	if end < 8 {
		return data
	}
	text = text[:end&^1]
	out := make([]byte, len(text)/2)
	hex.Decode(out, text) // which are digits
	return out
}

// decrypted undoes the encryption of chapter 7.
func decrypted(data []byte, key uint16, skip int) reader {
	out := make([]byte, len(data))
	for i, c := range data {
		out[i] = c ^ byte(key>>8)
		key = (uint16(c)+key)*52845 + 22719
	}
	return out[min(skip, len(out)):]
}

// type1Matrix is how a font is scaled to ems.
func type1Matrix(head []byte) (matrix, error) {
	_, after, found := bytes.Cut(head, []byte("/FontMatrix"))
	if !found || bytes.Contains(after, []byte("/FontMatrix")) || bytes.Contains(head, []byte("/WeightVector")) {
		return matrix{}, errContent
	}
	after = bytes.TrimLeft(after, " \t\r\n")
	end := bytes.IndexAny(after, "]}")
	if end < 1 || after[0] != '[' && after[0] != '{' {
		return matrix{}, errContent
	}
	words := strings.Fields(string(after[1:end]))
	m := matrix{}
	if len(words) != len(m) {
		return m, errContent
	}
	for i, word := range words {
		n, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return m, errContent
		}
		m[i] = n
	}
	return m, onlyIf(m[0]*m[3] != m[1]*m[2])
}

// read finds the subroutines and the outlines in the private part.
func (t *type1) read(private reader) error {
	if bytes.Count(private, []byte("/CharStrings")) != 1 || bytes.Count(private, []byte("/Subrs")) > 1 {
		return errContent
	}
	skip := 4
	if _, after, found := bytes.Cut(private, []byte("/lenIV")); found {
		n, _, ok := word(after)
		if skip, _ = strconv.Atoi(n); !ok {
			return errContent
		}
	}
	for rest, part := []byte(private), ""; ; {
		token, after, ok := word(rest)
		if rest = after; !ok {
			return onlyIf(len(t.glyphs) > 0)
		}
		var code reader
		var number int
		var err error
		switch {
		case token == "/Subrs" || token == "/CharStrings":
			part = token
		case part == "/Subrs" && token == "dup":
			number, rest = whole(rest)
			code, rest, err = coded(rest, skip)
			t.subroutines[number] = code
		case part == "/CharStrings" && token[0] == '/':
			code, rest, err = coded(rest, skip)
			t.glyphs = append(t.glyphs, code)
		case part == "/Subrs" && (token == "ND" || token == "|-" || token == "def"):
			part = ""
		case part == "/CharStrings" && token == "end":
			return onlyIf(len(t.glyphs) > 0)
		}
		if err != nil {
			return err
		}
	}
}

// coded reads a size, the operator that reads so much, and what that reads.
func coded(text []byte, skip int) (code reader, rest []byte, err error) {
	size, rest := whole(text)
	operator, rest, _ := word(rest)
	if operator != "RD" && operator != "-|" || size < 0 || 1+size > len(rest) {
		return nil, nil, errContent
	}
	code, rest = rest[1:1+size], rest[1+size:]
	if skip >= 0 {
		code = decrypted(code, 4330, skip)
	}
	return code, rest, nil
}

// whole reads a whole number, -1 when there is none.
func whole(text []byte) (n int, rest []byte) {
	token, rest, _ := word(text)
	n, err := strconv.Atoi(token)
	if err != nil {
		return -1, rest
	}
	return n, rest
}

// word reads a word, which begins a new one with a solidus, or a bracket.
func word(text []byte) (token string, rest []byte, ok bool) {
	text = bytes.TrimLeft(text, " \t\r\n\f\x00")
	if len(text) == 0 {
		return "", nil, false
	}
	n := 1
	if bytes.IndexByte([]byte("[]{}()<>%"), text[0]) < 0 {
		n += end(text[1:], delimiters)
	}
	return string(text[:n]), text[n:], true
}

// run follows the outline of a glyph, or a part of it; done says that it has ended.
func (t *type1) run(code reader, calls int) (done bool, err error) {
	for at := 0; at < len(code); {
		if len(t.stack) > maxArguments || calls > maxCalls {
			return true, errContent
		}
		if err := spend(t.work, 1); err != nil {
			return true, err
		}
		var n float64
		switch b := code[at]; {
		case b == 255:
			n, at = float64(int32(code.unsigned(at+1, 4))), at+5
		case b >= 32:
			n, at = code.small(at)
		case b == 11: // return
			return false, nil
		case b == 14: // the end
			return true, nil
		case b == 10:
			last := len(t.stack) - 1
			if last < 0 {
				return true, errContent
			}
			n := int(t.stack[last])
			t.stack, at = t.stack[:last], at+1
			if done, err := t.run(t.subroutines[n], calls+1); done || err != nil {
				return done, err
			}
			continue
		case b == 12:
			done, err := t.escaped(code.unsigned(at+1, 1))
			if done || err != nil {
				return true, err
			}
			at += 2
			continue
		default:
			if err := t.operate(b); err != nil {
				return true, err
			}
			at++
			continue
		}
		t.stack = append(t.stack, n)
	}
	return false, nil
}

// operate applies an operator of one byte.
func (t *type1) operate(b byte) error {
	a := t.stack
	arguments, known := map[byte]int{1: 2, 3: 2, 4: 1, 5: 2, 6: 1, 7: 1, 8: 6, 9: 0, 13: 2, 21: 2, 22: 1, 30: 4, 31: 4}[b]
	if !known || len(a) != arguments {
		return errContent
	}
	t.stack = nil
	switch b {
	case 4, 7:
		return t.along(a[0], false)
	case 6, 22:
		return t.along(a[0], true)
	case 5, 8, 21:
		return t.moves(a)
	case 13:
		t.x, t.y = a[0], 0
	case 30:
		return t.moves([]float64{0, a[0], a[1], a[2], a[3], 0})
	case 31:
		return t.moves([]float64{a[0], 0, a[1], a[2], 0, a[3]})
	}
	return nil
}

// escaped applies an operator of two bytes. Two curves of a flex are moves through
// their points, and hints change nothing.
func (t *type1) escaped(b int) (done bool, err error) {
	a := t.stack
	n := len(a)
	switch b {
	case 0, 1, 2, 33:
		t.stack = nil
	case 6: // an accent on a letter
		if n != 5 {
			return true, errContent
		}
		t.accents = append(t.accents, [2]float64{t.x + a[1] - a[0], a[2]})
		return true, nil
	case 7:
		if n != 4 {
			return true, errContent
		}
		t.x, t.y, t.stack = a[0], a[1], nil
	case 12:
		if n < 2 || a[n-1] == 0 {
			return true, errContent
		}
		t.stack = append(a[:n-2:n-2], a[n-2]/a[n-1])
	case 16:
		return false, t.procedure()
	case 17:
		if len(t.passed) == 0 {
			return true, errContent
		}
		last := len(t.passed) - 1
		t.stack, t.passed = append(a, t.passed[last]), t.passed[:last]
	default:
		return true, errContent
	}
	return false, nil
}

// procedure calls one of the procedures that every font has: the first three make
// a flex, the fourth changes hints.
func (t *type1) procedure() error {
	n := len(t.stack)
	if n < 2 {
		return errContent
	}
	number, arguments := t.stack[n-1], int(t.stack[n-2])
	if number < 0 || number > 3 || arguments < 0 || arguments > n-2 {
		return errContent
	}
	t.passed = append(t.passed[:0], t.stack[n-2-arguments:n-2]...)
	t.stack = t.stack[:n-2-arguments]
	return nil
}
