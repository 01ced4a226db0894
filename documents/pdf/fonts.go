package pdf

import (
	"bytes"
	"fmt"
	"slices"

	embedded "tamga/fonts"
)

var faceNames = map[string]face{"regular": regular, "bold": bold, "italic": italic}

// specimen sets every printable character in every face: it returns the fonts,
// cut to those, and their measures.
func specimen() (*faces, *[faceCount]*font, error) {
	f := &faces{}
	g, err := newStage(nil)
	if err != nil {
		return nil, nil, err
	}
	g.AddPage()
	characters := append(printable(world), softHyphen)
	for _, cut := range cuts {
		g.SetFont(family, cut.style, 10)
		g.Text(0, 10, string(characters))
	}
	var widths [faceCount][]int
	for c, cut := range cuts {
		g.SetFont(family, cut.style, 10)
		for _, r := range characters {
			widths[c] = append(widths[c], g.GetStringSymbolWidth(string(r)))
		}
	}
	parts, err := g.finish()
	if err != nil {
		return nil, nil, err
	}
	fonts := &[faceCount]*font{}
	for c, cut := range cuts {
		fonts[c], err = parts.font(family+cut.style, cut.name)
		if err != nil {
			return nil, nil, err
		}
		for i, r := range characters {
			if fonts[c].glyph(r) != 0 { // else clean will name it
				f.advance[c][r] = uint16(widths[c][i])
			}
		}
	}
	for r := range f.needs {
		f.needs[r] = alphabetOf(rune(r))
	}
	return f, fonts, nil
}

// cut returns a font with the glyphs of some characters only.
func (f *font) cut(characters map[rune]bool) (*font, error) {
	out := *f
	out.cidToGID = make([]byte, len(f.cidToGID))
	var glyphs []int
	for r := range characters {
		if r < 0 || r >= topRune {
			continue
		}
		g := f.glyph(r)
		glyphs = append(glyphs, g)
		out.cidToGID[2*r], out.cidToGID[2*r+1] = byte(g>>8), byte(g)
	}
	var err error
	out.program, err = embedded.Cut(f.program, glyphs)
	return &out, err
}

// characters returns what the font of a face must have in the files of a
// layout, and a name for that set; nil if the face is not used.
func (l *layout) characters(c face, a alphabet) (map[rune]bool, string) {
	set := map[rune]bool{}
	for r := range l.used.fixed[c] {
		set[r] = true
	}
	name := ""
	if l.used.whole[c] || a != common && len(set) > 0 {
		for _, r := range printable(a) {
			set[r] = true
		}
		set[softHyphen] = true
	}
	if len(set) == 0 {
		return nil, ""
	}
	delete(set, '\n')
	all := make([]rune, 0, len(set))
	for r := range set {
		all = append(all, r)
	}
	slices.Sort(all)
	name = itoa(int(c)) + string(all)
	return set, name
}

// fontObjects returns the objects of an embedded font. The first one, at number
// n, is the font; the others follow it.
func fontObjects(f *font, c face, m *faces, n int) [][]byte {
	composite := fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>",
		f.name, n+1, n+5)
	cid := fmt.Appendf(nil, "<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"+
		"/FontDescriptor %d 0 R/CIDToGIDMap %d 0 R/DW 0/W[", f.name, n+2, n+3)
	for r := rune(1); r < topRune; r++ {
		if f.glyph(r) == 0 {
			continue
		}
		if f.glyph(r-1) == 0 {
			cid = fmt.Appendf(cid, "%d[", r)
		}
		cid = fmt.Appendf(cid, "%d", m.advance[c][r])
		if f.glyph(r+1) == 0 {
			cid = append(cid, ']')
		} else {
			cid = append(cid, ' ')
		}
	}
	cid = append(cid, "]>>"...)
	descriptor := fmt.Appendf(nil, "<</Type/FontDescriptor/FontName/%s%s/FontFile2 %d 0 R>>", f.name, f.descriptor, n+4)
	return [][]byte{
		[]byte(composite), cid, descriptor,
		stream("", bytes.TrimRight(f.cidToGID, "\x00")),
		stream(fmt.Sprintf("/Length1 %d", len(f.program)), f.program),
		stream("", toUnicode(f)),
	}
}

// toUnicode maps the codes to themselves. Unlike the map of the drawing library
// it has only the codes that exist, and no range crosses a row of 256 (ISO
// 32000-1, 9.10.3).
func toUnicode(f *font) []byte {
	var ranges [][2]int
	for r := range topRune {
		if f.glyph(rune(r)) == 0 {
			continue
		}
		if k := len(ranges) - 1; k >= 0 && ranges[k][1] == r-1 && r%256 != 0 {
			ranges[k][1] = r
			continue
		}
		ranges = append(ranges, [2]int{r, r})
	}
	out := []byte("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n" +
		"/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	for len(ranges) > 0 {
		part := ranges[:min(100, len(ranges))]
		ranges = ranges[len(part):]
		out = fmt.Appendf(out, "%d beginbfrange\n", len(part))
		for _, r := range part {
			out = fmt.Appendf(out, "<%04X><%04X><%04X>\n", r[0], r[1], r[0])
		}
		out = append(out, "endbfrange\n"...)
	}
	return append(out, "endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n"...)
}
