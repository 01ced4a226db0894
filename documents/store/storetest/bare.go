package storetest

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents/store"
)

// Durable are the settings of a server as one is run, on which a commit that was
// answered survives the machine: for measuring.
func Durable() []string { return []string{"fsync=on", "synchronous_commit=on"} }

// Compare runs two acts from several clients in turns, and prints what share of the
// rate of the first that of the second is, and how long its slowest took. The rates are
// the machine's, the share is ours.
func Compare(b *testing.B, clients int, bare, own func(context.Context) error) {
	b.Helper()
	const rounds, window = 4, 700 * time.Millisecond
	var rates [2][]float64
	var took []time.Duration
	for range rounds {
		for i, act := range []func(context.Context) error{bare, own} {
			rate, each := Together(b, clients, window, act)
			if rates[i] = append(rates[i], rate); i == 1 {
				took = append(took, each...)
			}
		}
	}
	slices.Sort(took)
	median := func(all []float64) float64 { slices.Sort(all); return (all[len(all)/2-1] + all[len(all)/2]) / 2 }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(rates[0]), "bare/s")
	b.ReportMetric(median(rates[1]), "own/s")
	b.ReportMetric(100*median(rates[1])/median(rates[0]), "%bare")
	b.ReportMetric(float64(took[len(took)*99/100])/1e6, "ms-p99")
}

// Together runs an act from several clients for some time, and returns how often a
// second, and how long each took.
func Together(b *testing.B, clients int, window time.Duration, act func(context.Context) error) (float64, []time.Duration) {
	var mu sync.Mutex
	var all []time.Duration
	var wg sync.WaitGroup
	start := time.Now()
	for range clients {
		wg.Go(func() {
			for time.Since(start) < window {
				began := time.Now()
				if err := act(context.Background()); err != nil {
					b.Error(err)
					return
				}
				mu.Lock()
				all = append(all, time.Since(began))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(all) == 0 {
		b.Fatal("nothing was done")
	}
	return float64(len(all)) / time.Since(start).Seconds(), all
}

// Writer runs the statements of a bare transaction, one after another, until one fails.
type Writer struct {
	Tx  *store.Tx
	Err error
}

// Exec runs a statement.
func (w *Writer) Exec(ctx context.Context, query string, args ...any) {
	if w.Err == nil {
		_, w.Err = w.Tx.ExecContext(ctx, query, args...)
	}
}

// Scan runs a statement that returns a row of one column.
func (w *Writer) Scan(ctx context.Context, into any, query string, args ...any) {
	if w.Err == nil {
		w.Err = w.Tx.QueryRowContext(ctx, query, args...).Scan(into)
	}
}

// Record is a record of the log, and the salt of its digests.
type Record struct {
	Subject, Number, Data string
	Salt                  []byte
}

// Log writes the rows of one record of the log, with as many hashes as it completes,
// and returns its place.
func (w *Writer) Log(ctx context.Context, r Record) (idx int64) {
	const hash = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
	var size int64
	w.Scan(ctx, &size, `UPDATE log_head SET size = size + 1, hash = $1 WHERE id = 1 RETURNING size`, hash)
	idx = size - 1
	var rows []string
	var args []any
	for i := hashes(idx); i < hashes(size); i++ {
		rows = append(rows, fmt.Sprintf("($%d, $%d)", len(args)+1, len(args)+2))
		args = append(args, i, hash)
	}
	w.Exec(ctx, `INSERT INTO log_hashes (idx, hash) VALUES `+strings.Join(rows, ", "), args...)
	w.Exec(ctx, `INSERT INTO log_entries (idx, subject, number, record) VALUES ($1, $2, $3, $4)`, idx, r.Subject, r.Number, r.Data)
	w.Exec(ctx, `INSERT INTO log_salts (idx, salt) VALUES ($1, $2)`, idx, r.Salt)
	return idx
}

// hashes is how many hashes of subtrees a log of so many records has.
func hashes(size int64) int64 { return 2*size - int64(bits.OnesCount64(uint64(size))) }

// SameRows fails unless two acts write as many rows to each of some tables.
func SameRows(b *testing.B, db store.Reader, tables []string, acts ...func() error) {
	b.Helper()
	var written []string
	for _, act := range acts {
		before := count(b, db, tables)
		if err := act(); err != nil {
			b.Fatal(err)
		}
		for i, n := range count(b, db, tables) {
			before[i] = n - before[i]
		}
		written = append(written, fmt.Sprint(before))
	}
	if len(slices.Compact(written)) != 1 {
		b.Fatalf("rows of %v: %v", tables, written)
	}
}

func count(b *testing.B, db store.Reader, tables []string) (all []int64) {
	b.Helper()
	for _, table := range tables {
		var n int64
		if err := db.QueryRowContext(b.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
			b.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}
