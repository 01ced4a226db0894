package creation

import (
	"context"
	"time"

	"tamga/signing/pades"
	"tamga/signing/tsp"
)

// What the tests of pdfsign.go look at.
var (
	RunLibrary  = runLibrary
	PlainEnough = plainEnough
)

// CheckRevision reads back what was made, without the signature in it.
func CheckRevision(file []byte, before *pades.Document, out []byte) error {
	_, err := checkRevision(file, before, out)
	return err
}

// CheckPlace reads back the signature of the last revision, as edited.
func CheckPlace(doc *pades.Document, certify int, edit func(*pades.Signature)) error {
	s := doc.Signatures[len(doc.Signatures)-1]
	parts := doc.SignedBytes(s)
	edit(&s)
	added := &addedSignature{doc, s}
	if s.ID == (pades.Ref{}) {
		added = nil
	}
	if err := added.checkPlace(parts); err != nil {
		return err
	}
	return revisionSigner{PDF: PDF{Certify: certify}}.asOrdered(added)
}

// AddDSS adds evidence to a PDF.
func AddDSS(file []byte, add pades.DSS) ([]byte, error) {
	doc, err := readForRevision(file)
	if err != nil {
		return nil, err
	}
	return addDSS(file, doc, add)
}

// AddDocTimestamp adds a document timestamp to a PDF.
func AddDocTimestamp(file []byte, stamp func(context.Context, tsp.Imprint) (*tsp.Token, error)) ([]byte, error) {
	doc, err := readForRevision(file)
	if err != nil {
		return nil, err
	}
	m := &making{ctx: context.Background(), with: Services{Stamp: stamp}}
	return m.addDocTimestamp(file, doc)
}

// Forged is a form whose maker has failed: the file is taken for what was made.
type Forged struct {
	File, Content []byte
	Beside        bool
	Least         Baseline
}

func (f Forged) sign(context.Context, Key, time.Time) (draft, error) {
	return draft{file: f.File, content: f.Content, beside: f.Beside, least: f.Least}, nil
}
