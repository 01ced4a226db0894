// Package pdf is how the documents look: licences, refusals, certificates,
// notices and all others as PDF files with a Kazakh and a Russian part, ready
// to be signed, fit for archives and for those who listen instead of reading:
// PDF/A-3b (ISO 19005-3) and PDF/UA-1 (ISO 14289-1).
//
// A newcomer calls [Compile] once, when the program starts, and then
// [Layouts.Prepare] with what documents/pdf/forms gives of a document. The result is a complete file of one revision: it certifies
// itself (ISO 32000-1, 12.8.2.2, DocMDP with P = 1) by a signature dictionary
// whose /ByteRange is final and whose /Contents is a run of zeros that the
// signer fills. The same content and the same [Meta] give the same bytes.
//
// How it works. A layout is a JSON file that a designer edits (folder layouts;
// others by [Options.Folder]). Compile reads them, measures type and draws
// ornaments with gofpdf, takes its output apart and keeps the parts as finished
// PDF objects. A document is then set by our own lines and pages into one
// content stream per page, and written around those objects; gofpdf takes no
// part in it.
//
// What it refuses: a character that the fonts cannot show. A licence with an
// empty box instead of a letter of the holder's name would be worse than none,
// so such text is a [MissingGlyphError] that names the field.
package pdf

import (
	"errors"
	"fmt"
	"io/fs"
	"time"
	"unicode"

	"tamga/documents"
)

// SignatureRoom is the size in bytes of the CMS signature for which a file
// leaves room in /Contents (twice as many hexadecimal digits) unless Options
// say otherwise: enough for an RSA-4096 signature with its certificate and a
// time-stamp token of the usual size.
const (
	SignatureRoom    = 5 << 10
	minSignatureRoom = 1 << 10
	maxSignatureRoom = 64 << 10
)

// MaxFieldLength is the longest text, in characters, that one field of a
// document may have. It is about forty pages; a longer one is a mistake or an
// attack.
const MaxFieldLength = 100_000

// numberField names the number of a document in errors.
const numberField = "/number"

// maxNumber is the length of the longest number of a document, in bytes; it has
// fixed places on every page.
const maxNumber = 40

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
	// Editions are what the law has documents print, by the day of their signing:
	// the first that has the day. Layouts use its sentences as their own texts,
	// {@equivalence}, and have none of them in themselves. Required.
	Editions []documents.Edition
	// Folder has layouts that replace ours of the same name, or add to them;
	// may be nil. Only its *.json are read.
	Folder fs.FS
	// Dated are layouts that stand over those in their time, each over those before
	// it.
	Dated []DatedLayout
	// SignatureRoom is how many bytes a signature may have; 0 is the constant of
	// that name.
	SignatureRoom int
}

// Meta is what a file says about its making.
type Meta struct {
	// SignedAt goes to /M of the signature and to the creation date, in the
	// time of Kazakhstan, UTC+05:00. Required: PAdES takes the claimed signing
	// time from here (ETSI EN 319 142-1, 6.3).
	SignedAt time.Time
	// IssuedOn is the day by whose layouts and edition it is printed, of a document that is
	// printed again; zero is that of SignedAt.
	IssuedOn documents.Date
	// Data is the document in a form that machines read, JSON. It is attached as
	// document.json (ISO 19005-3, 6.8: AFRelationship Data). None is attached if
	// it is empty.
	Data []byte
	// Schema names the JSON Schema of Data, a URI.
	Schema string
	// Into is memory for the file, used if it is large enough; what it holds is
	// overwritten. A program that makes many documents and keeps none of them in
	// memory saves nearly all garbage with it. May be nil.
	Into []byte
	// CheckURL is the address at which this document is checked, if Options do not
	// know it from its number alone; the same rules hold.
	CheckURL string
	// QR is the text of the QR code, printable ASCII of at most 560 characters. If
	// it is empty, the code holds the check address. Payloads of digits, capitals
	// and $%*+-./: make a coarser code.
	QR string
	// SignatureRoom is how many bytes the signature of this document may have; 0 is
	// what Options say.
	SignatureRoom int
	// SubFilter is the form of the signature; empty is [SubFilterCAdES].
	SubFilter string
}

// The forms of signatures: ETSI EN 319 142-1, which leaves the claimed time to /M
// and forbids the signing-time attribute, and the older one of ISO 32000-1, 12.8.3.3,
// which takes any detached CMS of one signer.
const (
	SubFilterCAdES = "ETSI.CAdES.detached"
	SubFilterCMS   = "adbe.pkcs7.detached"
)

