package certs_test

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
)

// chain makes certificates each issued by the one before, the first by the
// demo authority, and returns them with the last one first.
func chain(t testing.TB, a *ca.Authority, changes ...func(*ca.Template)) []*certs.Certificate {
	var issuer *ca.Holder
	var made []*certs.Certificate
	for i, change := range changes {
		h := issue(t, a, ca.Person{Surname: fmt.Sprintf("БУЫН %d", i), IssuedBy: issuer, Template: func(x *ca.Template) {
			if i < len(changes)-1 {
				x.Set(ca.BasicConstraints(true, -1))
				x.Set(ca.KeyUsage(certs.KeyCertSign))
			}
			if change != nil {
				change(x)
			}
		}})
		issuer = &h
		made = append(made, h.Certificate)
	}
	slices.Reverse(made)
	return made
}

func set(id int, critical bool, value []byte) func(*ca.Template) {
	return func(x *ca.Template) {
		x.Set(certs.Extension{ID: []int{2, 5, 29, id}, Critical: critical, Value: value})
	}
}

func all(changes ...func(*ca.Template)) func(*ca.Template) {
	return func(x *ca.Template) {
		for _, c := range changes {
			c(x)
		}
	}
}

// constraint is a nameConstraints extension with one subtree, permitted (0) or
// excluded (1).
func constraint(kind byte, base []byte, distances ...[]byte) func(*ca.Template) {
	subtree := der.Sequence(append([][]byte{base}, distances...)...)
	return set(30, true, der.Sequence(der.Encode(der.ContextConstructed(kind), subtree)))
}

func altName(names ...[]byte) func(*ca.Template) { return set(17, false, der.Sequence(names...)) }

func email(s string) []byte { return der.Encode(der.Context(1), []byte(s)) }
func dns(s string) []byte   { return der.Encode(der.Context(2), []byte(s)) }

func reason(err error) certs.PathReason {
	var path *certs.PathError
	if errors.As(err, &path) {
		return path.Reason
	}
	return ""
}

