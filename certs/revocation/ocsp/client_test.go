package ocsp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
)

// clock is a time that tests move by hand.
type clock struct{ t atomic.Pointer[time.Time] }

func newClock() *clock {
	c := &clock{}
	c.set(now)
	return c
}

func (c *clock) now() time.Time          { return *c.t.Load() }
func (c *clock) set(t time.Time)         { c.t.Store(&t) }
func (c *clock) advance(d time.Duration) { c.set(c.now().Add(d)) }
func addresses(list ...string) func(_, _ *certs.Certificate) []string {
	return func(_, _ *certs.Certificate) []string { return list }
}

// station is a responder behind HTTP whose answers and clock tests change.
type station struct {
	*world
	clock    *clock
	server   *httptest.Server
	life     time.Duration
	behind   time.Duration // how far the responder's clock is back
	asked    atomic.Int64
	mu       sync.Mutex
	answer   revocation.Answer
	override http.HandlerFunc
	last     *http.Request
	body     []byte
}

func newStation(t testing.TB, life time.Duration) *station {
	s := &station{world: newWorld(t, ca.ECDSA), clock: newClock(), life: life, answer: revocation.Answer{Status: good}}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	return s
}

func (s *station) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	s.mu.Lock()
	handler, answer, at, life := s.override, s.answer, s.clock.now().Add(-s.behind), s.life
	b, _ := io.ReadAll(r.Body)
	s.last, s.body = r, b
	s.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(b))
	if handler != nil {
		handler(w, r)
		return
	}
	(&ocsp.Responder{
		Issuer: s.authority.Issuing(), Certificate: s.responder.Certificate, Key: s.responder.Key, Life: life,
		Now: func() time.Time { return at }, Status: func(*big.Int) revocation.Answer { return answer },
	}).ServeHTTP(w, r)
}

func (s *station) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// client asks the station, by its clock.
func (s *station) client(t testing.TB) *ocsp.Client {
	c := &ocsp.Client{Now: s.clock.now, Addresses: addresses(s.server.URL), Timeout: time.Second}
	t.Cleanup(c.Close)
	return c
}

func (s *station) ask(c *ocsp.Client, at time.Time) ocsp.Result {
	return c.Status(context.Background(), s.person.Certificate, s.authority.Issuing(), at)
}

// step asks and compares how often the station was asked until then. A refresh
// in the background is waited for.
func (s *station) step(t *testing.T, c *ocsp.Client, asked int64, status revocation.Status) ocsp.Result {
	t.Helper()
	r := s.ask(c, time.Time{})
	for deadline := time.Now().Add(5 * time.Second); s.asked.Load() < asked && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if r.Answer.Status != status || s.asked.Load() != asked {
		t.Errorf("%v after %d questions, want %s after %d", r.Answer, s.asked.Load(), status, asked)
	}
	return r
}

func TestClientAsks(t *testing.T) {
	s := newStation(t, time.Hour)
	c := s.client(t)
	r := s.step(t, c, 1, good)
	if r.Answer.Evidence.Source != s.server.URL || r.Cached || r.Address != s.server.URL || !r.Fetched.Equal(now) || r.Err != nil {
		t.Errorf("%+v", r)
	}
	p := ocsp.Policy{}
	if kept := p.Judge(r.Response, s.question()); kept.Status != good {
		t.Errorf("the response that came along: %v", kept)
	}
	h := s.last.Header
	if s.last.Method != "POST" || h.Get("Content-Type") != "application/ocsp-request" || h.Get("User-Agent") != "tamga" {
		t.Errorf("%s %v", s.last.Method, h)
	}
	leaf, issuer := s.person.Certificate, s.authority.Issuing()
	plain := ocsp.NewRequest(leaf, issuer, certs.SHA256, make([]byte, 32)).DER
	if len(s.body) != len(plain) || !bytes.Equal(s.body[:len(plain)-32], plain[:len(plain)-32]) || bytes.Equal(s.body, plain) {
		t.Errorf("request %x, want %x with a random nonce", s.body, plain)
	}

	s.set(func() { s.answer = revocation.Answer{Status: revoked, RevokedAt: now.Add(-time.Hour)} })
	other := s.client(t)
	other.Policy.Nonce, other.Digest, other.UserAgent = ocsp.NonceIgnored, certs.SHA1, "probe"
	s.step(t, other, 2, revoked)
	if !bytes.Equal(s.body, ocsp.NewRequest(leaf, issuer, certs.SHA1, nil).DER) || s.last.Header.Get("User-Agent") != "probe" {
		t.Errorf("request %x by %s", s.body, s.last.Header.Get("User-Agent"))
	}
	if r := s.ask(other, now.Add(-2*time.Hour)); r.Answer.Status != good || !r.Answer.RevokedAt.Equal(now.Add(-time.Hour)) {
		t.Errorf("before the revocation: %v", r.Answer)
	}
}

