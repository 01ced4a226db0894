package signing_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// A signature without a signing-certificate attribute, as NCANode writes them,
// passes with a warning, and is refused by the policy that wants the attribute.
func TestWithoutSigningCertificate(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	f := honest(pki, pki.Person(signtest.Applicant()))
	named := f.bytes(t)
	f.signers[0].attrs = f.signers[0].attrs[:2]
	bare := f.bytes(t)
	for _, policy := range signing.PolicyNames() {
		v := *pki.Verifier
		v.Policy = namedPolicy(t, policy)
		if got := verify(t, &v, named, signing.Question{}); !got.Passed() {
			t.Errorf("%s, with the attribute: %s", policy, signtest.Explain(got))
		}
		got := verify(t, &v, bare, signing.Question{})
		s := got.Signers[0]
		if c := s.Check(signing.CheckSigningCertificate); c.Status != signing.CheckWarning || !strings.Contains(c.Detail, "no signing-certificate attribute") {
			t.Errorf("%s: %s %s", policy, c.Status, c.Detail)
		}
		if s.Level != "CMS signature, not CAdES: no signing-certificate attribute" {
			t.Errorf("%s: level %s", policy, s.Level)
		}
		want, said := "TOTAL-PASSED", ""
		if policy == "kz-strict" {
			want, said = "INDETERMINATE SIG_CONSTRAINTS_FAILURE", "the policy wants a signing-certificate attribute, and there is none"
		}
		if c := s.Check(signing.CheckPolicy); conclusion(got) != want || c.Detail != said || got.Acceptance == signing.Undecided {
			t.Errorf("%s: %s", policy, signtest.Explain(got))
		}
	}
}

// A policy that took signatures without the attribute until a day refuses those
// that are proved to be younger; of others it cannot tell, since a proof that they
// are older would let them pass.
func TestAttributeMissingSinceADay(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	f := honest(pki, pki.Person(signtest.Applicant()))
	f.signers[0].attrs = f.signers[0].attrs[:2]
	bare := f.bytes(t)
	stamped := withUnsigned(t, bare, cms.OIDSignatureTimestamp, tokenAt(t, pki.TSA(), day(0), signatureOf(t, bare)))
	for _, c := range []struct {
		file []byte
		from string
		want signing.Acceptance
	}{
		{bare, "2026-05-31", signing.Undecided}, {stamped, "2026-05-31", signing.Refused},
		{bare, "2026-06-02", signing.Accepted}, {stamped, "2026-06-02", signing.Accepted},
	} {
		v := *pki.Verifier
		v.Policy = namedPolicy(t, "kz")
		v.Policy.SigningCertificateMissing = []signing.DatedLevel{{From: "1990-01-01", Level: signing.LevelWarn}, {From: c.from, Level: signing.LevelFail}}
		if got := verify(t, &v, c.file, signing.Question{}); got.Acceptance != c.want {
			t.Errorf("from %s: %s, want %s: %s", c.from, got.Acceptance, c.want, signtest.Explain(got))
		}
	}
}

