package fetch_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/certs/revocation/fetch"
)

func TestRollback(t *testing.T) {
	w := newWorld(t)
	older := w.list(t, start.Add(-24*time.Hour))
	old := w.list(t, start.Add(-2*time.Hour))
	current := w.list(t, start)
	w.site.publish(current, "")
	w.mustFetch(t)
	for name, raw := range map[string][]byte{"older": older, "a little older": old} {
		w.site.publish(raw, "")
		if _, p := w.fetch(t); p != fetch.ProblemRollback {
			t.Errorf("%s: %q", name, p)
		}
		w.holds(t, current)
	}
	// An earlier date under a higher number is no way around,
	backDated := w.list(t, start.Add(-time.Hour))
	w.site.publish(backDated, "")
	if _, p := w.fetch(t); p != fetch.ProblemRollback {
		t.Errorf("back-dated: %q", p)
	}
	// and neither is a later date under a lower number,
	twin := w.revived(t)
	for range 2 {
		w.list(t, start) // the number of twin is behind
	}
	lower, err := twin.CRL(start.Add(time.Minute), start.Add(27*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	w.site.publish(w.list(t, start), "")
	w.mustFetch(t)
	w.site.publish(lower, "")
	if _, p := w.fetch(t); p != fetch.ProblemRollback {
		t.Errorf("lower number: %q", p)
	}
	// nor losing the file, or the record.
	path := w.fetcher.Path(w.source)
	held, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, older, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, p := w.fetch(t); p != fetch.ProblemRollback {
		t.Errorf("after the file was replaced: %q", p)
	}
	if err := os.WriteFile(path, held, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(strings.TrimSuffix(path, ".crl")+".json", []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, p := w.fetch(t); p != fetch.ProblemRollback {
		t.Errorf("after the record was lost: %q", p)
	}
	w.holds(t, held)
}

// revived is the authority as it was stored: two front ends of one authority
// that do not know of each other's lists.
func (w *world) revived(t testing.TB) *ca.Authority {
	raw, err := w.authority.MarshalPEM()
	if err != nil {
		t.Fatal(err)
	}
	a, err := ca.ParsePEM(raw)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestSameNumber(t *testing.T) {
	w := newWorld(t)
	twin, triplet := w.revived(t), w.revived(t)
	first := w.list(t, start)
	w.site.publish(first, `"one"`)
	w.mustFetch(t)
	same, err := twin.CRL(start.Add(-time.Hour), start.Add(26*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	w.site.publish(same, `"two"`)
	if o := w.mustFetch(t); o.Changed || o.Warning != fetch.WarnSameNumber {
		t.Errorf("as old as the first: %+v", o)
	}
	w.holds(t, first)
	later, err := triplet.CRL(start, start.Add(26*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	w.site.publish(later, `"three"`)
	if o := w.mustFetch(t); !o.Changed || o.Warning != fetch.WarnSameNumber {
		t.Errorf("later: %+v", o)
	}
	w.holds(t, later)
	if st := w.status(t); st.Warning != fetch.WarnSameNumber || st.Failures != 0 || st.State != fetch.StateFresh {
		t.Errorf("%+v", st)
	}
	w.clock.set(start.Add(2 * time.Hour))
	w.site.publish(w.list(t, start.Add(2*time.Hour)), `"four"`)
	if o := w.mustFetch(t); !o.Changed || o.Warning != "" || w.status(t).Warning != "" {
		t.Errorf("%+v", o)
	}
}
