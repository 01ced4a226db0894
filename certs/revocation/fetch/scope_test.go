package fetch_test

import (
	"crypto/rand"
	"encoding/json"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation/fetch"
)

// press signs lists of any scope by an authority below the world's.
type press struct {
	w      *world
	issuer ca.Holder
}

func newPress(t *testing.T, w *world) press {
	h, err := w.authority.Issue(ca.Person{
		Surname: "БӨЛІМШЕ", GivenName: "ОРТАЛЫҚ", NotBefore: start.AddDate(0, -6, 0),
		Template: func(t *ca.Template) {
			t.Set(ca.BasicConstraints(true, -1))
			t.Set(ca.KeyUsage(certs.KeyCertSign | certs.CRLSign))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.pool.AddIntermediate(h.Certificate)
	return press{w, h}
}

// print makes a list with a number, a base number for deltas, and the value of
// issuingDistributionPoint; it is published.
func (p press) print(t *testing.T, at time.Time, number int64, base *big.Int, point []byte) []byte {
	alg, id, err := certs.SigningAlgorithm(p.issuer.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	ext := func(n int, critical bool, value []byte) []byte {
		var flag []byte
		if critical {
			flag = der.Bool(true)
		}
		return der.Sequence(der.OID([]int{2, 5, 29, n}), flag, der.Octets(value))
	}
	exts := ext(20, false, der.Int(big.NewInt(number)))
	if base != nil {
		exts = append(exts, ext(27, true, der.Int(base))...)
	}
	if point != nil {
		exts = append(exts, ext(28, true, point)...)
	}
	tbs := der.Sequence(der.Int(big.NewInt(1)), id.DER(), p.issuer.Certificate.Subject.Raw, der.Time(at), der.Time(at.Add(26*time.Hour)),
		der.Encode(der.ContextConstructed(0), der.Sequence(exts)))
	sig, err := p.issuer.Key.Sign(rand.Reader, alg.Digest.Sum(tbs), alg.Digest.SignerOpts())
	if err != nil {
		t.Fatal(err)
	}
	raw := der.Sequence(tbs, id.DER(), der.Bits(sig))
	p.w.site.publish(raw, `"`+digest(raw)+`"`)
	return raw
}

// flag is one of the booleans of issuingDistributionPoint.
func flag(n byte) []byte { return der.Encode(der.Context(n), []byte{0xff}) }

// pointAt is issuingDistributionPoint with an address.
func pointAt(url string) []byte {
	return der.Sequence(der.Encode(der.ContextConstructed(0), der.Encode(der.ContextConstructed(0), der.Encode(der.Context(6), []byte(url)))))
}

// points are issuingDistributionPoints that each leave something out, or move it.
func points() map[string][]byte {
	return map[string][]byte{
		"users only":       der.Sequence(flag(1)),
		"authorities only": der.Sequence(flag(2)),
		"attributes only":  der.Sequence(flag(5)),
		"some reasons":     der.Sequence(der.Encode(der.Context(3), []byte{5, 0x60})),
		"indirect":         der.Sequence(flag(4)),
		"another point":    pointAt("http://demo.invalid/2"),
		"unreadable":       {0x30, 2, 0x8f, 0},
	}
}

// An authentic list of the same authority that tells of less does not take the
// place of one that tells of all, whatever its number, and does not stand in the
// way of the next.
func TestListOfAnotherScope(t *testing.T) {
	for name, point := range points() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := newPress(t, w)
			whole := p.print(t, start.Add(-2*time.Hour), 10, nil, nil)
			w.mustFetch(t)
			p.print(t, start.Add(-time.Hour), 20, nil, point)
			if _, problem := w.fetch(t); problem != fetch.ProblemScope {
				t.Errorf("%q", problem)
			}
			w.holds(t, whole)
			if st := w.status(t); st.State != fetch.StateStale || st.Problem != fetch.ProblemScope || st.List.SHA256 != digest(whole) {
				t.Errorf("%+v", st)
			}
			w.fetcher = w.another(w.fetcher.Dir) // after a restart
			if _, problem := w.fetch(t); problem != fetch.ProblemScope {
				t.Errorf("after a restart: %q", problem)
			}
			next := p.print(t, start.Add(-90*time.Minute), 11, nil, nil)
			w.mustFetch(t)
			w.holds(t, next)
		})
	}
}

// Each scope has its own numbers: a source of a part takes the part's next list
// under any number of the whole, and a whole list, which tells of all that the
// part does, under any number of the part.
func TestNumbersArePerScope(t *testing.T) {
	w := newWorld(t)
	p := newPress(t, w)
	part := der.Sequence(flag(1))
	p.print(t, start.Add(-3*time.Hour), 50, nil, part)
	w.mustFetch(t)
	whole := p.print(t, start.Add(-4*time.Hour), 7, nil, nil)
	w.mustFetch(t)
	w.holds(t, whole)
	p.print(t, start.Add(-4*time.Hour), 49, nil, part)
	if _, problem := w.fetch(t); problem != fetch.ProblemRollback {
		t.Errorf("an older part: %q", problem)
	}
	next := p.print(t, start.Add(-2*time.Hour), 51, nil, part)
	w.mustFetch(t)
	w.holds(t, next)
	p.print(t, start.Add(-time.Hour), 6, nil, nil)
	if _, problem := w.fetch(t); problem != fetch.ProblemRollback {
		t.Errorf("an older whole: %q", problem)
	}
	p.print(t, start.Add(-time.Hour), 60, nil, der.Sequence(flag(2)))
	if _, problem := w.fetch(t); problem != fetch.ProblemScope {
		t.Errorf("another part: %q", problem)
	}
	w.fetcher = w.another(w.fetcher.Dir)
	p.print(t, start.Add(-time.Hour), 50, nil, part)
	if _, problem := w.fetch(t); problem != fetch.ProblemRollback {
		t.Errorf("an older part after a restart: %q", problem)
	}
	w.holds(t, next)
}

// Delta lists are bound in the same way.
func TestDeltaOfAnotherScope(t *testing.T) {
	w := newWorld(t)
	w.source.Delta = true
	w.fetcher = w.another(w.fetcher.Dir)
	p := newPress(t, w)
	first := p.print(t, start.Add(-2*time.Hour), 10, big.NewInt(9), nil)
	w.mustFetch(t)
	p.print(t, start.Add(-time.Hour), 20, big.NewInt(9), der.Sequence(flag(1)))
	if _, problem := w.fetch(t); problem != fetch.ProblemScope {
		t.Errorf("%q", problem)
	}
	p.print(t, start.Add(-time.Hour), 21, nil, nil)
	if _, problem := w.fetch(t); problem != fetch.ProblemKind {
		t.Errorf("a complete list: %q", problem)
	}
	w.holds(t, first)
	next := p.print(t, start.Add(-time.Hour), 11, big.NewInt(0), nil) // of an older base: tells of more
	w.mustFetch(t)
	w.holds(t, next)
}

// Records of earlier versions do not name the scope. It is learnt from the list
// that they are of, and a list of another one is then refused; where such a list
// was let in before, the right one comes back.
func TestRecordsWithoutScope(t *testing.T) {
	forget := func(t *testing.T, w *world) {
		path := strings.TrimSuffix(w.fetcher.Path(w.source), ".crl") + ".json"
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var rec map[string]any
		if err := json.Unmarshal(raw, &rec); err != nil {
			t.Fatal(err)
		}
		delete(rec, "scope")
		delete(rec, "marks")
		delete(rec["list"].(map[string]any), "scope")
		if raw, err = json.Marshal(rec); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		w.fetcher = w.another(w.fetcher.Dir)
	}
	part := der.Sequence(flag(1))
	t.Run("of a whole list", func(t *testing.T) {
		w := newWorld(t)
		p := newPress(t, w)
		whole := p.print(t, start.Add(-2*time.Hour), 10, nil, nil)
		at := w.mustFetch(t).List.FetchedAt
		forget(t, w)
		w.clock.set(start.Add(time.Minute))
		if o := w.mustFetch(t); o.Changed || o.List.Scope != fetch.WholeScope || !o.List.FetchedAt.Equal(at) {
			t.Errorf("%+v", o)
		}
		if r := w.site.last(); r.Header.Get("If-None-Match") == "" {
			t.Error("the validators were lost")
		}
		p.print(t, start.Add(-time.Hour), 20, nil, part)
		if _, problem := w.fetch(t); problem != fetch.ProblemScope {
			t.Errorf("%q", problem)
		}
		w.holds(t, whole)
	})
	t.Run("of a part that was let in", func(t *testing.T) {
		w := newWorld(t)
		p := newPress(t, w)
		p.print(t, start.Add(-time.Hour), 20, nil, part)
		w.mustFetch(t)
		forget(t, w)
		whole := p.print(t, start.Add(-2*time.Hour), 10, nil, nil)
		w.mustFetch(t)
		w.holds(t, whole)
	})
	t.Run("of a list that is gone", func(t *testing.T) {
		w := newWorld(t)
		p := newPress(t, w)
		p.print(t, start.Add(-time.Hour), 20, nil, nil)
		w.mustFetch(t)
		forget(t, w)
		if err := os.Remove(w.fetcher.Path(w.source)); err != nil {
			t.Fatal(err)
		}
		p.print(t, start.Add(-time.Hour), 19, nil, nil)
		if _, problem := w.fetch(t); problem != fetch.ProblemRollback {
			t.Errorf("%q", problem)
		}
	})
}
