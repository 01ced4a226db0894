package store_test

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"tamga/documents/registry"
	"tamga/documents/store"
	"tamga/documents/store/storetest"
)

// cluster is set once, before any test runs.
var cluster *storetest.Cluster

func TestMain(m *testing.M) {
	cluster = storetest.Start()
	os.Exit(cluster.Run(m))
}

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// start is when every test begins.
var start = time.Date(2026, time.June, 22, 7, 0, 0, 0, time.UTC)

// open opens a database under the log of the register, whose it is.
func open(t testing.TB, dsn string) (*store.DB, *clock) {
	t.Helper()
	db, err := registry.Open(t.Context(), dsn)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	c := &clock{at: start}
	db.Now = c.now
	return db, c
}

// verified holds that the log covers every row as it is.
func verified(t testing.TB, db *store.DB) {
	t.Helper()
	must(t, (&registry.Registry{Store: db}).VerifyLog(t.Context()))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// run runs a statement in a transaction of its own.
func run(t testing.TB, db *store.DB, query string, args ...any) {
	t.Helper()
	must(t, db.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	}))
}

// column returns the first column of all rows of a query as text.
func column(t testing.TB, db *store.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	must(t, err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		must(t, rows.Scan(&s))
		all = append(all, s)
	}
	must(t, rows.Err())
	return all
}
