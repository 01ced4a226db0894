package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"tamga/documents/store"
)

// What a transaction writes is there as a whole or not at all, and an error of its
// own is nothing to try again.
func TestTx(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, _ := open(t, dsn)
		run(t, db, `CREATE TABLE things (id TEXT PRIMARY KEY, n BIGINT NOT NULL)`)
		broken, attempts := errors.New("broken"), 0
		err := db.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			attempts++
			for _, id := range []string{"a", "b"} {
				fresh, err := tx.Changed(ctx, `INSERT INTO things (id, n) VALUES ($1, 1) ON CONFLICT (id) DO NOTHING`, id)
				if err != nil || !fresh {
					t.Errorf("%s: %t, %v", id, fresh, err)
				}
			}
			var n int
			if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM things`).Scan(&n); err != nil || n != 2 {
				t.Errorf("sees %d of its own rows, %v", n, err)
			}
			return broken
		})
		if !errors.Is(err, broken) || attempts != 1 {
			t.Errorf("%v after %d attempts", err, attempts)
		}
		if left := column(t, db, `SELECT id FROM things`); len(left) != 0 {
			t.Errorf("%v is left", left)
		}
		run(t, db, `INSERT INTO things (id, n) VALUES ('a', 1)`)
		if left := column(t, db, `SELECT id FROM things`); len(left) != 1 {
			t.Errorf("%v is there", left)
		}
	})
}

// Two transactions that wait for each other both come to their end: the database
// undoes one, and it is run again.
func TestTxDeadlock(t *testing.T) {
	db, _ := open(t, cluster.Database(t))
	run(t, db, `CREATE TABLE things (id TEXT PRIMARY KEY, n BIGINT NOT NULL)`)
	run(t, db, `INSERT INTO things (id, n) VALUES ('a', 0), ('b', 0)`)
	var attempts atomic.Int32
	var both, done sync.WaitGroup
	both.Add(2)
	for _, order := range [][]string{{"a", "b"}, {"b", "a"}} {
		done.Go(func() {
			var first sync.Once
			err := db.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				attempts.Add(1)
				for i, id := range order {
					if _, err := tx.ExecContext(ctx, `UPDATE things SET n = n + 1 WHERE id = $1`, id); err != nil {
						return err
					}
					if i == 0 {
						first.Do(func() { both.Done(); both.Wait() })
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if got := column(t, db, `SELECT n FROM things`); len(got) != 2 || got[0] != "2" || got[1] != "2" {
		t.Errorf("the rows have %v, want 2 each", got)
	}
	if n := attempts.Load(); n < 3 {
		t.Errorf("%d attempts: neither was run again", n)
	}
}
