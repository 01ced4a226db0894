package gost

import (
	"bytes"
	"crypto/rand"
	"hash"
	"testing"
)

func BenchmarkStreebog512(b *testing.B) { benchmarkHash(b, NewStreebog512()) }
func BenchmarkGOST34311(b *testing.B)   { benchmarkHash(b, New34311()) }

func benchmarkHash(b *testing.B, h hash.Hash) {
	data := bytes.Repeat([]byte("licence "), 8<<10)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		h.Write(data)
	}
}

func BenchmarkVerify256(b *testing.B)            { benchmarkVerify(b, CryptoProA(), false) }
func BenchmarkVerify256TC26(b *testing.B)        { benchmarkVerify(b, TC26A256(), false) }
func BenchmarkVerify256Precomputed(b *testing.B) { benchmarkVerify(b, CryptoProA(), true) }
func BenchmarkVerify512(b *testing.B)            { benchmarkVerify(b, TC26A512(), false) }
func BenchmarkVerify512Precomputed(b *testing.B) { benchmarkVerify(b, TC26A512(), true) }

func benchmarkVerify(b *testing.B, c *Curve, precompute bool) {
	key, digest, sig := benchmarkKey(b, c)
	public := &key.public
	if precompute {
		public = public.Precompute()
	}
	b.ReportAllocs()
	for b.Loop() {
		if !public.Verify(digest, sig) {
			b.Fatal("our own signature refused")
		}
	}
}

func BenchmarkSign256(b *testing.B) { benchmarkSign(b, CryptoProA()) }
func BenchmarkSign512(b *testing.B) { benchmarkSign(b, TC26A512()) }

func benchmarkSign(b *testing.B, c *Curve) {
	key, digest, _ := benchmarkKey(b, c)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := key.Sign(rand.Reader, digest, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPrecompute512(b *testing.B) {
	key, _, _ := benchmarkKey(b, TC26A512())
	for b.Loop() {
		key.public.Precompute()
	}
}

func benchmarkKey(b *testing.B, c *Curve) (key *PrivateKey, digest, sig []byte) {
	b.Helper()
	key, err := GenerateKey(c, nil)
	if err != nil {
		b.Fatal(err)
	}
	digest = bytes.Repeat([]byte{7}, c.Size())
	if sig, err = key.Sign(rand.Reader, digest, nil); err != nil {
		b.Fatal(err)
	}
	return key, digest, sig
}
