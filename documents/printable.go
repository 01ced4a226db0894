package documents

import "unicode"

// Printable reports whether the documents can print a character: the letters of the
// Latin, Cyrillic and Greek scripts that the fonts have, and the punctuation of the
// three languages. What only looks like other letters (phonetic and old ones, those
// that stand for two) is left out, and so is what is put above and below letters: the
// fonts have letters with their accents, and nothing is put together.
func Printable(r rune) bool { return unicode.Is(printable, r) }

// printable is read only.
var printable = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0020, Hi: 0x007e, Stride: 1}, // ASCII
		{Lo: 0x00a0, Hi: 0x00ac, Stride: 1}, // Latin-1 signs; without the soft hyphen
		{Lo: 0x00ae, Hi: 0x0183, Stride: 1}, // Latin-1 letters, Latin Extended-A
		{Lo: 0x0186, Hi: 0x0195, Stride: 1}, // Latin Extended-B, without what looks like other letters
		{Lo: 0x0197, Hi: 0x01a6, Stride: 1},
		{Lo: 0x01a9, Hi: 0x01ba, Stride: 1},
		{Lo: 0x01be, Hi: 0x01be, Stride: 1},
		{Lo: 0x01cd, Hi: 0x01f0, Stride: 1},
		{Lo: 0x01f4, Hi: 0x01f6, Stride: 1},
		{Lo: 0x01f8, Hi: 0x021b, Stride: 1},
		{Lo: 0x021e, Hi: 0x0221, Stride: 1},
		{Lo: 0x0224, Hi: 0x024f, Stride: 1},
		{Lo: 0x0253, Hi: 0x0254, Stride: 1}, // the small letters of those
		{Lo: 0x0256, Hi: 0x0257, Stride: 1},
		{Lo: 0x0259, Hi: 0x0259, Stride: 1},
		{Lo: 0x025b, Hi: 0x025b, Stride: 1},
		{Lo: 0x0263, Hi: 0x0263, Stride: 1},
		{Lo: 0x0268, Hi: 0x0268, Stride: 1},
		{Lo: 0x026f, Hi: 0x026f, Stride: 1},
		{Lo: 0x0272, Hi: 0x0272, Stride: 1},
		{Lo: 0x0275, Hi: 0x0275, Stride: 1},
		{Lo: 0x027d, Hi: 0x027d, Stride: 1},
		{Lo: 0x0283, Hi: 0x0283, Stride: 1},
		{Lo: 0x0288, Hi: 0x028c, Stride: 1},
		{Lo: 0x0292, Hi: 0x0292, Stride: 1},
		{Lo: 0x02bb, Hi: 0x02bc, Stride: 1}, // ʻ ʼ of Uzbek and others
		{Lo: 0x0386, Hi: 0x0386, Stride: 1}, // Greek
		{Lo: 0x0388, Hi: 0x038a, Stride: 1},
		{Lo: 0x038c, Hi: 0x038c, Stride: 1},
		{Lo: 0x038e, Hi: 0x03a1, Stride: 1},
		{Lo: 0x03a3, Hi: 0x03ce, Stride: 1},
		{Lo: 0x0400, Hi: 0x0481, Stride: 1}, // Cyrillic, that of old texts too
		{Lo: 0x048a, Hi: 0x0513, Stride: 1}, // Cyrillic of other languages
		{Lo: 0x051a, Hi: 0x051d, Stride: 1},
		{Lo: 0x1e00, Hi: 0x1e99, Stride: 1}, // Latin Extended Additional
		{Lo: 0x1e9e, Hi: 0x1e9e, Stride: 1}, // ẞ
		{Lo: 0x1ea0, Hi: 0x1ef9, Stride: 1}, // Vietnamese
		{Lo: 0x1f00, Hi: 0x1f15, Stride: 1}, // Greek with the accents of old texts
		{Lo: 0x1f18, Hi: 0x1f1d, Stride: 1},
		{Lo: 0x1f20, Hi: 0x1f45, Stride: 1},
		{Lo: 0x1f48, Hi: 0x1f4d, Stride: 1},
		{Lo: 0x1f50, Hi: 0x1f57, Stride: 1},
		{Lo: 0x1f59, Hi: 0x1f59, Stride: 1},
		{Lo: 0x1f5b, Hi: 0x1f5b, Stride: 1},
		{Lo: 0x1f5d, Hi: 0x1f5d, Stride: 1},
		{Lo: 0x1f5f, Hi: 0x1f70, Stride: 1},
		{Lo: 0x1f72, Hi: 0x1f72, Stride: 1},
		{Lo: 0x1f74, Hi: 0x1f74, Stride: 1},
		{Lo: 0x1f76, Hi: 0x1f76, Stride: 1},
		{Lo: 0x1f78, Hi: 0x1f78, Stride: 1},
		{Lo: 0x1f7a, Hi: 0x1f7a, Stride: 1},
		{Lo: 0x1f7c, Hi: 0x1f7c, Stride: 1},
		{Lo: 0x1f80, Hi: 0x1fb4, Stride: 1},
		{Lo: 0x1fb6, Hi: 0x1fba, Stride: 1},
		{Lo: 0x1fbc, Hi: 0x1fbc, Stride: 1},
		{Lo: 0x1fc2, Hi: 0x1fc4, Stride: 1},
		{Lo: 0x1fc6, Hi: 0x1fc8, Stride: 1},
		{Lo: 0x1fca, Hi: 0x1fca, Stride: 1},
		{Lo: 0x1fcc, Hi: 0x1fcc, Stride: 1},
		{Lo: 0x1fd0, Hi: 0x1fd2, Stride: 1},
		{Lo: 0x1fd6, Hi: 0x1fda, Stride: 1},
		{Lo: 0x1fe0, Hi: 0x1fe2, Stride: 1},
		{Lo: 0x1fe4, Hi: 0x1fea, Stride: 1},
		{Lo: 0x1fec, Hi: 0x1fec, Stride: 1},
		{Lo: 0x1ff2, Hi: 0x1ff4, Stride: 1},
		{Lo: 0x1ff6, Hi: 0x1ff8, Stride: 1},
		{Lo: 0x1ffa, Hi: 0x1ffa, Stride: 1},
		{Lo: 0x1ffc, Hi: 0x1ffc, Stride: 1},
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
		{Lo: 0x2c60, Hi: 0x2c6c, Stride: 1}, // Latin Extended-C
		{Lo: 0x2c72, Hi: 0x2c73, Stride: 1},
	},
	LatinOffset: 2,
}
