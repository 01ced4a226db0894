package api_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/api"
	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/spool"
)

// post sends a body, and returns the status and the answer.
func (s *stage) post(t *testing.T, path, body string, header map[string]string) (int, string) {
	t.Helper()
	return s.do(t, http.MethodPost, path, body, header)
}

func (s *stage) get(t *testing.T, path string, header map[string]string) (int, string) {
	t.Helper()
	return s.do(t, http.MethodGet, path, "", header)
}

func (s *stage) do(t *testing.T, method, path, body string, header map[string]string) (int, string) {
	t.Helper()
	res, answer := s.ask(t, method, path, body, header)
	return res.StatusCode, answer
}

// ask returns the head of the answer and its body.
func (s *stage) ask(t *testing.T, method, path, body string, header map[string]string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(answer)
}

// Many callers with one key get one document, or are told to wait for it.
func TestIssueConcurrently(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	answers := make([]string, 8)
	var callers sync.WaitGroup
	for i := range answers {
		callers.Go(func() {
			for {
				status, body := s.post(t, "/v1/documents", s.values["licence"], map[string]string{
					"Authorization": "Bearer " + s.values["key.issue"], "Idempotency-Key": "same",
					"Content-Type": "application/json",
				})
				if status == http.StatusConflict {
					continue
				}
				answers[i] = fmt.Sprint(status, " ", body)
				return
			}
		})
	}
	callers.Wait()
	for _, a := range answers {
		if a != answers[0] || !strings.HasPrefix(a, "201 ") {
			t.Errorf("answers differ:\n%s\n%s", answers[0], a)
		}
	}
	if list, err := s.server.Registry.List(t.Context(), "", 0); err != nil || len(list) != 1 {
		t.Errorf("%d documents, want 1 (%v)", len(list), err)
	}
}

// A file that was changed in the database is never passed off as the one that
// was signed.
func TestDamagedFile(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	s.play(t, "testdata/parts/issue.txt")
	s.change(t, `UPDATE files SET bytes = $1`, []byte("%PDF-1.7 not the one"))
	s.play(t, "testdata/parts/damaged.txt")
	if !strings.Contains(s.log.String(), "stored file damaged") {
		t.Error("the damage was not logged")
	}
}

// Numbers that are reserved or void look like numbers never taken, to the
// byte.
func TestNeutralAnswer(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	s.play(t, "testdata/parts/issue.txt")
	never := map[string]string{}
	for _, status := range []string{"never", "reserved", "void"} {
		number := s.values["number"]
		if status == "never" {
			number = "26999999"
		} else {
			s.change(t, `UPDATE documents SET status = $1, file_sha256 = '', evidence = ''`, status)
		}
		for _, path := range []string{"/v1/check/", "/v1/documents/", "/check/"} {
			got := s.neutral(t, path+number, number)
			if status == "never" {
				never[path] = got
			} else if got != never[path] {
				t.Errorf("%s: %s differs from never taken:\n%s\n%s", path, status, got, never[path])
			}
		}
	}
}

// neutral returns an answer with what differs between any two requests taken
// out, at its length.
func (s *stage) neutral(t *testing.T, path, number string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	const trace = "0af7651916cd43dd8448eb211c80319c"
	req.Header.Set("Traceparent", "00-"+trace+"-b7ad6b7169203331-01")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	res.Header.Del("Date")
	return fmt.Sprintf("%s %v %s", res.Status, res.Header, strings.ReplaceAll(string(body), number, "########"))
}

// guess asks for the file with an owner's number or a check code.
func (s *stage) guess(t *testing.T, number, client, fact string) int {
	t.Helper()
	status, _ := s.post(t, "/check", "number="+number+"&owner="+fact, map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": client,
	})
	return status
}

