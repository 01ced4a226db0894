package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
)

// Whichever statement of a call fails, and be it one only, the call fails for that
// reason and not for what comes of it, and the register is whole.
func TestEveryStatementMayFail(t *testing.T) {
	dsn, g := behindGate(t, cluster.Database(t))
	r, clock := open(t, dsn)
	r.Address = Address{Base: "https://licences.example.kz"}
	numbers := 0
	fresh := func() string {
		numbers++
		return issue(t, r, fmt.Sprint("fresh ", numbers), licenceDraft(numbers)).Number
	}
	known := fresh()
	file, err := r.PDF(t.Context(), known)
	must(t, err)
	type call func(ctx context.Context) error
	on := func(number string, last int, e documents.NewEvent) EventRequest {
		return EventRequest{Client: "portal", IdempotencyKey: "on " + number, Number: number, Last: last, Event: e}
	}
	// Each makes ready what one call needs, which is not counted.
	calls := map[string]func() call{}
	for name, c := range everyCall(r, known, "x") {
		calls[name] = func() call { return c }
	}
	for _, name := range []string{"Ping", "Recover", "Extend"} {
		delete(calls, name)
	}
	calls["Issue"] = func() call {
		numbers++
		q := IssueRequest{Client: "portal", IdempotencyKey: fmt.Sprint("issue ", numbers), Draft: licenceDraft(numbers)}
		return func(ctx context.Context) error { return third(r.Issue(ctx, q)) }
	}
	calls["Issue again"] = func() call {
		return func(ctx context.Context) error {
			return third(r.Issue(ctx, IssueRequest{Client: "portal", IdempotencyKey: "fresh 1", Draft: licenceDraft(1)}))
		}
	}
	calls["Record"] = func() call {
		number := fresh()
		return func(ctx context.Context) error { return third(r.Record(ctx, on(number, 2, suspension()))) }
	}
	calls["Erase"] = func() call {
		number := fresh()
		record(t, r, number, 2, order(documents.EventTerminated))
		return func(ctx context.Context) error { return third(r.Erase(ctx, erasure(number, 3))) }
	}
	calls["ByFile"] = func() call {
		return func(ctx context.Context) error { return third(r.ByFile(ctx, store.HexSum(file))) }
	}
	calls["Origin"] = func() call {
		return func(ctx context.Context) error { return second(r.Origin(ctx, append(file, '\n'))) }
	}
	calls["Check"] = func() call {
		return func(ctx context.Context) error { return second(r.Check(ctx, known, CheckQuestion{})) }
	}
	calls["Reissue"] = func() call {
		q := IssueRequest{Client: "portal", Draft: reissueDraft(fresh())}
		q.IdempotencyKey = fmt.Sprint("reissue ", numbers)
		return func(ctx context.Context) error { return third(r.Issue(ctx, q)) }
	}
	calls["Client"] = func() call {
		secret, err := r.Store.AddClient(t.Context(), "portal", nil)
		must(t, err)
		return func(ctx context.Context) error { return second(r.Store.Client(ctx, secret)) }
	}
	calls["RevokeClient"] = func() call {
		secret, err := r.Store.AddClient(t.Context(), "portal", nil)
		must(t, err)
		return func(ctx context.Context) error { return r.Store.RevokeClient(ctx, strings.Split(secret, "_")[1]) }
	}
	queued := store.Extension{Client: "portal", Format: "cms", Level: "B-T", File: []byte("signed")}
	calls["AddExtension"] = func() call {
		return func(ctx context.Context) error { return second(r.Store.AddExtension(ctx, queued)) }
	}
	calls["Extension"] = func() call {
		id, err := r.Store.AddExtension(t.Context(), queued)
		must(t, err)
		return func(ctx context.Context) error { return second(r.Store.Extension(ctx, "portal", id)) }
	}
	calls["SealKeys"] = func() call { return func(ctx context.Context) error { return second(r.SealKeys(ctx)) } }
	calls["PrintedAddress"] = func() call { return func(ctx context.Context) error { return second(r.PrintedAddress(ctx)) } }
	calls["CheckHead"] = func() call {
		size, hash, err := r.Head(t.Context())
		must(t, err)
		return func(ctx context.Context) error { return r.CheckHead(ctx, size, hash) }
	}
	// The walk over the register first, while that is small.
	for _, name := range append([]string{"VerifyLog"}, slices.Sorted(maps.Keys(calls))...) {
		ready := calls[name]
		delete(calls, name)
		if ready == nil {
			continue
		}
		failed := int64(0)
		for n := int64(1); ; n++ {
			c := ready()
			g.spoil.Store(g.statements.Load() + n)
			err := c(t.Context())
			reached := g.statements.Load() >= g.spoil.Load()
			g.spoil.Store(0)
			clock.advance(time.Hour) // leases are over
			if !reached {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				break
			}
			if failed++; err == nil || !strings.Contains(err.Error(), spoiled) {
				t.Errorf("%s: with statement %d failed: %v", name, n, err)
			}
		}
		t.Logf("%s: %d statements", name, failed)
		if failed == 0 {
			t.Errorf("%s asks nothing of the database", name)
		}
	}
	must(t, r.VerifyLog(t.Context()))
}