// Of several certificates by which a signer may be named, verifying and making
// last take the same one; who signed is told only where it can be known.
func TestCertificatesOfOneKey(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	twin := func(p ca.Person, by *ca.Holder) []byte {
		p.Key, p.IssuedBy = key.Signer, by
		p.Template = func(x *ca.Template) { x.Serial = key.Certificate.Serial }
		return pki.Person(p).Certificate.Raw
	}
	stranger, err := ca.New(ca.ECDSA, signtest.Now(), ca.Options{NotBefore: signtest.Now().AddDate(-1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	impostor := &ca.Holder{Certificate: stranger.Issuing(), Key: pki.Person(signtest.Head()).Signer}
	own, old := signtest.Applicant(), signtest.Applicant()
	own.Email = "renewed@example.kz"
	old.NotBefore, old.NotAfter = day(-400), day(-30)
	const passed = "TOTAL-PASSED"
	byKey := der.Encode(der.Context(0), key.Certificate.SubjectKeyID)
	for name, c := range map[string]struct {
		first []byte
		sid   []byte // nil: issuer and serial number
		ess   bool
		want  string
		which bool // the key's own certificate is the one
	}{
		"nobody else's":                     {nil, nil, false, passed, true},
		"one that no authority made":        {twin(signtest.Head(), impostor), nil, false, passed, true},
		"one that no authority made, named": {twin(signtest.Head(), impostor), nil, true, passed, true},
		"another person's":                  {twin(signtest.Head(), nil), nil, false, "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND", false},
		"another person's, named":           {twin(signtest.Head(), nil), nil, true, passed, true},
		"the person's renewed":              {twin(own, nil), byKey, false, passed, false},
		"the person's old":                  {twin(old, nil), byKey, false, passed, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := honest(pki, key)
			if c.first != nil {
				f.certificates = append([][]byte{c.first}, f.certificates...)
			}
			if c.sid != nil {
				f.signers[0].sid = c.sid
			}
			if !c.ess {
				f.signers[0].attrs = f.signers[0].attrs[:2]
			}
			f.signers[0].attrs = append(f.signers[0].attrs, attr(cms.OIDSigningTime, der.Time(signtest.Now())))
			file := f.bytes(t)
			got := verify(t, pki.Verifier, file, signing.Question{})
			if conclusion(got) != c.want {
				t.Fatalf("%s, want %s", signtest.Explain(got), c.want)
			}
			if !got.Passed() {
				if check := got.Signers[0].Check(signing.CheckSigningCertificate); !strings.Contains(check.Detail, "no attribute says which certificate of the key signed") {
					t.Errorf("%s", check.Detail)
				}
				return
			}
			own := signing.DescribeCertificate(key.Certificate).SHA256
			if (got.Signers[0].Certificate.SHA256 == own) != c.which {
				t.Errorf("signed by %+v", got.Signers[0].Certificate)
			}
			longer := pki.Extended(file, creation.BaselineLT, pki.TSA(), pki.Gatherer())
			after := verify(t, pki.Verifier, longer, signing.Question{})
			if !after.Passed() || after.Signers[0].Certificate.SHA256 != got.Signers[0].Certificate.SHA256 {
				t.Errorf("made to last: %s %+v", signtest.Explain(after), after.Signers[0].Certificate)
			}
		})
	}
}

// The CMS cases that others met.
func TestCMSCases(t *testing.T) {
	dir := filepath.Join("testdata", "cases")
	for name, c := range map[string]struct {
		file, trust, want string
		warns             signing.CheckName
	}{
		"a PDF inside":         {"attached-pdf.cms", "trust", "TOTAL-PASSED", ""},
		"a lie about the salt": {"pss-salt0-lie.cms", "cms/pss-trust", "TOTAL-FAILED SIG_CRYPTO_FAILURE", ""},
		"two certificates":     {"same-issuer-serial-twice.cms", "trust", "TOTAL-PASSED", ""},
		"as NCANode writes":    {"cms-without-ess-like-ncanode.cms", "trust", "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND", signing.CheckSigningCertificate}, // its authority is not there
		"of a signer trusted":  {"cms-without-ess-like-ncanode.cms", "", "TOTAL-PASSED", signing.CheckSigningCertificate},
	} {
		file, err := os.ReadFile(filepath.Join(dir, "cms", c.file))
		if err != nil {
			t.Fatal(err)
		}
		v := &signing.Verifier{Trust: &certs.Pool{}}
		if c.trust != "" {
			v = signtest.VerifierOf(t, filepath.Join(dir, c.trust))
		} else {
			contents, err := signing.ReadCMS(file)
			if err != nil {
				t.Fatal(err)
			}
			v.Trust.AddAnchor(contents.Certificates[0])
		}
		got, err := v.Verify(t.Context(), file, signing.Question{At: time.Date(2026, 11, 28, 9, 40, 0, 0, time.UTC)})
		if err != nil || conclusion(got) != c.want {
			t.Errorf("%s: %v %s, want %s", name, err, signtest.Explain(got), c.want)
			continue
		}
		if c.warns != "" && (got.Signers[0].Check(c.warns).Status != signing.CheckWarning || got.Signers[0].Check(signing.CheckPolicy).Status == signing.CheckUndetermined) {
			t.Errorf("%s: %s", name, signtest.Explain(got))
		}
	}
}

// A newer list that comes as evidence and tells of a hold is not overruled by the
// verifier's older one.
func TestHoldAsEvidenceCase(t *testing.T) {
	dir := filepath.Join("testdata", "cases", "cms", "newer-hold-as-evidence")
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	v := &signing.Verifier{Trust: &certs.Pool{}, Revocation: &revocation.Lists{}}
	for _, name := range []string{"root.cer", "nca.cer"} {
		c, err := certs.Parse(read(name))
		if err != nil {
			t.Fatal(err)
		}
		if c.SelfSigned() {
			v.Trust.AddAnchor(c)
		} else {
			v.Trust.AddIntermediate(c)
		}
	}
	for _, name := range []string{"root.crl", "old-nca.crl"} {
		v.Revocation.Add(parsedList(t, read(name)))
	}
	evidence := read("new-nca-hold.crl")
	q := signing.Question{At: parsedList(t, evidence).ThisUpdate.Add(time.Minute)}
	if got := verify(t, v, read("hold.cms"), q); !got.Passed() {
		t.Errorf("without the newer list: %s", signtest.Explain(got))
	}
	q.Material.CRLs = [][]byte{evidence}
	for _, policy := range signing.PolicyNames() {
		w := *v
		w.Policy = namedPolicy(t, policy)
		if got := verify(t, &w, read("hold.cms"), q); got.SubIndication != signing.RevokedNoPOE || got.Passed() {
			t.Errorf("%s: %s", policy, signtest.Explain(got))
		}
	}
}
