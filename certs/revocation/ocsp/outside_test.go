package ocsp_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"tamga/certs/exchange"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
)

// A certificate names a responder inside a private network: it is not asked,
// and the status stays unknown, unless that network is configured.
func TestPrivateResponders(t *testing.T) {
	for name, c := range map[string]struct {
		networks []netip.Prefix
		want     revocation.Status
		asked    int64
	}{
		"by default":        {nil, revocation.Undetermined, 0},
		"another network":   {[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, revocation.Undetermined, 0},
		"the network of it": {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, good, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t, time.Hour)
			s.person.Certificate.OCSPURLs = []string{s.server.URL}
			client := &ocsp.Client{Now: s.clock.now, Networks: c.networks, Timeout: time.Second}
			t.Cleanup(client.Close)
			r := s.ask(client, time.Time{})
			if r.Answer.Status != c.want || s.asked.Load() != c.asked {
				t.Errorf("%v after %d questions", r.Answer, s.asked.Load())
			}
			if (c.asked == 0) != errors.Is(r.Err, exchange.ErrInside) {
				t.Errorf("the error is %v", r.Err)
			}
		})
	}
}
