package signing

import "tamga/signing/pades"

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
