package pdf

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode"

	"tamga/documents"
	embedded "tamga/fonts"
)

// tablesOf are the tables of a font file, each with what follows it.
func tablesOf(program []byte) map[string][]byte {
	tables := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(program[4:])) {
		entry := program[12+16*i:]
		tables[string(entry[:4])] = program[binary.BigEndian.Uint32(entry[8:]):]
	}
	return tables
}

// partsOf are the glyphs of which a composite one is made (OpenType, glyf).
func partsOf(g []byte) (parts []int) {
	if len(g) < 2 || g[0] < 0x80 {
		return nil
	}
	for at, more := 10, true; more; {
		flags := binary.BigEndian.Uint16(g[at:])
		parts = append(parts, int(binary.BigEndian.Uint16(g[at+2:])))
		at, more = at+6, flags&0x20 != 0
		for bit, size := range map[uint16]int{0x01: 2, 0x08: 2, 0x40: 4, 0x80: 8} {
			if flags&bit != 0 {
				at += size
			}
		}
	}
	return parts
}

// cmapOf reads the Unicode table of a font file (OpenType, cmap format 4) and
// returns the glyph of every character.
func cmapOf(t *testing.T, program []byte) map[rune]int {
	t.Helper()
	cmap := tablesOf(program)["cmap"]
	for i := range int(binary.BigEndian.Uint16(cmap[2:])) {
		entry := cmap[4+8*i:]
		sub := cmap[binary.BigEndian.Uint32(entry[4:]):]
		if binary.BigEndian.Uint16(entry) == 3 && binary.BigEndian.Uint16(entry[2:]) == 1 && binary.BigEndian.Uint16(sub) == 4 {
			return format4(sub)
		}
	}
	t.Fatal("font has no Unicode table")
	return nil
}

func format4(sub []byte) map[rune]int {
	at := func(i int) int { return int(binary.BigEndian.Uint16(sub[i:])) }
	glyphs := map[rune]int{}
	n := at(6) // twice the number of segments
	for s := 0; s < n; s += 2 {
		end, start, delta, offset := at(14+s), at(16+n+s), at(16+2*n+s), at(16+3*n+s)
		for c := start; c <= end && c != 0xFFFF; c++ {
			g := c
			if offset != 0 {
				if g = at(16 + 3*n + s + offset + 2*(c-start)); g == 0 {
					continue
				}
			}
			glyphs[rune(c)] = (g + delta) & 0xFFFF
		}
	}
	return glyphs
}

// claimed are the characters without which we would not dare to print.
const claimed = "ӘәҒғҚқҢңӨөҰұҮүҺһІі" +
	"АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя" +
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" +
	" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»—–…№“”„’‘§°·"

// TestGlyphCoverage asks the font files themselves, not the text extracted from
// a file: extraction is right even where the paper shows boxes.
func TestGlyphCoverage(t *testing.T) {
	f, fonts, err := specimen()
	if err != nil {
		t.Fatal(err)
	}
	everything := []rune(claimed)
	for r := rune(0); r < 0x10000; r++ {
		if documents.Printable(r) && shown(r) == r && r != softHyphen {
			everything = append(everything, r)
		}
	}
	for c, cut := range cuts {
		glyphs := cmapOf(t, cut.face.Program())
		for _, r := range everything {
			if glyphs[r] == 0 {
				t.Errorf("%s has no %q (%U)", cut.name, r, r)
			}
		}
		checkCut(t, f, fonts[c], face(c), everything)
		some := map[rune]bool{}
		for _, r := range claimed {
			some[r] = true
			if f.needs[r] != common && !strings.ContainsRune("$*<>[\\]^`{|}~", r) {
				t.Errorf("%q is not in the common alphabet", r)
			}
		}
		small, err := fonts[c].cut(some)
		if err != nil {
			t.Fatal(err)
		}
		checkCut(t, f, small, face(c), []rune(claimed))
		if len(stream("", small.program)) > len(stream("", fonts[c].program))*3/4 || small.glyph('Њ') != 0 {
			t.Errorf("%s: cutting does not make it smaller", cut.name)
		}
	}
}

