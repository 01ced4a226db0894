package pdf

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"syscall"
	"testing"
)

// BenchmarkLicence is one licence of usual length. Compare it with
// BenchmarkRSA2048, the signature that it will get.
func BenchmarkLicence(b *testing.B) {
	l, doc, m := compiled(b), specimens(b)["licence"], Meta{SignedAt: signedAt}
	render(b, l, doc)
	b.ReportAllocs()
	defer cpu(b)()
	for b.Loop() {
		file, err := l.Render(doc, m)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(file)))
	}
}

// BenchmarkLicenceInto is the same, into memory that is used again.
func BenchmarkLicenceInto(b *testing.B) {
	l, doc, m := compiled(b), specimens(b)["licence"], meta()
	b.ReportAllocs()
	defer cpu(b)()
	for b.Loop() {
		p, err := l.Prepare(doc, m)
		if err != nil {
			b.Fatal(err)
		}
		m.Into = p.File
	}
}

// BenchmarkRefusalOf3000Words is a long document of some twenty pages.
func BenchmarkRefusalOf3000Words(b *testing.B) {
	l, doc := compiled(b), longRefusal(b)
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
	defer cpu(b)()
	for b.Loop() {
		if _, err := key.Sign(nil, digest[:], crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}

// cpu reports the processor's time for one operation, which neighbours on the
// machine disturb less than the time that passes.
func cpu(b *testing.B) func() {
	used := func() int64 {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			b.Fatal(err)
		}
		return r.Utime.Nano() + r.Stime.Nano()
	}
	start := used()
	return func() { b.ReportMetric(float64(used()-start)/float64(b.N)/1000, "cpu-µs/op") }
}
