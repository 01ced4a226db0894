package pades

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func prepared() []byte {
	return patched(contentsHole, "<"+strings.Repeat("0", len(contentsHole)-2)+">")
}

func TestFill(t *testing.T) {
	file := prepared()
	parts, capacity, err := Hole(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := (len(contentsHole) - 2) / 2; capacity != want {
		t.Errorf("capacity %d, want %d", capacity, want)
	}
	if n := len(parts[0]) + len(parts[1]) + len(contentsHole); n != len(file) {
		t.Errorf("the parts and the gap are %d bytes of %d", n, len(file))
	}
	before := bytes.Clone(file)
	filled, err := Fill(file, token)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, before) || len(filled) != len(file) {
		t.Error("Fill changed its argument or the length")
	}
	s := mustRead(t, filled).Signatures[0]
	if len(s.Problems) > 0 || !s.CoversWholeFile || !bytes.Equal(s.Contents, token) {
		t.Errorf("filled signature: %x, %v", s.Contents, s.Problems)
	}
	if _, _, err := Hole(filled); !errors.Is(err, ErrNoHole) {
		t.Errorf("a filled file has a hole: %v", err)
	}
}

func TestFillExactly(t *testing.T) {
	_, capacity, err := Hole(prepared())
	if err != nil {
		t.Fatal(err)
	}
	cms := append([]byte{0x30, byte(capacity - 2)}, bytes.Repeat([]byte{1}, capacity-2)...)
	filled, err := Fill(prepared(), cms)
	if err != nil {
		t.Fatal(err)
	}
	if s := mustRead(t, filled).Signatures[0]; !bytes.Equal(s.Contents, cms) || len(s.Problems) > 0 {
		t.Errorf("contents %x, %v", s.Contents, s.Problems)
	}
}

func TestFillRefuses(t *testing.T) {
	file := prepared()
	big := append([]byte{0x30, 100}, make([]byte, 100)...)
	unsigned := sample{1: "<</Type/Catalog/Pages 2 0 R>>", 3: "<</Type/Page/Parent 2 0 R>>", 4: "", 5: ""}.build()
	wrongGap := bytes.Replace(file, []byte("/ByteRange [0"), []byte("/ByteRange [1"), 1)
	later := func() []byte {
		b := newBuilder()
		b.out = prepared()
		b.size = 8
		b.prev = bytes.LastIndex(b.out, []byte("xref\n0"))
		b.table("")
		return b.out
	}()
	for _, c := range []struct {
		name string
		file []byte
		cms  []byte
		want error
	}{
		{"too big", file, big, ErrHoleTooSmall},
		{"not DER", file, []byte("text"), ErrNotDER},
		{"nothing", file, nil, ErrNotDER},
		{"two elements", file, append(bytes.Clone(token), token...), ErrNotDER},
		{"no signature", unsigned, token, ErrNoHole},
		{"already signed", sample{}.build(), token, ErrNoHole},
		{"wrong range", wrongGap, token, ErrNoHole},
		{"later revision", later, token, ErrNoHole},
		{"unreadable part", append(bytes.Clone(file), "junk"...), token, ErrNoHole},
		{"not a PDF", []byte("text"), token, ErrNotPDF},
	} {
		if _, err := Fill(c.file, c.cms); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
	}
}
