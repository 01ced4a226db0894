package api_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/signtest"
	"tamga/signing/tsa"
)

// While no authority answers, a signature is handed out below its level and
// queued; when one does, it reaches its level. Where a timestamp is required,
// there is no signature without.
func TestAuthorityDown(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	up := s.stamping.Authorities
	s.stamping.Authorities = []tsa.Endpoint{{URL: "http://127.0.0.1:1/tsa"}}
	header := map[string]string{"Authorization": "Bearer " + s.values["key.sign"], "Content-Type": "application/json"}
	type answer struct {
		CMS, PDF []byte
		Level    string
		State    string
		Attempts int
		Pending  *struct{ ID, Level, Reason, Self string }
		Waiting  int
	}
	call := func(method, path, body string, want int) (a answer) {
		t.Helper()
		status, text := s.do(t, method, path, body, header)
		if status != want {
			t.Fatalf("%s: %d %s", path, status, text)
		}
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	encoded := func(name string) string { return base64.StdEncoding.EncodeToString(s.files[name]) }
	bodies := map[string]string{
		"/v1/sign/cms": `{"level": "B-LTA", "detached": true, "content": "` + encoded("content") + `"}`,
		"/v1/sign/pdf": `{"level": "B-LT", "pdf": "` + encoded("pdf") + `"}`,
	}
	pending := map[string]answer{}
	for path, body := range bodies {
		made := call(http.MethodPost, path, body, http.StatusOK)
		if made.Level != "B-B" || made.Pending == nil || !strings.HasSuffix(made.Pending.Self, "/v1/extensions/"+made.Pending.ID) {
			t.Fatalf("%s: %+v", path, made)
		}
		waits := call(http.MethodGet, "/v1/extensions/"+made.Pending.ID, "", http.StatusOK)
		if waits.State != "waiting" || waits.CMS != nil || waits.PDF != nil {
			t.Errorf("%s: %+v", path, waits)
		}
		pending[path] = made
	}
	if a := call(http.MethodGet, "/v1/extensions", "", http.StatusOK); a.Waiting != 2 {
		t.Errorf("%d wait", a.Waiting)
	}
	// Another client does not see it.
	other := map[string]string{"Authorization": "Bearer " + s.values["key.sign.other"]}
	if status, _ := s.get(t, "/v1/extensions/"+pending["/v1/sign/cms"].Pending.ID, other); status != http.StatusNotFound {
		t.Errorf("a stranger gets %d", status)
	}

	s.server.Registry.Store.Now = func() time.Time { return signtest.Now().Add(time.Minute) }
	if done, err := s.server.ExtendWaiting(t.Context()); done != 0 || err != nil {
		t.Errorf("with the authority down: %d, %v", done, err)
	}
	s.stamping.Authorities = up
	s.server.Registry.Store.Now = func() time.Time { return signtest.Now().Add(time.Hour) }
	if done, err := s.server.ExtendWaiting(t.Context()); done != 2 || err != nil {
		t.Fatalf("with the authority up: %d, %v", done, err)
	}
	for path, level := range map[string]string{"/v1/sign/cms": "CAdES-B-LTA", "/v1/sign/pdf": "PAdES-B-LT"} {
		done := call(http.MethodGet, "/v1/extensions/"+pending[path].Pending.ID, "", http.StatusOK)
		if done.State != "done" || done.Attempts != 2 {
			t.Errorf("%s: %+v", path, done)
		}
		q := signing.Question{At: signtest.Now()}
		file := done.PDF
		if file == nil {
			file, q.Content = done.CMS, s.files["content"]
		}
		verdict, err := pki.Verifier.Verify(t.Context(), file, q)
		if err != nil || !verdict.Passed() || verdict.Signers[0].Level != level {
			t.Errorf("%s: %v %+v", path, err, verdict)
		}
	}

	s.server.Preservation.Required = true
	s.start(t)
	s.stamping.Authorities = []tsa.Endpoint{{URL: "http://127.0.0.1:1/tsa"}}
	for path, body := range bodies {
		status, text := s.post(t, path, body, header)
		if status != http.StatusServiceUnavailable || !strings.Contains(text, "timestamp_unavailable") {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}
