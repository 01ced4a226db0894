package signtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"math/big"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing/creation"
	"tamga/signing/tsa"
)

// Gatherer collects evidence from the verifier's revocation lists.
func (p *PKI) Gatherer() *creation.Gatherer {
	return &creation.Gatherer{Trust: p.Verifier.Trust, Path: p.Verifier.Path, Lists: p.Verifier.Revocation, Retired: p.Verifier.Retired}
}

// Responding is Gatherer with a responder of the issuing authority, which tells
// what the revocation lists say at [Now]; about that authority itself there is
// the root's list.
func (p *PKI) Responding() *creation.Gatherer {
	p.t.Helper()
	h, err := p.Authority.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotBefore: Now().AddDate(0, -1, 0)})
	if err != nil {
		p.t.Fatal(err)
	}
	issuing := p.Authority.Issuing()
	r := &ocsp.Responder{
		Issuer: issuing, Certificate: h.Certificate, Key: h.Key, Now: Now, Life: time.Hour,
		Status: func(serial *big.Int) revocation.Answer {
			return p.Verifier.Revocation.Status(&certs.Certificate{
				Issuer: issuing.Subject, Serial: serial, RawSerial: serial.Bytes(),
				NotBefore: issuing.NotBefore, NotAfter: issuing.NotAfter,
			}, issuing, Now())
		},
	}
	g := p.Gatherer()
	g.Respond = func(_ context.Context, c, issuer *certs.Certificate, _ time.Time) ([]byte, error) {
		if !bytes.Equal(issuer.Raw, issuing.Raw) {
			return nil, errors.New("no responder of that authority")
		}
		nonce := make([]byte, 32)
		if _, err := rand.Read(nonce); err != nil {
			return nil, err
		}
		return r.Respond(ocsp.NewRequest(c, issuer, certs.SHA256, nonce).DER), nil
	}
	return g
}

// Extended brings a CMS to a level, with timestamps of the authority and the
// evidence of the gatherer.
func (p *PKI) Extended(file []byte, to creation.Baseline, a *tsa.Authority, g *creation.Gatherer) []byte {
	p.t.Helper()
	with := p.Services(a)
	with.Gather = g.Gather
	return Made(p.t, with, creation.Order{Form: creation.Existing{File: file}, Level: to})
}
