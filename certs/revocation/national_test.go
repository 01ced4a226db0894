package revocation_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

// The lists of the national test authority read as expected.json says, verify,
// and answer: the complete list together with its delta, whose number is lower
// than its base.
func TestNationalLists(t *testing.T) {
	dir := os.Getenv("TAMGA_TESTDATA")
	if dir == "" {
		dir = "../../../shared"
	}
	dir = filepath.Join(dir, "pki")
	b, err := os.ReadFile(filepath.Join(dir, "vectors", "expected.json"))
	if err != nil {
		t.Skip("the national PKI data is missing: set TAMGA_TESTDATA to the folder that holds pki/")
	}
	var expected struct {
		CRL map[string]struct {
			By      string `json:"verified_by"`
			Entries int    `json:"entries"`
			Number  int64  `json:"crlNumber"`
			Base    *int64 `json:"deltaBase"`
		} `json:"crl"`
	}
	if err := json.Unmarshal(b, &expected); err != nil {
		t.Fatal(err)
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, "data", name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	certificate := func(name string) *certs.Certificate {
		c, err := certs.Parse(read(name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return c
	}
	lists := &revocation.Lists{}
	for name, want := range expected.CRL {
		l := parse(t, read(name))
		if l.Entries != want.Entries || l.Number.Int64() != want.Number || l.Delta() != (want.Base != nil) || len(l.Unhandled) > 0 {
			t.Errorf("%s: %d entries, number %v, base %v", name, l.Entries, l.Number, l.BaseNumber)
		}
		if err := l.CheckSignatureFrom(certificate(want.By)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		lists.Add(l)
	}
	// This certificate names the lists of the RSA authority though the GOST
	// authority issued it: lists are chosen by issuer.
	issuer := certificate("ca/test/old_nca_gost_test.cer")
	c := certificate("certs/2022_ceo_sign_gost2004.cer")
	at := time.Date(2022, time.April, 1, 0, 0, 0, 0, time.UTC)
	if !c.Issuer.Equal(issuer.Subject) {
		t.Skipf("%s is of %s", c.Subject, c.Issuer)
	}
	if got := lists.Status(c, issuer, at); got.Status != revocation.Good || got.Evidence.Number != "7" {
		t.Errorf("%v, %+v", got, got.Evidence)
	}
}
