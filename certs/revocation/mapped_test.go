package revocation_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/certs/revocation/serials"
)

// mapped writes a list to a file and opens it from there, twice: once making
// the index, once reading the one that was kept.
func mapped(t *testing.T, raw []byte) (made, kept *revocation.CRL) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "list.crl")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	made, err := revocation.OpenCRL(path, revocation.IndexFile{Path: path + ".index", Key: testKey}, serials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if kept, err = revocation.OpenCRL(path, revocation.IndexFile{Path: path + ".index", Key: testKey}, serials.Options{}); err != nil {
		t.Fatal(err)
	}
	return made, kept
}

// A list in a file answers as the same list in memory, in every family.
func TestListInFileAnswersTheSame(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		t.Run(family.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, family)
			inMemory := w.list(t, w.thisUpdate, w.nextUpd)
			made, kept := mapped(t, inMemory.Raw)
			for name, inFile := range map[string]*revocation.CRL{"made": made, "kept": kept} {
				if inFile.Digest() != inMemory.Digest() || inFile.Entries != inMemory.Entries || inFile.Number.Cmp(inMemory.Number) != 0 {
					t.Errorf("%s: %d entries, number %v", name, inFile.Entries, inFile.Number)
				}
				compareLists(t, w, inMemory, inFile)
			}
		})
	}
}

func compareLists(t *testing.T, w *world, a, b *revocation.CRL) {
	t.Helper()
	la, lb := &revocation.Lists{}, &revocation.Lists{}
	la.Add(a)
	lb.Add(b)
	for _, h := range []ca.Holder{w.good, w.gone, w.held} {
		for _, at := range []time.Time{now, w.revokedAt, w.revokedAt.Add(-time.Second), w.nextUpd} {
			want := la.Status(h.Certificate, w.authority.Issuing(), at)
			got := lb.Status(h.Certificate, w.authority.Issuing(), at)
			if got.String() != want.String() || got.Evidence.SHA256 != want.Evidence.SHA256 {
				t.Errorf("at %v: %v, in memory %v", at, got, want)
			}
		}
	}
}

func TestBadListsInFiles(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	raw := w.list(t, w.thisUpdate, w.nextUpd).Raw
	broken := bytes.Clone(raw)
	broken[len(broken)-1] ^= 1
	lists := &revocation.Lists{}
	made, _ := mapped(t, broken)
	lists.Add(made)
	if a := lists.Status(w.gone.Certificate, w.authority.Issuing(), now); a.Cause != revocation.CauseSignature {
		t.Errorf("signature broken: %v", a)
	}
	path := filepath.Join(t.TempDir(), "bad.crl")
	for name, bad := range map[string][]byte{"cut": raw[:len(raw)-1], "longer": append(bytes.Clone(raw), 0), "empty": {}, "text": []byte("no list")} {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := revocation.OpenCRL(path, revocation.IndexFile{}, serials.Options{}); !errors.Is(err, revocation.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := revocation.OpenCRL(filepath.Join(t.TempDir(), "none"), revocation.IndexFile{}, serials.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// Put replaces what was offered under the same name, and nothing else.
func TestPutReplaces(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	lists := &revocation.Lists{}
	ask := func(c *certs.Certificate) revocation.Status {
		return lists.Status(c, w.authority.Issuing(), now).Status
	}
	lists.Put("base", w.list(t, w.thisUpdate, w.nextUpd))
	if got := ask(w.good.Certificate); got != revocation.Good {
		t.Fatal(got)
	}
	w.authority.Revoke(w.good.Certificate.Serial, now.Add(-time.Minute), revocation.Superseded)
	lists.Put("base", w.list(t, now, w.nextUpd))
	if got, n := ask(w.good.Certificate), len(lists.All()); got != revocation.Revoked || n != 1 {
		t.Errorf("%s, %d lists", got, n)
	}
	lists.Put("other", newWorld(t, ca.ECDSA).list(t, now, w.nextUpd))
	if n := len(lists.All()); n != 2 {
		t.Errorf("%d lists", n)
	}
}

// testKey is what the tests keep indexes with.
var testKey = serials.Key{1, 2, 3}

// openRaw writes bytes to a file and opens it as a list.
func openRaw(t *testing.T, raw []byte) (*revocation.CRL, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "list.crl")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return revocation.OpenCRL(path, revocation.IndexFile{}, serials.Options{})
}

// An index is kept where a place for it is named, and the list is one of its own
// issuer's entries alone; that it could not be kept is said, and no error.
func TestWhereIndexesAreKept(t *testing.T) {
	a := newAuthor(t)
	other := entrySpec{issuer: a.world.authority.Root().Subject.Raw}
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		spec  listSpec
		index string
		kept  bool
		fails bool
	}{
		"nowhere":                   {complete(1), "", false, false},
		"beside it":                 {complete(1), filepath.Join(dir, "one"), true, false},
		"an indirect list":          {complete(1, other).scoped(scope(flag(4))), filepath.Join(dir, "two"), false, false},
		"an indirect list of own":   {complete(1).scoped(scope(flag(4))), filepath.Join(dir, "three"), true, false},
		"where nothing can be kept": {complete(1), filepath.Join(blocked, "four"), false, true},
	} {
		path := filepath.Join(dir, "list.crl")
		if err := os.WriteFile(path, a.encode(t, test.spec), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := revocation.OpenCRL(path, revocation.IndexFile{Path: test.index, Key: testKey}, serials.Options{})
		if err != nil || (l.NotKept != nil) != test.fails {
			t.Fatalf("%s: %v, %v", name, err, l.NotKept)
		}
		if _, err := os.Stat(test.index); (err == nil) != test.kept {
			t.Errorf("%s: %v", name, err)
		}
		lists := &revocation.Lists{}
		lists.Add(l)
		if got := lists.Status(a.leaf.Certificate, a.ca.Certificate, now); got.Status != revocation.Good {
			t.Errorf("%s: %v", name, got)
		}
	}
}
