package certs_test

import (
	"encoding/asn1"
	"fmt"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
)

// A thousand authorities of the right name, some with the right key identifier,
// do not hide the one that is right and in the pool, and cost no more than the
// budget when it is not there.
func TestThousandAuthoritiesOfOneName(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	leaf := issue(t, a, ca.Person{}).Certificate
	extra := make([]*certs.Certificate, 1000)
	for i := range extra {
		extra[i] = issue(t, a, ca.Person{Template: func(x *ca.Template) {
			x.Subject = a.Issuing().Subject.Raw
			x.Set(ca.BasicConstraints(true, -1))
			x.Set(ca.KeyUsage(certs.KeyCertSign))
			if i%2 == 0 {
				x.Set(certs.Extension{ID: []int{2, 5, 29, 14}, Value: der.Octets(a.Issuing().SubjectKeyID)})
			} else {
				x.Remove([]int{2, 5, 29, 14})
			}
		}}).Certificate
	}
	if v, err := pool(a).Validate(leaf, extra, certs.Inputs{At: now}); err != nil || len(v.Path) != 3 {
		t.Errorf("%v", err)
	}
	without := &certs.Pool{}
	without.AddAnchor(a.Root())
	if _, err := without.Validate(leaf, extra, certs.Inputs{At: now}); reason(err) != certs.ReasonBudgetExhausted {
		t.Errorf("%v", err)
	}
}

// Authorities that have all certified each other make more paths than anybody
// can try.
func TestCrossCertifiedAuthorities(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	const n = 9
	holders := make([]ca.Holder, n)
	for i := range holders {
		holders[i] = authorityWith(t, a, func(x *ca.Template) {
			x.Subject = der.Sequence(der.Set(der.Sequence(der.OID([]int{2, 5, 4, 3}), der.Text(fmt.Sprintf("CA %d", i)))))
		})
	}
	var mesh []*certs.Certificate
	for i := range holders {
		for j := range holders {
			if i == j {
				continue
			}
			mesh = append(mesh, issue(t, a, ca.Person{Surname: "X", IssuedBy: &holders[j], Key: holders[i].Key, Template: func(x *ca.Template) {
				x.Subject = holders[i].Certificate.Subject.Raw
				x.Set(ca.BasicConstraints(true, -1))
				x.Set(ca.KeyUsage(certs.KeyCertSign))
			}}).Certificate)
		}
	}
	leaf := issue(t, a, ca.Person{IssuedBy: &holders[0]}).Certificate
	stranger := newAuthority(t, ca.ECDSA)
	if _, err := pool(stranger).Validate(leaf, mesh, certs.Inputs{At: now}); reason(err) != certs.ReasonBudgetExhausted {
		t.Errorf("%v", err)
	}
	// With a way out of the mesh the path is found.
	if v, err := pool(a).Validate(leaf, append(mesh, holders[5].Certificate), certs.Inputs{At: now}); err != nil {
		t.Errorf("path of %d: %v", len(v.Path), err)
	}
}

// Certificates of one name and key certify each other in a loop; every path
// goes through that key once.
func TestLoopOfOneKey(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	sub := authorityWith(t, a, nil)
	loop := make([]*certs.Certificate, 200)
	for i := range loop {
		loop[i] = issue(t, a, ca.Person{IssuedBy: &sub, Key: sub.Key, Template: func(x *ca.Template) {
			x.Subject = sub.Certificate.Subject.Raw
			x.Serial.SetInt64(int64(1000 + i))
			x.Set(ca.BasicConstraints(true, -1))
			x.Set(ca.KeyUsage(certs.KeyCertSign))
		}}).Certificate
	}
	leaf := issue(t, a, ca.Person{IssuedBy: &sub}).Certificate
	if v, err := pool(a).Validate(leaf, append(loop[:10:10], sub.Certificate), certs.Inputs{At: now}); err != nil || len(v.Path) != 4 {
		t.Errorf("path of %d: %v", len(v.Path), err)
	}
	if _, err := pool(a).Validate(leaf, loop, certs.Inputs{At: now}); reason(err) != certs.ReasonNoIssuer {
		t.Errorf("a path out of the loop: %v", err)
	}
}

func TestDeepChain(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	for depth, want := range map[int]certs.PathReason{8: "", 9: certs.ReasonPathLength, 100: certs.ReasonPathLength} {
		made := chain(t, a, make([]func(*ca.Template), depth)...)
		v, err := pool(a).Validate(made[0], made[1:], certs.Inputs{At: now})
		if reason(err) != want {
			t.Errorf("%d below the authority: path of %d, %v", depth, len(v.Path), err)
		}
	}
}

// Mappings of every policy to every policy at every depth would make a tree of
// 40^7 nodes.
func TestPoliciesThatMultiply(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	list := make([]asn1.ObjectIdentifier, 40)
	for i := range list {
		list[i] = asn1.ObjectIdentifier{1, 2, 398, 99, i + 1}
	}
	var pairs [][2]asn1.ObjectIdentifier
	for _, from := range list {
		for _, to := range list {
			pairs = append(pairs, [2]asn1.ObjectIdentifier{from, to})
		}
	}
	change := all(policies(list...), mappings(pairs...))
	made := chain(t, a, change, change, change, change, change, change, change, policies(list...))
	p := &certs.Pool{}
	p.AddAnchor(made[len(made)-1])
	v, err := p.Validate(made[0], made[1:], certs.Inputs{At: now, ExplicitPolicy: true})
	if err != nil || len(v.Policies) != len(list) {
		t.Errorf("%d policies, %v", len(v.Policies), err)
	}
}

func TestNamesThatMultiply(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	var names, subtrees [][]byte
	for i := range 3000 {
		names = append(names, dns(fmt.Sprintf("%d.x.kz", i)))
		subtrees = append(subtrees, der.Sequence(dns(fmt.Sprintf("%d.y.kz", i))))
	}
	excluded := der.Encode(der.ContextConstructed(1), subtrees...)
	made := chain(t, a, set(30, true, der.Sequence(excluded)), altName(names...))
	if _, err := pool(a).Validate(made[0], made[1:], certs.Inputs{At: now}); reason(err) != certs.ReasonBudgetExhausted {
		t.Errorf("%v", err)
	}
	if _, err := pool(a).Build(made[0], made[1:], now); reason(err) != certs.ReasonBudgetExhausted {
		t.Errorf("a path alone: %v", err)
	}
}
