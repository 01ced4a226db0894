package creation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation/appearance"
	"tamga/signing/pades"
)

// PDF is a signature inside a PDF that exists, PAdES baseline B-B (EN 319 142-1
// section 6.3), in a revision of its own: no byte of the file changes, and the
// signatures in it stay what they are. The time is written with its zone.
//
// Errors: [signing.ErrTooLarge]; [pades.ErrNotPDF], [pades.ErrEncrypted] and
// *[pades.SyntaxError] for what cannot be read; [pades.ErrUnsound] for a file that
// breaks other rules of signing/pades; [ErrForbidden] when a certification or a
// lock stands against it; [pades.ErrProtected] when the author of an encrypted file permits
// no signature; [pades.ErrNotFirst], [pades.ErrField] and
// [pades.ErrRevision] for what was asked; [ErrPlace], [appearance.ErrSmall],
// [appearance.ErrLetters] and [appearance.ErrStamp] for a stamp; [ErrOutput] when an old signature would
// not be what it was.
type PDF struct {
	File []byte
	// What people see, in any script. Empty ones are left out.
	Name, Reason, Location, Contact string

	// Field is the name of an empty signature field, or of the new one; "" makes
	// a new one with a name of its own.
	Field string
	// Certify makes the signature a certification (DocMDP): 1 allows no changes
	// afterwards, 2 form filling and signing, 3 annotations too; 0 makes an
	// approval signature. Only the first signature can be a certification.
	Certify int
	// Lock forbids changes of form fields afterwards.
	Lock *pades.Lock
	// Stamp makes the signature visible: on a page, or in the empty Field; nil makes
	// one that nobody sees.
	Stamp *appearance.Stamp

	// Room is how many bytes the place for the signature holds; 0 leaves it to the
	// key. A signature that does not fit is made once more, with a place of the
	// size found out.
	Room int
	// PSS makes an RSA key sign by RSASSA-PSS.
	PSS bool
}

// ErrForbidden means that a signature of the file does not permit the revision:
// a certification without changes, or a lock on the field.
var ErrForbidden = errors.New("a signature of the PDF forbids the change")

func (f PDF) sign(ctx context.Context, key Key, at time.Time) (draft, error) {
	m, err := key.maker(ctx, at, cms.Options{PSS: f.PSS})
	if err != nil {
		return draft{}, err
	}
	doc, err := readForRevision(f.File)
	if err != nil {
		return draft{}, fmt.Errorf("sign PDF: %w", err)
	}
	if err := permitsSigning(doc, f.Field); err != nil {
		return draft{}, fmt.Errorf("sign PDF: %w", err)
	}
	s := revisionSigner{PDF: f, doc: doc, certificate: key.Certificate, maker: m, at: at}
	if s.Room == 0 {
		s.Room = usualRoom(key)
	}
	added, err := s.revision()
	var small *tooSmallError
	if errors.As(err, &small) {
		s.Room = small.need + 256
		added, err = s.revision()
	}
	if err != nil {
		return draft{}, fmt.Errorf("sign PDF: %w", err)
	}
	return draft{file: added.doc.Bytes(), read: added.doc, beside: true, least: BaselineB}, nil
}

// readForRevision reads a file that is to get a further revision.
func readForRevision(file []byte) (*pades.Document, error) {
	if len(file) > signing.MaxSize {
		return nil, signing.ErrTooLarge
	}
	doc, err := pades.Read(file)
	if err != nil {
		return nil, err
	}
	return doc, doc.Sound()
}

// usualRoom is enough for a signature of ours with the certificates of the key.
func usualRoom(key Key) int {
	room := 1536 + len(key.Certificate.Raw) + 2*len(key.Certificate.Issuer.Raw)
	for _, c := range key.Chain {
		room += len(c.Raw)
	}
	return room
}

// tooSmallError says how much room a signature needs.
type tooSmallError struct{ need, room int }

func (e *tooSmallError) Error() string {
	return fmt.Sprintf("%v: %d bytes in a place for %d", pades.ErrHoleTooSmall, e.need, e.room)
}

func (e *tooSmallError) Unwrap() error { return pades.ErrHoleTooSmall }

// revisionSigner signs one PDF.
type revisionSigner struct {
	PDF
	doc         *pades.Document
	certificate *certs.Certificate
	maker       *cms.Maker
	at          time.Time
}

// revision adds the revision, signs it and compares it with what was there. The
// file is copied once, digested once, and read back once.
func (s revisionSigner) revision() (*addedSignature, error) {
	prepared, err := s.prepare()
	if err != nil {
		return nil, err
	}
	parts := prepared.SignedBytes()
	made, err := s.maker.Make(cms.ToSign{MessageDigest: s.maker.Digest().Sum(parts[0], parts[1])})
	if err != nil {
		return nil, err
	}
	if len(made) > prepared.Room() {
		return nil, &tooSmallError{need: len(made), room: prepared.Room()}
	}
	file, err := prepared.Fill(made)
	if err != nil {
		return nil, err
	}
	added, err := checkRevision(s.File, s.doc, file)
	if err != nil {
		return nil, err
	}
	if err := added.checkPlace(parts); err != nil {
		return nil, err
	}
	return added, s.asOrdered(added)
}

// prepare adds the revision, by the library for the plainest files and by our own
// writer for all others.
func (s revisionSigner) prepare() (*pades.Prepared, error) {
	looks, err := s.appearance()
	if err != nil {
		return nil, err
	}
	n := pades.NewSignature{
		Time: s.at, Name: s.Name, Reason: s.Reason, Location: s.Location, ContactInfo: s.Contact,
		Field: s.Field, Certify: s.Certify, Lock: s.Lock, Room: s.Room,
		Appearance: looks,
	}
	if plainEnough(s.File, s.doc, n) {
		return libraryRevision(s.File, n)
	}
	return s.doc.PrepareSignature(n)
}
