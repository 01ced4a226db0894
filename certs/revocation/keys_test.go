package revocation_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/serials"
)

// A delta list brings a complete one up to date only if both name the same key
// (RFC 5280 section 5.2.4), also where the other key may sign lists too.
func TestDeltaOfAnotherKey(t *testing.T) {
	a := newAuthor(t)
	other := a.signerOf(t, nil)
	for name, c := range map[string]struct {
		byOther bool
		want    revocation.Status
	}{"the same key": {false, revocation.Good}, "another key": {true, revocation.Undetermined}} {
		base := listSpec{number: 1, this: now.Add(-2 * time.Hour), next: now.Add(-time.Hour)} // has run out
		delta := listSpec{number: 2, base: 1, this: now.Add(-time.Minute), next: now.Add(time.Hour)}
		if c.byOther {
			delta.by = &other
		}
		lists := &revocation.Lists{}
		lists.Add(a.list(t, base))
		lists.Add(a.list(t, delta))
		path, err := a.pool.Build(a.leaf.Certificate, nil, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := lists.Judge(revocation.Question{Path: path, Pool: a.pool, Extra: []*certs.Certificate{other.Certificate}, At: now})[0]; got.Status != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// An entry that names its authority in a way that cannot be read makes the list
// malformed: whose the entries after it are would be a guess.
func TestMalformedEntryIssuer(t *testing.T) {
	a := newAuthor(t)
	name := a.ca.Certificate.Subject.Raw
	raw := a.encode(t, complete(1, entrySpec{issuer: name}).scoped(scope(flag(4))))
	names := der.Sequence(directory(name))
	if bytes.Count(raw, names) != 1 {
		t.Fatal("the entry's authority is not found")
	}
	at := bytes.Index(raw, names)
	inside := at + len(names) - len(directory(name))
	for what, c := range map[string]struct {
		at int
		by byte
	}{"not a sequence": {at, 0x31}, "a name of no form": {inside, 0xa9}} {
		bad := bytes.Clone(raw)
		bad[c.at] = c.by
		if _, err := revocation.ParseCRL(bad); !errors.Is(err, revocation.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	parse(t, raw)
}

// A list whose file was written into says nothing any more, and acquits nobody.
func TestListFileWrittenInto(t *testing.T) {
	a := newAuthor(t)
	raw := a.encode(t, complete(1, entrySpec{reason: revocation.KeyCompromise}))
	path := filepath.Join(t.TempDir(), "list.crl")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := revocation.OpenCRL(path, revocation.IndexFile{Path: path + ".index", Key: testKey}, serials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	lists := &revocation.Lists{}
	lists.Add(l)
	status := func() revocation.Answer { return lists.Status(a.leaf.Certificate, a.ca.Certificate, now) }
	if got := status(); got.Status != revocation.Revoked {
		t.Fatalf("as it was: %v", got)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(make([]byte, len(raw)), 0); err != nil {
		t.Fatal(err)
	}
	if got := status(); got.Status != revocation.Undetermined || got.Cause != revocation.CauseChanged {
		t.Errorf("written into: %v", got)
	}
}
