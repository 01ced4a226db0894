package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tamga/signing"
)

// most runs a command of the program and returns the most anonymous memory that it
// was seen with, in bytes.
func most(t *testing.T, input io.Reader, code int, args ...string) int64 {
	t.Helper()
	cmd := exec.Command("tamga", args...) // testscript.Main put it on the path
	cmd.Env = append(os.Environ(), "TAMGA_TRUST="+t.TempDir()+"/none")
	var said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = input, &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	var peak, seen int64
	for done := false; !done; {
		select {
		case <-ended:
			done = true
		default:
			status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
			var kb int64
			if _, after, ok := strings.Cut(string(status), "RssAnon:"); ok {
				if _, err := fmt.Sscan(after, &kb); err != nil {
					t.Fatal(err)
				}
				peak, seen = max(peak, kb<<10), seen+1
			}
			time.Sleep(time.Millisecond)
		}
	}
	if got := cmd.ProcessState.ExitCode(); got != code || seen < 20 {
		t.Fatalf("%v: exit code %d, want %d, looked at %d times\n%s", args, got, code, seen, said.String())
	}
	return peak
}

// TestLargeContent holds that a document beside its signature may be of several
// hundred megabytes, for signing, adding signers and verifying, and is not read into
// memory; and that one byte of it that changed is noticed.
func TestLargeContent(t *testing.T) {
	const size, bound = 300 << 20, 64 << 20
	t.Chdir(t.TempDir())
	play(t, []step{
		{"ca init --dir ca --family ecdsa", 0, ""},
		{"ca issue --dir ca --surname А --given-name Б --iin 901300499989 --out key.pem", 0, ""},
		{"ca issue --dir ca --surname В --given-name Г --iin 900701300108 --out other.pem", 0, ""},
	})
	if err := os.WriteFile("large", []byte("a document"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate("large", size); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{
		"sign large --detached --key key.pem --out large.p7s",
		"sign large --add large.p7s --key other.pem --out two.p7s",
		"verify two.p7s --content large --trust ca/public",
		"verify two.p7s --content - --trust ca/public",
		"sign large --format xml --detached --key key.pem --out large.xml",
		"verify large.xml --content large --trust ca/public",
	} {
		var input io.Reader
		if strings.Contains(args, "--content -") {
			f, err := os.Open("large")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			input = f
		}
		if peak := most(t, input, 0, strings.Fields(args)...); peak > bound {
			t.Errorf("%s took %d MB", args, peak>>20)
		}
	}
	play(t, []step{
		{"sign large --key key.pem", 1, "--detached"},
		{"sign large --format pdf --key key.pem", 1, "too large"},
	})
	f, err := os.OpenFile("large", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{1}, size-1); err != nil {
		t.Fatal(err)
	}
	play(t, []step{{"verify two.p7s --content large --trust ca/public", 1, "HASH_FAILURE"}})
	if err := f.Truncate(signing.MaxDocument + 1); err != nil {
		t.Fatal(err)
	}
	play(t, []step{
		{"verify two.p7s --content large --trust ca/public", 70, "too large"},
		{"sign large --detached --key key.pem --force", 1, "too large"},
	})
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
