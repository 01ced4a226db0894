package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLayoutWatch edits a layout under a running preview: what is good is
// printed again, what is wrong is told and waited for.
func TestLayoutWatch(t *testing.T) {
	t.Chdir(t.TempDir())
	if code, _, stderr := tamga(t, "layout", "export", "mine"); code != exitPassed {
		t.Fatal(stderr)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var out, errors lockedBuffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"layout", "preview", "--layouts", "mine", "--watch"}, func(string) string { return "" }, strings.NewReader(""), &out, &errors)
	}()
	// wait lets a number of rounds pass; the test's own deadline is the limit.
	wait := func(rounds int) {
		for strings.Count(out.String(), "Waiting for changes") < rounds {
			select {
			case code := <-ended:
				t.Fatalf("it ended with %d\n%s", code, errors.String())
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	path := filepath.Join("mine", "licence.json")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(path+"~", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+"~", path); err != nil { // never half a file
			t.Fatal(err)
		}
	}
	shown := func() string {
		b, err := os.ReadFile("var/preview/licence.pdf")
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	wait(1)
	before := shown()
	put("{")
	wait(2)
	if got := errors.String(); !strings.Contains(got, "mine/licence.json:1: ") {
		t.Errorf("the mistake is told as %q", got)
	}
	put(strings.Replace(string(good), "№ {number}", "№ {number} 2", 1))
	wait(3)
	if shown() == before {
		t.Error("the change is not printed")
	}
	cancel()
	if code := <-ended; code != exitPassed {
		t.Errorf("exit code %d", code)
	}
}
