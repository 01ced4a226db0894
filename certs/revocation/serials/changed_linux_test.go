package serials_test

import (
	"crypto/sha256"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"tamga/certs/revocation/serials"
)

// TestFileCutShort takes the pages of a mapped list away. Whoever reads it
// learns so, and lives.
func TestFileCutShort(t *testing.T) {
	l := writeList(t, 50_000)
	x := load(t, l)
	untouched, err := serials.Open(l.path, serials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(l.path, 4096); err != nil {
		t.Fatal(err)
	}
	changed := 0
	for _, serial := range l.listed {
		_, ok, err := x.Find(serial)
		if !ok && err == nil {
			t.Fatalf("%x is not found", serial)
		}
		if errors.Is(err, serials.ErrChanged) {
			changed++
		}
	}
	if changed < len(l.listed)*9/10 {
		t.Errorf("%d of %d look-ups saw the change", changed, len(l.listed))
	}
	if _, err := untouched.Index(serials.Rules{}, sha256.New()); !errors.Is(err, serials.ErrChanged) {
		t.Errorf("indexed with %v", err)
	}
	if _, err := untouched.Digest(); !errors.Is(err, serials.ErrChanged) {
		t.Errorf("hashed with %v", err)
	}
}

// TestFileWrittenTo puts another list's bytes under an index: what is not
// found must not be said to be absent.
func TestFileWrittenTo(t *testing.T) {
	l := writeList(t, 5_000)
	x := load(t, l)
	b, err := os.ReadFile(l.path)
	if err != nil {
		t.Fatal(err)
	}
	s := newSource(77)
	at := 400 + s.r.IntN(100)
	for i := at; i < len(b)-400; i++ {
		b[i] ^= 0x01
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
	for _, serial := range l.listed {
		if _, ok, err := x.Find(serial); !ok && !errors.Is(err, serials.ErrChanged) {
			t.Fatalf("%x: %v", serial, err)
		}
	}
}

// TestMemoryGoesBack looks at the process's own mappings: those of a list and
// an index that nobody has any more must go.
func TestMemoryGoesBack(t *testing.T) {
	l := writeList(t, 100_000)
	mapped := func() bool {
		maps, err := os.ReadFile("/proc/self/maps")
		if err != nil {
			t.Skip("no list of mappings:", err)
		}
		return strings.Contains(string(maps), l.path)
	}
	x := load(t, l)
	runtime.GC()
	if !mapped() {
		t.Fatal("the list is not mapped")
	}
	if _, ok, err := x.Find(l.listed[0]); !ok || err != nil {
		t.Fatal(ok, err)
	}
	x.Close()
	for end := time.Now().Add(10 * time.Second); mapped(); runtime.GC() {
		if time.Now().After(end) {
			t.Fatal("the list is still mapped")
		}
	}
}
