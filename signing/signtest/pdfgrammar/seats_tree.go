package pdfgrammar

import "fmt"

// annotations are parts of an annotation that no signature lets change.
func annotations() []kind {
	// shown lists an annotation on the surface's page.
	shown := func(s *surface, at Area, more ...string) {
		o := dict("Type", "/Annot", "Subtype", "/Stamp", "Rect", at.String(), "F", "4")
		o.lacks(dict(more...).entries)
		s.annots[s.page] = append(s.annots[s.page], s.ref(o))
	}
	return []kind{
		{dictionary, func(s *surface, key string) seat {
			o := dict(key, s.mark("0 0 1"))
			return seat{"the states of an annotation", o, []swap{{key, s.ready(func() *object { return red(s) })}}, func(r string) {
				shown(s, s.place(), "AP", s.inline(dict("N", r)), "AS", "/"+key)
			}}
		}},
		{dictionary, func(s *surface, _ string) seat {
			o := dict("N", s.mark("0 0 1"))
			return seat{"the appearances of an annotation", o, []swap{{"N", s.ready(func() *object { return red(s) })}}, func(r string) {
				shown(s, s.place(), "AP", r)
			}}
		}},
		{dictionary, func(s *surface, _ string) seat {
			at := s.place()
			o := dict("Type", "/Annot", "Subtype", "/Link", "Rect", at.String(), "F", s.loose("4"), "AP", "<</N "+s.mark("0 0 1")+">>")
			swaps := []swap{{"AP", func() string { return "<</N " + s.mark("1 0 0") + ">>" }}, {"F", always("6")}, {"Rect", always("[0 0 9 9]")}, {"AS", always("/None")}}
			return seat{"a link", o, swaps, func(r string) { s.annots[s.page] = append(s.annots[s.page], r) }}
		}},
		{dictionary, func(s *surface, _ string) seat {
			o := dict("BC", "[0 0 1]", "BG", "[0 1 1]")
			return seat{"the colours of a field", o, []swap{{"BG", always("[1 0 0]")}, {"BC", always("[1 0 0]")}, {"R", always("90")}}, func(r string) {
				at := s.place()
				n := s.add(dict("Type", "/Annot", "Subtype", "/Widget", "FT", "/Btn", "Ff", "65536", "T", fmt.Sprintf("(push%d)", s.next), "F", "4",
					"Rect", at.String(), "MK", r, "BS", "<</W 3/S/S>>"))
				s.enlist(s.page, n)
			}}
		}},
		{listed, func(s *surface, _ string) seat {
			at := s.place()
			return seat{"a rectangle", bare(at.String()), []swap{{"", always("[0 0 9 9]")}}, func(r string) {
				o := dict("Type", "/Annot", "Subtype", "/Stamp", "Rect", r, "F", "4", "AP", "<</N "+s.mark("0 0 1")+">>")
				s.annots[s.page] = append(s.annots[s.page], s.ref(o))
			}}
		}},
	}
}

