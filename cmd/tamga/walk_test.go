package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tamga/documents/store/storetest"
)

// walkAs runs a walk by a clock, and returns what it says.
func walkAs(t *testing.T, now func() time.Time, args ...string) (code int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := &console{ctx: t.Context(), env: func(string) string { return "" }, stdin: strings.NewReader(""), out: &stdout, err: &stderr, now: now}
	code = c.run(append([]string{"demo", "walk"}, args...))
	return code, stdout.String(), stderr.String()
}

// tally is how many steps were walked, of how many.
var tally = regexp.MustCompile(`(?m)^(\d+) of (\d+) steps walked, by \d+ applications, in `)

// The demonstration walks every path of every flow on the day on which it is asked to, by
// its people, and nothing is stated.
func TestDemoWalk(t *testing.T) {
	code, out, said := walkAs(t, time.Now)
	found := tally.FindStringSubmatch(out)
	if code != exitPassed || found == nil || found[1] != found[2] || found[1] == "0" || strings.Contains(out, "missing") || strings.Contains(out, "failed") ||
		!strings.Contains(out, "\nStated by a key, and found out by no program: 0\n") {
		t.Errorf("exit code %d\n%s%s", code, out, said)
	}
}

// A demonstration that runs as a process of its own is walked as often as one likes, on
// both engines, also after it was started again: its people have accounts then, its clock
// is ahead, and nothing is stated.
func TestDemoWalkElsewhere(t *testing.T) {
	cluster := storetest.Start()
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		dir := t.TempDir()
		at := []string{"--var", dir, "--database", dsn}
		if strings.Contains(dsn, "://") {
			at = []string{"--var", dir, "--database-url", dsn}
		}
		starts := []int{2}
		if strings.Contains(dsn, "://") {
			starts = []int{1, 1}
		}
		for start, runs := range starts {
			p := startServed(t, at...)
			for run := range runs {
				code, out, said := walkAs(t, time.Now, "--url", p.url, "--var", dir)
				if found := tally.FindStringSubmatch(out); code != exitPassed || found == nil || found[1] != found[2] || found[1] == "0" ||
					!strings.Contains(out, "\nStated by a key, and found out by no program: 0\n") {
					t.Errorf("start %d, run %d: exit code %d\n%s%s", start, run, code, out, said)
				}
			}
			p.stop(t)
		}
	})
}

// The clock of a demonstration is put forward, and never back; it is kept, and ends before
// the revocation lists do that the demonstration has made at its start.
func TestDemoClock(t *testing.T) {
	at := time.Date(2026, time.November, 30, 9, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	c := &console{ctx: t.Context(), now: func() time.Time { return at }}
	k, err := newDemoClock(c, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ until, want time.Duration }{{time.Hour, time.Hour}, {-time.Hour, time.Hour}, {forwardTime, forwardTime}} {
		if err := k.forward(at.Add(step.until)); err != nil || !k.read().Equal(at.Add(step.want)) {
			t.Errorf("forward by %s: %s, %v", step.until, k.read(), err)
		}
	}
	if err := k.forward(at.Add(forwardTime + time.Second)); err == nil || !strings.Contains(err.Error(), "150 days at most") || !k.read().Equal(at.Add(forwardTime)) {
		t.Errorf("forward by more: %v, %s", err, k.read())
	}
	again, err := newDemoClock(c, dir)
	if err != nil || !again.read().Equal(at.Add(forwardTime)) {
		t.Errorf("started again: %v", err)
	}
	if err := again.forward(at.Add(2 * forwardTime)); err != nil {
		t.Errorf("forward after the next start: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "clock"), []byte("-1h\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newDemoClock(c, dir); err == nil || !strings.Contains(err.Error(), "does not say how far") {
		t.Errorf("a clock that goes back: %v", err)
	}
}

// What is walked elsewhere has its own register; and before the first edition there is
// nothing to walk.
func TestDemoWalkUsage(t *testing.T) {
	if code, _, said := walkAs(t, time.Now, "--url", "http://127.0.0.1:1", "--database", "a.db"); code != exitUsage || !strings.Contains(said, "its own register") {
		t.Errorf("exit code %d %s", code, said)
	}
	before := func() time.Time { return time.Date(2011, time.June, 1, 9, 0, 0, 0, time.UTC) }
	if code, _, said := walkAs(t, before); code == exitPassed {
		t.Errorf("exit code %d %s", code, said)
	}
}
