package tsa

import (
	"context"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing/tsp"
)

func TestEveryFamilyStamps(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		w := newWorld(t, family)
		c := w.client()
		c.Authorities[0].Policy = w.authority.Policies[0]
		for _, d := range imprintDigests() {
			token, err := c.Stamp(t.Context(), tsp.NewImprint(d, []byte("қол")))
			if err != nil {
				t.Errorf("%v, %s: %v", family, d.Name, err)
				continue
			}
			if err := token.Info.Imprint.Check([]byte("қол")); err != nil || !token.Info.GenTime.Equal(begin) || !token.Info.Policy.Equal(w.authority.Policies[0]) ||
				token.Info.Accuracy.Error != time.Second || token.SignedData.Version != 3 {
				t.Errorf("%v, %s: %+v, %v", family, d.Name, token.Info, err)
			}
		}
	}
}

// reply is a server that answers the parsed request with what the function
// says.
func (w *world) reply(answer func(q tsp.Request) []byte) string {
	s := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			w.t.Error(err)
		}
		q, err := tsp.ParseRequest(b)
		if err != nil {
			w.t.Error(err)
		}
		out.Header().Set("Content-Type", mediaReply)
		out.Write(answer(q))
	}))
	w.t.Cleanup(s.Close)
	return s.URL
}

// token has the authority say anything.
func (w *world) token(a *Authority, q tsp.Request, at time.Time) []byte {
	token, err := a.Stamp(q, a.Policies[0], at)
	if err != nil {
		w.t.Error(err)
	}
	return tsp.Response{Status: tsp.StatusInfo{Status: tsp.Granted}, Token: token}.DER()
}

