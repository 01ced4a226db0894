package signing_test

import (
	"fmt"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// Whether an XML signature must protect its certificate is the policy's word.
func TestXMLCertificateByPolicy(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	plain := signXML(t, key, xmlApplication, signing.XMLOptions{Form: signing.XMLEnveloped})
	xades := signXML(t, key, xmlApplication, signing.XMLOptions{Form: signing.XMLEnveloped, Properties: true})
	for level, passes := range map[signing.Level]bool{signing.LevelFail: false, signing.LevelWarn: true, signing.LevelIgnore: true} {
		p, err := signing.DefaultPolicy()
		if err != nil {
			t.Fatal(err)
		}
		p.XMLSigningCertificateMissing = level
		v := *pki.Verifier
		v.Policy = p
		for file, want := range map[string]bool{plain: passes, xades: true} {
			got, err := v.VerifyXML(t.Context(), []byte(file), signing.Question{})
			if err != nil || got.Passed() != want {
				t.Errorf("%s, with properties %t: %v %s", level, file == xades, err, explain(got))
				continue
			}
			if c := answerTo(got.Signers[0], signing.CheckPolicy); !want && (c.Status != signing.CheckUndetermined || c.SubIndication != signing.SigConstraintsFailure) {
				t.Errorf("%s: %+v", level, c)
			}
		}
	}
}

// A certificate that was valid at the best signature time has expired since only
// when it has.
func TestNotExpiredSince(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	file := pki.Timestamped([]byte("өтініш"), pki.Person(signtest.Applicant()), pki.TSA())
	got := verify(t, pki.Verifier, file, signing.Question{At: signtest.Now()})
	if !got.Passed() || !got.Signers[0].ExpiredSince.IsZero() {
		t.Errorf("expired since %v; %s", got.Signers[0].ExpiredSince, explain(got))
	}
}

// The library is given files of 64 KB, and none that is a byte larger.
func TestLibraryFiles(t *testing.T) {
	sized := func(size int) []byte {
		blanks := 0
		for range 4 { // until the length of the length has settled
			objects := append(pageObjects(""), fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", blanks, strings.Repeat(" ", blanks)))
			file := pdfFile("", objects...)
			if len(file) == size {
				return file
			}
			blanks += size - len(file)
		}
		t.Fatalf("there is no file of %d bytes", size)
		return nil
	}
	for size, want := range map[int]bool{64<<10 - 1: true, 64 << 10: true, 64<<10 + 1: false} {
		file := sized(size)
		doc, err := pades.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		if signing.PlainEnough(file, doc, pades.NewSignature{Time: signtest.Now(), Room: 4096}) != want {
			t.Errorf("%d bytes: %t", size, !want)
		}
	}
}
