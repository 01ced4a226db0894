package der

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"math/big"
	"testing"
	"time"
)

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOneIsStrict(t *testing.T) {
	tests := []struct {
		hex string
		ok  bool
	}{
		{"0500", true},
		{"3003020105", true},
		{"0481800" + "0", false}, // 128 octets announced, none there
		{"", false},
		{"30", false},
		{"3080020105", false},        // indefinite length
		{"30810302" + "0105", false}, // long form of a short length
		{"3082000302" + "0105", false},
		{"30020201", true}, // the outline only: the inside is not read
		{"300302010500", false},
		{"1f0100", false}, // tag number above 30
		{"3085000000000100", false},
		{"30847fffffff", false},
	}
	for _, test := range tests {
		_, err := One(unhex(t, test.hex))
		if (err == nil) != test.ok || err != nil && !errors.Is(err, ErrSyntax) {
			t.Errorf("One(%s) = %v, want ok %v", test.hex, err, test.ok)
		}
		if err != nil && !errors.Is(err, ErrSyntax) {
			t.Errorf("One(%s): %v is not ErrSyntax", test.hex, err)
		}
	}
}

func TestValues(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 127, 128, 255, 256, -127, -128, -129, -32768, -32769, 1 << 40, -(1 << 40)} {
		b := Int(big.NewInt(n))
		want, err := asn1.Marshal(big.NewInt(n))
		if err != nil || !bytes.Equal(b, want) {
			t.Errorf("Int(%d) = %x, want %x", n, b, want)
		}
		got, err := NewReader(b).ReadInteger()
		if err != nil || got.Int64() != n {
			t.Errorf("ReadInteger of %d = %v, %v", n, got, err)
		}
	}
	for _, s := range []string{"0", "000001", "ff80", "00" + "7f"} {
		if len(s)%2 == 0 {
			if _, err := ParseInteger(unhex(t, s)); !errors.Is(err, ErrSyntax) {
				t.Errorf("integer %s is not minimal: %v", s, err)
			}
		}
	}
	for _, oid := range []asn1.ObjectIdentifier{{1, 2, 398, 3, 10, 1, 1, 2, 3, 2}, {2, 5, 4, 3}, {0, 9, 2342, 19200300, 100, 1, 1}, {2, 999, 1}, {2, 39}, {2, 40}, {1, 39}} {
		want, err := asn1.Marshal(oid)
		if err != nil || !bytes.Equal(OID(oid), want) {
			t.Errorf("OID(%v) = %x, want %x", oid, OID(oid), want)
		}
		if got, err := NewReader(want).ReadOID(); err != nil || !got.Equal(oid) {
			t.Errorf("ReadOID of %v = %v, %v", oid, got, err)
		}
	}
	for _, s := range []string{"80", "8001", "2a8001", "2affffffffff7f", ""} {
		if _, err := ParseOID(unhex(t, s)); !errors.Is(err, ErrSyntax) {
			t.Errorf("object identifier %q: %v", s, err)
		}
	}
	for _, s := range []string{"1950-01-01T00:00:00Z", "2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z", "2026-11-22T18:40:01Z"} {
		want, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := NewReader(Time(want)).ReadTime(); err != nil || !got.Equal(want) {
			t.Errorf("time %s came back as %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"2611221840Z", "261122184001+0500", "2611221840011Z", "261322184001Z"} {
		if _, err := ParseTime(Element{Tag: UTCTime, Body: []byte(s)}); !errors.Is(err, ErrSyntax) {
			t.Errorf("time %q: %v", s, err)
		}
	}
	// Go's sign of an absent time is no time, nor is anything before.
	for s, ok := range map[string]bool{"00010101000001Z": true, "00010101000000Z": false, "00001231235959Z": false, "00000101000000Z": false} {
		if _, err := ParseTime(Element{Tag: GeneralizedTime, Body: []byte(s)}); (err == nil) != ok {
			t.Errorf("time %q: %v", s, err)
		}
	}
}

func TestSetIsSorted(t *testing.T) {
	got := Set(Octets([]byte{2}), NullValue(), Octets([]byte{1}))
	if want := unhex(t, "3108"+"040101"+"040102"+"0500"); !bytes.Equal(got, want) {
		t.Errorf("Set = %x, want %x", got, want)
	}
}

func TestFromBER(t *testing.T) {
	tests := []struct{ ber, der string }{
		{"3003020105", "3003020105"},
		{"30800201050000", "3003020105"},
		{"308103020105", "3003020105"},
		{"2480040201020401030000", "0403010203"},
		{"30802480040101040102000002010500" + "00", "3007" + "04020102" + "020105"},
		{"a0803080020105000" + "00000", "a0053003020105"},
		{"3080020105", ""},          // never closed
		{"308002010500", ""},        // half closed
		{"30800201050000ff", ""},    // something follows
		{"0480040101" + "0000", ""}, // primitive of indefinite length
		{"2403020105", ""},          // a piece that is no octet string
		{"30897fffffffffffffffff00", ""},
		{"", ""},
	}
	for _, test := range tests {
		got, err := FromBER(unhex(t, test.ber))
		if test.der == "" {
			if !errors.Is(err, ErrSyntax) {
				t.Errorf("FromBER(%s) = %x, %v, want an error", test.ber, got, err)
			}
			continue
		}
		if err != nil || !bytes.Equal(got, unhex(t, test.der)) {
			t.Errorf("FromBER(%s) = %x, %v; want %s", test.ber, got, err, test.der)
		}
	}
}

func TestDeepNestingIsRefused(t *testing.T) {
	deep := bytes.Repeat([]byte{0x30, 0x80}, 100000)
	if _, err := FromBER(deep); !errors.Is(err, ErrSyntax) {
		t.Errorf("100 000 levels: %v", err)
	}
}

// What FromBER returns must be what a strict reader accepts throughout, and
// must not change any more.
func FuzzFromBER(f *testing.F) {
	for _, s := range []string{"30800201050000", "2480040201020401030000", "3003020105", "a08030800201050000" + "0000"} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := FromBER(b)
		if err != nil {
			return
		}
		if !wholly(out) {
			t.Fatalf("%x became %x, which is not definite", b, out)
		}
		again, err := FromBER(out)
		if err != nil || !bytes.Equal(again, out) {
			t.Fatalf("%x became %x, then %x, %v", b, out, again, err)
		}
	})
}

func wholly(b []byte) bool {
	return definite(b, 0)
}
