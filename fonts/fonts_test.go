package fonts

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// TestProvenance checks that the embedded files are those whose origin the README
// states.
func TestProvenance(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []Face{Regular, Bold, Italic} {
		sum := sha256.Sum256(f.Program())
		if !strings.Contains(string(readme), string(f)+".ttf | "+hex.EncodeToString(sum[:])) {
			t.Errorf("%s is not the file of the README", f)
		}
	}
}

// Widths of Liberation Serif are those of Times New Roman, which Adobe's metrics
// state; the Kazakh letters have the widths of the letters that they are made of.
func TestMeasure(t *testing.T) {
	m, err := Measure(Regular.Program())
	if err != nil {
		t.Fatal(err)
	}
	for r, want := range map[rune]int{'A': 722, ' ': 250, 'i': 278, 'і': 278, '0': 500, 'М': 889} {
		if got := m.Advance(m.Glyph(r)); got != want {
			t.Errorf("%q is %d wide, want %d", r, got, want)
		}
	}
	for _, r := range "ӘәҒғҚқҢңӨөҰұҮүҺһІі«»№•" {
		if m.Glyph(r) == 0 {
			t.Errorf("no glyph of %q", r)
		}
	}
	for _, r := range []rune{-1, '漢', 0x1F600, 0xFFFF} {
		if g := m.Glyph(r); g != 0 {
			t.Errorf("%q has the glyph %d", r, g)
		}
	}
	if m.Ascent != 891 || m.Descent != -216 {
		t.Errorf("ascent %d, descent %d", m.Ascent, m.Descent)
	}
}

func TestMeasureDamaged(t *testing.T) {
	whole := Regular.Program()
	for _, n := range []int{0, 5, 12, 100, 5000} {
		if _, err := Measure(whole[:n]); err != ErrDamaged {
			t.Errorf("%d bytes: %v, want ErrDamaged", n, err)
		}
	}
	small, err := Unhinted(whole)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Measure(small)
	if err != nil || m.Glyph('A') != 0 || m.Advance(36) != 722 {
		t.Errorf("without a character table: %v, want widths and no characters", err)
	}
}
