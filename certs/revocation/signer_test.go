package revocation_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
)

// signerOf issues a certificate of the authority's own name for another key
// that is to sign lists.
func (a *author) signerOf(t testing.TB, change func(*ca.Template)) ca.Holder {
	return a.issue(t, func(x *ca.Template) {
		x.Subject = a.ca.Certificate.Subject.Raw
		x.Set(ca.KeyUsage(certs.CRLSign))
		if change != nil {
			change(x)
		}
	})
}

func TestSeparateSigners(t *testing.T) {
	a, stranger := newAuthor(t), newAuthor(t)
	ordinary := a.signerOf(t, nil)
	mute := a.signerOf(t, func(x *ca.Template) { x.Set(ca.KeyUsage(certs.DigitalSignature)) })
	vague := a.signerOf(t, func(x *ca.Template) { x.Remove([]int{2, 5, 29, 15}) })
	expired := a.signerOf(t, func(x *ca.Template) { x.NotAfter = now.Add(-time.Second) })
	odd := a.signerOf(t, func(x *ca.Template) {
		x.Set(certs.Extension{ID: []int{1, 2, 398, 99}, Critical: true, Value: der.NullValue()})
	})
	foreign := stranger.issue(t, func(x *ca.Template) {
		x.Subject = a.ca.Certificate.Subject.Raw
		x.Set(ca.KeyUsage(certs.CRLSign))
	})
	onIt := entrySpec{of: ordinary.Certificate, reason: revocation.KeyCompromise}
	by := func(s listSpec, h ca.Holder) listSpec {
		s.by = &h
		return s
	}
	gone := entrySpec{reason: revocation.KeyCompromise}
	// What tells of the signers comes from the authority's own key, and is of
	// a scope without the leaf.
	only := func(s listSpec) listSpec { return s.scoped(scope(fullName(uri("http://demo.invalid/signers")))) }
	about := certs.Extension{ID: []int{2, 5, 29, 31}, Value: der.Sequence(der.Sequence(fullName(uri("http://demo.invalid/signers"))))}
	apart := a.signerOf(t, func(x *ca.Template) { x.Set(about) })
	good, revoked, open := revocation.Good, revocation.Revoked, revocation.Undetermined
	tests := []struct {
		name   string
		signer ca.Holder
		lists  []listSpec
		status revocation.Status
		cause  revocation.Cause
	}{
		{"vouches for itself", ordinary, []listSpec{by(complete(1), ordinary)}, good, ""},
		{"vouches for itself, leaf revoked", ordinary, []listSpec{by(complete(1, gone), ordinary)}, revoked, ""},
		{"revokes itself", ordinary, []listSpec{by(complete(1, onIt), ordinary)}, open, revocation.CauseSignerStatus},
		{"known to be good", apart, []listSpec{by(complete(1), apart), only(complete(2))}, good, ""},
		{"revoked by the authority", apart, []listSpec{by(complete(1), apart), only(complete(2, entrySpec{of: apart.Certificate}))}, open, revocation.CauseSignerStatus},
		{"may not sign lists", mute, []listSpec{by(complete(1), mute)}, open, revocation.CauseNotAllowed},
		{"is not said to be one who may", vague, []listSpec{by(complete(1), vague)}, open, revocation.CauseNotAllowed},
		{"expired", expired, []listSpec{by(complete(1), expired)}, open, revocation.CauseSigner},
		{"has an unknown critical extension", odd, []listSpec{by(complete(1), odd)}, open, revocation.CauseSigner},
		{"under another anchor", foreign, []listSpec{by(complete(1), foreign)}, open, revocation.CauseSigner},
	}
	for _, test := range tests {
		lists := &revocation.Lists{}
		for _, s := range test.lists {
			lists.Add(a.list(t, s))
		}
		// The stranger's authority is an anchor of the same pool.
		both := &certs.Pool{}
		for _, w := range []*author{a, stranger} {
			both.AddAnchor(w.world.authority.Root())
			both.AddIntermediate(w.world.authority.Issuing())
			both.AddIntermediate(w.ca.Certificate)
		}
		path, err := both.Build(a.leaf.Certificate, nil, now)
		if err != nil {
			t.Fatal(err)
		}
		answers := lists.Judge(revocation.Question{Path: path, Pool: both, Extra: []*certs.Certificate{test.signer.Certificate}, At: now})
		if len(answers) != len(path)-1 || answers[0].Status != test.status || answers[0].Cause != test.cause {
			t.Errorf("%s: %v, want %s %s", test.name, answers, test.status, test.cause)
		}
		// Without knowing the signer nothing can be said, and Status knows none.
		for _, got := range []revocation.Answer{lists.Judge(revocation.Question{Path: path, Pool: both, At: now})[0], lists.Status(a.leaf.Certificate, a.ca.Certificate, now)} {
			if got.Status != open {
				t.Errorf("%s, signer not at hand: %v", test.name, got)
			}
		}
	}
}

