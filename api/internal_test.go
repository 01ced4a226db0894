package api

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/web"
	"tamga/language"
	"tamga/signing/spool"
)

// A panic is answered with a problem and logged with its stack; its value,
// which may hold anything, is neither answered nor logged.
func TestPanic(t *testing.T) {
	var log bytes.Buffer
	v := &service{Server: Server{
		Log: slog.New(slog.NewTextHandler(&log, nil)), Now: time.Now, MaxBody: DefaultMaxBody,
	}}
	e := echo.New()
	e.HTTPErrorHandler = v.fail
	e.Use(v.trace, v.access, v.recoverPanic, v.headers, v.limitBody)
	e.GET("/value", func(echo.Context) error { panic("850101400011") })
	e.GET("/index", func(c echo.Context) error { return c.String(200, strings.Split("a", " ")[c.Response().Status%7+1]) })
	for _, path := range []string{"/value", "/index"} {
		answer := httptest.NewRecorder()
		e.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if answer.Code != http.StatusInternalServerError || !strings.Contains(answer.Body.String(), `"code":"internal"`) {
			t.Errorf("%s: %d %s", path, answer.Code, answer.Body)
		}
		if strings.Contains(answer.Body.String()+log.String(), "850101400011") {
			t.Errorf("%s: the value of the panic is told", path)
		}
	}
	for _, want := range []string{"msg=panic", "index out of range", "recoverPanic", "status=500"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
}

// The table names every error once, and codes that are the same have the same
// status.
func TestOutcomes(t *testing.T) {
	status := map[string]int{}
	errs := map[error]bool{}
	for _, o := range append(outcomes(), invalidDocument(nil), internal(nil)) {
		if before, ok := status[o.code]; ok && before != o.status {
			t.Errorf("%s is %d and %d", o.code, before, o.status)
		}
		status[o.code] = o.status
		if o.is != nil && errs[o.is] {
			t.Errorf("%v stands twice", o.is)
		}
		errs[o.is] = true
		for _, lang := range language.All() {
			if o.title.In(lang) == "" {
				t.Errorf("%s has no title in %s", o.code, lang)
			}
		}
		if strings.ContainsAny(o.title.KK, "i") {
			t.Errorf("%s: a Latin i in %q", o.code, o.title.KK)
		}
	}
}

func TestLanguage(t *testing.T) {
	for header, want := range map[string]web.Lang{
		"":                          web.EN,
		"ru":                        web.RU,
		"kk-KZ,ru;q=0.9,en;q=0.8":   web.KK,
		"de,ru;q=0.5,en;q=0.7":      web.EN,
		"ru;q=0.2, KK;q=0.3":        web.KK,
		"ru;q=nonsense, kk;q=0.001": web.KK,
		"ru;q=0":                    web.EN,
		"*":                         web.EN,
		"ru;q=2":                    web.EN,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", header)
		if got := preferred(echo.New().NewContext(r, nil), web.EN); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestLimiter(t *testing.T) {
	now := time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)
	l := newLimiter(2, time.Minute, func() time.Time { return now })
	for i, want := range []bool{true, true, false, false} {
		if _, ok := l.take("a"); ok != want {
			t.Errorf("event %d: %t", i, ok)
		}
	}
	if _, ok := l.take("b"); !ok {
		t.Error("another name is counted with the first")
	}
	l.giveBack("a")
	if _, ok := l.take("a"); !ok {
		t.Error("an event given back still counts")
	}
	now = now.Add(45 * time.Second)
	if wait, ok := l.take("a"); ok || wait != 15*time.Second {
		t.Errorf("wait %v, want 15s", wait)
	}
	now = now.Add(15 * time.Second)
	if _, ok := l.take("a"); !ok {
		t.Error("a new window counts the old one")
	}
}

// A crowd of names makes the limiter forget, never refuse: its memory stays
// bounded, new clients are let in, and who is seen again is remembered.
func TestLimiterCrowd(t *testing.T) {
	now := time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)
	l := newLimiter(1, time.Minute, func() time.Time { return now })
	l.take("eager")
	for i := range 5 * namesPerGeneration {
		if _, ok := l.take(strconv.Itoa(i)); !ok {
			t.Fatalf("client %d, the first time: refused", i)
		}
		if i%1000 == 0 {
			if _, ok := l.take("eager"); ok {
				t.Fatalf("after %d others the eager client is forgotten", i)
			}
		}
	}
	if n := len(l.young) + len(l.older); n > 2*namesPerGeneration {
		t.Errorf("%d names are kept", n)
	}
	if _, ok := l.take("0"); !ok {
		t.Error("a name seen long ago is still counted")
	}
}

// A client that has guessed too much makes nobody's guesses forgotten, however
// many documents it names.
func TestGuessesOfManyDocuments(t *testing.T) {
	now := time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)
	g := newGuessLimiter(Limits{GuessWindow: time.Hour, GuessesPerPair: 1, GuessesPerClient: 2}, func() time.Time { return now })
	if _, _, ok := g.take("patient", "26000001"); !ok {
		t.Fatal("the first guess is refused")
	}
	for i := range 3 * namesPerGeneration {
		if _, _, ok := g.take("eager", strconv.Itoa(i)); ok != (i < 2) {
			t.Fatalf("guess %d: %t", i, ok)
		}
	}
	if _, _, ok := g.take("patient", "26000001"); ok {
		t.Error("a second guess of the pair passes")
	}
	if _, _, ok := g.take("patient", "26000002"); !ok {
		t.Error("a guess that was refused counts for the client")
	}
}

