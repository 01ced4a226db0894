package pdfattack

import (
	"bytes"
	"slices"

	"tamga/signing/pades"
)

// tolerated are files as honest programs write them against the letter, each
// beside neighbours that could deceive.
func tolerated(g Signers) []Case {
	return slices.Concat(berContents(g), hybrids(g))
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
