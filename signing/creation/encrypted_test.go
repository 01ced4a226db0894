package creation_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/judgetest"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/creation/appearance"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// qpdf changes a file as it is told.
func qpdf(t *testing.T, file []byte, args ...string) []byte {
	t.Helper()
	judgetest.Need(t, "qpdf")
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf")
	if err := os.WriteFile(in, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command("qpdf", append(args, in, out)...).CombinedOutput(); err != nil {
		t.Fatalf("qpdf %v: %v %s", args, err, said)
	}
	made, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestEncryptedAtEveryLevel: a file that opens without a password is signed by two
// persons, seen and unseen, at every level; the judge of changes sees what is
// decrypted, and so do other programs.
func TestEncryptedAtEveryLevel(t *testing.T) {
	p := signtest.New(t, ca.ECDSA)
	first, second := p.Person(signtest.Head()), p.Person(signtest.Applicant())
	with := p.Services(p.TSA())
	shared, err := os.ReadFile("../testdata/cases/pdf/encrypted-empty-password.pdf")
	if err != nil {
		t.Fatal(err)
	}
	form := sheetOf("/AcroForm<</Fields[5 0 R]/DA(/Helv 0 Tf)>>", "/Annots[5 0 R]", "<</Type/Annot/Subtype/Widget/FT/Sig/T(Chair)/F 4/Rect[60 80 300 170]>>")
	for name, file := range map[string][]byte{
		"shared":  shared,
		"AES-128": qpdf(t, form, "--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y", "--"),
		"AES-256": qpdf(t, form, "--object-streams=generate", "--encrypt", "", "owner", "256", "--"),
	} {
		for _, level := range []creation.Baseline{creation.BaselineB, creation.BaselineT, creation.BaselineLT, creation.BaselineLTA} {
			one, two := creation.PDF{File: file, Reason: "Келісемін", Certify: 2}, creation.PDF{Reason: "№ 64"}
			if name != "shared" { // which is too small
				one.Field, one.Stamp = "Chair", &appearance.Stamp{Language: "kk", Address: address}
				one.Certify = 0
				two.Stamp = &appearance.Stamp{Page: 1, Place: at(60, 200, 240, 90), Language: "ru"}
			}
			two.File = signtest.Made(t, with, creation.Order{Key: first, Level: level, Form: one})
			signed := signtest.Made(t, with, creation.Order{Key: second, Level: level, Form: two})
			got := verifyPDF(t, p.Verifier, signed)
			if len(got.Signers) != 2 || !got.Passed() {
				t.Errorf("%s %s: %s", name, level, signtest.Explain(got))
			}
			if name == "shared" {
				continue
			}
			if text := textOf(t, signed); !strings.Contains(text, "Негіздеме: Келісемін") || !strings.Contains(text, "Основание: № 64") {
				t.Errorf("%s %s: pdftotext reads %q", name, level, text)
			}
			if text := string(qpdf(t, signed, "--decrypt", "--qdf", "--object-streams=disable")); !strings.Contains(text, "/T (Chair)") {
				t.Errorf("%s %s: qpdf does not read the name of the field", name, level)
			}
		}
	}
}

// TestEncryptedWithAPassword: nothing is known about what cannot be read, and the
// answer says why.
func TestEncryptedWithAPassword(t *testing.T) {
	p := signtest.New(t, ca.ECDSA)
	signed := mustSign(t, sheetOf("", ""), p.Person(signtest.Head()), creation.PDF{})
	for _, args := range [][]string{
		{"--encrypt", "secret", "owner", "256", "--"},
		{"--allow-weak-crypto", "--encrypt", "secret", "owner", "128", "--use-aes=y", "--"},
		{"--allow-weak-crypto", "--encrypt", "secret", "owner", "128", "--use-aes=n", "--"},
		{"--allow-weak-crypto", "--encrypt", "secret", "owner", "40", "--"},
	} {
		got := verifyPDF(t, p.Verifier, qpdf(t, signed, args...))
		if got.Indication != signing.Indeterminate || !strings.Contains(got.Detail, "encrypted") || !strings.Contains(got.Detail, "password") {
			t.Errorf("%v: %s %s %q", args, got.Indication, got.SubIndication, got.Detail)
		}
	}
}

// TestProtectedFiles: what the author of an encrypted file lets people do without his
// password (ISO 32000-1, table 22) is asked before a signature is made: for a field
// of its own, and for one that is there. Evidence changes nothing that he could mean,
// and what is signed already is judged all the same.
func TestProtectedFiles(t *testing.T) {
	p := signtest.New(t, ca.ECDSA)
	key, with := p.Person(signtest.Head()), p.Services(p.TSA())
	form := sheetOf("/AcroForm<</Fields[5 0 R]>>", "/Annots[5 0 R]", "<</Type/Annot/Subtype/Widget/FT/Sig/T(Chair)/F 4/Rect[60 80 300 170]>>")
	for _, c := range []struct {
		modify       string
		fresh, there bool
	}{{"all", true, true}, {"annotate", false, true}, {"form", false, true}, {"assembly", false, false}, {"none", false, false}} {
		for name, args := range map[string][]string{
			"AES-128": {"--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y", "--modify=" + c.modify, "--"},
			"AES-256": {"--encrypt", "", "owner", "256", "--modify=" + c.modify, "--"},
		} {
			file := qpdf(t, form, args...)
			for field, want := range map[string]bool{"": c.fresh, "Fresh": c.fresh, "Chair": c.there} {
				_, err := creation.Make(t.Context(), with, creation.Order{Key: key, Time: signtest.Now(), Level: creation.BaselineT, Form: creation.PDF{File: file, Field: field}})
				if want != (err == nil) || !want && !errors.Is(err, pades.ErrProtected) {
					t.Errorf("%s, modify %s, field %q: %v, want signed %v", name, c.modify, field, err, want)
				}
			}
			if !c.there || c.fresh {
				continue
			}
			signed := signtest.Made(t, with, creation.Order{Key: key, Level: creation.BaselineT, Form: creation.PDF{File: file, Field: "Chair"}})
			if got := verifyPDF(t, p.Verifier, signed); !got.Passed() {
				t.Errorf("%s, modify %s: %s", name, c.modify, signtest.Explain(got))
			}
			if _, err := creation.Make(t.Context(), with, creation.Order{Time: signtest.Now(), Level: creation.BaselineLTA, Form: creation.Existing{File: signed}}); err != nil {
				t.Errorf("%s, modify %s: evidence: %v", name, c.modify, err)
			}
		}
	}
}
