package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// asksItself starts a service that asks the register of its own demonstration, by a clock
// that is ahead.
func asksItself(t *testing.T, ahead *atomic.Int64) (base, key string) {
	t.Helper()
	t.Chdir(t.TempDir())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base = l.Addr().String()
	l.Close()
	var peers []string
	for _, system := range []string{"GBDFL", "GBDUL", "PSHEP"} {
		peers = append(peers, fmt.Sprintf(`{"system":"%s","form":"soap","address":"http://%s/demo/gateways/%s/soap","service":"S","bin":"%s"}`, system, base, system, demoBIN))
	}
	settings := `{"sender":"tamga-demo","peers":[` + strings.Join(peers, ",") + `]}`
	if err := os.WriteFile("gateways.json", []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	startDemoAt(t, now, "--listen", base, "--gateways", "gateways.json", "--gateway-timeout", "2", "--gateway-deadline", "2")
	raw, err := os.ReadFile("var/demo.key")
	if err != nil {
		t.Fatal(err)
	}
	return base, strings.TrimSpace(string(raw))
}

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

// says sends a request with the key of a client, and reads its answer.
func says(t *testing.T, method, url, key, id, body string, into any) {
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
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s (%v)", method, url, res.StatusCode, raw, err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

// An application waits while the system that its condition asks fails or hangs, with the
// reason and the clock; it goes on by itself when the system answers, and is refused when
// that has nothing.
func TestApplicationWaitsForSystem(t *testing.T) {
	var ahead atomic.Int64
	base, key := asksItself(t, &ahead)
	for _, c := range []struct{ fails, then, want string }{{"fail", "answer", "L-C-p5"}, {"hang", "no_data", ""}} {
		tell(t, base, `{"system": "GBDUL", "behaviour": "`+c.fails+`"}`, http.StatusNoContent)
		var a caseView
		says(t, http.MethodPost, "http://"+base+"/v1/applications", key, c.fails, `{"service": "LIC-ISSUE", "channel": "centre", "applicant": {"legal":
			{"name": {"kk": "«Мұра» ЖШС", "ru": "ТОО «Мұра»"}, "address": {"kk": "Астана қ.", "ru": "г. Астана"}, "bin": "250040999988"}}}`, &a)
		url := "http://" + base + "/v1/applications/" + a.ID
		for _, step := range []string{"L-C-p1", "L-C-p2", "L-C-p3"} {
			var entered any
			says(t, http.MethodPost, url+"/entries", key, c.fails+step, `{"step": "`+step+`", "outcome": "done", "role": "OPERATOR", "person": "Бота Омарова"}`, &entered)
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
