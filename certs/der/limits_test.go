package der

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"testing"
)

// refused checks what an error says; "" is none. Whatever is refused for its
// form is ErrSyntax.
func refused(t *testing.T, name string, err error, said string) {
	t.Helper()
	switch {
	case said == "" && err != nil:
		t.Errorf("%s: %v", name, err)
	case said != "" && (err == nil || !errors.Is(err, ErrSyntax) || err.Error() != "not valid DER: "+said):
		t.Errorf("%s: %v, want %q", name, err, said)
	}
}

// The same outline is refused by every way to read it, for the same reason.
func TestOutlineIsRefusedForItsReason(t *testing.T) {
	long := strings.Repeat("00", 0x80)
	for _, test := range []struct{ hex, said, ber string }{
		{"0500", "", ""},
		{"05", "truncated", "truncated"},
		{"0501", "truncated", "truncated"},
		{"0400ff", "bytes follow the element", "bytes follow the element"},
		{"1e00", "", ""},
		{"1f00", "tag number above 30", "tag number above 30"},
		{"3080", "indefinite length", "truncated"},
		{"0480", "indefinite length", "primitive element of indefinite length"},
		{"30800000", "indefinite length", ""},
		{"047f" + long[2:], "", ""},
		{"04817f" + long[2:], "length not in its shortest form", ""},
		{"048180" + long, "", ""},
		{"04820080" + long, "length not in its shortest form", ""},
		{"048400000080" + long, "length not in its shortest form", ""},
		{"04850000000080" + long, "length too long", ""},
		{"0488000000000000008" + "0" + long, "length too long", ""},
		{"048900000000000000008" + "0" + long, "length too long", "length too long"},
		{"04880000000100000000", "length too long", "truncated"},
		{"0488000000ffffffffff", "length too long", "truncated"},
		{"04880000ffffffffffff", "length too long", "length too long"},
		{"0482ff", "length too long", "length too long"},
		{"0484ffffffff", "truncated", "truncated"},
	} {
		b := unhex(t, test.hex)
		_, err := One(b)
		refused(t, "One "+short(test.hex), err, test.said)
		_, err = FromBER(b)
		refused(t, "FromBER "+short(test.hex), err, test.ber)
		if test.said == "bytes follow the element" {
			continue
		}
		r := NewReader(b)
		_, err = r.Next()
		refused(t, "Next "+short(test.hex), err, test.said)
		_, err = NewReader(b).Expect(Tag(b[0]))
		refused(t, "Expect "+short(test.hex), err, test.said)
		if _, ok, err := NewReader(b).Optional(Tag(b[0])); ok != (err == nil) || ok != (test.said == "") {
			t.Errorf("Optional %s: %v, %v", short(test.hex), ok, err)
		}
		if r.Empty() != (test.said == "") || r.Empty() && r.Done() != nil {
			t.Errorf("after %s are left %x", short(test.hex), r.Rest())
		}
	}
	_, err := NewReader(unhex(t, "0500")).Expect(OctetString)
	refused(t, "another tag", err, "another element was expected here")
	_, err = NewReader(nil).Expect(OctetString)
	refused(t, "nothing", err, "another element was expected here")
	refused(t, "left over", NewReader(unhex(t, "0500")).Done(), "bytes are left over")
	_, err = Inside(unhex(t, "0500"), SequenceTag)
	refused(t, "inside of another", err, "another element was expected here")
	if _, ok, err := NewReader(unhex(t, "0500")).Optional(OctetString); ok || err != nil {
		t.Errorf("optional, another: %v, %v", ok, err)
	}
	if tag, ok := NewReader(nil).Peek(); ok || tag != 0 {
		t.Errorf("peeked %x", tag)
	}
	for most, want := range map[int]int{0: 0, 2: 2, 3: 3, 9: 3} {
		if got := NewReader(unhex(t, "0500"+"0500"+"0500"+"04")).Count(most); got != want {
			t.Errorf("counted %d of at most %d", got, most)
		}
	}
}

func short(s string) string { return s[:min(len(s), 24)] }

