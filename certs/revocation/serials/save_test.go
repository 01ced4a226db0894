package serials_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tamga/certs/ca"
	"tamga/certs/revocation/serials"
)

// savedIndex makes a list with one entry more than once, and its index file.
func savedIndex(t testing.TB) (list, index []byte, entries [][]byte) {
	t.Helper()
	entries = manyEntries(0)[:40]
	list = newIssuer(t, ca.ECDSA).listOf(t, entries...)
	x, err := serials.Build(list, serials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "index")
	if err := x.Save(path); err != nil {
		t.Fatal(err)
	}
	if index, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return list, index, entries
}

func restoreBytes(t testing.TB, index, list []byte) (*serials.Index, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "index")
	if err := os.WriteFile(path, index, 0o600); err != nil {
		t.Fatal(err)
	}
	return serials.Restore(path, list, serials.Options{})
}

// TestDamagedIndex changes every byte of an index file, and every length.
func TestDamagedIndex(t *testing.T) {
	list, index, _ := savedIndex(t)
	if _, err := restoreBytes(t, index, list); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "index")
	refused := func(what string, i int, damaged []byte) {
		t.Helper()
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := serials.Restore(path, list, serials.Options{}); !errors.Is(err, serials.ErrNoIndex) {
			t.Fatalf("%s %d: %v", what, i, err)
		}
	}
	for i := range index {
		damaged := bytes.Clone(index)
		damaged[i] ^= 1 << (i % 8)
		refused("byte", i, damaged)
	}
	for n := 0; n < len(index); n += 7 {
		refused("length", n, index[:n])
	}
	refused("one byte more", 1, append(bytes.Clone(index), 0))
}

func TestIndexOfAnotherList(t *testing.T) {
	list, index, _ := savedIndex(t)
	other, _, _ := savedIndex(t) // the same entries under another key
	if bytes.Equal(list, other) {
		t.Fatal("the lists are equal")
	}
	if _, err := restoreBytes(t, index, other); !errors.Is(err, serials.ErrNoIndex) {
		t.Errorf("restored with %v", err)
	}
	if _, err := serials.Restore(filepath.Join(t.TempDir(), "none"), list, serials.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "index")
	if err := os.WriteFile(path, index, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := serials.Restore(path, list, serials.Options{MaxEntries: 5}); !errors.Is(err, serials.ErrNoIndex) {
		t.Errorf("above the limits: %v", err)
	}
}

func TestSaveLeavesNothingBehind(t *testing.T) {
	list, index, _ := savedIndex(t)
	x, err := restoreBytes(t, index, list)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "index")
	for range 2 {
		if err := x.Save(path); err != nil {
			t.Fatal(err)
		}
	}
	again, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(again, index) {
		t.Errorf("saved again it is another file, %v", err)
	}
	if err := x.Save(filepath.Join(dir, "none", "index")); err == nil {
		t.Error("saved in a folder that is not there")
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// FuzzWalk asserts an answer, that Walk and ParseEntry agree, and that an
// index finds what was walked over.
func FuzzWalk(f *testing.F) {
	for _, e := range manyEntries(3)[:60] {
		f.Add(e)
	}
	issuer := newIssuer(f, ca.ECDSA)
	f.Fuzz(func(t *testing.T, b []byte) {
		var found [][]byte
		err := serials.Walk(b, func(raw, serial []byte) error {
			if _, err := serials.ParseEntry(raw); err != nil {
				t.Errorf("%x walked over, but: %v", raw, err)
			}
			found = append(found, serial)
			return nil
		})
		if err != nil && !errors.Is(err, serials.ErrMalformed) {
			t.Errorf("unclassified error %v", err)
		}
		x, built := serials.Build(issuer.listOf(t, b), serials.Options{})
		if (err == nil) != (built == nil) {
			t.Fatalf("walked with %v, built with %v", err, built)
		}
		for _, serial := range found {
			if err == nil {
				if _, ok, err := x.Find(serial); !ok || err != nil {
					t.Errorf("%x: %v, %v", serial, ok, err)
				}
			}
		}
	})
}

// FuzzBuild asserts an answer about a whole list.
func FuzzBuild(f *testing.F) {
	list, _, _ := savedIndex(f)
	f.Add(list)
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := serials.Build(b, serials.Options{MaxBytes: 1 << 20})
		if err != nil {
			if !errors.Is(err, serials.ErrMalformed) && !errors.Is(err, serials.ErrTooLarge) {
				t.Errorf("unclassified error %v", err)
			}
			return
		}
		x.Find([]byte{1})
	})
}

// FuzzRestore gives index files a right checksum, so that what they say is
// looked at: an answer, not a panic, whatever it is.
func FuzzRestore(f *testing.F) {
	list, index, entries := savedIndex(f)
	f.Add(index[:len(index)-sha256.Size])
	var listed [][]byte
	for _, e := range entries {
		_ = serials.Walk(e, func(_, serial []byte) error {
			listed = append(listed, serial)
			return nil
		})
	}
	path := filepath.Join(f.TempDir(), "index")
	f.Fuzz(func(t *testing.T, b []byte) {
		sum := sha256.Sum256(b)
		if err := os.WriteFile(path, append(bytes.Clone(b), sum[:]...), 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := serials.Restore(path, list, serials.Options{})
		if err != nil {
			if !errors.Is(err, serials.ErrNoIndex) {
				t.Errorf("unclassified error %v", err)
			}
			return
		}
		for _, serial := range listed {
			x.Find(serial)
		}
		x.Critical()
	})
}
