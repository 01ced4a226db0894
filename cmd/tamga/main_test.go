package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tamga/certs"
	registers "tamga/documents/gateways/demo"
	"tamga/signing/creation"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tamga": main})
}

// TestScripts plays the conversations of testdata/script with the program as
// its users have it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("ESC", "\x1b")
			e.Setenv("TAMGA_TRUST", e.WorkDir+"/no-trust-store")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": scriptExits, "tamper": scriptTamper, "shorten": scriptShorten,
			"grow": scriptGrow, "fingerprint": scriptFingerprint, "mode": scriptMode,
			"capture": scriptCapture, "armour": scriptArmour, "payments": scriptPayments,
		},
	})
}

// scriptExits runs a command and compares its exit code: exits 64 tamga verify.
func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE command [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var ended *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &ended):
		got = ended.ExitCode()
	case err != nil:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// scriptTamper replaces text inside a binary file: tamper FILE OLD NEW.
func scriptTamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 || len(args[1]) != len(args[2]) {
		ts.Fatalf("usage: tamper FILE OLD NEW, both of one length")
	}
	b := []byte(ts.ReadFile(args[0]))
	if !bytes.Contains(b, []byte(args[1])) {
		ts.Fatalf("%s does not contain %q", args[0], args[1])
	}
	b = bytes.Replace(b, []byte(args[1]), []byte(args[2]), 1)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// scriptShorten cuts a file: shorten FILE BYTES.
func scriptShorten(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// scriptGrow makes a file of zeros: grow FILE BYTES.
func scriptGrow(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), nil, 0o600))
	scriptShorten(ts, neg, args)
}

// scriptFingerprint sets a variable to a certificate's SHA-256: fingerprint
// VARIABLE FILE.
func scriptFingerprint(ts *testscript.TestScript, neg bool, args []string) {
	found := readBundle([]byte(ts.ReadFile(args[1])))
	if len(found.certificates) == 0 {
		ts.Fatalf("no certificate in %s", args[1])
	}
	ts.Setenv(args[0], fingerprint(found.certificates[0]))
}

// scriptMode compares the permissions of files: mode 600 FILE...
func scriptMode(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	for _, path := range args[1:] {
		info, err := os.Stat(ts.MkAbs(path))
		ts.Check(err)
		if got := info.Mode().Perm(); got != os.FileMode(want) {
			ts.Fatalf("%s has mode %o, want %o", path, got, want)
		}
	}
}

// scriptCapture sets a variable to what a group of a regular expression matches
// in the last standard output: capture VARIABLE REGEXP.
func scriptCapture(ts *testscript.TestScript, neg bool, args []string) {
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("no match of %s", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// scriptPayments answers as the demonstration's payment gateway until the script ends, and
// writes the file of the state systems for it: payments KEY TRUST FILE. Its address is
// the variable PAYMENTS.
func scriptPayments(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: payments KEY TRUST FILE")
	}
	key, err := creation.ParseKeyPEM([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	found, err := trustFlags{Trust: []string{ts.MkAbs(args[1])}}.load(&console{ctx: context.Background(), now: time.Now, env: func(string) string { return "" }})
	ts.Check(err)
	v, err := judgeFlags{Policy: strictPolicy}.verifier(&console{ctx: context.Background(), now: time.Now, err: io.Discard}, found)
	ts.Check(err)
	server := httptest.NewServer(&registers.Register{
		Prefix: demoGatewaysPrefix, Key: key, Make: makes(v), Verifier: v, Client: certs.BIN(key.Certificate.Identity().BIN), Control: true,
	})
	ts.Defer(server.Close)
	address := server.URL + demoGatewaysPrefix
	ts.Setenv("PAYMENTS", address)
	file := fmt.Sprintf(`{"sender": "tamga", "peers": [{"system": "PSHEP", "form": "json", "address": "%s/PSHEP/json", "service": "PSHEP_SYNC", "bin": "%s"}]}`, address, key.Certificate.Identity().BIN)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(file), 0o600))
}
