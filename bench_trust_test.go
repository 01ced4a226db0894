package tamga_test

import (
	"fmt"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing/signtest"
)

// BenchmarkTrust measures the validation of certificates under a known issuer,
// two revocation look-ups included, beside the bare verification of one
// signature; and of one certificate again and again. Run it with -benchtime
// 1x: it takes its own samples.
func BenchmarkTrust(b *testing.B) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2015} {
		b.Run("leaf/"+family.String(), func(b *testing.B) { benchLeaf(b, family) })
	}
	b.Run("repeat", benchRepeat)
}

// ask reads a certificate, finds its path and asks for the status of both
// certificates below the anchor.
func ask(p *certs.Pool, lists *revocation.Lists, raw []byte) error {
	c, err := p.Parse(raw)
	if err != nil {
		return err
	}
	at := signtest.Now()
	path, err := p.Build(c, nil, at)
	if err != nil {
		return err
	}
	if !c.ValidAt(at) {
		return fmt.Errorf("not valid")
	}
	for i := range len(path) - 1 {
		if a := lists.Status(path[i], path[i+1], at); a.Status != revocation.Good {
			return fmt.Errorf("%v", a)
		}
	}
	return nil
}

func benchLeaf(b *testing.B, family ca.Family) {
	pki := signtest.New(b, family)
	key := pki.Person(signtest.Applicant())
	leaves := make([][]byte, 1000)
	for i := range leaves {
		// One key for all: what costs here is the issuer's signature.
		person := signtest.Applicant()
		person.Key, person.GivenName = key.Signer, fmt.Sprint(i)
		h, err := pki.Authority.Issue(person)
		if err != nil {
			b.Fatal(err)
		}
		leaves[i] = h.Certificate.Raw
	}
	pki.Refresh()
	lists, n := pki.Verifier.Revocation, 0
	trust := &certs.Pool{}
	next := func() error {
		if n%len(leaves) == 0 { // no leaf is known again
			trust = &certs.Pool{}
			trust.AddAnchor(pki.Authority.Root())
			trust.AddIntermediate(pki.Authority.Issuing())
		}
		n++
		return ask(trust, lists, leaves[n%len(leaves)])
	}
	for range 10 { // the issuer becomes known
		if err := next(); err != nil {
			b.Fatal(err)
		}
	}
	r := rates(b, rawVerification(b, "raw", key.Signer), operation{"leaf", next})
	report(b, r[0], r[1])
}

func benchRepeat(b *testing.B) {
	pki := signtest.New(b, ca.GOST2015)
	raw := pki.Person(signtest.Applicant()).Certificate.Raw
	pki.Refresh()
	v := pki.Verifier
	rate := rates(b, operation{"repeat", func() error {
		for range 1000 {
			if err := ask(v.Trust, v.Revocation, raw); err != nil {
				return err
			}
		}
		return nil
	}})
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(1000*rate[0], "own/s")
}
