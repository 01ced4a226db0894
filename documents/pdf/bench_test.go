package pdf

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"testing"

	"crypto"
)

// BenchmarkLicence is one licence of usual length. Compare it with
// BenchmarkRSA2048, the signature that it will get.
func BenchmarkLicence(b *testing.B) {
	l, doc := compiled(b), sampleLicence()
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(int64(len(render(b, l, doc))))
	}
}

// BenchmarkRefusalOf3000Words is a long document of some twenty pages.
func BenchmarkRefusalOf3000Words(b *testing.B) {
	l, doc := compiled(b), longRefusal()
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(int64(len(render(b, l, doc))))
	}
}

// BenchmarkCompile is the share of this package in a cold start.
func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		compiled(b)
	}
}

func BenchmarkRSA2048(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("tamga"))
	for b.Loop() {
		if _, err := key.Sign(nil, digest[:], crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}