// Whatever an authority answers that is not the stamp asked for is refused,
// each for its own reason.
func TestWrongAnswersAreRefused(t *testing.T) {
	w, rogue := newWorld(t, ca.ECDSA), newWorld(t, ca.ECDSA)
	var refused *RefusedError
	for _, test := range []struct {
		name   string
		want   error
		answer func(q tsp.Request) []byte
	}{
		{"another imprint", tsp.ErrImprint, func(q tsp.Request) []byte {
			q.Imprint = imprint("another")
			return w.token(w.authority, q, begin)
		}},
		{"another digest", tsp.ErrImprint, func(q tsp.Request) []byte {
			q.Imprint = tsp.NewImprint(certs.SHA512, []byte("x"))
			return w.token(w.authority, q, begin)
		}},
		{"no nonce", ErrNonce, func(q tsp.Request) []byte { q.Nonce = nil; return w.token(w.authority, q, begin) }},
		{"another nonce", ErrNonce, func(q tsp.Request) []byte { q.Nonce.Add(q.Nonce, big.NewInt(1)); return w.token(w.authority, q, begin) }},
		{"the past", ErrTime, func(q tsp.Request) []byte { return w.token(w.authority, q, begin.Add(-time.Hour)) }},
		{"the future", ErrTime, func(q tsp.Request) []byte { return w.token(w.authority, q, begin.Add(time.Hour)) }},
		{"a stranger's token", ErrUntrusted, func(q tsp.Request) []byte { return w.token(rogue.authority, q, begin) }},
		{"a token without certificates", ErrUntrusted, func(q tsp.Request) []byte { q.Certificates = false; return w.token(w.authority, q, begin) }},
		{"another policy", ErrPolicy, func(q tsp.Request) []byte {
			token, err := w.authority.Stamp(q, otherPolicy, begin)
			if err != nil {
				t.Error(err)
			}
			return tsp.Response{Token: token}.DER()
		}},
		{"a changed token", ErrUntrusted, func(q tsp.Request) []byte {
			b := w.token(w.authority, q, begin)
			b[len(b)-1] ^= 1 // inside the signature value
			return b
		}},
		{"a token that is none", tsp.ErrMalformed, func(tsp.Request) []byte {
			return tsp.Response{Token: []byte{0x30, 0}}.DER()
		}},
		{"nothing", tsp.ErrMalformed, func(tsp.Request) []byte { return nil }},
	} {
		c := w.client()
		c.Authorities = []Endpoint{{URL: w.reply(test.answer), Policy: w.authority.Policies[0]}}
		if _, err := c.Stamp(t.Context(), imprint("x")); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	c := w.client()
	c.Authorities[0].Policy = otherPolicy
	if _, err := c.Stamp(t.Context(), imprint("x")); !errors.As(err, &refused) || refused.Status.Failures[0] != tsp.UnacceptedPolicy {
		t.Errorf("a policy that the authority does not have: %v", err)
	}
	c = w.client()
	c.Trust = nil
	if _, err := c.Stamp(t.Context(), imprint("x")); !errors.Is(err, ErrUntrusted) {
		t.Errorf("a client that trusts nobody: %v", err)
	}
	if _, err := (&Client{}).Stamp(t.Context(), imprint("x")); !errors.Is(err, ErrNoAuthority) {
		t.Errorf("a client without authorities: %v", err)
	}
}

func TestHTTPIsJudged(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	var agent, contentType string
	mux := http.NewServeMux()
	mux.HandleFunc("/elsewhere", func(out http.ResponseWriter, r *http.Request) {
		http.Redirect(out, r, w.server.URL, http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/missing", http.NotFound)
	mux.HandleFunc("/page", func(out http.ResponseWriter, _ *http.Request) { out.Write([]byte("<html>welcome")) })
	mux.HandleFunc("/huge", func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Type", mediaReply)
		out.Write(make([]byte, DefaultMaxResponse+1))
	})
	mux.HandleFunc("/good", func(out http.ResponseWriter, r *http.Request) {
		agent, contentType = r.Header.Get("User-Agent"), r.Header.Get("Content-Type")
		w.authority.ServeHTTP(out, r)
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	for url, want := range map[string]error{
		s.URL + "/elsewhere": ErrHTTP, s.URL + "/missing": ErrHTTP, s.URL + "/page": ErrHTTP, s.URL + "/huge": ErrHTTP,
		"http://127.0.0.1:1": ErrUnreachable, "ftp://127.0.0.1": ErrUnreachable, "": ErrUnreachable, "http://a:b@127.0.0.1": ErrUnreachable,
	} {
		c := w.client()
		c.Authorities[0].URL = url
		if _, err := c.Stamp(t.Context(), imprint("x")); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", url, err, want)
		}
	}
	c := w.client()
	c.Authorities[0].URL = s.URL + "/good"
	if _, err := c.Stamp(t.Context(), imprint("x")); err != nil || agent != "tamga" || contentType != mediaQuery {
		t.Errorf("%v; User-Agent %q, Content-Type %q", err, agent, contentType)
	}
}

// Authorities are asked in order until one answers; a slow one holds nobody
// up for longer than the limit, and its state is told.
func TestSeveralAuthorities(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer slow.Close()
	defer close(release)
	c := w.client()
	c.Authorities = []Endpoint{{URL: slow.URL}, {URL: "http://127.0.0.1:1"}, {URL: w.server.URL}}
	c.Timeout = 50 * time.Millisecond
	if _, err := c.Stamper(t.Context())(imprint("x")); err != nil {
		t.Fatal(err)
	}
	if err := c.Answering(); err != nil {
		t.Errorf("one of three answers: %v", err)
	}
	c = w.client()
	c.Authorities = []Endpoint{{URL: slow.URL}, {URL: "http://127.0.0.1:1"}}
	c.Timeout = 50 * time.Millisecond
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Stamp(gone, imprint("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled question: %v", err)
	}
	if err := c.Answering(); err != nil {
		t.Errorf("nobody was asked, and a caller has gone: %v", err)
	}
	for _, err := range []error{second(c.Stamp(t.Context(), imprint("x"))), c.Answering()} {
		if err == nil || !strings.Contains(err.Error(), slow.URL) || !strings.Contains(err.Error(), "127.0.0.1:1") || !errors.Is(err, ErrUnreachable) {
			t.Errorf("the error does not name both: %v", err)
		}
	}
	if err := c.Answering(); !errors.Is(err, ErrSilent) {
		t.Errorf("both are silent: %v", err)
	}
	c.Authorities[1].URL = w.server.URL
	if _, err := c.Stamp(t.Context(), imprint("x")); err != nil || c.Answering() != nil {
		t.Errorf("one answers again: %v, %v", err, c.Answering())
	}
	if err := (&Client{}).Answering(); !errors.Is(err, ErrNoAuthority) {
		t.Errorf("there is none: %v", err)
	}
}

// second is the error of what returns two values.
func second[T any](_ T, err error) error { return err }
