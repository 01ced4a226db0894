package pades

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// source is an object in the spelling of the revision that it is taken from, so
// that what is only carried along stays the same byte for byte.
type source []byte

// spelled returns a copy of a dictionary whose entries keep their spelling where
// the file has one; an entry from an object stream is written anew.
// What stands there twice, with the same value, stays once.
func (u *increment) spelled(dict Dict) Dict {
	kept := slices.Clone(dict)
	if _, twice := dict.Duplicate(); twice {
		there := map[Name]bool{}
		kept = slices.DeleteFunc(kept, func(e Entry) bool {
			before := there[e.Key]
			there[e.Key] = true
			return before
		})
	}
	for i, e := range kept {
		// Elsewhere a string would be encrypted with another key.
		if e.End > e.Start && (u.doc.encryption == nil || !hasString(e.Value)) {
			kept[i] = Entry{Key: e.Key, Value: source(u.doc.file[e.Start:e.End])}
		}
	}
	return kept
}

// with returns the dictionary with the value of key replaced or added.
func (d Dict) with(key Name, value Object) Dict {
	for i, e := range d {
		if e.Key == key {
			d = slices.Clone(d)
			d[i] = Entry{Key: key, Value: value}
			return d
		}
	}
	return append(d[:len(d):len(d)], Entry{Key: key, Value: value})
}

// appendObject writes an object as 7.3 spells it.
func appendObject(out []byte, o Object) []byte {
	switch o := o.(type) {
	case source:
		return append(out, o...)
	case bool:
		return strconv.AppendBool(out, o)
	case Integer:
		return strconv.AppendInt(out, int64(o), 10)
	case Real:
		return strconv.AppendFloat(out, float64(o), 'f', -1, 64)
	case Name:
		return appendName(out, o)
	case String:
		return appendString(out, o)
	case Ref:
		return append(out, o.String()...)
	case Array:
		out = append(out, '[')
		for i, e := range o {
			if i > 0 {
				out = append(out, ' ')
			}
			out = appendObject(out, e)
		}
		return append(out, ']')
	case Content:
		c := o.packed()
		return appendStream(out, c.Dict, c.Data)
	case Dict:
		out = append(out, "<<"...)
		for _, e := range o {
			out = appendName(out, e.Key)
			out = append(out, ' ')
			out = appendObject(out, e.Value)
			// A value may end with a regular character; the next key begins
			// with a delimiter, so nothing runs together.
		}
		return append(out, ">>"...)
	}
	return append(out, "null"...)
}

// appendName writes a name; what is not regular or not printable is escaped
// (7.3.5).
func appendName(out []byte, n Name) []byte {
	out = append(out, '/')
	for i := range len(n) {
		if c := n[i]; c > '~' || c < '!' || c == '#' || !isRegular(c) {
			out = fmt.Appendf(out, "#%02X", c)
		} else {
			out = append(out, c)
		}
	}
	return out
}

// appendString writes printable ASCII as a literal, everything else in
// hexadecimal digits, which need no escapes.
func appendString(out []byte, s String) []byte {
	if s.plain || !printable(s.Value) {
		out = append(out, '<')
		out = append(out, hex.EncodeToString(s.Value)...)
		return append(out, '>')
	}
	out = append(out, '(')
	for _, c := range s.Value {
		if c == '(' || c == ')' || c == '\\' {
			out = append(out, '\\')
		}
		out = append(out, c)
	}
	return append(out, ')')
}

func printable[T string | []byte](text T) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// Content is a stream that is yet to be written.
type Content struct {
	Dict Dict // without /Length and /Filter
	Data []byte

	final bool // packed, and encrypted where the file is
}

// worthDeflating is the length from which compression pays: revocation lists
// shrink to a third, a certificate hardly.
const worthDeflating = 8 << 10

// packed returns the stream with its data deflated where that pays.
func (c Content) packed() Content {
	if !c.final && len(c.Data) >= worthDeflating {
		var deflated bytes.Buffer
		w := zlib.NewWriter(&deflated)
		w.Write(c.Data) // to memory: no error is possible
		w.Close()
		// Readers bound what a byte may inflate to.
		if len(c.Data) < 20*deflated.Len() {
			c.Data = deflated.Bytes()
			c.Dict = append(c.Dict[:len(c.Dict):len(c.Dict)], Entry{Key: "Filter", Value: Name("FlateDecode")})
		}
	}
	return c
}

func appendStream(out []byte, dict Dict, data []byte) []byte {
	out = appendObject(out, append(dict[:len(dict):len(dict)], Entry{Key: "Length", Value: Integer(len(data))}))
	out = append(out, "\nstream\n"...)
	out = append(out, data...)
	return append(out, "\nendstream"...)
}

// maxText bounds one text of a signature dictionary, in bytes.
const maxText = 8192

// textString encodes a text (7.9.2.2): UTF-16BE in hexadecimal digits, so that
// no byte of it can be taken for a delimiter, whatever the script.
func textString(text string) (String, error) {
	if len(text) > maxText || !utf8.ValidString(text) {
		return String{}, fmt.Errorf("%w: a text is longer than %d bytes or not UTF-8", ErrRevision, maxText)
	}
	if printable(text) {
		return String{Value: []byte(text)}, nil
	}
	value := []byte{0xFE, 0xFF}
	for _, unit := range utf16.Encode([]rune(text)) {
		value = append(value, byte(unit>>8), byte(unit))
	}
	return String{Value: value, plain: true}, nil
}

var errYear = errors.New("a year before 0 or after 9999")

// dateString encodes a date (7.9.4) with its zone.
func dateString(t time.Time) (String, error) {
	if _, offset := t.Zone(); offset%60 != 0 {
		t = t.UTC()
	}
	if t.Year() < 0 || t.Year() > 9999 {
		return String{}, fmt.Errorf("%w: %w", ErrRevision, errYear)
	}
	zone := t.Format("-0700")
	return String{Value: []byte(t.Format("D:20060102150405") + zone[:3] + "'" + zone[3:] + "'")}, nil
}
