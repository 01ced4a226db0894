package pdfgrammar

import (
	"fmt"
	"slices"
)

// seats are all roles that an object may have besides that of its carrier.
func seats() []kind {
	return slices.Concat(dictionaries(), states(), optional(), colours(), fonts(), annotations(), tree(), lists(), streams(), scalars())
}

func blue(s *surface) *object { return painted("0 0 1") }
func red(s *surface) *object  { return painted("1 0 0") }

func value(text string) func(*surface) *object {
	return func(*surface) *object { return bare(text) }
}

func entries(pairs ...string) func(*surface) *object {
	return func(*surface) *object { return dict(pairs...) }
}

// tile is a pattern of one colour, glyph what a letter of a Type 3 font paints.
func tile(colour string) func(*surface) *object {
	return func(*surface) *object {
		return stream(colour+" rg 0 0 9 9 re f", "PatternType", "1", "PaintType", "1", "TilingType", "1",
			"BBox", "[0 0 9 9]", "XStep", "9", "YStep", "9", "Resources", "<<>>")
	}
}

func glyph(shape string) func(*surface) *object {
	return func(*surface) *object { return stream("1000 0 d0 " + shape) }
}

func axial(from, to string) func(*surface) *object {
	return func(*surface) *object {
		return dict("ShadingType", "2", "ColorSpace", "/DeviceRGB", "Coords", "[0 0 40 0]", "Extend", "[true true]",
			"Function", "<</FunctionType 2/Domain[0 1]/N 1/C0["+from+"]/C1["+to+"]>>")
	}
}

func ocg(name string) *object { return dict("Type", "/OCG", "Name", "("+name+")") }

// dictionaries are those of resources, each of things by their names.
func dictionaries() []kind {
	const square = " 0 0 40 40 re f"
	return []kind{
		named("XObject", blue, red, "/%s Do"),
		named("XObject", blue, func(s *surface) *object { return stream("", "Subtype", "/Form", "BBox", "[0 0 0 0]") }, "/%s Do"),
		named("Font", entries("Type", "/Font", "Subtype", "/Type1", "BaseFont", "/Helvetica"),
			entries("Type", "/Font", "Subtype", "/Type1", "BaseFont", "/Symbol"), "BT /%s 20 Tf (Pay) Tj ET"),
		named("ExtGState", entries("ca", "1"), entries("ca", "0.1"), "/%s gs 0 0 1 rg"+square),
		named("ExtGState", entries("LW", "1"), entries("LW", "30"), "/%s gs 20 0 m 20 40 l S"),
		named("ColorSpace", value("[/Indexed /DeviceRGB 0 <0000FF>]"), value("[/Indexed /DeviceRGB 0 <FF0000>]"), "/%s cs 0 sc"+square),
		named("ColorSpace", value("/DeviceRGB"), value("[/CalRGB <</WhitePoint[1 1 1]/Gamma[9 9 9]>>]"), "/%s cs .5 .5 .5 sc"+square),
		named("Pattern", tile("0 0 1"), tile("1 0 0"), "/Pattern cs /%s scn"+square),
		named("Shading", axial("0 0 1", "0 0 1"), axial("1 0 0", "0 1 0"), "0 0 40 40 re W n /%s sh"),
		named("Properties", func(s *surface) *object { return bare(s.group(true)) },
			func(s *surface) *object { return bare(s.group(false)) }, "/OC /%s BDC 0 0 1 rg"+square+" EMC"),
	}
}

// states are parts of the graphics state.
func states() []kind {
	mask := func(s *surface, inside string) *object {
		return stream(inside, "Type", "/XObject", "Subtype", "/Form", "BBox", "[0 0 200 200]", "Group", "<</S/Transparency/CS/DeviceGray>>")
	}
	full := "1 g 0 0 200 200 re f"
	return []kind{
		keyed("a graphics state", "ExtGState", "/%s gs 0 0 1 rg 0 0 1 RG 4 4 32 32 re B", func(s *surface) (*object, []swap) {
			return dict("Type", "/ExtGState", "ca", s.loose("1"), "BM", s.loose("/Normal")), []swap{
				{"ca", always("0.1")}, {"CA", always("0.1")}, {"BM", always("/Difference")}, {"LW", always("20")},
				{"SMask", s.ready(func() *object { return dict("S", "/Luminosity", "G", s.ref(mask(s, "0 g 0 0 1 1 re f"))) })},
			}
		}),
		keyed("a graphics state with a font", "ExtGState", "BT /F1 12 Tf /%s gs (Pay) Tj ET", func(s *surface) (*object, []swap) {
			return dict("Font", array([]string{ref(font), "12"})), []swap{{"Font", always(array([]string{ref(font), "40"}))}}
		}),
		keyed("a graphics state with a mask", "ExtGState", "/%s gs 0 0 1 rg 0 0 40 40 re f", func(s *surface) (*object, []swap) {
			soft := dict("S", "/Luminosity", "G", s.ref(mask(s, full)))
			return dict("SMask", s.inline(soft)), []swap{{"SMask", always("/None")}, {"SMask", s.ready(func() *object {
				return dict("S", "/Luminosity", "G", s.ref(mask(s, "0 g 0 0 1 1 re f")))
			})}}
		}),
		{dictionary, func(s *surface, _ string) seat {
			o := dict("S", "/Luminosity", "G", s.ref(mask(s, full)))
			swaps := []swap{{"G", s.ready(func() *object { return mask(s, "") })}, {"S", always("/Alpha")}, {"TR", s.ready(entriesNow("FunctionType", "2", "Domain", "[0 1]", "N", "1", "C0", "[1]", "C1", "[0]"))}}
			return seat{"a soft mask", o, swaps, func(r string) {
				name := s.resource("ExtGState", "<</SMask "+r+">>")
				s.draw(s.place(), "/"+name+" gs 0 0 1 rg 0 0 40 40 re f")
			}}
		}},
		{dictionary, transparency},
	}
}

