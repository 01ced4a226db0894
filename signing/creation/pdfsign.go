package creation

// This is the only file that knows github.com/digitorus/pdfsign (and the reader
// that it takes, github.com/digitorus/pdf). The library adds the revision with
// the signature field to a plain file; what it would sign is not used.
//
// Why so little: measured over inputs of many kinds (see TestLibraryMeasured),
// its revision is right for files with one classic cross-reference table, no
// form, no structure and a catalog of plain values. Elsewhere it takes the padding of an
// earlier signature for its own place and destroys that signature, moves the
// catalog to another object, which no older signature may permit, drops the
// other fields of a form, writes strings and names of the catalog without
// escapes, leaves texts unescaped in UTF-16, omits /Perms for certifications and
// keeps the file identifier as it was. Its CMS carries a signing-time attribute,
// which PAdES forbids, and it knows no GOST. So [plainEnough] decides by the
// input alone who writes the revision, the library or signing/pades; the CMS is
// always ours, and every output is read and compared before it leaves.

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"

	"github.com/digitorus/pdf"
	pdfsign "github.com/digitorus/pdfsign/sign"

	"tamga/signing/pades"
)

// maxLibraryFile bounds what the library is given: it holds four copies of a file
// and digests it for a signature that is not used.
const maxLibraryFile = 64 << 10

// errLibrary means that the library failed on a file that it was thought fit
// for.
var errLibrary = fmt.Errorf("%w: pdfsign could not add a revision", ErrOutput)

// errDeclined is the answer of the signer that the library is given.
var errDeclined = errors.New("the signature is made elsewhere")

// declining stands in for a key, so that the library prepares its revision and
// leaves the place for the signature empty.
type declining struct{}

func (declining) Public() crypto.PublicKey { return &rsa.PublicKey{N: big.NewInt(3), E: 65537} }

func (declining) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, errDeclined }

// plainEnough decides whether the library can be trusted with a file: one
// revision with one table, nothing signed, no form, a trailer and a catalog that
// it copies right, and nothing in the file or the request that it would mistake
// or misspell.
func plainEnough(file []byte, doc *pades.Document, n pades.NewSignature) bool {
	if len(file) > maxLibraryFile || n.Room <= 0 || n.Room > maxLibraryFile || len(doc.Revisions) != 1 || len(doc.Signatures) > 0 ||
		n.Certify != 0 || n.Field != "" || n.Lock != nil || n.Appearance != nil {
		return false
	}
	for _, text := range []string{n.Name, n.Reason, n.Location, n.ContactInfo} {
		if !plainText(text) {
			return false
		}
	}
	if _, offset := n.Time.Zone(); offset%60 != 0 {
		return false // the seconds would be lost
	}
	if bytes.Contains(file[:min(len(file), 1024)], []byte("/Linearized")) ||
		bytes.Contains(file, bytes.Repeat([]byte("0"), 2*n.Room)) ||
		bytes.Contains(file, []byte("/ByteRange")) {
		return false
	}
	for _, e := range doc.Revisions[0].Trailer {
		if !slices.Contains([]pades.Name{"Size", "Root", "Info"}, e.Key) {
			return false // a stream, a hybrid file, an identifier to renew
		}
	}
	catalog, err := doc.Catalog(0)
	if err != nil || catalog.Get("AcroForm") != nil || catalog.Get("Version") != nil || catalog.Get("StructTreeRoot") != nil {
		return false
	}
	return plainValue(catalog) && plainPages(doc, catalog.Get("Pages"))
}

// plainPages says whether the library finds the first page, for which it goes by
// /Type alone.
func plainPages(doc *pades.Document, o pades.Object) bool {
	const usual = 8 // the depth of a tree of a hundred million pages
	for range usual {
		node, err := doc.ResolveDict(0, o)
		if err != nil {
			return false
		}
		kids, _ := node.Get("Kids").(pades.Array)
		switch {
		case node.Name("Type") == "Page" && kids == nil:
			return true
		case node.Name("Type") != "Pages" || len(kids) == 0:
			return false
		}
		o = kids[0]
	}
	return false
}

// plainText says whether the library writes a text of the request right.
func plainText(text string) bool {
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// plainValue says whether the library copies a value of the catalog right.
func plainValue(o pades.Object) bool {
	switch o := o.(type) {
	case nil, bool, pades.Integer, pades.Ref:
		return true
	case pades.Name:
		return plainText(string(o)) && !bytes.ContainsAny([]byte(o), "#()<>[]{}/% ")
	case pades.Array:
		return !slices.ContainsFunc(o, func(e pades.Object) bool { return !plainValue(e) })
	case pades.Dict:
		return !slices.ContainsFunc(o, func(e pades.Entry) bool { return !plainValue(e.Key) || !plainValue(e.Value) })
	}
	return false
}

// libraryRevision has the library add a revision with an empty signature, and
// makes it a PAdES one: the library knows only the older SubFilter, of the same
// length, and puts keys of a transform into the signature dictionary itself,
// where they mean nothing; they are blanked.
func libraryRevision(file []byte, n pades.NewSignature) (*pades.Prepared, error) {
	out, err := runLibrary(file, n)
	if err != nil {
		return nil, err
	}
	prepared, doc, err := pades.OpenHole(out)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errLibrary, err)
	}
	dict := doc.Signatures[len(doc.Signatures)-1].Dict
	sub, _ := dict.Lookup("SubFilter")
	const filter = "/ETSI.CAdES.detached"
	if sub.End-sub.Start != int64(len(filter)) {
		return nil, fmt.Errorf("%w: SubFilter is %v", errLibrary, sub.Value)
	}
	copy(out[sub.Start:], filter)
	for _, key := range []string{"TransformMethod", "TransformParams"} {
		e, ok := dict.Lookup(pades.Name(key))
		at := bytes.LastIndex(out[:e.Start], []byte("/"+key))
		if ok && at >= 0 {
			copy(out[at:e.End], bytes.Repeat([]byte(" "), int(e.End)-at))
		}
	}
	return prepared, nil
}

// runLibrary returns the file with the library's revision. The library panics on
// some malformed files, and hands the file out only when it has signed; so the
// buffer is taken from it once the signer has declined.
func runLibrary(file []byte, n pades.NewSignature) (out []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("%w: %v", errLibrary, r)
		}
	}()
	reader, err := pdf.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errLibrary, err)
	}
	c := pdfsign.SignContext{
		PDFReader:  reader,
		InputFile:  bytes.NewReader(file),
		OutputFile: io.Discard,
		SignData: pdfsign.SignData{
			Signature: pdfsign.SignDataSignature{
				CertType: pdfsign.ApprovalSignature,
				Info: pdfsign.SignDataSignatureInfo{
					Name: n.Name, Location: n.Location, Reason: n.Reason, ContactInfo: n.ContactInfo, Date: n.Time,
				},
			},
			Signer:          declining{},
			DigestAlgorithm: crypto.SHA256,
			Certificate:     &x509.Certificate{},
		},
		SignatureMaxLengthBase: uint32(2 * n.Room),
	}
	if err := c.SignPDF(); !errors.Is(err, errDeclined) {
		return nil, fmt.Errorf("%w: %w", errLibrary, err)
	}
	return c.OutputBuffer.Buff.Bytes(), nil
}
