package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// mustCall runs the program once and expects it to do what it was told.
func mustCall(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := tamga(t, args...)
	if code != 0 {
		t.Fatalf("tamga %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// published makes an authority and a person, serves the authority's lists over
// HTTP and writes the configuration that fetches them.
func published(t *testing.T) (sources string) {
	t.Helper()
	t.Chdir(t.TempDir())
	mustCall(t, "ca", "init", "--dir", "ca", "--family", "ecdsa")
	mustCall(t, "ca", "issue", "--dir", "ca", "--surname", "ҚҰНАНБАЕВА", "--given-name", "ҮМІТ", "--iin", "901300499989", "--out", "key.pem")
	if err := os.WriteFile("application.txt", []byte("Өтініш"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustCall(t, "sign", "application.txt", "--key", "key.pem")
	web := httptest.NewServer(http.FileServer(http.Dir("ca/public")))
	t.Cleanup(web.Close)
	lists, err := filepath.Glob("ca/public/*.crl")
	if err != nil || len(lists) < 2 {
		t.Fatalf("lists %v, %v", lists, err)
	}
	type source struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	var config struct {
		Sources []source `json:"sources"`
	}
	if err := os.Mkdir("trust", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range lists {
		name := filepath.Base(path)
		if !strings.Contains(name, "delta") {
			config.Sources = append(config.Sources, source{strings.TrimSuffix(name, ".crl"), web.URL + "/" + name})
		}
	}
	for _, pattern := range []string{"*.cer", "*.crt", "*.pem"} { // the certificates alone
		found, _ := filepath.Glob("ca/public/" + pattern)
		for _, path := range found {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join("trust", filepath.Base(path)), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	b, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("sources.json", b, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sources.json"
}

// Lists are fetched, shown, and then answer; what fails says so and spoils
// nothing.
func TestRevocationCommands(t *testing.T) {
	sources := published(t)
	code, out, _ := tamga(t, "verify", "application.txt.cms", "--trust", "trust")
	if code != exitIndeterminate || !strings.Contains(out, "TRY_LATER") {
		t.Fatalf("without lists: exit code %d\n%s", code, out)
	}
	if code, _, _ := tamga(t, "verify", "application.txt.cms", "--trust", "trust", "--policy", "kz-soft"); code != exitPassed {
		t.Errorf("softer policy: exit code %d", code)
	}
	if code, _, _ := tamga(t, "verify", "application.txt.cms", "--trust", "trust", "--policy", "none"); code != exitUsage {
		t.Errorf("unknown policy: exit code %d", code)
	}
	if out := mustCall(t, "revocation", "status", "--lists", "lists", "--sources", sources); !strings.Contains(out, "never") {
		t.Errorf("before the first fetch:\n%s", out)
	}
	out = mustCall(t, "revocation", "fetch", "--lists", "lists", "--sources", sources, "--trust", "trust")
	if !strings.Contains(out, "✓") || !strings.Contains(out, "fresh") {
		t.Errorf("fetched:\n%s", out)
	}
	out = mustCall(t, "verify", "application.txt.cms", "--trust", "trust", "--crl", "lists", "--explain")
	for _, want := range []string{"1. certificate:", "3. anchor:", "evidence: CRL №", "policy kz 2026-11-28", "rule: RFC 5280 §6.3"} {
		if !strings.Contains(out, want) {
			t.Errorf("--explain does not say %q:\n%s", want, out)
		}
	}
	// Nobody trusts the authority: the lists are refused.
	code, out, errs := tamga(t, "revocation", "fetch", "--lists", "other", "--sources", sources, "--trust", "lists")
	if code != exitFailed || !strings.Contains(out, "never") {
		t.Errorf("untrusted: exit code %d\n%s%s", code, out, errs)
	}
	for _, args := range [][]string{{"revocation", "fetch"}, {"revocation", "status"}} {
		if code, _, _ := tamga(t, args...); code != exitUsage {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
}

// A running service fetches the lists that it is told to follow, judges by
// them, and shows how they stand.
func TestServeFollowsLists(t *testing.T) {
	sources := published(t)
	demo := startDemo(t, "--trust", "trust", "--lists", "lists", "--sources", sources)
	address := strings.Fields(strings.SplitN(demo.output, "listens on ", 2)[1])[0]
	cms, err := os.ReadFile("application.txt.cms")
	if err != nil {
		t.Fatal(err)
	}
	request, err := json.Marshal(map[string]any{"cms": cms})
	if err != nil {
		t.Fatal(err)
	}
	verdict := func() string {
		resp, err := http.Post("http://"+address+"/v1/verify/cms", "application/json", bytes.NewReader(request))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var v struct{ Indication, Sub_indication string }
		if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(v.Indication + " " + v.Sub_indication)
	}
	await := func(want string) {
		t.Helper()
		last := ""
		for range 100 {
			if last = verdict(); last == want {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Fatalf("%s, want %s", last, want)
	}
	await("TOTAL-PASSED")
	// The lists that this verdict did not need may still be under way.
	status := ""
	for range 100 {
		resp, err := http.Get("http://" + address + "/v1/revocation")
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if status = string(b); strings.Contains(status, `"state":"fresh"`) && !strings.Contains(status, `"state":"never"`) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("status %s", status)
}