// tree are the pages themselves and what they inherit.
func tree() []kind {
	box := fmt.Sprintf("[0 0 %d %d]", Size, Size)
	return []kind{
		{dictionary, func(s *surface, _ string) seat {
			o := dict("Type", "/Page", "Parent", ref(pageTree), "MediaBox", box, "Contents", s.ref(stream("0 0 1 rg 50 50 99 99 re f")))
			swaps := []swap{{"Rotate", always("90")}, {"UserUnit", always("2")}, {"CropBox", always("[0 0 50 50]")}, {"MediaBox", always("[0 0 99 99]")},
				{"Contents", s.ready(func() *object { return stream("1 0 0 rg 50 50 99 99 re f") })}, {"Resources", always("<<>>")}}
			return seat{"a page", o, swaps, func(r string) {
				root := s.objects[pageTree]
				root.set("Kids", array([]string{ref(firstPage), ref(secondPage), r}))
				root.set("Count", "3")
			}}
		}},
		{dictionary, func(s *surface, _ string) seat {
			o := dict("Type", "/Pages", "Kids", array([]string{ref(firstPage), ref(secondPage)}), "Count", "2", "MediaBox", box, "Parent", ref(pageTree))
			swaps := []swap{{"Rotate", always("90")}, {"MediaBox", always("[0 0 99 99]")}, {"Kids", always(array([]string{ref(secondPage), ref(firstPage)}))}}
			return seat{"a node of the page tree", o, swaps, func(r string) {
				s.objects[pageTree].set("Kids", "["+r+"]")
				s.objects[firstPage].set("Parent", r)
				s.objects[secondPage].set("Parent", r)
			}}
		}},
		{dictionary, func(s *surface, _ string) seat {
			swaps := []swap{{"Font", func() string { return "<</F9 " + ref(font) + ">>" }}, {"XObject", func() string { return "<</Z " + s.mark("1 0 0") + ">>" }}}
			return seat{"the resources of a page", dict(), swaps, func(r string) {
				s.objects[secondPage].set("Resources", r)
				s.objects[secondPage].set("Contents", s.ref(stream("q 1 0 0 1 50 50 cm /Z Do Q BT /F9 20 Tf 90 90 Td (Pay) Tj ET")))
			}}
		}},
		{dictionary, func(s *surface, key string) seat {
			o := dict(key, "[3 0 R /Fit]")
			return seat{"destinations", o, []swap{{key, always("[4 0 R /Fit]")}}, func(r string) { s.objects[catalog].set("Dests", r) }}
		}},
		{dictionary, func(s *surface, _ string) seat {
			o := dict("S", "/P", "P", ref(catalog), "K", "0")
			return seat{"an element of the structure", o, []swap{{"ActualText", always("(900)")}, {"K", always("1")}}, func(r string) {
				s.objects[catalog].set("StructTreeRoot", "<</Type/StructTreeRoot/K "+r+">>")
			}}
		}},
		{dictionary, func(s *surface, _ string) seat {
			o := dict("Names", "[(a) "+ref(firstPage)+"]")
			return seat{"a node of a name tree", o, []swap{{"Names", always("[(a) 4 0 R]")}}, func(r string) {
				s.objects[catalog].set("Names", "<</Dests "+r+">>")
			}}
		}},
	}
}

// lists are arrays of places and of parts of the page.
func lists() []kind {
	drawn := func(s *surface, o *object) {
		s.draw(s.place(), "/"+s.resource("XObject", s.ref(o))+" Do")
	}
	return []kind{
		{listed, func(s *surface, _ string) seat {
			first := s.ref(stream("0 0 1 rg 0 0 40 40 re f"))
			over := s.ready(func() *object { return stream("1 0 0 rg 0 0 40 40 re f") })
			return seat{"the contents of a page", bare("[" + first + "]"), []swap{{"", func() string { return "[" + first + " " + over() + "]" }}}, func(r string) {
				s.objects[secondPage].set("Contents", r)
			}}
		}},
		{listed, func(s *surface, _ string) seat {
			return seat{"a matrix", bare("[1 0 0 1 0 0]"), []swap{{"", always("[.2 0 0 .2 0 0]")}}, func(r string) {
				o := painted("0 0 1")
				o.set("Matrix", r)
				drawn(s, o)
			}}
		}},
		{listed, func(s *surface, _ string) seat {
			return seat{"the box of a form", bare("[0 0 40 40]"), []swap{{"", always("[0 0 9 9]")}}, func(r string) {
				o := painted("0 0 1")
				o.set("BBox", r)
				drawn(s, o)
			}}
		}},
		{listed, func(s *surface, _ string) seat {
			return seat{"what a picture's samples mean", bare("[0 1]"), []swap{{"", always("[1 0]")}}, func(r string) {
				n := s.add(stream("\x00", "Type", "/XObject", "Subtype", "/Image", "Width", "1", "Height", "1", "BitsPerComponent", "8",
					"ColorSpace", "/DeviceGray", "Decode", r))
				s.draw(s.place(), "40 0 0 40 0 0 cm /"+s.resource("XObject", ref(n))+" Do")
			}}
		}},
		{listed, func(s *surface, _ string) seat {
			return seat{"widths of letters", bare("[700 600 500]"), []swap{{"", always("[0 0 0]")}}, func(r string) {
				f := "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 97/LastChar 99/Widths " + r + ">>"
				s.draw(s.place(), "BT /"+s.resource("Font", f)+" 12 Tf (abc) Tj ET")
			}}
		}},
	}
}

