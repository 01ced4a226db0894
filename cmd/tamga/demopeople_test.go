package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/documents/people"
	"tamga/documents/people/cast"
)

// The people of the demonstration have keys, each with the fault that it is to have, and
// duties; a second start changes neither.
func TestDemoPeople(t *testing.T) {
	t.Chdir(t.TempDir())
	read := func() string {
		var all strings.Builder
		for _, m := range cast.Members(time.Now()) {
			b, err := os.ReadFile(filepath.Join("var", "keys", m.Name+".pem"))
			if err != nil {
				t.Fatal(err)
			}
			all.Write(b)
		}
		return all.String()
	}
	d := startDemo(t)
	before := read()
	if code, log := d.stop(); code != exitPassed {
		t.Fatalf("exit code %d\n%s", code, log)
	}
	d = startDemo(t)
	if read() != before {
		t.Error("the second start issued keys anew")
	}
	d.stop()
	db, err := (registerFlags{}).open(t.Context(), &console{ctx: t.Context(), env: os.Getenv}, filepath.Join("var", "tamga.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, m := range cast.Members(time.Now()) {
		p, err := people.Known(t.Context(), db, m.Natural())
		if err != nil {
			t.Fatalf("%s: %v", m.Name, err)
		}
		held, err := people.Duties(t.Context(), db, p.ID, time.Now())
		if err != nil || (len(held) > 0) != (len(m.Roles) > 0) {
			t.Errorf("%s has %d duties of %v: %v", m.Name, len(held), m.Roles, err)
		}
	}
	if err := os.WriteFile("request.txt", []byte("өтініш"), 0o600); err != nil {
		t.Fatal(err)
	}
	// Each key signs, or does not, as its name says.
	for name, want := range map[string]struct {
		code int
		says string
	}{
		"applicant": {exitPassed, ""}, "company-employee": {exitPassed, ""}, "head": {exitPassed, ""}, "administrator-2": {exitPassed, ""},
		"applicant-expired": {exitFailed, "expired 1 day earlier"}, "applicant-login": {exitFailed, "not for signing"},
	} {
		code, _, says := tamga(t, "sign", "request.txt", "--key", filepath.Join("var", "keys", name+".pem"), "--out", name+".p7s")
		if code != want.code || !strings.Contains(says, want.says) {
			t.Errorf("sign with %s: %d %s", name, code, says)
		}
	}
	if code, _, says := tamga(t, "sign", "request.txt", "--key", filepath.Join("var", "keys", "applicant-revoked.pem"), "--out", "revoked.p7s"); code != exitPassed {
		t.Fatalf("sign with the revoked key, of which the file does not tell: %d %s", code, says)
	}
	if code, out, _ := tamga(t, "verify", "revoked.p7s", "--trust", filepath.Join("var", "trust")); code == exitPassed || !strings.Contains(out, "REVOKED") {
		t.Errorf("verify what the revoked key has signed: %d %s", code, out)
	}
}
