package certs_test

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
)

var now = time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)

func newAuthority(t testing.TB, family ca.Family) *ca.Authority {
	a, err := ca.New(family, now, ca.Options{NotBefore: now.AddDate(-1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func issue(t testing.TB, a *ca.Authority, p ca.Person) ca.Holder {
	if p.Surname == "" {
		p.Surname, p.GivenName = "А", "Б"
	}
	if p.NotBefore.IsZero() {
		p.NotBefore, p.NotAfter = now.AddDate(0, -6, 0), now.AddDate(0, 6, 0)
	}
	h, err := a.Issue(p)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// authorityWith returns a CA certificate that is changed before it is signed.
func authorityWith(t *testing.T, a *ca.Authority, change func(*ca.Template)) ca.Holder {
	return issue(t, a, ca.Person{Surname: "БӨЛІМШЕ", Template: func(tmpl *ca.Template) {
		tmpl.Set(ca.BasicConstraints(true, -1))
		tmpl.Set(ca.KeyUsage(certs.KeyCertSign | certs.CRLSign))
		if change != nil {
			change(tmpl)
		}
	}})
}

func pool(a *ca.Authority) *certs.Pool {
	p := &certs.Pool{}
	p.AddAnchor(a.Root())
	p.AddIntermediate(a.Issuing())
	return p
}

func TestPathsOfEveryFamily(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		t.Run(family.String(), func(t *testing.T) {
			t.Parallel()
			a := newAuthority(t, family)
			leaf := issue(t, a, ca.Person{})
			path, err := pool(a).Build(leaf.Certificate, nil, now)
			if err != nil || len(path) != 3 || path.Anchor().Fingerprint() != a.Root().Fingerprint() {
				t.Fatalf("%v, %v", path, err)
			}
			// The issuing certificate may come with the signature instead.
			only := &certs.Pool{}
			only.AddAnchor(a.Root())
			if _, err := only.Build(leaf.Certificate, []*certs.Certificate{a.Issuing()}, now); err != nil {
				t.Error(err)
			}
			// An anchor is a path of one, an intermediate one of two.
			if path, err := only.Build(a.Root(), nil, now); err != nil || len(path) != 1 {
				t.Errorf("%v, %v", path, err)
			}
			if path, err := only.Build(a.Issuing(), nil, now); err != nil || len(path) != 2 {
				t.Errorf("%v, %v", path, err)
			}
		})
	}
}

func TestPathsThatAreRefused(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	impostor := newAuthority(t, ca.ECDSA) // equal names, other keys
	leaf := issue(t, a, ca.Person{})
	under := func(sub ca.Holder) *certs.Certificate { return issue(t, a, ca.Person{IssuedBy: &sub}).Certificate }

	ordinary := authorityWith(t, a, nil)
	sub := func(change func(*ca.Template)) ca.Holder { return authorityWith(t, a, change) }
	notCA := sub(func(x *ca.Template) { x.Set(ca.BasicConstraints(false, -1)) })
	noConstraints := sub(func(x *ca.Template) { x.Remove([]int{2, 5, 29, 19}) })
	noCertSign := sub(func(x *ca.Template) { x.Set(ca.KeyUsage(certs.DigitalSignature)) })
	critical := sub(func(x *ca.Template) {
		x.Set(certs.Extension{ID: []int{2, 5, 29, 30}, Critical: true, Value: der.Sequence()})
	})
	short := sub(func(x *ca.Template) { x.Set(ca.BasicConstraints(true, 0)) })
	belowShort := issue(t, a, ca.Person{Surname: "ТӨМЕНГІ", IssuedBy: &short, Template: func(x *ca.Template) {
		x.Set(ca.BasicConstraints(true, -1))
		x.Set(ca.KeyUsage(certs.KeyCertSign))
	}})
	tampered, err := certs.Parse(flipTail(leaf.Certificate.Raw))
	if err != nil {
		t.Fatal(err)
	}
	extra := []*certs.Certificate{ordinary.Certificate, notCA.Certificate, noConstraints.Certificate,
		noCertSign.Certificate, critical.Certificate, short.Certificate, belowShort.Certificate, impostor.Issuing(), impostor.Root()}

	tests := []struct {
		name   string
		pool   *certs.Pool
		leaf   *certs.Certificate
		at     time.Time
		reason certs.PathReason // "" when a path is wanted
	}{
		{"ordinary sub-authority", pool(a), under(ordinary), now, ""},
		{"no anchors", &certs.Pool{}, leaf.Certificate, now, certs.ReasonNoAnchors},
		{"anchor of another authority of that name", pool(impostor), leaf.Certificate, now, certs.ReasonNoIssuer},
		{"leaf changed", pool(a), tampered, now, certs.ReasonSignature},
		{"issuer is no CA", pool(a), under(notCA), now, certs.ReasonNotCA},
		{"issuer without basic constraints", pool(a), under(noConstraints), now, certs.ReasonNotCA},
		{"issuer may not sign certificates", pool(a), under(noCertSign), now, certs.ReasonKeyUsage},
		{"issuer with name constraints that say nothing", pool(a), under(critical), now, certs.ReasonCritical},
		{"path length zero, one below", pool(a), under(short), now, ""},
		{"path length zero, two below", pool(a), under(belowShort), now, certs.ReasonPathLength},
		{"issued by a person", pool(a), under(leaf), now, certs.ReasonNoIssuer},
		{"before the authority", pool(a), leaf.Certificate, now.AddDate(-2, 0, 0), certs.ReasonIssuerNotYet},
		{"after the authority", pool(a), leaf.Certificate, now.AddDate(30, 0, 0), certs.ReasonIssuerExpired},
		{"last second of the root", pool(a), a.Root(), a.Root().NotAfter, ""},
	}
	for _, test := range tests {
		path, err := test.pool.Build(test.leaf, extra, test.at)
		var pathErr *certs.PathError
		switch {
		case test.reason == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.reason != "" && (!errors.As(err, &pathErr) || pathErr.Reason != test.reason):
			t.Errorf("%s: path of %d, %v; want %s", test.name, len(path), err, test.reason)
		}
	}
}

func flipTail(b []byte) []byte {
	out := bytes.Clone(b)
	out[len(out)-1] ^= 1
	return out
}

// A pool full of authorities of the right name and the wrong keys costs no
// more than the budget allows.
func TestHostilePool(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	leaf := issue(t, a, ca.Person{})
	p := &certs.Pool{}
	p.AddAnchor(a.Root())
	for range 300 {
		// Without key identifiers only the signature tells them apart.
		h := issue(t, a, ca.Person{Template: func(x *ca.Template) {
			x.Subject = a.Issuing().Subject.Raw
			x.Set(ca.BasicConstraints(true, -1))
			x.Set(ca.KeyUsage(certs.KeyCertSign))
			x.Remove([]int{2, 5, 29, 14})
		}})
		p.AddIntermediate(h.Certificate)
	}
	_, err := p.Build(leaf.Certificate, nil, now)
	var pathErr *certs.PathError
	if !errors.As(err, &pathErr) || pathErr.Reason != certs.ReasonBudgetExhausted {
		t.Errorf("%v, want %s", err, certs.ReasonBudgetExhausted)
	}
}

func TestMalformedCertificates(t *testing.T) {
	raw := newAuthority(t, ca.ECDSA).Root().Raw
	if _, err := certs.Parse(append(bytes.Clone(raw), 0)); !errors.Is(err, certs.ErrMalformed) {
		t.Errorf("trailing byte: %v", err)
	}
	for n := range raw {
		if _, err := certs.Parse(raw[:n]); !errors.Is(err, certs.ErrMalformed) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
	if _, err := certs.Parse(der.Sequence(make([]byte, 1<<20))); !errors.Is(err, certs.ErrMalformed) {
		t.Errorf("too large: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	a := newAuthority(f, ca.GOST2015)
	b := newAuthority(f, ca.ECDSA)
	f.Add(a.Root().Raw)
	f.Add(b.Issuing().Raw)
	leaf := issue(f, b, ca.Person{Patronymic: "В", IIN: "900701300108", BIN: "120741000014", Organisation: "Г", Email: "a@example.kz"}).Certificate
	f.Add(leaf.Raw)
	constrained := issue(f, b, ca.Person{Template: func(x *ca.Template) {
		constraint(0, dns("x.kz"))(x)
		altName(email("a@x.kz"), dns("*.x.kz"))(x)
		mappings([2]asn1.ObjectIdentifier{policyA, policyB})(x)
		set(54, true, []byte{2, 1, 0})(x)
	}}).Certificate
	f.Add(constrained.Raw)
	trusted := pool(b)
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := certs.Parse(raw)
		if err != nil {
			if !errors.Is(err, certs.ErrMalformed) {
				t.Fatalf("%v is not ErrMalformed", err)
			}
			return
		}
		_ = c.Identity()
		_ = c.Subject.String()
		if path, err := trusted.Build(c, nil, now); err == nil && len(path) < 1 {
			t.Fatal("an empty path")
		}
		if _, err := trusted.Validate(c, []*certs.Certificate{c}, certs.Inputs{At: now, ExplicitPolicy: true}); err == nil {
			for _, known := range []*certs.Certificate{b.Root(), b.Issuing(), leaf, constrained} {
				if bytes.Equal(known.RawTBS, c.RawTBS) {
					return
				}
			}
			t.Fatalf("a stranger's certificate is valid: %x", raw)
		}
	})
}