// Guessing the owner's number ends soon for each client, and for no other.
func TestGuessing(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	s.play(t, "testdata/parts/issue.txt")
	s.server.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	s.server.Limits = api.DefaultLimits()
	s.server.Limits.Checks, s.server.Limits.GuessesPerPair, s.server.Limits.GuessesPerClient = 100, 2, 3
	mine := s.values["number"]
	for _, c := range []struct {
		name   string
		guess  func(i int) (number, client, owner string)
		passed int // answers before the first 429; -1 when there was none
	}{
		{"pair", func(int) (string, string, string) { return mine, "203.0.113.1", otherIIN }, 2},
		{"pair, with dashes", func(i int) (string, string, string) {
			return mine, "203.0.113.5", []string{dashed(otherIIN, "-"), dashed(otherIIN, "%20"), dashed(otherIIN, "%E2%80%93")}[i%3]
		}, 2},
		{"client", func(i int) (string, string, string) {
			return fmt.Sprintf("2600%04d", 100+i), "203.0.113.2", otherIIN
		}, 3},
		{"all clients", func(i int) (string, string, string) { return mine, fmt.Sprintf("203.0.113.%d", 10+i), otherIIN }, -1},
		{"customer", func(i int) (string, string, string) {
			return mine, fmt.Sprintf("2001:db8::%x:0:0:0:1", 10+i), otherIIN
		}, 2},
		{"neighbouring customers", func(i int) (string, string, string) {
			return mine, fmt.Sprintf("2001:db8:0:%x00::1", 10+i), otherIIN
		}, -1},
		{"right", func(int) (string, string, string) { return mine, "203.0.113.3", s.values["owner"] }, -1},
		{"check codes", func(i int) (string, string, string) {
			return mine, "203.0.113.4", fmt.Sprintf("ABCD-0000-%04d", i)
		}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.start(t)
			passed := -1
			for i := range 8 {
				if number, client, owner := c.guess(i); s.guess(t, number, client, owner) == http.StatusTooManyRequests {
					passed = i
					break
				}
			}
			if passed != c.passed {
				t.Errorf("%d guesses passed, want %d", passed, c.passed)
			}
			if status, _ := s.get(t, "/check/"+mine+"/"+s.values["code"], nil); status != http.StatusOK {
				t.Errorf("the genuine code is answered with %d", status)
			}
		})
	}
}

// dashed is a number as people write it.
func dashed(number, between string) string {
	return number[:6] + between + number[6:]
}

// Handlers do not start without what they need.
func TestHandlerNeeds(t *testing.T) {
	const missing = "api: a register and a verifier are needed"
	for said, s := range map[string]*api.Server{
		missing:       {},
		missing + " ": {Registry: &registry.Registry{Store: &store.DB{}}},
		`api: base address "https://tamga.example/" is not an address without a slash at the end`: {
			Registry: &registry.Registry{Store: &store.DB{}}, Verifier: &signing.Verifier{},
			BaseURL: "https://tamga.example/",
		},
	} {
		if _, err := s.Handler(); err == nil || err.Error() != strings.TrimSpace(said) {
			t.Errorf("a handler: %v, want %q", err, said)
		}
	}
}

// Without fresh revocation lists nothing is called confirmed, and nothing bad.
func TestCannotTell(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	s.play(t, "testdata/parts/issue.txt")
	s.server.Verifier = &signing.Verifier{Trust: pki.Verifier.Trust, Now: signtest.Now}
	s.server.Registry.Verifier = s.server.Verifier
	s.start(t)
	s.play(t, "testdata/parts/unclear.txt")
}

// Looking documents up is limited as well.
func TestLookingUp(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	s.server.Limits = api.DefaultLimits()
	s.server.Limits.Checks = 2
	s.start(t)
	s.play(t, "testdata/parts/often.txt")
}

// A service that cannot sign still checks, and says so.
func TestDegraded(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	without := *s.server.Registry
	without.Key = creation.Key{}
	s.server.Registry, s.server.Verifier = &without, &signing.Verifier{}
	s.start(t)
	s.play(t, "testdata/parts/degraded.txt")
}

