package creation_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
	"tamga/signing/signtest/pdfattack"
	"tamga/signing/tsp"
)

// What is odd and harmless about a file hinders nobody from signing it, at any
// level, and again.
func TestSignHybridFile(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	services := pki.Services(pki.TSA())
	first, second := pki.Person(signtest.Applicant()), pki.Person(signtest.Head())
	file, err := os.ReadFile("../testdata/cases/pdf/word-hybrid-unsigned.pdf")
	if err != nil {
		t.Fatal(err)
	}
	for level := creation.BaselineB; level <= creation.BaselineLTA; level++ {
		signed := file
		for number, key := range []creation.Key{first, second} {
			made, err := creation.Make(t.Context(), services, creation.Order{
				Form: creation.PDF{File: signed}, Key: key, Time: signtest.Now(), Level: level,
			})
			if err != nil {
				t.Fatalf("%s, signature %d: %v", level, number+1, err)
			}
			if !made.Verdict.Passed() || made.Level < level || len(made.Verdict.Signers) != number+1 {
				t.Errorf("%s, signature %d: level %s: %s", level, number+1, made.Level, signtest.Explain(made.Verdict))
			}
			for _, s := range made.Verdict.Signers {
				if c := s.Check(signing.CheckFormat); c.Status != signing.CheckWarning || !strings.Contains(c.Detail, pades.CodeHybrid) {
					t.Errorf("%s: format %s %s, want a warning about %s", level, c.Status, c.Detail, pades.CodeHybrid)
				}
			}
			signed = made.File
		}
	}
}

// Everybody can sign after others whose files are odd and harmless, and make what
// they signed last.
func TestSignAfterOddSignatures(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	services := pki.Services(pki.TSA())
	first, second := pki.Person(signtest.Applicant()), pki.Person(signtest.Head())
	stamp := pki.TSA().Stamper()
	cases := pdfattack.Cases(pdfattack.Signers{
		Sign: func(parts [2][]byte) []byte {
			return signtest.Signed(t, creation.CMS{Content: slices.Concat(parts[0], parts[1]), Detached: true}, first)
		},
		Stamp: func(parts [2][]byte) []byte {
			token, err := stamp(tsp.NewImprint(certs.SHA256, parts[0], parts[1]))
			if err != nil {
				t.Fatal(err)
			}
			return token
		},
	})
	signed := 0
	for _, c := range cases {
		if c.Where == pdfattack.Unreadable {
			// What is not one document for every reader gets no signature, for its reason.
			_, err := creation.Make(t.Context(), services, creation.Order{
				Form: creation.PDF{File: c.File}, Key: second, Time: signtest.Now(), Level: creation.BaselineB,
			})
			if !errors.Is(err, pades.ErrUnsound) || !strings.Contains(err.Error(), c.Code) {
				t.Errorf("%s, signed again: %v", c.Name, err)
			}
			continue
		}
		if c.Where != pdfattack.Tolerated {
			continue
		}
		signed++
		made, err := creation.Make(t.Context(), services, creation.Order{
			Form: creation.PDF{File: c.File}, Key: second, Time: signtest.Now(), Level: creation.BaselineB,
		})
		if err != nil || !made.Verdict.Passed() {
			t.Errorf("%s, signed again: %v", c.Name, err)
		}
		made, err = creation.Make(t.Context(), services, creation.Order{
			Form: creation.Existing{File: c.File}, Time: signtest.Now(), Level: creation.BaselineLTA,
		})
		if err != nil || !made.Verdict.Passed() || made.Level != creation.BaselineLTA {
			t.Errorf("%s, made to last: %v, level %s", c.Name, err, made.Level)
		}
	}
	if signed < 20 {
		t.Errorf("only %d files are odd and harmless", signed)
	}
}
