package site_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// demo is the demonstration, as anybody starts it: one for all tests of this package, who
// are its strangers and share its register.
var demo struct {
	once sync.Once
	url  string
	dir  string // where its files are: var/keys
	err  error
	stop func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if demo.stop != nil {
		demo.stop()
	}
	os.Exit(code)
}

// open returns the address of the demonstration.
func open(t *testing.T) string {
	t.Helper()
	demo.once.Do(func() { demo.err = start() })
	if demo.err != nil {
		t.Fatal(demo.err)
	}
	return demo.url
}

// start builds the program and starts its demonstration.
func start() error {
	dir, err := os.MkdirTemp("", "site")
	if err != nil {
		return err
	}
	program := filepath.Join(dir, "tamga")
	if out, err := exec.Command("go", "build", "-o", program, "tamga/cmd/tamga").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "serve", "--demo", "--listen", "127.0.0.1:0")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Dir, cmd.Stderr = dir, log
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return err
	}
	demo.dir = dir
	demo.stop = func() {
		cancel()
		_ = cmd.Wait() // it was told to stop
		_ = os.RemoveAll(dir)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "Tamga listens on "); ok {
			demo.url = "http://" + address
		}
		if strings.HasPrefix(lines.Text(), "Stop with") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return nil
		}
	}
	said, _ := os.ReadFile(log.Name())
	return fmt.Errorf("the demonstration did not start: %s", said)
}
