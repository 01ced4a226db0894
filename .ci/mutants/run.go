package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// runner compiles and runs tests with a mutant in place of a file; the file
// itself is never touched.
type runner struct {
	*program
	scratch string // a folder of its own
	cache   string // what earlier runs learned
	names   func() string
	counted string // import paths of the packages that are changed
}

// memory that the tests may take with a mutant that takes ever more, in KiB.
const memory = 12 << 20

var errNotCompiled = errors.New("does not compile")

// compile builds the tests of a package, with a mutant or without.
func (r *runner) compile(l *listed, m *mutant, more ...string) (string, error) {
	binary := filepath.Join(r.scratch, r.names()+".test")
	args := append([]string{"test", "-c", "-vet=off", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", binary}, more...)
	if m != nil {
		overlay, err := r.overlay(m)
		if err != nil {
			return "", err
		}
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.Command("go", append(args, l.ImportPath)...)
	cmd.Dir = r.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", errNotCompiled, out)
	}
	return binary, nil
}

func (r *runner) overlay(m *mutant) (string, error) {
	name := filepath.Join(r.scratch, r.names())
	changed := name + filepath.Ext(m.file)
	if err := os.WriteFile(changed, m.apply(), 0o600); err != nil {
		return "", err
	}
	b, err := json.Marshal(map[string]map[string]string{"Replace": {m.file: changed}})
	if err != nil {
		return "", err
	}
	return name + ".overlay", os.WriteFile(name+".overlay", b, 0o600)
}

// outcome is what the tests of one package said; noticed is empty when they
// passed.
type outcome struct {
	noticed string
	took    time.Duration
	output  []byte
}

var failed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)|^(panic: .*|fatal error: .*)$`)

// run runs compiled tests in the folder of their package.
func (r *runner) run(l *listed, binary string, limit time.Duration, args ...string) (outcome, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	args = append([]string{"-c", fmt.Sprintf("ulimit -v %d; exec \"$0\" \"$@\"", memory), binary, "-test.failfast", "-test.timeout=0"}, args...)
	cmd := exec.CommandContext(ctx, "/bin/sh", args...)
	cmd.Dir = l.Dir
	cmd.WaitDelay = 5 * time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	err := cmd.Run()
	o := outcome{took: time.Since(began), output: out.Bytes()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		o.noticed = "no end after " + limit.String()
	case errors.As(err, &exit) && exit.ExitCode() < 0:
		return o, fmt.Errorf("the tests of %s were ended from outside: %w", l.ImportPath, err)
	case errors.As(err, &exit):
		o.noticed = "it failed"
		if m := failed.FindSubmatch(o.output); m != nil {
			o.noticed = strings.TrimSpace(string(m[1]) + string(m[2]))
		}
	case err != nil:
		return o, err
	}
	return o, nil
}

// verdict is what became of one mutant.
type verdict struct {
	*mutant
	noticed string // by which test; empty: it survived
	reached int    // packages of tests that run the place
}

// judge asks the tests of one package after another until one notices.
func (r *runner) judge(m *mutant, tests []*tests) (verdict, error) {
	v := verdict{mutant: m}
	for _, t := range tests {
		base, err := t.baseline()
		if err != nil {
			return v, err
		}
		pattern, took := base.reaching(m, t.ImportPath == m.pkg)
		if pattern == "" {
			continue
		}
		v.reached++
		noticed, err := r.ask(t.listed, m, base.key, pattern, took)
		if err != nil {
			return v, err
		}
		if noticed != "" {
			v.noticed = t.ImportPath + " " + noticed
			return v, nil
		}
	}
	return v, nil
}

// ask runs the tests of one package with a mutant, or remembers an earlier run
// of the same, so that an interrupted survey goes on where it was.
func (r *runner) ask(l *listed, m *mutant, key, pattern string, took time.Duration) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00", key, m.relative(r.root))
	h.Write(m.apply())
	known := filepath.Join(r.cache, "asked-"+hex.EncodeToString(h.Sum(nil)))
	if b, err := os.ReadFile(known); err == nil {
		return string(b), nil
	}
	binary, err := r.compile(l, m)
	if err != nil {
		return "", err
	}
	defer os.Remove(binary)
	// Slow machines are patient: an endless loop is what is looked for.
	o, err := r.run(l, binary, time.Minute+5*took, "-test.run="+pattern)
	if err != nil {
		return "", err
	}
	return o.noticed, write(known, []byte(o.noticed))
}
