package api_test

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing/signtest"
)

// TestRetiredAreListed holds that the service says which authorities it takes to have
// ended, and which of their last lists it has.
func TestRetiredAreListed(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	answer := func() (got struct {
		Retired, Authorities []map[string]any
		InUse                []map[string]any `json:"in_use"`
	}) {
		t.Helper()
		s.start(t)
		status, body := s.get(t, "/v1/revocation", nil)
		if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK {
			t.Fatal(status, body, err)
		}
		return got
	}
	if got := answer(); got.Retired == nil || len(got.Retired) != 0 {
		t.Errorf("nothing is declared: %v", got)
	} else if len(got.Authorities) < 2 || got.Authorities[0]["root"] != true || got.Authorities[len(got.Authorities)-1]["name"] != pki.Authority.Issuing().Subject.String() ||
		len(got.InUse) == 0 || got.InUse[0]["this_update"] == nil {
		t.Errorf("%v, %v", got.Authorities, got.InUse)
	}
	ended := signtest.Now().AddDate(0, 0, -1)
	raw, err := pki.Authority.CRL(ended.Add(-time.Hour), ended.AddDate(100, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	last, err := revocation.ParseCRL(raw)
	if err != nil {
		t.Fatal(err)
	}
	missing := [32]byte{1}
	issuing := pki.Authority.Issuing()
	retired := &revocation.Retired{}
	for _, e := range []revocation.End{
		{Authority: issuing.Fingerprint(), At: ended, Destroyed: true, Lists: [][32]byte{last.Digest(), missing}},
		{Authority: [32]byte{2}, At: ended.AddDate(-1, 0, 0)},
	} {
		if err := retired.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	retired.AddList(last)
	v := *s.server.Verifier
	v.Retired, s.server.Verifier = retired, &v
	got := answer().Retired
	if len(got) != 2 || got[0]["name"] != issuing.Subject.String() || got[0]["ended"] != ended.Format(time.RFC3339) || got[0]["keys_destroyed"] != true ||
		got[1]["name"] != nil || got[1]["certificate"] != hex.EncodeToString(append([]byte{2}, make([]byte, 31)...)) || got[1]["keys_destroyed"] != false {
		t.Fatalf("%v", got)
	}
	lists, _ := got[0]["last_lists"].([]any)
	if len(lists) != 2 {
		t.Fatalf("%v", lists)
	}
	digest := last.Digest()
	first, second := lists[0].(map[string]any), lists[1].(map[string]any)
	if first["sha256"] != hex.EncodeToString(digest[:]) || first["kept"] != true || first["next_update"] != last.NextUpdate.Format(time.RFC3339) ||
		second["kept"] != false || second["sha256"] != hex.EncodeToString(missing[:]) || second["next_update"] != nil {
		t.Errorf("%v", lists)
	}
}
