package documents

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Composed returns a text whose letters and accents are one character each, where
// there is one (Unicode, NFC): the fonts have such letters only.
func Composed(s string) string { return norm.NFC.String(s) }

// unprintable says, of a text that is composed, which of its characters cannot be
// printed, by its code, and why; nothing of one that can be.
func unprintable(s string, lines bool) string {
	var before rune
	for _, r := range s {
		if !Printable(r) && (r != '\n' || !lines) {
			return whyNot(before, r)
		}
		before = r
	}
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if r := misplaced(word); r >= 0 {
			return fmt.Sprintf("holds the letter %#U among letters of another script, which look like it", r)
		}
	}
	return ""
}

// fromTheRight are the scripts that are written from right to left. It is read only.
var fromTheRight = []*unicode.RangeTable{unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko}

func whyNot(before, r rune) string {
	why := "which cannot be printed"
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me) && unicode.IsLetter(before):
		return fmt.Sprintf("holds the mark %U on the letter %#U: the fonts have no such letter in one, and put none together", r, before)
	case unicode.In(r, fromTheRight...):
		why = "which is written from right to left, as the forms are not"
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
		why = "which nobody sees"
	case unicode.Is(lookAlike, r):
		why = "which looks like other letters"
	case unicode.IsLetter(r):
		why = "which the fonts of the documents do not have"
	}
	return fmt.Sprintf("holds the character %#U, %s", r, why)
}

// lookAlike are the letters that the fonts have and the documents do not print. It is
// read only.
var lookAlike = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0184, Hi: 0x0185, Stride: 1}, // ƅ as b
		{Lo: 0x0196, Hi: 0x0196, Stride: 1}, // Ɩ as I
		{Lo: 0x01a7, Hi: 0x01a8, Stride: 1}, // Ƨ as 2
		{Lo: 0x01bb, Hi: 0x01bd, Stride: 1}, // ƽ as 5
		{Lo: 0x01bf, Hi: 0x01cc, Stride: 1}, // ƿ as p, ǀ as l, ǃ as an exclamation mark, Ǆ
		{Lo: 0x01f1, Hi: 0x01f3, Stride: 1}, // Ǳ
		{Lo: 0x01f7, Hi: 0x01f7, Stride: 1},
		{Lo: 0x021c, Hi: 0x021d, Stride: 1}, // Ȝ as 3
		{Lo: 0x0222, Hi: 0x0223, Stride: 1}, // Ȣ as 8
		{Lo: 0x0250, Hi: 0x02b8, Stride: 1}, // ɑ, ɡ, ɪ and other letters of phonetics
		{Lo: 0x02e0, Hi: 0x02e4, Stride: 1},
		{Lo: 0x037b, Hi: 0x037f, Stride: 1}, // ͻ
		{Lo: 0x03cf, Hi: 0x03ff, Stride: 1}, // ϳ as j, Ϲ as C
		{Lo: 0x1d00, Hi: 0x1dbf, Stride: 1}, // ᴀ
		{Lo: 0x1e9a, Hi: 0x1e9d, Stride: 1},
		{Lo: 0x212a, Hi: 0x212b, Stride: 1},
		{Lo: 0x214e, Hi: 0x214e, Stride: 1}, // ⅎ
		{Lo: 0x2184, Hi: 0x2184, Stride: 1}, // ↄ
		{Lo: 0x2c6d, Hi: 0x2c7f, Stride: 1}, // Ɑ as A
		{Lo: 0xa788, Hi: 0xa78c, Stride: 1},
		{Lo: 0xfb00, Hi: 0xfb06, Stride: 1}, // ﬁ
		{Lo: 0xff21, Hi: 0xff5a, Stride: 1}, // Ａ
	},
}

// misplaced returns the first letter of a word that passes for one of another script:
// a Greek one that looks like a Latin or Cyrillic one beside such letters, and a rare
// Latin one beside Cyrillic letters; -1 if there is none.
func misplaced(word string) rune {
	var latin, cyrillic bool
	greek, rare := rune(-1), rune(-1)
	for _, r := range word {
		switch {
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic = true
		case unicode.Is(unicode.Greek, r):
			if greek < 0 && !strings.ContainsRune("ΔΘΞΣΨΩβδθλμξσψω", r) { // which nobody takes for another
				greek = r
			}
		case unicode.Is(unicode.Latin, r):
			latin = true
			if r > 0x17f && rare < 0 {
				rare = r
			}
		}
	}
	switch {
	case greek >= 0 && (latin || cyrillic):
		return greek
	case cyrillic:
		return rare
	}
	return -1
}
