package signing

import (
	"context"

	"tamga/certs"
	"tamga/signing/pades"
)

// ManyGaps is what the tests of ranges.go make.
var ManyGaps = manyGaps

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

// VerifyPDFWithin is VerifyPDF with another bound on what is digested.
func VerifyPDFWithin(v *Verifier, file []byte, digestible int64) (*Verdict, error) {
	v, q, err := v.prepare(context.Background(), Question{})
	if err != nil {
		return nil, err
	}
	verdict := v.newVerdict("pdf", q)
	doc, err := pades.Read(file)
	if err != nil {
		return nil, err
	}
	p := v.newPDF(file, doc, q)
	p.ranges.left = digestible
	p.judge(verdict)
	return verdict, nil
}

// CheckSignature reads back the signature of the last revision, as edited, as
// that of a certificate over a digest.
func CheckSignature(doc *pades.Document, c *certs.Certificate, opt PDFOptions, digest []byte, edit func(*pades.Signature)) error {
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
	return revisionSigner{certificate: c, opt: opt}.check(added, digest)
}
