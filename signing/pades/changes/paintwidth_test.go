package changes

import (
	"fmt"
	"strings"
	"testing"

	"tamga/signing/pades"
)

// TestWidthsOfLetters asks whether a line that begins at 10 reaches the middle of a page, by
// fonts that say how wide each letter is. What does not reach stands beside what does.
func TestWidthsOfLetters(t *testing.T) {
	target := rectangle{100, 100, 200, 200, true}
	for _, c := range []struct {
		name, content string
		want          bool
	}{
		// Ten letters of half an em take 60 points of 12, and the last one an em and
		// a half at the most.
		{"of the font's own widths", "/Own 12 Tf 10 150 Td (aaaaaaaaaa) Tj", false},
		{"one that reaches", "/Own 12 Tf 22 150 Td (aaaaaaaaaaaa) Tj", true},
		{"a wide letter among them", "/Own 12 Tf 10 150 Td (aaaawwaaaa) Tj", true},
		{"the wide letter last, which a program may stretch", "/Own 12 Tf 10 150 Td (aaaaaaaw) Tj", true},
		{"a letter after the wide one", "/Own 12 Tf 10 150 Td (aaaaaaawa) Tj", true},
		{"a letter that has no width", "/Own 12 Tf 10 150 Td (aaaaa~aaaaa) Tj", true},
		{"a letter of no width", "/Own 12 Tf 10 150 Td (zzzzzzzz) Tj", true},
		{"narrow after a letter of no width", "/Own 12 Tf 250 150 Td (zzzz) Tj", false},
		{"from right to left", "/Own -12 Tf 290 150 Td (aaaaaaaaaa) Tj", false},
		{"from right to left, reaching", "/Own -12 Tf 270 150 Td (aaaaaaaaaaaaa) Tj", true},
		{"squeezed", "/Own 12 Tf 50 Tz 10 150 Td (aaaaaaaaaaaaaaaaaaaa) Tj", false},
		{"with room between letters", "/Own 12 Tf 5 Tc 10 150 Td (aaaaaaaaaa) Tj", true},
		{"with room between words, and one word", "/Own 12 Tf 90 Tw 10 150 Td (aaaaaaaaaa) Tj", false},
		{"with room between words", "/Own 12 Tf 90 Tw 10 150 Td (aaa aaa) Tj", true},
		{"with a move", "/Own 12 Tf 10 150 Td [(aaaaaaaaaa) -3000 (a)] TJ", true},
		{"with a move back", "/Own 12 Tf 60 150 Td [(aaaaaa) 6000 (a)] TJ", true},
		{"a line after it, from the left", "/Own 12 Tf 10 150 Td (aaaaaaaaaa) Tj 0 -10 Td (aaaa) Tj", false},
		{"a thousandth of each letter may be lost", "/Own 12 Tf 10 150 Td (" + strings.Repeat("i", 4000) + ") Tj", true},
		{"and no more than that", "/Own 12 Tf 10 150 Td (" + strings.Repeat("i", 2000) + ") Tj", false},
		{"by widths elsewhere", "/Elsewhere 12 Tf 10 150 Td (aaaaaaaaaa) Tj", false},
		// Widths that programs read in their own ways say nothing.
		{"no first letter", "/NoFirst 12 Tf 10 150 Td (aaaaaaaaaa) Tj", true},
		{"no last letter", "/NoLast 12 Tf 10 150 Td (aaaaaaaaaa) Tj", true},
		{"a last letter that is the first", "/LastFirst 12 Tf 10 150 Td (bbbbbbbbbb) Tj", true},
		{"fewer widths than letters", "/Few 12 Tf 10 150 Td (aaaaaaaaaa) Tj", true},
		{"more widths than letters", "/More 12 Tf 10 150 Td (aaaaaaaaaa) Tj", false},
		{"more widths than letters, beyond", "/More 12 Tf 10 150 Td (bbbbbbbbbb) Tj", true},
		{"from before the first", "/Early 12 Tf 10 150 Td (aaaaaaaaaa) Tj", true},
		{"beyond the last that there is", "/Late 12 Tf 10 150 Td (aaaaaaaaaa) Tj", true},
		// Composite fonts.
		{"by numbers", "/CID 12 Tf 10 150 Td <" + strings.Repeat("0001", 10) + "> Tj", false},
		{"by numbers, reaching", "/CID 12 Tf 22 150 Td <" + strings.Repeat("0001", 12) + "> Tj", true},
		{"by numbers, in a range", "/CID 12 Tf 10 150 Td <" + strings.Repeat("0011", 10) + "> Tj", false},
		{"by numbers, at its end", "/CID 12 Tf 10 150 Td <" + strings.Repeat("0014", 10) + "> Tj", false},
		{"by numbers, behind its end", "/CID 12 Tf 10 150 Td <" + strings.Repeat("0015", 10) + "> Tj", true},
		{"by numbers, by default", "/CIDDW 12 Tf 10 150 Td <" + strings.Repeat("0009", 10) + "> Tj", false},
		{"by numbers, by a default that is no integer", "/CIDReal 12 Tf 10 150 Td <" + strings.Repeat("0009", 10) + "> Tj", true},
		{"by numbers, said twice", "/CIDTwice 12 Tf 10 150 Td <" + strings.Repeat("0001", 10) + "> Tj", true},
		{"by numbers, said twice the other way", "/CIDTwice 12 Tf 10 150 Td <" + strings.Repeat("0002", 10) + "> Tj", true},
		{"by numbers, in a range that ends before it begins", "/CIDBack 12 Tf 10 150 Td <" + strings.Repeat("0005", 10) + "> Tj", true},
		{"by numbers, room between words of two bytes", "/CID 12 Tf 90 Tw 10 150 Td <000100200001> Tj", true},
		{"by numbers of another encoding", "/Other 12 Tf 10 150 Td <" + strings.Repeat("0001", 10) + "> Tj", true},
		// The standard fonts, whose widths every program knows.
		{"Helvetica", "/Helv 12 Tf 10 150 Td (iiiiiiiiiiiiiiiii) Tj", false},
		{"Helvetica, wide", "/Helv 12 Tf 10 150 Td (WWWWWWWWW) Tj", true},
		{"Helvetica, a quote", "/Helv 12 Tf 10 150 Td (''''''''''''') Tj", true},
		{"Helvetica, a sign that is wider in one program", "/Helv 12 Tf 10 150 Td (@@@@@@i) Tj", true},
		{"Helvetica in bold italics", "/HelvBI 12 Tf 10 150 Td (iiiiiiiiiiiiiiiii) Tj", true},
		{"Helvetica, a letter beyond ASCII", "/Helv 12 Tf 10 150 Td (\\355\\355\\355\\355\\355\\355\\355\\355\\355\\355) Tj", true},
		{"Courier", "/Cour 12 Tf 10 150 Td (WWWWWWWWW) Tj", false},
		{"Courier, reaching", "/Cour 12 Tf 10 150 Td (iiiiiiiiiiiii) Tj", true},
		{"a name that is none of them", "/Arial 12 Tf 10 150 Td (iiiiiiiiiiiiiiiii) Tj", true},
		{"letters that mean others", "/Diff 12 Tf 10 150 Td (iiiiiiiiiiiiiiiii) Tj", true},
		{"of another type", "/TrueHelv 12 Tf 10 150 Td (iiiiiiiiiiiiiiiii) Tj", true},
		{"signs", "/Symb 12 Tf 10 150 Td (iiiiiiiiiiiiiiiii) Tj", true},
	} {
		p, resources := fontsOfWidths(t, target)
		err := p.paint([]byte("BT "+c.content+" ET"), resources, initial, 0)
		if got := err != nil; got != c.want {
			t.Errorf("%s: %q paints there: %v (%v)", c.name, c.content, got, err)
		}
	}
}