func TestNameConstraintsOnPaths(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	selfIssued := func(x *ca.Template) { x.Subject = x.Issuer }
	mailInSubject := func(x *ca.Template) {
		x.Subject = der.Sequence(der.Set(der.Sequence(der.OID([]int{1, 2, 840, 113549, 1, 9, 1}), der.Encode(der.IA5String, []byte("a@evil.kz")))))
	}
	minimum := der.Encode(der.Context(0), []byte{1})
	zero := der.Encode(der.Context(0), []byte{0})
	maximum := der.Encode(der.Context(1), []byte{3})
	tests := []struct {
		name    string
		changes []func(*ca.Template)
		want    certs.PathReason
	}{
		{"permitted", []func(*ca.Template){constraint(0, email("x.kz")), altName(email("a@x.kz"))}, ""},
		{"not permitted", []func(*ca.Template){constraint(0, email("x.kz")), altName(email("a@y.kz"))}, certs.ReasonNameConstraints},
		{"one of two not permitted", []func(*ca.Template){constraint(0, email("x.kz")), altName(email("a@x.kz"), email("a@y.kz"))}, certs.ReasonNameConstraints},
		{"excluded", []func(*ca.Template){constraint(1, email("x.kz")), altName(email("a@x.kz"))}, certs.ReasonNameConstraints},
		{"another form", []func(*ca.Template){constraint(0, email("x.kz")), altName(dns("y.kz"))}, ""},
		{"two below", []func(*ca.Template){constraint(0, dns("x.kz")), nil, altName(dns("y.kz"))}, certs.ReasonNameConstraints},
		{"both must permit", []func(*ca.Template){constraint(0, dns("x.kz")), constraint(0, dns("a.x.kz")), altName(dns("b.x.kz"))}, certs.ReasonNameConstraints},
		{"both permit", []func(*ca.Template){constraint(0, dns("x.kz")), constraint(0, dns("a.x.kz")), altName(dns("b.a.x.kz"))}, ""},
		{"in a certificate between", []func(*ca.Template){constraint(0, dns("x.kz")), altName(dns("y.kz")), nil}, certs.ReasonNameConstraints},
		{"self-issued between is exempt", []func(*ca.Template){constraint(0, dns("x.kz")), all(selfIssued, altName(dns("y.kz"))), nil}, ""},
		{"self-issued at the end is not", []func(*ca.Template){constraint(0, dns("x.kz")), all(selfIssued, altName(dns("y.kz")))}, certs.ReasonNameConstraints},
		{"address in the subject", []func(*ca.Template){constraint(1, email("evil.kz")), mailInSubject}, certs.ReasonNameConstraints},
		{"address in the subject, alternative names", []func(*ca.Template){constraint(1, email("evil.kz")), all(mailInSubject, altName(dns("x.kz")))}, ""},
		{"minimum", []func(*ca.Template){constraint(1, dns("x.kz"), minimum), altName(dns("y.kz"))}, certs.ReasonNameForm},
		{"minimum, no such name", []func(*ca.Template){constraint(1, dns("x.kz"), minimum), nil}, ""},
		{"minimum of zero", []func(*ca.Template){constraint(1, dns("x.kz"), zero), altName(dns("y.kz"))}, ""},
		{"maximum", []func(*ca.Template){constraint(0, dns("x.kz"), maximum), altName(dns("x.kz"))}, certs.ReasonNameForm},
		{"a form that is not processed", []func(*ca.Template){constraint(1, der.Encode(der.Context(8), []byte{42})), altName(der.Encode(der.Context(8), []byte{43}))}, certs.ReasonNameForm},
		{"the form does not occur", []func(*ca.Template){constraint(1, der.Encode(der.Context(8), []byte{42})), altName(dns("x.kz"))}, ""},
		{"not critical counts too", []func(*ca.Template){set(30, false, der.Sequence(der.Encode(der.ContextConstructed(1), der.Sequence(dns("x.kz"))))), altName(dns("x.kz"))}, certs.ReasonNameConstraints},
	}
	for _, test := range tests {
		made := chain(t, a, test.changes...)
		v, err := pool(a).Validate(made[0], made[1:], certs.Inputs{At: now})
		if reason(err) != test.want || err == nil && len(v.Path) != len(made)+2 {
			t.Errorf("%s: path of %d, %v; want %s", test.name, len(v.Path), err, test.want)
		}
	}
}

var policyA, policyB = asn1.ObjectIdentifier{1, 2, 398, 99, 1}, asn1.ObjectIdentifier{1, 2, 398, 99, 2}

func policies(list ...asn1.ObjectIdentifier) func(*ca.Template) {
	infos := make([][]byte, len(list))
	for i, p := range list {
		infos[i] = der.Sequence(der.OID(p))
	}
	return set(32, false, der.Sequence(infos...))
}

func mappings(pairs ...[2]asn1.ObjectIdentifier) func(*ca.Template) {
	list := make([][]byte, len(pairs))
	for i, p := range pairs {
		list[i] = der.Sequence(der.OID(p[0]), der.OID(p[1]))
	}
	return set(33, true, der.Sequence(list...))
}

