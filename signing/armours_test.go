package signing_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// TestArmourAtEveryDoor holds that a CMS and a certificate are the same file in
// every armour, to whoever tells kinds, looks inside, judges or adds a signer.
func TestArmourAtEveryDoor(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	made := pki.Signed([]byte("Өтініш"), key)
	for name, file := range armours(made) {
		if kind := signing.Sniff(file); kind != signing.FileCMS {
			t.Errorf("%s is told as %s", name, kind)
		}
		if found, err := signing.ReadCMS(file); err != nil || string(found.Content) != "Өтініш" {
			t.Errorf("%s: %v", name, err)
		}
		if v, err := pki.Verifier.Verify(t.Context(), file, signing.Question{}); err != nil || !v.Passed() {
			t.Errorf("%s: %v %v", name, v, err)
		}
		both := signtest.Signed(t, creation.CMS{Others: file, Claim: true}, key)
		if v, err := pki.Verifier.VerifyCMS(t.Context(), both, signing.Question{}); err != nil || !v.Passed() || len(v.Signers) != 2 {
			t.Errorf("%s with another signer: %v %v", name, v, err)
		}
	}
	for name, file := range armours(key.Certificate.Raw) {
		if name == "BER" {
			continue
		}
		if kind := signing.Sniff(file); kind != signing.FileCertificate {
			t.Errorf("certificate, %s, is told as %s", name, kind)
		}
		if v, err := pki.Verifier.Verify(t.Context(), file, signing.Question{}); err != nil || !v.Passed() {
			t.Errorf("certificate, %s: %v %v", name, v, err)
		}
	}
}

// TestArmourOfTwoReadings holds that a CMS which two readers would decode
// differently is none, with the reason.
func TestArmourOfTwoReadings(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	made := pki.Signed([]byte("Өтініш"), pki.Person(signtest.Applicant()))
	text := base64.StdEncoding.EncodeToString(made)
	block := "-----BEGIN CMS-----\n" + text + "\n-----END CMS-----\n"
	for name, test := range map[string]struct{ file, says string }{
		"two alphabets":         {strings.Replace(text, "A", "-", 1) + "+/==", "two alphabets"},
		"two blocks":            {block + block, "more than one block"},
		"a bad block and a CMS": {"-----BEGIN CMS-----\n*\n-----END CMS-----\n" + block, "more than one block"},
		"two in a row":          {text + "==" + text, "illegal base64"},
		"another label":         {strings.Replace(block, "END CMS", "END PKCS7", 1), "does not end"},
	} {
		v, err := pki.Verifier.Verify(t.Context(), []byte(test.file), signing.Question{})
		if err != nil || v.SubIndication != signing.FormatFailure || !strings.Contains(v.Detail, test.says) {
			t.Errorf("%s: %v %v", name, v, err)
		}
	}
}

// TestXMLAfterBlanks holds that what editors and pages leave before a declaration,
// and how they spell UTF-8, is no fault of a signature.
func TestXMLAfterBlanks(t *testing.T) {
	pki := signtest.New(t, ca.GOST2015)
	key := pki.Person(signtest.Applicant())
	const declared = `<?xml version="1.0" encoding="UTF8"?>` + "\n<a>ғ</a>"
	for name, before := range map[string]string{
		"nothing": "", "a blank line": "\r\n", "a mark": "\ufeff", "a mark and blank lines": "\ufeff\n\n", "blank lines and a mark": " \n\ufeff",
	} {
		made := signtest.Signed(t, creation.XML{File: []byte(before + declared), Form: creation.XMLEnveloped}, key)
		if !strings.HasPrefix(string(made), before+declared[:len(declared)-len("</a>")]) {
			t.Errorf("%s: signing changed what was there", name)
		}
		for _, file := range []string{string(made), "\n" + string(made), strings.TrimLeft(string(made), "\ufeff \r\n")} {
			if v, err := pki.Verifier.Verify(t.Context(), []byte(file), signing.Question{}); err != nil || !v.Passed() || v.Kind != "xml" {
				t.Errorf("%s: %v %v", name, v, err)
			}
		}
	}
}
