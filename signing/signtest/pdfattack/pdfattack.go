// Package pdfattack makes PDF files that a verifier must refuse, each for a reason
// of its own, and files that look like them and are honest. They are made of
// nothing but code: [Cases] writes them with a small PDF writer and has them
// signed by its caller, so that the signatures in them can be real.
//
// The classes are those of the literature on PDF signatures: universal signature
// forgery (usf), incremental saving (isa), signature wrapping (swa), the shadow
// attacks hide, replace, and hide-and-replace, certification attacks,
// hybrid files that are read in two ways, and bombs.
package pdfattack

import (
	"slices"
	"strings"
)

// Where says what must refuse a case.
type Where string

// The places.
const (
	// Read: pades.Read gives an error that contains the code.
	Read Where = "read"
	// Unreadable: pades.Document.Unreadable has the code.
	Unreadable Where = "unreadable"
	// Problem: a signature has a problem of the code.
	Problem Where = "problem"
	// Change: a signature is intact, and what follows it is a change of that
	// code (package signing/pades/changes).
	Change Where = "change"
	// Honest: nothing may refuse the file but a policy that allows no later
	// revision.
	Honest Where = "honest"
	// Tolerated: the file is honest, and a warning names by the code how it departs
	// from the letter of the format.
	Tolerated Where = "tolerated"
)

// Case is one file.
type Case struct {
	// Name begins with the class and is unique.
	Name  string
	File  []byte
	Where Where
	// Code is the reason; for an honest case the outcome that package changes
	// gives its first signature.
	Code string
}

// Signers sign what the cases need signed. Each gets the two parts of the file
// that a ByteRange covers and returns one DER element of at most [Capacity]
// bytes: Sign a detached CMS, Stamp an RFC 3161 token. A nil one leaves a
// stand-in that is DER and no signature.
type Signers struct {
	Sign, Stamp func(parts [2][]byte) []byte
}

// Capacity is how many bytes of a signature fit.
const Capacity = 8192

// Cases returns all cases, in a fixed order.
func Cases(s Signers) []Case {
	s = s.orStandIn()
	return slices.Concat(
		honest(s), forgeries(s), incremental(s), wrapping(s), shadows(s), certifications(s), forms(s), stores(s), bombs(s),
		twoParts(s), onePart(s), byReference(s), misplaced(s), unbounded(s), edges(s),
		tolerated(s),
	)
}

// Streaming are the same signers, whose elements are in BER: of indefinite length, as
// generators write that do not know the length before they begin.
func (s Signers) Streaming() Signers {
	s = s.orStandIn()
	stream := func(sign func([2][]byte) []byte) func([2][]byte) []byte {
		return func(parts [2][]byte) []byte {
			return slices.Concat([]byte("\x30\x80"), inside(sign(parts)), []byte("\x00\x00"))
		}
	}
	return Signers{Sign: stream(s.Sign), Stamp: stream(s.Stamp)}
}

// orStandIn puts a stand-in where a signer is missing.
func (s Signers) orStandIn() Signers {
	stand := func([2][]byte) []byte { return []byte{0x30, 0x06, 0x04, 0x04, 't', 'e', 's', 't'} }
	if s.Sign == nil {
		s.Sign = stand
	}
	if s.Stamp == nil {
		s.Stamp = stand
	}
	return s
}

// replace changes a text that must be there once: a case that changes nothing
// would prove nothing.
func replace(text, old, changed string) string {
	if strings.Count(text, old) != 1 {
		panic("pdfattack: " + old + " is not there once")
	}
	return strings.Replace(text, old, changed, 1)
}
