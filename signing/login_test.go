package signing_test

import (
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// Keys to sign with open no session and keys to log in with sign no document; the
// key of GOST 34.10-2015 is for both.
func TestLoginPolicy(t *testing.T) {
	login, err := signing.LoginPolicy()
	if err != nil {
		t.Fatal(err)
	}
	documents, err := signing.DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		family           ca.Family
		use              certs.KeyUse
		opens, mayDecide bool
	}{
		"RSA to sign with":    {ca.RSA, certs.UseSigning, false, true},
		"RSA to log in with":  {ca.RSA, certs.UseLogin, true, false},
		"GOST for both":       {ca.GOST2015, certs.UseSigning, true, true},
		"GOST to log in with": {ca.GOST2015, certs.UseLogin, true, false},
	} {
		pki := signtest.New(t, c.family)
		person := signtest.Applicant()
		person.Use = c.use
		file := signedByAny(t, []byte("challenge"), pki.Person(person))
		for policy, passes := range map[*signing.Policy]bool{&login: c.opens, &documents: c.mayDecide} {
			v := *pki.Verifier
			v.Policy = *policy
			verdict, err := v.VerifyCMS(t.Context(), file, signing.Question{})
			if err != nil {
				t.Fatal(err)
			}
			check := verdict.Signers[0].Check(signing.CheckKeyUsage)
			switch {
			case verdict.Passed() != passes:
				t.Errorf("%s under %s: %s %s", name, policy.Name, verdict.Acceptance, verdict.Detail)
			case !passes && (check.Status != signing.CheckFailed || check.SubIndication != signing.ChainConstraintsFailure):
				t.Errorf("%s under %s is refused by %v, and key_usage says %v", name, policy.Name, verdict.Reasons, check)
			}
		}
	}
}

// A policy that decides on applications asks for keys to sign with.
func TestLoginDecidesNothing(t *testing.T) {
	for _, text := range []string{
		`{"name": "x", "version": "1", "for_deciding": true, "based_on": "kz", "key_use": "log_in"}`,
		`{"name": "x", "version": "1", "for_deciding": false, "based_on": "kz", "key_use": "both"}`,
	} {
		if _, err := signing.ParsePolicy([]byte(text)); err == nil || err.Error()[:len("policy x: key_use")] != "policy x: key_use" {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := signing.ParsePolicy([]byte(`{"name": "x", "version": "1", "for_deciding": false, "based_on": "kz", "key_use": "log_in"}`)); err != nil {
		t.Error(err)
	}
}

// signedByAny signs with keys that sign no document too.
func signedByAny(t *testing.T, content []byte, key creation.Key) []byte {
	t.Helper()
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file, err := m.Make(cms.ToSign{Content: content, MessageDigest: m.Digest().Sum(content)})
	if err != nil {
		t.Fatal(err)
	}
	return file
}
