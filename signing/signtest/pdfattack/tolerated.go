package pdfattack

import (
	"bytes"
	"slices"

	"tamga/signing/pades"
)

// tolerated are files as honest programs write them against the letter, each
// beside neighbours that could deceive.
func tolerated(g Signers) []Case {
	return slices.Concat(berContents(g), hybrids(g), spelled(g), around(g), defaultsAdded(g), tagged(g), privately(g))
}

// berContents are containers in BER, as streaming generators write them.
func berContents(g Signers) []Case {
	s := approval()
	// ending puts the element, without the end of its contents, between two texts.
	ending := func(head, end string) []byte {
		return s.build(Signers{Stamp: g.Stamp, Sign: func(parts [2][]byte) []byte {
			return slices.Concat([]byte(head), inside(g.Sign(parts)), []byte(end))
		}}).out
	}
	const eoc = "\x00\x00"
	return []Case{
		{"tolerated: the CMS of indefinite length", ending("\x30\x80", eoc), Tolerated, pades.CodeContentsBER},
		{"tolerated: a timestamp of indefinite length", s.update(Signers{Sign: g.Sign, Stamp: func(parts [2][]byte) []byte {
			return slices.Concat([]byte("\x30\x80"), inside(g.Stamp(parts)), []byte(eoc))
		}}, s.sign(fresh, "Stamp", stampBody())), Tolerated, pades.CodeContentsBER},
		{"usf: something after a CMS of indefinite length", ending("\x30\x80", eoc+"\x04\x01x"), Problem, pades.CodeContentsTrailing},
		{"usf: two elements, the first of indefinite length", ending("\x30\x80", eoc+eoc+"\x30\x03\x02\x01\x00"), Problem, pades.CodeContentsTrailing},
		{"usf: a CMS of indefinite length without its end", s.build(Signers{Stamp: g.Stamp, Sign: func([2][]byte) []byte {
			return append([]byte("\x30\x80"), bytes.Repeat([]byte("\x04\x01x"), (Capacity-2)/3)...)
		}}).out, Problem, pades.CodeContentsNotOneDER},
		{"bomb: a CMS of indefinite lengths in each other", s.build(Signers{Stamp: g.Stamp, Sign: func([2][]byte) []byte {
			return bytes.Repeat([]byte("\x30\x80"), Capacity/2)
		}}).out, Problem, pades.CodeContentsNotOneDER},
	}
}

// inside is what a DER element holds.
func inside(element []byte) []byte {
	head := 2
	if element[1] >= 0x80 {
		head += int(element[1] & 0x7f)
	}
	return element[head:]
}

// defaultsAdded are forms that get default resources with a second signature.
func defaultsAdded(g Signers) []Case {
	s := approval().edit(acroForm, "/DR<</Font<</F1 8 0 R>>>>/DA(/F1 12 Tf)", "")
	second := func(s sample, entries string) []byte {
		return s.update(g, s.sign(fresh, "Other", sigBody("")).and(sample{fresh + 2: "<</Type/Font/Subtype/Type1/BaseFont/Symbol>>"}).
			edit(acroForm, "/SigFlags 3", "/SigFlags 3"+entries))
	}
	const resources = "/DA(/F1 0 Tf)/DR<</Font<</F1 32 0 R>>>>"
	bare := s.edit(nameField, "/AP<</N 16 0 R>>", "")
	anew := s.edit(acroForm, "/SigFlags 3", "/SigFlags 3/NeedAppearances true")
	return []Case{
		{"tolerated: default resources added", second(s, resources), Tolerated, codeDefaults},
		{"tolerated: default resources added that the pages have", second(s, "/DR<</Font<</F1 8 0 R>>>>"), Tolerated, codeDefaults},
		{"form: default resources for a field without an appearance", second(bare, resources), Change, codeForm},
		{"form: default resources for fields that are drawn anew", second(anew, resources), Change, codeForm},
		{"isa: default resources that are an array", second(s, "/DR[8 0 R]"), Change, codeForm},
		{"isa: default resources after a certification without changes",
			certified(1).edit(acroForm, "/DR<</Font<</F1 8 0 R>>>>/DA(/F1 12 Tf)", "").update(g, sample{
				acroForm: replace(s[acroForm], "/SigFlags 3", "/SigFlags 3/DR<</Font<</F1 8 0 R>>>>")}), Change, codeDefaults},
	}
}
