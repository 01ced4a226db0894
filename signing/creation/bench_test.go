package creation_test

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// BenchmarkSignExistingPDF signs a file of 100 KB and, in turns with it, makes a
// raw RSA signature with the same key: %raw is the rate of the one in hundredths
// of the rate of the other. "library" is a smaller file, which pdfsign is trusted
// with.
func BenchmarkSignExistingPDF(b *testing.B) {
	pki := signtest.New(b, ca.RSA)
	key := pki.Person(signtest.Head())
	digest := sha256.Sum256(nil)
	for _, c := range []struct {
		name string
		file []byte
	}{
		{"own", signtest.OnePage(100<<10, "")}, {"library", signtest.OnePage(50<<10, "")},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var raw, whole time.Duration
			for b.Loop() {
				start := time.Now()
				if _, err := key.Signer.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil {
					b.Fatal(err)
				}
				between := time.Now()
				if _, err := signtest.Make(creation.PDF{File: c.file}, key, signtest.Now()); err != nil {
					b.Fatal(err)
				}
				raw += between.Sub(start)
				whole += time.Since(between)
			}
			b.ReportMetric(100*float64(raw)/float64(whole), "%raw")
		})
	}
}