func TestClientName(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"2001:db8:0:100::1", "2001:db8:0:1ff:ffff:ffff:ffff:ffff"}, // the ends of one /56
		{"::ffff:203.0.113.9", "203.0.113.9"},
		{"fe80::1%eth0", "fe80::2%eth1"},
	} {
		if a, b := clientName(c.a), clientName(c.b); a != b {
			t.Errorf("%s is %s, %s is %s", c.a, a, c.b, b)
		}
	}
	for _, c := range []struct{ a, b string }{
		{"2001:db8:0:1ff::1", "2001:db8:0:200::1"}, // across the border
		{"203.0.113.9", "203.0.113.10"},
	} {
		if a, b := clientName(c.a), clientName(c.b); a == b {
			t.Errorf("%s and %s are both %s", c.a, c.b, a)
		}
	}
}

// Who wrote X-Forwarded-For decides whether it is believed.
func TestClientAddress(t *testing.T) {
	ours := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		name, peer string
		header     []string
		want       string
		proxies    []netip.Prefix
	}{
		{"nobody trusted", "10.0.0.1:9", []string{"203.0.113.1"}, "10.0.0.1", nil},
		{"our proxy", "10.0.0.1:9", []string{"203.0.113.1"}, "203.0.113.1", ours},
		{"our proxy over IPv6", "[fd00::1]:9", []string{"2001:db8::1"}, "2001:db8::1", ours},
		{"our proxy, mapped", "[::ffff:10.0.0.255]:9", []string{"203.0.113.1"}, "203.0.113.1", ours},
		{"a private neighbour", "10.0.1.0:9", []string{"203.0.113.1"}, "10.0.1.0", ours},
		{"invented on the left", "10.0.0.1:9", []string{"198.51.100.7, 203.0.113.1"}, "203.0.113.1", ours},
		{"invented in another line", "10.0.0.1:9", []string{"198.51.100.7", "203.0.113.1"}, "203.0.113.1", ours},
		{"a private one invented", "10.0.0.1:9", []string{"192.168.0.1, 203.0.113.1"}, "203.0.113.1", ours},
		{"two of ours", "10.0.0.1:9", []string{"198.51.100.7, 203.0.113.1, 10.0.0.2"}, "203.0.113.1", ours},
		{"only ours", "10.0.0.1:9", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3", ours},
		{"with a port", "10.0.0.1:9", []string{"203.0.113.1:4711"}, "203.0.113.1", ours},
		{"in brackets", "10.0.0.1:9", []string{"[2001:db8::1]:4711"}, "2001:db8::1", ours},
		{"no address", "10.0.0.1:9", []string{"203.0.113.1, unknown"}, "10.0.0.1", ours},
		{"no header", "10.0.0.1:9", nil, "10.0.0.1", ours},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr, r.Header["X-Forwarded-For"] = c.peer, c.header
		v := &service{Server: Server{Proxies: c.proxies}}
		if got := v.clientAddress(r); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// FuzzJSON asks that a stranger's JSON gives an answer, and that what is
// accepted is one object.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"cms":"","iin":"1"}`, `{"cms":1}`, `{"a":[{"b":{}}]}`, `{"a":1,"a":2}`, `{"cms":"`, `[]`, `{} {}`,
		`{"content":null}`, "\xff", `{"\u0061":1,"a":1}`, strings.Repeat(`{"a":`, 100),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var body verifyRequest
		err := decodeJSON(raw, &body)
		if err == nil && !bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{")) {
			t.Errorf("accepted %q", raw)
		}
		if err != nil {
			if o := outcomeOf(err); o.status != http.StatusBadRequest {
				t.Errorf("%q: %d %v", raw, o.status, err)
			}
		}
	})
}

// A body whose length is not announced is cut off, too.
func TestLongBodyWithoutLength(t *testing.T) {
	v := &service{Server: Server{Log: slog.New(slog.DiscardHandler), Now: time.Now, MaxBody: 1 << 10}, spool: &spool.Space{}}
	e := echo.New()
	e.HTTPErrorHandler = v.fail
	e.Use(v.trace, v.access, v.limitBody)
	e.POST("/", func(c echo.Context) error {
		var body verifyRequest
		return v.readJSON(c, &body)
	})
	s := httptest.NewServer(e)
	defer s.Close()
	endless := io.MultiReader(strings.NewReader(`{"cms":"`), strings.NewReader(strings.Repeat("A", 1<<20)))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, io.NopCloser(endless))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%s", res.Status)
	}
}

