package seal

import (
	"encoding/hex"
	"testing"
)

// Examples of RFC 8949, appendix A, and forms that say the same in more bytes.
func TestIntegers(t *testing.T) {
	for n, want := range map[int64]string{
		0: "00", 10: "0a", 23: "17", 24: "1818", 100: "1864", 1000: "1903e8", 1000000: "1a000f4240",
		1000000000000: "1b000000e8d4a51000", -1: "20", -10: "29", -100: "3863", -1000: "3903e7",
	} {
		if got := hex.EncodeToString(appendInt(nil, n)); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
		raw, err := hex.DecodeString(want)
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{rest: raw}
		if got := r.int(); got != n || r.end() != nil {
			t.Errorf("%s: %d, %v", want, got, r.err)
		}
	}
	for _, bad := range []string{"", "18", "1817", "190018", "1a0000ffff", "1b00000000ffffffff", "1bffffffffffffffff", "1c", "1f", "40", "f6", "0000"} {
		raw, err := hex.DecodeString(bad)
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{rest: raw}
		r.int()
		if r.end() == nil {
			t.Errorf("%s is read", bad)
		}
	}
}

func TestMaps(t *testing.T) {
	for in, ok := range map[string]bool{
		"a0": true, "a10102": true, "a201020304": true, "a20126044100": true,
		"a203040102":     false, // out of order
		"a201020102":     false, // twice
		"a2200101":       false, // short
		"bf0102ff":       false, // of unknown length
		"bbffffffffffff": false,
		"a1613102":       false, // a text for a key
	} {
		raw, err := hex.DecodeString(in)
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{rest: raw}
		r.entries(func(int64) {
			if r.peek(majorBytes) {
				r.bytes()
			} else {
				r.int()
			}
		})
		if (r.end() == nil) != ok {
			t.Errorf("%s: %v", in, r.err)
		}
	}
	if got := hex.EncodeToString(appendMap(nil, pair{-1, []byte{2}}, pair{4, []byte{0}}, pair{1, []byte{3}})); got != "a3010304002002" {
		t.Errorf("a map is written as %s", got)
	}
	r := &reader{rest: []byte{0x62, 0xff, 0xfe}}
	if r.text(); r.end() == nil {
		t.Error("a text that is not UTF-8 is read")
	}
}
