// Package signtest makes persons, keys and a verifier for tests, on top of the
// demo authority of certs/ca: [New] gives a whole PKI of one key family with
// fresh revocation lists, [PKI.Person] a person in it. Nothing here expires,
// because every question is asked at [Now].
package signtest

import (
	"context"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/tsa"
)

// Now is the moment at which tests live.
func Now() time.Time { return time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC) }

// PKI is a demo authority and a verifier that trusts it.
type PKI struct {
	t         testing.TB
	Authority *ca.Authority
	Verifier  *signing.Verifier
}

// New makes an authority of a family that began a year before [Now], and a
// verifier that trusts its root and holds its revocation lists, fresh at Now.
func New(t testing.TB, family ca.Family) *PKI {
	t.Helper()
	a, err := ca.New(family, Now(), ca.Options{NotBefore: Now().AddDate(-1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	p := &PKI{t: t, Authority: a}
	p.Refresh()
	return p
}

// Refresh gives the verifier new revocation lists, which know what was revoked
// since the last ones, and nothing else.
func (p *PKI) Refresh() {
	p.t.Helper()
	lists := &revocation.Lists{}
	for _, issue := range []func(this, next time.Time) ([]byte, error){p.Authority.CRL, p.Authority.RootCRL} {
		raw, err := issue(Now().Add(-time.Hour), Now().Add(24*time.Hour))
		if err != nil {
			p.t.Fatal(err)
		}
		l, err := revocation.ParseCRL(raw)
		if err != nil {
			p.t.Fatal(err)
		}
		lists.Add(l)
	}
	trust := &certs.Pool{}
	trust.AddAnchor(p.Authority.Root())
	trust.AddIntermediate(p.Authority.Issuing())
	p.Verifier = &signing.Verifier{Trust: trust, Revocation: lists, Now: Now}
}

// Applicant is a natural person with numbers that pass their check digits.
func Applicant() ca.Person {
	return ca.Person{
		Surname: "СЕЙІТҚАЛИ", GivenName: "АЙГҮЛ", Patronymic: "БОЛАТҚЫЗЫ", IIN: "900701300108",
		NotBefore: Now().AddDate(0, -6, 0), NotAfter: Now().AddDate(0, 6, 0),
	}
}

// Head is the head of an organisation, who signs what it issues.
func Head() ca.Person {
	p := ca.Person{
		Surname: "ӘБІЛОВ", GivenName: "ҒАЛЫМ", Patronymic: "ҮСЕНҰЛЫ", IIN: "850101010003",
		Organisation: "ДЕМО МӘДЕНИЕТ КОМИТЕТІ", BIN: "120741000014", Roles: []certs.Role{certs.RoleHead},
		NotBefore: Now().AddDate(0, -6, 0), NotAfter: Now().AddDate(0, 6, 0),
	}
	return p
}

// Person gives a person a certificate and returns the key to sign with.
func (p *PKI) Person(person ca.Person) creation.Key {
	p.t.Helper()
	h, err := p.Authority.Issue(person)
	if err != nil {
		p.t.Fatal(err)
	}
	return creation.NewKey(h.Key, h.Certificate, []*certs.Certificate{p.Authority.Issuing()})
}

// Signed returns an attached CMS of the content.
func (p *PKI) Signed(content []byte, key creation.Key) []byte {
	p.t.Helper()
	return Signed(p.t, creation.CMS{Content: content, Claim: true}, key)
}

// Detached returns a detached CMS of the content.
func (p *PKI) Detached(content []byte, key creation.Key) []byte {
	p.t.Helper()
	return Signed(p.t, creation.CMS{Content: content, Claim: true, Detached: true}, key)
}

// Signed returns what a key signs at [Now], at level B-B, whoever trusts it.
func Signed(t testing.TB, form creation.Form, key creation.Key) []byte {
	t.Helper()
	return Made(t, creation.Services{}, creation.Order{Form: form, Key: key})
}

// Sign is Make for whoever wants the file only.
func Sign(form creation.Form, key creation.Key, at time.Time) ([]byte, error) {
	made, err := Make(form, key, at)
	return made.File, err
}

// Make makes a signature of level B-B at a time, judged by a verifier that trusts
// nobody.
func Make(form creation.Form, key creation.Key, at time.Time) (creation.Made, error) {
	v := &signing.Verifier{Now: func() time.Time { return at }}
	return creation.Make(context.Background(), creation.Services{Verifier: v}, creation.Order{Form: form, Key: key, Time: at})
}

// Made returns what was ordered. Without another time it is made [Now], and
// without a verifier judged by one that trusts nobody.
func Made(t testing.TB, with creation.Services, o creation.Order) []byte {
	t.Helper()
	if o.Time.IsZero() {
		o.Time = Now()
	}
	if with.Verifier == nil {
		with.Verifier = &signing.Verifier{Now: func() time.Time { return o.Time }}
	}
	made, err := creation.Make(t.Context(), with, o)
	if err != nil {
		t.Fatal(err)
	}
	return made.File
}

// Services make signatures last: with timestamps of an authority and evidence
// from the verifier's lists.
func (p *PKI) Services(a *tsa.Authority) creation.Services {
	return creation.Services{Verifier: p.Verifier, Stamp: Stamping(a.Stamper()), Gather: p.Gatherer().Gather}
}

// Make is what a register makes documents with.
func (p *PKI) Make(ctx context.Context, o creation.Order) (creation.Made, error) {
	return creation.Make(ctx, creation.Services{Verifier: p.Verifier}, o)
}