// check reports what a signature cannot be given.
func (m *Meta) check() error {
	if m.SignedAt.IsZero() {
		return fmt.Errorf("%w: no signing time", ErrIncomplete)
	}
	if n := m.SignatureRoom; n != 0 && (n < minSignatureRoom || n > maxSignatureRoom) {
		return fmt.Errorf("room of %d bytes for a signature: want %d to %d", n, minSignatureRoom, maxSignatureRoom)
	}
	if m.SubFilter != "" && m.SubFilter != SubFilterCAdES && m.SubFilter != SubFilterCMS {
		return fmt.Errorf("signatures of the form %q are not prepared", m.SubFilter)
	}
	return nil
}

// Layouts are the compiled layouts of all documents, of every edition of the
// rules: a program that runs over the day on which one begins prints by it from
// then on, and between editions prints nothing. They are made by Compile,
// never change, and may be used by many goroutines at once.
type Layouts struct {
	checkURL func(string) string
	faces    *faces
	editions []edition
	press    *press
	scratch  chan *setter // idle ones; a sync.Pool would lose them at every collection
}

// ErrIncomplete is wrapped by the error for a document that lacks what no
// document can be printed without: its number, its date, its signing time.
var ErrIncomplete = errors.New("document is incomplete")

// MissingGlyphError says that a text has a character that cannot be printed:
// the fonts have no glyph for it, or it is a control character, a mark of
// writing direction or another invisible sign that has no place in a document.
type MissingGlyphError struct {
	Field string // JSON pointer such as /fields/holder/kk
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

// UnknownLayoutError says that there is no layout of that name.
type UnknownLayoutError struct{ Layout string }

func (e *UnknownLayoutError) Error() string { return fmt.Sprintf("there is no layout %q", e.Layout) }

// Prepared is a file to be signed, with what its signer needs, so that nobody
// has to read the file again to find the place of the signature.
type Prepared struct {
	File []byte
	// ByteRange is that of the signature dictionary: offset and length of the two
	// parts that are signed. Between them stands the empty /Contents, with its
	// angle brackets.
	ByteRange [4]int
	SHA256    [32]byte // of the two parts
}

// Render returns a document of any kind as a file to be signed. What keeps it
// from being printed is a *[MissingFieldError], *[MissingGlyphError],
// *[TooLongError] or *[PhotographError] that names the field, an
// *[UnknownLayoutError] or an [ErrNoEdition].
func (l *Layouts) Render(in Content, m Meta) ([]byte, error) {
	p, err := l.Prepare(in, m)
	return p.File, err
}

// Prepare is Render for signers who take a digest.
func (l *Layouts) Prepare(in Content, m Meta) (Prepared, error) {
	if err := m.check(); err != nil {
		return Prepared{}, err
	}
	c := &cleaner{faces: l.faces}
	in.Number = c.line(numberField, in.Number)
	if c.err == nil && in.Number == "" {
		return Prepared{}, &MissingFieldError{Field: numberField}
	}
	on := m.IssuedOn
	if on.IsZero() {
		on = documents.CivilDate(m.SignedAt)
	}
	kind, err := l.layout(in.Layout, on)
	if err != nil {
		return Prepared{}, err
	}
	return l.render(kind, &in, m, c)
}

func (l *Layouts) render(kind *layout, in *Content, m Meta, c *cleaner) (Prepared, error) {
	if c.err == nil && len(in.Number) > maxNumber {
		return Prepared{}, &TooLongError{Field: numberField, Length: len(in.Number), Limit: maxNumber}
	}
	s := l.setter()
	defer l.release(s)
	v := &s.values
	v.number = in.Number
	v.fields = c.content(kind, in, v.fields[:0])
	for name, columns := range kind.tables {
		if v.tables == nil {
			v.tables = map[string][][]documents.Text{}
		}
		v.tables[name] = c.table(name, in.Tables[name], columns)
	}
	v.photos = c.photographs(in.Photographs, v.photos)
	if c.err != nil {
		return Prepared{}, c.err
	}
	url, code, err := l.qrText(in.Number, m)
	if err != nil {
		return Prepared{}, err
	}
	if !kind.fits("corner", in.Number) || !kind.fits("address", url) {
		c.alphabet = max(c.alphabet, european)
	}
	v.data = len(m.Data) > 0
	s.counted(kind, url)
	k, err := kind.skeleton(c.alphabet, s.looks())
	if err != nil {
		return Prepared{}, err
	}
	a := about{number: in.Number, moment: m.SignedAt, qr: code, data: m.Data, schema: m.Schema, into: m.Into,
		room: m.SignatureRoom, subFilter: m.SubFilter}
	a.title = kind.both(&kind.title, v)
	a.subject = kind.both(&kind.subject, v)
	if kind.author >= 0 {
		a.author = v.fields[kind.author].KK
	}
	s.paginate(kind, in.Number)
	return k.write(s, &a)
}
