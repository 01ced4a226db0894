package pkcs12

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tamga/certs"
)

// TestNationalStores opens the key stores that the national authority
// published for tests, with the password it published.
func TestNationalStores(t *testing.T) {
	dir := os.Getenv("TAMGA_TESTDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	files, err := filepath.Glob(filepath.Join(dir, "pki", "data", "p12", "*", "*.p12"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the national PKI data is missing: set TAMGA_TESTDATA to the folder that holds pki/")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { checkNationalStore(t, file) })
	}
}

func checkNationalStore(t *testing.T, file string) {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Read(b, "Qwerty12")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Entries) != 1 || len(s.Certificates) != 0 {
		t.Fatalf("%d entries and %d other certificates", len(s.Entries), len(s.Certificates))
	}
	checkSigns(t, s.Entries[0])
	if len(s.Entries[0].FriendlyName) != 40 {
		t.Errorf("friendly name %q is no key identifier", s.Entries[0].FriendlyName)
	}
	if raw, err := os.ReadFile(strings.TrimSuffix(file, ".p12") + ".cer"); err == nil {
		beside, err := certs.Parse(raw)
		if err != nil || beside.Fingerprint() != s.Entries[0].Certificate.Fingerprint() {
			t.Errorf("the certificate beside the store is another one (%v)", err)
		}
	}
	if _, err := Read(b, "Qwerty13"); !errors.Is(err, ErrPassword) {
		t.Errorf("wrong password: %v", err)
	}
	d, err := Describe(b)
	if err != nil || len(d.Safes) != 2 || d.Integrity == nil || d.Integrity.Iterations != 1024 {
		t.Fatalf("description: %+v, %v", d, err)
	}
	if got := d.Safes[0].Bags[0].Encryption.Algorithm; got != "PKCS#12 with SHA-1, triple DES" {
		t.Errorf("key: %s", got)
	}
	if got := d.Safes[1].Encryption.Algorithm; got != "PKCS#12 with SHA-1, RC2-40" {
		t.Errorf("certificate: %s", got)
	}
	for _, at := range []int{len(b) / 5, len(b) / 2, len(b) - 10} {
		changed := bytes.Clone(b)
		changed[at] ^= 1
		if _, err := Read(changed, "Qwerty12"); !errors.Is(err, ErrPassword) {
			t.Errorf("a bit changed at %d: %v", at, err)
		}
	}
}
