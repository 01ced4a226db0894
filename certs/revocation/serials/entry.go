package serials

import (
	"errors"
	"fmt"
	"time"
)

// Entry is what a list says of one certificate.
type Entry struct {
	RevokedAt time.Time // revocationDate, UTC
	Reason    int       // reasonCode (RFC 5280 section 5.3.1), 0 when absent
}

// ErrMalformed is wrapped by every error about bytes that are no revocation
// list. Errors about an entry are [SyntaxError].
var ErrMalformed = errors.New("malformed revocation list")

// SyntaxError says what is wrong with an entry, and where.
type SyntaxError struct {
	Offset  int // of the entry, from the start of the bytes given
	Problem string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%v: entry at byte %d: %s", ErrMalformed, e.Offset, e.Problem)
}

// Unwrap makes the error an [ErrMalformed].
func (e *SyntaxError) Unwrap() error { return ErrMalformed }

// The tags that an entry is made of.
const (
	tagBoolean         = 0x01
	tagInteger         = 0x02
	tagOctetString     = 0x04
	tagOID             = 0x06
	tagEnumerated      = 0x0a
	tagUTCTime         = 0x17
	tagGeneralizedTime = 0x18
	tagSequence        = 0x30
)

// minEntry is the length of the shortest entry: a one-byte serial number, a
// UTCTime and nothing else.
const minEntry = 2 + 3 + 15

// position is where the parts of an entry stand in the bytes it was read from.
type position struct {
	start, end   int
	serial, date int // where the contents of serial and the date element begin
	serialEnd    int
	extensions   int // where crlEntryExtensions begins; end when there are none
	revoked      stamp
}

// read takes the entry at b[at:] apart and returns what is wrong with it, ""
// for nothing. It looks at the shape of all but the extensions, which
// readExtensions does.
func (p *position) read(b []byte, at int) string {
	body, end := element(b, at, tagSequence)
	if body < 0 {
		return "not a SEQUENCE of its length"
	}
	serial, serialEnd := element(b[:end], body, tagInteger)
	if serial < 0 || serial == serialEnd {
		return "no serial number"
	}
	if serialEnd-serial > 1 && (b[serial] == 0 && b[serial+1] < 0x80 || b[serial] == 0xff && b[serial+1] >= 0x80) {
		return "serial number not in its shortest form"
	}
	revoked, dateEnd := readStamp(b[:end], serialEnd)
	if revoked == 0 {
		return "no revocation date"
	}
	p.start, p.end = at, end
	p.serial, p.serialEnd, p.date = serial, serialEnd, serialEnd
	p.extensions, p.revoked = dateEnd, revoked
	return ""
}

// element finds the contents of the element with the tag at b[at:]. body is
// negative when there is none or it does not end within b. Lengths are in
// their shortest form, as DER has them.
func element(b []byte, at int, tag byte) (body, end int) {
	if at+2 > len(b) || b[at] != tag {
		return -1, -1
	}
	n := int(b[at+1])
	if n >= 0x80 {
		return longElement(b, at)
	}
	if end = at + 2 + n; end > len(b) {
		return -1, -1
	}
	return at + 2, end
}

// longElement is element for lengths from 128.
func longElement(b []byte, at int) (body, end int) {
	count := int(b[at+1] & 0x7f)
	if count == 0 || count > 4 || at+2+count > len(b) {
		return -1, -1
	}
	n := 0
	for _, c := range b[at+2 : at+2+count] {
		n = n<<8 | int(c)
	}
	body = at + 2 + count
	if n < 0x80 || b[at+2] == 0 || n > len(b)-body {
		return -1, -1
	}
	return body, body + n
}

// said returns what the entry in b says, or what is wrong with it. Nothing of b
// is kept.
func (p *position) said(b []byte) (said, string) {
	exts := b[p.extensions:p.end]
	if isOnlyReason(exts) {
		return said{p.revoked, exts[len(onlyReason)]}, ""
	}
	var x extensions
	problem := x.read(exts)
	return said{p.revoked, x.reason}, problem
}
