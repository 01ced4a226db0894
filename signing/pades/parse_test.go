package pades

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"null", "<nil>"},
		{"true", "true"},
		{"-17", "-17"},
		{"+.5", "0.5"},
		{"4.", "4"},
		{"99999999999999999999", "1e+20"},
		{"12 0 R", "12 0 R"},
		{"[1 0 2 0 R 3]", "[1 0 2 0 R 3]"},
		{"[1 0 R/A(x)<41>null]", "[1 0 R A x A <nil>]"},
		{"/Name", "Name"},
		{"/", ""},
		{"/A#20B#2f", "A B/"},
		{"<</A 1/B[/C]>>", "A=1 B=[C]"},
		{"% comment\n<</A%x\r1>>", "A=1"},
		{"(a(b)c)", "a(b)c"},
		{`(\n\r\t\b\f\(\)\\\x)`, "\n\r\t\b\f()\\x"},
		{`(\101\1012\53\7x\400)`, "AA2+\ax\x00"},
		{"(a\\\nb\\\r\nc\\\rd)", "abcd"},
		{"(a\r\nb\rc\nd)", "a\nb\nc\nd"},
		{"<48 65\n6c6C6f>", "Hello"},
		{"<414>", "A@"},
		{"<>", ""},
	} {
		for _, discard := range []bool{false, true} {
			p := &parser{data: []byte(c.text), discard: discard}
			o, err := p.object(0)
			if err != nil || p.pos != len(c.text) {
				t.Errorf("%q: %v at %d", c.text, err, p.pos)
			}
			if got := show(o); !discard && got != c.want {
				t.Errorf("%q: %q, want %q", c.text, got, c.want)
			}
		}
	}
}

func show(o Object) string {
	switch o := o.(type) {
	case String:
		return string(o.Value)
	case Array:
		parts := []string{}
		for _, e := range o {
			parts = append(parts, show(e))
		}
		return fmt.Sprint(parts)
	case Dict:
		text := ""
		for i, e := range o {
			if i > 0 {
				text += " "
			}
			text += string(e.Key) + "=" + show(e.Value)
		}
		return text
	}
	return fmt.Sprint(o)
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"", " ", "%", "nul", "nulls", "R", "]", ">>", ">", ")", "}", "{", "+", "-", ".", "--1", "1-", "1.2.3", "1e5", "0x10",
		"[", "[1", "[1>>", "<<", "<</A", "<</A>>", "<<1 2>>", "<</A 1", "<</A 1>", "(", "(()", "(\\", "(\\)", "<", "<4",
		"/A#", "/A#4", "/A#4g", "/A#00", "5 0 obj", "[1 0 obj]",
	} {
		for _, discard := range []bool{false, true} {
			p := &parser{data: []byte(text), discard: discard}
			o, err := p.object(0)
			if err == nil && p.pos == len(text) {
				t.Errorf("%q is read as %v", text, o)
			}
		}
	}
}

func TestDuplicate(t *testing.T) {
	for _, size := range []int{2, 16, 17, 100} {
		var dict Dict
		for i := range size {
			dict = append(dict, Entry{Key: Name(fmt.Sprint("K", i))})
		}
		if key, twice := dict.Duplicate(); twice {
			t.Errorf("%d keys: /%s is not there twice", size, key)
		}
		dict[size-1].Key = "K0"
		if key, twice := dict.Duplicate(); !twice || key != "K0" {
			t.Errorf("%d keys: duplicate /%s, %v", size, key, twice)
		}
	}
}

func TestUnfilterPNG(t *testing.T) {
	// Rows of two pixels of two bytes, each written with another filter.
	want := []byte{10, 20, 30, 40, 11, 22, 33, 44, 200, 1, 5, 250, 7, 7, 7, 7, 90, 80, 70, 60}
	encoded := []byte{
		0, 10, 20, 30, 40,
		1, 11, 22, 22, 22,
		2, 189, 235, 228, 206,
		3, 163, 7, 1, 135,
		4, 83, 73, 236, 236,
	}
	got, err := unfilterPNG(slices.Clone(encoded), 4, 2)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if _, err = unfilterPNG([]byte{5, 0}, 1, 1); err == nil || err.Error() != "pdf syntax: unknown PNG filter 5" {
		t.Errorf("filter 5: %v", err)
	}
	if _, err = unfilterPNG([]byte{0, 0, 0}, 1, 1); err == nil || err.Error() != "pdf syntax: predicted data is not made of whole rows" {
		t.Errorf("half a row: %v", err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := deflate([]byte("text"))
	flate := Entry{Key: "Filter", Value: Name("FlateDecode")}
	for _, test := range []struct {
		dict Dict
		said string
	}{
		{Dict{{Key: "Filter", Value: Name("LZWDecode")}}, "filter \"LZWDecode\" is not supported here"},
		{Dict{{Key: "Filter", Value: Array{Name("ASCIIHexDecode"), Name("FlateDecode")}}}, "filter \"ASCIIHexDecode\" is not supported here"},
		{Dict{{Key: "Filter", Value: Array{Integer(1)}}}, "malformed stream filter"},
		{Dict{{Key: "Filter", Value: Ref{Number: 1}}}, "malformed stream filter"},
		{Dict{flate, {Key: "F", Value: String{Value: []byte("elsewhere")}}}, "stream data in another file"},
		{Dict{flate, {Key: "DecodeParms", Value: Ref{Number: 1}}}, "malformed filter parameters"},
		{Dict{flate, {Key: "DecodeParms", Value: Dict{{Key: "Predictor", Value: Integer(2)}}}}, "predictor 2 is not supported here"},
		{Dict{flate, {Key: "DecodeParms", Value: Dict{{Key: "Predictor", Value: Integer(12)}, {Key: "Columns", Value: Integer(-1)}}}}, "/Columns is not an integer between 1 and 1048576"},
		{Dict{flate, {Key: "DecodeParms", Value: Array{Dict{{Key: "Predictor", Value: Integer(99)}}}}}, "/Predictor is not an integer between 1 and 15"},
	} {
		if data, err := decode(good, test.dict, 1000); err == nil || !strings.Contains(err.Error(), test.said) {
			t.Errorf("%v is read as %q, %v", test.dict, data, err)
		}
	}
	for said, raw := range map[string][]byte{"compressed data: unexpected EOF": good[:len(good)-5], "zlib: invalid checksum": append(slices.Clone(good[:len(good)-1]), good[len(good)-1]^1)} {
		if data, err := decode(raw, Dict{flate}, 1000); err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("%s: data is read as %q, %v", said, data, err)
		}
	}
	if _, err := decode(good, Dict{flate}, 3); err == nil || !strings.Contains(err.Error(), "compressed data inflates beyond 3 bytes") {
		t.Errorf("more than the limit is inflated: %v", err)
	}
}
