package pdfgrammar

import (
	"fmt"
	"strings"

	"tamga/signing/signtest/pdfattack"
)

// paint draws content whose place a simple reader gets wrong: the state of text
// and graphics comes from everywhere.
func (b *builder) paint(s *surface) {
	b.odd = true
	for range 1 + b.IntN(3) {
		at := b.place()
		piece := pick(b, s.words, s.words, s.words, s.lines, s.picture, s.nested, s.white)()
		b.tell(true, "paints:", strings.Join(strings.Fields(piece), " "))
		s.content = append(s.content, fmt.Sprintf("q %s1 0 0 1 %g %g cm %s Q", s.turned(), at.Left, at.Bottom, piece))
	}
}

// turned changes the coordinates, mostly not.
func (s *surface) turned() string {
	if !s.chance(5) {
		return ""
	}
	return pick(s.builder, "1 0 0 -1 0 200 cm ", "0 1 -1 0 200 0 cm ", ".5 0 0 .5 0 0 cm ", "2 0 0 2 -100 -100 cm ", "-1 0 0 1 200 0 cm ")
}

// words shows a text after some of what moves and scales it.
func (s *surface) words() string {
	size := pick(s.builder, "12", "12", "20", "-12", "1", s.odd12())
	state := []string{"/" + s.letters() + " " + size + " Tf"}
	for range 1 + s.IntN(3) {
		state = append(state, s.textState())
	}
	s.Shuffle(len(state), func(i, j int) { state[i], state[j] = state[j], state[i] })
	show := pick(s.builder, "(Pay) Tj", "[(Pay)] TJ", "["+s.far()+"(Pay)]TJ", "[(Pa)"+s.far()+"(y)] TJ", "(Pay) '", "0 "+s.move()+" (Pay) \"",
		"( ) Tj (Pay) Tj", "<506179> Tj", "("+strings.Repeat(" ", 10)+") Tj (Pay) Tj",
		"(PayPayPay yayaPPPP) Tj", "["+s.far()+"(yyyyyyyy)(PPPP)]TJ", "(aaaaaaaaaaaaaaaaaaaa) Tj (Pa) Tj")
	all := s.odd() + strings.Join(state, " ") + s.between("Td")
	// The state of text outlives the text object, unlike its matrix.
	if s.chance(3) {
		return all + " BT " + show + " ET"
	}
	if s.chance(4) {
		return "BT " + all + " ET BT " + show + " ET"
	}
	return "BT " + all + " " + show + " ET"
}

func (s *surface) odd12() string { return pick(s.builder, "12.", "+12", "012", "1.2e1", "12.0") }

func (s *surface) move() string {
	if s.chance(12) {
		return pick(s.builder, "--80", "+80", "80.0.0", "8-0", "80-", "0x50", "1e2", ".", "-", "80.", "-.5e2", "8_0", "#80", "80%\n", "1 50", "null 50", "(50)", "/N 50", "true", "99999999999", "Inf", "nan", "4294967216", strings.Repeat("0", 300)+"80")
	}
	return pick(s.builder, "50", "-50", "100", "-100", "80", "-120", "10")
}

// far is a number of TJ that moves by some lengths of the page.
func (s *surface) far() string {
	if s.chance(12) {
		return pick(s.builder, "4294967296", "-99999999999999999999", "-1e4")
	}
	return pick(s.builder, "-8000", "8000", "-4000", "4000", "9000")
}

// between is what moves in the middle of a path or a text, where nothing should.
func (s *surface) between(operator string) string {
	if !s.chance(6) {
		return ""
	}
	move := "60 60 Td"
	if operator == "cm" {
		move = "1 0 0 1 60 -60 cm"
	}
	return pick(s.builder, " "+move, " q "+move+" Q", " q "+move+" Q "+move)
}

func (s *surface) textState() string {
	switch s.IntN(16) {
	case 0, 1:
		return s.move() + " Ts"
	case 2, 3:
		return pick(s.builder, "-100", "-500", "300", "1000", "10") + " Tz"
	case 4:
		return s.move() + " Tc"
	case 5:
		return s.move() + " Tw"
	case 6:
		return s.move() + " TL T*"
	case 7:
		return s.move() + " " + s.move() + " Td"
	case 8:
		return s.move() + " " + s.move() + " TD T*"
	case 9:
		return pick(s.builder, "1 0 0 1", "0 1 -1 0", "3 0 0 3", "-1 0 0 1") + " " + s.move() + " " + s.move() + " Tm"
	case 10:
		return pick(s.builder, "1 Tr 40 w", "2 Tr", "3 Tr", "7 Tr", "5 Tr")
	case 11, 12:
		return "/" + s.resource("ExtGState", s.inline(s.gs())) + " gs"
	case 13:
		return "q 1 0 0 1 " + s.move() + " " + s.move() + " cm Q"
	case 14:
		return "1 0 0 1 " + s.move() + " " + s.move() + " cm"
	}
	return s.move() + " TL"
}

