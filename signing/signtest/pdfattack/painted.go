package pdfattack

import (
	"fmt"
	"strings"
)

// misplaced are new signature fields that are seen over a text which is not where
// a careless reader would look for it.
func misplaced(g Signers) []Case {
	s := approval()
	// The field lies at [300 200 400 250].
	over := func(s sample) []byte { return s.update(g, visible(s, "[300 200 400 250]")) }
	text := func(content string) []byte { return over(s.with(firstText, streamBody("", content))) }
	with := func(resources, content string) sample {
		return s.edit(firstPage, "/XObject<<", resources+"/XObject<<").with(firstText, streamBody("", content))
	}
	state := func(dict, content string) []byte { return over(with("/ExtGState<</G1 "+dict+">>", content)) }
	drawn := func(dict, inside, content string) []byte {
		return over(with("", content).with(logo, streamBody("/Type/XObject/Subtype/Form/BBox[0 0 600 800]"+dict, inside)))
	}
	// letter shows letter A of a font whose program is of a kind, at a place of the page.
	letter := func(font, kind, program, at string) []byte {
		return over(s.edit(firstPage, "/F1 8 0 R", "/F1 24 0 R").with(24, font).with(25, "<</Type/FontDescriptor/FontName/A/Flags 4"+
			"/FontBBox[0 0 1000 1000]/Ascent 1000/Descent 0/CapHeight 1000/ItalicAngle 0/StemV 80/"+kind+" 26 0 R>>").
			with(26, program).with(firstText, streamBody("", "BT /F1 20 Tf "+at)))
	}
	byNumber := func(kind string) string {
		return "<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/" + kind +
			"/BaseFont/A/CIDToGIDMap/Identity/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor 25 0 R>>]>>"
	}
	const named, number = "<</Type/Font/Subtype/Type1/BaseFont/A/FirstChar 65/LastChar 65/Widths[1000]/FontDescriptor 25 0 R>>", " Td <0001> Tj ET"
	trueType := func(x, y int) string { return streamBody("", TrueTypeFont(1000, 0, "", Square(x, y, 1000))) }
	// As many units to the right and up, and a square of one em.
	compactFont := streamBody("/Subtype/CIDFontType0C", CompactFont("", nil, nil, "\x0e", "\x1c"+u16(13000)+"\x1c"+u16(7000)+
		"\x15\x1c"+u16(1000)+"\x06\x1c"+u16(1000)+"\x07\x1c"+u16(-1000)+"\x06\x0e"))
	type1 := func(matrix string) string {
		program := Type1Font(matrix, nil, "\x8b\xff"+u32(1000)+"\x0d\x0e", "\x8b\xff"+u32(1000)+"\x0d\xff"+u32(500)+"\x06\xff"+u32(500)+
			"\x07\xff"+u32(-500)+"\x06\x09\x0e")
		clear := strings.Index(program, "eexec\n") + len("eexec\n")
		return streamBody(fmt.Sprintf("/Length1 %d/Length2 %d/Length3 0", clear, len(program)-clear), program)
	}
	const filled = "forms filled or signed as permitted"
	return []Case{
		{"painted: text raised", text("BT /F1 20 Tf 150 Ts 310 60 Td (Pay 100) Tj ET"), Change, codeOverContent},
		{"painted: text moved to the left", text("BT /F1 20 Tf 550 210 Td [12000 (Pay 100)] TJ ET"), Change, codeOverContent},
		{"painted: text mirrored", text("BT /F1 20 Tf -100 Tz 480 210 Td (Pay 100 today) Tj ET"), Change, codeOverContent},
		{"painted: a font of the graphics state", state("<</Font[8 0 R 200]>>", "/G1 gs BT 320 100 Td (1) Tj ET"), Change, codeOverContent},
		{"painted: a font of the graphics state after another", state("<</Font[8 0 R 200]>>", "/F1 1 Tf /G1 gs BT 320 100 Td (1) Tj ET"), Change, codeOverContent},
		{"painted: a width of the graphics state", state("<</LW 200>>", "0.8 G /G1 gs 250 150 m 450 150 l S"), Change, codeOverContent},
		{"painted: white that is mixed", state("<</BM/Difference>>", "0 g 0 0 100 100 re f /G1 gs 1 g 300 200 50 50 re f"), Change, codeOverContent},
		{"painted: white that is inverted", state("<</TR<</FunctionType 2/Domain[0 1]/N 1/C0[1]/C1[0]>>>>", "/G1 gs 1 g 300 200 50 50 re f"),
			Change, codeOverContent},
		{"painted: white of a default colour space", over(with("/ColorSpace<</DefaultGray[/CalGray<</WhitePoint[1 1 1]/Gamma 9>>]>>",
			"1 g 300 200 50 50 re f")), Change, codeOverContent},
		{"painted: letters of content streams", over(s.edit(firstPage, "/F1 8 0 R", "/F1 24 0 R").with(24, "<</Type/Font/Subtype/Type3"+
			"/FontMatrix[1 0 0 1 0 0]/FontBBox[0 0 500 500]/Encoding<</Differences[65/a]>>/CharProcs<</a 22 0 R>>/FirstChar 65/LastChar 65/Widths[1]>>").
			with(hidden, streamBody("", "1 0 d0 0.8 g 200 150 90 40 re f")).with(firstText, streamBody("", "BT /F1 1 Tf 110 60 Td (A) Tj ET"))),
			Change, codeOverContent},
		{"painted: blanks that are letters", over(s.with(font, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[32/A]>>>>").
			with(firstText, streamBody("", "BT /F1 20 Tf 310 210 Td (   ) Tj ET"))), Change, codeOverContent},
		{"painted: a form with the width of the page", drawn("", "250 150 m 450 150 l S", "0.8 G 200 w /X1 Do"), Change, codeOverContent},
		{"painted: a form with the font of the page", drawn("", "BT 320 100 Td (1) Tj ET", "/F1 200 Tf /X1 Do"), Change, codeOverContent},
		{"painted: a form without the rise of the page", drawn("", "BT 310 210 Td (Pay 100) Tj ET", "/F1 20 Tf 400 Ts /X1 Do"), Change, codeOverContent},
		{"painted: a form whose matrix is a reference", over(with("", "/X1 Do").with(logo, streamBody(
			"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Matrix 22 0 R", "0 0 50 50 re f")).with(hidden, "[1 0 0 1 310 210]")),
			Change, codeOverContent},
		{"painted: text in hexadecimal", over(s.with(firstText, streamBody("/Filter[/ASCIIHexDecode]",
			fmt.Sprintf("%x>", "BT /F1 20 Tf 310 210 Td (Pay 100) Tj ET")))), Change, codeOverContent},
		{"painted: a path that is moved before it is filled", text("0 0 50 30 re 1 0 0 1 310 210 cm f"), Change, codeOverContent},
		{"painted: a path that is moved and saved before it is filled", text("0 0 50 30 re q 1 0 0 1 310 210 cm f Q"), Change, codeOverContent},
		{"painted: a path that a form leaves to the page", drawn("", "310 210 50 30 re", "/X1 Do f"), Change, codeOverContent},
		{"painted: text whose place is restored", text("BT /F1 20 Tf 310 210 Td q -260 490 Td Q (Pay 100) Tj ET"), Change, codeOverContent},
		{"painted: text after a form that shows some", drawn("", "BT 1 0 0 1 310 210 Tm ET", "BT /F1 20 Tf 50 700 Td /X1 Do (Pay 100) Tj ET"),
			Change, codeOverContent},
		{"painted: text moved by a number that programs cut off", text("BT /F1 20 Tf 310 210 Td -" + strings.Repeat("0", 300) + "260 0 Td (Pay 100) Tj ET"),
			Change, codeOverContent},
		{"painted: text moved by a number that programs overflow", text("BT /F1 20 Tf 310 210 Td [4294967296 (Pay 100)] TJ ET"), Change, codeOverContent},
		{"painted: a width of a name that programs cut off", over(with("/ExtGState<</G1<</LW 200>>/"+strings.Repeat("N", 300)+" <</LW 1>>>>",
			"0.8 G /G1 gs /"+strings.Repeat("N", 300)+" gs 250 150 m 450 150 l S")), Change, codeOverContent},
		{"painted: letters that a TrueType font draws elsewhere", letter(byNumber("CIDFontType2"), "FontFile2", trueType(13000, 7000), "50 70"+number),
			Change, codeOverContent},
		{"painted: letters that a compact font draws elsewhere", letter(byNumber("CIDFontType0"), "FontFile3", compactFont, "50 70"+number),
			Change, codeOverContent},
		{"painted: letters that a Type 1 font draws larger", letter(named, "FontFile", type1("[0.04 0 0 0.04 0 0]"), "50 60 Td (A) Tj ET"),
			Change, codeOverContent},
		{"painted: letters as wide as their font draws them", letter("<</Type/Font/Subtype/Type1/BaseFont/A/FontDescriptor 25 0 R>>", "FontFile",
			type1("[0.001 0 0 0.001 0 0]"), "50 60 Td (A) Tj ET"), Change, codeOverContent},
		{"painted: letters of a font that is none", letter(named, "FontFile", streamBody("", "font"), "50 60 Td (A) Tj ET"), Change, codeOverContent},
		{"painted: text moved so often that programs lose it", text("BT /F1 20 Tf -33 210 Td " + strings.Repeat("999999.97 0 Td -999999.96 0 Td ", 5500) + "(Pay 100) Tj ET"),
			Change, codeOverContent},
		{"painted: a page moved so often that programs lose it", text("1 0 0 1 -33 0 cm " + strings.Repeat("1 0 0 1 999999.97 0 cm 1 0 0 1 -999999.96 0 cm ", 5500) + "0 210 50 30 re f"),
			Change, codeOverContent},
		{"painted: an operator that nobody knows", text("0 0 9 9 re f paint"), Change, codeOverContent},

		{"honest: a visible field beside text that is raised and spread", text("BT /F1 20 Tf 5 Ts 2 Tc 110 Tz 50 700 Td [(Pay) -300 (100) 50 (.)] TJ ET"),
			Honest, filled},
		{"honest: a visible field beside text in hexadecimal", over(s.with(firstText, streamBody("/Filter[/ASCIIHexDecode]",
			fmt.Sprintf("%x>", "BT /F1 20 Tf 50 700 Td (Pay 100) Tj ET")))), Honest, filled},
		{"honest: a visible field beside a form with the state of the page", drawn("", "10 10 m 100 10 l S BT 50 100 Td (1) Tj ET", "4 w /F1 20 Tf /X1 Do"),
			Honest, filled},
		{"honest: a visible field beside a link and a note", s.with(comment, "<</Type/Annot/Subtype/Text/F 28/Rect[410 300 430 320]/Contents(x)/P 3 0 R>>").
			edit(annotations, "20 0 R]", "20 0 R 22 0 R]").with(hidden, "<</Type/Annot/Subtype/Link/Rect[310 140 390 199]/Border[0 0 1]/P 3 0 R>>").
			update(g, visible(s.edit(annotations, "20 0 R]", "20 0 R 22 0 R]"), "[300 200 400 250]")), Honest, filled},
		{"honest: a visible field beside letters of a TrueType font", letter(byNumber("CIDFontType2"), "FontFile2", trueType(0, 0), "50 70"+number), Honest, filled},
		{"honest: a visible field beside letters of a Type 1 font", letter(named, "FontFile", type1("[0.001 0 0 0.001 0 0]"), "50 60 Td (A) Tj ET"), Honest, filled},
		{"honest: a visible field beside text that is placed anew", text("BT /F1 20 Tf 50 700 Td q 1 0 0 1 50 600 Tm (Pay) Tj Q 1 0 0 1 90 700 Tm (100) Tj ET"),
			Honest, filled},
		{"honest: a visible field on a page with a graphics state", state("<</Type/ExtGState/LW 2/BM/Normal/CA 1/SMask/None>>",
			"/G1 gs 1 g 0 0 600 800 re f 0 g 50 690 m 250 690 l S BT /F1 20 Tf 50 700 Td (Pay 100) Tj ET"), Honest, filled},
		{"honest: a visible field on a page as office programs write it", over(s.with(font, "<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H"+
			"/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/A/DW 1000/W[3[250 600]5 9 500]/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>]>>").
			with(firstText, streamBody("", "/P <</MCID 0>> BDC q 0.000008871 0 595.32 841.92 re W* n BT /F1 12.5 Tf 1 0 0 1 50 700 Tm 0 g 0 G "+
				"[<00030004>-7<0005>] TJ ET Q EMC /Artifact BMC 50 60 200 0.48 re f* EMC"))), Honest, filled},
	}
}
