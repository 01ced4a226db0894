package creation_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// What our own maker has got wrong does not leave, whatever is wrong with it: the
// verifier that judges strangers judges us.
func TestWrongOutputStays(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key, other := pki.Person(signtest.Head()), pki.Person(signtest.Applicant())
	content := []byte("өтініш")
	digest := certs.SHA256.Sum(content)
	made := func(key creation.Key, in cms.ToSign) []byte {
		m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if in.MessageDigest == nil {
			in.MessageDigest = digest
		}
		b, err := m.Make(in)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	claimed := []cms.Attribute{cms.SigningTime(signtest.Now())}
	two := signtest.Signed(t, creation.CMS{Others: pki.Signed(content, other), Claim: true}, key)
	value := pki.Signed(content, key)
	value[len(value)-1] ^= 1
	pdf := func(contents []byte, edit ...string) []byte {
		file := signtest.OnePage(1000, "/Lang(kk)")
		doc, err := pades.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := doc.PrepareSignature(pades.NewSignature{Time: signtest.Now(), Room: 8192})
		if err != nil {
			t.Fatal(err)
		}
		parts := p.SignedBytes()
		if contents == nil {
			contents = made(key, cms.ToSign{MessageDigest: certs.SHA256.Sum(slices.Concat(parts[0], parts[1])), Attributes: nil})
		}
		out, err := p.Fill(contents)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(edit); i += 2 {
			if !bytes.Contains(out, []byte(edit[i])) {
				t.Fatalf("there is no %s", edit[i])
			}
			out = bytes.Replace(out, []byte(edit[i]), []byte(edit[i+1]), 1)
		}
		return out
	}
	for _, c := range []struct {
		name string
		form creation.Forged
		said string // empty: it leaves
	}{
		{"right", creation.Forged{File: pki.Signed(content, key), Least: creation.BaselineB}, ""},
		{"right, detached", creation.Forged{File: pki.Detached(content, key), Content: content, Least: creation.BaselineB}, ""},
		{"right, beside another", creation.Forged{File: two, Beside: true, Least: creation.BaselineB}, ""},
		{"right, PDF", creation.Forged{File: pdf(nil), Beside: true, Least: creation.BaselineB}, ""},
		{"another value", creation.Forged{File: value}, "SIG_CRYPTO_FAILURE"},
		{"by another", creation.Forged{File: pki.Signed(content, other)}, "the signature is not found"},
		{"by another, beside", creation.Forged{File: pki.Signed(content, other), Beside: true}, "the signature is not found"},
		{"by two", creation.Forged{File: two}, "2 signers"},
		{"about other content", creation.Forged{File: pki.Detached([]byte("another"), key), Content: content}, "HASH_FAILURE"},
		{"without the content", creation.Forged{File: pki.Detached(content, key)}, "SIGNED_DATA_NOT_FOUND"},
		{"without a time", creation.Forged{File: made(key, cms.ToSign{Content: content}), Least: creation.BaselineB}, "no signing-time attribute"},
		{"without certificates", creation.Forged{File: made(key, cms.ToSign{Content: content, Attributes: claimed, OmitCertificates: true})}, "NO_SIGNING_CERTIFICATE_FOUND"},
		{"no signature", creation.Forged{File: []byte("text")}, "0 signers"},
		{"no signer", creation.Forged{File: der.Sequence(der.OID(cms.OIDSignedData))}, "0 signers"},
		{"PDF, about other bytes", creation.Forged{File: pdf(made(key, cms.ToSign{})), Beside: true}, "HASH_FAILURE"},
		{"PDF, by another", creation.Forged{File: pdf(made(other, cms.ToSign{})), Beside: true}, "the signature is not found"},
		{"PDF, attached", creation.Forged{File: pdf(made(key, cms.ToSign{Content: content})), Beside: true}, "the signature is not found"},
		{"PDF, no CMS", creation.Forged{File: pdf(der.Sequence(der.OID(cms.OIDData))), Beside: true}, "the signature is not found"},
		{"PDF, unsigned", creation.Forged{File: signtest.OnePage(1000, ""), Beside: true}, "the signature is not found"},
	} {
		got, err := creation.Make(t.Context(), creation.Services{Verifier: pki.Verifier}, creation.Order{Form: c.form, Key: key, Time: signtest.Now()})
		if c.said == "" {
			if err != nil || !bytes.Equal(got.File, c.form.File) || got.Level != creation.BaselineB || !got.Verdict.Passed() && c.name != "right, beside another" {
				t.Errorf("%s: %v, level %v", c.name, err, got.Level)
			}
			continue
		}
		if !errors.Is(err, creation.ErrOutput) || !strings.Contains(err.Error(), c.said) || got.File != nil {
			t.Errorf("%s: %v, want %q", c.name, err, c.said)
		}
	}
}

// What others made is made to last though it is no baseline signature: it is told
// as what it is, and has every step.
func TestWhatIsNoBaselineLasts(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	hole := bytes.Replace(signtest.Prepared(8192), []byte("ETSI.CAdES.detached"), []byte("adbe.pkcs7.detached"), 1)
	parts, _, err := pades.Hole(hole)
	if err != nil {
		t.Fatal(err)
	}
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	contents, err := m.Make(cms.ToSign{MessageDigest: m.Digest().Sum(parts[0], parts[1])})
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := pades.Fill(hole, contents)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file   []byte
		called string
	}{
		"no claimed time": {signtest.Signed(t, creation.CMS{Content: []byte("өтініш")}, key), "CMS signature, not CAdES: no signing-time attribute"},
		"Adobe's form":    {pdf, "PDF signature, not PAdES: SubFilter is adbe.pkcs7.detached"},
	} {
		for steps, to := range []creation.Baseline{creation.BaselineB, creation.BaselineT, creation.BaselineLT, creation.BaselineLTA} {
			made, err := creation.Make(t.Context(), pki.Services(pki.TSA()), creation.Order{Form: creation.Existing{File: c.file}, Level: to, Time: signtest.Now()})
			if err != nil {
				t.Fatalf("%s to %s: %v", name, to, err)
			}
			if s := made.Verdict.Signers[0]; made.Level != 0 || made.Called != c.called || s.Level != c.called || s.Steps() != steps || !made.Verdict.Passed() {
				t.Errorf("%s to %s: %s, %d steps: %s", name, to, made.Called, s.Steps(), signtest.Explain(made.Verdict))
			}
			c.file = made.File
		}
	}
}
