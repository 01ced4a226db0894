package revocation_test

import (
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
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
		if got := lists.Check(path, a.pool, []*certs.Certificate{other.Certificate}, now)[0]; got.Status != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}
