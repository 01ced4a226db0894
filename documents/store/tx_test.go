package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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

// A statement that the database refuses is not asked again: only one that it undid
// for the sake of another is.
func TestTxTriesOnce(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, _ := open(t, dsn)
		run(t, db, `CREATE TABLE things (id TEXT PRIMARY KEY)`)
		attempts := 0
		err := db.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			attempts++
			_, err := tx.ExecContext(ctx, `INSERT INTO things (id) VALUES ('a'), ('a')`)
			return err
		})
		if err == nil || attempts != 1 || store.Unavailable(err) {
			t.Errorf("%v after %d attempts", err, attempts)
		}
	})
}

// Two programs that read first and then write take turns.
func TestTwoProgramsWrite(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		first, _ := open(t, dsn)
		second, _ := open(t, dsn)
		run(t, first, `CREATE TABLE things (id TEXT PRIMARY KEY, n BIGINT NOT NULL)`)
		run(t, first, `INSERT INTO things (id, n) VALUES ('a', 0)`)
		var wg sync.WaitGroup
		const times = 20
		for _, db := range []*store.DB{first, second} {
			wg.Go(func() {
				for range times {
					err := db.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
						var id string
						if err := tx.QueryRowContext(ctx, `SELECT id FROM things WHERE n >= 0`).Scan(&id); err != nil {
							return err
						}
						_, err := tx.ExecContext(ctx, `UPDATE things SET n = n + 1 WHERE id = $1`, id)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := column(t, first, `SELECT n FROM things`); len(n) != 1 || n[0] != "40" {
			t.Errorf("counted %v, want 40", n)
		}
	})
}

// While somebody looks at one moment of the database, others write.
func TestSnapshotKeepsNobodyWaiting(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, _ := open(t, dsn)
		count := func(ctx context.Context, r store.Reader) (n int) {
			must(t, r.QueryRowContext(ctx, `SELECT COUNT(*) FROM clients`).Scan(&n))
			return n
		}
		must(t, db.Snapshot(t.Context(), func(ctx context.Context, r store.Reader) error {
			before := count(ctx, r)
			if _, err := db.AddClient(t.Context(), "a", nil); err != nil {
				t.Error(err)
			}
			if after := count(ctx, r); before != 0 || after != 0 {
				t.Errorf("saw %d clients, then %d", before, after)
			}
			return nil
		}))
		if n := count(t.Context(), db); n != 1 {
			t.Errorf("%d clients afterwards", n)
		}
	})
}

// A look at one moment that asks nothing for too long ends, and says that it was the
// database's time that was up.
func TestIdleSnapshotEnds(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, _ := open(t, dsn)
		db.Patience = 50 * time.Millisecond
		err := db.Snapshot(t.Context(), func(ctx context.Context, _ store.Reader) error {
			<-ctx.Done()
			return ctx.Err()
		})
		if !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// Whoever reads without a bound of his own, or with a long one, waits for the database no
// longer than one call may, and is told that it does not answer.
func TestReadingIsBounded(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, _ := open(t, dsn)
		db.Patience = 50 * time.Millisecond
		const endless = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT COUNT(*) FROM n`
		long, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		for name, ctx := range map[string]context.Context{"no bound": context.Background(), "a long one": long} {
			var n int64
			if err := db.QueryRowContext(ctx, endless).Scan(&n); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%s: one row: %v", name, err)
			}
			if err := readAll(ctx, db, endless); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%s: rows: %v", name, err)
			}
		}
		db.Patience = 0
		if err := readAll(context.Background(), db, `SELECT 1 UNION ALL SELECT 2`); err != nil {
			t.Errorf("a short answer: %v", err)
		}
	})
}

// Whoever goes on with a connection that was given up in the middle of a transaction is told
// that the database does not answer, and not of a fault of the program.
func TestGivenUpConnection(t *testing.T) {
	db, err := pgx.Connect(t.Context(), cluster.Database(t))
	must(t, err)
	must(t, db.Close(t.Context()))
	_, err = db.Exec(t.Context(), `SELECT 1`)
	if err == nil || !store.Unavailable(fmt.Errorf("failed to write: %w", err)) {
		t.Errorf("a closed connection: %v", err)
	}
}

func readAll(ctx context.Context, r store.Reader, query string) error {
	rows, err := r.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Who stops to keep a lease waits for a renewal that is under way.
func TestKeepLeaseWaits(t *testing.T) {
	began, renewed := make(chan struct{}), atomic.Bool{}
	_, stop := store.KeepLease(t.Context(), time.Millisecond, func(context.Context) (bool, error) {
		if !renewed.Load() {
			close(began)
			time.Sleep(50 * time.Millisecond)
			renewed.Store(true)
		}
		return true, nil
	})
	<-began
	stop()
	if !renewed.Load() {
		t.Error("stopped during a renewal")
	}
}
