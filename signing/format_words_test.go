package signing

import (
	"strings"
	"testing"

	"tamga/signing/pades"
)

// What is wrong with the form of a file is told in words, and never that it is
// malformed and nothing more.
func TestFormatInWords(t *testing.T) {
	for detail, want := range map[string]string{
		pades.CodeTrailingBytes + ": 1 bytes follow": "data were added to the file after it was signed",
		pades.CodeByteRangeGap + ": x; y":            "the signature does not cover the file as the rules want (byte-range-gap)",
		pades.CodeContentsEmpty + ": x":              "the place of the signature is empty",
		pades.CodeContentsNotHex + ": x":             "the signature is not written into the file as the rules want (contents-not-hex)",
		pades.CodeHybridDiffers + ": x":              "the file can be read in more than one way (hybrid-readings-differ)",
		pades.CodeCatalogUnreadable + ": x; y":       "the signature breaks a rule of its format: catalog-unreadable: x",
		"no content-type":                            "the signature breaks a rule of its format: no content-type",
	} {
		c := Check{Name: CheckFormat, Status: CheckFailed, SubIndication: FormatFailure, Detail: detail}
		if got := c.why(); got.EN != want || got.KK == "" || got.RU == "" || strings.Contains(got.EN, "malformed") {
			t.Errorf("%s: %+v", detail, got)
		}
	}
}