// Nesting and number of elements, at the limit and one beyond, in both
// encodings.
func TestLimitsOfFromBER(t *testing.T) {
	nested := func(depth int, indefinite bool) []byte {
		b := NullValue()
		for range depth {
			if indefinite {
				b = append(append([]byte{0x30, 0x80}, b...), 0, 0)
			} else {
				b = Sequence(b)
			}
		}
		return b
	}
	for _, indefinite := range []bool{false, true} {
		_, err := FromBER(nested(maxDepth, indefinite))
		refused(t, "nested", err, "")
		_, err = FromBER(nested(maxDepth+1, indefinite))
		refused(t, "nested too deeply", err, "nested too deeply")
	}
	if maxDepth != 40 || maxConstructed != 1<<22 || !strings.Contains(ErrTooManyElements.Error(), "4194304") {
		t.Errorf("the limits are %d and %d: %v", maxDepth, maxConstructed, ErrTooManyElements)
	}
	streamed := func(inner []byte) []byte { return append(append([]byte{0x30, 0x80}, inner...), 0, 0) }
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"DER, more elements than are counted":  {Sequence(bytes.Repeat(Sequence(), maxConstructed+1)), nil},
		"BER, more elements, none constructed": {streamed(bytes.Repeat(NullValue(), maxConstructed+1)), nil},
		"BER, as many as have memory":          {streamed(bytes.Repeat(Sequence(), maxConstructed-1)), nil},
		"BER, one more":                        {streamed(bytes.Repeat(Sequence(), maxConstructed)), ErrTooManyElements},
	} {
		out, err := FromBER(c.b)
		if !errors.Is(err, c.want) || err == nil && !wholly(out) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for hex, said := range map[string]string{
		"2403020105":          "octet string has a piece that is none",
		"3080020105":          "truncated",
		"308002010500":        "truncated",
		"2405240304" + "0101": "", // pieces of pieces
	} {
		_, err := FromBER(unhex(t, hex))
		refused(t, hex, err, said)
	}
	in := Sequence(Octets([]byte("x")))
	if out, err := FromBER(in); err != nil || &out[0] != &in[0] {
		t.Errorf("DER is copied, %v", err)
	}
}

// Values at the limits of their types, and one beyond.
func TestValuesAreRefusedForTheirReason(t *testing.T) {
	for _, test := range []struct {
		hex  string
		want int
		said string
	}{
		{"020100", 0, ""}, {"02017f", 127, ""}, {"02020080", 128, ""}, {"02047fffffff", 1<<31 - 1, ""},
		{"02050080000000", 0, "integer out of range"}, {"0206010000000000", 0, "integer out of range"}, {"0201ff", 0, "integer out of range"},
		{"0200", 0, "empty integer"}, {"02020001", 0, "integer not in its shortest form"}, {"0202ff80", 0, "integer not in its shortest form"},
		{"0202ff7f", 0, "integer out of range"}, {"0500", 0, "another element was expected here"},
	} {
		got, err := NewReader(unhex(t, test.hex)).ReadInt()
		refused(t, "ReadInt "+test.hex, err, test.said)
		if err == nil && got != test.want {
			t.Errorf("ReadInt %s: %d", test.hex, got)
		}
		n, err := NewReader(unhex(t, test.hex)).ReadInteger()
		if test.said != "integer out of range" {
			refused(t, "ReadInteger "+test.hex, err, test.said)
		} else if err != nil || n.IsInt64() && n.Int64() == 0 {
			t.Errorf("ReadInteger %s: %v, %v", test.hex, n, err)
		}
	}
	for hex, n := range map[string]int64{"0201ff": -1, "0202ff7f": -129, "02020080": 128} {
		if got, err := NewReader(unhex(t, hex)).ReadInteger(); err != nil || got.Cmp(big.NewInt(n)) != 0 {
			t.Errorf("ReadInteger %s: %v, %v, want %d", hex, got, err, n)
		}
	}
	for _, test := range []struct {
		hex, said string
		oid       asn1.ObjectIdentifier
	}{
		{"2a", "", asn1.ObjectIdentifier{1, 2}}, {"27", "", asn1.ObjectIdentifier{0, 39}}, {"28", "", asn1.ObjectIdentifier{1, 0}},
		{"4f", "", asn1.ObjectIdentifier{1, 39}}, {"50", "", asn1.ObjectIdentifier{2, 0}}, {"8837", "", asn1.ObjectIdentifier{2, 999}},
		{"550403", "", asn1.ObjectIdentifier{2, 5, 4, 3}}, {"55047f", "", asn1.ObjectIdentifier{2, 5, 4, 127}}, {"551d0f", "", asn1.ObjectIdentifier{2, 5, 29, 15}},
		{"55040a0b", "", asn1.ObjectIdentifier{2, 5, 4, 10, 11}}, {"550503", "", asn1.ObjectIdentifier{2, 5, 5, 3}}, {"560403", "", asn1.ObjectIdentifier{2, 6, 4, 3}},
		{"2a87ffffff7f", "", asn1.ObjectIdentifier{1, 2, 1<<31 - 1}}, {"2a8880808000", "object identifier arc too large", nil},
		{"", "object identifier cut short", nil}, {"2a81", "object identifier cut short", nil}, {"550481", "object identifier cut short", nil},
		{"2a8001", "object identifier not in its shortest form", nil}, {"8001", "object identifier not in its shortest form", nil},
	} {
		got, err := ParseOID(unhex(t, test.hex))
		refused(t, "ParseOID "+test.hex, err, test.said)
		if err == nil && (!got.Equal(test.oid) || !bytes.Equal(OID(test.oid)[2:], unhex(t, test.hex))) {
			t.Errorf("ParseOID %s: %v, written as %x", test.hex, got, OID(test.oid))
		}
	}
	for hex, said := range map[string]string{"00": "", "ff": "", "01": "boolean is neither 00 nor FF", "": "boolean is neither 00 nor FF", "ff00": "boolean is neither 00 nor FF"} {
		v, err := ParseBool(unhex(t, hex))
		refused(t, "ParseBool "+hex, err, said)
		if v != (hex == "ff") || err == nil && !bytes.Equal(Bool(v)[2:], unhex(t, hex)) {
			t.Errorf("ParseBool %s: %v", hex, v)
		}
	}
	const count, unused = "bit string without a proper count of unused bits", "unused bits are not zero"
	for _, test := range []struct {
		hex, said string
		unused    int
	}{
		{"00", "", 0}, {"0001", "", 0}, {"0780", "", 7}, {"01fe", "", 1}, {"", count, 0}, {"01", count, 0}, {"0880", count, 0},
		{"01ff", unused, 0}, {"07c0", unused, 0},
	} {
		bits, n, err := ParseBitString(unhex(t, test.hex))
		refused(t, "ParseBitString "+test.hex, err, test.said)
		if n != test.unused || err == nil && hex.EncodeToString(bits) != test.hex[2:] {
			t.Errorf("ParseBitString %s: %x, %d", test.hex, bits, n)
		}
	}
}

