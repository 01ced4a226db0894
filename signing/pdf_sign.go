package signing

import (
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/signing/cms"
	"tamga/signing/pades"
)

// PDFOptions says how an existing PDF is to be signed.
type PDFOptions struct {
	// Time is the claimed time of signing, written with its zone; the key is
	// checked against it.
	Time time.Time
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

	// HoleSize is how many bytes the place for the signature holds; 0 leaves
	// it to the key. A signature that does not fit is made once more, with a
	// place of the size found out.
	HoleSize int
	// PSS makes an RSA key sign by RSASSA-PSS.
	PSS bool
	// Timestamping makes it a B-T signature; nil asks no authority. It is asked
	// again when the place proves too small.
	Timestamping *Timestamping
}

// SignedPDF is a PDF that was signed.
type SignedPDF struct {
	File []byte
	// Pending is why the signature lacks the timestamp that was asked for; nil
	// when it lacks nothing.
	Pending error
}

// ErrOutput means that what was made did not pass our own reader; nothing of it
// is handed out.
var ErrOutput = errors.New("what was made does not pass verification")

// ErrForbidden means that a signature of the file does not permit the revision:
// a certification without changes, or a lock on the field.
var ErrForbidden = errors.New("a signature of the PDF forbids the change")

// SignExistingPDF adds a PAdES baseline B-B signature (EN 319 142-1 section 6.3)
// to a PDF in a revision of its own: no byte of the file changes, and the
// signatures in it stay what they are. The output has been read back: its
// structure, the value of the new signature, and what it changed for the older
// ones.
//
// Errors: [ErrTooLarge]; those of [Key.Check]; [pades.ErrNotPDF],
// [pades.ErrEncrypted] and *[pades.SyntaxError] for what cannot be read;
// [pades.ErrUnsound] for a file that breaks other rules of signing/pades;
// [ErrForbidden] when a certification or a lock stands against it;
// [pades.ErrNotFirst], [pades.ErrField] and [pades.ErrRevision] for what was
// asked; [ErrTimestamp] when a required one cannot be had;
// [pades.ErrHoleTooSmall] for a timestamp that grew; [ErrOutput].
func SignExistingPDF(file []byte, key Key, opt PDFOptions) (SignedPDF, error) {
	m, err := key.maker(opt.Time, cms.Options{PSS: opt.PSS})
	if err != nil {
		return SignedPDF{}, err
	}
	doc, err := readForRevision(file)
	if err != nil {
		return SignedPDF{}, fmt.Errorf("sign PDF: %w", err)
	}
	if err := permitsSigning(doc); err != nil {
		return SignedPDF{}, fmt.Errorf("sign PDF: %w", err)
	}
	room := opt.HoleSize
	if room == 0 {
		room = usualRoom(key, opt)
	}
	s := revisionSigner{file: file, doc: doc, certificate: key.Certificate, maker: m, opt: opt}
	signed, err := s.sign(room)
	var small *tooSmallError
	if errors.As(err, &small) {
		signed, err = s.sign(small.need + 256)
	}
	if err != nil {
		return SignedPDF{}, fmt.Errorf("sign PDF: %w", err)
	}
	return signed, nil
}

// readForRevision reads a file that is to get a further revision.
func readForRevision(file []byte) (*pades.Document, error) {
	if len(file) > MaxSize {
		return nil, ErrTooLarge
	}
	doc, err := pades.Read(file)
	if err != nil {
		return nil, err
	}
	return doc, doc.Sound()
}

// usualRoom is enough for a signature of ours with the certificates of the key
// and, if one is asked for, an ordinary timestamp.
func usualRoom(key Key, opt PDFOptions) int {
	room := 1536 + len(key.Certificate.Raw) + 2*len(key.Certificate.Issuer.Raw)
	for _, c := range key.Chain {
		room += len(c.Raw)
	}
	if opt.Timestamping != nil {
		room += 12 << 10
	}
	return room
}

// tooSmallError says how much room a signature needs.
type tooSmallError struct{ need, room int }

func (e *tooSmallError) Error() string {
	return fmt.Sprintf("%v: %d bytes in a place for %d", pades.ErrHoleTooSmall, e.need, e.room)
}

func (e *tooSmallError) Unwrap() error { return pades.ErrHoleTooSmall }

// revisionSigner is one call of [SignExistingPDF].
type revisionSigner struct {
	file        []byte
	doc         *pades.Document
	certificate *certs.Certificate
	maker       *cms.Maker
	opt         PDFOptions
}

// sign adds the revision, signs it and reads it back. The file is copied once
// and digested once.
func (s revisionSigner) sign(room int) (signed SignedPDF, err error) {
	prepared, err := s.prepare(room)
	if err != nil {
		return signed, err
	}
	parts := prepared.SignedBytes()
	digest := s.maker.Digest().Sum(parts[0], parts[1])
	made, err := s.maker.Make(cms.ToSign{
		MessageDigest: digest, Unsigned: s.opt.Timestamping.attribute(s.maker.Digest(), &signed.Pending),
	})
	if err != nil {
		return signed, err
	}
	if len(made) > prepared.Room() {
		return signed, &tooSmallError{need: len(made), room: prepared.Room()}
	}
	if signed.File, err = prepared.Fill(made); err != nil {
		return signed, err
	}
	added, err := checkRevision(s.file, s.doc, signed.File)
	if err != nil {
		return signed, err
	}
	if err := added.checkPlace(parts); err != nil {
		return signed, err
	}
	return signed, s.check(added, digest)
}

// prepare adds the revision, by the library for the plainest files and by our own
// writer for all others.
func (s revisionSigner) prepare(room int) (*pades.Prepared, error) {
	n := pades.NewSignature{
		Time: s.opt.Time, Name: s.opt.Name, Reason: s.opt.Reason, Location: s.opt.Location, ContactInfo: s.opt.Contact,
		Field: s.opt.Field, Certify: s.opt.Certify, Lock: s.opt.Lock, Room: room,
	}
	if plainEnough(s.file, s.doc, n) {
		return libraryRevision(s.file, n)
	}
	return s.doc.PrepareSignature(n)
}
