package ca_test

import (
	"errors"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
)

func parseList(t *testing.T, issuer *certs.Certificate, b []byte, err error) *revocation.CRL {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	l, err := revocation.ParseCRL(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.CheckSignatureFrom(issuer); err != nil {
		t.Fatal(err)
	}
	if len(l.Unhandled) > 0 {
		t.Fatalf("critical extensions not processed: %v", l.Unhandled)
	}
	return l
}

func status(l *revocation.CRL, c, issuer *certs.Certificate, at time.Time) revocation.Answer {
	var lists revocation.Lists
	lists.Add(l)
	return lists.Status(c, issuer, at)
}

func TestLists(t *testing.T) {
	day := 24 * time.Hour
	for _, f := range everyFamily {
		t.Run(f.String(), func(t *testing.T) {
			a := newAuthority(t, f)
			good, bad := issue(t, a, licensor()).Certificate, issue(t, a, licensor()).Certificate
			a.Revoke(bad.Serial, now.Add(day), revocation.KeyCompromise)

			b, err := a.CRL(now, now.Add(10*day))
			before := parseList(t, a.Issuing(), b, err)
			if before.Entries != 0 || before.Delta() || before.Number.Int64() != 1 {
				t.Errorf("list before the revocation: %d entries, number %v", before.Entries, before.Number)
			}
			b, err = a.DeltaCRL(now.Add(day), now.Add(2*day))
			delta := parseList(t, a.Issuing(), b, err)
			if !delta.Delta() || delta.BaseNumber.Int64() != 1 || delta.Number.Int64() != 2 || delta.Entries != 1 {
				t.Errorf("delta list: base %v, number %v, %d entries", delta.BaseNumber, delta.Number, delta.Entries)
			}
			b, err = a.CRL(now.Add(day), now.Add(10*day))
			after := parseList(t, a.Issuing(), b, err)
			if after.Entries != 1 || after.Number.Int64() != 3 {
				t.Errorf("list after the revocation: %d entries, number %v", after.Entries, after.Number)
			}
			if got := status(after, bad, a.Issuing(), now.Add(day)); got.Status != revocation.Revoked || got.Reason != revocation.KeyCompromise {
				t.Errorf("revoked: %v", got)
			}
			if got := status(after, good, a.Issuing(), now.Add(day)); got.Status != revocation.Good {
				t.Errorf("not revoked: %v", got)
			}
			if got := status(after, good, a.Issuing(), now.Add(11*day)); got.Cause != revocation.CauseExpired {
				t.Errorf("list expired: %v", got)
			}
			b, err = a.DeltaCRL(now.Add(2*day), now.Add(3*day))
			if l := parseList(t, a.Issuing(), b, err); l.Entries != 0 || l.BaseNumber.Int64() != 3 {
				t.Errorf("delta with nothing new: %d entries, base %v", l.Entries, l.BaseNumber)
			}
		})
	}
}

// TestHold follows a certificate that is held, released and held again.
func TestHold(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	c := issue(t, a, licensor()).Certificate
	at := now
	next := func(make func(from, to time.Time) ([]byte, error)) *revocation.CRL {
		t.Helper()
		at = at.Add(time.Hour)
		b, err := make(at, at.Add(48*time.Hour))
		return parseList(t, a.Issuing(), b, err)
	}
	expect := func(what string, l *revocation.CRL, entries int) {
		t.Helper()
		if l.Entries != entries {
			t.Errorf("%s: %d entries, want %d", what, l.Entries, entries)
		}
	}
	revoke := func(r revocation.Reason) { a.Revoke(c.Serial, at, r) }

	if _, err := a.DeltaCRL(at, at.Add(time.Hour)); !errors.Is(err, ca.ErrNoBase) {
		t.Errorf("delta without a base: %v", err)
	}
	revoke(revocation.RemoveFromCRL)
	expect("nothing to release", next(a.CRL), 0)
	revoke(revocation.CertificateHold)
	expect("held", next(a.DeltaCRL), 1)
	revoke(revocation.RemoveFromCRL)
	expect("released before a complete list", next(a.DeltaCRL), 0)
	revoke(revocation.CertificateHold)
	held := next(a.CRL)
	expect("held", held, 1)
	if got := status(held, c, a.Issuing(), at); got.Reason != revocation.CertificateHold {
		t.Errorf("held: %v", got)
	}
	for range 2 {
		revoke(revocation.RemoveFromCRL)
		expect("the delta tells of the release", next(a.DeltaCRL), 1)
		revoke(revocation.CertificateHold)
		expect("and of the next hold", next(a.DeltaCRL), 1)
	}
	revoke(revocation.RemoveFromCRL)
	expect("released", next(a.CRL), 0)
	revoke(revocation.CertificateHold)
	revoke(revocation.KeyCompromise)
	revoke(revocation.RemoveFromCRL)
	if got := status(next(a.CRL), c, a.Issuing(), at); got.Reason != revocation.KeyCompromise {
		t.Errorf("a final revocation is lifted: %v", got)
	}
}

func TestRootList(t *testing.T) {
	a := newAuthority(t, ca.GOST2015)
	b, err := a.RootCRL(now, now.AddDate(0, 3, 0))
	if l := parseList(t, a.Root(), b, err); status(l, a.Issuing(), a.Root(), now).Status != revocation.Good {
		t.Error("the issuing authority is not good")
	}
	a.Revoke(a.Issuing().Serial, now, revocation.CACompromise)
	b, err = a.RootCRL(now, time.Time{})
	l := parseList(t, a.Root(), b, err)
	if got := status(l, a.Issuing(), a.Root(), now); got.Status != revocation.Revoked || !l.NextUpdate.IsZero() {
		t.Errorf("the issuing authority revoked: %v, next list %v", got, l.NextUpdate)
	}
	b, err = a.CRL(now, now.AddDate(0, 0, 1))
	if l := parseList(t, a.Issuing(), b, err); l.Entries != 0 {
		t.Error("the issuing authority is on its own list")
	}
	if _, err := a.CRL(now, now); !errors.Is(err, ca.ErrInvalid) {
		t.Errorf("a list that ends at once: %v", err)
	}
}
