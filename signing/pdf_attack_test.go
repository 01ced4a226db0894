package signing_test

import (
	"slices"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/signtest/pdfattack"
	"tamga/signing/tsp"
)

// warned asks that a file passes, and that the warning about its format, or that
// of a timestamp in it, names a deviation.
func warned(t *testing.T, name string, got *signing.Verdict, code string) {
	t.Helper()
	var said []signing.Check
	for _, s := range got.Signers {
		said = append(said, s.Check(signing.CheckFormat))
	}
	for _, ts := range got.Timestamps {
		said = append(said, ts.Checks...)
	}
	named := slices.ContainsFunc(said, func(c signing.Check) bool {
		return c.Name == signing.CheckFormat && c.Status == signing.CheckWarning && strings.Contains(c.Detail, code)
	})
	if !got.Passed() || !named {
		t.Errorf("%s: no warning names %s: %s", name, code, signtest.Explain(got))
	}
}

// Every hostile PDF, its signatures and timestamps real, ends for its own
// reason; the honest ones pass, and under the policy for applicants only those
// that end with the signed revision.
func TestPDFAttacks(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key, stamp := pki.Person(signtest.Applicant()), pki.TSA().Stamper()
	cases := pdfattack.Cases(pdfattack.Signers{
		Sign: func(parts [2][]byte) []byte {
			cms, err := signtest.Sign(creation.CMS{Content: slices.Concat(parts[0], parts[1]), Detached: true}, key, signtest.Now())
			if err != nil {
				t.Fatal(err)
			}
			return cms
		},
		Stamp: func(parts [2][]byte) []byte {
			token, err := stamp(tsp.NewImprint(certs.SHA256, parts[0], parts[1]))
			if err != nil {
				t.Fatal(err)
			}
			return token
		},
	})
	strict, err := signing.NamedPolicy("kz-applicant")
	if err != nil {
		t.Fatal(err)
	}
	applicant := *pki.Verifier
	applicant.Policy = strict
	refused := map[signing.SubIndication]int{}
	for _, c := range cases {
		got := verifyPDF(t, pki.Verifier, c.File)
		if c.Where == pdfattack.Honest {
			if !got.Passed() {
				t.Errorf("%s: an honest file is refused: %s", c.Name, signtest.Explain(got))
			}
			if got := verifyPDF(t, &applicant, c.File); got.Passed() != (c.Code == "unchanged") {
				t.Errorf("%s: %s, and for an applicant: %s", c.Name, c.Code, signtest.Explain(got))
			}
			continue
		}
		if c.Where == pdfattack.Tolerated {
			warned(t, c.Name, got, c.Code)
			continue
		}
		if got.Passed() {
			t.Errorf("%s passes", c.Name)
			continue
		}
		refused[got.SubIndication]++
		said := got.Detail + "\n" + signtest.Explain(got)
		for _, ts := range got.Timestamps {
			said += "\n" + ts.Detail
		}
		if c.Where != pdfattack.Read && !strings.Contains(said, c.Code) {
			t.Errorf("%s is refused for %s, and not for %s: %s", c.Name, got.SubIndication, c.Code, said)
		}
	}
	t.Logf("%d files; refused: %v", len(cases), refused)
}