// TestClientOutlivesFaults has every fault end undetermined, in bounded time.
func TestClientOutlivesFaults(t *testing.T) {
	s := newStation(t, time.Hour)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Error("a redirect was followed")
	}))
	defer elsewhere.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	typed := func(code int, media, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", media)
			w.WriteHeader(code)
			io.WriteString(w, body)
		}
	}
	const right = "application/ocsp-response"
	release := make(chan struct{})
	tests := []struct {
		name    string
		handler http.HandlerFunc
		address string
		cause   revocation.Cause
	}{
		{"hangs", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-release:
			}
		}, "", ocsp.CauseUnreachable},
		{"drips", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", right)
			for r.Context().Err() == nil {
				w.Write([]byte{0x30})
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(5 * time.Millisecond):
				}
			}
		}, "", ocsp.CauseUnreachable},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "", ocsp.CauseUnreachable},
		{"nobody there", nil, gone.URL, ocsp.CauseUnreachable},
		{"error page", typed(500, "text/html", "<html>"), "", ocsp.CauseHTTP},
		{"error with the right type", typed(500, right, string(refusal(2))), "", ocsp.CauseHTTP},
		{"no content", typed(204, right, ""), "", ocsp.CauseHTTP},
		{"wrong type", typed(200, "text/html", string(refusal(3))), "", ocsp.CauseHTTP},
		{"no type", typed(200, "", string(refusal(3))), "", ocsp.CauseHTTP},
		{"redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusSeeOther) }, "", ocsp.CauseHTTP},
		{"redirect that keeps the method", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, "", ocsp.CauseHTTP},
		{"huge", typed(200, right, strings.Repeat("0", 2<<20)), "", ocsp.CauseHTTP},
		{"garbage", typed(200, right, "<html>"), "", ocsp.CauseMalformed},
		{"empty", typed(200, right, ""), "", ocsp.CauseMalformed},
		{"try later", typed(200, right, string(refusal(3))), "", ocsp.CauseTryLater},
		{"type with a parameter", typed(200, right+"; charset=binary", string(refusal(6))), "", ocsp.CauseUnauthorized},
		{"file", nil, "file:///etc/passwd", ocsp.CauseNoAddress},
		{"ldap", nil, "ldap://localhost/", ocsp.CauseNoAddress},
		{"no host", nil, "http:///ocsp", ocsp.CauseNoAddress},
		{"password", nil, "http://a:b@localhost/", ocsp.CauseNoAddress},
		{"no address", nil, ":", ocsp.CauseNoAddress},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s.set(func() { s.override = test.handler })
			c := s.client(t)
			c.Timeout = 200 * time.Millisecond
			if test.address != "" {
				c.Addresses = addresses(test.address)
			}
			r := s.ask(c, now)
			if r.Answer.Status != undetermined || r.Answer.Cause != test.cause {
				t.Errorf("%v (%v), want %s", r.Answer, r.Err, test.cause)
			}
			if errors.Is(r.Err, context.Canceled) {
				t.Errorf("%v: canceled, not timed out", r.Err)
			}
		})
	}
	close(release)
}

