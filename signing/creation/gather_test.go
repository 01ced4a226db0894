package creation_test

import (
	"context"
	"errors"
	"math/big"
	"net/http/httptest"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/tsa"
)

// Over HTTP, with a real client and responder: a response is preferred to a
// list, and where nobody answers the list serves.
func TestGatherFromResponders(t *testing.T) {
	pki := signtest.New(t, ca.GOST2015)
	key := pki.Person(signtest.Applicant())
	h, err := pki.Authority.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotBefore: signtest.Now().AddDate(0, -1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&ocsp.Responder{
		Issuer: pki.Authority.Issuing(), Certificate: h.Certificate, Key: h.Key, Now: signtest.Now,
		Status: func(*big.Int) revocation.Answer { return revocation.Answer{Status: revocation.Good} },
	})
	defer server.Close()
	client := &ocsp.Client{Now: signtest.Now, Addresses: func(_, issuer *certs.Certificate) []string {
		if issuer.SelfSigned() {
			return nil
		}
		return []string{server.URL}
	}}
	defer client.Close()
	g := pki.Gatherer()
	g.Respond = creation.FromResponders(client)
	m, err := g.Gather(t.Context(), key.Certificate, nil, signtest.Now())
	if err != nil || len(m.Certificates) != 3 || len(m.OCSPs) != 1 || len(m.CRLs) != 1 {
		t.Errorf("%d certificates, %d responses, %d lists, %v", len(m.Certificates), len(m.OCSPs), len(m.CRLs), err)
	}
	g.Respond = nil
	if m, err = g.Gather(t.Context(), key.Certificate, nil, signtest.Now()); err != nil || len(m.OCSPs) != 0 || len(m.CRLs) != 2 {
		t.Errorf("lists alone: %d responses, %d lists, %v", len(m.OCSPs), len(m.CRLs), err)
	}
	var noPath *certs.PathError
	if _, err := (&creation.Gatherer{}).Gather(t.Context(), key.Certificate, nil, signtest.Now()); !errors.As(err, &noPath) || noPath.Reason != certs.ReasonNoAnchors {
		t.Errorf("a gatherer that trusts nobody gathers: %v", err)
	}
}

// A responder's certificate that does not say that nobody need ask about it is
// proved too, or there is no evidence.
func TestGatherAboutResponder(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	h, err := pki.Authority.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotBefore: signtest.Now().AddDate(0, -1, 0),
		Template: func(c *ca.Template) { c.Remove([]int{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}) }})
	if err != nil {
		t.Fatal(err)
	}
	r := &ocsp.Responder{Issuer: pki.Authority.Issuing(), Certificate: h.Certificate, Key: h.Key, Now: signtest.Now,
		Status: func(*big.Int) revocation.Answer { return revocation.Answer{Status: revocation.Good} }}
	g := pki.Gatherer()
	g.Respond = func(_ context.Context, c, issuer *certs.Certificate, _ time.Time) ([]byte, error) {
		if issuer.SelfSigned() {
			return nil, errors.New("no responder")
		}
		return r.Respond(ocsp.NewRequest(c, issuer, certs.SHA256, nil).DER), nil
	}
	m, err := g.Gather(t.Context(), key.Certificate, nil, signtest.Now())
	if err != nil || len(m.OCSPs) != 1 || len(m.CRLs) != 2 {
		t.Errorf("%d responses, %d lists, %v", len(m.OCSPs), len(m.CRLs), err)
	}
	g.Lists = &revocation.Lists{}
	if _, err := g.Gather(t.Context(), key.Certificate, nil, signtest.Now()); !errors.Is(err, creation.ErrEvidence) {
		t.Errorf("no list about the responder: %v", err)
	}
}

// The client of timestamp authorities takes the verifier's word.
func TestVerifierTrustsTokens(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	good := pki.TSA()
	loose := pki.TSAWith(ca.Service{Template: func(c *ca.Template) { c.Extension([]int{2, 5, 29, 37}).Critical = false }})
	stranger := signtest.New(t, ca.ECDSA).TSA()
	revoked := pki.TSA()
	pki.Authority.Revoke(revoked.Certificate.Serial, signtest.Now().Add(-2*time.Hour), revocation.KeyCompromise)
	pki.Refresh()
	for name, test := range map[string]struct {
		authority *tsa.Authority
		ok        bool
	}{"good": {good, true}, "not for timestamps alone": {loose, false}, "a stranger": {stranger, false}, "revoked": {revoked, false}} {
		server := httptest.NewServer(test.authority)
		defer server.Close()
		client := &tsa.Client{Authorities: []tsa.Endpoint{{URL: server.URL}}, Trust: pki.Verifier.TrustToken, Now: signtest.Now}
		made, err := creation.Make(t.Context(), creation.Services{Verifier: pki.Verifier, Stamp: client.Stamp}, creation.Order{
			Form: creation.CMS{Content: []byte("өтініш"), Claim: true}, Key: key, Time: signtest.Now(), Level: creation.BaselineT, Below: true,
		})
		if err != nil || (made.Missing == nil) != test.ok || made.Missing != nil && !errors.Is(made.Missing, tsa.ErrUntrusted) {
			t.Errorf("%s: %v, missing %v", name, err, made.Missing)
		}
	}
}
