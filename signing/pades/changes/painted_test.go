package changes

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"tamga/signing/pades"
)

// TestPainted asks of contents whether they paint in the middle of a page.
func TestPainted(t *testing.T) {
	target := rectangle{100, 100, 200, 200, true}
	for _, c := range []struct {
		content string
		want    bool
	}{
		{"", false},
		{"0 0 300 300 re f", true},
		{"1 g 0 0 300 300 re f", false},
		{"1 1 1 rg 0 0 300 300 re f", false},
		{"0 0 0 0 k 0 0 300 300 re f", false},
		{"1 g 0 0 300 300 re f 0 g 150 150 1 1 re f", true},
		{"1 g q 0 g Q 0 0 300 300 re f", false},
		{"q 1 g Q 0 0 300 300 re f", true},
		{"/Cs1 cs 1 sc 0 0 300 300 re f", true},
		{"1 g 0 0 300 300 re B", true},
		{"0 0 300 300 re n", false},
		{"0 0 300 300 re W n", false},
		{"0 0 90 90 re f", false},
		{"0 0 m 300 300 l S", true},
		// A frame leaves free what is in it; what crosses or thickens does not.
		{"0 0 300 300 re S", false},
		{"0 0 300 300 re s", false},
		{"0 0 m 300 0 l 300 300 l 0 300 l s", false},
		{"0 0 m 300 0 l 300 300 l 0 300 l h S", false},
		{"0 0 m 300 0 l 300 300 l 0 300 l 0 0 l S", false},
		{"0 0 m 0 90 m 300 90 l S", false},
		{"0 0 300 300 re 150 150 m 150 160 l S", true},
		{"0 0 300 300 re 0 150 m 300 150 l S", true},
		{"90 300 m 90 0 l 210 300 l s", true},
		{"90 300 m 90 0 l 90 300 l S", false},
		{"0 0 m 50 0 l 300 300 l s", true},
		{"0 300 l 0 0 l 300 0 l S", true},
		{"0 0 300 300 re 250 0 l S", false},
		{"0 0 300 300 re 150 150 l S", true},
		{"0 0 300 300 re h 300 300 l S", true},
		{"220 w 0 0 300 300 re S", true},
		{"0 0 300 300 re B", true},
		{"0 0 300 300 re b", true},
		{"0 0 m 0 300 300 300 300 0 c S", true},
		{"0 250 m 0 300 300 300 300 250 c S", false},
		{"0 250 m 150 150 300 250 v S", true},
		{"0 250 m 100 300 300 250 y S", false},
		{"1 0 1 0.05 0 0 cm 30 w -2700 3000 10 10 re S", true},
		{"0 0 m " + strings.Repeat("0 0 l ", maxStrokes) + "300 0 l 300 300 l S", true},
		{"0 90 m 300 90 l S", false},
		{"30 w 0 90 m 300 90 l S", true},
		{"0 0 m 0 300 300 0 300 300 c f", true},
		{"1 0 0 1 150 150 cm 0 0 10 10 re f", true},
		{"1 0 0 1 250 250 cm 0 0 10 10 re f", false},
		{"0 1 -1 0 150 0 cm 150 0 10 10 re f", true},
		{"BT /F1 12 Tf 50 150 Td (Some words here) Tj ET", true},
		{"BT /F1 12 Tf 50 50 Td (Some words here) Tj ET", false},
		{"BT /F1 12 Tf 50 150 Td (W) Tj ET", false},
		// What moves text, and may move it back.
		{"BT /F1 12 Tf 110 50 Td (W) Tj ET", false},
		{"BT /F1 12 Tf 100 Ts 110 50 Td (W) Tj ET", true},
		{"BT /F1 12 Tf -100 Ts 110 150 Td (W) Tj ET", false},
		{"BT /F1 12 Tf 250 150 Td (W) Tj ET", false},
		{"BT /F1 12 Tf 250 150 Td [10000 (W)] TJ ET", true},
		{"BT /F1 12 Tf 50 150 Td [-6000 (W)] TJ ET", true},
		{"BT /F1 12 Tf 50 150 Td [-20000 (W)] TJ ET", false},
		{"BT /F1 12 Tf -100 Tz 250 150 Td (Some words here) Tj ET", true},
		{"BT /F1 12 Tf -100 Tz 90 150 Td (Some words here) Tj ET", false},
		{"BT /F1 12 Tf 50 Tz 30 150 Td (Words) Tj ET", false},
		{"BT /F1 -12 Tf 250 150 Td (Some words here) Tj ET", true},
		{"BT /F1 12 Tf -20 Tc 250 150 Td (Some words) Tj ET", true},
		{"BT /F1 12 Tf -40 Tw 250 150 Td (S o m e) Tj ET", true},
		{"BT /F1 12 Tf 60 Tc 20 150 Td (So) Tj ET", true},
		{"BT /F1 12 Tf 50 Tc 20 150 Td (So) Tj ET", false},
		{"BT /F1 12 Tf 250 150 Td 0 0 (W) \" ET", false},
		{"BT /F1 12 Tf 250 150 Td 0 -60 (WWW) \" ET", true},
		{"BT /F1 12 Tf 80 150 Td 2 Tr 80 w (W) Tj ET", true},
		{"BT /F1 200 Tf 50 50 Td (W) Tj ET", true},
		// Fonts.
		{"BT 50 50 Td (W) Tj ET", true},
		{"BT /None 12 Tf 50 50 Td (W) Tj ET", true},
		{"BT /T3 12 Tf 50 50 Td (W) Tj ET", true},
		{"BT /Wide 12 Tf 50 150 Td (W) Tj ET", true},
		{"BT /Back 12 Tf 250 150 Td (WWWW) Tj ET", true},
		// Programs take widths below nothing for large ones.
		{"BT /Back 12 Tf -700 150 Td (WWWW) Tj ET", true},
		{"BT /Broad 12 Tf 50 150 Td (W) Tj ET", true},
		{"BT /Broadest 12 Tf 9 9 Td (W) Tj ET", true},
		{"BT /BackCID 12 Tf -700 150 Td <00010001> Tj ET", true},
		{"BT /Map 12 Tf 50 150 Td (       ) Tj ET", true},
		{"BT /CID 12 Tf 50 50 Td <00410042> Tj ET", false},
		{"BT /CID 12 Tf 50 150 Td <0041004200410042> Tj ET", true},
		{"BT /CID 12 Tf 50 50 Td <004100> Tj ET", true},
		{"BT /CID 12 Tf 50 150 Td <20202020> Tj ET", false},
		{"BT /CID 12 Tf 80 150 Td <20202020> Tj ET", true},
		{"BT /GB 12 Tf 50 50 Td (abc) Tj ET", false},
		{"BT /CIDV 12 Tf 50 50 Td <0041> Tj ET", true},
		{"BT /CIDW 12 Tf 50 150 Td <0005> Tj ET", true},
		{"BT /CIDW 12 Tf 50 150 Td <0041> Tj ET", false},
		// Graphics states.
		{"/Plain gs 1 g 0 0 300 300 re f", false},
		{"1 g /Plain gs 0 0 300 300 re f", false},
		{"/Compatible gs 1 g 0 0 300 300 re f", false},
		{"/Difference gs 1 g 0 0 300 300 re f", true},
		{"/Invert gs 1 g 0 0 300 300 re f", true},
		{"/Masked gs 1 g 0 0 300 300 re f", true},
		{"q /Difference gs Q 1 g 0 0 300 300 re f", false},
		{"0 90 m 300 90 l S", false},
		{"/Thick gs 0 90 m 300 90 l S", true},
		{"/Big gs BT 50 50 Td (W) Tj ET", true},
		{"/F1 1 Tf /Big gs BT 50 50 Td (W) Tj ET", true},
		{"/Big gs /F1 1 Tf BT 50 50 Td (W) Tj ET", false},
		{"/None gs", true},
		{"/Huge gs BT 50 50 Td (W) Tj ET", true},
		{"/Odd gs", true},
		{"BT /Lost 12 Tf 50 150 Td (W) Tj ET", true},
		{"BT /Bad 12 Tf 50 50 Td (W) Tj ET", true},
		{"0 0 m 90 90 l 0 90 l S", false},
		{"20 w 90 0 m 85 90 l 80 0 l S", true},
		{"20 w 1 M 90 0 m 85 80 l 80 0 l S", false},
		// A limit below one is none, and programs keep the one before.
		{"20 w 0 M 90 0 m 85 80 l 80 0 l S", true},
		{"20 w 1 M 0.5 M 90 0 m 85 80 l 80 0 l S", true},
		{"/Blunt gs 20 w 90 0 m 85 80 l 80 0 l S", true},
		{"/Spiky gs 5 w 90 0 m 85 80 l 80 0 l S", true},
		// White that may be another colour.
		{"/Fm1 Do", true},
		{"/Fm2 Do", false},
		{"/FmRGB Do", true},
		{"/FmKnock Do", true},
		{"/FmGroup Do", false},
		{"/FmKnock Do 1 g 0 0 300 300 re f", true},
		{"/FmCMYK Do", true},
		{"/Difference gs /Fm2 Do", true},
		// What a form begins with.
		{"60 w /Fm3 Do", true},
		{"/Fm3 Do", false},
		{"q 60 w Q /Fm3 Do", false},
		{"/Fm3 Do 60 w", false},
		{"1 0 0 1 0 100 cm /Fm4 Do", true},
		{"/Fm4 Do", false},
		{"BT /F1 12 Tf ET /Fm10 Do", false},
		{"BT /F1 12 Tf ET /Fm5 Do", false},
		{"BT /F1 200 Tf ET /Fm5 Do", true},
		{"BT /F1 12 Tf 100 Ts ET 1 0 0 1 60 0 cm /Fm5 Do", true},
		// Where programs begin it otherwise.
		{"BT /F1 12 Tf 300 Ts ET 1 0 0 1 60 130 cm /Fm5 Do", true},
		{"BT /F1 12 Tf 300 Ts ET 1 0 0 1 60 0 cm /Fm5 Do", false},
		{"BT /F1 12 Tf 900 Tz ET /Fm5 Do", false},
		{"1 g /Fm4 Do", false},
		{"1 g 1 0 0 1 0 100 cm /Fm4 Do", true},
		{"/Fm5 Do", true},
		{"/Fm6 Do", true},
		{"/Fm7 Do", true},
		{"/Fm8 Do", true},
		{"/Fm9 Do", true},
		{"/Ps1 Do", true},
		{"9 0 0 9 0 0 cm /Im1 Do", false},
		{"300 0 0 300 0 0 cm /Im1 Do", true},
		// What is not read in one way only.
		{"1 g 0 0 300 300 re f extra", true},
		{"1 1 0 0 90 90 re n", true},
		{"/a /b /c /d k 0 0 300 300 re f", true},
		{"1e0 g", true},
		{"1 0 0 1 1-1 0 cm", true},
		{"1 0 0 1 nan 0 cm", true},
		{"1 0 0 1 (x) 0 cm", true},
		{"-5 w", true},
		{"2000000 0 m", true},
		{"1000 0 0 1000 0 0 cm 1000 0 0 1000 0 0 cm 1000 0 0 1000 0 0 cm", true},
		{"[1 0 0 1 0 0 cm]", true},
		{"[1", true},
		{"]", true},
		{"> n", true},
		{"} n", true},
		{"/Span <</MCID 0/E (x)>> BDC 0 0 9 9 re f EMC", false},
		{"/#50lain gs", false},
		{"/Plai#6E gs", false},
		{"/Plai#6 gs", true},
		{"/Plai#6g gs", true},
		{"% 150 150 9 9 re f\r0 0 9 9 re f % 150 150 9 9 re f", false},
		{"% 0 0 9 9 re f\n150 150 9 9 re f", true},
		{"+5 0 9 9 re f", false},
		{"-5. .5 9 9 re f", false},
		{",5 0 9 9 re f", true},
		{"1,5 0 9 9 re f", true},
		{">> n", true},
		{"] [ n", true},
		{"[ ] ] n", true},
		{"<< n >>", true},
		{"<</A 1", true},
		{"<4 n", true},
		{"<4g> n", true},
		{"[<4>] TJ", true},
		{"BT /F1 12 Tf 50 50 Td [(W) /x] TJ ET", true},
		{"BT /F1 12 Tf 50 50 Td /x Tj ET", true},
		{"BT /F1 12 Tf 50 50 Td () Tj ET", false},
		{"BT () Tj ET", false},
		{"BT /F1 /x Tf ET", true},
		{"BT 12 12 Tf ET", true},
		{"/x Ts", true},
		{"/x 0 (W) \"", true},
		{"BT 20000000 0 Td ET", true},
		{"BT 900000 0 Td 900000 0 Td ET", false},
		{strings.Repeat("BT 900000 0 Td ", 2) + strings.Repeat("900000 0 Td ", 12) + "ET", true},
		{"BT 9 TL " + strings.Repeat("900000 900000 TD ", 12) + "ET", true},
		{"BT /F1 12 Tf 900000 TL " + strings.Repeat("() ' ", 12) + "ET", true},
		{"BT 900000 TL " + strings.Repeat("T* ", 12) + "ET", true},
		{"BT 1 0 0 1 110 150 Tm ET BT /F1 12 Tf 0 50 Td (W) Tj ET", false},
		{"BT 1 0 0 1 0 300 Tm ET BT /F1 12 Tf 110 150 Td (W) Tj ET", true},
		{strings.Repeat("q ", 1001) + "0 0 9 9 re f", false},
		{strings.Repeat("q ", 1002) + "0 0 9 9 re f", true},
		{"/BadFont gs", true},
		{"/Far gs", true},
		{"12 gs", true},
		{"12 Do", true},
		{"BT /Bare 12 Tf ET", true},
		{"BT /Pair 12 Tf ET", true},
		{"BT /Simple 12 Tf ET", true},
		{"BT /Dict 12 Tf ET", true},
		{"BT /W1 12 Tf ET", true},
		{"BT /W2 12 Tf ET", true},
		{"BT /W3 12 Tf ET", true},
		{"BT /W4 12 Tf ET", true},
		{"BT /W5 12 Tf ET", true},
		{"BT /DW 12 Tf 50 150 Td <0041> Tj ET", true},
		{"BT /DWBad 12 Tf ET", true},
		{"BT /Descriptor 12 Tf ET", true},
		{"BT /WidthBad 12 Tf ET", true},
		{"/Fm11 Do", true},
		{"/Fm12 Do", true},
		{"/Fm13 Do", true},
		{"/Fm14 Do", true},
		{"900000 0 0 1 0 0 cm /Fm15 Do", true},
		// What programs place in their own ways.
		{"0 0 9 9 re 1 0 0 1 110 110 cm f", true},
		{"0 0 9 9 re 0.5 g 2 w f", false},
		{"0 0 m 9 9 l q 1 0 0 1 110 110 cm S Q", true},
		{"q 0 0 9 9 re Q f", true},
		{"0 0 9 9 re /Fm2 Do f", true},
		{"0 0 9 9 re W n q /Fm2 Do Q", false},
		{"/Fm16 Do", true},
		{"0 0 9 9 re", false},
		{"BT /F1 12 Tf 50 50 Td q 0 99 Td Q (W) Tj ET", true},
		{"BT /F1 12 Tf 50 50 Td q 0 99 Td Q ET", false},
		{"BT /F1 12 Tf 9 9 Td q Q 1 0 0 1 50 50 Tm (W) Tj ET", false},
		{"BT /F1 12 Tf q 1 0 0 1 50 50 Tm (W) Tj Q ET", false},
		{"BT /F1 12 Tf 50 50 Td /Fm2 Do (W) Tj ET", true},
		{"BT /F1 12 Tf 50 50 Td /Fm2 Do ET", false},
		{"BT /F1 12 Tf 50 50 Td ET (W) Tj", true},
		{"/F1 12 Tf 50 50 Td (W) Tj", true},
		{strings.Repeat("0", 63) + "5 0 9 9 re f", false},
		{strings.Repeat("0", 64) + "5 0 9 9 re f", true},
		{"/" + strings.Repeat("N", 127) + " ri", false},
		{"/" + strings.Repeat("N", 128) + " ri", true},
		{"BT /F1 12 Tf 50 50 Td (" + strings.Repeat(" ", 32767) + ") Tj ET", false},
		{"BT /F1 12 Tf 50 50 Td (" + strings.Repeat(" ", 32768) + ") Tj ET", true},
		{"BT /F1 12 Tf 50 50 Td <" + strings.Repeat("20", 32767) + "> Tj ET", false},
		{"BT /F1 12 Tf 50 50 Td <" + strings.Repeat("20", 32768) + "> Tj ET", true},
		{"BT /F1 12 Tf 50 150 Td [1000000 (W)] TJ ET", false},
		{"BT /F1 12 Tf 50 150 Td [1000001 (W)] TJ ET", true},
		// What programs of single precision lose on the way.
		{strings.Repeat("1 0 0 1 999999.97 0 cm 1 0 0 1 -999999.96 0 cm ", 2000) + "0 0 9 9 re f", true},
		{strings.Repeat("q 1 0 0 1 999999.97 0 cm Q ", 2000) + "0 0 9 9 re f", false},
		{strings.Repeat("1 0 0 1 9.97 0 cm 1 0 0 1 -9.96 0 cm ", 2000) + "0 0 9 9 re f", false},
		{"BT /F1 12 Tf " + strings.Repeat("999999.97 0 Td -999999.96 0 Td ", 2000) + "(W) Tj ET", true},
		{"BT /F1 12 Tf " + strings.Repeat("999999.97 0 Td -999999.96 0 Td ", 2000) + "1 0 0 1 0 0 Tm (W) Tj ET", false},
		{"BT /F1 12 Tf " + strings.Repeat("99.97 0 Td -99.96 0 Td ", 2000) + "(W) Tj ET", false},
		{"BT /F1 12000 Tf [" + strings.Repeat("-999999.97 999999.96 ", 2000) + "] TJ /F1 12 Tf (W) Tj ET", true},
		{strings.Repeat("1 0 0 1 999999.97 0 cm 1 0 0 1 -999999.96 0 cm ", 2000) + "/Fm2 Do /Fm17 Do", true},
		{strings.Repeat("1.0000001 0 0 1 0 0 cm ", 2000) + "1 0 0 1 -900000 0 cm 899900 0 9 9 re f", true},
		// Lines of a turned and stretched page.
		{"0 1 -1 0 0 0 cm 30 w 0 -300 m 0 300 l S", false},
		{"0 1 -1 0 0 0 cm 30 w 90 -300 m 90 300 l S", true},
		{"0 3 -3 0 0 0 cm 10 w 28 -100 m 28 100 l S", true},
		{"3 0 0 3 0 0 cm 6 w 28 0 m 28 100 l S", true},
		{"3 0 0 3 0 0 cm 5 w 28 0 m 28 100 l S", false},
		{"1 0 0 3 0 0 cm 8 w 0 28 m 300 28 l S", true},
		{"1 0 0 3 0 0 cm 7 w 0 28 m 300 28 l S", false},
		{"3 0 0 1 0 0 cm 8 w 28 0 m 28 300 l S", true},
		{"3 0 0 1 0 0 cm 7 w 28 0 m 28 300 l S", false},
		{"1 0 9 1 0 0 cm 4 w -820 100 m -1260 149 l S", true},
		{"1 0 9 1 0 0 cm 2 w -820 100 m -1260 149 l S", false},
		{"1 9 0 1 0 0 cm 4 w 100 -820 m 149 -1260 l S", true},
		{"1 9 0 1 0 0 cm 2 w 100 -820 m 149 -1260 l S", false},
		{"1 0 0 1 0 0 cm 3 w 80 0 m 80 300 l S", false},
		{"14 w 0 85 m 300 85 l S", false},
		{"16 w 0 85 m 300 85 l S", true},
		{"0 w 0 98 m 300 98 l S", false},
		{"0 w 0 99.5 m 300 99.5 l S", true},
		{"14 w 0 0 85 85 re S", false},
		{"16 w 0 0 85 85 re S", true},
		{"3 w 0 0 m 0 80 85 80 85 0 c S", true},
		{"1 w 0 0 m 0 80 85 80 85 0 c S", false},
		{"3 w 0 0 m 0 80 85 0 v S", true},
		{"3 w 0 0 m 0 80 85 0 y S", true},
		{"3 w 0 0 m 85 80 l h S", true},
		{"3 w 0 0 m 85 80 l S", false},
		{"3 w 0 0 m 85 80 l n 0 0 m 85 80 l S", false},
		{"0 0 m 300 300 l n", false},
		{"0 0 m 300 300 l n 0 0 9 9 re f", false},
		{"1 g 0 0 300 300 re F", false},
		{"1 g 0 0 300 300 re f*", false},
		{"1 g 0 0 300 300 re b", true},
		{"1 g 0 0 300 300 re b*", true},
		{"1 g 0 0 300 300 re B*", true},
		{"1 g 0 0 m 300 300 l s", true}, // a stroke is not white for a white fill
		{"1 g /DeviceGray cs 0 0 300 300 re f", true},
		{"2 1 0 1 0 0 cm 60 60 9 9 re f", true},
		{"1 0 0 1 10 10 cm 2 1 3 4 5 6 cm 20 20 1 1 re f", true},
		{"2 1 3 4 5 6 cm 1 0 0 1 10 10 cm 10 0 1 1 re f", false},
		{"[3 2] 0 d 0 J 1 j 10 M 0.5 i /Perceptual ri 0 0 9 9 re S", false},
		{"Q Q 0 0 9 9 re f", false},
		{"BT /F1 12 Tf 50 150 Td (    ) Tj ET", false},
		{"BT /F1 12 Tf 14 TL 50 300 Td (W) Tj T* (W) Tj ET", false},
		{"BT /F1 12 Tf 100 TL 110 250 Td (W) Tj T* (W) Tj ET", true},
		{"BT /F1 12 Tf 100 TL 110 250 Td (W) '  ET", true},
		{"BT /F1 12 Tf 1 0 0 1 110 150 Tm [(a) -20 (b)] TJ ET", true},
		{"BT /F1 1 Tf 12 0 0 12 20 150 Tm <48656C6C6F48656C6C6F48656C6C6F> Tj ET", true},
		{"BT /F1 12 Tf 50 0 Td 0 300 TD (x) Tj ET", false},
		{"/Sh1 sh", true},
		{"BI /W 1 /H 1 ID x EI", true},
		{"/X1 Do", true},
		{"(unclosed", true},
		{"cm", true},
		{"1e999 0 0 1e999 0 0 cm 0 0 1 1 re f", true},
	} {
		p, resources := painting(t, target)
		err := p.paint([]byte(c.content), resources, initial, 0)
		if got := err != nil; got != c.want {
			t.Errorf("%q paints there: %v (%v)", c.content, got, err)
		}
		if errors.Is(err, ErrTooComplex) {
			t.Errorf("%q: %v", c.content, err)
		}
	}
}

