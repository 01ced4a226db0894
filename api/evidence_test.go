package api_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/signing/signtest"
)

// What a client hands over as evidence may speak against a signature: what nobody
// can read is told of, and the signature not judged without it.
func TestEvidenceThatNobodyCanRead(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	list, err := pki.Authority.CRL(signtest.Now().Add(-time.Hour), signtest.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	issuer := pki.Authority.Issuing().Raw
	s := open(t, pki)
	s.fill(t, pki)
	s.start(t)
	for _, test := range []struct {
		member string
		raw    []byte
		ok     bool
	}{
		{"crls", list, true},
		{"crls", list[:len(list)-1], false},
		{"crls", append(list[:len(list):len(list)], '\n'), false},
		{"crls", issuer, false},
		{"crls", []byte{0x30, 0}, false},
		{"certificates", issuer, true},
		{"certificates", issuer[:len(issuer)-1], false},
		{"certificates", list, false},
		{"ocsps", []byte{0x30, 3, 0x0a, 1, 3}, true}, // a refusal is a response
		{"ocsps", []byte{0x30, 3, 0x0a, 1, 9}, false},
		{"ocsps", list, false},
	} {
		body := fmt.Sprintf(`{"cms": %q, "evidence": {%q: [%q]}}`,
			base64.StdEncoding.EncodeToString(s.files["cms"]), test.member, base64.StdEncoding.EncodeToString(test.raw))
		status, answer := s.post(t, "/v1/verify/cms", body, map[string]string{"Content-Type": "application/json"})
		pointer := fmt.Sprintf(`"/evidence/%s/0"`, test.member)
		if want := map[bool]int{true: http.StatusOK, false: http.StatusBadRequest}[test.ok]; status != want || strings.Contains(answer, pointer) == test.ok {
			t.Errorf("%s %x: %d %s", test.member, test.raw[:min(len(test.raw), 8)], status, answer)
		}
	}
}
