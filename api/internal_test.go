package api

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/web"
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
		for _, lang := range web.Languages() {
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
		if got := language(echo.New().NewContext(r, nil), web.EN); got != want {
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
	v := &service{Server: Server{Log: slog.New(slog.DiscardHandler), Now: time.Now, MaxBody: 1 << 10}}
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
