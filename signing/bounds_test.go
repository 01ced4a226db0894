package signing_test

import (
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// Whether an XML signature must protect its certificate is the policy's word.
func TestXMLCertificateByPolicy(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	plain := signXML(t, key, xmlApplication, creation.XML{Form: creation.XMLEnveloped})
	xades := signXML(t, key, xmlApplication, creation.XML{Form: creation.XMLEnveloped, Properties: true})
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
				t.Errorf("%s, with properties %t: %v %s", level, file == xades, err, signtest.Explain(got))
				continue
			}
			if c := answerTo(got.Signers[0], signing.CheckPolicy); !want && (c.Status != signing.CheckFailed || got.Acceptance != signing.Refused || c.SubIndication != signing.SigConstraintsFailure) {
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
		t.Errorf("expired since %v; %s", got.Signers[0].ExpiredSince, signtest.Explain(got))
	}
}
