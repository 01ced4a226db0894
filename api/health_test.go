package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing/signtest"
	"tamga/signing/tsa"
	"tamga/signing/tsp"
)

// TestStampReadiness holds that the service says whether somebody stamps, of a real
// authority that is there and then is not, and names no address.
func TestStampReadiness(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	authority := httptest.NewServer(pki.TSA())
	client := &tsa.Client{Authorities: []tsa.Endpoint{{URL: authority.URL}}, Trust: pki.Verifier.TrustToken, Now: signtest.Now}
	s.server.Preservation.Stamp, s.server.Preservation.Answering = client.Stamp, client.Answering
	s.start(t)
	ask := func(when string, status int, says string) {
		t.Helper()
		for path, want := range map[string]int{"/readyz/stamp": status, "/readyz": http.StatusOK} {
			got, body := s.get(t, path, nil)
			if got != want || path == "/readyz/stamp" && !strings.Contains(body, `"stamp":"`+says+`"`) || strings.Contains(body, "127.0.0.1") {
				t.Errorf("%s, %s: %d %s", when, path, got, body)
			}
		}
	}
	ask("before anything", http.StatusOK, "ok")
	imprint := tsp.NewImprint(certs.SHA256, []byte("x"))
	if _, err := client.Stamp(t.Context(), imprint); err != nil {
		t.Fatal(err)
	}
	ask("after a token", http.StatusOK, "ok")
	authority.Close()
	if _, err := client.Stamp(t.Context(), imprint); err == nil {
		t.Fatal("nobody is there")
	}
	ask("after silence", http.StatusServiceUnavailable, "no timestamp authority gave a token when it was last asked")
}
