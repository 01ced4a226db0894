package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tamga/signing"
)

// nationalData returns the folder of the national authority's published test
// data, which is not part of the project.
func nationalData(t *testing.T) string {
	t.Helper()
	shared := os.Getenv("TAMGA_TESTDATA")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(shared, "pki", "data")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the national test data is missing: %v; TAMGA_TESTDATA names the folder that holds pki/data", err)
	}
	return dir
}

// tamga runs the program and returns its exit code and what it printed.
func tamga(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	env := func(name string) string {
		if name == "TAMGA_TRUST" {
			return filepath.Join(t.TempDir(), "none")
		}
		return ""
	}
	var out, err bytes.Buffer
	code = run(context.Background(), args, env, strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

// nationalCase is one file at one time and what must be said of it. All of
// them are signatures and certificates of one fictional person.
type nationalCase struct {
	file, at   string
	content    string // of a detached signature
	indication signing.Indication
	sub        signing.SubIndication
	bin        string
	code       int
	why        string // stands in the answer
}

const (
	testIIN = "123456789011"
	testBIN = "123456789021"
	lately  = "2026-11-22T00:00:00Z"
)

// TestNationalFiles pins what the program says about the national test files,
// lately and at their own dates.
func TestNationalFiles(t *testing.T) {
	dir := nationalData(t)
	for _, c := range nationalCases() {
		t.Run(c.file+"/"+c.at, func(t *testing.T) {
			args := []string{"verify", filepath.Join(dir, c.file), "--at", c.at, "--json",
				"--trust", filepath.Join(dir, "ca"), "--crl", filepath.Join(dir, "crl")}
			if c.content != "" {
				args = append(args, "--content", filepath.Join(dir, c.content))
			}
			code, out, stderr := tamga(t, args...)
			var v signing.Verdict
			if err := json.Unmarshal([]byte(out), &v); err != nil {
				t.Fatalf("exit code %d, %v\n%s", code, err, stderr)
			}
			if v.Indication != c.indication || v.SubIndication != c.sub || code != c.code {
				t.Errorf("%s %s, exit code %d; want %s %s, %d", v.Indication, v.SubIndication, code, c.indication, c.sub, c.code)
			}
			if len(v.Signers) != 1 || v.Signers[0].Identity == nil {
				t.Fatalf("%d signers", len(v.Signers))
			}
			id := v.Signers[0].Identity
			if id.Surname != "ТЕСТОВ" || id.GivenName != "ТЕСТ" || id.IIN != testIIN || id.BIN != c.bin {
				t.Errorf("%s %s, IIN %s, BIN %q; want IIN %s, BIN %q", id.Surname, id.GivenName, id.IIN, id.BIN, testIIN, c.bin)
			}
			if c.why != "" && !strings.Contains(out, c.why) {
				t.Errorf("the answer does not say %q:\n%s", c.why, out)
			}
		})
	}
}

func nationalCases() []nationalCase {
	return []nationalCase{
		{file: "cms/2020_individual_sign_rsa_attached.cms", at: lately, indication: signing.Indeterminate, sub: signing.OutOfBoundsNoPOE, code: exitIndeterminate,
			why: "and nothing proves that the signature existed before"},
		{file: "cms/2020_individual_sign_rsa_attached.cms", at: "2020-09-09T20:03:14Z", indication: signing.Indeterminate, sub: signing.TryLater, code: exitIndeterminate,
			why: "list_issued_after_certificate_expired"},
		{file: "cms/2020_legal_sign_gost2004_attached.cms", at: lately, indication: signing.Indeterminate, sub: signing.OutOfBoundsNoPOE, bin: testBIN, code: exitIndeterminate,
			why: "and nothing proves that the signature existed before"},
		{file: "cms/2020_legal_sign_gost2004_attached.cms", at: "2020-09-09T20:03:14Z", indication: signing.Indeterminate, sub: signing.TryLater, bin: testBIN, code: exitIndeterminate,
			why: "list_issued_after_certificate_expired"},
		{file: "cms/2020_individual_sign_rsa_revoked_attached.cms", at: lately, indication: signing.Indeterminate, sub: signing.OutOfBoundsNoPOE, code: exitIndeterminate,
			why: "and nothing proves that the signature existed before"},
		{file: "cms/2020_individual_sign_rsa_revoked_attached.cms", at: "2020-09-09T20:03:14Z", indication: signing.Indeterminate, sub: signing.TryLater, code: exitIndeterminate,
			why: "list_issued_after_certificate_expired"},
		{file: "cms/2020_individual_auth_rsa_attached.cms", at: lately, indication: signing.Indeterminate, sub: signing.ChainConstraintsFailure, code: exitFailed,
			why: "the key is for logging in only"},
		{file: "cms/2020_individual_auth_rsa_attached.cms", at: "2020-09-09T20:03:14Z", indication: signing.Indeterminate, sub: signing.ChainConstraintsFailure, code: exitFailed,
			why: "the key is for logging in only"},
		{file: "cms/2026_individual_gost2015_attached.der", at: lately, indication: signing.Indeterminate, sub: signing.TryLater, code: exitIndeterminate,
			why: "list_expired"},
		{file: "cms/2026_individual_gost2015_attached.der", at: "2026-07-20T09:08:06Z", indication: signing.Indeterminate, sub: signing.TryLater, code: exitIndeterminate,
			why: "list_expired"},
		{file: "cms/2026_individual_gost2015_attached.der", at: "2020-09-09T20:03:14Z", indication: signing.TotalFailed, sub: signing.NotYetValid, code: exitFailed,
			why: "valid from 2026-05-08T06:45:13Z"},
		{file: "cms/2026_individual_gost2015_detached.der", at: "2026-07-20T09:08:06Z", indication: signing.Indeterminate, sub: signing.TryLater, code: exitIndeterminate, content: "cms/2026_individual_gost2015_document.txt",
			why: "list_expired"},
		{file: "cms/2026_individual_gost2015_detached.der", at: "2026-07-20T09:08:06Z", indication: signing.TotalFailed, sub: signing.HashFailure, code: exitFailed, content: "cms/2026_individual_gost2015_attached.der",
			why: "its digest differs"},
		{file: "certs/2022_individual_sign_rsa.cer", at: lately, indication: signing.TotalFailed, sub: signing.Expired, code: exitFailed,
			why: "expired on 2023-01-18"},
		{file: "certs/2022_individual_sign_rsa.cer", at: "2022-04-15T00:00:00Z", indication: signing.TotalPassed, code: exitPassed},
		{file: "certs/2022_ceo_sign_gost2004.cer", at: lately, indication: signing.TotalFailed, sub: signing.Expired, bin: testBIN, code: exitFailed,
			why: "expired on 2023-01-18"},
		{file: "certs/2022_ceo_sign_gost2004.cer", at: "2022-04-15T00:00:00Z", indication: signing.TotalPassed, bin: testBIN, code: exitPassed},
		{file: "certs/2022_individual_auth_rsa.cer", at: lately, indication: signing.TotalFailed, sub: signing.Expired, code: exitFailed,
			why: "expired on 2023-01-18"},
		{file: "certs/2022_individual_auth_rsa.cer", at: "2022-04-15T00:00:00Z", indication: signing.TotalPassed, code: exitPassed},
		{file: "certs/2022_individual_sign_rsa.cer", at: "2020-09-09T20:03:14Z", indication: signing.TotalFailed, sub: signing.NotYetValid, code: exitFailed},
		{file: "certs/2020_legal_sign_gost2004.cer", at: lately, indication: signing.TotalFailed, sub: signing.Expired, bin: testBIN, code: exitFailed},
		{file: "certs/2026_individual_gost2015.cer", at: lately, indication: signing.Indeterminate, sub: signing.TryLater, code: exitIndeterminate},
	}
}

// TestNationalReport reads the text for people, which the cases above do not.
func TestNationalReport(t *testing.T) {
	dir := nationalData(t)
	code, out, _ := tamga(t, "verify", filepath.Join(dir, "cms/2020_legal_sign_gost2004_attached.cms"), "--at", "2020-09-09T20:03:14Z",
		"--trust", filepath.Join(dir, "ca"), "--crl", filepath.Join(dir, "crl"))
	if code == exitNoAnswer {
		t.Fatal("no answer")
	}
	for _, want := range []string{
		"Surname        ТЕСТОВ\n", "Patronymic     ТЕСТОВИЧ\n", "IIN            " + testIIN + "\n", "BIN            " + testBIN + "\n",
		`Organisation   АО "ТЕСТ"`, "first head", "GOST 34.310-2004", "(valid, 139 days left)",
		"to have signed on 2020-09-09 20:03:14 UTC: the signer's word",
		"✓ Signature value", "✓ the certificate is inside its validity period: established",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// TestTrustAddNational imports the production roots, which the program knows.
func TestTrustAddNational(t *testing.T) {
	dir := nationalData(t)
	store := filepath.Join(t.TempDir(), "store")
	files, err := filepath.Glob(filepath.Join(dir, "ca", "prod", "*.cer"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no production certificates: %v", err)
	}
	for _, f := range files {
		if code, out, stderr := tamga(t, "trust", "add", f, "--dir", store); code != exitPassed || !strings.Contains(out, "the production authority") {
			t.Errorf("%s: exit code %d\n%s%s", f, code, out, stderr)
		}
	}
	if code, _, _ := tamga(t, "trust", "add", filepath.Join(dir, "ca/test/root_test_gost_2022.cer"), "--dir", store); code != exitFailed {
		t.Errorf("the test root was let in: exit code %d", code)
	}
	_, out, _ := tamga(t, "trust", "list", "--dir", store)
	if n := strings.Count(out, "✓ "); n != len(files)+1 { // and one in the legend
		t.Errorf("the list shows %d of %d as present\n%s", n-1, len(files), out)
	}
}

// TestNationalKeyStores opens the national test key stores, signs with those
// that may sign, and is refused by those that may not.
func TestNationalKeyStores(t *testing.T) {
	dir := nationalData(t)
	folder := t.TempDir()
	password := filepath.Join(folder, "password")
	content := filepath.Join(folder, "content.txt")
	for path, text := range map[string]string{password: "Qwerty12\n", content: "text", filepath.Join(folder, "wrong"): "qwerty12\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	gost := filepath.Join(dir, "p12/2026-2027/gost512_valid_head.p12")
	login := filepath.Join(dir, "p12/2020/individual_auth_rsa256_valid_b2c70a9f.p12")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"inspect", gost}, exitPassed, "Whose keys it holds is encrypted"},
		{[]string{"inspect", gost, "--password-file", password}, exitPassed, "Surname        ТЕСТОВ"},
		{[]string{"inspect", login, "--password-file", password}, exitPassed, "for logging in only, not for signing"},
		{[]string{"inspect", gost, "--password-file", filepath.Join(folder, "wrong")}, exitFailed, "wrong password"},
		{[]string{"sign", content, "--key", gost}, exitUsage, "--password-file"},
		{[]string{"sign", content, "--key", login, "--password-file", password}, exitFailed, "for logging in"},
		{[]string{"sign", content, "--key", gost, "--password-file", filepath.Join(folder, "wrong")}, exitFailed, "wrong password"},
	} {
		code, out, stderr := tamga(t, c.args...)
		if code != c.code || !strings.Contains(out+stderr, c.says) {
			t.Errorf("%v: exit code %d, want %d and %q\n%s%s", c.args, code, c.code, c.says, out, stderr)
		}
	}
}