// Every letter of the three scripts that all faces have is printed, but for those that
// only look like others; the font files are asked.
func TestEveryLetterOfTheFonts(t *testing.T) {
	var all []*embedded.Metrics
	for _, cut := range cuts {
		m, err := embedded.Measure(cut.face.Program())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	var refused int
	for r := rune(0x80); r < 0x10000; r++ {
		has := unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek) && unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt) &&
			documents.Composed(string(r)) == string(r)
		for _, m := range all {
			has = has && m.Glyph(r) != 0 && m.Advance(m.Glyph(r)) != 0
		}
		said := documents.FieldError{}
		l := documents.Licence{Head: string(r)}
		var invalid *documents.InvalidError
		if errors.As(l.Validate(), &invalid) {
			for _, f := range invalid.Fields {
				if f.Pointer == "/licence/head" {
					said = f
				}
			}
		}
		lookAlike := strings.HasSuffix(said.Detail, "which looks like other letters")
		if has && !documents.Printable(r) {
			refused++
		}
		if has && !documents.Printable(r) && !lookAlike || !unicode.IsSpace(r) && documents.Printable(r) != (said.Code == "") {
			t.Errorf("%q (%U) is in the fonts: %v; printed: %v; said: %+v", r, r, has, documents.Printable(r), said)
		}
	}
	if refused < 100 || refused > 300 {
		t.Errorf("%d letters of the fonts are refused", refused)
	}
}

// checkCut checks that a cut font shows the characters, each with an outline
// and the width that the file states.
func checkCut(t *testing.T, m *faces, f *font, c face, characters []rune) {
	t.Helper()
	measures, err := embedded.Measure(f.program)
	if err != nil {
		t.Fatal(err)
	}
	tables := tablesOf(f.program)
	count := int(binary.BigEndian.Uint16(tables["maxp"][4:]))
	for _, r := range characters {
		g := f.glyph(r)
		if g == 0 || g >= count {
			t.Errorf("%s: %q (%U) was lost when the font was cut", f.name, r, r)
			continue
		}
		from, to := binary.BigEndian.Uint32(tables["loca"][4*g:]), binary.BigEndian.Uint32(tables["loca"][4*g+4:])
		if from == to && !unicode.IsSpace(r) {
			t.Errorf("%s: %q (%U) has no outline", f.name, r, r)
		}
		for _, part := range partsOf(tables["glyf"][from:to]) {
			if from, to := binary.BigEndian.Uint32(tables["loca"][4*part:]), binary.BigEndian.Uint32(tables["loca"][4*part+4:]); from == to {
				t.Errorf("%s: a part of %q was lost", f.name, r)
			}
		}
		if w := measures.Advance(g); w != int(m.advance[c][r]) {
			t.Errorf("%s: %q is %d wide in the font and %d in the file", f.name, r, w, m.advance[c][r])
		}
		if !m.has(r) {
			t.Errorf("%s: %q (%U) is not known to be there", f.name, r, r)
		}
	}
}

func TestDamagedFont(t *testing.T) {
	_, fonts, err := specimen()
	if err != nil {
		t.Fatal(err)
	}
	whole := fonts[regular].program
	for _, n := range []int{0, 5, 12, 100, len(whole) / 2, len(whole) - 1} {
		if _, err := embedded.Unhinted(whole[:n]); err == nil && n < len(whole)-4 {
			t.Errorf("a font of %d bytes out of %d was taken", n, len(whole))
		}
	}
	if again, err := embedded.Unhinted(whole); err != nil || len(again) != len(whole) {
		t.Errorf("cutting twice: %d bytes, then %d (%v)", len(whole), len(again), err)
	}
}
