package documents

import "unicode"

// Printable reports whether the documents can print a character: Latin with
// the letters of Europe, Cyrillic with those of Kazakh, and the punctuation of
// both. The fonts of documents/pdf have all of them.
func Printable(r rune) bool { return unicode.Is(printable, r) }

// printable is read only.
var printable = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0020, Hi: 0x007e, Stride: 1}, // ASCII
		{Lo: 0x00a0, Hi: 0x00ac, Stride: 1}, // Latin-1 signs; without the soft hyphen
		{Lo: 0x00ae, Hi: 0x017f, Stride: 1}, // Latin-1 letters, Latin Extended-A
		{Lo: 0x0400, Hi: 0x045f, Stride: 1}, // Cyrillic
		{Lo: 0x0490, Hi: 0x0493, Stride: 1}, // ґ ғ
		{Lo: 0x049a, Hi: 0x049b, Stride: 1}, // қ
		{Lo: 0x04a2, Hi: 0x04a3, Stride: 1}, // ң
		{Lo: 0x04ae, Hi: 0x04b1, Stride: 1}, // ү ұ
		{Lo: 0x04ba, Hi: 0x04bb, Stride: 1}, // һ
		{Lo: 0x04d8, Hi: 0x04d9, Stride: 1}, // ә
		{Lo: 0x04e8, Hi: 0x04e9, Stride: 1}, // ө
		{Lo: 0x2010, Hi: 0x2015, Stride: 1}, // dashes
		{Lo: 0x2018, Hi: 0x201e, Stride: 1}, // quotation marks
		{Lo: 0x2020, Hi: 0x2022, Stride: 1}, // † ‡ •
		{Lo: 0x2026, Hi: 0x2026, Stride: 1}, // …
		{Lo: 0x2030, Hi: 0x2030, Stride: 1}, // ‰
		{Lo: 0x2039, Hi: 0x203a, Stride: 1}, // ‹ ›
		{Lo: 0x20ac, Hi: 0x20ac, Stride: 1}, // €
		{Lo: 0x2116, Hi: 0x2116, Stride: 1}, // №
		{Lo: 0x2122, Hi: 0x2122, Stride: 1}, // ™
		{Lo: 0x2212, Hi: 0x2212, Stride: 1}, // −
	},
	LatinOffset: 3,
}
