package xmldsig_test

import (
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/xmldsig"
	"tamga/signing/xmldsig/xmltree"
)

// Files made to be costly end with a problem and not with a wait: no case here
// takes long, which the time limit of the test run watches.
func TestCostlyFiles(t *testing.T) {
	key := person(t, ca.ECDSA)
	signed, err := xmldsig.SignEnveloped(t.Context(), []byte("<a></a>"), key, xmldsig.Options{})
	if err != nil {
		t.Fatal(err)
	}
	signature := string(signed[len("<a>") : len(signed)-len("</a>")])
	elements := strings.Repeat("<b/>", xmltree.MaxNodes-10000)
	_, info, _ := cut(t, signature, "<ds:SignedInfo>", "</ds:SignedInfo>")
	_, reference, _ := cut(t, info, "<ds:Reference", "</ds:Reference>")
	for name, file := range map[string]string{
		"many elements, many signatures": "<a>" + elements + strings.Repeat(signature, 64) + "</a>",
		"many elements, many references": "<a>" + elements +
			strings.Replace(signature, "</ds:Reference>", "</ds:Reference>"+strings.Repeat("<ds:Reference"+reference+"</ds:Reference>", 63), 1) + "</a>",
		"many X509Data":    "<a>" + strings.Replace(signature, "<ds:KeyInfo>", "<ds:KeyInfo>"+strings.Repeat("<ds:X509Data><ds:X509SKI>*</ds:X509SKI></ds:X509Data>", 1<<16), 1) + "</a>",
		"many identifiers": "<a>" + strings.Repeat(`<b Id="b"/>`, 1<<18) + signature + "</a>",
	} {
		d, err := xmldsig.Read([]byte(file))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, s := range d.Signatures(t.Context(), xmldsig.Supplied{}) {
			if len(s.Problems) == 0 || len(s.Problems) > 64 || s.Signed() != nil {
				t.Errorf("%s: %d problems", name, len(s.Problems))
			}
		}
	}
}
