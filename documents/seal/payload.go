package seal

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tamga/documents"
)

// Payload is what the QR code of a document says about it. It holds nothing
// that the public may not see.
type Payload struct {
	Kind     documents.Kind
	Number   string
	IssuedOn documents.Date
	// Holder is the name as the public may see it, in Kazakh; Activity what is
	// permitted. Long ones are cut, and end with «…».
	Holder     string
	Activity   string
	ValidUntil documents.Date // the last day; zero without a term
	// Digest is the SHA-256 of the document's content. The digest of the file
	// cannot be in it, since the code is printed in the file.
	Digest [sha256.Size]byte
}

// The keys of the payload's map. They never change their meaning.
const (
	keyKind = iota + 1
	keyNumber
	keyIssuedOn
	keyHolder
	keyActivity
	keyValidUntil
	keyDigest
)

// longest is how many characters of a name the code has room for.
const longest = 40

func cut(s string) string {
	if utf8.RuneCountInString(s) <= longest {
		return s
	}
	return string([]rune(s)[:longest-1]) + "…"
}

func appendDate(b []byte, d documents.Date) []byte {
	return appendInt(b, int64(d.Year)*10000+int64(d.Month)*100+int64(d.Day))
}

func (r *reader) date() documents.Date {
	n := r.int()
	d := documents.Date{Year: int(n / 10000), Month: time.Month(n / 100 % 100), Day: int(n % 100)}
	if parsed, err := documents.ParseDate(d.String()); err != nil || parsed != d || n < 0 {
		r.fail()
		return documents.Date{}
	}
	return d
}

// encoding writes seals in the letters of the QR code's alphanumeric mode, five
// bits each.
var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Seal returns the signed payload as text of capitals and digits, for the
// fragment of an address.
func (k Key) Seal(p Payload) (string, error) {
	pairs := []pair{
		{keyKind, appendText(nil, string(p.Kind))},
		{keyNumber, appendText(nil, p.Number)},
		{keyIssuedOn, appendDate(nil, p.IssuedOn)},
		{keyDigest, appendBytes(nil, p.Digest[:])},
	}
	if p.Holder != "" {
		pairs = append(pairs, pair{keyHolder, appendText(nil, cut(p.Holder))})
	}
	if p.Activity != "" {
		pairs = append(pairs, pair{keyActivity, appendText(nil, cut(p.Activity))})
	}
	if !p.ValidUntil.IsZero() {
		pairs = append(pairs, pair{keyValidUntil, appendDate(nil, p.ValidUntil)})
	}
	message, err := k.sign(typeSeal, appendMap(nil, pairs...))
	if err != nil {
		return "", err
	}
	return encoding.EncodeToString(message), nil
}

// maxSeal is the longest text that is read as a seal.
const maxSeal = 4 << 10

// Open returns what a seal says, if one of the keys has signed it. The text is
// what follows the # of the address, or the whole address.
func Open(text string, keys []PublicKey) (Payload, error) {
	var p Payload
	if _, fragment, ok := strings.Cut(text, "#"); ok {
		text = fragment
	}
	if len(text) > maxSeal {
		return p, ErrMalformed
	}
	message, err := encoding.DecodeString(text)
	if err != nil || encoding.EncodeToString(message) != text {
		return p, ErrMalformed
	}
	payload, err := verify(message, typeSeal, keys)
	if err != nil {
		return p, err
	}
	r := &reader{rest: payload}
	said := map[int64]bool{}
	r.entries(func(key int64) {
		said[key] = true
		switch key {
		case keyKind:
			p.Kind = documents.Kind(r.text())
		case keyNumber:
			p.Number = r.text()
		case keyIssuedOn:
			p.IssuedOn = r.date()
		case keyHolder:
			p.Holder = r.text()
		case keyActivity:
			p.Activity = r.text()
		case keyValidUntil:
			p.ValidUntil = r.date()
		case keyDigest:
			digest := r.bytes()
			if len(digest) != len(p.Digest) {
				r.fail()
			}
			copy(p.Digest[:], digest)
		default:
			r.fail()
		}
	})
	if r.end() != nil || p.Kind == "" || p.Number == "" || !said[keyIssuedOn] || !said[keyDigest] {
		return Payload{}, fmt.Errorf("%w: signed, and not understood", ErrMalformed)
	}
	return p, nil
}
