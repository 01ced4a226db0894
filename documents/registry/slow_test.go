package registry

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/tsa"
)

// countingSigner counts how often a key signs.
type countingSigner struct {
	crypto.Signer
	n *atomic.Int64
}

func (s countingSigner) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	s.n.Add(1)
	return s.Signer.Sign(rand, digest, opts)
}

// slowAuthority is a timestamp authority over HTTP that answers when it is told
// to.
type slowAuthority struct {
	asked  chan struct{} // a request has come
	answer func()        // from now on
	url    string
}

func newSlowAuthority(t *testing.T, fast *tsa.Authority) *slowAuthority {
	t.Helper()
	release := make(chan struct{})
	s := &slowAuthority{asked: make(chan struct{}, 100), answer: sync.OnceFunc(func() { close(release) })}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		s.asked <- struct{}{}
		select {
		case <-release:
		case <-req.Context().Done():
			return
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		fast.ServeHTTP(w, req)
	}))
	t.Cleanup(func() { s.answer(); server.Close() })
	s.url = server.URL
	return s
}

// slowRegister is a register whose documents are stamped by a slow authority and
// whose leases are short.
type slowRegister struct {
	*Registry
	clock      *clock
	authority  *slowAuthority
	signatures *atomic.Int64 // of its own key
	abandoned  *bool         // nothing renews its lease
}

func openSlow(t *testing.T, dsn string) slowRegister {
	t.Helper()
	r, c := open(t, dsn)
	pki := signtest.New(t, ca.ECDSA)
	slow, signatures := newSlowAuthority(t, pki.TSA()), &atomic.Int64{}
	c.advance(signtest.Now().Sub(start))
	r.Key, r.Verifier = pki.Person(official()), pki.Verifier
	r.Key.Signer = countingSigner{r.Key.Signer, signatures}
	r.LeaseFor = 100 * time.Millisecond
	client := &tsa.Client{
		Authorities: []tsa.Endpoint{{URL: slow.url}}, Now: signtest.Now, Timeout: time.Hour, UserAgent: "tamga", Skew: time.Hour,
		Trust: pki.Verifier.TrustToken,
	}
	r.Level = creation.BaselineT
	r.Make = func(ctx context.Context, o creation.Order) (creation.Made, error) {
		return creation.Make(ctx, creation.Services{Verifier: pki.Verifier, Stamp: client.Stamp, Gather: pki.Gatherer().Gather}, o)
	}
	return slowRegister{r, c, slow, signatures, new(bool)}
}

// passLease lets most of a lease pass, and waits until the act at work has
// renewed it; not for ever, since it may be that nothing renews it.
func (r slowRegister) passLease(t *testing.T) {
	t.Helper()
	r.clock.advance(r.LeaseFor * 9 / 10)
	want := fmt.Sprint(store.Micros(r.now().Add(r.LeaseFor)))
	for range 1000 {
		if *r.abandoned {
			return
		}
		if got := column(t, r.Registry, `SELECT leased_until FROM documents`); got[0] == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the lease is not renewed")
	*r.abandoned = true
}

// withoutAsking calls what must not ask the authority anything.
func (r slowRegister) withoutAsking(t *testing.T, call func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		return err
	case <-r.authority.asked:
		t.Fatalf("another signature was made and is to be stamped: %d now", r.signatures.Load())
	}
	return nil
}

// An act that takes many times its lease, asked for by a client that hangs up
// and tries again, makes one signature and one document.
func TestSlowActAndRetryingClient(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r := openSlow(t, dsn)
		impatient, hangUp := context.WithCancel(t.Context())
		first := make(chan error)
		go func() { first <- third(r.Issue(impatient, request())) }()
		<-r.authority.asked
		hangUp()
		if err := <-first; !errors.Is(err, store.ErrInProgress) || !errors.Is(err, context.Canceled) {
			t.Errorf("whoever hangs up gets %v", err)
		}
		for range 4 {
			r.passLease(t)
			if err := r.withoutAsking(t, func() error { return third(r.Issue(t.Context(), request())) }); !errors.Is(err, store.ErrInProgress) {
				t.Errorf("a retry while the act goes on: %v", err)
			}
			err := r.withoutAsking(t, func() error {
				got, err := r.Recover(t.Context())
				if len(got.Finished)+len(got.Waiting)+len(got.Voided) != 0 {
					err = fmt.Errorf("recovered %+v, %w", got, err)
				}
				return err
			})
			if err != nil {
				t.Errorf("while the act goes on: %v", err)
			}
		}
		r.authority.answer()
		var rec Record
		for {
			var err error
			if rec, _, err = r.Issue(t.Context(), request()); err == nil {
				break
			}
			if !errors.Is(err, store.ErrInProgress) {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		if n := r.signatures.Load(); n != 1 || rec.Number != "26000001" {
			t.Errorf("%d signatures were made for document %s", n, rec.Number)
		}
		expectWhole(t, r.Registry, rec.Number)
	})
}

// An act that takes too long is given up, and another one can have the
// reservation at once.
func TestActIsBounded(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r := openSlow(t, dsn)
		r.ActFor = 200 * time.Millisecond
		if _, _, err := r.Issue(t.Context(), request()); !errors.Is(err, errActTooLong) || !errors.Is(err, tsa.ErrUnreachable) {
			t.Errorf("a slow act ended with %v", err)
		}
		expectStatus(t, r.Registry, "26000001", documents.StatusReserved)
		r.authority.answer()
		r.ActFor = 0
		if rec := issue(t, r.Registry, "a", licenceDraft(1)); rec.Number != "26000001" {
			t.Errorf("got %s", rec.Number)
		}
	})
}

// An act whose lease was taken away ends for that reason, without a document of
// its own.
func TestLostLease(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r := openSlow(t, dsn)
		first := make(chan error)
		go func() { first <- third(r.Issue(t.Context(), request())) }()
		<-r.authority.asked
		change(t, r.Registry, `UPDATE documents SET lease = 'of another', leased_until = 0`)
		if err := <-first; !errors.Is(err, store.ErrInProgress) || !errors.Is(err, tsa.ErrUnreachable) {
			t.Errorf("without its lease the act ended with %v", err)
		}
		expectStatus(t, r.Registry, "26000001", documents.StatusReserved)
		if got := column(t, r.Registry, `SELECT lease FROM documents`); got[0] != "of another" {
			t.Errorf("the lease is now %q", got)
		}
		r.authority.answer()
		if rec := issue(t, r.Registry, "a", licenceDraft(1)); rec.Number != "26000001" {
			t.Errorf("got %s", rec.Number)
		}
	})
}

// What panics while a document is made ends this act, and not the program.
func TestActThatPanics(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		restore := onceSigned(r, func(context.Context) error { panic("a broken layout") })
		_, _, err := r.Issue(t.Context(), request())
		if err == nil || !strings.Contains(err.Error(), "document 26000001: panicked: a broken layout") {
			t.Errorf("got %v", err)
		}
		restore()
		if rec := issue(t, r, "a", licenceDraft(1)); rec.Number != "26000001" {
			t.Errorf("got %s", rec.Number)
		}
	})
}
