package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tamga/api/walk"
	"tamga/signing"
	"tamga/signing/creation"
)

// caseView is what is read of an application.
type caseView struct {
	ID       string
	Ended    string
	Last     int
	Position struct{ Step string }
	Waits    []struct {
		Step, Check, Reason string
		Since               time.Time
	}
}

// says sends a request by a session or a key, and reads its answer.
func says(t *testing.T, method, url, key, id, body string, into any) {
	t.Helper()
	if status, raw := sends(t, method, url, key, id, body); status >= 300 {
		t.Fatalf("%s %s: %d %s", method, url, status, raw)
	} else if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

// sends sends a request by a session or a key.
func sends(t *testing.T, method, url, key, id, body string) (status int, raw []byte) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", id)
		req.Header.Set("If-Match", "*")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if raw, err = io.ReadAll(res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, raw
}

// peopleOf are the people of a demonstration, by their keys in var/keys.
func peopleOf(t *testing.T, base string, now func() time.Time) *walk.Cast {
	t.Helper()
	return &walk.Cast{
		URL: "http://" + base, Client: http.DefaultClient, Now: now,
		SignWith: func(ctx context.Context, member string, text []byte) ([]byte, error) {
			key, err := loadKey(&console{ctx: ctx, now: now}, "var/keys/"+member+".pem", "")
			if err != nil {
				return nil, err
			}
			made, err := creation.Make(ctx, creation.Services{Verifier: &signing.Verifier{Now: now}}, creation.Order{Form: creation.CMS{Content: text, Claim: true}, Key: key, Time: now()})
			return made.File, err
		},
	}
}

// session is a token of a member who signs in.
func session(t *testing.T, people *walk.Cast, member string) string {
	t.Helper()
	token, err := people.Token(t.Context(), member)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// company is an application of an organisation that the demonstration knows.
const company = `{"legal": {"name": {"kk": "«Мұра» ЖШС", "ru": "ТОО «Мұра»"}, "address": {"kk": "Астана қ.", "ru": "г. Астана"}, "bin": "250040999988"}}`

// An application waits while the system that its condition asks fails or hangs, with the
// reason and the clock; it goes on by itself when the system answers, and is refused when
// that has nothing. The systems are the demonstration's own.
func TestApplicationWaitsForSystem(t *testing.T) {
	var ahead atomic.Int64
	t.Chdir(t.TempDir())
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	base := addressOf(startDemoAt(t, now, "--gateway-timeout", "2", "--gateway-deadline", "2"))
	key := session(t, peopleOf(t, base, now), "operator")
	for _, c := range []struct{ fails, then, want string }{{"fail", "answer", "L-C-p5"}, {"hang", "no_data", ""}} {
		tell(t, base, `{"system": "GBDUL", "behaviour": "`+c.fails+`"}`, http.StatusNoContent)
		var a caseView
		says(t, http.MethodPost, "http://"+base+"/v1/applications", key, c.fails, `{"service": "LIC-ISSUE", "channel": "centre", "applicant": `+company+`}`, &a)
		url := "http://" + base + "/v1/applications/" + a.ID
		for _, step := range []string{"L-C-p1", "L-C-p2", "L-C-p3"} {
			var entered any
			says(t, http.MethodPost, url+"/entries", key, c.fails+step, `{"step": "`+step+`", "outcome": "done"}`, &entered)
		}
		says(t, http.MethodGet, url, key, "", "", &a)
		if a.Ended != "" || a.Position.Step != "L-C-c1" || len(a.Waits) != 1 || !strings.Contains(a.Waits[0].Reason, "GBDUL") || a.Waits[0].Since.IsZero() {
			t.Errorf("%s: the application is %+v", c.fails, a)
		}
		tell(t, base, `{"system": "GBDUL", "behaviour": "`+c.then+`"}`, http.StatusNoContent)
		ahead.Add(int64(time.Minute)) // the next attempt is due
		for tries := 0; a.Position.Step == "L-C-c1"; tries++ {
			if tries == 60 { // the background looks every few seconds
				t.Fatalf("%s: it waits for ever: %+v", c.then, a)
			}
			time.Sleep(time.Second)
			a = caseView{}
			says(t, http.MethodGet, url, key, "", "", &a)
		}
		if a.Position.Step != c.want || (a.Ended != "") != (c.want == "") {
			t.Errorf("%s, then %s: the application is %+v", c.fails, c.then, a)
		}
	}
}

// addressOf is where a service listens.
func addressOf(s demoServer) string {
	return regexp.MustCompile(`listens on (\S+)`).FindStringSubmatch(s.output)[1]
}

// told is what is read of the entries of an application, and of a refusal.
type told struct {
	Entries []struct {
		Step, Outcome string
		Stated        []string
		Found         []struct {
			Check    string
			Holds    bool
			Evidence map[string]any
		}
	}
	Code   string
	Detail string
}

// A service answers the log-in by the session of whoever acts, takes no word of a program
// for it, takes no outcome of a condition from anybody, and no unsigned act of one that is
// to sign.
func TestServeDecides(t *testing.T) {
	t.Run("by its own register", func(t *testing.T) {
		t.Chdir(t.TempDir())
		decides(t, addressOf(startDemo(t, "--gateway-deadline", "1")))
	})
	t.Run("by systems of a file", func(t *testing.T) {
		t.Chdir(t.TempDir())
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		base := l.Addr().String()
		l.Close()
		settings := fmt.Sprintf(`{"sender":"tamga-demo","peers":[{"system":"GBDUL","form":"soap","address":"http://%s/demo/gateways/GBDUL/soap","service":"S","bin":"%s"}]}`, base, demoBIN)
		if err := os.WriteFile("gateways.json", []byte(settings), 0o600); err != nil {
			t.Fatal(err)
		}
		startDemo(t, "--listen", base, "--gateways", "gateways.json", "--gateway-deadline", "1")
		decides(t, base)
	})
}

// decides tries a demonstration in the current folder.
func decides(t *testing.T, base string) {
	t.Helper()
	raw, err := os.ReadFile("var/demo.key")
	if err != nil {
		t.Fatal(err)
	}
	program, owner := strings.TrimSpace(string(raw)), session(t, peopleOf(t, base, time.Now), "applicant")
	refused := func(what, key, url, body, code string) {
		t.Helper()
		var in told
		_, raw := sends(t, http.MethodPost, url, key, what, body)
		if err := json.Unmarshal(raw, &in); err != nil || in.Code != code {
			t.Errorf("%s: %s (%v), want %s", what, raw, err, code)
		}
	}
	opens := `{"service": "SRA", "channel": "portal", "applicant": {"natural": {"surname": "ӨМІРЗАҚОВ", "given_name": "ЕРЖАН", "patronymic": "БОЛАТҰЛЫ", "iin": "851300399990"}}}`
	var a caseView
	says(t, http.MethodPost, "http://"+base+"/v1/applications", program, "program", opens, &a)
	refused("a program's log-in", program, "http://"+base+"/v1/applications/"+a.ID+"/entries", `{"step": "S-P-p1", "outcome": "done", "role": "APPLICANT", "person": "Ержан"}`, "session_required")

	says(t, http.MethodPost, "http://"+base+"/v1/applications", owner, "owner", opens, &a)
	url := "http://" + base + "/v1/applications/" + a.ID
	var entered any
	says(t, http.MethodPost, url+"/entries", owner, "p1", `{"step": "S-P-p1", "outcome": "done"}`, &entered)
	var stored told
	says(t, http.MethodGet, url+"/entries", owner, "", "", &stored)
	if n := len(stored.Entries); n != 2 || stored.Entries[1].Step != "S-P-c1" || stored.Entries[1].Outcome != "ok" || stored.Entries[1].Stated != nil ||
		len(stored.Entries[1].Found) != 1 || stored.Entries[1].Found[0].Evidence["session"] == nil {
		t.Errorf("the entries are %+v", stored.Entries)
	}
	refused("an unsigned offer", owner, url+"/entries", `{"step": "S-P-p3", "outcome": "done"}`, "act_signature")

	// A program has opened it, a person has signed in, and a system is away: still nobody
	// says what it would.
	tell(t, base, `{"system": "GBDUL", "behaviour": "fail"}`, http.StatusNoContent)
	says(t, http.MethodPost, "http://"+base+"/v1/applications", program, "centre", `{"service": "LIC-ISSUE", "channel": "centre", "applicant": `+company+`}`, &a)
	url = "http://" + base + "/v1/applications/" + a.ID
	operator := session(t, peopleOf(t, base, time.Now), "operator")
	for _, step := range []string{"L-C-p1", "L-C-p2", "L-C-p3"} {
		says(t, http.MethodPost, url+"/entries", operator, step, `{"step": "`+step+`", "outcome": "done"}`, &entered)
	}
	refused("a condition stated by a program", program, url+"/entries", `{"step": "L-C-c1", "outcome": "ok", "role": "GBDUL", "person": "GBDUL"}`, "step_of_program")
	refused("a condition stated by a person", operator, url+"/entries", `{"step": "L-C-c1", "outcome": "ok", "role": "OPERATOR"}`, "step_of_program")
}

// A service for which no state systems are set up lets an application wait where one is to
// be asked, with the reason; and a notice that nobody is told to write, likewise.
func TestServeWithoutSystemsWaits(t *testing.T) {
	t.Chdir(t.TempDir())
	startDemo(t).stop() // the keys of its people, whom the other service trusts
	base := addressOf(startService(t, time.Now, "serve", "--listen", "127.0.0.1:0", "--trust", "var/trust", "--var", "var"))
	people := peopleOf(t, base, time.Now)
	operator, stranger := session(t, people, "operator"), session(t, people, "stranger")
	begun := func(by, service, channel, step string) string {
		var a caseView
		says(t, http.MethodPost, "http://"+base+"/v1/applications", by, service+channel, `{"service": "`+service+`", "channel": "`+channel+`", "applicant": `+company+`}`, &a)
		var entered any
		says(t, http.MethodPost, "http://"+base+"/v1/applications/"+a.ID+"/entries", by, service+step, `{"step": "`+step+`", "outcome": "done"}`, &entered)
		return a.ID
	}
	asks := begun(operator, "LIC-ISSUE", "centre", "L-C-p1")
	for _, step := range []string{"L-C-p2", "L-C-p3"} {
		var entered any
		says(t, http.MethodPost, "http://"+base+"/v1/applications/"+asks+"/entries", operator, step, `{"step": "`+step+`", "outcome": "done"}`, &entered)
	}
	refuses := begun(stranger, "SRA", "portal", "S-P-p1") // who may not act for the company
	for what, c := range map[string]struct{ by, id, step, why string }{
		"a system":     {operator, asks, "L-C-c1", "not set up"},
		"a letterhead": {stranger, refuses, "S-P-p2", "nobody has told who writes"},
	} {
		var a caseView
		says(t, http.MethodGet, "http://"+base+"/v1/applications/"+c.id, c.by, "", "", &a)
		if a.Ended != "" || a.Position.Step != c.step || len(a.Waits) != 1 || !strings.Contains(a.Waits[0].Reason, c.why) {
			t.Errorf("%s that is not there: %+v", what, a)
		}
	}
}
