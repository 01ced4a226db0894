package creation_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/judgetest"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// place is a PDF with an empty signature of a form.
func place(t testing.TB, subFilter string, room int) creation.Prepared {
	t.Helper()
	file := bytes.Replace(signtest.Prepared(room), []byte("ETSI.CAdES.detached"), []byte(subFilter), 1)
	parts, _, err := pades.Hole(file)
	if err != nil {
		t.Fatal(err)
	}
	from, to := len(parts[0]), len(file)-len(parts[1])
	p := creation.Prepared{File: file, ByteRange: [4]int{0, from, to, len(file) - to}}
	copy(p.SHA256[:], certs.SHA256.Sum(parts[0], parts[1]))
	return p
}

// elsewhere signs the bytes of a place with a key that is not the order's.
type elsewhere struct {
	t    testing.TB
	key  creation.Key
	over creation.Prepared
}

func (e elsewhere) made(in cms.ToSign, more ...cms.Options) []byte {
	e.t.Helper()
	m, err := cms.NewMaker(e.key.Signer, e.key.Certificate, e.key.Chain, append(more, cms.Options{})[0])
	if err != nil {
		e.t.Fatal(err)
	}
	if parts := e.over.SignedBytes(); in.MessageDigest == nil {
		in.MessageDigest = m.Digest().Sum(parts[0], parts[1])
	}
	file, err := m.Make(in)
	if err != nil {
		e.t.Fatal(err)
	}
	return file
}

func (e elsewhere) order(subFilter string, file []byte) creation.Order {
	over := e.over
	over.File = bytes.Clone(over.File)
	return creation.Order{Time: signtest.Now(), Form: creation.Supplied{
		Prepared: over, SubFilter: subFilter, CMS: file, Certificate: e.key.Certificate, Chain: e.key.Chain,
	}}
}

// A signature made elsewhere stands under the form that it fits, at every level, with
// every kind of key: with a signing time and without, as DER, PEM and base64, with its
// content or its certificates and without them.
func TestSuppliedFits(t *testing.T) {
	const cades, adbe = "ETSI.CAdES.detached", "adbe.pkcs7.detached"
	claimed := []cms.Attribute{cms.SigningTime(signtest.Now())}
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		pki := signtest.New(t, family)
		for _, subFilter := range []string{cades, adbe} {
			e := elsewhere{t, pki.Person(signtest.Head()), place(t, subFilter, 16<<10)}
			parts := e.over.SignedBytes()
			whole := bytes.Join(parts[:], nil)
			plain, timed := e.made(cms.ToSign{}), e.made(cms.ToSign{Attributes: claimed})
			forms := map[string][]byte{
				"DER": plain, "PEM": pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: plain}),
				"base64":               []byte(base64.StdEncoding.EncodeToString(plain)),
				"with its content":     e.made(cms.ToSign{Content: whole}),
				"without certificates": e.made(cms.ToSign{OmitCertificates: true}),
			}
			if family == ca.RSA {
				forms["PSS"] = e.made(cms.ToSign{}, cms.Options{PSS: true})
			}
			if subFilter == adbe {
				forms["signing time"] = timed
				forms["signing time, PEM"] = pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: timed})
			} else if _, err := creation.Make(t.Context(), pki.Services(nil), e.order(subFilter, timed)); !errors.Is(err, creation.ErrForm) || !strings.Contains(err.Error(), "stands under "+adbe) {
				t.Errorf("%v: a signing time under %s: %v", family, cades, err)
			}
			for name, file := range forms {
				made, err := creation.Make(t.Context(), pki.Services(pki.TSA()), e.order(subFilter, file))
				if err != nil {
					t.Errorf("%v, %s, %s: %v", family, subFilter, name, err)
					continue
				}
				want := map[string]creation.Baseline{cades: creation.BaselineB}[subFilter]
				if made.Level != want || !made.Verdict.Passed() || made.Verdict.Signers[0].Certificate.SHA256 != signing.DescribeCertificate(e.key.Certificate).SHA256 {
					t.Errorf("%v, %s, %s: level %v, %s", family, subFilter, name, made.Level, signtest.Explain(made.Verdict))
				}
			}
			for steps, level := range []creation.Baseline{creation.BaselineB, creation.BaselineT, creation.BaselineLT, creation.BaselineLTA} {
				o := e.order(subFilter, plain)
				o.Level = level
				made, err := creation.Make(t.Context(), pki.Services(pki.TSA()), o)
				if err != nil || made.Verdict.Signers[0].Steps() != steps || !made.Verdict.Passed() {
					t.Errorf("%v, %s to %v: %v", family, subFilter, level, err)
				}
			}
		}
	}
}

