package signing_test

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/judgetest"
	"tamga/signing"
)

// opensslSigned is a self-signed certificate that openssl made, and a CMS by its
// key; nil when openssl does not make one.
func opensslSigned(t *testing.T, key, digest string, certificate, signature []string) (cert, file []byte) {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	run := func(args ...string) bool {
		out, err := exec.Command("openssl", args...).CombinedOutput()
		if err != nil {
			t.Logf("openssl %s: %s", strings.Join(args, " "), out)
		}
		return err == nil
	}
	if err := os.WriteFile(path("content"), []byte("өтініш"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"req", "-x509", "-nodes", "-keyout", path("key"), "-out", path("cert"), "-outform", "DER", "-subj", "/CN=T", "-days", "36500",
		"-addext", "keyUsage=digitalSignature,nonRepudiation", "-" + digest}, strings.Fields(key)...)
	if !run(append(args, certificate...)...) {
		return nil, nil
	}
	cert, err := os.ReadFile(path("cert"))
	if err != nil {
		t.Fatal(err)
	}
	pem := []string{"x509", "-in", path("cert"), "-inform", "DER", "-out", path("pem")}
	args = []string{"cms", "-sign", "-binary", "-nodetach", "-cades", "-md", digest, "-signer", path("pem"), "-inkey", path("key"),
		"-in", path("content"), "-outform", "DER", "-out", path("cms")}
	if !run(pem...) || !run(append(args, signature...)...) {
		return cert, nil
	}
	if file, err = os.ReadFile(path("cms")); err != nil {
		t.Fatal(err)
	}
	return cert, file
}

// Whatever openssl signs by an algorithm of Go's library is right, in the
// certificate as well as in the signature, and wrong when a bit of it is not.
func TestAlgorithmsOfOpenSSL(t *testing.T) {
	judgetest.Need(t, "openssl")
	const rsa2048, p256 = "-newkey rsa:2048", "-newkey ec -pkeyopt ec_paramgen_curve:P-256"
	const pss = "-newkey rsa-pss -pkeyopt rsa_keygen_bits:2048"
	only := func(md, mgf, salt string) string {
		return pss + " -pkeyopt rsa_pss_keygen_md:" + md + " -pkeyopt rsa_pss_keygen_mgf1_md:" + mgf + " -pkeyopt rsa_pss_keygen_saltlen:" + salt
	}
	padded := func(mgf, salt string) []string {
		return []string{"-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_mgf1_md:" + mgf, "-keyopt", "rsa_pss_saltlen:" + salt}
	}
	type row struct {
		key, digest            string
		certificate, signature []string
		want                   string
		noCMS                  bool // openssl 3.0 makes the certificate only
	}
	rows := map[string]row{
		"P-256 over SHA-224":       {p256, "sha224", nil, nil, "ECDSA, SHA-224", false},
		"a key for PSS":            {pss, "sha256", nil, padded("sha256", "32"), "RSASSA-PSS, SHA-256", false},
		"a key for PSS, SHA-512":   {pss, "sha512", nil, padded("sha512", "64"), "RSASSA-PSS, SHA-512", false},
		"a key for PSS by SHA-384": {only("sha384", "sha384", "48"), "sha384", nil, padded("sha384", "48"), "RSASSA-PSS, SHA-384", false},
		"a longer salt":            {only("sha256", "sha256", "20"), "sha256", nil, padded("sha256", "64"), "RSASSA-PSS, SHA-256", false},
		"another mask":             {rsa2048, "sha256", nil, padded("sha1", "20"), "RSASSA-PSS, SHA-256, MGF1 with SHA-1", false},
		"a longer mask":            {rsa2048, "sha256", []string{"-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_mgf1_md:sha512"}, padded("sha512", "0"), "RSASSA-PSS, SHA-256, MGF1 with SHA-512", false},
		"a key for another mask":   {only("sha256", "sha512", "32"), "sha256", nil, padded("sha512", "32"), "RSASSA-PSS, SHA-256, MGF1 with SHA-512", false},
	}
	for digest, name := range map[string]string{
		"sha224": "SHA-224", "sha512-224": "SHA-512/224", "sha512-256": "SHA-512/256",
		"sha3-224": "SHA3-224", "sha3-256": "SHA3-256", "sha3-384": "SHA3-384", "sha3-512": "SHA3-512",
	} {
		rows["RSA over "+name] = row{rsa2048, digest, nil, nil, "RSA PKCS#1 v1.5, " + name, false}
		if strings.HasPrefix(digest, "sha3") {
			rows["P-256 over "+name] = row{p256, digest, nil, nil, "ECDSA, " + name, true}
		}
	}
	for name, c := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, file := opensslSigned(t, c.key, c.digest, c.certificate, c.signature)
			cert, err := certs.Parse(raw)
			if err != nil || cert.KeyError != nil || !cert.SelfSigned() {
				t.Fatalf("the certificate: %v, %v", err, cert)
			}
			spoilt := bytes.Clone(raw)
			spoilt[len(spoilt)-9] ^= 1
			if bad, err := certs.Parse(spoilt); err != nil || bad.SelfSigned() {
				t.Errorf("a certificate of another signature: %v", err)
			}
			if c.noCMS {
				return
			}
			v := &signing.Verifier{Trust: &certs.Pool{}}
			v.Trust.AddAnchor(cert)
			got := verify(t, v, file, signing.Question{})
			if s := got.Signers[0]; !got.Passed() || s.Algorithm != c.want {
				t.Errorf("%s: %s %s", s.Algorithm, got.Indication, s.Check(signing.CheckSignatureValue).Detail)
			}
			spoilt = bytes.Clone(file)
			spoilt[len(spoilt)-9] ^= 1
			if got := verify(t, v, spoilt, signing.Question{}); got.SubIndication != signing.SigCryptoFailure {
				t.Errorf("of another signature: %s", conclusion(got))
			}
		})
	}
}

