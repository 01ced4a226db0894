package fetch_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"tamga/certs/revocation/fetch"
)

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestFirstList(t *testing.T) {
	w := newWorld(t)
	if st := w.status(t); st.State != fetch.StateNever || st.List != nil {
		t.Errorf("before the first fetch: %+v", st)
	}
	raw := w.list(t, start)
	w.site.publish(raw, `"one"`)
	o := w.mustFetch(t)
	w.holds(t, raw)
	issuing := w.authority.Issuing().Fingerprint()
	want := fetch.List{
		Info: fetch.Info{
			Issuer: w.authority.Issuing().Subject.String(), IssuerSHA256: hex.EncodeToString(issuing[:]), Number: "1",
			Scope: fetch.WholeScope, ThisUpdate: start.Add(-time.Hour), NextUpdate: start.Add(26 * time.Hour),
		},
		SHA256: digest(raw), Size: int64(len(raw)), FetchedAt: start,
	}
	if !o.Changed || o.List != want || o.Path != w.fetcher.Path(w.source) || o.Warning != "" {
		t.Errorf("%+v, want %+v", o, want)
	}
	st := w.status(t)
	if st.State != fetch.StateFresh || *st.List != want || st.AgeSeconds != 3600 || st.Failures != 0 ||
		!st.LastTry.Equal(start) || !st.LastSuccess.Equal(start) || !st.NextTry.After(start) {
		t.Errorf("%+v", st)
	}
	if len(w.news) != 1 || w.news[0] != "nca "+digest(raw) {
		t.Errorf("OnNew saw %v", w.news)
	}
	r := w.site.last()
	if r.Header.Get("Accept-Encoding") != "identity" || r.Header.Get("User-Agent") != "tamga" || r.Header.Get("If-None-Match") != "" {
		t.Errorf("asked with %v", r.Header)
	}
}

func TestConditionalRequests(t *testing.T) {
	for _, test := range []struct{ name, etag, modified, header string }{
		{"entity tag", `"one"`, "", "If-None-Match"},
		{"date", "", "Mon, 01 Jun 2026 11:00:00 GMT", "If-Modified-Since"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			raw := w.list(t, start)
			w.site.publish(raw, test.etag)
			w.site.modified = test.modified
			w.mustFetch(t)

			// The record outlives the process.
			w.clock.set(start.Add(time.Hour))
			w.fetcher = w.another(w.fetcher.Dir)
			o := w.mustFetch(t)
			if got := w.site.last().Header.Get(test.header); got != test.etag+test.modified {
				t.Errorf("%s: %q", test.header, got)
			}
			if o.Changed || o.List.SHA256 != digest(raw) || !o.List.FetchedAt.Equal(start) {
				t.Errorf("%+v", o)
			}
			w.holds(t, raw)
			if st := w.status(t); !st.LastSuccess.Equal(start.Add(time.Hour)) || st.State != fetch.StateFresh {
				t.Errorf("%+v", st)
			}

			// What is damaged or gone is not asked for conditionally.
			for _, harm := range []func(string) error{
				func(p string) error { return os.Truncate(p, 0) },
				os.Remove,
				func(p string) error { return os.WriteFile(p, []byte("<html>"), 0o644) },
			} {
				if err := harm(o.Path); err != nil {
					t.Fatal(err)
				}
				if o := w.mustFetch(t); !o.Changed || w.site.last().Header.Get(test.header) != "" {
					t.Errorf("after damage: %+v, asked with %v", o, w.site.last().Header)
				}
				w.holds(t, raw)
			}
		})
	}
}

func TestWithoutValidators(t *testing.T) {
	w := newWorld(t)
	raw := w.list(t, start)
	w.site.publish(raw, "")
	w.mustFetch(t)
	if o := w.mustFetch(t); o.Changed || len(w.news) != 1 {
		t.Errorf("the same bytes again: %+v, news %v", o, w.news)
	}
	w.site.answerWith(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) })
	if _, p := w.fetch(t); p != fetch.ProblemStatus {
		t.Errorf("304 that nobody asked for: %q", p)
	}
	w.holds(t, raw)
}

func TestNewerList(t *testing.T) {
	w := newWorld(t)
	w.site.publish(w.list(t, start), `"one"`)
	w.mustFetch(t)
	later := start.Add(24 * time.Hour)
	w.clock.set(later)
	raw := w.list(t, later)
	w.site.publish(raw, `"two"`)
	if o := w.mustFetch(t); !o.Changed || o.List.Number != "2" || o.List.SHA256 != digest(raw) {
		t.Errorf("%+v", o)
	}
	w.holds(t, raw)
	if len(w.news) != 2 {
		t.Errorf("OnNew saw %v", w.news)
	}
}

