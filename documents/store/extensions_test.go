package store_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tamga/documents/store"
)

func TestExtensions(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, clock := open(t, dsn)
		if n, since, err := db.Waiting(t.Context()); err != nil || n != 0 || !since.IsZero() {
			t.Fatalf("an empty queue: %d since %v, %v", n, since, err)
		}
		a, err := db.AddExtension(t.Context(), store.Extension{Client: "portal", Format: "cms", Level: "B-T", File: []byte("a"), Content: []byte("c")})
		must(t, err)
		clock.advance(time.Second)
		b, err := db.AddExtension(t.Context(), store.Extension{Client: "portal", Format: "pdf", Level: "B-LT", File: []byte("b")})
		must(t, err)
		if n, since, err := db.Waiting(t.Context()); err != nil || n != 2 || !since.Equal(start) {
			t.Errorf("%d wait since %v, %v", n, since, err)
		}
		if e, err := db.Extension(t.Context(), "portal", b); err != nil || e.Content != nil || string(e.File) != "b" || e.Level != "B-LT" {
			t.Errorf("%+v, %v", e, err)
		}
		for _, other := range [][2]string{{"stranger", a}, {"portal", "no such id"}, {"", a}} {
			if e, err := db.Extension(t.Context(), other[0], other[1]); !errors.Is(err, store.ErrNoExtension) {
				t.Errorf("%v: %+v, %v", other, e, err)
			}
		}
		// Nothing is due at once: the authority has just failed.
		if done, err := db.Extend(t.Context(), func(context.Context, store.Extension) ([]byte, error) { t.Error("tried"); return nil, nil }); done != 0 || err != nil {
			t.Error(done, err)
		}
		clock.advance(store.FirstPause)
		var tried []string
		done, err := db.Extend(t.Context(), func(_ context.Context, e store.Extension) ([]byte, error) {
			tried = append(tried, e.ID)
			if e.ID == a {
				return nil, errors.New("no authority answers")
			}
			return []byte("longer"), nil
		})
		if err != nil || done != 1 || !slices.Equal(tried, []string{a, b}) {
			t.Errorf("done %d, tried %v, %v", done, tried, err)
		}
		if e, err := db.Extension(t.Context(), "portal", a); err != nil || e.LastError != "no authority answers" ||
			e.Attempts != 1 || !e.DoneAt.IsZero() || e.Result != nil || string(e.Content) != "c" {
			t.Errorf("%+v, %v", e, err)
		}
		if e, err := db.Extension(t.Context(), "portal", b); err != nil || string(e.Result) != "longer" || e.DoneAt.IsZero() || e.LastError != "" {
			t.Errorf("%+v, %v", e, err)
		}
		if n, _, err := db.Waiting(t.Context()); err != nil || n != 1 {
			t.Errorf("%d wait, %v", n, err)
		}
	})
}

// The pauses between the attempts grow and stay below their limit.
func TestExtensionPauses(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, clock := open(t, dsn)
		id, err := db.AddExtension(t.Context(), store.Extension{Client: "portal", Format: "cms", Level: "B-T", File: []byte("a")})
		must(t, err)
		last := time.Duration(0)
		for range 12 {
			e, err := db.Extension(t.Context(), "portal", id)
			must(t, err)
			pause := e.NextAt.Sub(db.Moment())
			if pause < last || pause < store.FirstPause || pause > store.LongestPause {
				t.Errorf("attempt %d waits %v after %v", e.Attempts, pause, last)
			}
			last = pause
			clock.advance(pause)
			_, err = db.Extend(t.Context(), func(context.Context, store.Extension) ([]byte, error) { return nil, errors.New("no") })
			must(t, err)
		}
		if last != store.LongestPause {
			t.Errorf("the last pause is %v", last)
		}
	})
}

// Many workers on one queue extend each signature once.
func TestExtensionsOnce(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, clock := open(t, dsn)
		const n = 20
		ids := make([]string, n)
		for i := range ids {
			var err error
			ids[i], err = db.AddExtension(t.Context(), store.Extension{Client: "portal", Format: "cms", Level: "B-T", File: []byte{byte(i)}})
			must(t, err)
		}
		clock.advance(store.FirstPause)
		var calls atomic.Int32
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				if _, err := db.Extend(t.Context(), func(_ context.Context, e store.Extension) ([]byte, error) {
					calls.Add(1)
					return append([]byte("x"), e.File...), nil
				}); err != nil {
					t.Error(err)
				}
			})
		}
		workers.Wait()
		// A worker that lost a race stops early; what it left is due for the next.
		_, err := db.Extend(t.Context(), func(_ context.Context, e store.Extension) ([]byte, error) {
			calls.Add(1)
			return append([]byte("x"), e.File...), nil
		})
		must(t, err)
		if calls.Load() != n {
			t.Errorf("%d calls for %d signatures", calls.Load(), n)
		}
		for i, id := range ids {
			if e, err := db.Extension(t.Context(), "portal", id); err != nil || !bytes.Equal(e.Result, []byte{'x', byte(i)}) {
				t.Errorf("%+v, %v", e, err)
			}
		}
	})
}

// An attempt that takes longer than the pause after it has its lease: nobody else
// tries the same signature, unless the lease has run out. Then the result is that of
// who has it.
func TestExtensionLease(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, clock := open(t, dsn)
		other, _ := open(t, dsn)
		other.Now = clock.now
		id, err := db.AddExtension(t.Context(), store.Extension{Client: "portal", Format: "cms", Level: "B-T", File: []byte("a")})
		must(t, err)
		clock.advance(store.FirstPause)
		theirs := func(after time.Duration) (done int) {
			clock.advance(after)
			done, err := other.Extend(t.Context(), func(context.Context, store.Extension) ([]byte, error) { return []byte("theirs"), nil })
			must(t, err)
			return done
		}
		done, err := db.Extend(t.Context(), func(context.Context, store.Extension) ([]byte, error) {
			if n := theirs(store.JobLease - time.Second); n != 0 {
				t.Error("two at work on the same signature")
			}
			if n := theirs(time.Second); n != 1 {
				t.Error("an attempt whose lease has run out is not taken over")
			}
			return []byte("ours"), nil
		})
		if done != 0 || err != nil {
			t.Errorf("%d done, %v", done, err)
		}
		if e, err := db.Extension(t.Context(), "portal", id); err != nil || string(e.Result) != "theirs" || e.Attempts != 2 || e.LastError != "" {
			t.Errorf("%+v, %v", e, err)
		}
		verified(t, db)
	})
}

// A failure of one who has lost the lease is not told of the attempt of another.
func TestExtensionLostAndFailed(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, clock := open(t, dsn)
		id, err := db.AddExtension(t.Context(), store.Extension{Client: "portal", Format: "cms", Level: "B-T", File: []byte("a")})
		must(t, err)
		clock.advance(store.FirstPause)
		fail := func(words string) func(context.Context, store.Extension) ([]byte, error) {
			return func(context.Context, store.Extension) ([]byte, error) { return nil, errors.New(words) }
		}
		_, err = db.Extend(t.Context(), func(ctx context.Context, e store.Extension) ([]byte, error) {
			clock.advance(store.JobLease)
			if _, err := db.Extend(ctx, fail("later")); err != nil {
				t.Error(err)
			}
			return fail("earlier")(ctx, e)
		})
		must(t, err)
		if e, err := db.Extension(t.Context(), "portal", id); err != nil || e.LastError != "later" || !e.DoneAt.IsZero() {
			t.Errorf("%+v, %v", e, err)
		}
	})
}
