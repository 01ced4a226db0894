package signing

import (
	"context"

	"tamga/signing/pades"
)

// ManyGaps is what the tests of ranges.go make.
var ManyGaps = manyGaps

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
	p := v.newPDF(doc, q)
	p.ranges.left = digestible
	p.judge(verdict)
	return verdict, nil
}
