package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/certs/revocation/fetch"
	"tamga/certs/revocation/serials"
)

// listWorld is an authority with a person, the site of its lists, and a folder in
// which they are followed.
type listWorld struct {
	authority *ca.Authority
	person    ca.Holder
	body      []byte
	source    fetch.Source
	pool      certs.Pool
	lists     revocation.Lists
	fetcher   *fetch.Fetcher
	use       listUse
	log       bytes.Buffer
}

func newListWorld(t *testing.T) *listWorld {
	t.Helper()
	w := &listWorld{}
	var err error
	if w.authority, err = ca.New(ca.ECDSA, time.Now(), ca.Options{}); err != nil {
		t.Fatal(err)
	}
	if w.person, err = w.authority.Issue(ca.Person{Surname: "А", GivenName: "Б", NotAfter: time.Now().AddDate(1, 0, 0)}); err != nil {
		t.Fatal(err)
	}
	w.pool.AddAnchor(w.authority.Root())
	w.pool.AddIntermediate(w.authority.Issuing())
	site := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("ETag", `"`+sha256Hex(t, w.body)+`"`)
		http.ServeContent(rw, r, "", time.Time{}, bytes.NewReader(w.body))
	}))
	t.Cleanup(site.Close)
	w.source = fetch.Source{Name: "nca", URL: site.URL + "/nca.crl"}
	dir := t.TempDir()
	w.fetcher = w.another(filepath.Join(dir, "lists"))
	w.use = newListUse(&console{}, &w.lists, serials.Options{}, filepath.Join(dir, "var"), slog.New(slog.NewTextHandler(&w.log, nil)))
	w.fetcher.OnNew = w.use.onNew
	return w
}

// another follows the same folder as another process would.
func (w *listWorld) another(dir string) *fetch.Fetcher {
	return &fetch.Fetcher{Dir: dir, Sources: []fetch.Source{w.source}, Check: fetch.CheckWith(&w.pool, serials.Options{}, nil)}
}

// publish makes the next list.
func (w *listWorld) publish(t *testing.T) {
	t.Helper()
	raw, err := w.authority.CRL(time.Now(), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	w.body = raw
}

// answers fails unless the folder's list answers with the status, and is what is
// told of.
func (w *listWorld) answers(t *testing.T, want revocation.Status) {
	t.Helper()
	if _, err := w.fetcher.Fetch(context.Background(), w.source); err != nil {
		t.Logf("fetch: %v", err)
	}
	a := w.lists.Status(w.person.Certificate, w.authority.Issuing(), time.Now().Add(2*time.Second))
	sum, st := sha256Hex(t, w.body), w.fetcher.Status()[0]
	if a.Status != want || a.Evidence == nil || a.Evidence.SHA256 != sum {
		t.Errorf("%v by %+v, want %s by %s", a, a.Evidence, want, sum)
	}
	if st.List == nil || st.List.SHA256 != sum {
		t.Errorf("told of: %+v, want %s", st, sum)
	}
}

func sha256Hex(t *testing.T, raw []byte) string {
	t.Helper()
	l, err := revocation.ParseCRL(raw)
	if err != nil {
		t.Fatal(err)
	}
	sum := l.Digest()
	return hex.EncodeToString(sum[:])
}

func (w *listWorld) revoke(t *testing.T) {
	w.authority.Revoke(w.person.Certificate.Serial, time.Now(), revocation.KeyCompromise)
	w.publish(t)
}

// On a disk that is full, a list that another process could still write answers
// here too, and is what is told of: only its index is not kept. The process may
// write no byte to any file.
func TestFullDisk(t *testing.T) {
	const child = "TAMGA_FULL_DISK"
	if os.Getenv(child) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
		cmd.Env = append(os.Environ(), child+"=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestFullDisk") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	w := newListWorld(t)
	w.publish(t)
	w.answers(t, revocation.Good)
	index := filepath.Join(w.use.indexes, "nca")
	before, err := os.ReadFile(index)
	if err != nil {
		t.Fatalf("no index is kept: %v", err)
	}
	w.revoke(t)
	if _, err := w.another(w.fetcher.Dir).Fetch(context.Background(), w.source); err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 0, Max: limit.Max}); err != nil {
		t.Fatal(err)
	}
	w.answers(t, revocation.Revoked)
	if !strings.Contains(w.log.String(), "file too large") {
		t.Errorf("nothing is said of the index: %s", &w.log)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(index); err != nil || !bytes.Equal(after, before) {
		t.Errorf("half an index was left: %v", err)
	}
	w.answers(t, revocation.Revoked)
}

