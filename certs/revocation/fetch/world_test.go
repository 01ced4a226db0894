package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation/fetch"
	"tamga/certs/revocation/serials"
)

var start = time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)

// clock is set by tests.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// site publishes one list as the national web server does, with validators,
// unless the test puts an answer in its place.
type site struct {
	mu       sync.Mutex
	body     []byte
	etag     string
	modified string
	answer   http.HandlerFunc
	requests []*http.Request
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	body, etag, modified, answer := s.body, s.etag, s.modified, s.answer
	s.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	if etag != "" {
		w.Header().Set("ETag", etag)
	}
	at, err := http.ParseTime(modified)
	if err != nil {
		at = time.Time{}
	}
	w.Header().Set("Content-Type", "application/pkix-crl")
	http.ServeContent(w, r, "", at, bytes.NewReader(body))
}

func (s *site) publish(body []byte, etag string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body, s.etag, s.answer = body, etag, nil
}

func (s *site) answerWith(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = h
}

func (s *site) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

func (s *site) last() *http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[len(s.requests)-1]
}

// world is an authority, the site of its lists, and a fetcher that follows it.
type world struct {
	authority *ca.Authority
	pool      *certs.Pool
	site      *site
	server    *httptest.Server
	clock     *clock
	source    fetch.Source
	fetcher   *fetch.Fetcher
	news      []string // digests that OnNew saw
}

func newAuthority(t testing.TB, family ca.Family) (*ca.Authority, *certs.Pool) {
	a, err := ca.New(family, start, ca.Options{NotBefore: start.AddDate(-2, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	pool := &certs.Pool{}
	pool.AddAnchor(a.Root())
	pool.AddIntermediate(a.Issuing())
	return a, pool
}

func newWorld(t testing.TB) *world {
	w := &world{site: &site{}, clock: &clock{at: start}}
	w.authority, w.pool = newAuthority(t, ca.ECDSA)
	w.server = httptest.NewServer(w.site)
	t.Cleanup(w.server.Close)
	w.source = fetch.Source{Name: "nca", URL: w.server.URL + "/nca.crl"}
	w.fetcher = w.another(t.TempDir())
	return w
}

// another is a fetcher as a second process, or the same one after a restart,
// would have it.
func (w *world) another(dir string) *fetch.Fetcher {
	return &fetch.Fetcher{
		Dir: dir, Sources: []fetch.Source{w.source}, Now: w.clock.now,
		Check: fetch.CheckWith(w.pool, serials.Options{}, w.clock.now),
		OnNew: func(s fetch.Source, path string) (string, error) {
			sum, err := fileDigest(path)
			w.news = append(w.news, s.Name+" "+sum)
			return sum, err
		},
	}
}

// fileDigest is what OnNew answers that puts every list to use.
func fileDigest(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return digest(raw), nil
}

// list makes the authority's next list, good for 27 hours from an hour before.
func (w *world) list(t testing.TB, at time.Time) []byte {
	raw, err := w.authority.CRL(at.Add(-time.Hour), at.Add(26*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// fetch asks once and reports the problem, "" when it went well.
func (w *world) fetch(t testing.TB) (fetch.Outcome, fetch.Problem) {
	t.Helper()
	o, err := w.fetcher.Fetch(context.Background(), w.source)
	if err == nil {
		return o, ""
	}
	var p fetch.Problem
	if !errors.As(err, &p) {
		t.Fatalf("%v is no Problem", err)
	}
	return o, p
}

func (w *world) mustFetch(t testing.TB) fetch.Outcome {
	t.Helper()
	o, err := w.fetcher.Fetch(context.Background(), w.source)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (w *world) status(t testing.TB) fetch.SourceStatus {
	t.Helper()
	all := w.fetcher.Status()
	if len(all) != 1 {
		t.Fatalf("%d statuses", len(all))
	}
	return all[0]
}

// holds fails unless these bytes are in place and nothing half done is.
func (w *world) holds(t testing.TB, want []byte) {
	t.Helper()
	got, err := os.ReadFile(w.fetcher.Path(w.source))
	if want == nil && errors.Is(err, os.ErrNotExist) {
		return
	}
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("in place: %d bytes, %v; want %d", len(got), err, len(want))
	}
	w.clean(t)
}

func (w *world) clean(t testing.TB) {
	t.Helper()
	files, err := os.ReadDir(w.fetcher.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		switch filepath.Ext(file.Name()) {
		case ".crl", ".json", ".lock":
		default:
			t.Errorf("%s was left", file.Name())
		}
	}
}