func entriesNow(pairs ...string) func() *object { return func() *object { return dict(pairs...) } }

// transparency is a group whose isolation decides what a blend mode sees.
func transparency(s *surface, _ string) seat {
	o := dict("S", "/Transparency", "CS", "/DeviceRGB", "I", pick(s.builder, "true", "[0]", "false"), "K", "false")
	swaps := []swap{{"I", always("[0]")}, {"I", always("true")}, {"I", always("false")}, {"K", always("true")}, {"S", always("/None")}, {"CS", always("/DeviceCMYK")}}
	return seat{"a transparency group", o, swaps, func(r string) {
		n := s.add(stream("/G gs 0 1 1 rg 0 0 30 30 re f 1 0 1 rg 10 10 30 30 re f", "Type", "/XObject", "Subtype", "/Form",
			"BBox", "[0 0 40 40]", "Group", r, "Resources", "<</ExtGState<</G<</BM/Difference>>>>>>"))
		s.draw(s.place(), "1 1 0 rg 0 0 40 40 re f /"+s.resource("XObject", ref(n))+" Do")
	}}
}

// group is a membership that is shown or not; the configuration comes with it.
func (s *surface) group(on bool) string {
	g := s.add(ocg("layer"))
	config := ""
	if !on {
		config = ref(g)
	}
	s.layers(ref(g), config)
	return ref(g)
}

// layers enters an optional-content group into the catalog, off when it is said.
func (b *builder) layers(group, off string) {
	b.ocgs = append(b.ocgs, group)
	if off != "" {
		b.off = append(b.off, off)
	}
	root := b.objects[catalog]
	if b.config == 0 {
		b.config = b.add(dict("BaseState", "/ON"))
	}
	o := b.objects[b.config]
	if len(b.off) > 0 {
		o.set("OFF", array(b.off))
	}
	root.set("OCProperties", "<</OCGs"+array(b.ocgs)+"/D "+ref(b.config)+">>")
}

// optional are parts of optional content.
func optional() []kind {
	show := func(s *surface, member string) {
		s.draw(s.place(), "/OC /"+s.resource("Properties", member)+" BDC 0 0 1 rg 0 0 40 40 re f EMC")
	}
	return []kind{
		{dictionary, func(s *surface, _ string) seat {
			g := s.add(ocg("layer"))
			as := "[<</Event/View/Category[/View]/OCGs[" + ref(g) + "]>>]"
			s.objects[g].set("Usage", "<</View<</ViewState/OFF>>>>")
			swaps := []swap{{"BaseState", always("/OFF")}, {"OFF", always("[" + ref(g) + "]")}, {"AS", always(as)}, {"AS", s.ready(func() *object { return bare(as) })}}
			return seat{"the configuration of layers", dict("BaseState", "/ON"), swaps, func(r string) {
				s.config = number(r)
				s.layers(ref(g), "")
				show(s, ref(g))
			}}
		}},
		{dictionary, func(s *surface, _ string) seat {
			on, off := s.group(true), s.group(false)
			swaps := []swap{{"OCGs", always(off)}, {"OCGs", always("[" + off + "]")}, {"P", always("/AllOff")}, {"VE", always("[/Not " + on + "]")}}
			return seat{"a membership", dict("Type", "/OCMD", "OCGs", on), swaps, func(r string) { show(s, r) }}
		}},
		{dictionary, func(s *surface, _ string) seat {
			swaps := []swap{{"Usage", always("<</View<</ViewState/OFF>>/Export<</ExportState/OFF>>>>")}, {"Type", always("/OCMD")}}
			return seat{"a layer", ocg("layer"), swaps, func(r string) {
				s.layers(r, "")
				show(s, r)
			}}
		}},
	}
}

