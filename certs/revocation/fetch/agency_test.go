package fetch_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation/fetch"
	"tamga/certs/revocation/serials"
)

// wire is a network inside the process, so that time in a synctest bubble
// passes while both ends wait.
type wire struct {
	conns chan net.Conn
	once  sync.Once
	shut  chan struct{}
}

func newWire() *wire { return &wire{conns: make(chan net.Conn), shut: make(chan struct{})} }

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.shut:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { w.once.Do(func() { close(w.shut) }); return nil }
func (w *wire) Addr() net.Addr { return &net.UnixAddr{Name: "wire"} }

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case w.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// agency publishes as the national authority does: a complete list a day, good
// for 27 hours, and a delta list every 34 minutes, good for seven and a half.
type agency struct {
	t         *testing.T
	authority *ca.Authority
	pool      *certs.Pool

	mu        sync.Mutex
	lists     map[string]published
	requests  map[string]int
	bodies    map[string]int
	published map[string]int
	down      map[string]bool
}

type published struct {
	raw []byte
	at  time.Time
	tag string
}

func newAgency(t *testing.T) *agency {
	a, err := ca.New(ca.ECDSA, time.Now(), ca.Options{NotBefore: time.Now().AddDate(-1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	ag := &agency{
		t: t, authority: a, pool: &certs.Pool{}, lists: map[string]published{},
		requests: map[string]int{}, bodies: map[string]int{}, published: map[string]int{}, down: map[string]bool{},
	}
	ag.pool.AddAnchor(a.Root())
	ag.pool.AddIntermediate(a.Issuing())
	return ag
}

func (a *agency) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.requests[r.URL.Path]++
	down := a.down[r.URL.Path]
	a.mu.Unlock()
	switch {
	case r.URL.Path == "/hangs":
		<-r.Context().Done()
	case r.URL.Path == "/stalls":
		chunked([]byte{0x30, 0x82, 0x10, 0x00, 0x30, 0x82, 0x0f})(w, r)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	case down || r.URL.Path != "/base" && r.URL.Path != "/delta":
		http.NotFound(w, r)
	default:
		p := a.current(r.URL.Path)
		w.Header().Set("ETag", p.tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.raw))
		if r.Header.Get("If-None-Match") != p.tag {
			a.mu.Lock()
			a.bodies[r.URL.Path]++
			a.mu.Unlock()
		}
	}
}

// current makes the list anew when its hour has come.
func (a *agency) current(path string) published {
	a.mu.Lock()
	defer a.mu.Unlock()
	every, life, list := 24*time.Hour, 27*time.Hour, a.authority.CRL
	if path == "/delta" {
		every, life, list = 34*time.Minute, 15*time.Hour/2, a.authority.DeltaCRL
	}
	p, ok := a.lists[path]
	if now := time.Now(); !ok || now.Sub(p.at) >= every {
		at := now
		if ok {
			at = p.at.Add(now.Sub(p.at).Truncate(every)) // when it was due
		}
		raw, err := list(at, at.Add(life))
		if err != nil {
			a.t.Error(err)
		}
		p = published{raw, at, `"` + digest(raw) + `"`}
		a.lists[path] = p
		a.published[path]++
	}
	return p
}

func (a *agency) count(path string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests[path]
}

func (a *agency) breakDown(path string, down bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.down[path] = down
}

// open serves the agency; the test must call shut before its bubble ends.
func (a *agency) open() (client *http.Client, shut func()) {
	w := newWire()
	server := &http.Server{Handler: a}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(w)
	}()
	return &http.Client{Transport: &http.Transport{DialContext: w.dial}}, func() {
		server.Close()
		<-done
	}
}

var (
	base  = fetch.Source{Name: "base", URL: "http://agency.example/base"}
	delta = fetch.Source{Name: "delta", URL: "http://agency.example/delta", Delta: true, Every: 30 * time.Minute}
)

func (a *agency) fetcher(dir string, client *http.Client, sources ...fetch.Source) *fetch.Fetcher {
	return &fetch.Fetcher{Dir: dir, Sources: sources, HTTP: client, Check: fetch.CheckWith(a.pool, serials.Options{}, nil)}
}

// running starts Run; stop ends it and waits. That no goroutine is left when
// the bubble ends is what synctest.Test insists on.
func running(t *testing.T, f *fetch.Fetcher) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- f.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}