// A key for RSASSA-PSS signs by nothing else, and within its restrictions.
func TestRestrictedKeys(t *testing.T) {
	judgetest.Need(t, "openssl")
	raw, _ := opensslSigned(t, "-newkey rsa-pss -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:32", "sha256", nil, nil)
	cert, err := certs.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	key, ok := cert.PublicKey.(*certs.PSSKey)
	if !ok || certs.KeyName(key) != "RSASSA-PSS 2048" {
		t.Fatalf("%T", cert.PublicKey)
	}
	pss, err := certs.ParseAlgorithm(cert.Algorithm)
	if err != nil || pss.Verify(key, cert.RawTBS, cert.Signature) != nil {
		t.Fatalf("its own signature: %v", err)
	}
	if err := pss.Verify(&key.RSA, cert.RawTBS, cert.Signature); err != nil {
		t.Errorf("under the same key without restrictions: %v", err)
	}
	for name, alg := range map[string]certs.Algorithm{
		"PKCS #1":        {Scheme: certs.RSAPKCS1, Digest: certs.SHA256},
		"another digest": pssAlgorithm(t, certs.SHA512, certs.SHA256, 32),
		"another mask":   pssAlgorithm(t, certs.SHA256, certs.SHA1, 32),
		"a shorter salt": pssAlgorithm(t, certs.SHA256, certs.SHA256, 31),
	} {
		if err := alg.Verify(key, cert.RawTBS, make([]byte, 256)); !errors.Is(err, certs.ErrAlgorithm) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, alg := range map[string]certs.Algorithm{
		"the very salt": pssAlgorithm(t, certs.SHA256, certs.SHA256, 32), "a longer salt": pssAlgorithm(t, certs.SHA256, certs.SHA256, 33),
	} {
		if err := alg.Verify(key, cert.RawTBS, make([]byte, 256)); !errors.Is(err, certs.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	again, err := certs.ParsePublicKey(cert.RawSPKI)
	if err != nil || !key.Equal(again) || key.Equal(&key.RSA) || key.Equal(&certs.PSSKey{RSA: key.RSA}) {
		t.Errorf("equal keys: %v", err)
	}
}

// pssAlgorithm is RSASSA-PSS with a mask over a digest of its own.
func pssAlgorithm(t *testing.T, d, mask certs.Digest, salt int64) certs.Algorithm {
	t.Helper()
	alg, err := certs.ParseAlgorithm(certs.AlgorithmIdentifier{OID: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}, Parameters: der.Sequence(
		der.Encode(der.ContextConstructed(0), der.Algorithm(d.OID)),
		der.Encode(der.ContextConstructed(1), der.Sequence(der.OID(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}), der.Algorithm(mask.OID))),
		der.Encode(der.ContextConstructed(2), der.Int(big.NewInt(salt))),
	)})
	if err != nil {
		t.Fatal(err)
	}
	return alg
}