// An indirect list of another authority, which the certificate names.
func TestIndirectListOfAnother(t *testing.T) {
	a := newAuthor(t)
	other, err := a.world.authority.Issue(ca.Person{Surname: "ТІЗІМШІ", NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0),
		Template: func(x *ca.Template) { x.Set(ca.KeyUsage(certs.CRLSign)) }})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := a.world.authority.CRL(now.Add(-hour), now.Add(hour)) // says that the other is good
	if err != nil {
		t.Fatal(err)
	}
	named := a.issue(t, func(x *ca.Template) {
		x.Set(points(der.Encode(der.ContextConstructed(2), directory(other.Certificate.Subject.Raw))))
	}).Certificate
	path, err := a.pool.Build(named, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	mine := a.ca.Certificate.Subject.Raw
	indirect := scope(flag(4))
	for _, test := range []struct {
		name   string
		spec   listSpec
		status revocation.Status
	}{
		{"nothing on it", complete(1).scoped(indirect), revocation.Good},
		{"on it", complete(1, entrySpec{of: named, issuer: mine}).scoped(indirect), revocation.Revoked},
		{"on it as another's", complete(1, entrySpec{of: named}).scoped(indirect), revocation.Good},
		{"carried forward", complete(1, entrySpec{of: a.leaf.Certificate, issuer: mine}, entrySpec{of: named}).scoped(indirect), revocation.Revoked},
		{"not said to be indirect", complete(1), revocation.Undetermined},
		{"the part that the point names", complete(1).scoped(scope(fullName(directory(other.Certificate.Subject.Raw)), flag(4))), revocation.Good},
		{"another part", complete(1).scoped(scope(fullName(uri("http://x.invalid")), flag(4))), revocation.Undetermined},
	} {
		test.spec.by = &other
		inMemory := a.list(t, test.spec)
		made, again := mapped(t, inMemory.Raw)
		lists := &revocation.Lists{}
		for reader, l := range []*revocation.CRL{made, again, inMemory} {
			lists = &revocation.Lists{}
			lists.Add(l)
			lists.Add(parse(t, raw))
			got := lists.Judge(revocation.Question{Path: path, Pool: a.pool, Extra: []*certs.Certificate{other.Certificate}, At: now})[0]
			if got.Status != test.status {
				t.Errorf("%s, reader %d: %v", test.name, reader, got)
			}
		}
		// A certificate that does not name the other is not told of by it.
		plain, err := a.pool.Build(a.leaf.Certificate, nil, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := lists.Judge(revocation.Question{Path: plain, Pool: a.pool, Extra: []*certs.Certificate{other.Certificate}, At: now})[0]; got.Status != revocation.Undetermined {
			t.Errorf("%s, without a point: %v", test.name, got)
		}
	}
}

func TestFormsOfLists(t *testing.T) {
	a := newAuthor(t)
	old := a.encode(t, listSpec{this: now.Add(-hour), next: now.Add(hour), version1: true, entries: []entrySpec{{reason: 1, bare: true}}})
	lists := &revocation.Lists{}
	lists.Add(parse(t, old))
	if got := lists.Status(a.leaf.Certificate, a.ca.Certificate, now); got.Status != revocation.Revoked {
		t.Errorf("version 1: %v", got)
	}
	malformed := map[string][]byte{
		"version 1 with entry extensions": a.encode(t, listSpec{this: now, next: now.Add(hour), version1: true, entries: []entrySpec{{reason: 1}}}),
		"negative number":                 a.encode(t, complete(-1)),
		"negative base":                   a.encode(t, deltaOf(-1, 2)),
		"an extension twice":              a.encode(t, listSpec{this: now, next: now.Add(hour), number: 1, more: []certs.Extension{{ID: []int{2, 5, 29, 20}, Value: []byte{2, 1, 1}}}}),
		"trailing byte":                   append(bytes.Clone(old), 0),
	}
	for name, raw := range malformed {
		if _, err := revocation.ParseCRL(raw); !errors.Is(err, revocation.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
