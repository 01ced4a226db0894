package certs_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

// shared returns the folder of real national data, which is not part of the
// project.
func shared(t testing.TB) string {
	dir := os.Getenv("TAMGA_TESTDATA")
	if dir == "" {
		dir = "../../shared"
	}
	dir = filepath.Join(dir, "pki")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the national PKI data is missing: set TAMGA_TESTDATA to the folder that holds pki/")
	}
	return dir
}

type expectedCertificate struct {
	SHA256, Subject, Serial, SigAlg, KeyAlg, KU string
	NotBefore, NotAfter                         string
	EKU, Policies                               []string
	VerifiedBy                                  string `json:"verified_by"`
}

type expectedList struct {
	VerifiedBy             string `json:"verified_by"`
	ThisUpdate, NextUpdate string
	Entries                int
	CRLNumber              int64
	DeltaBase              *int64
}

type expectations struct {
	Certs map[string]expectedCertificate
	CRL   map[string]expectedList
}

func expected(t testing.TB, dir string) expectations {
	var e expectations
	b, err := os.ReadFile(filepath.Join(dir, "vectors", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func read(t testing.TB, dir, name string) *certs.Certificate {
	b, err := os.ReadFile(filepath.Join(dir, "data", name))
	if err != nil {
		t.Fatal(err)
	}
	c, err := certs.Parse(b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

// Every real certificate gives what expected.json says of it, verifies under
// its issuer, and does not after one flipped bit.
func TestNationalCertificates(t *testing.T) {
	dir := shared(t)
	for name, want := range expected(t, dir).Certs {
		c := read(t, dir, name)
		fp := c.Fingerprint()
		got := map[string][2]string{
			"sha256":    {hex.EncodeToString(fp[:]), want.SHA256},
			"serial":    {c.Serial.Text(16), strings.TrimLeft(want.Serial, "0")},
			"notBefore": {c.NotBefore.Format(time.DateOnly), want.NotBefore},
			"notAfter":  {c.NotAfter.Format(time.DateOnly), want.NotAfter},
			"keyUsage":  {strings.Join(c.KeyUsage.Names(), "+"), want.KU},
			"eku":       {join(c.ExtKeyUsage), strings.Join(want.EKU, " ")},
			"policies":  {join(c.Policies), strings.Join(want.Policies, " ")},
		}
		for field, v := range got {
			if v[0] != v[1] {
				t.Errorf("%s: %s is %s, want %s", name, field, v[0], v[1])
			}
		}
		if c.PublicKey == nil {
			t.Errorf("%s: key not read: %v", name, c.KeyError)
		}
		if len(c.UnhandledCritical) > 0 {
			t.Errorf("%s: unhandled critical extensions %v", name, c.UnhandledCritical)
		}
		issuer := read(t, dir, want.VerifiedBy)
		if err := c.CheckSignatureFrom(issuer); err != nil {
			t.Errorf("%s under %s: %v", name, want.VerifiedBy, err)
		}
		c.RawTBS = flipped(c.RawTBS)
		if err := c.CheckSignatureFrom(issuer); !errors.Is(err, certs.ErrSignature) {
			t.Errorf("%s with one bit flipped: %v", name, err)
		}
	}
}

func join[T interface{ String() string }](list []T) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = v.String()
	}
	return strings.Join(parts, " ")
}

func flipped(b []byte) []byte {
	out := append([]byte(nil), b...)
	out[len(out)/2] ^= 1
	return out
}

func TestNationalLists(t *testing.T) {
	dir := shared(t)
	for name, want := range expected(t, dir).CRL {
		b, err := os.ReadFile(filepath.Join(dir, "data", name))
		if err != nil {
			t.Fatal(err)
		}
		l, err := revocation.ParseCRL(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if l.Entries != want.Entries || l.Number.Int64() != want.CRLNumber || l.Delta() != (want.DeltaBase != nil) {
			t.Errorf("%s: %d entries, number %v, delta %v; want %+v", name, l.Entries, l.Number, l.Delta(), want)
		}
		if l.ThisUpdate.Format("2006-01-02 15:04") != want.ThisUpdate || l.NextUpdate.Format("2006-01-02 15:04") != want.NextUpdate {
			t.Errorf("%s: %v to %v; want %+v", name, l.ThisUpdate, l.NextUpdate, want)
		}
		issuer := read(t, dir, want.VerifiedBy)
		if err := l.CheckSignatureFrom(issuer); err != nil {
			t.Errorf("%s under %s: %v", name, want.VerifiedBy, err)
		}
		l.RawTBS = flipped(l.RawTBS)
		if err := l.CheckSignatureFrom(issuer); !errors.Is(err, certs.ErrSignature) {
			t.Errorf("%s with one bit flipped: %v", name, err)
		}
	}
}

// The table of production authorities is right about every certificate that
// we have of them, and about nothing else.
func TestNationalAuthorities(t *testing.T) {
	dir := shared(t)
	known := 0
	for name := range expected(t, dir).Certs {
		c := read(t, dir, name)
		ca, ok := c.National()
		if ok != strings.HasPrefix(name, "ca/prod/") {
			t.Errorf("%s: known as a production authority: %v", name, ok)
			continue
		}
		if !ok {
			continue
		}
		known++
		if ca.Name != c.Subject.CommonName() || ca.Root != c.SelfSigned() {
			t.Errorf("%s: the table says %+v", name, ca)
		}
	}
	if known != len(certs.NationalCAs()) {
		t.Errorf("%d of %d authorities of the table were seen", known, len(certs.NationalCAs()))
	}
}

// Paths of the production hierarchy, in the years in which they held.
func TestNationalPaths(t *testing.T) {
	dir := shared(t)
	pool := &certs.Pool{}
	for name := range expected(t, dir).Certs {
		if c := read(t, dir, name); strings.HasPrefix(name, "ca/") {
			if c.SelfSigned() {
				pool.AddAnchor(c)
			} else {
				pool.AddIntermediate(c)
			}
		}
	}
	tests := []struct {
		leaf, at string
		length   int
		reason   certs.PathReason
	}{
		{"ca/prod/nca_gost_2022.cer", "2026-11-22", 2, ""},
		{"ca/prod/nca_rsa_2022.cer", "2026-11-22", 2, ""},
		{"ca/prod/ucgo_gost_2020.cer", "2026-11-22", 2, ""},
		{"ca/prod/nca_rsa_2018.cer", "2020-01-01", 2, ""},
		{"ca/prod/nca_rsa_2018.cer", "2026-11-22", 0, certs.ReasonIssuerExpired},
		{"certs/2026_individual_gost2015.cer", "2026-07-20", 3, ""},
		{"certs/2020_individual_sign_rsa.cer", "2020-09-09", 3, ""},
		{"certs/2020_legal_sign_gost2004.cer", "2020-09-09", 3, ""},
		{"certs/2020_legal_sign_gost2004.cer", "2026-11-22", 0, certs.ReasonIssuerExpired},
		{"certs/2026_individual_gost2015.cer", "2021-01-01", 0, certs.ReasonIssuerNotYet},
	}
	for _, test := range tests {
		at, err := time.Parse(time.DateOnly, test.at)
		if err != nil {
			t.Fatal(err)
		}
		path, err := pool.Build(read(t, dir, test.leaf), nil, at)
		var pathErr *certs.PathError
		if errors.As(err, &pathErr) {
			if pathErr.Reason != test.reason {
				t.Errorf("%s at %s: %v, want %q", test.leaf, test.at, err, test.reason)
			}
		} else if len(path) != test.length {
			t.Errorf("%s at %s: a path of %d, want %d, %q", test.leaf, test.at, len(path), test.length, test.reason)
		}
	}
}

func TestNationalIdentities(t *testing.T) {
	dir := shared(t)
	tests := []struct {
		file string
		want certs.Identity
	}{
		{"certs/2026_individual_gost2015.cer", certs.Identity{
			Kind: certs.KindIndividual, Surname: "ТЕСТОВ", GivenName: "ТЕСТ", Patronymic: "ТЕСТОВИЧ",
			IIN: "123456789011", KeyUse: certs.UseSigning, KeyStore: "PKCS#12 file",
		}},
		{"certs/2020_individual_auth_rsa.cer", certs.Identity{
			Kind: certs.KindIndividual, Surname: "ТЕСТОВ", GivenName: "ТЕСТ", Patronymic: "ТЕСТОВИЧ",
			IIN: "123456789011", KeyUse: certs.UseLogin,
		}},
		{"certs/2020_legal_sign_gost2004.cer", certs.Identity{
			Kind: certs.KindLegalEntity, Surname: "ТЕСТОВ", GivenName: "ТЕСТ", Patronymic: "ТЕСТОВИЧ",
			IIN: "123456789011", BIN: "123456789021", Organisation: `АО "ТЕСТ"`, KeyUse: certs.UseSigning,
		}},
		{"p12/2026-2027/gost512_valid_employee_signright.cer", certs.Identity{
			Kind: certs.KindLegalEntity, Surname: "ТЕСТТОВ", GivenName: "ТЕСТТ", Patronymic: "ТЕСТТОВИЧ",
			IIN: "123456789012", BIN: "123456789021", Organisation: `АО "ТЕСТ"`, KeyUse: certs.UseSigning, KeyStore: "PKCS#12 file",
		}},
		{"p12/2026-2027/gost512_valid_treasury_client.cer", certs.Identity{ // an information system, in spite of its name
			Kind: certs.KindSystem, BIN: "123456789021", Organisation: `АО "ТЕСТ"`, SystemID: "1.2.398.6.10.1.1",
			KeyUse: certs.UseSigning, KeyStore: "PKCS#12 file",
		}},
		{"ca/prod/nca_gost_2022.cer", certs.Identity{Kind: certs.KindAuthority, KeyUse: certs.UseOther}},
	}
	for _, test := range tests {
		got := read(t, dir, test.file).Identity()
		if (got.IIN != "") != (len(got.Warnings) > 0) && got.BIN == "" {
			t.Errorf("%s: warnings %q", test.file, got.Warnings)
		}
		got.Warnings, got.Roles, got.Policies, got.CommonName, got.Country, got.Email = nil, nil, nil, "", "", ""
		if g, w := toJSON(t, got), toJSON(t, test.want); g != w {
			t.Errorf("%s:\n got %s\nwant %s", test.file, g, w)
		}
	}
	roles := map[string]certs.Role{
		"p12/2026-2027/gost512_valid_head.cer":               certs.RoleHead,
		"p12/2026-2027/gost512_valid_employee.cer":           certs.RoleEmployee,
		"p12/2026-2027/gost512_valid_employee_signright.cer": certs.RoleSignRight,
		"p12/2026-2027/gost512_valid_infosystem.cer":         certs.RoleTreasury, // in spite of its name
		"p12/2026-2027/gost512_valid_treasury_client.cer":    certs.RoleSystem,
		"certs/2026_individual_gost2015.cer":                 certs.RoleIndividual,
	}
	for file, role := range roles {
		if id := read(t, dir, file).Identity(); !id.HasRole(role) {
			t.Errorf("%s: roles %v, want %s among them", file, id.Roles, role)
		}
	}
}

func toJSON(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
