package api

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"
)

// What a part holds goes to nobody else until it comes back; who waited too
// long is told that the service is busy.
func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newLanes(64 * megabyte) // 16 for small ones, 24 each for large ones and clients
		ctx := t.Context()
		first, err := b.admit(ctx, 1000*megabyte, false)
		if err != nil {
			t.Fatal(err) // more than there is: it works alone
		}
		if _, err := b.admit(ctx, 3*megabyte, false); !errors.Is(err, errBusy) {
			t.Errorf("a second large one: %v", err)
		}
		small, err := b.admit(ctx, 2*megabyte, false)
		if err != nil {
			t.Errorf("a small one beside it: %v", err)
		}
		client, err := b.admit(ctx, 3*megabyte, true)
		if err != nil {
			t.Errorf("one with a key beside it: %v", err)
		}
		time.AfterFunc(admissionWait-time.Second, first)
		second, err := b.admit(ctx, 24*megabyte, false)
		if err != nil {
			t.Errorf("a large one that waits for its turn: %v", err)
		}
		gone, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if _, err := b.admit(gone, 3*megabyte, false); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("one whose own time ends first: %v", err)
		}
		for _, release := range []func(){first, second, small, client} {
			release() // first a second time, which must give nothing back
		}
		if !b.large.free.TryAcquire(b.large.size) || b.large.free.TryAcquire(1) {
			t.Error("what was taken did not come back as it was")
		}
	})
}

// The border between small and large requests, one below and one above.
func TestSmallRequests(t *testing.T) {
	b := newLanes(64 * megabyte)
	for cost, small := range map[int64]bool{2 * megabyte: true, 2*megabyte + 1: false} {
		release, err := b.admit(t.Context(), cost, false)
		if err != nil {
			t.Fatal(err)
		}
		whole := b.small.free.TryAcquire(b.small.size)
		if whole == small {
			t.Errorf("a request of %d bytes is small: %t", cost, !whole)
		}
		if whole {
			b.small.free.Release(b.small.size)
		}
		release()
	}
}

// A request that only asks has its share and its time at once, also when it
// brings a body, which nobody reads; one whose body is read has none yet.
func TestShareOfQuestions(t *testing.T) {
	for method, body := range map[string]string{"GET": "", "HEAD": "", "GET ": "x", "HEAD ": "x", "POST": "", "POST ": "x"} {
		v := &service{Server: Server{RequestTime: time.Minute}, budget: newBudget(DefaultMemory)}
		r := httptest.NewRequestWithContext(t.Context(), strings.TrimSpace(method), "/", strings.NewReader(body))
		c := echo.New().NewContext(r, httptest.NewRecorder())
		c.SetPath("/v1/documents")
		want := method != "POST " // with a body
		held, bounded := false, false
		h := v.share(func(c echo.Context) error {
			held = !v.budget.judging.allFree()
			_, bounded = contextOf(c).Deadline()
			return nil
		})
		if err := h(c); err != nil {
			t.Fatal(err)
		}
		if held != want || bounded != want {
			t.Errorf("%q with %q: has a share %t, a deadline %t, want %t", method, body, held, bounded, want)
		}
	}
}