func TestPoliciesOnPaths(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	// The demo authority's own certificate has the national policy; a trusted
	// one below it is the anchor here.
	mapped := mappings([2]asn1.ObjectIdentifier{policyA, policyB})
	explicit := set(36, true, der.Sequence(der.Encode(der.Context(0), []byte{0})))
	noMapping := set(36, true, der.Sequence(der.Encode(der.Context(1), []byte{0})))
	noAny := set(54, true, []byte{2, 1, 0})
	only := func(p ...asn1.ObjectIdentifier) certs.Inputs {
		return certs.Inputs{At: now, Policies: p, ExplicitPolicy: true}
	}
	anyInput := certs.Inputs{At: now}
	tests := []struct {
		name    string
		changes []func(*ca.Template) // the first is the anchor
		in      certs.Inputs
		want    string // policies, or the reason
	}{
		{"one policy", []func(*ca.Template){nil, policies(policyA), policies(policyA)}, anyInput, "[1.2.398.99.1]"},
		{"none in the target", []func(*ca.Template){nil, policies(policyA), func(x *ca.Template) { x.Remove([]int{2, 5, 29, 32}) }}, anyInput, "[]"},
		{"asked for", []func(*ca.Template){nil, policies(policyA), policies(policyA)}, only(policyA), "[1.2.398.99.1]"},
		{"asked for another", []func(*ca.Template){nil, policies(policyA), policies(policyA)}, only(policyB), string(certs.ReasonPolicy)},
		{"different", []func(*ca.Template){nil, policies(policyA), policies(policyB)}, only(), string(certs.ReasonPolicy)},
		{"any above", []func(*ca.Template){nil, policies(certs.AnyPolicy), policies(policyB)}, only(policyB), "[1.2.398.99.2]"},
		{"any below", []func(*ca.Template){nil, policies(policyA), policies(certs.AnyPolicy)}, only(policyA), "[1.2.398.99.1]"},
		{"any throughout", []func(*ca.Template){nil, policies(certs.AnyPolicy), policies(certs.AnyPolicy)}, only(policyA), "[1.2.398.99.1]"},
		{"any inhibited by the caller", []func(*ca.Template){nil, policies(certs.AnyPolicy), policies(policyA)}, certs.Inputs{At: now, ExplicitPolicy: true, InhibitAnyPolicy: true}, string(certs.ReasonPolicy)},
		{"any inhibited by an authority", []func(*ca.Template){nil, all(policies(policyA), noAny), policies(certs.AnyPolicy)}, only(policyA), string(certs.ReasonPolicy)},
		{"mapped", []func(*ca.Template){nil, all(policies(policyA), mapped), policies(policyB)}, only(policyA), "[1.2.398.99.1]"},
		{"mapped, asked for the name below", []func(*ca.Template){nil, all(policies(policyA), mapped), policies(policyB)}, only(policyB), string(certs.ReasonPolicy)},
		{"mapped, mapping inhibited", []func(*ca.Template){nil, all(policies(policyA), mapped), policies(policyB)}, certs.Inputs{At: now, ExplicitPolicy: true, InhibitMapping: true}, string(certs.ReasonPolicy)},
		{"mapping inhibited above", []func(*ca.Template){nil, all(policies(policyA), noMapping), all(policies(policyA), mapped), policies(policyB)}, only(), string(certs.ReasonPolicy)},
		{"mapping of any", []func(*ca.Template){nil, all(policies(policyA), mappings([2]asn1.ObjectIdentifier{certs.AnyPolicy, policyB})), policies(policyB)}, anyInput, string(certs.ReasonPolicyMapping)},
		{"an authority asks for one", []func(*ca.Template){nil, all(policies(policyA), explicit), policies(policyB)}, anyInput, string(certs.ReasonPolicy)},
		{"an authority asks for one, there is", []func(*ca.Template){nil, all(policies(policyA), explicit), policies(policyA)}, anyInput, "[1.2.398.99.1]"},
	}
	for _, test := range tests {
		made := chain(t, a, test.changes...)
		p := &certs.Pool{}
		p.AddAnchor(made[len(made)-1])
		v, err := p.Validate(made[0], made[1:], test.in)
		got := fmt.Sprint(v.Policies)
		if err != nil {
			got = string(reason(err))
		}
		if got != test.want {
			t.Errorf("%s: %s (%v), want %s", test.name, got, err, test.want)
		}
	}
}

