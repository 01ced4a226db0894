// Package der reads and writes the distinguished encoding of ASN.1 (X.690)
// without reflection, so that a signed structure can be taken apart into the
// very bytes that were signed.
//
// [Reader] is strict: definite lengths in their shortest form, no tags above
// 30, no bytes left over. Strangers' files in the basic encoding go through
// [FromBER] first. Writing is by composition: [Sequence], [Set], [OID] and the
// others return complete elements.
package der

import (
	"encoding/asn1"
	"errors"
	"math/big"
	"time"
)

// Tag is the identifier octet of an element: class, constructed bit and number.
type Tag byte

// The tags that certificates, revocation lists and signatures are made of.
const (
	Boolean         Tag = 0x01
	Integer         Tag = 0x02
	BitString       Tag = 0x03
	OctetString     Tag = 0x04
	Null            Tag = 0x05
	ObjectID        Tag = 0x06
	Enumerated      Tag = 0x0a
	UTF8String      Tag = 0x0c
	PrintableString Tag = 0x13
	IA5String       Tag = 0x16
	UTCTime         Tag = 0x17
	GeneralizedTime Tag = 0x18
	SequenceTag     Tag = 0x30
	SetTag          Tag = 0x31
)

// Context returns the tag [n] of a primitive element.
func Context(n byte) Tag { return Tag(0x80 | n) }

// ContextConstructed returns the tag [n] of a constructed element.
func ContextConstructed(n byte) Tag { return Tag(0xa0 | n) }

// ErrSyntax is wrapped by every error of this package: the bytes are not what
// the encoding rules allow.
var ErrSyntax = errors.New("not valid DER")

// syntaxError says what is wrong without the cost of formatting on a path that
// strangers' bytes can take often.
type syntaxError string

func (e syntaxError) Error() string { return ErrSyntax.Error() + ": " + string(e) }
func (e syntaxError) Unwrap() error { return ErrSyntax }

const errUnexpected = syntaxError("another element was expected here")

// Element is one element: its tag, its contents, and all its bytes.
type Element struct {
	Tag  Tag
	Body []byte // contents octets
	Raw  []byte // identifier, length and contents octets
}

// Reader takes elements off the front of a byte slice. The zero value is at
// the end of nothing.
type Reader struct{ rest []byte }

// NewReader reads the elements in b one after another.
func NewReader(b []byte) *Reader { return &Reader{rest: b} }

// Empty reports whether nothing is left.
func (r *Reader) Empty() bool { return len(r.rest) == 0 }

// Rest returns the bytes not read yet.
func (r *Reader) Rest() []byte { return r.rest }

// Next takes the next element, whatever its tag.
func (r *Reader) Next() (Element, error) {
	if b := r.rest; len(b) >= 2 && b[0]&longTag != longTag && int(b[1]) <= min(len(b)-2, 0x7f) {
		return r.short(), nil
	}
	return r.long()
}

// short takes an element that is known to be there, whose length takes one
// octet.
func (r *Reader) short() Element {
	b := r.rest
	end := 2 + int(b[1])
	r.rest = b[end:]
	return Element{Tag: Tag(b[0]), Body: b[2:end], Raw: b[:end]}
}

// long takes any element.
func (r *Reader) long() (Element, error) {
	e, rest, err := split(r.rest)
	if err != nil {
		return Element{}, err
	}
	r.rest = rest
	return e, nil
}

// Count returns how many elements follow, as far as they are well formed, and
// not more than most.
func (r *Reader) Count(most int) int {
	n := 0
	for ahead := *r; n < most && !ahead.Empty(); n++ {
		if _, err := ahead.Next(); err != nil {
			break
		}
	}
	return n
}

// Peek tells the tag of the next element; false when nothing is left.
func (r *Reader) Peek() (Tag, bool) {
	if len(r.rest) == 0 {
		return 0, false
	}
	return Tag(r.rest[0]), true
}

// Expect takes the next element, which must have the tag.
func (r *Reader) Expect(t Tag) (Element, error) {
	b := r.rest
	if len(b) == 0 || Tag(b[0]) != t {
		return Element{}, errUnexpected
	}
	if len(b) >= 2 && b[0]&longTag != longTag && int(b[1]) <= min(len(b)-2, 0x7f) {
		return r.short(), nil
	}
	return r.long()
}