// An expired list is newer than none: what it says of revocations is true.
func TestExpiredList(t *testing.T) {
	w := newWorld(t)
	raw := w.list(t, start.Add(-48*time.Hour))
	w.site.publish(raw, "")
	w.mustFetch(t)
	w.holds(t, raw)
	if st := w.status(t); st.State != fetch.StateExpired || st.NextTry.After(start.Add(15*time.Minute)) {
		t.Errorf("%+v", st)
	}
}

func TestStates(t *testing.T) {
	w := newWorld(t)
	w.site.publish(w.list(t, start), "")
	w.mustFetch(t)
	due := w.status(t).NextTry
	for _, test := range []struct {
		at   time.Time
		want fetch.State
	}{
		{start, fetch.StateFresh},
		{due.Add(time.Hour), fetch.StateFresh},
		{due.Add(time.Hour + time.Second), fetch.StateStale},
		{start.Add(26*time.Hour - time.Second), fetch.StateStale},
		{start.Add(26 * time.Hour), fetch.StateExpired},
	} {
		w.clock.set(test.at)
		if st := w.status(t); st.State != test.want {
			t.Errorf("%s: %s, want %s", test.at, st.State, test.want)
		}
	}
	w.clock.set(start)
	if err := os.Remove(w.fetcher.Path(w.source)); err != nil {
		t.Fatal(err)
	}
	if st := w.status(t); st.State != fetch.StateStale || st.Problem != fetch.ProblemStorage || st.List == nil {
		t.Errorf("file gone, and in use: %+v", st)
	}
	w.fetcher = w.another(w.fetcher.Dir)
	if st := w.status(t); st.State != fetch.StateNever || st.List != nil {
		t.Errorf("file gone: %+v", st)
	}
}

func TestIssuerByConfiguration(t *testing.T) {
	w := newWorld(t)
	list, err := w.authority.RootCRL(start, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	w.site.publish(list, "")
	w.mustFetch(t) // unbound: the first list decides
	issuing := w.authority.Issuing().Fingerprint()
	w.source.Issuer = strings.ToUpper(hex.EncodeToString(issuing[:]))
	w.fetcher = w.another(w.fetcher.Dir)
	if st := w.status(t); st.State != fetch.StateNever {
		t.Errorf("the list in place is not of the configured issuer: %+v", st)
	}
	if _, p := w.fetch(t); p != fetch.ProblemIssuer {
		t.Errorf("%q", p)
	}
	raw := w.list(t, start)
	w.site.publish(raw, "")
	w.mustFetch(t)
	w.holds(t, raw)
}

func TestDeltaSource(t *testing.T) {
	w := newWorld(t)
	w.source.Delta = true
	w.fetcher = w.another(w.fetcher.Dir)
	w.site.publish(w.list(t, start), "")
	if _, p := w.fetch(t); p != fetch.ProblemKind {
		t.Errorf("complete list: %q", p)
	}
	delta, err := w.authority.DeltaCRL(start, start.Add(7*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	w.site.publish(delta, "")
	if o := w.mustFetch(t); !o.List.Delta || o.List.Base != "1" || o.List.Number != "2" {
		t.Errorf("%+v", o)
	}
}

// A caller who gives up is not a failure of the source.
func TestCallerGivesUp(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(context.Background())
	w.site.answerWith(func(rw http.ResponseWriter, r *http.Request) {
		chunked([]byte{0x30, 0x82, 0x10, 0x00, 0x30, 0x82, 0x0f})(rw, r)
		rw.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	if _, err := w.fetcher.Fetch(ctx, w.source); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if st := w.status(t); st.Failures != 0 || !st.LastTry.IsZero() {
		t.Errorf("%+v", st)
	}
	w.clean(t)
}

func TestTimeLimit(t *testing.T) {
	w := newWorld(t)
	w.fetcher.Timeout = 50 * time.Millisecond
	w.site.answerWith(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	if _, p := w.fetch(t); p != fetch.ProblemTimeout {
		t.Errorf("%q", p)
	}
	if st := w.status(t); st.Failures != 1 || st.Problem != fetch.ProblemTimeout {
		t.Errorf("%+v", st)
	}
}

func ExampleProblem() {
	err := fmt.Errorf("%w: thisUpdate 2026-05-31T11:00:00Z", fetch.ProblemRollback)
	fmt.Println(err)
	// Output: older than last good: thisUpdate 2026-05-31T11:00:00Z
}