// Every field of a time at its first and last value, and one beyond.
func TestTimesAreRefusedForTheirReason(t *testing.T) {
	for _, test := range []struct {
		tag        Tag
		text, want string // RFC 3339, or what is said
	}{
		{UTCTime, "500101000000Z", "1950-01-01T00:00:00Z"}, {UTCTime, "490101000000Z", "2049-01-01T00:00:00Z"},
		{UTCTime, "991231235959Z", "1999-12-31T23:59:59Z"}, {UTCTime, "000101000000Z", "2000-01-01T00:00:00Z"},
		{GeneralizedTime, "20240229000000Z", "2024-02-29T00:00:00Z"}, {GeneralizedTime, "19490101000000Z", "1949-01-01T00:00:00Z"},
		{GeneralizedTime, "20230229000000Z", ""}, {GeneralizedTime, "20230431000000Z", ""}, {GeneralizedTime, "20231301000000Z", ""},
		{GeneralizedTime, "20230001000000Z", ""}, {GeneralizedTime, "20230100000000Z", ""}, {GeneralizedTime, "20230132000000Z", ""},
		{GeneralizedTime, "20230101240000Z", ""}, {GeneralizedTime, "20230101006000Z", ""}, {GeneralizedTime, "20230101000060Z", ""},
		{GeneralizedTime, "20230101000000z", ""}, {GeneralizedTime, "2023010100000:Z", ""}, {GeneralizedTime, "2023010100000/Z", ""},
		{GeneralizedTime, "230101000000Z", ""}, {UTCTime, "20230101000000Z", ""}, {UTCTime, "2301010000Z", ""}, {UTCTime, "", ""},
		{OctetString, "230101000000Z", "a time was expected here"},
	} {
		got, err := ParseTime(Element{Tag: test.tag, Body: []byte(test.text)})
		switch {
		case strings.Contains(test.want, "T"):
			refused(t, test.text, err, "")
			if s := got.Format("2006-01-02T15:04:05Z07:00"); s != test.want {
				t.Errorf("%s is %s", test.text, s)
			}
		case test.want == "":
			refused(t, test.text, err, "malformed time")
		default:
			refused(t, test.text, err, test.want)
		}
	}
}

// Every kind of text, and bytes that its kind does not have.
func TestTexts(t *testing.T) {
	for _, test := range []struct {
		tag       Tag
		hex, want string
		ok        bool
	}{
		{UTF8String, "d2b0", "Ұ", true}, {UTF8String, "41ff", "A\uFFFD", true}, {PrintableString, "41", "A", true}, {IA5String, "40", "@", true}, {0x12, "37", "7", true},
		{0x14, "41e9", "Aé", true}, {0x1e, "04b00041", "ҰA", true}, {0x1e, "04b000", "Ұ", false}, {0x1c, "000004b000000041", "ҰA", true},
		{0x1c, "00110000", "\uFFFD", true}, {0x1c, "000004b0000000", "Ұ", false}, {0x13 + 0x20, "41", "", false}, {OctetString, "41", "", false}, {0x1b, "41", "", false},
	} {
		if got, ok := ParseText(Element{Tag: test.tag, Body: unhex(t, test.hex)}); got != test.want || ok != test.ok {
			t.Errorf("%x of %x is %q, %v", test.hex, test.tag, got, ok)
		}
	}
}

// Lengths in their shortest form, at each of its sizes.
func TestLengths(t *testing.T) {
	for n, want := range map[int]string{
		0: "0400", 0x7f: "047f", 0x80: "048180", 0xff: "0481ff", 0x100: "04820100", 0xffff: "0482ffff", 0x10000: "0483010000", 1<<24 - 1: "0483ffffff", 1 << 24: "048401000000",
	} {
		if got := hex.EncodeToString(AppendHeader(nil, OctetString, n)); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