// Optional takes the next element if it has the tag.
func (r *Reader) Optional(t Tag) (Element, bool, error) {
	if got, ok := r.Peek(); !ok || got != t {
		return Element{}, false, nil
	}
	e, err := r.Next()
	return e, err == nil, err
}

// Enter takes the next element, which must have the tag, and reads inside it.
//
// It is small enough to be inlined, so that the reader inside need not be on
// the heap.
func (r *Reader) Enter(t Tag) (*Reader, error) {
	e, err := r.Expect(t)
	return &Reader{e.Body}, err
}

// Done is an error unless everything was read.
func (r *Reader) Done() error {
	if !r.Empty() {
		return syntaxError("bytes are left over")
	}
	return nil
}

// ReadOID takes an OBJECT IDENTIFIER.
func (r *Reader) ReadOID() (asn1.ObjectIdentifier, error) {
	e, err := r.Expect(ObjectID)
	if err != nil {
		return nil, err
	}
	return ParseOID(e.Body)
}

// ReadInteger takes an INTEGER of any size and sign.
func (r *Reader) ReadInteger() (*big.Int, error) {
	e, err := r.Expect(Integer)
	if err != nil {
		return nil, err
	}
	return ParseInteger(e.Body)
}

// ReadInt takes an INTEGER that fits a non-negative int32: versions, path
// lengths and the like.
func (r *Reader) ReadInt() (int, error) {
	e, err := r.Expect(Integer)
	if err != nil {
		return 0, err
	}
	b := e.Body
	if err := minimal(b); err != nil {
		return 0, err
	}
	n := 0
	for _, c := range b[:min(len(b), 5)] { // five octets say enough about any more
		n = n<<8 | int(c)
	}
	if b[0]&0x80 != 0 || n > 1<<31-1 {
		return 0, syntaxError("integer out of range")
	}
	return n, nil
}

// ReadTime takes a UTCTime or a GeneralizedTime in the forms of RFC 5280
// section 4.1.2.5: with seconds, in Zulu.
func (r *Reader) ReadTime() (time.Time, error) {
	e, err := r.Next()
	if err != nil {
		return time.Time{}, err
	}
	return ParseTime(e)
}

// longTag are the bits of an identifier octet that say that the tag's number
// stands in the octets after it.
const longTag = 0x1f

// One reads b as exactly one element with nothing after it.
func One(b []byte) (Element, error) {
	e, rest, err := split(b)
	if err != nil {
		return Element{}, err
	}
	if len(rest) > 0 {
		return Element{}, syntaxError("bytes follow the element")
	}
	return e, nil
}

// split takes one element off b.
func split(b []byte) (Element, []byte, error) {
	if len(b) < 2 {
		return Element{}, nil, syntaxError("truncated")
	}
	if b[0]&longTag == longTag {
		return Element{}, nil, syntaxError("tag number above 30")
	}
	head, n := 2, int(b[1])
	if n >= 0x80 {
		count := n & 0x7f
		if count == 0 {
			return Element{}, nil, syntaxError("indefinite length")
		}
		if count > 4 || len(b) < 2+count {
			return Element{}, nil, syntaxError("length too long")
		}
		n = 0
		for _, c := range b[2 : 2+count] {
			n = n<<8 | int(c)
		}
		if n < 0x80 || b[2] == 0 {
			return Element{}, nil, syntaxError("length not in its shortest form")
		}
		head += count
	}
	if n > len(b)-head {
		return Element{}, nil, syntaxError("truncated")
	}
	return Element{Tag: Tag(b[0]), Body: b[head : head+n], Raw: b[:head+n]}, b[head+n:], nil
}

// Inside reads inside b, which must be exactly one element with the tag.
func Inside(b []byte, t Tag) (*Reader, error) {
	body, err := only(b, t)
	return &Reader{body}, err
}

// only returns the contents of the one element that b must be.
func only(b []byte, t Tag) ([]byte, error) {
	e, err := One(b)
	if err == nil && e.Tag != t {
		err = errUnexpected
	}
	return e.Body, err
}
