package serials_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation/serials"
)

// savedIndex makes a list with one entry more than once, and its index file.
func savedIndex(t testing.TB) (list, index []byte, entries [][]byte) {
	t.Helper()
	entries = manyEntries(0)[:40]
	list = newIssuer(t, ca.ECDSA).listOf(t, entries...)
	x, err := build(list, serials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "index")
	if err := x.Save(path, testKey); err != nil {
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
	return restoreIndex(path, list, serials.Options{})
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
		if _, err := restoreIndex(path, list, serials.Options{}); !errors.Is(err, serials.ErrNoIndex) {
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

// An index says what the list says without being signed: one that somebody else
// wrote, here without a single entry, is not believed, whatever it is sealed with.
func TestForgedIndex(t *testing.T) {
	list, index, entries := savedIndex(t)
	body := index[:len(index)-sha256.Size]
	forged := bytes.Clone(body)
	head := len(forged) - 64*(len(entries)/6+1) // where the table begins
	clear(forged[head:])
	if x, err := restoreBytes(t, sealed(forged, testKey[:]), list); err != nil {
		t.Fatalf("the forgery is not well made: %v", err)
	} else if _, ok, err := x.Find([]byte{0}); ok || err != nil {
		t.Fatalf("the forgery hides nothing: %v, %v", ok, err)
	}
	plain := sha256.Sum256(forged)
	for name, file := range map[string][]byte{
		"another key": sealed(forged, []byte("key")), "no key": sealed(forged, nil),
		"the zero key": sealed(forged, make([]byte, 32)), "a plain digest": append(bytes.Clone(forged), plain[:]...),
	} {
		if _, err := restoreBytes(t, file, list); !errors.Is(err, serials.ErrNoIndex) {
			t.Errorf("%s: %v", name, err)
		}
	}
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
	if _, err := restoreIndex(filepath.Join(t.TempDir(), "none"), list, serials.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "index")
	if err := os.WriteFile(path, index, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := restoreIndex(path, list, serials.Options{MaxEntries: 5}); !errors.Is(err, serials.ErrNoIndex) {
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
		if err := x.Save(path, testKey); err != nil {
			t.Fatal(err)
		}
	}
	again, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(again, index) {
		t.Errorf("saved again it is another file, %v", err)
	}
	if err := x.Save(filepath.Join(dir, "none", "index"), testKey); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("saved in a folder that is not there: %v", err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// FuzzEntries asserts an answer about entries of any bytes, and that an index
// finds what a plain reader of the encoding sees.
func FuzzEntries(f *testing.F) {
	for _, e := range manyEntries(3)[:60] {
		f.Add(e)
	}
	issuer := newIssuer(f, ca.ECDSA)
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := build(issuer.listOf(t, b), serials.Options{})
		if err != nil {
			if !errors.Is(err, serials.ErrMalformed) {
				t.Errorf("unclassified error %v", err)
			}
			return
		}
		for r := der.NewReader(b); !r.Empty(); {
			seq, err := r.Enter(der.SequenceTag)
			if err != nil {
				t.Fatalf("accepted, but %v", err)
			}
			serial, err := seq.Expect(der.Integer)
			if err != nil {
				t.Fatalf("accepted, but %v", err)
			}
			if _, ok, err := x.Find(serial.Body); !ok || err != nil {
				t.Errorf("%x: %v, %v", serial.Body, ok, err)
			}
		}
	})
}

// FuzzBuild asserts an answer about a whole list.
func FuzzBuild(f *testing.F) {
	list, _, _ := savedIndex(f)
	f.Add(list)
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := build(b, serials.Options{MaxBytes: 1 << 20})
		if err != nil {
			if !errors.Is(err, serials.ErrMalformed) && !errors.Is(err, serials.ErrTooLarge) {
				t.Errorf("unclassified error %v", err)
			}
			return
		}
		x.Find([]byte{1})
	})
}

// sealed appends to an index what the key makes of it.
func sealed(index, key []byte) []byte {
	sum := hmac.New(sha256.New, key)
	sum.Write(index)
	return sum.Sum(bytes.Clone(index))
}

// FuzzRestore gives index files a right checksum, so that what they say is
// looked at: an answer, not a panic, whatever it is.
func FuzzRestore(f *testing.F) {
	list, index, entries := savedIndex(f)
	f.Add(index[:len(index)-sha256.Size])
	var listed [][]byte
	for serial := range modelOf(f, entries) {
		listed = append(listed, []byte(serial))
	}
	path := filepath.Join(f.TempDir(), "index")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, sealed(b, testKey[:]), 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := restoreIndex(path, list, serials.Options{})
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
