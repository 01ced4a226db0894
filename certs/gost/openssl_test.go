package gost

import (
	"bytes"
	"crypto/rand"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tamga/judgetest"
)

// openssl runs the openssl program and returns what it said and whether it
// succeeded.
func openssl(t *testing.T, input []byte, args ...string) (string, bool) {
	t.Helper()
	cmd := exec.Command("openssl", args...)
	cmd.Stdin = bytes.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// needEngine skips the test where OpenSSL has no gost engine.
func needEngine(t *testing.T) {
	t.Helper()
	judgetest.Need(t, "openssl")
	if out, ok := openssl(t, nil, "engine", "-t", "gost"); !ok || !strings.Contains(out, "[ available ]") {
		judgetest.Missing(t, "the gost engine of OpenSSL (libengine-gost-openssl)")
	}
}

// TestStreebogOpenSSL compares Streebog with the engine's. GOST 34.311-95 has
// another substitution there and cannot be compared.
func TestStreebogOpenSSL(t *testing.T) {
	needEngine(t)
	message := make([]byte, 1<<12)
	rand.Read(message)
	for name, digest := range map[string]string{"Streebog-256": "-md_gost12_256", "Streebog-512": "-md_gost12_512"} {
		for _, n := range []int{0, 1, 63, 64, 65, 127, 128, len(message)} {
			h := hashes[name]()
			h.Write(message[:n])
			want := hex.EncodeToString(h.Sum(nil))
			out, ok := openssl(t, message[:n], "dgst", "-engine", "gost", digest, "-r")
			if !ok || !strings.Contains(out, want) {
				t.Errorf("%s of %x is %s, the engine says %s", name, message[:n], want, out)
			}
		}
	}
}

// russianKeys are the identifiers of RFC 9215 under which the engine knows our
// three curves: key, curve, hash.
var russianKeys = map[Algorithm][3]asn1.ObjectIdentifier{
	A2004:     {{1, 2, 643, 7, 1, 1, 1, 1}, {1, 2, 643, 2, 2, 35, 1}, {1, 2, 643, 7, 1, 1, 2, 2}},
	A2015x256: {{1, 2, 643, 7, 1, 1, 1, 1}, {1, 2, 643, 7, 1, 2, 1, 1, 1}, {1, 2, 643, 7, 1, 1, 2, 2}},
	A2015x512: {{1, 2, 643, 7, 1, 1, 1, 2}, {1, 2, 643, 7, 1, 2, 1, 2, 1}, {1, 2, 643, 7, 1, 1, 2, 3}},
}

// TestSignatureOpenSSL has our signatures verified by the engine, which reads
// them from the other end (RFC 9215: s‖r, big-endian).
func TestSignatureOpenSSL(t *testing.T) {
	needEngine(t)
	for _, c := range curves {
		t.Run(c.Name(), func(t *testing.T) {
			key, err := GenerateKey(c, nil)
			if err != nil {
				t.Fatal(err)
			}
			digest := make([]byte, c.Size())
			rand.Read(digest)
			sig, err := key.Sign(rand.Reader, digest, nil)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			write := func(name string, b []byte) string {
				path := filepath.Join(dir, name)
				if err := os.WriteFile(path, b, 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			slices.Reverse(sig)
			args := []string{"pkeyutl", "-engine", "gost", "-verify", "-pubin",
				"-inkey", write("key.pem", russianPEM(t, &key.public)), "-sigfile", write("sig", sig), "-in", write("digest", digest)}
			if out, ok := openssl(t, nil, args...); !ok {
				t.Errorf("the engine refuses our signature: %s", out)
			}
			sig[3] ^= 1
			write("sig", sig)
			if _, ok := openssl(t, nil, args...); ok {
				t.Error("the engine accepts a changed signature, so it checks nothing")
			}
		})
	}
}

// russianPEM encodes a public key as RFC 9215 does.
func russianPEM(t *testing.T, k *PublicKey) []byte {
	t.Helper()
	oids := russianKeys[k.Algorithm()]
	id := marshalledIdentifier{Key: oids[0]}
	id.Parameters.Curve, id.Parameters.Hash = oids[1], oids[2]
	content := mustMarshal(t, k.Bytes())
	der := mustMarshal(t, struct {
		Algorithm marshalledIdentifier
		Key       asn1.BitString
	}{id, asn1.BitString{Bytes: content, BitLength: 8 * len(content)}})
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}