// painting follows contents whose resources are painted as objects of a file.
func painting(t testing.TB, target rectangle) (*painter, pades.Dict) {
	doc := document(t, paintedResources...)
	s := &step{comparison: &comparison{work: 1 << 20, doc: doc, read: doc.Object}}
	dict, err := doc.ResolveDict(0, pades.Ref{Number: 3})
	if err != nil {
		t.Fatal(err)
	}
	return s.newPainter(target), dict
}

// document is a file of a catalog, an empty page tree, and some objects from number
// 3 on.
func document(t testing.TB, objects ...string) *pades.Document {
	objects = append([]string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"}, objects...)
	file := []byte("%PDF-1.7\n")
	table := fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for i, body := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", len(file))
		file = fmt.Appendf(file, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	file = fmt.Appendf(file, "%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", table, len(objects)+1, len(file))
	doc, err := pades.Read(file)
	if err != nil || len(doc.Unreadable) > 0 {
		t.Fatal(err, doc.Unreadable)
	}
	return doc
}

var paintedResources = []string{
	`<</Font<</F1 4 0 R/T3 5 0 R/Wide 6 0 R/Broad<</Subtype/TrueType/Widths[32767]>>/Broadest<</Subtype/TrueType/Widths[32768]>>/BackCID<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/W[1[-1]]>>]>>/Back 7 0 R/Map 8 0 R/CID 9 0 R/GB 10 0 R/CIDV 11 0 R/CIDW 12 0 R/Lost 13 0 R/Bad 14 0 R
/Bare<</Subtype/Type0/Encoding/Identity-H>>/Pair<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[8 0 R 8 0 R]>>/Simple<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[4 0 R]>>
/Dict<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[18 0 R]>>/W1<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/W 18 0 R>>]>>
/W2<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/W[1]>>]>>/W3<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/W[1 2]>>]>>
/W4<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/W[1 2/x]>>]>>/W5<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/W[1[/x]]>>]>>
/DW<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/DW 9000>>]>>/DWBad<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/DW/x>>]>>
/Descriptor<</Subtype/TrueType/FontDescriptor 18 0 R>>/WidthBad<</Subtype/TrueType/Widths[/x]>>>>
/ExtGState<</Plain<</Type/ExtGState/BM/Normal/CA 0.5/SMask/None>>/Compatible<</BM/Compatible>>/Difference<</BM 19 0 R>>/Invert<</TR<</FunctionType 2>>>>
/Masked<</SMask<</S/Luminosity>>>>/Thick<</LW 20 0 R>>/Spiky<</ML 40>>/Blunt<</ML 0>>/Big<</Font[4 0 R 200]>>/Huge<</Font[5 0 R 1]>>/Odd<</LW(x)>>/BadFont<</Font[4 0 R]>>/Far<</Font[4 0 R 2000000]>>>>
/XObject<</Fm1 21 0 R/Fm2 22 0 R/Fm3 23 0 R/Fm4 24 0 R/Fm5 25 0 R/Fm6 26 0 R/Fm7 27 0 R/Fm8 28 0 R/Im1 29 0 R/Ps1 30 0 R/Fm9 31 0 R/Fm10 33 0 R/Fm11 34 0 R/Fm12 35 0 R/Fm13 36 0 R/Fm14 37 0 R/Fm15 38 0 R/FmRGB 39 0 R/FmCMYK 40 0 R/FmKnock 41 0 R/FmGroup 42 0 R/Fm16 43 0 R/Fm17 44 0 R>>>>`,
	"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	"<</Type/Font/Subtype/Type3/FontMatrix[1 0 0 1 50 100]>>",
	"<</Type/Font/Subtype 15 0 R/Widths 16 0 R>>",
	"<</Type/Font/Subtype/TrueType/Widths[-3000]>>",
	"<</Type/Font/Subtype/Type1/Encoding<</Differences[32/A]>>>>",
	"<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/W[1[500]2 9 600]>>]>>",
	"<</Type/Font/Subtype/Type0/Encoding/UniGB-UTF16-H/DescendantFonts[<</Subtype/CIDFontType0>>]>>",
	"<</Type/Font/Subtype/Type0/Encoding/Identity-V/DescendantFonts[<</Subtype/CIDFontType0>>]>>",
	"<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[17 0 R]>>",
	"<</Type/Font/Subtype/TrueType/FontDescriptor<</MissingWidth 9000>>>>",
	"<</Type/Font/Subtype/TrueType/Widths(500)>>",
	"/TrueType",
	"[500 18 0 R]",
	"<</Subtype/CIDFontType2/DW 500/W[1 9 9000]>>",
	"9000",
	"/Difference",
	"30",
	formXObject("/Resources<</ColorSpace<</DefaultGray[/Separation/Black/DeviceGray 99 0 R]>>>>", "1 g 0 0 300 300 re f"),
	formXObject("", "1 g 0 0 300 300 re f"),
	formXObject("", "0 90 m 300 90 l S"),
	formXObject("/Matrix 32 0 R", "0 0 9 9 re f"),
	formXObject("", "BT 50 20 Td (W) Tj ET"),
	formXObject("", "Q"),
	formXObject("/Ref<</F(other.pdf)>>", ""),
	formXObject("/Matrix[1 0 0]", ""),
	"<</Subtype/Image/Width 1/Height 1/Length 0>>stream\n\nendstream",
	"<</Subtype/PS/Length 0>>stream\n\nendstream",
	formXObject("/Resources<</XObject<</Fm9 31 0 R>>>>", "/Fm9 Do"),
	"[1 0 0 1 150 0]",
	formXObject("", "BT /F1 12 Tf 50 20 Td (W) Tj ET"),
	formXObject("/Matrix[1 0 0 1 0/x]", ""),
	formXObject("/Matrix[1 0 0 1 0 2000000]", ""),
	formXObject("/Resources 18 0 R", ""),
	formXObject("/Filter/DCTDecode", ""),
	formXObject("/Matrix[900000 0 0 1 0 0]", ""),
	formXObject("/Resources<</ColorSpace<</DefaultRGB/x>>>>", "1 1 1 rg 0 0 300 300 re f"),
	formXObject("/Resources<</ColorSpace<</DefaultCMYK/x>>>>", "0 0 0 0 k 0 0 300 300 re f"),
	formXObject("/Group<</S/Transparency/K true>>", "1 g 0 0 300 300 re f"),
	formXObject("/Group<</S/Transparency/K false/I true>>", "1 g 0 0 300 300 re f"),
	formXObject("", "0 0 9 9 re"),
	formXObject("", "0 0 9 9 re f"),
}

func formXObject(dict, content string) string {
	return fmt.Sprintf("<</Type/XObject/Subtype/Form/BBox[0 0 300 300]%s/Length %d>>stream\n%s\nendstream", dict, len(content), content)
}
