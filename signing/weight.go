package signing

import (
	"bytes"

	"tamga/signing/xmldsig/xmltree"
)

// What judging a file takes of the heap, measured with files made to take much:
// structure that a PDF may bring packed, and what each byte of it and of a CMS
// may become.
const (
	weightOfPDF       = 16 << 20
	weightPerPDFByte  = 6
	mostPDFBytes      = 16 << 20 // beyond which a PDF is contents rather than structure
	weightOfCMS       = 512 << 10
	weightPerCMSByte  = 5
	weightPerXMLBytes = 4 // and its tree, which is counted
)

// Weight estimates how many bytes of memory judging a file takes, besides the
// file itself. It reads the file once at most and builds nothing.
func Weight(file []byte) int64 {
	size := int64(len(file))
	switch {
	case bytes.Contains(file[:min(len(file), 1024)], []byte("%PDF-")):
		return weightOfPDF + weightPerPDFByte*min(size, mostPDFBytes)
	case isXML(file):
		return xmltree.Weight(file) + weightPerXMLBytes*size
	}
	return weightOfCMS + weightPerCMSByte*size
}