// streams are what is painted, and what letters and colours are made of.
func streams() []kind {
	return []kind{
		{streamed, func(s *surface, _ string) seat {
			return seat{"a form", painted("0 0 1"), []swap{{"", always("1 0 0 rg 0 0 40 40 re f")}, {"Matrix", always("[.2 0 0 .2 0 0]")}, {"BBox", always("[0 0 9 9]")}}, func(r string) {
				s.draw(s.place(), "/"+s.resource("XObject", r)+" Do")
			}}
		}},
		{streamed, func(s *surface, _ string) seat {
			return seat{"the content of a page", stream("0 0 1 rg 0 0 40 40 re f"), []swap{{"", always("1 0 0 rg 0 0 40 40 re f")}}, func(r string) {
				s.objects[secondPage].set("Contents", r)
			}}
		}},
		{streamed, func(s *surface, _ string) seat {
			return seat{"a glyph", glyph("0 0 900 900 re f")(s), []swap{{"", always("1000 0 d0 0 0 900 100 re f")}}, func(r string) {
				f := "<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<</A " + r +
					">>/Encoding<</Differences[65/A]>>/FirstChar 65/LastChar 65/Widths[1000]/Resources<<>>>>"
				s.draw(s.place(), "BT /"+s.resource("Font", f)+" 40 Tf (A) Tj ET")
			}}
		}},
		{streamed, func(s *surface, _ string) seat {
			return seat{"a lookup table", stream("\x00\x00\xff"), []swap{{"", always("\xff\x00\x00")}}, func(r string) {
				s.draw(s.place(), "/"+s.resource("ColorSpace", "[/Indexed/DeviceRGB 0 "+r+"]")+" cs 0 sc 0 0 40 40 re f")
			}}
		}},
		{streamed, func(s *surface, _ string) seat {
			o := stream("{pop 0 0 1}", "FunctionType", "4", "Domain", "[0 1]", "Range", "[0 1 0 1 0 1]")
			return seat{"a calculation", o, []swap{{"", always("{pop 1 0 0}")}}, func(r string) {
				s.draw(s.place(), "/"+s.resource("ColorSpace", "[/Separation/Tint/DeviceRGB "+r+"]")+" cs 1 scn 0 0 40 40 re f")
			}}
		}},
	}
}

// scalars are single values in objects of their own.
func scalars() []kind {
	state := func(name, key, first, then, operators string) kind {
		return kind{scalar, func(s *surface, _ string) seat {
			return seat{name, bare(first), []swap{{"", always(then)}}, func(r string) {
				s.draw(s.place(), fmt.Sprintf(operators, s.resource("ExtGState", "<</"+key+" "+r+">>")))
			}}
		}}
	}
	return []kind{
		state("an opacity", "ca", "1", "0.1", "/%s gs 0 0 1 rg 0 0 40 40 re f"),
		state("a width of lines", "LW", "1", "30", "/%s gs 20 0 m 20 40 l S"),
		state("a blend mode", "BM", "/Normal", "/Difference", "1 1 0 rg 0 0 40 40 re f /%s gs 0 0 1 rg 0 0 30 30 re f"),
		{scalar, func(s *surface, _ string) seat {
			return seat{"a lookup string", bare("<0000FF>"), []swap{{"", always("<FF0000>")}}, func(r string) {
				s.draw(s.place(), "/"+s.resource("ColorSpace", "[/Indexed/DeviceRGB 0 "+r+"]")+" cs 0 sc 0 0 40 40 re f")
			}}
		}},
		{scalar, func(s *surface, _ string) seat {
			return seat{"the turn of a page", bare("0"), []swap{{"", always("90")}}, func(r string) {
				s.objects[secondPage].set("Rotate", r)
				s.turns[1] = 0
			}}
		}},
		{scalar, func(s *surface, _ string) seat {
			return seat{"the name of a font", bare("/Helvetica"), []swap{{"", always("/Courier")}}, func(r string) {
				f := "<</Type/Font/Subtype/Type1/BaseFont " + r + ">>"
				s.draw(s.place(), "BT /"+s.resource("Font", f)+" 12 Tf (Pay) Tj ET")
			}}
		}},
	}
}