// odd is what a content stream should not have, and readers forgive in their own
// ways.
func (s *surface) odd() string {
	if !s.chance(6) {
		return ""
	}
	return pick(s.builder, "1 0 0 1 60 -60 7 7 cm ", "1 0 0 1 60 cm ", "9 1 0 0 1 60 -60 cm ", "1 0 0 1 60 -60cm ", "Q ", "q q ", "1 0 0 1 60 -60 CM ", "% 0 0 m\n", "<</A 1 0 0 1 60 -60 cm>> ",
		"[1 0 0 1 60 -60] cm ", "1 0 0 1 60 -60 cm% ", "1 0 0 1 (60) -60 cm ", "1 0 0 1 60 -60 foo cm ", "/A /B BDC ", "EMC EMC ", "1 0 0 1 60\x00-60 cm ", "BT 1 0 0 1 60 -60 cm ", "1 0 0 1 6#30 -60 cm ", "{1 0 0 1 60 -60} cm ")
}

// gs is a graphics state that changes what is painted after it.
func (s *surface) gs() *object {
	return pick(s.builder, dict("Font", array([]string{ref(font), "60"})), dict("LW", "60"), dict("BM", "/Difference"), dict("BM", "/Multiply"),
		dict("LW", "60", "LC", "2"), dict("SMask", "/None"), dict("ca", "0"), dict("ML", "100"), dict("TR", inverted), dict("TR2", inverted), dict("Font", s.loose(array([]string{s.ref(s.drawn()), "20"}))))
}

// inverted is a function that makes white black.
const inverted = "<</FunctionType 2/Domain[0 1]/N 1/C0[1]/C1[0]>>"

// letters is the name of a font.
func (s *surface) letters() string {
	switch s.IntN(7) {
	case 3:
		return pick(s.builder, "Missing", "F1#20", "#461", "F1")
	case 0:
		return s.resource("Font", s.inline(s.drawn()))
	case 4:
		if s.chance(2) {
			return s.resource("Font", s.inline(s.embedded()))
		}
	case 5:
		return s.resource("Font", s.inline(s.measured()))
	case 1:
		return s.resource("Font", s.inline(dict("Type", "/Font", "Subtype", "/Type1", "BaseFont", "/Helvetica",
			"FirstChar", "32", "LastChar", "121", "Widths", "["+strings.Repeat(pick(s.builder, "8000 ", "-4000 ", "0 "), 90)+"]")))
	case 2:
		return s.resource("Font", s.inline(dict("Type", "/Font", "Subtype", "/Type0", "BaseFont", "/Helvetica", "Encoding", pick(s.builder, "/Identity-V", "/Identity-H"),
			"DescendantFonts", "[<</Type/Font/Subtype/CIDFontType2/BaseFont/Helvetica/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW "+
				pick(s.builder, "1000", "9000")+"/DW2[880 "+pick(s.builder, "-1000", "-9000", "9000")+"]>>]")))
	}
	return "F1"
}

// measured is a font that says of each letter how wide it is, in ways that programs
// agree upon or not.
func (s *surface) measured() *object {
	width := func() string {
		return pick(s.builder, "500", "250", "900", "1200", "333.3", "0", "-300", "3000", "600")
	}
	if s.chance(2) {
		var widths []string
		for range 90 {
			widths = append(widths, width())
		}
		o := dict("Type", "/Font", "Subtype", pick(s.builder, "/Type1", "/TrueType"), "BaseFont", pick(s.builder, "/Helvetica", "/Courier", "/Arial", "/Times-Roman"),
			"FirstChar", s.loose(pick(s.builder, "32", "32", "32", "0", "80")), "LastChar", s.loose(pick(s.builder, "121", "121", "121", "97", "0", "255")))
		if !s.chance(6) {
			o.set("Widths", s.loose("["+strings.Join(widths, " ")+"]"))
		}
		return o
	}
	// The letters are of two bytes: Pa, yP, ay and others.
	letter := func() string { return pick(s.builder, "20577", "31056", "24953", "31097", "20560", "24929", "31073") }
	entries := ""
	for range 1 + s.IntN(6) {
		if from := letter(); s.chance(2) {
			entries += from + "[" + width() + " " + width() + "]"
		} else {
			entries += from + " " + letter() + " " + width() + " "
		}
	}
	return dict("Type", "/Font", "Subtype", "/Type0", "BaseFont", "/Helvetica", "Encoding", "/Identity-H", "DescendantFonts",
		"[<</Type/Font/Subtype/"+pick(s.builder, "CIDFontType2", "CIDFontType2", "CIDFontType0")+"/BaseFont/A/DW "+width()+"/W["+entries+"]"+
			"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"+s.lettered()+">>]")
}

