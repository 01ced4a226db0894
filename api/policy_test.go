package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/receipt"
	"tamga/signing/signtest"
)

func policy(t *testing.T, name string) signing.Policy {
	t.Helper()
	p, err := signing.NamedPolicy(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Which policies a caller may choose, and which receipts are signed under, is
// the operator's word. By default both are those for deciding.
func TestPolicies(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	type want map[string]string // policy chosen: the member that is refused, or the policy that judged
	for name, c := range map[string]struct {
		own      string
		policies []string
		receipts []string
		alone    want // without a receipt
		receipt  want
	}{
		"by default": {"", nil, nil,
			want{"": "kz", "kz": "kz", "kz-applicant": "kz-applicant", "kz-soft": "/policy", "none": "/policy", "../kz": "/policy"},
			want{"": "kz", "kz": "kz", "kz-applicant": "kz-applicant", "kz-soft": "/policy"}},
		"soft may be chosen": {"", []string{"kz", "kz-soft"}, nil,
			want{"": "kz", "kz": "kz", "kz-soft": "kz-soft", "kz-applicant": "/policy"},
			want{"": "kz", "kz": "kz", "kz-soft": "/receipt"}},
		"and receipted": {"", []string{"kz-soft"}, []string{"kz-soft"},
			want{"": "kz", "kz": "/policy", "kz-soft": "kz-soft"},
			want{"": "/receipt", "kz-soft": "kz-soft"}},
		"nothing may be chosen": {"kz-applicant", []string{}, nil,
			want{"": "kz-applicant", "kz": "/policy", "kz-applicant": "/policy"},
			want{"": "kz-applicant"}},
		"a service that is soft itself": {"kz-soft", nil, nil,
			want{"": "kz-soft", "kz": "kz"},
			want{"": "/receipt", "kz": "kz"}},
		"no receipts": {"", nil, []string{}, want{"": "kz"}, want{"": "/receipt", "kz": "/receipt"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, pki)
			s.fill(t, pki)
			verifier := *pki.Verifier
			if c.own != "" {
				verifier.Policy = policy(t, c.own)
			}
			s.server.Verifier, s.server.ReceiptPolicies = &verifier, c.receipts
			if c.policies != nil {
				s.server.Policies = []signing.Policy{}
			}
			for _, name := range c.policies {
				s.server.Policies = append(s.server.Policies, policy(t, name))
			}
			s.start(t)
			for _, file := range []string{"cms", "cms.garbage"} { // what is refused is refused before it is judged
				for chosen, want := range c.alone {
					s.choose(t, file, chosen, "", want)
				}
				for chosen, want := range c.receipt {
					s.choose(t, file, chosen, `, "receipt": true`, want)
					s.choose(t, file, chosen, `, "receipt_pdf": true`, want)
				}
			}
		})
	}
}

// choose asks under a policy, in a call of its own and in a batch.
func (s *stage) choose(t *testing.T, file, chosen, more, want string) {
	t.Helper()
	if chosen != "" {
		more += fmt.Sprintf(`, "policy": %q`, chosen)
	}
	body := fmt.Sprintf(`{"cms": %q%s}`, base64.StdEncoding.EncodeToString(s.files[file]), more)
	for _, address := range []string{"/v1/verify/cms", "/v1/verify/batch"} {
		kind := map[bool]string{true: "application/x-ndjson", false: "application/json"}[strings.HasSuffix(address, "batch")]
		status, answer := s.post(t, address, body, map[string]string{"Content-Type": kind})
		var line struct{ Result, Problem json.RawMessage }
		raw := []byte(answer)
		if strings.HasSuffix(address, "batch") {
			if err := json.Unmarshal(raw, &line); err != nil {
				t.Fatal(err, answer)
			}
			if raw = line.Result; raw == nil {
				raw, status = line.Problem, http.StatusBadRequest
			}
		}
		var got struct {
			refused
			Policy  string
			Receipt struct{ CMS []byte }
		}
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err, answer)
		}
		if strings.HasPrefix(want, "/") {
			if status != http.StatusBadRequest || len(got.Errors) != 1 || got.Errors[0].Pointer != want || got.Errors[0].Code != "not_offered" {
				t.Errorf("%s %q%s: %d %s", address, chosen, more, status, answer)
			}
			continue
		}
		if status != http.StatusOK || !strings.HasPrefix(got.Policy, want+" ") {
			t.Errorf("%s %q%s: %d %.200s", address, chosen, more, status, answer)
		}
		if !strings.Contains(more, "receipt") {
			continue
		}
		contents, err := signing.ReadCMS(got.Receipt.CMS)
		if err != nil {
			t.Fatal(err)
		}
		if made, err := receipt.Parse(contents.Content); err != nil || made.Verdict.Policy != got.Policy {
			t.Errorf("%s %q: the receipt says %v %v", address, chosen, made.Verdict, err)
		}
	}
}