// trickle gives a byte each time it is asked, and remembers the deadlines.
type trickle struct {
	http.ResponseWriter
	deadlines []time.Time
}

func (c *trickle) SetReadDeadline(t time.Time) error {
	c.deadlines = append(c.deadlines, t)
	return nil
}

// A body has a time for each piece, however many bytes of it trickle in, one
// for the whole, and less while many come in; when it is here, the connection
// has no deadline any more.
func TestPaceOfBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const pieces = 40
		c := &trickle{ResponseWriter: httptest.NewRecorder()}
		began := time.Now()
		open := newRequests()
		b := &pacedBody{
			ReadCloser: io.NopCloser(strings.NewReader(strings.Repeat("x", pieces*pieceSize))),
			control:    http.NewResponseController(c), crowded: open.crowded, end: began.Add(wholeTime), piece: began,
		}
		read := func(n int) time.Time {
			if _, err := b.Read(make([]byte, n)); err != nil {
				t.Fatal(err)
			}
			return c.deadlines[len(c.deadlines)-1]
		}
		if got := read(pieceSize / 2); !got.Equal(began.Add(pieceTime)) {
			t.Errorf("the first piece has %v", got.Sub(began))
		}
		time.Sleep(20 * time.Second)
		if got := read(pieceSize / 2); !got.Equal(began.Add(pieceTime)) {
			t.Errorf("half a piece has moved the deadline to %v", got.Sub(began))
		}
		second := began.Add(20 * time.Second)
		if got := read(1); !got.Equal(second.Add(pieceTime)) {
			t.Errorf("the second piece has until %v", got.Sub(began))
		}
		for many, want := range map[int]time.Duration{open.many: pieceTime, open.many + 1: hurriedTime} {
			open.all = many
			if got := read(1); !got.Equal(second.Add(want)) {
				t.Errorf("with %d open a piece has %v", many, got.Sub(second))
			}
		}
		open.all = 1
		time.Sleep(wholeTime - 21*time.Second)
		read(pieceSize)
		if got := read(1); !got.Equal(began.Add(wholeTime)) {
			t.Errorf("the whole has %v", got.Sub(began))
		}
		if _, err := io.Copy(io.Discard, b); err != nil {
			t.Fatal(err)
		}
		if got := c.deadlines[len(c.deadlines)-1]; !got.IsZero() {
			t.Errorf("after the end the deadline is %v", got)
		}
	})
}

// slowBody is a body whose connection passed its deadline.
type slowBody struct{}

func (slowBody) Read([]byte) (int, error) { return 0, fmt.Errorf("read: %w", os.ErrDeadlineExceeded) }

// Who sends too slowly is told so.
func TestSlowBody(t *testing.T) {
	v := &service{spool: &spool.Space{Dir: t.TempDir()}}
	c := echo.New().NewContext(httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", slowBody{}), httptest.NewRecorder())
	_, err := v.receive(c, 100)
	if o := outcomeOf(err); o.code != "body_too_slow" || o.status != http.StatusRequestTimeout {
		t.Errorf("%d %s: %v", o.status, o.code, err)
	}
}

// blanks is a body of blank lines, one every ten seconds, on a connection with
// deadlines. It ends after an hour.
type blanks struct {
	*trickle
	sent int
}

func (b *blanks) Read(p []byte) (int, error) {
	time.Sleep(10 * time.Second)
	if time.Now().After(b.deadlines[len(b.deadlines)-1]) {
		return 0, os.ErrDeadlineExceeded
	}
	if b.sent++; b.sent > 360 {
		return 0, io.EOF
	}
	return copy(p, "\r\n"), nil
}

// A batch of blank lines is not waited for longer than one line is.
func TestBlankLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &service{spool: &spool.Space{}, Server: Server{MaxBody: 1 << 10}}
		body := &blanks{trickle: &trickle{ResponseWriter: httptest.NewRecorder()}}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/verify/batch", body)
		c := echo.New().NewContext(r, body)
		began, lines := time.Now(), 0
		for line := range v.readLines(c, http.NewResponseController(body)) {
			if lines++; !errors.Is(line.err, errTooSlow) {
				t.Errorf("line %d: %v", line.number, line.err)
			}
		}
		if took := time.Since(began); lines != 1 || took > lineTime+10*time.Second {
			t.Errorf("%d lines after %v", lines, took)
		}
	})
}

// What is not possible now is told apart from what is our fault.
func TestUnavailable(t *testing.T) {
	for code, err := range map[string]error{
		"took_too_long":        fmt.Errorf("reading: %w", context.DeadlineExceeded),
		"register_unavailable": fmt.Errorf("reading: %w", driver.ErrBadConn),
		"busy":                 fmt.Errorf("%w: 5 bytes are taken", spool.ErrFull),
		"internal":             errors.New("no such table"),
	} {
		if o := outcomeOf(err); o.code != code || (o.status == http.StatusServiceUnavailable) != (code != "internal") {
			t.Errorf("%v: %d %s", err, o.status, o.code)
		}
	}
}