// Verifying and issuing are ready each for itself, and each lack has its own
// reason.
func TestReadiness(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	past := signtest.New(t, ca.ECDSA)
	old, err := past.Authority.CRL(signtest.Now().AddDate(0, 0, -9), signtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	expired, err := revocation.ParseCRL(old)
	if err != nil {
		t.Fatal(err)
	}
	lists := &revocation.Lists{}
	lists.Add(expired)
	asking := func(context.Context, *certs.Certificate, *certs.Certificate, time.Time) revocation.Answer {
		return revocation.Answer{Status: revocation.Undetermined}
	}
	whole := s.server.Verifier
	for name, c := range map[string]struct {
		verifier signing.Verifier
		reason   string // of verify; "ok" when it is ready
	}{
		"no anchors":             {signing.Verifier{Revocation: whole.Revocation}, "no trust anchors"},
		"no lists":               {signing.Verifier{Trust: whole.Trust}, "no revocation lists, and no responders are asked"},
		"only old lists":         {signing.Verifier{Trust: whole.Trust, Revocation: lists}, "every revocation list is past its date, and no responders are asked"},
		"no lists, but somebody": {signing.Verifier{Trust: whole.Trust, Ask: asking}, "ok"},
		"all":                    {signing.Verifier{Trust: whole.Trust, Revocation: whole.Revocation}, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			c.verifier.Now = signtest.Now
			s.server.Verifier = &c.verifier
			s.start(t)
			want := http.StatusServiceUnavailable
			if c.reason == "ok" {
				want = http.StatusOK
			}
			for path, want := range map[string]int{"/readyz": want, "/readyz/verify": want, "/readyz/issue": http.StatusOK, "/livez": http.StatusOK} {
				status, body := s.get(t, path, nil)
				if status != want || strings.HasPrefix(path, "/readyz") && path != "/readyz/issue" && !strings.Contains(body, `"verify":"`+c.reason+`"`) {
					t.Errorf("%s: %d %s", path, status, body)
				}
			}
		})
	}
}

// Without its database the service says so, and goes on verifying.
func TestDatabaseGone(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	s.play(t, "testdata/parts/issue.txt")
	if err := s.server.Registry.Store.Close(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"/readyz": http.StatusServiceUnavailable, "/readyz/issue": http.StatusServiceUnavailable,
		"/readyz/verify": http.StatusOK, "/livez": http.StatusOK,
	} {
		if status, body := s.get(t, path, nil); status != want {
			t.Errorf("%s: %d, want %d: %s", path, status, want, body)
		}
	}
	status, body := s.post(t, "/v1/verify/cms", `{"cms":"`+base64.StdEncoding.EncodeToString(s.files["cms"])+`"}`, map[string]string{"Content-Type": "application/json"})
	if status != http.StatusOK || !strings.Contains(body, "TOTAL-PASSED") {
		t.Errorf("a verification: %d %s", status, body)
	}
}

// Without the disk for uploads the service says so, and that it is not the
// client's fault; what stays in memory goes on.
func TestDiskGone(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.server.SpoolDir = filepath.Join(t.TempDir(), "spool")
	if err := os.Mkdir(s.server.SpoolDir, 0o700); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	s.fill(t, pki)
	body := `{"cms":"` + base64.StdEncoding.EncodeToString(s.files["cms"])
	verify := func(rest, want string, code int) {
		t.Helper()
		status, answer := s.post(t, "/v1/verify/cms", body+rest+`"}`, map[string]string{"Content-Type": "application/json"})
		if status != code || !strings.Contains(answer, want) {
			t.Errorf("a verification of %d bytes: %d %s", len(body)+len(rest), status, answer)
		}
	}
	long := strings.Repeat(" ", spool.InMemory) // more than may share the memory
	verify(long, "TOTAL-PASSED", http.StatusOK)
	if err := os.Remove(s.server.SpoolDir); err != nil {
		t.Fatal(err)
	}
	verify("", "TOTAL-PASSED", http.StatusOK)
	verify(long, `"code":"busy"`, http.StatusServiceUnavailable)
	for path, want := range map[string]int{
		"/readyz/verify": http.StatusServiceUnavailable, "/readyz/issue": http.StatusOK, "/livez": http.StatusOK,
	} {
		status, answer := s.get(t, path, nil)
		if status != want || want != http.StatusOK && !strings.Contains(answer, `"verify":"no room on the disk for what is uploaded"`) {
			t.Errorf("%s: %d %s", path, status, answer)
		}
	}
}

// issued issues a document of testdata, and returns it with its file.
func (s *stage) issued(t *testing.T, name string) (registry.Record, []byte) {
	t.Helper()
	rec, _, err := s.server.Registry.Issue(t.Context(), registry.IssueRequest{Client: "portal", IdempotencyKey: name, Draft: draftOf(t, name)})
	if err != nil {
		t.Fatal(err)
	}
	file, err := s.server.Registry.PDF(t.Context(), rec.Number)
	if err != nil {
		t.Fatal(err)
	}
	return rec, file
}

// draftOf reads a draft of testdata.
func draftOf(t *testing.T, name string) documents.Draft {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var draft documents.Draft
	if err := json.Unmarshal(raw, &draft); err != nil {
		t.Fatal(err)
	}
	return draft
}
