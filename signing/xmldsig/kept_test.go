package xmldsig_test

import (
	"testing"

	"tamga/certs/ca"
	"tamga/signing/xmldsig"
)

// Signatures that cover a large document again and again do not fill the memory
// with it: what is beyond the bound is named and left out, and still verifies.
func TestCoveredIsBounded(t *testing.T) {
	first, second := person(t, ca.ECDSA), person(t, ca.ECDSA)
	file, err := xmldsig.SignEnveloped(t.Context(), []byte("<a>text</a>"), first, xmldsig.Options{})
	if err == nil {
		file, err = xmldsig.SignEnveloped(t.Context(), file, second, xmldsig.Options{Cosign: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	d, err := xmldsig.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	lengths := [2]int{}
	for i, s := range d.Signatures(t.Context(), xmldsig.Supplied{}) {
		lengths[i] = len(s.References[0].Covered.Bytes)
	}
	both := lengths[0] + lengths[1]
	for room, kept := range map[int][2]bool{both: {true, true}, both - 1: {true, false}, lengths[0] - 1: {false, false}} {
		d.Keep(room)
		for i, s := range d.Signatures(t.Context(), xmldsig.Supplied{}) {
			if s.Verify(s.Signer().PublicKey) != nil || len(s.References) != 1 || s.References[0].Problem != nil {
				t.Fatalf("room for %d: signature %d: %v", room, i, s.Problems)
			}
			covered := s.References[0].Covered
			if covered.LeftOut == kept[i] || (len(covered.Bytes) == lengths[i]) != kept[i] || covered.Path() != "/a" {
				t.Errorf("room for %d: of signature %d %d bytes are kept, left out: %t, at %q", room, i, len(covered.Bytes), covered.LeftOut, covered.Path())
			}
		}
	}
}
