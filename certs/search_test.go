package certs_test

import (
	"errors"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
)

// Of several paths that reach an anchor and are refused, the first is told of; a
// budget that is spent later does not hide it, and one that is spent before any
// reaches an anchor is told of.
func TestWhichReasonIsTold(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	sub := authorityWith(t, a, nil)
	again := issue(t, a, ca.Person{Surname: "БӨЛІМШЕ", Key: sub.Key, Template: func(x *ca.Template) {
		x.Serial.SetInt64(77)
		x.Set(ca.BasicConstraints(true, -1))
		x.Set(ca.KeyUsage(certs.KeyCertSign))
	}})
	leaf := issue(t, a, ca.Person{IssuedBy: &sub}).Certificate
	first, second := errors.New("the first"), errors.New("the second")
	asked := 0
	_, err := pool(a).Validate(leaf, []*certs.Certificate{sub.Certificate, again.Certificate}, certs.Inputs{At: now, Accept: func(certs.Path) error {
		asked++
		return []error{first, second}[min(asked, 2)-1]
	}})
	if asked < 2 || reason(err) != certs.ReasonNotAccepted || !errors.Is(err, first) {
		t.Errorf("asked %d times, %v", asked, err)
	}
	// One that comes nearer later is told of instead of one that came less far.
	loose := issue(t, a, ca.Person{Surname: "БӨЛІМШЕ", Key: sub.Key, Template: func(x *ca.Template) {
		x.Set(ca.KeyUsage(certs.KeyCertSign))
	}})
	_, err = pool(a).Validate(leaf, []*certs.Certificate{loose.Certificate, sub.Certificate}, certs.Inputs{At: now, Accept: func(certs.Path) error { return second }})
	if !errors.Is(err, second) {
		t.Errorf("%v", err)
	}
	for _, between := range []*certs.Certificate{loose.Certificate} {
		if _, err := pool(a).Validate(leaf, []*certs.Certificate{between}, certs.Inputs{At: now}); reason(err) != certs.ReasonNotCA {
			t.Errorf("%v", err)
		}
	}
}

// A certificate that has a path is recognised by its bytes and is the same one
// then, until the pool grows.
func TestRecognised(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	p := pool(a)
	raw := issue(t, a, ca.Person{}).Certificate.Raw
	read := func() *certs.Certificate {
		t.Helper()
		c, err := p.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := read()
	if read() == first {
		t.Error("recognised before it had a path")
	}
	if _, err := p.Build(first, nil, now); err != nil {
		t.Fatal(err)
	}
	if read() != first {
		t.Error("not recognised")
	}
	p.AddIntermediate(issue(t, a, ca.Person{}).Certificate)
	if read() == first {
		t.Error("recognised though the pool has grown")
	}
}

// A path for something permits what all authorities on it may issue for.
func TestPermits(t *testing.T) {
	one, other, any := []int{1, 2, 398, 1}, []int{1, 2, 398, 2}, []int{2, 5, 29, 37, 0}
	with := func(usages ...[]int) *certs.Certificate {
		c := &certs.Certificate{}
		for _, u := range usages {
			c.ExtKeyUsage = append(c.ExtKeyUsage, u)
		}
		return c
	}
	for what, test := range map[string]struct {
		path certs.Path
		want bool
	}{
		"no path":                         {nil, true},
		"an anchor alone":                 {certs.Path{with(other)}, true},
		"nobody says anything":            {certs.Path{with(other), with(), with()}, true},
		"the anchor says it":              {certs.Path{with(), with(), with(other, one)}, true},
		"the anchor says another":         {certs.Path{with(), with(), with(other)}, false},
		"one between says another":        {certs.Path{with(one), with(other), with(one)}, false},
		"one between says any":            {certs.Path{with(one), with(other, any), with()}, true},
		"the certificate itself has none": {certs.Path{with(), with(one)}, true},
	} {
		if got := test.path.Permits(one); got != test.want {
			t.Errorf("%s: %v", what, got)
		}
	}
}
