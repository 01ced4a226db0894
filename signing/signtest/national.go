package signtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/signing"
)

// National returns the folder of real national data, which is not part of the
// project.
func National(t testing.TB) string {
	dir := os.Getenv("TAMGA_TESTDATA")
	if dir == "" {
		dir = "../../shared"
	}
	dir = filepath.Join(dir, "pki", "data")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the national PKI data is missing: set TAMGA_TESTDATA to the folder that holds pki/")
	}
	return dir
}

// NationalVerifier trusts every self-signed authority of the data and knows
// its revocation lists.
func NationalVerifier(t testing.TB, dir string) *signing.Verifier {
	return VerifierOf(t, filepath.Join(dir, "ca"), filepath.Join(dir, "crl"))
}

// VerifierOf trusts every self-signed authority of folders and knows the
// revocation lists in them.
func VerifierOf(t testing.TB, folders ...string) *signing.Verifier {
	t.Helper()
	v := &signing.Verifier{Trust: &certs.Pool{}, Revocation: &revocation.Lists{}}
	add := func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if l, err := revocation.ParseCRL(b); err == nil {
			v.Revocation.Add(l)
		}
		if c, err := certs.Parse(b); err == nil && c.SelfSigned() {
			v.Trust.AddAnchor(c)
		} else if err == nil {
			v.Trust.AddIntermediate(c)
		}
		return nil
	}
	for _, folder := range folders {
		if err := filepath.WalkDir(folder, add); err != nil {
			t.Fatal(err)
		}
	}
	return v
}
