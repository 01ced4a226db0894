package xmldsig_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"tamga/certs"
	"tamga/signing/xmldsig"
)

// shared returns the folder of real national data, which is not part of the
// project.
func shared(t testing.TB) string {
	dir := os.Getenv("TAMGA_TESTDATA")
	if dir == "" {
		dir = "../../../shared"
	}
	dir = filepath.Join(dir, "pki")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the national PKI data is missing: set TAMGA_TESTDATA to the folder that holds pki/")
	}
	return dir
}

func TestNationalFiles(t *testing.T) {
	dir := shared(t)
	var expected struct {
		XML map[string]struct {
			DigestOK bool   `json:"digest_ok"`
			Issuer   string `json:"cert_issuer"`
		} `json:"xml"`
	}
	b, err := os.ReadFile(filepath.Join(dir, "vectors", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &expected); err != nil || len(expected.XML) == 0 {
		t.Fatalf("expected.json: %d files, %v", len(expected.XML), err)
	}
	for name, want := range expected.XML {
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join(dir, "data", "xml", name))
			if err != nil {
				t.Fatal(err)
			}
			s := onlySignature(t, file, xmldsig.Supplied{})
			if len(s.Problems) > 0 || !want.DigestOK {
				t.Fatalf("problems %v, digest expected right: %v", s.Problems, want.DigestOK)
			}
			if err := s.Verify(s.Signer().PublicKey); err != nil {
				t.Fatal(err)
			}
			signed := s.Signed()
			if len(signed) != 1 || signed[0].Role != xmldsig.RoleDocument || string(signed[0].Bytes) != "<root><name>NCANode</name></root>" {
				t.Errorf("signed: %v %q", signed[0].Role, signed[0].Bytes)
			}
			raw, err := os.ReadFile(filepath.Join(dir, "data", want.Issuer))
			if err != nil {
				t.Fatal(err)
			}
			issuer, err := certs.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Signer().CheckSignatureFrom(issuer); err != nil {
				t.Errorf("the certificate is not of the expected issuer: %v", err)
			}
		})
	}
}

func onlySignature(t testing.TB, file []byte, with xmldsig.Supplied) xmldsig.Signature {
	t.Helper()
	d, err := xmldsig.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	all := d.Signatures(t.Context(), with)
	if len(all) != 1 {
		t.Fatalf("%d signatures", len(all))
	}
	return all[0]
}
