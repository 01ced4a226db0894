package creation_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// What is odd and harmless about a file hinders nobody from signing it, at any
// level, and again.
func TestSignOddFiles(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	services := pki.Services(pki.TSA())
	first, second := pki.Person(signtest.Applicant()), pki.Person(signtest.Head())
	for name, code := range map[string]string{
		"word-hybrid-unsigned.pdf": pades.CodeHybrid,
	} {
		file, err := os.ReadFile("../testdata/cases/pdf/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for level := creation.BaselineB; level <= creation.BaselineLTA; level++ {
			signed := file
			for number, key := range []creation.Key{first, second} {
				made, err := creation.Make(context.Background(), services, creation.Order{
					Form: creation.PDF{File: signed}, Key: key, Time: signtest.Now(), Level: level,
				})
				if err != nil {
					t.Fatalf("%s at %s, signature %d: %v", name, level, number+1, err)
				}
				if !made.Verdict.Passed() || made.Level < level || len(made.Verdict.Signers) != number+1 {
					t.Errorf("%s at %s, signature %d: level %s: %s", name, level, number+1, made.Level, signtest.Explain(made.Verdict))
				}
				for _, s := range made.Verdict.Signers {
					if c := s.Check(signing.CheckFormat); c.Status != signing.CheckWarning || !strings.Contains(c.Detail, code) {
						t.Errorf("%s at %s: format %s %s, want a warning about %s", name, level, c.Status, c.Detail, code)
					}
				}
				signed = made.File
			}
		}
	}
}
