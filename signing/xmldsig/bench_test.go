package xmldsig_test

import (
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/xmldsig"
)

// BenchmarkRead reads a signed document of a megabyte and digests it.
func BenchmarkRead(b *testing.B) {
	key := person(b, ca.ECDSA)
	document := "<r xmlns='urn:r' xmlns:p='urn:p'>" + strings.Repeat("<p:item a='1' b='2'>Өтініш &amp; құжат 2026</p:item>\n", 1<<14) + "</r>"
	file, err := xmldsig.SignEnveloped(b.Context(), []byte(document), key, xmldsig.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		s := onlySignature(b, file, xmldsig.Supplied{})
		if len(s.Problems) > 0 || s.Verify(key.Certificate.PublicKey) != nil {
			b.Fatal(s.Problems)
		}
	}
}
