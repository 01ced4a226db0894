// Package pdf is how the documents look: the licence and the reasoned refusal
// of order № 159 of 2012, annex 3, as PDF files with a Kazakh and a Russian
// part, ready to be signed.
//
// A newcomer calls [Compile] once, when the program starts, and then
// [Layouts.Licence] and [Layouts.Refusal] for every document. The result is a
// complete file of one revision: it certifies itself (ISO 32000-1, 12.8.2.2,
// DocMDP with P = 1) by a signature dictionary whose /ByteRange is final and
// whose /Contents is a run of zeros that the signer fills. The same content
// and the same [Meta] give the same bytes.
//
// How it works. Compile draws everything that does not depend on a document
// (fonts, emblem, frames, fixed sentences) with gofpdf, takes its output apart
// and keeps the parts as finished PDF objects. A document is then set by our
// own lines and pages into one content stream per page, and written around
// those objects; gofpdf takes no part in it.
//
// What it refuses: a character that the fonts cannot show. A licence with an
// empty box instead of a letter of the holder's name would be worse than none,
// so such text is a [MissingGlyphError] that names the field.
package pdf

import (
	"errors"
	"fmt"
	"sync"
	"time"
	"unicode"

	"tamga/documents"
)

// SignatureRoom is the size in bytes of the CMS signature for which a file
// leaves room in /Contents (twice as many hexadecimal digits).
const SignatureRoom = 16 << 10

// MaxFieldLength is the longest text, in characters, that one field of a
// document may have. It is about forty pages; a longer one is a mistake or an
// attack.
const MaxFieldLength = 100_000

// maxNumber is the length of the longest number of a document, in bytes; it has
// fixed places on every page.
const maxNumber = 18

// Options says what differs between installations.
type Options struct {
	// CheckURL returns the address at which anyone can check the document of
	// that number. It is printed and stands in the QR code. Required; it must
	// return printable ASCII of at most 120 characters and no secrets.
	CheckURL func(number string) string
	// Emblem replaces our ornament on top of the documents: a PNG of at most
	// 1 MiB and 2000 x 2000 pixels. It is fitted into the circle of the
	// ornament, on white.
	Emblem []byte
}

// Meta is what a file says about its making.
type Meta struct {
	// SignedAt goes to /M of the signature and to the creation date, in the
	// time of Kazakhstan, UTC+05:00. Required: PAdES takes the claimed signing
	// time from here (ETSI EN 319 142-1, 6.3).
	SignedAt time.Time
}

// Layouts are the compiled layouts of all documents. They are made by Compile,
// never change, and may be used by many goroutines at once.
type Layouts struct {
	checkURL func(string) string
	faces    *faces
	licence  map[documents.Lang]*licenceSheet
	refusal  map[documents.Lang]*refusalSheet
	files    map[documents.Kind]*[alphabetCount]*skeleton
	scratch  *sync.Pool // of *setter
}

// ErrIncomplete is wrapped by the error for a document that lacks what no
// document can be printed without: its number, its date, its signing time.
var ErrIncomplete = errors.New("document is incomplete")

// MissingGlyphError says that a text has a character that cannot be printed:
// the fonts have no glyph for it, or it is a control character, a mark of
// writing direction or another invisible sign that has no place in a document.
type MissingGlyphError struct {
	Field string // JSON pointer such as /licence/holder/legal/name/kk
	Rune  rune   // unicode.ReplacementChar also stands for bytes that are not UTF-8
}

// Error names the character by its code, and shows it when that is harmless.
func (e *MissingGlyphError) Error() string {
	if unicode.IsGraphic(e.Rune) && !unicode.IsMark(e.Rune) {
		return fmt.Sprintf("%s: character %q (%U) cannot be printed", e.Field, e.Rune, e.Rune)
	}
	return fmt.Sprintf("%s: character %U cannot be printed", e.Field, e.Rune)
}

// TooLongError says that a text is longer than its field may be.
type TooLongError struct {
	Field  string // JSON pointer
	Length int    // in bytes, the cheapest thing to know about a huge text
	Limit  int    // in characters: MaxFieldLength, or less for a number
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("%s: text of %d bytes is longer than %d characters", e.Field, e.Length, e.Limit)
}

// Licence returns the licence as a file to be signed. Its number and date must
// have been given.
func (l *Layouts) Licence(doc documents.Licence, m Meta) ([]byte, error) {
	if doc.Number == "" || doc.IssuedOn.IsZero() || m.SignedAt.IsZero() {
		return nil, fmt.Errorf("%w: a licence needs number, date and signing time", ErrIncomplete)
	}
	s := l.scratch.Get().(*setter)
	defer l.scratch.Put(s)
	s.reset()
	c := &cleaner{faces: l.faces}
	if doc = c.licence(doc); c.err == nil && len(doc.Number) > maxNumber {
		return nil, &TooLongError{Field: "/licence/number", Length: len(doc.Number), Limit: maxNumber}
	}
	if c.err != nil {
		return nil, c.err
	}
	url, qr, err := l.check(doc.Number, "/licence/number")
	if err != nil {
		return nil, err
	}
	for _, lang := range []documents.Lang{documents.KK, documents.RU} {
		l.licence[lang].set(s, doc, url)
	}
	return l.files[documents.KindLicence][c.alphabet].write(s, about{
		number:  doc.Number,
		title:   documents.Text{KK: "Мемлекеттік лицензия № " + doc.Number, RU: "Государственная лицензия № " + doc.Number},
		author:  doc.Licensor.KK,
		subject: doc.Activity.KK,
		moment:  m.SignedAt,
		qr:      qr,
	})
}

// Refusal returns the reasoned refusal as a file to be signed. Its number and
// date must have been given.
func (l *Layouts) Refusal(doc documents.Refusal, m Meta) ([]byte, error) {
	if doc.Number == "" || doc.IssuedOn.IsZero() || m.SignedAt.IsZero() {
		return nil, fmt.Errorf("%w: a refusal needs number, date and signing time", ErrIncomplete)
	}
	s := l.scratch.Get().(*setter)
	defer l.scratch.Put(s)
	s.reset()
	c := &cleaner{faces: l.faces}
	if doc = c.refusal(doc); c.err == nil && len(doc.Number) > maxNumber {
		return nil, &TooLongError{Field: "/refusal/number", Length: len(doc.Number), Limit: maxNumber}
	}
	if c.err != nil {
		return nil, c.err
	}
	url, qr, err := l.check(doc.Number, "/refusal/number")
	if err != nil {
		return nil, err
	}
	for _, lang := range []documents.Lang{documents.KK, documents.RU} {
		l.refusal[lang].set(s, doc, url)
	}
	return l.files[documents.KindRefusal][c.alphabet].write(s, about{
		number:  doc.Number,
		title:   documents.Text{KK: "Негізделген бас тарту № " + doc.Number, RU: "Мотивированный отказ № " + doc.Number},
		author:  doc.Authority.KK,
		subject: "Негізделген бас тарту",
		moment:  m.SignedAt,
		qr:      qr,
	})
}
