package pdf

import (
	"bytes"
	"compress/zlib"
	"io"
	"math/rand"
	"strings"
	"testing"
)

func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPack packs data of every kind, one after another with one packer, and
// unpacks it with the standard library.
func TestPack(t *testing.T) {
	noise := make([]byte, 100_000)
	rand.New(rand.NewSource(1)).Read(noise)
	var p packer
	for range 3 {
		for _, s := range []string{"", "a", "abc", "abcd", "aaaaa", strings.Repeat("a", 1000), strings.Repeat("Қазақстан ", 9000),
			string(noise), string(noise[:40_000]) + string(noise[:40_000]), strings.Repeat(string(noise[:300]), 50)} {
			packed := p.pack([]byte("before"), []byte(s))
			if got := unpacked(t, packed[6:]); string(got) != s || string(packed[:6]) != "before" {
				t.Errorf("%.20q of %d bytes is not what comes back", s, len(s))
			}
		}
	}
	for length := 1; length <= 600; length++ {
		for _, gap := range []int{0, 1, 5, 700} {
			s := "head" + strings.Repeat("x", length) + string(noise[:gap]) + "head" + strings.Repeat("x", length) + "y"
			if got := unpacked(t, p.pack(nil, []byte(s))); string(got) != s {
				t.Fatalf("a repetition of %d bytes %d away is not what comes back", length, gap)
			}
		}
	}
	p.base = 1<<30 + 5
	if got := unpacked(t, p.pack(nil, noise)); !bytes.Equal(got, noise) {
		t.Error("the table starts anew with wrong places")
	}
}

func FuzzPack(f *testing.F) {
	f.Add([]byte("1 2 3 4 re\n1 2 3 4 re\n"))
	var p packer
	f.Fuzz(func(t *testing.T, data []byte) {
		if got := unpacked(t, p.pack(nil, data)); !bytes.Equal(got, data) {
			t.Error("not what comes back")
		}
	})
}
