package documents

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Alike returns what a text is compared by where nobody shall pass for another by how he
// writes: its letters and digits, small and without what stands between them, letters
// that look the same as one. It is for comparing only; empty for a text without any.
func Alike(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(norm.NFKC.String(strings.ReplaceAll(s, "№", " "))) {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			continue
		}
		b.WriteRune(lookedLike(r))
	}
	return b.String()
}

// lookedLike returns the one small letter for all that look like it.
func lookedLike(r rune) rune {
	const from, to = "aceopxyihəɵkmtbnё", "асеорхуіһәөкмтвне"
	at := strings.IndexRune(from, r)
	if at < 0 {
		return r
	}
	return []rune(to)[utf8.RuneCountInString(from[:at])]
}