// The national chain has no policy in common with its root, which nobody asks
// it to have.
func TestValidateNationalShape(t *testing.T) {
	a := newAuthority(t, ca.GOST2015)
	leaf := issue(t, a, ca.Person{}).Certificate
	v, err := pool(a).Validate(leaf, nil, certs.Inputs{At: now})
	if err != nil || len(v.Path) != 3 || len(v.Policies) != 1 {
		t.Errorf("%+v, %v", v, err)
	}
	for at, want := range map[int]certs.PathReason{-1: certs.ReasonNotYet, 1: certs.ReasonExpired} {
		if _, err := pool(a).Validate(leaf, nil, certs.Inputs{At: now.AddDate(at, 0, 0)}); reason(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
		if at > 0 { // the authority outlives the leaf
			if _, err := pool(a).Build(leaf, nil, now.AddDate(at, 0, 0)); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := pool(a).Validate(leaf, nil, certs.Inputs{At: leaf.NotAfter}); err != nil {
		t.Errorf("last second: %v", err)
	}
}

// A path that is not accepted sends the search to the next candidate.
func TestAcceptAnotherPath(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	made := chain(t, a, nil, nil)
	// The same authority's key certified twice.
	sub := authorityWith(t, a, nil)
	again := issue(t, a, ca.Person{Surname: "БӨЛІМШЕ", Key: sub.Key, Template: func(x *ca.Template) {
		x.Serial = big.NewInt(77)
		x.Set(ca.BasicConstraints(true, -1))
		x.Set(ca.KeyUsage(certs.KeyCertSign))
	}})
	leaf := issue(t, a, ca.Person{IssuedBy: &sub}).Certificate
	refused := errors.New("not this one")
	for _, avoid := range []*certs.Certificate{sub.Certificate, again.Certificate} {
		in := certs.Inputs{At: now, Accept: func(p certs.Path) error {
			if slices.Contains(p, avoid) {
				return refused
			}
			return nil
		}}
		v, err := pool(a).Validate(leaf, []*certs.Certificate{sub.Certificate, again.Certificate}, in)
		if err != nil || slices.Contains(v.Path, avoid) {
			t.Errorf("%v", err)
		}
	}
	_, err := pool(a).Validate(made[0], made, certs.Inputs{At: now, Accept: func(certs.Path) error { return refused }})
	var path *certs.PathError
	if !errors.As(err, &path) || path.Reason != certs.ReasonNotAccepted || path.Certificate != made[0] || !errors.Is(err, refused) {
		t.Errorf("%v", err)
	}
}

// A critical extension of policies is understood with its qualifiers or not at
// all (RFC 5280 section 4.2.1.4); one that is not critical may have any.
func TestPolicyQualifiers(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	qualified := func(critical bool, ids ...[]int) func(*ca.Template) {
		var list [][]byte
		for _, id := range ids {
			list = append(list, der.Sequence(der.OID(id), der.Encode(der.IA5String, []byte("http://demo.invalid/"))))
		}
		return set(32, critical, der.Sequence(der.Sequence(der.OID(policyB)), der.Sequence(der.OID(policyA), der.Sequence(list...))))
	}
	cps, notice, odd := []int{1, 3, 6, 1, 5, 5, 7, 2, 1}, []int{1, 3, 6, 1, 5, 5, 7, 2, 2}, []int{1, 3, 6, 1, 5, 5, 7, 2, 3}
	for _, test := range []struct {
		name   string
		change func(*ca.Template)
		want   certs.PathReason
	}{
		{"both that are known, critical", qualified(true, cps, notice), ""},
		{"an unknown one, critical", qualified(true, odd), certs.ReasonCritical},
		{"an unknown one after a known, critical", qualified(true, cps, odd), certs.ReasonCritical},
		{"an unknown one before a known, critical", qualified(true, odd, notice), certs.ReasonCritical},
		{"an unknown one, not critical", qualified(false, odd), ""},
	} {
		for _, inTarget := range []bool{true, false} {
			changes := []func(*ca.Template){test.change, nil}
			if inTarget {
				changes = []func(*ca.Template){nil, test.change}
			}
			made := chain(t, a, changes...)
			p := pool(a)
			for range 2 { // the second time beside one that resembles it
				c, err := p.Parse(made[0].Raw)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := p.Build(c, made[1:], now); reason(err) != test.want {
					t.Errorf("%s, in the target: %v: %v, want %s", test.name, inTarget, err, test.want)
				}
			}
		}
	}
}

// The policies of a certificate that resembles another are taken over with what
// is odd about them.
func TestPolicyQualifiersOfResembling(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	odd := der.Sequence(der.Sequence(der.OID(policyA), der.Sequence(der.Sequence(der.OID([]int{1, 2, 398, 5}), der.NullValue()))))
	lenient, strict := set(32, false, odd), set(32, true, odd)
	p := pool(a)
	for n, change := range []func(*ca.Template){lenient, lenient, strict, strict} {
		c, err := p.Parse(issue(t, a, ca.Person{Template: change}).Certificate.Raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(c.UnhandledCritical) > 0; got != (n >= 2) {
			t.Errorf("certificate %d: %v", n, c.UnhandledCritical)
		}
		if _, err := p.Build(c, nil, now); (err == nil) != (n < 2) || err != nil && reason(err) != certs.ReasonCritical {
			t.Errorf("certificate %d: %v", n, err)
		}
	}
}

func TestMalformedPolicies(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	raw := issue(t, a, ca.Person{Template: policies(policyA)}).Certificate
	for name, value := range map[string][]byte{
		"qualifiers of no sequence": der.Sequence(der.Sequence(der.OID(policyA), der.NullValue())),
		"qualifier of no sequence":  der.Sequence(der.Sequence(der.OID(policyA), der.Sequence(der.NullValue()))),
		"qualifier of no kind":      der.Sequence(der.Sequence(der.OID(policyA), der.Sequence(der.Sequence()))),
		"something after them":      der.Sequence(der.Sequence(der.OID(policyA), der.Sequence(), der.NullValue())),
	} {
		h, err := a.Issue(ca.Person{Surname: "А", GivenName: "Б", NotBefore: raw.NotBefore, NotAfter: raw.NotAfter, Template: set(32, false, value)})
		if err == nil {
			t.Errorf("%s: %v passes", name, h.Certificate.Policies)
		} else if !errors.Is(err, certs.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a list of subtrees or of uses leaves empty says something that nobody can
// tell; it is not read as if it were absent.
func TestPresentButEmpty(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	for name, value := range map[string][]byte{
		"nothing": der.Sequence(), "nothing permitted": der.Sequence(der.Encode(der.ContextConstructed(0))),
		"nothing excluded": der.Sequence(der.Encode(der.ContextConstructed(1))),
		"nothing excluded, one permitted": der.Sequence(der.Encode(der.ContextConstructed(0), der.Sequence(dns("x.kz"))),
			der.Encode(der.ContextConstructed(1))),
	} {
		made := chain(t, a, set(30, true, value), altName(dns("x.kz")))
		if _, err := pool(a).Build(made[0], made[1:], now); reason(err) != certs.ReasonCritical {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := a.Issue(ca.Person{Surname: "А", GivenName: "Б", NotAfter: now.AddDate(1, 0, 0), Template: set(37, false, der.Sequence())}); !errors.Is(err, certs.ErrMalformed) {
		t.Errorf("no extended use: %v", err)
	}
}

// What an authority asks for after some certificates more is asked for then, and
// not before: each that is not self-issued counts (RFC 5280 sections 4.2.1.11,
// 4.2.1.14 and 6.1.4). Between the authority and the target stand two.
func TestSkippedCertificates(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	explicit := func(n byte) func(*ca.Template) {
		return set(36, true, der.Sequence(der.Encode(der.Context(0), []byte{n})))
	}
	noMapping := func(n byte) func(*ca.Template) {
		return set(36, true, der.Sequence(der.Encode(der.Context(1), []byte{n})))
	}
	noAny := func(n byte) func(*ca.Template) { return set(54, true, []byte{2, 1, n}) }
	mapped := mappings([2]asn1.ObjectIdentifier{policyA, policyB})
	selfIssued := func(x *ca.Template) { x.Subject = x.Issuer }
	anyInput := certs.Inputs{At: now}
	wanted := certs.Inputs{At: now, ExplicitPolicy: true}
	for _, test := range []struct {
		name  string
		limit func(byte) func(*ca.Template)
		below []func(*ca.Template)
		in    certs.Inputs
		first byte // from which number of skipped certificates on the path is valid
	}{
		{"a policy is required", explicit, []func(*ca.Template){policies(policyA), policies(policyA), policies(policyB)}, anyInput, 4},
		{"one is self-issued", explicit, []func(*ca.Template){policies(policyA), all(policies(policyA), selfIssued), policies(policyB)}, anyInput, 3},
		{"mapping is inhibited", noMapping, []func(*ca.Template){policies(policyA), all(policies(policyA), mapped), policies(policyB)}, wanted, 2},
		{"mapping is inhibited, the one before is self-issued", noMapping, []func(*ca.Template){all(policies(policyA), selfIssued), all(policies(policyA), mapped), policies(policyB)}, wanted, 1},
		{"any is inhibited", noAny, []func(*ca.Template){policies(policyA), policies(policyA), policies(certs.AnyPolicy)}, wanted, 3},
		{"any is inhibited, one is self-issued", noAny, []func(*ca.Template){policies(policyA), all(policies(policyA), selfIssued), policies(certs.AnyPolicy)}, wanted, 2},
	} {
		for n := byte(0); n < 7; n++ {
			changes := append([]func(*ca.Template){nil, all(policies(policyA), test.limit(n))}, test.below...)
			made := chain(t, a, changes...)
			p := &certs.Pool{}
			p.AddAnchor(made[len(made)-1])
			want := certs.ReasonPolicy
			if n >= test.first {
				want = ""
			}
			if _, err := p.Validate(made[0], made[1:], test.in); reason(err) != want {
				t.Errorf("%s after %d: %v, want %q", test.name, n, err, want)
			}
		}
	}
}

// The target may ask for a policy itself: with 0 it does, with more it asks
// nothing of itself.
func TestTargetThatRequiresPolicy(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	for n, want := range map[byte]certs.PathReason{0: certs.ReasonPolicy, 1: "", 2: ""} {
		made := chain(t, a, nil, policies(policyA), all(policies(policyB), set(36, true, der.Sequence(der.Encode(der.Context(0), []byte{n})))))
		p := &certs.Pool{}
		p.AddAnchor(made[len(made)-1])
		if _, err := p.Validate(made[0], made[1:], certs.Inputs{At: now}); reason(err) != want {
			t.Errorf("%d: %v, want %q", n, err, want)
		}
	}
}

// Numbers of certificates to skip: what is longer than any path is as good as the
// longest, and what is negative, of another type or followed by something is none.
func TestNumbersOfSkippedCertificates(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	number := func(b ...byte) []byte { return der.Encode(der.Integer, b) }
	for _, test := range []struct {
		value []byte
		want  int // -1 is refused
	}{
		{number(0), 0}, {number(1), 1}, {number(0x7f), 127}, {number(0x10, 0, 0), 1 << 20}, {number(0x0f, 0xff, 0xff), 1<<20 - 1},
		{number(0x10, 0, 1), 1 << 20}, {number(1, 0, 0, 0, 0, 0, 0, 0, 0, 0), 1 << 20},
		{number(0xff), -1}, {number(), -1}, {number(0, 1), -1}, {der.Octets([]byte{1}), -1}, {append(number(1), 5, 0), -1},
	} {
		h, err := a.Issue(ca.Person{Surname: "А", GivenName: "Б", NotAfter: now.AddDate(1, 0, 0), Template: set(54, true, test.value)})
		switch {
		case test.want < 0 && !errors.Is(err, certs.ErrMalformed):
			t.Errorf("%x: %v", test.value, err)
		case test.want >= 0 && (err != nil || h.Certificate.InhibitAnyPolicy != test.want):
			t.Errorf("%x: %v, want %d", test.value, err, test.want)
		}
	}
	for name, value := range map[string][]byte{
		"nothing": der.Sequence(), "something else": der.Sequence(der.Encode(der.Context(2), []byte{1})),
		"in another order": der.Sequence(der.Encode(der.Context(1), []byte{1}), der.Encode(der.Context(0), []byte{1})),
	} {
		if _, err := a.Issue(ca.Person{Surname: "А", GivenName: "Б", NotAfter: now.AddDate(1, 0, 0), Template: set(36, true, value)}); !errors.Is(err, certs.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	plain := issue(t, a, ca.Person{}).Certificate
	if plain.InhibitAnyPolicy != -1 || plain.RequireExplicitPolicy != -1 || plain.InhibitPolicyMapping != -1 || plain.MaxPathLen != -1 {
		t.Errorf("absent: %d %d %d %d", plain.InhibitAnyPolicy, plain.RequireExplicitPolicy, plain.InhibitPolicyMapping, plain.MaxPathLen)
	}
	if d := plain.Describe(); d != plain.Describe() {
		t.Error("described twice")
	}
}
