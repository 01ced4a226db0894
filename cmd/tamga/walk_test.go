package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
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

// Of a service that runs elsewhere, whose clock nobody puts forward, only the ways
// through a hearing are missing.
func TestDemoWalkElsewhere(t *testing.T) {
	t.Chdir(t.TempDir())
	s := startDemo(t)
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(s.output)
	code, out, said := walkAs(t, time.Now, "--url", url, "--key-file", "var/demo.key", "--signer", "var/samples/signer.json")
	if strings.Contains(out, "found out by no program: 0\n") {
		t.Error("a key walks a service elsewhere, and nothing is told to be stated")
	}
	if code != exitFailed || !strings.Contains(said, "not every path was walked") || strings.Contains(out, "failed:") {
		t.Errorf("exit code %d\n%s%s", code, out, said)
	}
	var told []string
	for _, line := range strings.Split(out, "\n") {
		if x, ok := strings.CutPrefix(line, "    missing: "); ok {
			told = append(told, x)
		}
	}
	if want := beyondHearings(t); len(want) == 0 || !slices.Equal(told, want) {
		t.Errorf("missing are %v, want %v", told, want)
	}
}

// beyondHearings are the exits that are made after a hearing only, by the plan.
func beyondHearings(t *testing.T) []string {
	t.Helper()
	edition, _, err := flowData(&console{ctx: t.Context()}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	paths.EachWalk(edition, func(_ *regulation.Service, _ regulation.Channel, w *regulation.Walk) {
		made := map[regulation.WalkedExit]bool{}
		for _, way := range paths.Plan(w) {
			for _, a := range way {
				for _, x := range a.Exits() {
					made[x] = true
				}
				if a.Step.Notice == string(documents.NoticeHearing) {
					break
				}
			}
		}
		for _, x := range paths.Missing(w, made) {
			all = append(all, x.Step+" "+x.On)
		}
	})
	return all
}

// A service elsewhere is named with its key and with who signs there.
func TestDemoWalkUsage(t *testing.T) {
	if code, _, said := walkAs(t, time.Now, "--url", "http://127.0.0.1:1"); code != exitUsage || !strings.Contains(said, "go together") {
		t.Errorf("exit code %d %s", code, said)
	}
	// Before the first edition there is nothing to walk.
	before := func() time.Time { return time.Date(2011, time.June, 1, 9, 0, 0, 0, time.UTC) }
	if code, _, said := walkAs(t, before); code == exitPassed {
		t.Errorf("exit code %d %s", code, said)
	}
}
