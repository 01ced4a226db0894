package gost

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// shared returns the path of a file of the shared test data, or skips the test
// with what is missing.
func shared(t testing.TB, elements ...string) string {
	t.Helper()
	root := os.Getenv("TAMGA_TESTDATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(append([]string{root}, elements...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("shared test data missing: %v; TAMGA_TESTDATA names its folder", err)
	}
	return path
}

// readJSON decodes a JSON file into v.
func readJSON(t testing.TB, path string, v any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// flips returns copies of b with one bit changed, at a few places.
func flips(b []byte) [][]byte {
	var out [][]byte
	for _, bit := range []int{0, 7, 4*len(b) - 1, 4 * len(b), 8*len(b) - 8, 8*len(b) - 1} {
		c := bytes.Clone(b)
		c[bit/8] ^= 1 << (bit % 8)
		out = append(out, c)
	}
	return out
}

func TestSharedVectors(t *testing.T) {
	var vectors struct {
		Hash []struct {
			Name        string
			Hex         *string
			Test        string `json:"gost34311_95_testSbox_iv0"`
			Streebog256 string
			Streebog512 string
		}
		Signatures []struct {
			Cert      string
			Digest    string `json:"digest_hex"`
			Signature string `json:"signature_bytes"`
			Key       string `json:"issuer_pub_bytes"`
		}
	}
	readJSON(t, shared(t, "pki", "vectors", "gost_vectors.json"), &vectors)
	if len(vectors.Hash) != 10 || len(vectors.Signatures) != 10 {
		t.Fatalf("%d hashes and %d signatures, want 10 and 10", len(vectors.Hash), len(vectors.Signatures))
	}
	for _, v := range vectors.Hash {
		message := bytes.Repeat([]byte("a"), 1000)
		if v.Hex != nil {
			message = unhex(t, *v.Hex)
		}
		for _, h := range []struct{ name, want string }{
			{"34.311", v.Test}, {"Streebog-256", v.Streebog256}, {"Streebog-512", v.Streebog512},
		} {
			t.Run(h.name+" "+v.Name, func(t *testing.T) { checkHash(t, h.name, message, h.want) })
		}
	}
	for _, v := range vectors.Signatures {
		t.Run(v.Cert, func(t *testing.T) {
			raw := unhex(t, v.Key)
			curve := CryptoProA()
			if len(raw) == 128 {
				curve = TC26A512()
			}
			key, err := NewPublicKey(curve, raw)
			if err != nil {
				t.Fatal(err)
			}
			checkSignature(t, key, unhex(t, v.Digest), unhex(t, v.Signature))
		})
	}
}

// checkSignature requires sig to be valid for digest, with and without a
// table, and nothing with a bit flipped to be.
func checkSignature(t *testing.T, key *PublicKey, digest, sig []byte) {
	t.Helper()
	for _, k := range []*PublicKey{key, key.Precompute()} {
		if !k.Verify(digest, sig) {
			t.Error("valid signature refused")
		}
		for i, d := range flips(digest) {
			if k.Verify(d, sig) {
				t.Errorf("digest with flipped bit (%d) accepted", i)
			}
		}
		for i, s := range flips(sig) {
			if k.Verify(digest, s) {
				t.Errorf("signature with flipped bit (%d) accepted", i)
			}
		}
	}
}

// signedCertificate is the outer structure of a certificate.
type signedCertificate struct {
	TBS       asn1.RawValue
	Algorithm struct {
		OID        asn1.ObjectIdentifier
		Parameters asn1.RawValue `asn1:"optional"`
	}
	Signature asn1.BitString
}

// spki returns the SubjectPublicKeyInfo of a certificate, the sixth field
// after the version.
func (c *signedCertificate) spki(t *testing.T) []byte {
	t.Helper()
	fields, err := sequence(c.TBS.FullBytes, 7, 10)
	if err != nil {
		t.Fatal(err)
	}
	return fields[6].FullBytes
}

func readCertificate(t *testing.T, path string) *signedCertificate {
	t.Helper()
	der, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var c signedCertificate
	if err := unmarshal(der, &c); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return &c
}

// TestSharedCertificates verifies every GOST-signed certificate of the shared
// collection under the issuer it is known to verify under.
func TestSharedCertificates(t *testing.T) {
	var expected struct {
		Certs map[string]struct {
			VerifiedBy string `json:"verified_by"`
			SigAlg     string
		}
	}
	readJSON(t, shared(t, "pki", "vectors", "expected.json"), &expected)
	algorithms := map[string]Algorithm{"GOST-2004": A2004, "GOST-2015-256": A2015x256, "GOST-2015-512": A2015x512}
	count := 0
	for name, want := range expected.Certs {
		algorithm, isGOST := algorithms[want.SigAlg]
		if !isGOST || want.VerifiedBy == "" {
			continue
		}
		count++
		t.Run(name, func(t *testing.T) {
			cert := readCertificate(t, shared(t, "pki", "data", filepath.FromSlash(name)))
			issuer := readCertificate(t, shared(t, "pki", "data", filepath.FromSlash(want.VerifiedBy)))
			spki := issuer.spki(t)
			key, err := ParsePKIXPublicKey(spki)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := MarshalPKIXPublicKey(key); err != nil || !bytes.Equal(again, spki) {
				t.Errorf("key is written as %x, %v; was %x", again, err, spki)
			}
			if key.Algorithm() != algorithm || BySignatureOID(cert.Algorithm.OID) != algorithm {
				t.Errorf("key of %v, signature of %v (%v), want %v",
					key.Algorithm(), BySignatureOID(cert.Algorithm.OID), cert.Algorithm.OID, algorithm)
			}
			h := algorithm.NewHash()
			h.Write(cert.TBS.FullBytes)
			checkSignature(t, key, h.Sum(nil), cert.Signature.Bytes)
		})
	}
	t.Logf("%d GOST-signed certificates", count)
	if count == 0 {
		t.Error("no GOST-signed certificate found")
	}
}