// lettered is a program for the letters of a composite font, all of them the same
// square, whose own widths are others than those of the dictionary; or none.
func (s *surface) lettered() string {
	if s.chance(3) {
		return ""
	}
	program := s.ref(stream(pdfattack.TrueTypeFont(pick(s.builder, 1000, 4000, 250), 0, "", pdfattack.Square(0, 0, 700))))
	return "/CIDToGIDMap " + s.ref(stream(strings.Repeat("\x00\x01", 1<<15))) + "/FontDescriptor<</Type/FontDescriptor/FontName/A/Flags 4/FontBBox[0 0 1000 1000]" +
		"/Ascent 1000/Descent 0/CapHeight 1000/ItalicAngle 0/StemV 80/FontFile2 " + program + ">>"
}

// embedded is a font whose program draws its letters elsewhere than its dictionaries
// say, in one of the formats of programs.
func (s *surface) embedded() *object {
	units := pick(s.builder, 1000, 1000, 100, 16)
	at := pick(s.builder, 0, 5000, -5000)
	file, data := "FontFile2", pdfattack.TrueTypeFont(units, 0, "", pdfattack.Square(at, at, 900))
	if s.chance(2) {
		file, data = "FontFile", pdfattack.Type1Font(fmt.Sprintf("[%g 0 0 %g 0 0]", 1/float64(units), 1/float64(units)), nil, square, square)
	}
	program := s.ref(stream(data, "Length1", fmt.Sprint(strings.Index(data, "eexec\n")+6), "Length2", fmt.Sprint(len(data)), "Length3", "0"))
	descriptor := "<</Type/FontDescriptor/FontName/A/Flags 4/FontBBox[0 0 1000 1000]/Ascent 1000/Descent 0/CapHeight 1000/ItalicAngle 0/StemV 80/" + file + " " + program + ">>"
	if file == "FontFile" {
		return dict("Type", "/Font", "Subtype", "/Type1", "BaseFont", "/A", "FirstChar", "32", "LastChar", "121", "Widths", "["+strings.Repeat("1000 ", 90)+"]",
			"FontDescriptor", descriptor, "Encoding", "<</Differences[80/A 97/A 121/A]>>")
	}
	return dict("Type", "/Font", "Subtype", "/Type0", "BaseFont", "/A", "Encoding", "/Identity-H", "DescendantFonts",
		"[<</Type/Font/Subtype/CIDFontType2/BaseFont/A/CIDToGIDMap "+s.ref(stream(strings.Repeat("\x00\x01", 1<<15)))+
			"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor "+descriptor+">>]")
}

// square is a letter of half an em as Type 1 fonts draw it.
const square = "\x8b\xff\x00\x00\x03\xe8\x0d\xff\x00\x00\x01\xf4\x06\xff\x00\x00\x01\xf4\x07\xff\xff\xff\xfe\x0c\x06\x09\x0e"

// drawn is a Type 3 font whose letters are as large as its matrix makes them.
func (s *surface) drawn() *object {
	full := s.ref(glyph(pick(s.builder, "0 0 900 900 re f", "3000 0 900 900 re f", "-5000 -2000 900 900 re f"))(s))
	return dict("Type", "/Font", "Subtype", "/Type3", "FontBBox", "[0 0 0 0]",
		"FontMatrix", s.loose(pick(s.builder, "[.001 0 0 .001 0 0]", "[.01 0 0 .01 0 0]", "[.001 0 0 .001 5 0]", "[.001 0 0 .001 0 -4]", "[0 .004 .004 0 0 0]")),
		"CharProcs", "<</P "+full+"/a "+full+"/y "+full+">>", "Encoding", "<</Differences[80/P 97/a 121/y]>>",
		"FirstChar", "80", "LastChar", "121", "Widths", "["+strings.Repeat("1000 ", 42)+"]", "Resources", "<<>>")
}

// lines strokes and fills paths.
func (s *surface) lines() string {
	state := ""
	for range s.IntN(3) {
		state += pick(s.builder, "60 w ", "20 w ", "1 J 40 w ", "[3 2] 0 d ", "100 M 0 j 8 w ", "0 M 9 w ", "2 J ", "/"+s.resource("ExtGState", s.inline(s.gs()))+" gs ", "3 0 0 3 0 0 cm ", "1 0 3 1 0 0 cm ",
			".1 0 0 9 0 0 cm 6 w ", "1 .5 0 1 0 0 cm 9 w ", "0 w ", "1 j 12 w ", "2 j 12 w ", "[30 9] 4 d 1 J ", "20 M 5 w ")
	}
	state += s.odd()
	path := pick(s.builder, "0 0 m 40 40 l", "0 0 m 40 1 l 0 2 l", "0 0 m 10 90 30 90 40 0 c", "0 0 40 40 re", "40 40 -80 -80 re", "0 0 m 0 90 40 90 v h", "5 5 m 5 5 l",
		"0 0 0 40 re", s.zigzag(), s.zigzag(), s.zigzag())
	return state + path + s.between("cm") + " " + pick(s.builder, "S", "s", "f", "B", "b*", "f*", "W n 0 0 40 40 re f", "F")
}

