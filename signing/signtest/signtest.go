// Package signtest makes persons, keys and a verifier for tests, on top of the
// demo authority of certs/ca: [New] gives a whole PKI of one key family with
// fresh revocation lists, [PKI.Person] a person in it. Nothing here expires,
// because every question is asked at [Now].
package signtest

import (
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing"
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
func (p *PKI) Person(person ca.Person) signing.Key {
	p.t.Helper()
	h, err := p.Authority.Issue(person)
	if err != nil {
		p.t.Fatal(err)
	}
	return signing.NewKey(h.Key, h.Certificate, []*certs.Certificate{p.Authority.Issuing()})
}

// Signed returns an attached CMS of the content.
func (p *PKI) Signed(content []byte, key signing.Key) []byte {
	return p.cms(content, key, signing.CMSOptions{Time: Now(), Claim: true})
}

// Detached returns a detached CMS of the content.
func (p *PKI) Detached(content []byte, key signing.Key) []byte {
	return p.cms(content, key, signing.CMSOptions{Time: Now(), Claim: true, Detached: true})
}

func (p *PKI) cms(content []byte, key signing.Key, opt signing.CMSOptions) []byte {
	p.t.Helper()
	b, err := signing.SignCMS(content, key, opt)
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}
