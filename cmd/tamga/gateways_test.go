package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"tamga/documents/gateways"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// The demonstration's state systems answer its own key in both forms, and fail as they
// are told; the states of the service's own clients are there for people and metrics.
func TestDemoGateways(t *testing.T) {
	t.Chdir(t.TempDir())
	d := startDemo(t)
	base := strings.TrimPrefix(d.find(`listens on \S+`)[0], "listens on ")
	key, err := loadKey(&console{ctx: t.Context(), now: time.Now}, "var/keys/system.pem", "")
	if err != nil {
		t.Fatal(err)
	}
	v := signtest.VerifierOf(t, "var/trust")
	caller := &gateways.Caller{
		Sender: "test", Key: key, Verifier: v, Deadline: 3 * time.Second, Pause: 10 * time.Millisecond,
		Make: func(ctx context.Context, o creation.Order) (creation.Made, error) {
			return creation.Make(ctx, creation.Services{Verifier: v}, o)
		},
	}
	for _, form := range []string{"json", "soap"} {
		client, err := caller.Connect(gateways.Peer{
			System: gateways.SystemPersons, Form: gateways.Form(form), Address: "http://" + base + "/demo/gateways/GBDFL/" + form, Service: "GBDFL_SYNC", BIN: demoBIN,
		})
		if err != nil {
			t.Fatal(err)
		}
		if p, err := client.Person(t.Context(), gateways.MessageID(form, "1"), "851300399990"); err != nil || p.GivenName != "ЕРЖАН" {
			t.Errorf("%s: %+v, %v", form, p, err)
		}
		tell(t, base, `{"system": "GBDFL", "behaviour": "fail"}`, http.StatusNoContent)
		var undecided *gateways.UndecidedError
		if _, err := client.Person(t.Context(), gateways.MessageID(form, "2"), "851300399990"); !errors.As(err, &undecided) || undecided.Reason != gateways.ReasonHTTP {
			t.Errorf("%s: told to fail: %v", form, err)
		}
		tell(t, base, `{"system": "GBDFL", "behaviour": "answer"}`, http.StatusNoContent)
	}
	tell(t, base, `{"system": "GBDFL", "behaviour": "dance"}`, http.StatusUnprocessableEntity)
	tell(t, base, `{"until": "`+time.Now().Add(forwardTime-time.Minute).UTC().Format(time.RFC3339)+`"}`, http.StatusNoContent)
	tell(t, base, `{"until": "`+time.Now().Add(forwardTime+time.Hour).UTC().Format(time.RFC3339)+`"}`, http.StatusUnprocessableEntity)
	_, body := get(t, "http://"+base+"/v1/gateways")
	var told struct{ Gateways []gateways.State }
	if err := json.Unmarshal([]byte(body), &told); err != nil || len(told.Gateways) != 4 || told.Gateways[0].State != "unasked" {
		t.Errorf("the states are %s (%v)", body, err)
	}
}

func tell(t *testing.T, base, body string, want int) {
	t.Helper()
	res, err := http.Post("http://"+base+"/demo/gateways/control", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != want {
		t.Errorf("%s is answered with %d", body, res.StatusCode)
	}
}

// A file of state systems that cannot work does not start the service, and the reason
// repeats no password.
func TestGatewaySettingsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	for what, text := range map[string]string{
		"no such system": `{"sender":"tamga","peers":[{"system":"GBD","form":"json","address":"http://a/","service":"s","bin":"250040999998"}]}`,
		"stands twice": `{"sender":"tamga","peers":[{"system":"ENIS","form":"soap","address":"http://a/","service":"s","bin":"250040999998","password":"hush"},
			{"system":"ENIS","form":"json","address":"http://a/","service":"s","bin":"250040999998"}]}`,
		"unknown field": `{"sender":"tamga","pers":[]}`,
	} {
		if err := os.WriteFile("gateways.json", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, log := failing(t, "serve", "--demo", "--listen", "127.0.0.1:0", "--gateways", "gateways.json")
		if code != exitUsage || !strings.Contains(log, "--gateways") || strings.Contains(log, "hush") {
			t.Errorf("%s: exit code %d: %s", what, code, log)
		}
	}
}

// failing runs a command that is to fail, and returns what it said.
func failing(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	var out, log lockedBuffer
	c := &console{ctx: t.Context(), env: func(string) string { return "" }, stdin: strings.NewReader(""), out: &out, err: &log, now: time.Now}
	return c.run(args), log.String()
}
