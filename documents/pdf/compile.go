package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"sync"

	"tamga/documents"
)

// Compile draws and compiles the layouts. It takes some tens of milliseconds
// and is called once, when the program starts.
func Compile(o Options) (*Layouts, error) {
	if o.CheckURL == nil {
		return nil, errors.New("compiling layouts: no check address given")
	}
	types, err := specimen()
	if err != nil {
		return nil, fmt.Errorf("compiling layouts: %w", err)
	}
	faces := types.faces
	g, err := newStage(faces)
	if err != nil {
		return nil, fmt.Errorf("compiling layouts: %w", err)
	}
	l := &Layouts{
		checkURL: o.CheckURL,
		faces:    faces,
		licence:  map[documents.Lang]*licenceSheet{},
		refusal:  map[documents.Lang]*refusalSheet{},
		files:    map[documents.Kind]*[alphabetCount]*skeleton{},
		scratch:  &sync.Pool{New: func() any { return &setter{faces: faces} }},
	}
	sheets := drawSheets(g, l)
	parts, err := g.finish()
	if err != nil {
		return nil, fmt.Errorf("compiling layouts: %w", err)
	}
	emblem, err := emblemObject(o.Emblem, parts.pages[0])
	if err != nil {
		return nil, fmt.Errorf("compiling layouts: %w", err)
	}
	for kind, backs := range sheets {
		fixed := fixedParts{emblem: emblem, sides: backs.contents(parts.pages[1:], emblemTops[kind]), faces: italic}
		if kind == documents.KindLicence {
			fixed.faces = faceCount
		}
		l.files[kind] = &[alphabetCount]*skeleton{
			common: newSkeleton(types.faces, types.fonts[common], fixed),
			full:   newSkeleton(types.faces, types.fonts[full], fixed),
		}
	}
	return l, nil
}

// side tells the fixed backgrounds of a document's pages apart.
type side struct {
	lang  documents.Lang
	first bool
}

// backgrounds says which drawn page, after the emblem, is which background.
type backgrounds map[side]int

// emblemTops is where the emblem stands on the first pages.
var emblemTops = map[documents.Kind]float64{
	documents.KindLicence: licenceEmblemTop,
	documents.KindRefusal: refusalEmblemTop,
}

func (b backgrounds) contents(drawn [][]byte, emblemTop float64) map[side][]byte {
	m := map[side][]byte{}
	for s, i := range b {
		m[s] = background(drawn[i], s, emblemTop)
	}
	return m
}

// drawSheets draws the emblem and then the backgrounds of all documents, each
// on a page of its own.
func drawSheets(g *stage, l *Layouts) map[documents.Kind]backgrounds {
	square := g.size(emblemSide, emblemSide)
	g.AddPageFormat("P", square)
	ornament(g)
	n := 0
	a4 := g.size(pageWidth, pageHeight)
	sheets := map[documents.Kind]backgrounds{documents.KindLicence: {}, documents.KindRefusal: {}}
	for _, lang := range []documents.Lang{documents.KK, documents.RU} {
		l.licence[lang] = newLicenceSheet(l.faces, lang)
		l.refusal[lang] = newRefusalSheet(lang)
		for _, first := range []bool{true, false} {
			g.AddPageFormat("P", a4)
			l.licence[lang].draw(g, first)
			sheets[documents.KindLicence][side{lang, first}] = n
			g.AddPageFormat("P", a4)
			l.refusal[lang].draw(g, first)
			sheets[documents.KindRefusal][side{lang, first}] = n + 1
			n += 2
		}
	}
	return sheets
}

// emblemObject returns the image or form XObject of the emblem, which fills
// the unit square.
func emblemObject(replacement, ornament []byte) ([]byte, error) {
	if len(replacement) == 0 {
		dict := fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 %[1]g %[1]g]/Matrix[%[2]g 0 0 %[2]g 0 0]",
			emblemSide, 1/emblemSide)
		return stream(dict, ornament), nil
	}
	rgb, side, err := readEmblem(replacement)
	if err != nil {
		return nil, err
	}
	dict := fmt.Sprintf("/Type/XObject/Subtype/Image/Width %[1]d/Height %[1]d/ColorSpace/DeviceRGB/BitsPerComponent 8", side)
	return stream(dict, rgb), nil
}

// stream returns a compressed stream object. It is for constant objects, so
// the slowest and best compression is used.
func stream(dict string, data []byte) []byte {
	var packed bytes.Buffer
	z, _ := zlib.NewWriterLevel(&packed, zlib.BestCompression) // the level is valid
	z.Write(data)                                              // a bytes.Buffer does not fail
	z.Close()                                                  // likewise
	return fmt.Appendf(nil, "<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream", dict, packed.Len(), packed.Bytes())
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
		stream("", f.cidToGID),
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