// Without a place for indexes the lists answer without.
func TestNoPlaceForIndexes(t *testing.T) {
	w := newListWorld(t)
	if err := os.MkdirAll(filepath.Join(w.use.indexes, "nca", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.publish(t)
	w.answers(t, revocation.Good)
	w.revoke(t)
	w.answers(t, revocation.Revoked)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.use = newListUse(&console{}, &w.lists, serials.Options{}, file, slog.New(slog.NewTextHandler(&w.log, nil)))
	w.fetcher = w.another(w.fetcher.Dir)
	w.fetcher.OnNew = w.use.onNew
	if w.use.indexes != "" || !strings.Contains(w.log.String(), "no indexes") {
		t.Errorf("indexes in %q: %s", w.use.indexes, &w.log)
	}
	w.publish(t)
	w.answers(t, revocation.Revoked)
}

// An index that the program did not write is not believed, wherever it lies: not
// beside the list, where it was kept before, and not in the program's own folder.
func TestForeignIndex(t *testing.T) {
	w := newListWorld(t)
	w.publish(t)
	w.answers(t, revocation.Good)
	w.revoke(t)
	w.answers(t, revocation.Revoked)
	// The index of the very list from a program with another key, and our own
	// with nothing in its table any more.
	path := w.fetcher.Path(w.source)
	f, err := serials.Open(path, serials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	x, err := f.Index(serials.Rules{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(t.TempDir(), "index")
	if err := x.Save(foreign, serials.Key{1}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(foreign)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(w.use.indexes, "nca")
	honest, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	for name, index := range map[string][]byte{"of another key": raw, "emptied": append(bytes.Clone(honest[:len(honest)-32-64]), make([]byte, 96)...)} {
		for _, place := range []string{own, path + ".index"} {
			if err := os.WriteFile(place, index, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		w.lists = revocation.Lists{}
		w.fetcher = w.another(w.fetcher.Dir) // after a restart
		w.fetcher.OnNew = w.use.onNew
		w.answers(t, revocation.Revoked)
		if again, err := os.ReadFile(own); err != nil || bytes.Equal(again, index) || len(again) != len(honest) {
			t.Errorf("%s: not made anew, %v", name, err)
		}
	}
}

// The key is made once, and anew when others may have read it.
func TestIndexKey(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "indexes")
	c := &console{out: io.Discard, err: io.Discard}
	read := func() serials.Key {
		t.Helper()
		key, err := indexKey(c, folder)
		if err != nil || key == (serials.Key{}) {
			t.Fatalf("%x, %v", key, err)
		}
		if info, err := os.Stat(filepath.Join(folder, "key")); err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%v, %v", info, err)
		}
		return key
	}
	first := read()
	if read() != first {
		t.Error("another key the second time")
	}
	for name, spoil := range map[string]func(path string) error{
		"open to others": func(path string) error { return os.Chmod(path, 0o640) },
		"cut short":      func(path string) error { return os.Truncate(path, 31) },
		"longer":         func(path string) error { return os.Truncate(path, 33) },
		"elsewhere": func(path string) error {
			if err := os.Rename(path, path+"2"); err != nil {
				return err
			}
			return os.Symlink(path+"2", path)
		},
	} {
		before := read()
		if err := spoil(filepath.Join(folder, "key")); err != nil {
			t.Fatal(err)
		}
		if read() == before {
			t.Errorf("%s: the key is kept", name)
		}
	}
}
