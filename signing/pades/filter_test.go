package pades

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/hex"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// streamOf reads the data of a stream with a dictionary.
func streamOf(t *testing.T, dict string, data []byte) ([]byte, error) {
	t.Helper()
	b := sample{10: ""}.start()
	b.object(10, "<<"+dict+"/Length "+itoa(len(data))+">>stream\n"+string(data)+"\nendstream")
	b.table("/ID[<31><31>]")
	d := mustRead(t, b.out)
	o, err := d.Object(0, Ref{Number: 10})
	s, ok := o.(*Stream)
	if err != nil || !ok {
		t.Fatalf("%v, %v", o, err)
	}
	return d.StreamData(s)
}

func itoa(n int) string { return strconv.Itoa(n) }

// TestFilters decodes what other programs wrote: the examples of the standard and
// encoders that are not ours, or are as plain as can be.
func TestFilters(t *testing.T) {
	text := []byte("BT /F1 20 Tf 50 700 Td (Pay 100) Tj ET " + strings.Repeat("0 0 9 9 re f ", 40))
	a85 := make([]byte, ascii85.MaxEncodedLen(len(text)))
	a85 = append(a85[:ascii85.Encode(a85, text)], "~>"...)
	var flat bytes.Buffer
	w := zlib.NewWriter(&flat)
	w.Write(text)
	w.Close()
	a85flat := make([]byte, ascii85.MaxEncodedLen(flat.Len()))
	a85flat = append(a85flat[:ascii85.Encode(a85flat, flat.Bytes())], "~>"...)
	bad := func(s string) []byte { return []byte(s) }
	for _, c := range []struct {
		name, dict string
		data, want []byte
	}{
		{"none", "", text, text},
		{"hexadecimal", "/Filter/ASCIIHexDecode", append([]byte(hex.EncodeToString(text)), '>'), text},
		{"hexadecimal, odd, in lines", "/Filter/AHx", bad("61\n62 7> rest"), bad("abp")},
		{"hexadecimal without an end", "/Filter/AHx", bad("6162"), nil},
		{"hexadecimal of other letters", "/Filter/AHx", bad("61x2>"), nil},
		{"base 85", "/Filter/ASCII85Decode", a85, text},
		{"base 85 of zeros", "/Filter/A85", bad("z~>"), []byte{0, 0, 0, 0}},
		{"base 85 without an end", "/Filter/A85", a85[:len(a85)-2], nil},
		{"base 85 of other letters", "/Filter/A85", bad("v!!!!~>"), nil},
		{"as ReportLab writes", "/Filter[/ASCII85Decode/FlateDecode]", a85flat, text},
		{"with parameters of the second", "/Filter[/ASCII85Decode/FlateDecode]/DecodeParms[null<</Predictor 1>>]", a85flat, text},
		{"with too few parameters", "/Filter[/ASCII85Decode/FlateDecode]/DecodeParms[null]", a85flat, nil},
		{"with parameters of nobody", "/Filter[/ASCII85Decode/FlateDecode]/DecodeParms<</Predictor 1>>", a85flat, nil},
		{"with parameters of the first", "/Filter/ASCII85Decode/DecodeParms<</Predictor 1>>", a85, nil},
		{"runs", "/Filter/RunLengthDecode", []byte{2, 'a', 'b', 'c', 254, 'd', 0, 'e', 128, 'x'}, bad("abcddde")},
		{"runs without an end", "/Filter/RL", []byte{0, 'a'}, nil},
		{"runs that end early", "/Filter/RL", []byte{5, 'a', 128}, nil},
		{"a run of nothing", "/Filter/RL", []byte{200}, nil},
		{"the example of LZW", "/Filter/LZWDecode", []byte{0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01}, []byte{45, 45, 45, 45, 45, 65, 45, 45, 45, 66}},
		{"LZW without an end", "/Filter/LZW", []byte{0x80, 0x0B, 0x60}, nil},
		{"LZW of a code that is none", "/Filter/LZW", []byte{0x80, 0x0B, 0xFF, 0xFF}, nil},
		{"LZW with parameters", "/Filter/LZW/DecodeParms<</EarlyChange 0>>", []byte{0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01}, nil},
		{"an image", "/Filter/DCTDecode", bad("x"), nil},
		{"four", "/Filter[/AHx/AHx/AHx/AHx]", bad("3336333133653365>"), nil},
		{"five", "/Filter[/AHx/AHx/AHx/AHx/AHx]", bad("3E>"), nil},
	} {
		got, err := streamOf(t, c.dict, c.data)
		if (err == nil) != (c.want != nil) || !bytes.Equal(got, c.want) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}

// TestLZW decodes what a plain encoder wrote, through every width of codes and
// several tables.
func TestLZW(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, letters := range []int{1, 2, 30, 256} {
		text := make([]byte, 40000)
		for i := range text {
			text[i] = byte(random.IntN(letters))
		}
		got, err := lzw(lzwEncoded(text), 1<<20)
		if err != nil || !bytes.Equal(got, text) {
			t.Errorf("%d letters: %d bytes, %v", letters, len(got), err)
		}
		if _, err := lzw(lzwEncoded(text), int64(len(text))-1); err == nil {
			t.Errorf("%d letters: more than the limit", letters)
		}
	}
}

// lzwEncoded writes codes as 7.4.4.2 describes it, a clear-table code before the
// table is full.
func lzwEncoded(text []byte) []byte {
	var out []byte
	bits, have, width := 0, 0, 9
	put := func(code int) {
		bits, have = bits<<width|code, have+width
		for have >= 8 {
			have -= 8
			out = append(out, byte(bits>>have))
			bits &= 1<<have - 1
		}
	}
	var table map[string]int
	fresh := func() {
		put(256)
		table, width = map[string]int{}, 9
		for i := range 256 {
			table[string([]byte{byte(i)})] = i
		}
	}
	fresh()
	next, seen := 258, ""
	for _, b := range text {
		longer := seen + string([]byte{b})
		if _, ok := table[longer]; ok {
			seen = longer
			continue
		}
		put(table[seen])
		table[longer] = next
		if next++; next == 1<<width && width < 12 {
			width++
		}
		if seen = string([]byte{b}); next == 4095 {
			fresh()
			next = 258
		}
	}
	put(table[seen])
	if next++; next == 1<<width && width < 12 {
		width++
	}
	put(257)
	return append(out, byte(bits<<(8-have)))
}
