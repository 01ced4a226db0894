package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"tamga/documents/store"
)

// A job is queued together with its row or not at all, is tried until it succeeds,
// and its result is written together with its end or not at all.
func TestJobs(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, clock := open(t, dsn)
		run(t, db, `CREATE TABLE letters (id TEXT PRIMARY KEY, sent TEXT NOT NULL DEFAULT '')`)
		broken := errors.New("broken")
		write := func(id string, end error) error {
			return db.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.ExecContext(ctx, `INSERT INTO letters (id) VALUES ($1)`, id); err != nil {
					return err
				}
				return errors.Join(tx.Enqueue(ctx, "letter", id), end)
			})
		}
		if err := write("a", broken); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		must(t, write("b", nil))
		if left := column(t, db, `SELECT id FROM jobs`); len(left) != 1 || left[0] != "b" {
			t.Errorf("the jobs are %q", left)
		}
		send := func(failure, end error) (tried, done int) {
			clock.advance(store.LongestPause)
			done, err := db.Work(t.Context(), "letter", func(_ context.Context, j store.Job) (store.Finish, error) {
				tried++
				return func(ctx context.Context, tx *store.Tx, at time.Time) error {
					if !at.Equal(clock.now()) || j.ID != "b" {
						t.Errorf("%s at %v", j.ID, at)
					}
					_, err := tx.ExecContext(ctx, `UPDATE letters SET sent = 'yes' WHERE id = $1`, j.ID)
					return errors.Join(err, end)
				}, failure
			})
			if !errors.Is(err, end) {
				t.Error(err)
			}
			return tried, done
		}
		for i, c := range []struct {
			failure, end error
			tried, done  int
			sent         string
		}{
			{broken, nil, 1, 0, ""},
			{nil, broken, 1, 0, ""},
			{nil, nil, 1, 1, "yes"},
			{nil, nil, 0, 0, "yes"},
		} {
			if tried, done := send(c.failure, c.end); tried != c.tried || done != c.done {
				t.Errorf("%d: %d tried, %d done", i, tried, done)
			}
			if sent := column(t, db, `SELECT sent FROM letters`); len(sent) != 1 || sent[0] != c.sent {
				t.Errorf("%d: sent %q", i, sent)
			}
		}
		if _, err := db.Work(t.Context(), "another kind", nil); err != nil {
			t.Error(err)
		}
	})
}