// fontsOfWidths has the letters a to z half an em wide, but i of nothing to speak of,
// w of five ems and z of none.
func fontsOfWidths(t *testing.T, target rectangle) (*painter, pades.Dict) {
	var own strings.Builder
	for c := 'a'; c <= 'z'; c++ {
		width := map[rune]int{'i': 1, 'w': 5000, 'z': 0}
		w, odd := width[c]
		if !odd {
			w = 500
		}
		fmt.Fprintf(&own, "%d ", w)
	}
	simple := func(name, entries string) string {
		return "/" + name + "<</Subtype/TrueType" + entries + ">>"
	}
	cid := func(name, encoding, entries string) string {
		return "/" + name + "<</Subtype/Type0/Encoding/" + encoding + "/DescendantFonts[<</Subtype/CIDFontType2" + entries + ">>]>>"
	}
	doc := document(t, "<</Font<<"+
		"/Own<</Subtype/TrueType/FirstChar 32/LastChar 122/Widths["+strings.Repeat("500 ", 65)+own.String()+"]>>"+
		simple("Elsewhere", "/FirstChar 4 0 R/LastChar 4 0 R/Widths[5 0 R]")+
		simple("NoFirst", "/LastChar 97/Widths[500]")+simple("NoLast", "/FirstChar 97/Widths[500]")+
		simple("LastFirst", "/FirstChar 97/LastChar 97/Widths[500 500]")+simple("Few", "/FirstChar 96/LastChar 98/Widths[500 500]")+
		simple("More", "/FirstChar 97/LastChar 97/Widths[500 500 500]")+
		simple("Early", "/FirstChar -1/LastChar 97/Widths["+strings.Repeat("500 ", 99)+"]")+
		simple("Late", "/FirstChar 97/LastChar 256/Widths["+strings.Repeat("500 ", 160)+"]")+
		cid("CID", "Identity-H", "/DW 1000/W[1[500 500]16 20 500]")+cid("CIDDW", "Identity-H", "/DW 500")+cid("CIDReal", "Identity-H", "/DW 500.0")+
		cid("CIDTwice", "Identity-H", "/W[1 1 500 1[1100]2[1100 1100]2 2 500]")+cid("CIDBack", "Identity-H", "/W[9 1 500]")+
		cid("Other", "UniGB-UTF16-H", "/DW 500")+
		"/HelvBI<</Subtype/Type1/BaseFont/Helvetica-BoldOblique>>/Helv<</Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>/Cour<</Subtype/Type1/BaseFont/Courier-Bold>>/Arial<</Subtype/Type1/BaseFont/Arial>>"+
		"/Diff<</Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[105/W]>>>>/TrueHelv<</Subtype/TrueType/BaseFont/Helvetica>>/Symb<</Subtype/Type1/BaseFont/Symbol>>"+
		">>>>", "97", "500")
	s := &step{comparison: &comparison{work: 1 << 20, doc: doc, read: doc.Object}}
	dict, err := doc.ResolveDict(0, pades.Ref{Number: 3})
	if err != nil {
		t.Fatal(err)
	}
	return s.newPainter(target), dict
}
