package certs_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
)

// alike compares what a pool reads with the help of other certificates of the
// issuer to what is read without. It reports whether there is a certificate.
func alike(t *testing.T, p *certs.Pool, what string, raw []byte) bool {
	t.Helper()
	want, wantErr := certs.Parse(raw)
	got, err := p.Parse(raw)
	if fmt.Sprint(err) != fmt.Sprint(wantErr) {
		t.Fatalf("%s: %v, alone %v", what, err, wantErr)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s: %+v, alone %+v", what, got, want)
	}
	return wantErr == nil
}

// knowing returns a pool that has found a path for a certificate of the
// authority, which others are read by the help of from then on.
func knowing(t *testing.T, a *ca.Authority, person ca.Person) *certs.Pool {
	t.Helper()
	p := pool(a)
	if _, err := p.Build(issue(t, a, person).Certificate, nil, now); err != nil {
		t.Fatal(err)
	}
	return p
}

// A certificate of which one bit was changed is read as if the pool knew no
// other.
func TestTemplateOfChangedCertificates(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2015} {
		a := newAuthority(t, family)
		p := knowing(t, a, ca.Person{Email: "a@example.kz"})
		raw := issue(t, a, ca.Person{Email: "b@example.kz"}).Certificate.Raw
		if !alike(t, p, "unchanged", raw) {
			t.Fatal("no certificate")
		}
		read, refused := 0, 0
		for i := range raw {
			for _, bit := range []byte{0x01, 0x20, 0x80} {
				bad := bytes.Clone(raw)
				bad[i] ^= bit
				if alike(t, p, fmt.Sprintf("%s, byte %d, bit %x", family, i, bit), bad) {
					read++
				} else {
					refused++
				}
			}
		}
		if read == 0 || refused == 0 {
			t.Errorf("%s: %d read, %d refused", family, read, refused)
		}
	}
}

// Extensions that stand elsewhere, twice, not at all or with other values are
// those of the certificate and not those of the template.
func TestTemplateOfOtherCertificates(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	p := knowing(t, a, ca.Person{})
	usage := ca.KeyUsage(certs.DigitalSignature)
	tests := []struct {
		what   string
		change func(*ca.Template)
	}{
		{"reversed", func(x *ca.Template) { slices.Reverse(x.Extensions) }},
		{"none", func(x *ca.Template) { x.Extensions = nil }},
		{"the first only", func(x *ca.Template) { x.Extensions = x.Extensions[:1] }},
		{"without the first", func(x *ca.Template) { x.Extensions = x.Extensions[1:] }},
		{"another key usage", func(x *ca.Template) { x.Set(usage) }},
		{"all critical", func(x *ca.Template) {
			for i := range x.Extensions {
				x.Extensions[i].Critical = true
			}
		}},
		{"one more, critical", func(x *ca.Template) {
			x.Set(certs.Extension{ID: []int{1, 2, 398, 99}, Critical: true, Value: der.NullValue()})
		}},
		{"an authority", func(x *ca.Template) { x.Set(ca.BasicConstraints(true, 3)) }},
	}
	for _, test := range tests {
		if !alike(t, p, test.what, issue(t, a, ca.Person{Template: test.change}).Certificate.Raw) {
			t.Errorf("%s: no certificate", test.what)
		}
	}
}

// An extension that stands twice is found, the one taken from the template and
// the other not.
func TestTemplateOfDoubledExtension(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	p := knowing(t, a, ca.Person{})
	for _, first := range []bool{true, false} {
		other := certs.Extension{ID: []int{2, 5, 29, 99}, Value: der.NullValue()}
		raw := issue(t, a, ca.Person{Template: func(x *ca.Template) {
			if first {
				x.Extensions = slices.Insert(x.Extensions, 0, other)
			} else {
				x.Extensions = append(x.Extensions, other)
			}
		}}).Certificate.Raw
		doubled := bytes.Replace(raw, der.OID(other.ID), der.OID([]int{2, 5, 29, 15}), 1)
		if bytes.Equal(raw, doubled) || alike(t, p, "doubled", doubled) {
			t.Error("key usage twice is a certificate")
		}
	}
}
