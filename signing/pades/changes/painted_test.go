package changes

import (
	"errors"
	"testing"
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
		{"0 90 m 300 90 l S", false},
		{"30 w 0 90 m 300 90 l S", true},
		{"0 0 m 0 300 300 0 300 300 c f", true},
		{"1 0 0 1 150 150 cm 0 0 10 10 re f", true},
		{"1 0 0 1 250 250 cm 0 0 10 10 re f", false},
		{"0 1 -1 0 150 0 cm 150 0 10 10 re f", true},
		{"BT /F1 12 Tf 50 150 Td (Some words here) Tj ET", true},
		{"BT /F1 12 Tf 50 50 Td (Some words here) Tj ET", false},
		{"BT /F1 12 Tf 50 150 Td (W) Tj ET", false},
		{"BT /F1 12 Tf 50 150 Td (    ) Tj ET", false},
		{"BT /F1 12 Tf 14 TL 50 300 Td (W) Tj T* (W) Tj ET", false},
		{"BT /F1 12 Tf 100 TL 110 250 Td (W) Tj T* (W) Tj ET", true},
		{"BT /F1 12 Tf 100 TL 110 250 Td (W) '  ET", true},
		{"BT /F1 12 Tf 1 0 0 1 110 150 Tm [(a) -20 (b)] TJ ET", true},
		{"BT /F1 1 Tf 12 0 0 12 20 150 Tm <48656C6C6F48656C6C6F> Tj ET", true},
		{"BT /F1 12 Tf 50 0 Td 0 300 TD (x) Tj ET", false},
		{"/Sh1 sh", true},
		{"BI /W 1 /H 1 ID x EI", true},
		{"/X1 Do", true},
		{"(unclosed", true},
		{"cm", true},
		{"1e999 0 0 1e999 0 0 cm 0 0 1 1 re f", true},
	} {
		p := &painter{step: &step{comparison: &comparison{work: 1 << 20}}, target: target}
		err := p.paint([]byte(c.content), nil, identity, 0)
		if got := err != nil; got != c.want {
			t.Errorf("%q paints there: %v (%v)", c.content, got, err)
		}
		if err != nil && !errors.Is(err, errCovered) && !errors.Is(err, errContent) {
			t.Errorf("%q: %v", c.content, err)
		}
	}
}

func TestShownText(t *testing.T) {
	for _, c := range []struct {
		content, text string
		want          bool
	}{
		{"BT (100) Tj ET", "100", true},
		{"BT (1) Tj (00) Tj ET", "100", true},
		{"BT [(1) 20 (00)] TJ ET", "100", true},
		{"BT (One line) Tj T* (two) Tj ET", "One line two", true},
		{"BT <313030> Tj ET", "100", true},
		{"BT (1\\060\\60) Tj ET", "100", true},
		{"BT (a\\(b\\)) Tj ET", "a(b)", true},
		{"BT (900) Tj ET", "100", false},
		{"BT (100) Tj (0) Tj ET", "100", false},
		{"BT (100) Tj ET /X1 Do", "100", false},
		{"BT (100 Tj ET", "100", false},
		{"BT 3 Tr (100) Tj ET", "100", false},
		{"BT (100) Tj ET 0 0 m 0 1 1 1 1 0 c f", "100", false},
		{"BT (100) Tj ET /GS1 gs", "100", false},
		{"1 g 0 0 9 9 re f 0 G 1 w 0 0 9 9 re S q 0 0 9 9 re W n BT (100) Tj ET Q", "100", true},
		{"", "100", false},
		{"BT (x) Tj ET", "\xFE\xFF\x04\x28", true},
	} {
		shown, err := shownText([]byte(c.content))
		if got := err == nil && sameText(shown, []byte(c.text)); got != c.want {
			t.Errorf("%q shows %q: %v", c.content, c.text, got)
		}
	}
}

func FuzzContent(f *testing.F) {
	f.Add([]byte("q 1 0 0 1 0 0 cm BT /F1 1 Tf (a) Tj [<41> 2] TJ ET 0 0 m 1 1 l S Q"))
	f.Fuzz(func(_ *testing.T, content []byte) {
		p := &painter{step: &step{comparison: &comparison{work: 1 << 20}}, target: rectangle{1, 1, 2, 2, true}}
		p.paint(content, nil, identity, 0)
	})
}