// colours are parts of colour spaces, functions and shadings.
func colours() []kind {
	const square = " cs 1 scn 0 0 40 40 re f"
	tint := func(c1 string) *object {
		return dict("FunctionType", "2", "Domain", "[0 1]", "N", "1", "C0", "[1 1 1]", "C1", c1)
	}
	return []kind{
		{dictionary, func(s *surface, _ string) seat {
			swaps := []swap{{"C1", always("[1 0 0]")}, {"C0", always("[1 0 0]")}, {"N", always("0")}, {"Range", always("[0 0 0 0 0 0]")}}
			return seat{"a function", tint("[0 0 1]"), swaps, func(r string) {
				space := s.inline(bare("[/Separation/Tint/DeviceRGB " + r + "]"))
				s.draw(s.place(), "/"+s.resource("ColorSpace", space)+square)
			}}
		}},
		{listed, func(s *surface, _ string) seat {
			space := func(c1 string) *object { return bare("[/Separation/Tint/DeviceRGB " + tint(c1).String() + "]") }
			return seat{"a colour space", space("[0 0 1]"), []swap{{"", func() string { return space("[1 0 0]").bare }}}, func(r string) {
				s.draw(s.place(), "/"+s.resource("ColorSpace", r)+square)
			}}
		}},
		{listed, func(s *surface, _ string) seat {
			return seat{"an end of a function", bare("[0 0 1]"), []swap{{"", always("[1 0 0]")}}, func(r string) {
				space := "[/Separation/Tint/DeviceRGB<</FunctionType 2/Domain[0 1]/N 1/C0[1 1 1]/C1 " + r + ">>]"
				s.draw(s.place(), "/"+s.resource("ColorSpace", space)+square)
			}}
		}},
		keyed("a shading", "Shading", "0 0 40 40 re W n /%s sh", func(s *surface) (*object, []swap) {
			return axial("0 0 1", "0 1 1")(s), []swap{{"Coords", always("[0 0 4 0]")}, {"ColorSpace", always("/DeviceGray")},
				{"Function", s.ready(func() *object { return tint("[1 0 0]") })}, {"Domain", always("[0 0.1]")}}
		}),
		keyed("a pattern", "Pattern", "/Pattern cs /%s scn 0 0 40 40 re f", func(s *surface) (*object, []swap) {
			return dict("PatternType", "2", "Shading", s.inline(axial("0 0 1", "0 1 1")(s))), []swap{
				{"Matrix", always("[.01 0 0 .01 0 0]")}, {"Shading", s.ready(func() *object { return axial("1 0 0", "1 0 0")(s) })}}
		}),
	}
}

// fonts are parts of fonts.
func fonts() []kind {
	type3 := func(s *surface, procs string) *object {
		return dict("Type", "/Font", "Subtype", "/Type3", "FontBBox", "[0 0 1000 1000]", "FontMatrix", "[.001 0 0 .001 0 0]",
			"CharProcs", procs, "Encoding", "<</Differences[65/K1]>>", "FirstChar", "65", "LastChar", "65", "Widths", "[1000]", "Resources", "<<>>")
	}
	full, half := glyph("0 0 900 900 re f"), glyph("0 0 900 100 re f")
	show := "BT /%s 40 Tf (A) Tj ET"
	return []kind{
		{dictionary, func(s *surface, key string) seat {
			o := dict(key, s.ref(full(s)))
			return seat{"the glyphs of a font", o, []swap{{key, s.ready(func() *object { return half(s) })}}, func(r string) {
				f := type3(s, r)
				f.set("Encoding", "<</Differences[65/"+key+"]>>")
				s.draw(s.place(), fmt.Sprintf(show, s.resource("Font", s.inline(f))))
			}}
		}},
		keyed("a font of drawings", "Font", show, func(s *surface) (*object, []swap) {
			return type3(s, s.inline(dict("K1", s.ref(full(s))))), []swap{{"FontMatrix", always("[.0002 0 0 .0002 0 0]")},
				{"CharProcs", s.ready(func() *object { return dict("K1", s.ref(half(s))) })}, {"Encoding", always("<</Differences[66/K1]>>")}}
		}),
		keyed("a font", "Font", "BT /%s 12 Tf (Pay) Tj ET", func(s *surface) (*object, []swap) {
			return dict("Type", "/Font", "Subtype", "/Type1", "BaseFont", s.loose("/Helvetica")), []swap{
				{"BaseFont", always("/Courier")}, {"Encoding", always("<</Differences[80/W/o/n]>>")},
				{"Widths", always("[2000]")}, {"Subtype", always("/Type3")}}
		}),
		{dictionary, func(s *surface, _ string) seat {
			return seat{"an encoding", dict("Type", "/Encoding"), []swap{{"Differences", always("[80/W/o/n 97/o 121/w]")}}, func(r string) {
				f := "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding " + r + ">>"
				s.draw(s.place(), "BT /"+s.resource("Font", f)+" 12 Tf (Pay) Tj ET")
			}}
		}},
	}
}
