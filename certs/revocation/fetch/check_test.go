package fetch_test

import (
	"context"
	"crypto/rand"
	"errors"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/fetch"
	"tamga/certs/revocation/serials"
)

func TestCheckWithInEveryFamily(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		a, pool := newAuthority(t, family)
		raw, err := a.CRL(start, start.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		path := t.TempDir() + "/list"
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		at := func(at time.Time) func() time.Time { return func() time.Time { return at } }
		if info, err := fetch.CheckWith(pool, serials.Options{}, at(start))(path); err != nil || info.Number != "1" || info.Delta {
			t.Errorf("%s: %+v, %v", family, info, err)
		}
		if _, err := fetch.CheckWith(&certs.Pool{}, serials.Options{}, at(start))(path); !errors.Is(err, fetch.ErrNoIssuer) {
			t.Errorf("%s: empty pool: %v", family, err)
		}
		untrusted := &certs.Pool{}
		untrusted.AddIntermediate(a.Issuing())
		var noPath *certs.PathError
		if _, err := fetch.CheckWith(untrusted, serials.Options{}, at(start))(path); !errors.As(err, &noPath) {
			t.Errorf("%s: no anchor: %v", family, err)
		}
		if _, err := fetch.CheckWith(pool, serials.Options{}, at(start.AddDate(16, 0, 0)))(path); err == nil || !strings.Contains(err.Error(), "valid from") {
			t.Errorf("%s: issuer expired: %v", family, err)
		}
		raw[len(raw)-1] ^= 1
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := fetch.CheckWith(pool, serials.Options{}, at(start))(path); !errors.Is(err, certs.ErrSignature) {
			t.Errorf("%s: flipped bit: %v", family, err)
		}
		if err := os.WriteFile(path, raw[:20], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := fetch.CheckWith(pool, serials.Options{}, at(start))(path); !errors.Is(err, revocation.ErrMalformed) {
			t.Errorf("%s: cut: %v", family, err)
		}
	}
}

func TestNothingIsFetchedUnchecked(t *testing.T) {
	w := newWorld(t)
	w.fetcher.Check = nil
	if _, p := w.fetch(t); p != fetch.ProblemCheck {
		t.Errorf("%q", p)
	}
	if err := w.fetcher.Run(context.Background()); !errors.Is(err, fetch.ProblemCheck) {
		t.Errorf("%v", err)
	}
	if w.site.count() != 0 {
		t.Error("the site was asked")
	}
}

// An authority may be allowed to issue certificates and not lists.
func TestIssuerThatMayNotSignLists(t *testing.T) {
	a, pool := newAuthority(t, ca.ECDSA)
	for _, test := range []struct {
		usage certs.KeyUsage
		says  string
	}{
		{certs.KeyCertSign, "may not sign lists"},
		{certs.KeyCertSign | certs.CRLSign, ""},
	} {
		issuer, err := a.Issue(ca.Person{
			Surname: "БӨЛІМШЕ", GivenName: "ОРТАЛЫҚ", NotBefore: start.AddDate(0, -6, 0),
			Template: func(t *ca.Template) {
				t.Set(ca.BasicConstraints(true, -1))
				t.Set(ca.KeyUsage(test.usage))
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		pool.AddIntermediate(issuer.Certificate)
		path := t.TempDir() + "/list"
		if err := os.WriteFile(path, emptyList(t, issuer), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err = fetch.CheckWith(pool, serials.Options{}, func() time.Time { return start })(path)
		if test.says == "" && err != nil || test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%v: %v, want %q", test.usage.Names(), err, test.says)
		}
	}
}

// emptyList signs a list with any key.
func emptyList(t *testing.T, by ca.Holder) []byte {
	alg, id, err := certs.SigningAlgorithm(by.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	tbs := der.Sequence(der.Int(big.NewInt(1)), id.DER(), by.Certificate.Subject.Raw, der.Time(start), der.Time(start.Add(time.Hour)))
	sig, err := by.Key.Sign(rand.Reader, alg.Digest.Sum(tbs), alg.Digest.SignerOpts())
	if err != nil {
		t.Fatal(err)
	}
	return der.Sequence(tbs, id.DER(), der.Bits(sig))
}
