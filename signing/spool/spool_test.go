package spool

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sizes are those around the border between memory and mapping.
var sizes = []int{0, 1, InMemory - 1, InMemory, InMemory + 1, 3*InMemory + 17}

func contents(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}

func TestReadGivesWhatCame(t *testing.T) {
	dir := t.TempDir()
	for _, n := range sizes {
		want := contents(n)
		f, err := Read(bytes.NewReader(want), int64(n), dir)
		if err != nil {
			t.Fatal(n, err)
		}
		if !bytes.Equal(f.Bytes(), want) {
			t.Errorf("%d bytes came out differently", n)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%d bytes left %v behind (%v)", n, left, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestLimits(t *testing.T) {
	for _, n := range sizes[1:] {
		if _, err := Read(bytes.NewReader(contents(n)), int64(n-1), t.TempDir()); !errors.Is(err, ErrTooLarge) {
			t.Errorf("Read of %d bytes, one too many: %v", n, err)
		}
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, contents(n), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, int64(n-1)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("Open of %d bytes, one too many: %v", n, err)
		}
		f, err := Open(path, int64(n))
		if err != nil || !bytes.Equal(f.Bytes(), contents(n)) {
			t.Errorf("Open of %d bytes: %v", n, err)
		}
	}
	if _, err := Open(t.TempDir(), 1); err == nil || !strings.Contains(err.Error(), "is a folder, not a file") {
		t.Errorf("a folder was opened as a file: %v", err)
	}
}

// A reader that fails half way gives its error and leaves nothing behind.
func TestBrokenReader(t *testing.T) {
	dir := t.TempDir()
	broken := io.MultiReader(bytes.NewReader(contents(2*InMemory)), errReader{})
	if _, err := Read(broken, 1<<30, dir); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left %v behind", left)
	}
}

var errBroken = errors.New("broken")

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errBroken }

func TestShortenedFileIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, contents(4*InMemory), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !f.mapped {
		t.Skip("files are not mapped on this system")
	}
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	sum := 0
	err = Guard(func() error {
		for _, b := range f.Bytes() {
			sum += int(b)
		}
		return nil
	})
	if !errors.Is(err, ErrChanged) {
		t.Errorf("got %v", err)
	}
}

// A panic that is no fault of the mapping stays a panic.
func TestGuardHidesNoOtherPanic(t *testing.T) {
	f, err := Read(bytes.NewReader(contents(2*InMemory)), 1<<30, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	defer func() {
		if recover() == nil {
			t.Error("the panic is gone")
		}
	}()
	_ = Guard(func() error {
		var none []int
		_ = none[len(f.Bytes())]
		return nil
	})
}
