package signtest

import (
	"context"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing/creation"
	"tamga/signing/tsa"
	"tamga/signing/tsp"
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
func (p *PKI) Timestamped(content []byte, key creation.Key, a *tsa.Authority) []byte {
	p.t.Helper()
	return Made(p.t, p.Services(a), creation.Order{Form: creation.CMS{Content: content, Claim: true}, Key: key, Level: creation.BaselineT})
}

// Stamping makes of what returns tokens what a maker of signatures asks.
func Stamping(stamp func(tsp.Imprint) ([]byte, error)) func(context.Context, tsp.Imprint) (*tsp.Token, error) {
	return func(_ context.Context, m tsp.Imprint) (*tsp.Token, error) {
		raw, err := stamp(m)
		if err != nil {
			return nil, err
		}
		return tsp.ParseToken(raw)
	}
}
