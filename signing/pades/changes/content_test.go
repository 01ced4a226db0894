package changes

import (
	"strings"
	"testing"

	"tamga/signing/pades"
)

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
		{"BT (a\\n\\r\\tb\\f\\0611) Tj ET", "ab11", true},
		{"BT (900) Tj ET", "100", false},
		{"BT (100) Tj (0) Tj ET", "100", false},
		{"BT (100) Tj ET /X1 Do", "100", false},
		{"BT (100 Tj ET", "100", false},
		{"BT 3 Tr (100) Tj ET", "100", false},
		{"BT (100) Tj ET 0 0 m 0 1 1 1 1 0 c f", "100", false},
		{"BT (100) Tj ET /GS1 gs", "100", false},
		{"1 g 0 0 9 9 re f 0 G 1 w 0 0 9 9 re S q 0 0 9 9 re W n BT (100) Tj ET Q", "100", true},
		{"", "100", false},
		{"BT (x) Tj ET", "\xFE\xFF\x04\x28", false},
		{"BT (?) Tj ET", "\xFE\xFF\x04\x28", true},
		{"BT (\xD8) Tj ET", "\xFE\xFF\x04\x28", true},
		{"BT (100) Tj ET", "\xFE\xFF\x001\x000\x000", true},
		{"BT (900) Tj ET", "\xFE\xFF\x001\x000\x000", false},
		{"BT (1000 ?) Tj ET", "\xFE\xFF\x001\x000\x000\x000\x00 \x20\xB8", true},
		{"BT (1000) Tj ET", "\xFE\xFF\x001\x000\x000\x000\x00 \x20\xB8", true},
		{"BT (9000 ?) Tj ET", "\xFE\xFF\x001\x000\x000\x000\x00 \x20\xB8", false},
		{"BT (10000 ?) Tj ET", "\xFE\xFF\x001\x000\x000\x000\x00 \x20\xB8", false},
		{"BT (caf\xE9 100) Tj ET", "caf\xE9 100", true},
		{"BT (caf\xE9 900) Tj ET", "caf\xE9 100", false},
		{"BT (caf\xE9?) Tj ET", "caf\xE9?", true},
		{"BT (caf\xE9) Tj ET", "caf\xE9?", false},
		{"BT (\xE9 pay) Tj ET", "pay", false},
	} {
		shown, err := shownText([]byte(c.content))
		if got := err == nil && sameText(shown, pades.String{Value: []byte(c.text)}.Text()); got != c.want {
			t.Errorf("%q shows %q: %v", c.content, c.text, got)
		}
	}
}

func TestMadeOf(t *testing.T) {
	for _, c := range []struct {
		shown string
		texts []string
		want  bool
	}{
		{"", nil, true},
		{"Old", []string{"Old", "New"}, true},
		{"Old New Old", []string{"Old", "New"}, true},
		{"900", []string{"Old", "New"}, false},
		{"Old9", []string{"Old", "New"}, false},
		{"Ne", []string{"Old", "New"}, false},
		{"aab", []string{"a", "ab"}, true},
		{"One of them", []string{"One of", "them"}, true},
		{"caf\xE9 one", []string{"café", "one"}, true},
		{"caf one", []string{"café", "one"}, true},
		{"cafx one", []string{"café", "one"}, false},
		{"x", []string{""}, false},
		{strings.Repeat("a", maxShown), []string{"a"}, true},
		{strings.Repeat("a", maxShown+1), []string{"a"}, false},
	} {
		if got := madeOf([]byte(c.shown), c.texts); got != c.want {
			t.Errorf("%.20q of %q: %v", c.shown, c.texts, got)
		}
	}
}