func TestClientWithoutAddress(t *testing.T) {
	s := newStation(t, 0)
	c := s.client(t)
	c.Addresses = addresses()
	if r := s.ask(c, now); r.Answer.Cause != ocsp.CauseNoAddress {
		t.Errorf("%v", r.Answer)
	}
	// The certificate's own address is nowhere.
	c = s.client(t)
	c.Addresses = nil
	c.HTTP = &http.Client{Transport: refuse{}}
	if r := s.ask(c, now); r.Answer.Cause != ocsp.CauseUnreachable || r.Address != "http://demo.invalid/ocsp/" {
		t.Errorf("%+v", r)
	}
}

var errNowhere = errors.New("nowhere")

type refuse struct{}

func (refuse) RoundTrip(*http.Request) (*http.Response, error) { return nil, errNowhere }

func TestClientFallsBack(t *testing.T) {
	s := newStation(t, time.Hour)
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/ocsp-response")
		w.Write(refusal(3))
	}))
	defer busy.Close()
	broken := httptest.NewServer(http.NotFoundHandler())
	defer broken.Close()
	c := s.client(t)
	c.Addresses = addresses("ldap://x", broken.URL, busy.URL, busy.URL, s.server.URL)
	if r := s.step(t, c, 1, good); r.Address != s.server.URL {
		t.Errorf("answered by %s", r.Address)
	}
	// Of two failures, the one that came further is told.
	c = s.client(t)
	c.Addresses = addresses(broken.URL, busy.URL, broken.URL+"/2")
	if r := s.ask(c, now); r.Answer.Cause != ocsp.CauseTryLater {
		t.Errorf("%v", r.Answer)
	}
	// To be unknown to a right responder is further still.
	s.set(func() { s.answer = revocation.Answer{} })
	c = s.client(t)
	c.Addresses = addresses(s.server.URL, busy.URL)
	if r := s.ask(c, now); r.Answer.Cause != ocsp.CauseUnknown || r.Response == nil {
		t.Errorf("%v", r.Answer)
	}
}

func TestClientGivesUpWithItsCaller(t *testing.T) {
	s := newStation(t, time.Hour)
	entered, release := make(chan struct{}), make(chan struct{})
	s.set(func() {
		s.override = func(http.ResponseWriter, *http.Request) { close(entered); <-release }
	})
	c := s.client(t)
	c.Timeout = time.Minute
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-entered; cancel() }()
	r := c.Status(ctx, s.person.Certificate, s.authority.Issuing(), now)
	if r.Answer.Cause != ocsp.CauseUnreachable || !errors.Is(r.Err, context.Canceled) {
		t.Errorf("%v, %v", r.Answer, r.Err)
	}
	close(release)
	c.Close()
	if r := s.ask(c, now); r.Answer.Status != undetermined {
		t.Errorf("closed: %v", r.Answer)
	}
}

func TestClientSharesOneExchange(t *testing.T) {
	s := newStation(t, time.Hour)
	release := make(chan struct{})
	inner := &ocsp.Responder{
		Issuer: s.authority.Issuing(), Certificate: s.responder.Certificate, Key: s.responder.Key,
		Now: s.clock.now, Status: func(*big.Int) revocation.Answer { return revocation.Answer{Status: good} },
	}
	s.set(func() {
		s.override = func(w http.ResponseWriter, r *http.Request) { <-release; inner.ServeHTTP(w, r) }
	})
	c := s.client(t)
	c.Timeout = 10 * time.Second
	before := runtime.NumGoroutine()
	var callers sync.WaitGroup
	for range 64 {
		callers.Go(func() {
			if r := s.ask(c, now); r.Answer.Status != good {
				t.Errorf("%v, %v", r.Answer, r.Err)
			}
		})
	}
	for runtime.NumGoroutine() < before+64 {
		runtime.Gosched()
	}
	close(release)
	callers.Wait()
	if n := s.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	c.Close()
	s.server.CloseClientConnections()
}
