// Package pades reads the structure of a PDF file and finds every signature in
// it. It answers where the signatures are, which bytes each covers, and which
// structural rules each keeps or breaks; it judges no cryptography, no
// certificate and no change made after a signature.
//
// [Read] is the way in. A file passes the structural part of a verification
// when Read returns no error, there is at least one signature, and what is in
// [Document].Unreadable and in the Problems of every signature is [Tolerated] or
// acceptable to the caller's policy. [Document.SignedBytes] then gives the bytes to digest, and
// the accessors ([Document.Object], [Document.Catalog], [Document.Changed] …)
// show the objects as each revision left them.
//
// Package changes, below this one, judges what the revisions after a signature
// change; [Document.DSS] reads the evidence that they may bring.
//
// [Hole] and [Fill] place a CMS into a file of our own that was written with a
// final /ByteRange and a /Contents of zeros.
//
// The reader never repairs. A cross-reference that does not match the file is
// an error, because a repaired reading may differ from the one another program
// shows to a person. Work and memory are bounded by the length of the file.
//
// Clauses named in comments are of ISO 32000-1:2008 unless another is named.
package pades

import "time"

// Document is what [Read] found in one PDF file. It refers to the bytes given
// to Read, which must not change while it is in use. It is never modified after
// Read returns, so it is safe for concurrent use.
type Document struct {
	// Signatures holds every signature that belongs to a field of the newest
	// revision, in the order of their places in the file.
	Signatures []Signature
	// Revisions holds the states of the file, oldest first; there is at least
	// one. A linearized file's two cross-reference sections are one revision.
	Revisions []Revision
	// Unreadable holds what may hide or distort a signature and belongs to no
	// entry of Signatures, and what is odd about the file as a whole. A verifier
	// must pass no file where it holds more than what is [Tolerated].
	Unreadable []Problem
	// Hybrid is what comparing the two readings of hybrid cross-references
	// (7.5.8.4) has found, empty when there are none: [CodeHybrid], which is
	// [Tolerated], or [CodeHybridDiffers].
	Hybrid []Problem

	file     []byte
	versions []version
	streams  map[int]*objectStream
	meter    *meter   // of Read, as is
	scratch  *scratch // this

	encryption *encryption // nil when there is none
}

// Revision is one state of the file: everything up to End.
type Revision struct {
	// End is the offset after this revision's %%EOF and its end-of-line marker.
	End int64
	// Trailer is the trailer dictionary, or the dictionary of the
	// cross-reference stream, in force in this revision.
	Trailer Dict

	section int64 // offset of the cross-reference section
	marker  int64 // offset after %%EOF, before the end-of-line marker
	blank   int64 // offset after the white space that follows
}

// Kind tells a person's signature from a document timestamp.
type Kind int

// The kinds of signature dictionaries.
const (
	KindSignature Kind = iota
	// KindTimestamp is a document timestamp (ETSI EN 319 142-1, 5.4.3): its
	// Contents is an RFC 3161 token.
	KindTimestamp
)

// String returns "signature" or "document timestamp".
func (k Kind) String() string {
	if k == KindTimestamp {
		return "document timestamp"
	}
	return "signature"
}

// Signature is one signature dictionary (12.8.1) with the facts about its place
// in the file. Fields that could not be read are zero and have a Problem.
type Signature struct {
	Field   string // fully qualified field name (12.7.3.2)
	FieldID Ref    // the field's object
	ID      Ref    // the signature dictionary's object
	Kind    Kind

	Type, Filter, SubFilter string

	ByteRange [4]int64
	// Contents is the one element in /Contents, in DER or BER, without the zeros
	// after it.
	Contents []byte
	// ContentsStart is the offset of the '<' of /Contents, ContentsEnd the
	// offset after its '>'. Both are 0 when the dictionary is not a top-level
	// object.
	ContentsStart, ContentsEnd int64

	// ClaimedTime is /M: the signer's own claim, evidence of nothing.
	ClaimedTime                         time.Time
	Name, Reason, Location, ContactInfo string

	// DocMDP is the access permission of the DocMDP transform (12.8.2.2): 1 no
	// changes, 2 form filling and signing, 3 annotations too; 0 when the
	// signature has none.
	DocMDP int
	// Certification says that the catalog's /Perms /DocMDP names this
	// signature, in the revision that brought it or in the newest one.
	Certification bool

	// CoversWholeFile says that the ByteRange keeps every rule and ends with
	// the last byte of the file.
	CoversWholeFile bool
	// Revision is the index of the revision that ends where the ByteRange ends,
	// -1 when there is none.
	Revision int
	// Dict is the signature dictionary itself, DictRevision the revision that
	// defines it.
	Dict         Dict
	DictRevision int

	Problems []Problem
}

// Has says whether the signature has a problem of that code.
func (s *Signature) Has(code string) bool {
	for _, p := range s.Problems {
		if p.Code == code {
			return true
		}
	}
	return false
}

func (s *Signature) report(code, detail string) {
	s.Problems = append(s.Problems, Problem{Code: code, Detail: detail})
}

func (s *Signature) tolerate(code, detail string) {
	s.Problems = append(s.Problems, Problem{Code: code, Detail: detail, Weight: Tolerated})
}

// SignedBytes returns the two parts of the file covered by the ByteRange of s.
// Both are empty when the ByteRange does not lie within the file in order, so
// that a broken range can never select bytes.
func (d *Document) SignedBytes(s Signature) [2][]byte {
	if !inOrder(s.ByteRange, int64(len(d.file))) {
		return [2][]byte{}
	}
	b := s.ByteRange
	return [2][]byte{d.file[b[0] : b[0]+b[1]], d.file[b[2] : b[2]+b[3]]}
}