// What is not the signature of these bytes by this certificate does not come in, and
// says which it is.
func TestSuppliedRefused(t *testing.T) {
	const adbe = "adbe.pkcs7.detached"
	pki := signtest.New(t, ca.ECDSA)
	e := elsewhere{t, pki.Person(signtest.Head()), place(t, adbe, 4<<10)}
	parts := e.over.SignedBytes()
	whole := bytes.Join(parts[:], nil)
	other := e
	other.key = pki.Person(signtest.Applicant())
	m, err := cms.NewMaker(e.key.Signer, e.key.Certificate, nil, cms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	value := e.made(cms.ToSign{})
	value[len(value)-1] ^= 1
	two := signtest.Signed(t, creation.CMS{Others: e.made(cms.ToSign{}), Content: whole}, other.key)
	for name, c := range map[string]struct {
		file []byte
		want error
		said string
	}{
		"other bytes":        {e.made(cms.ToSign{MessageDigest: m.Digest().Sum([]byte("басқа"))}), creation.ErrOtherContent, ""},
		"other content":      {e.made(cms.ToSign{Content: []byte("басқа")}), creation.ErrOtherContent, "the content in it"},
		"another's key":      {other.made(cms.ToSign{}), creation.ErrOtherSigner, ""},
		"a broken value":     {value, creation.ErrOutput, "SIG_CRYPTO_FAILURE"},
		"two signers":        {two, creation.ErrForm, "2 signers"},
		"no CMS":             {[]byte("text"), creation.ErrForm, ""},
		"nothing":            {nil, creation.ErrForm, ""},
		"other content type": {e.made(cms.ToSign{Type: cms.OIDSignedData}), creation.ErrForm, "not data"},
	} {
		for _, level := range []creation.Baseline{creation.BaselineB, creation.BaselineT} {
			o := e.order(adbe, c.file)
			o.Level = level
			made, err := creation.Make(t.Context(), pki.Services(pki.TSA()), o)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.said) || made.File != nil {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*creation.Supplied)
		want   error
	}{
		"another form":      {func(s *creation.Supplied) { s.SubFilter = "adbe.pkcs7.sha1" }, creation.ErrForm},
		"an unknown signer": {func(s *creation.Supplied) { s.Certificate = nil }, creation.ErrOtherSigner},
		"a small place": {func(s *creation.Supplied) {
			s.Prepared = place(t, adbe, 600)
			s.CMS = elsewhere{t, e.key, s.Prepared}.made(cms.ToSign{})
		}, pades.ErrHoleTooSmall},
		"a place that is not":  {func(s *creation.Supplied) { s.ByteRange[1]-- }, pades.ErrNoHole},
		"a place that is full": {func(s *creation.Supplied) { s.File[s.ByteRange[1]+9] = '1' }, pades.ErrNoHole},
		"too much":             {func(s *creation.Supplied) { s.CMS = make([]byte, signing.MaxSize+1) }, signing.ErrTooLarge},
	} {
		o := e.order(adbe, e.made(cms.ToSign{}))
		form, _ := o.Form.(creation.Supplied)
		c.change(&form)
		o.Form = form
		if _, err := creation.Make(t.Context(), pki.Services(nil), o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// A CMS that OpenSSL makes stands under the older form with its signing time, and
// under PAdES only without it.
func TestSuppliedByOpenSSL(t *testing.T) {
	judgetest.Need(t, "openssl")
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA} {
		pki := signtest.New(t, family)
		key := pki.Person(signtest.Head())
		dir := t.TempDir()
		write := func(name string, b []byte) string {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		certificate := write("certificate", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Certificate.Raw}))
		pkcs8, err := x509.MarshalPKCS8PrivateKey(key.Signer)
		if err != nil {
			t.Fatal(err)
		}
		private := write("key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
		for _, c := range []struct {
			subFilter string
			flags     []string
			want      error
		}{
			{"adbe.pkcs7.detached", []string{"-outform", "PEM"}, nil},
			{"adbe.pkcs7.detached", []string{"-outform", "DER", "-cades"}, nil},
			{"adbe.pkcs7.detached", []string{"-outform", "DER", "-nodetach"}, nil},
			{"adbe.pkcs7.detached", []string{"-outform", "DER", "-stream", "-nodetach"}, nil},
			{"adbe.pkcs7.detached", []string{"-outform", "DER", "-nocerts"}, nil},
			{"adbe.pkcs7.detached", []string{"-outform", "DER", "-keyid"}, nil},
			{"adbe.pkcs7.detached", []string{"-outform", "DER", "-noattr"}, creation.ErrForm},
			{"ETSI.CAdES.detached", []string{"-outform", "DER", "-cades"}, creation.ErrForm},
		} {
			e := elsewhere{t, key, place(t, c.subFilter, 8<<10)}
			parts := e.over.SignedBytes()
			data := write("data", bytes.Join(parts[:], nil))
			out := filepath.Join(dir, "cms")
			args := slices.Concat([]string{"cms", "-sign", "-binary", "-md", "sha256", "-signer", certificate, "-inkey", private, "-in", data, "-out", out}, c.flags)
			if b, err := exec.Command("openssl", args...).CombinedOutput(); err != nil {
				t.Fatalf("openssl %v: %v\n%s", c.flags, err, b)
			}
			file, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			made, err := creation.Make(t.Context(), pki.Services(pki.TSA()), e.order(c.subFilter, file))
			if !errors.Is(err, c.want) || c.want == nil && !made.Verdict.Passed() {
				t.Errorf("%v, %s %v: %v", family, c.subFilter, c.flags, err)
			}
		}
	}
}
