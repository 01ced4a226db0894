package xmldsig_test

import (
	"testing"

	"tamga/signing/xmldsig"
)

func TestUndetermined(t *testing.T) {
	for code, want := range map[string]bool{
		xmldsig.CodeStructure: false, xmldsig.CodeDigest: false, xmldsig.CodePosition: false, xmldsig.CodeDuplicateID: false,
		xmldsig.CodeNothingSigned: false, xmldsig.CodeSigningCertificate: false, xmldsig.CodeKeyInfo: false,
		xmldsig.CodeAlgorithm: true, xmldsig.CodeTransform: true, xmldsig.CodeExternal: true, xmldsig.CodeLimit: true,
		xmldsig.CodeNoCertificate: true, "a code of the future": false,
	} {
		if (xmldsig.Problem{Code: code}).Undetermined() != want {
			t.Errorf("%s: want %v", code, want)
		}
	}
}
