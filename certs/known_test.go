package certs_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
)

// What a pool remembers never answers for another time or another certificate.
func TestKnownCertificatesAreAskedAgain(t *testing.T) {
	for _, family := range []ca.Family{ca.ECDSA, ca.GOST2015} {
		t.Run(family.String(), func(t *testing.T) {
			a := newAuthority(t, family)
			p := pool(a)
			leaf := issue(t, a, ca.Person{}).Certificate
			for range 10 { // often enough for the issuer's key to get its table
				c, err := p.Parse(leaf.Raw)
				if err != nil {
					t.Fatal(err)
				}
				if path, err := p.Build(c, nil, now); err != nil || len(path) != 3 || path[0].Fingerprint() != leaf.Fingerprint() {
					t.Fatal(path, err)
				}
			}
			reasonAt := func(c *certs.Certificate, at time.Time) certs.PathReason {
				_, err := p.Build(c, nil, at)
				var pathErr *certs.PathError
				if !errors.As(err, &pathErr) {
					t.Fatalf("a path at %v", at)
				}
				return pathErr.Reason
			}
			if got := reasonAt(leaf, now.AddDate(30, 0, 0)); got != certs.ReasonIssuerExpired {
				t.Errorf("after the issuer: %s", got)
			}
			if got := reasonAt(leaf, now.AddDate(-2, 0, 0)); got != certs.ReasonIssuerNotYet {
				t.Errorf("before the issuer: %s", got)
			}
			forged, err := p.Parse(flipTail(leaf.Raw))
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if got := reasonAt(forged, now); got != certs.ReasonSignature {
					t.Errorf("forged: %s", got)
				}
			}
			other := issue(t, newAuthority(t, family), ca.Person{}).Certificate
			if got := reasonAt(other, now); got != certs.ReasonNoIssuer {
				t.Errorf("another authority's certificate: %s", got)
			}
			if c, err := p.Parse(append(bytes.Clone(leaf.Raw), 0)); !errors.Is(err, certs.ErrMalformed) {
				t.Errorf("a trailing byte: %v, %v", c, err)
			}
		})
	}
}

// A pool is asked by many at once, while its memory fills.
func TestKnownCertificatesConcurrently(t *testing.T) {
	a := newAuthority(t, ca.GOST2015)
	p := pool(a)
	leaves := make([]*certs.Certificate, 8)
	for i := range leaves {
		leaves[i] = issue(t, a, ca.Person{}).Certificate
	}
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 16 {
				c, err := p.Parse(leaves[(g+i)%len(leaves)].Raw)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := p.Build(c, nil, now); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
