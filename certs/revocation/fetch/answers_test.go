package fetch_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/certs/revocation/fetch"
)

// Whatever a server answers, the last good list stays, and the status says
// what happened.
func TestBadAnswers(t *testing.T) {
	w := newWorld(t)
	good := w.list(t, start)
	next := w.list(t, start.Add(time.Minute))
	other, _ := newAuthority(t, ca.ECDSA)
	foreign, err := other.CRL(start, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Clone(next)
	broken[len(broken)-1] ^= 1
	delta, err := w.authority.DeltaCRL(start, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	root, err := w.authority.RootCRL(start, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	future := w.list(t, start.Add(3*time.Hour))
	endless, err := w.authority.CRL(start, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.Write(next) }))
	defer elsewhere.Close()
	huge := append([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff}, next...)

	tests := []struct {
		name    string
		answer  http.HandlerFunc
		problem fetch.Problem
		says    string
	}{
		{"404", http.NotFound, fetch.ProblemStatus, "404"},
		{"500", status(500), fetch.ProblemStatus, "500"},
		{"204", status(204), fetch.ProblemStatus, "204"},
		{"206", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(206); w.Write(next) }, fetch.ProblemStatus, "206"},
		{"empty", body(nil), fetch.ProblemLength, ""},
		{"captive page", body([]byte("<!doctype html><title>Кіру</title>")), fetch.ProblemNotList, "text/html"},
		{"truncated under its Content-Length", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(next)))
			w.Write(next[:len(next)/2])
		}, fetch.ProblemLength, ""},
		{"truncated, Content-Length as short", body(next[:len(next)/2]), fetch.ProblemLength, "announced"},
		{"truncated in chunks", chunked(next[:len(next)/2]), fetch.ProblemLength, ""},
		{"something follows", chunked(append(bytes.Clone(next), 0)), fetch.ProblemLength, "follows"},
		{"connection cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, fetch.ProblemNetwork, ""},
		{"too large by Content-Length", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(1<<40))
			w.Write(next)
		}, fetch.ProblemTooLarge, ""},
		{"too large by its header", chunked(huge), fetch.ProblemTooLarge, "2147483653 bytes"},
		{"redirect to another host", http.RedirectHandler(elsewhere.URL+"/nca.crl", http.StatusFound).ServeHTTP, fetch.ProblemRedirect, ""},
		{"redirect loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) }, fetch.ProblemRedirect, ""},
		{"compressed unasked", compressed(next), fetch.ProblemEncoding, "gzip"},
		{"no list inside", body(append([]byte{0x30, 0x82, 0x01, 0x00}, make([]byte, 256)...)), fetch.ProblemCheck, "malformed"},
		{"signature broken", body(broken), fetch.ProblemCheck, "signature"},
		{"of another key of that name", body(foreign), fetch.ProblemCheck, "no certificate of the list's issuer"},
		{"of another authority of the pool", body(root), fetch.ProblemIssuer, ""},
		{"delta where complete is configured", body(delta), fetch.ProblemKind, ""},
		{"from the future", body(future), fetch.ProblemDates, "future"},
		{"without nextUpdate", body(endless), fetch.ProblemDates, "absent"},
	}
	w.site.publish(good, `"good"`)
	w.mustFetch(t)
	for i, test := range tests {
		w.site.answerWith(test.answer)
		at := start.Add(time.Duration(i+1) * time.Minute)
		w.clock.set(at)
		if _, p := w.fetch(t); p != test.problem {
			t.Errorf("%s: %q, want %q", test.name, p, test.problem)
		}
		w.holds(t, good)
		st := w.status(t)
		if st.Problem != test.problem || st.Failures != i+1 || st.State != fetch.StateStale || !st.LastTry.Equal(at) ||
			!st.LastSuccess.Equal(start) || st.List == nil || !strings.Contains(st.Error, test.says) {
			t.Errorf("%s: %+v", test.name, st)
		}
	}
	w.site.publish(good, `"good"`)
	if o := w.mustFetch(t); o.Changed || w.site.last().Header.Get("If-None-Match") != `"good"` {
		t.Errorf("the validator of the good list is lost: %+v", o)
	}
	if st := w.status(t); st.Failures != 0 || st.Error != "" || st.Problem != "" || st.State != fetch.StateFresh || len(w.news) != 1 {
		t.Errorf("after recovery: %+v", st)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func body(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(b) }
}

func chunked(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush()
		w.Write(b)
	}
}

func compressed(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		z.Write(b)
		z.Close()
	}
}

func TestSizeLimitIsConfiguration(t *testing.T) {
	w := newWorld(t)
	raw := w.list(t, start)
	w.site.publish(raw, "")
	w.fetcher.MaxSize = int64(len(raw)) - 1
	if _, p := w.fetch(t); p != fetch.ProblemTooLarge {
		t.Errorf("one byte over: %q", p)
	}
	w.holds(t, nil)
	w.fetcher.MaxSize = int64(len(raw))
	w.mustFetch(t)
	w.holds(t, raw)
}

func TestRedirectOnTheSameHost(t *testing.T) {
	w := newWorld(t)
	raw := w.list(t, start)
	w.site.answerWith(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/nca.crl" {
			http.Redirect(rw, r, "/moved/nca.crl", http.StatusMovedPermanently)
			return
		}
		rw.Write(raw)
	})
	w.mustFetch(t)
	w.holds(t, raw)
}

func TestNobodyListens(t *testing.T) {
	w := newWorld(t)
	w.server.Close()
	if _, p := w.fetch(t); p != fetch.ProblemNetwork {
		t.Errorf("%q", p)
	}
	if st := w.status(t); st.State != fetch.StateNever || st.Failures != 1 {
		t.Errorf("%+v", st)
	}
}
