package appearance

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"tamga/fonts"
	"tamga/signing/pades"
)

// dict makes a dictionary of keys and values in turn.
func dict(pairs ...any) pades.Dict {
	d := make(pades.Dict, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		d = append(d, pades.Entry{Key: pades.Name(pairs[i].(string)), Value: pairs[i+1]})
	}
	return d
}

// finish returns the form and the parts that it refers to.
func (sh *sheet) finish() (pades.Content, []pades.Object, error) {
	var parts []pades.Object
	named := pades.Dict{}
	for i, f := range sh.faces {
		if len(f.used) == 0 {
			continue
		}
		objects, err := f.objects(len(parts))
		if err != nil {
			return pades.Content{}, nil, err
		}
		named = append(named, pades.Entry{Key: pades.Name(fmt.Sprintf("F%d", i)), Value: pades.Part(len(parts))})
		parts = append(parts, objects...)
	}
	// A black that is of no device: a PDF/A may have an output intent of any kind, or
	// none. The white point is that of D65.
	white := pades.Array{pades.Real(0.9505), pades.Integer(1), pades.Real(1.089)}
	black := pades.Array{pades.Name("CalGray"), dict("WhitePoint", white, "Gamma", pades.Real(2.2))}
	return pades.Content{
		Dict: dict("Type", pades.Name("XObject"), "Subtype", pades.Name("Form"),
			"BBox", pades.Array{pades.Integer(0), pades.Integer(0), pades.Real(sh.width), pades.Real(sh.height)},
			"Resources", dict("Font", named, "ColorSpace", dict("Black", black))),
		Data: sh.out,
	}, parts, nil
}

// objects are those of an embedded font (9.7), of which the first, part number at, is
// the font. Codes are the numbers of its glyphs.
func (f *face) objects(at int) ([]pades.Object, error) {
	glyphs := slices.Sorted(maps.Keys(f.used))
	program, err := fonts.Unhinted(f.Program())
	if err == nil {
		program, err = fonts.Cut(program, glyphs)
	}
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", f.Face, err)
	}
	name := pades.Name(subsetTag(glyphs) + "+" + string(f.Face))
	var widths pades.Array
	for _, g := range glyphs {
		widths = append(widths, pades.Integer(g), pades.Array{pades.Integer(f.metrics.Advance(g))})
	}
	part := func(i int) pades.Part { return pades.Part(at + i) }
	system := dict("Registry", text("Adobe"), "Ordering", text("Identity"), "Supplement", pades.Integer(0))
	var box pades.Array
	for _, n := range f.metrics.Box {
		box = append(box, pades.Integer(n))
	}
	const symbolicSerif = 4 | 2
	return []pades.Object{
		dict("Type", pades.Name("Font"), "Subtype", pades.Name("Type0"), "BaseFont", name, "Encoding", pades.Name("Identity-H"),
			"DescendantFonts", pades.Array{part(1)}, "ToUnicode", part(4)),
		dict("Type", pades.Name("Font"), "Subtype", pades.Name("CIDFontType2"), "BaseFont", name, "CIDSystemInfo", system,
			"FontDescriptor", part(2), "CIDToGIDMap", pades.Name("Identity"), "DW", pades.Integer(0), "W", widths),
		dict("Type", pades.Name("FontDescriptor"), "FontName", name, "Flags", pades.Integer(symbolicSerif), "FontBBox", box,
			"ItalicAngle", pades.Integer(0), "Ascent", pades.Integer(f.metrics.Ascent), "Descent", pades.Integer(f.metrics.Descent),
			"CapHeight", pades.Integer(662), "StemV", pades.Integer(80), "FontFile2", part(3), "CIDSet", part(5)),
		pades.Content{Dict: dict("Length1", pades.Integer(len(program))), Data: program},
		pades.Content{Data: f.toUnicode(glyphs)},
		pades.Content{Data: cidSet(f.metrics.Glyphs)},
	}, nil
}

func text(s string) pades.String { return pades.String{Value: []byte(s)} }

// subsetTag is the six letters of a subset (9.6.4), by what is in it.
func subsetTag(glyphs []int) string {
	sum := sha256.Sum256(fmt.Append(nil, glyphs))
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	return string(tag)
}

// cidSet marks the glyphs that the program has places for, one bit each (9.8.3):
// PDF/A-1 wants a set, and the later parts that it names all of them.
func cidSet(glyphs int) []byte {
	set := make([]byte, (glyphs+7)/8)
	for g := range glyphs {
		set[g/8] |= 0x80 >> (g % 8)
	}
	return set
}

// toUnicode maps the codes to characters (9.10.3).
func (f *face) toUnicode(glyphs []int) []byte {
	out := []byte("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n" +
		"/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	for part := range slices.Chunk(glyphs, 100) {
		out = fmt.Appendf(out, "%d beginbfchar\n", len(part))
		for _, g := range part {
			out = fmt.Appendf(out, "<%04X><%04X>\n", g, f.used[g])
		}
		out = append(out, "endbfchar\n"...)
	}
	return append(out, "endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n"...)
}
