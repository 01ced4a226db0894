package serials

import (
	"errors"
	"fmt"
	"time"
)

// Entry is one entry of a list.
type Entry struct {
	RevokedAt time.Time // revocationDate, UTC
	Reason    int       // reasonCode (RFC 5280 section 5.3.1), 0 when absent
	// Extensions is crlEntryExtensions, a complete element, when there is more
	// in it than a reasonCode that is not critical; nil otherwise.
	Extensions []byte
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

// Walk calls fn for each entry in the contents of revokedCertificates, in
// order, with the entry's DER and the contents of its serial number, which are
// parts of entries and not copies. It stops at the first error of fn and
// returns it. A malformed entry is a [SyntaxError], found when its turn comes.
func Walk(entries []byte, fn func(raw, serial []byte) error) error {
	var p position
	var x extensions
	for at := 0; at < len(entries); at = p.end {
		problem := p.read(entries, at)
		if problem == "" {
			problem = x.read(entries[p.extensions:p.end])
		}
		if problem != "" {
			return &SyntaxError{Offset: at, Problem: problem}
		}
		if err := fn(entries[at:p.end], entries[p.serial:p.serialEnd]); err != nil {
			return err
		}
	}
	return nil
}

// ParseEntry reads one complete entry, such as [Walk] hands out.
func ParseEntry(raw []byte) (Entry, error) {
	var p position
	problem := p.read(raw, 0)
	if problem == "" && p.end != len(raw) {
		problem = "bytes follow it"
	}
	var e Entry
	if problem == "" {
		e, problem = p.entry(raw)
	}
	if problem != "" {
		return Entry{}, &SyntaxError{Problem: problem}
	}
	return e, nil
}

// entry returns what the entry in b says, or what is wrong with it. Nothing of
// b is kept.
func (p *position) entry(b []byte) (Entry, string) {
	reason, extensions, problem := p.said(b)
	if problem != "" {
		return Entry{}, problem
	}
	return Entry{RevokedAt: p.revoked.time(), Reason: int(reason), Extensions: extensions}, ""
}

// said returns what the extensions of the entry in b say: the reason, and a
// copy of them when there is more to them.
func (p *position) said(b []byte) (reason byte, more []byte, problem string) {
	exts := b[p.extensions:p.end]
	if isOnlyReason(exts) {
		return exts[len(onlyReason)], nil, ""
	}
	if len(exts) == 0 {
		return 0, nil, ""
	}
	var x extensions
	if problem := x.read(exts); problem != "" {
		return 0, nil, problem
	}
	return x.reason, append([]byte(nil), exts...), ""
}
