// Package fonts holds the fonts that everything on paper is set in, and reads
// and cuts TrueType programs (OpenType 1.9) for embedding into PDF files.
package fonts

import (
	"embed"
	"encoding/binary"
)

//go:embed *.ttf
var files embed.FS

// Face is one of the fonts, by the PostScript name.
type Face string

// The faces of Liberation Serif, which has all Kazakh letters; see README.md.
const (
	Regular Face = "LiberationSerif-Regular"
	Bold    Face = "LiberationSerif-Bold"
	Italic  Face = "LiberationSerif-Italic"
)

// Program returns the TrueType file.
func (f Face) Program() []byte {
	program, err := files.ReadFile(string(f) + ".ttf")
	if err != nil {
		panic("fonts: no face " + string(f)) // a constant of this package has its file
	}
	return program
}

// Metrics are the letters of a font and their widths.
type Metrics struct {
	cmap, hmtx []byte
	em, wide   int
	// Of the font, in thousandths of the em.
	Ascent, Descent int
	Box             [4]int // left, bottom, right, top of all glyphs

	Glyphs int // how many places for glyphs the program has
}

// Measure reads the metrics of a program. One without a character table of format 4,
// as those that are cut, has the widths of glyphs alone.
func Measure(program []byte) (*Metrics, error) {
	tables, err := readTables(program)
	if err != nil {
		return nil, err
	}
	head, hhea := tables["head"], tables["hhea"]
	if len(hhea) < 36 {
		return nil, ErrDamaged
	}
	m := &Metrics{hmtx: tables["hmtx"], em: int(binary.BigEndian.Uint16(head[18:])), wide: int(binary.BigEndian.Uint16(hhea[34:]))}
	if m.cmap = unicodeMap(tables["cmap"]); m.em == 0 || m.wide == 0 || len(m.hmtx) < 4*m.wide {
		return nil, ErrDamaged
	}
	m.Glyphs = int(binary.BigEndian.Uint16(tables["maxp"][4:]))
	m.Ascent, m.Descent = m.thousandths(hhea[4:]), m.thousandths(hhea[6:])
	for i := range m.Box {
		m.Box[i] = m.thousandths(head[36+2*i:])
	}
	return m, nil
}

// thousandths reads a signed number of font units, rounded.
func (m *Metrics) thousandths(b []byte) int {
	return rounded(int(int16(binary.BigEndian.Uint16(b)))*1000, m.em)
}

func rounded(a, b int) int {
	if a < 0 {
		return -rounded(-a, b)
	}
	return (2*a + b) / (2 * b)
}

// unicodeMap finds the subtable of format 4 (OpenType, cmap); nil when there is
// none that is whole.
func unicodeMap(cmap []byte) []byte {
	if len(cmap) < 4 {
		return nil
	}
	for i := range int(binary.BigEndian.Uint16(cmap[2:])) {
		if 12+8*i > len(cmap) {
			return nil
		}
		at := int(binary.BigEndian.Uint32(cmap[8+8*i:]))
		if at+16 > len(cmap) || binary.BigEndian.Uint16(cmap[at:]) != 4 {
			continue
		}
		if table := cmap[at:]; 16+4*int(binary.BigEndian.Uint16(table[6:])) <= len(table) {
			return table
		}
	}
	return nil
}

// Glyph returns the glyph of a character, 0 when the font has none.
func (m *Metrics) Glyph(r rune) int {
	if m.cmap == nil || r < 0 || r > 0xFFFF {
		return 0
	}
	double := int(binary.BigEndian.Uint16(m.cmap[6:])) // twice the number of segments
	ends, starts := 14, 16+double
	deltas, offsets := starts+double, starts+2*double
	for i := 0; i < double; i += 2 {
		if int(binary.BigEndian.Uint16(m.cmap[ends+i:])) < int(r) {
			continue
		}
		start := int(binary.BigEndian.Uint16(m.cmap[starts+i:]))
		if start > int(r) {
			return 0
		}
		delta, offset := binary.BigEndian.Uint16(m.cmap[deltas+i:]), int(binary.BigEndian.Uint16(m.cmap[offsets+i:]))
		if offset == 0 {
			return int(uint16(r) + delta)
		}
		at := offsets + i + offset + 2*(int(r)-start)
		if at+2 > len(m.cmap) {
			return 0
		}
		if g := binary.BigEndian.Uint16(m.cmap[at:]); g != 0 {
			return int(g + delta)
		}
		return 0
	}
	return 0
}

// Advance returns how far a glyph moves the pen, in thousandths of the em.
func (m *Metrics) Advance(glyph int) int {
	glyph = max(0, min(glyph, m.wide-1)) // the last one stands for all that follow
	return rounded(int(binary.BigEndian.Uint16(m.hmtx[4*glyph:]))*1000, m.em)
}
