package signtest

import (
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/tsa"
)

// TSA gives the authority a timestamp service whose clock stands at [Now].
func (p *PKI) TSA() *tsa.Authority { return p.TSAWith(ca.Service{}) }

// TSAWith is TSA with a certificate of the caller's making: the purpose is
// filled in, everything else is taken as it stands.
func (p *PKI) TSAWith(s ca.Service) *tsa.Authority {
	p.t.Helper()
	s.Purpose = ca.Timestamping
	h, err := p.Authority.IssueService(s)
	if err != nil {
		p.t.Fatal(err)
	}
	return &tsa.Authority{
		Signer: h.Key, Certificate: h.Certificate, Chain: []*certs.Certificate{p.Authority.Issuing()},
		Policies: h.Certificate.Policies, Accuracy: time.Second, Now: Now,
	}
}

// Timestamped returns an attached CMS of the content with a signature timestamp
// of the authority: CAdES B-T.
func (p *PKI) Timestamped(content []byte, key signing.Key, a *tsa.Authority) []byte {
	return p.cms(content, key, signing.CMSOptions{
		Time: Now(), Claim: true, Timestamping: &signing.Timestamping{Stamp: a.Stamper(), Required: true},
	})
}