// zigzag is a path of some pieces, which may go back on itself and begin anew.
func (s *surface) zigzag() string {
	point := func() string { return fmt.Sprintf("%d %d", s.IntN(90)-30, s.IntN(90)-30) }
	path := point() + " m"
	for range 1 + s.IntN(5) {
		path += " " + pick(s.builder, point()+" l", point()+" l", point()+" "+point()+" "+point()+" c", point()+" "+point()+" v",
			point()+" "+point()+" y", "h", point()+" m", point()+" "+point()+" re")
	}
	return path
}

// white fills with what seems to be the paper's colour.
func (s *surface) white() string {
	before := pick(s.builder, "/"+s.resource("ExtGState", "<</BM/Difference>>")+" gs ", "/"+s.resource("ExtGState", "<</BM/Exclusion>>")+" gs ", "0 g ", "",
		"/"+s.resource("ExtGState", "<</TR "+inverted+">>")+" gs ", s.defaults(), "/DeviceGray cs 0 sc ", "/"+s.resource("ColorSpace", "[/Indexed/DeviceRGB 1<FFFFFF0000FF>]")+" cs ", "0 0 40 40 re ")
	colour := pick(s.builder, "1 g", "1 1 1 rg", "0 0 0 0 k", "1 sc", "1 1 1 scn", "/DeviceGray cs", "q 1 g Q", "1 G")
	return before + colour + " 0 0 40 40 re f"
}

// defaults gives the plain colours another meaning.
func (s *surface) defaults() string {
	category := pick(s.builder, "DefaultGray", "DefaultRGB", "DefaultCMYK")
	if !s.uses("ColorSpace", category) {
		space := map[string]string{
			"DefaultGray": "[/Separation/Black/DeviceGray " + inverted + "]", "DefaultRGB": "[/Lab<</WhitePoint[1 1 1]/Range[-100 100 -100 100]>>]",
			"DefaultCMYK": "[/DeviceN[/A/B/C/D]/DeviceGray<</FunctionType 4/Domain[0 1 0 1 0 1 0 1]/Range[0 1]>>]",
		}[category]
		s.resources["ColorSpace"] = append(s.resources["ColorSpace"], entry{category, space})
	}
	return ""
}

// picture paints an image, in the content or beside it.
func (s *surface) picture() string {
	if s.chance(3) {
		return "40 0 0 40 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID z EI"
	}
	n := s.add(stream("z", "Type", "/XObject", "Subtype", s.loose("/Image"), "Width", "1", "Height", "1", "BitsPerComponent", "8", "ColorSpace", "/DeviceGray"))
	return pick(s.builder, "40 0 0 40 0 0 cm", "-90 0 0 -90 0 0 cm", "40 40 -40 40 0 0 cm") + " /" + s.resource("XObject", ref(n)) + " Do"
}

// nested paints by a form that takes its state from outside.
func (s *surface) nested() string {
	inner := pick(s.builder, "BT (Pay) Tj ET", "0 0 m 40 40 l S", "0 0 40 40 re f", "1 g 0 0 40 40 re f", "BT 10 10 Td (Pay) Tj ET", "Q 0 0 40 40 re f", "q 5 0 0 5 0 0 cm 0 0 9 9 re f", "BT ET Q Q 0 0 40 40 re f", "0 0 40 40 re", "BX 0 0 40 40 re f EX")
	state := "/F1 12 Tf " + pick(s.builder, "60 w", s.textState(), s.textState(), "/"+s.resource("ExtGState", s.inline(s.gs()))+" gs", "/"+s.resource("ExtGState", "<</BM/Difference>>")+" gs", "1 g")
	o := stream(inner, "Type", "/XObject", "Subtype", s.loose("/Form"), "BBox", s.loose("[-200 -200 200 200]"))
	if s.chance(2) {
		o.set("Matrix", s.loose(pick(s.builder, "[1 0 0 1 60 0]", "[2 0 0 2 0 0]", "[1 0 0 1 0 -70]", "[0 1 -1 0 0 0]")))
	}
	if s.chance(3) {
		o.set("Group", "<</S/Transparency"+pick(s.builder, "", "/I true", "/K true")+">>")
	}
	if s.chance(2) {
		o.set("Resources", s.inline(dict("Font", "<</F1 "+ref(font)+">>")))
	}
	return state + " /" + s.resource("XObject", s.ref(o)) + " Do"
}
