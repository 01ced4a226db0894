package registry

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/documents/store/storetest"
)

// manyOf is the environment variable with how many documents BenchmarkFull fills a
// register with.
const manyOf = "TAMGA_BENCH_DOCUMENTS"

// BenchmarkFull prints how long issuing a document, looking one up and asking its
// status at a moment take in a register that has many documents, each with its events
// and records, and how that compares with an empty one, in turns in the same run. Run
// it with -benchtime 1x; TAMGA_BENCH_DOCUMENTS says how many, 1000000 in make bench-full.
func BenchmarkFull(b *testing.B) {
	many := 20000
	if s := os.Getenv(manyOf); s != "" {
		var err error
		many, err = strconv.Atoi(s)
		must(b, err)
	}
	server := storetest.Start(storetest.Durable()...)
	b.Cleanup(func() { must(b, server.Stop()) })
	b.Run("postgres", func(b *testing.B) { benchmarkFull(b, many, server.Database(b), server.Database(b)) })
	b.Run("sqlite", func(b *testing.B) {
		benchmarkFull(b, many, filepath.Join(b.TempDir(), "few.sqlite"), filepath.Join(b.TempDir(), "many.sqlite"))
	})
}

func benchmarkFull(b *testing.B, many int, dsns ...string) {
	var registers []*Registry
	var numbers []string
	for i, dsn := range dsns {
		r, _ := open(b, dsn)
		numbers = append(numbers, issue(b, r, "first", licenceDraft(1)).Number)
		if i == 1 {
			began := time.Now()
			fill(b, r, numbers[1], many)
			fmt.Printf("    %d documents and %d events filled in %v\n", many, 2*many, time.Since(began).Round(time.Second))
		}
		registers = append(registers, r)
	}
	var n atomic.Int64
	each := func(act func(r *Registry, number string) error) (few, full float64) {
		return medians(b, func(i int) error { return act(registers[i], numbers[i]) })
	}
	report := func(unit string, few, full float64) {
		b.ReportMetric(full*1000, "ms/"+unit)
		b.ReportMetric(full/few, "x-"+unit)
	}
	b.ReportMetric(0, "ns/op")
	few, full := each(func(r *Registry, _ string) error {
		return third(r.Issue(b.Context(), IssueRequest{Client: "bench", IdempotencyKey: fmt.Sprint(n.Add(1)), Draft: licenceDraft(1)}))
	})
	report("issue", few, full)
	few, full = each(func(r *Registry, number string) error { return third(r.DocumentAndLife(b.Context(), number)) })
	report("look-up", few, full)
	few, full = each(func(r *Registry, number string) error {
		status, err := r.StatusAt(b.Context(), number, start)
		if err == nil && status != documents.StatusInForce {
			return fmt.Errorf("status %s", status)
		}
		return err
	})
	report("StatusAt", few, full)
	const clients = 8
	rate, _ := storetest.Together(b, clients, 2*time.Second, func(ctx context.Context) error {
		return third(registers[1].DocumentAndLife(ctx, numbers[1]))
	})
	b.ReportMetric(rate, "look-ups/s")
}

// medians returns the median time of an act on each of two registers, in seconds, taken
// in turns.
func medians(b *testing.B, act func(i int) error) (first, second float64) {
	const rounds = 150
	took := make([][]float64, 2)
	for range rounds {
		for i := range took {
			began := time.Now()
			must(b, act(i))
			took[i] = append(took[i], time.Since(began).Seconds())
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	return took[0][rounds/2], took[1][rounds/2]
}

// fill writes many documents in force like one, with what belongs to each but a file,
// and goes on with the log behind them.
func fill(b *testing.B, r *Registry, like string, many int) {
	b.Helper()
	const rows = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < `
	const hash = "'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE='"
	size, _, err := r.Head(b.Context())
	must(b, err)
	after := size + 2*int64(many)
	count := func(n int64) string { return strconv.FormatInt(n, 10) + ") " }
	statements := []string{
		rows + count(int64(many)) + `INSERT INTO documents (number, kind, status, content, content_sha256, client, reserved_at, lease, leased_until, file_sha256, evidence, about, check_code, layout)
			SELECT 'KZ' || i || 'FULL', kind, status, content, content_sha256, client, reserved_at - i - 1, lease, leased_until, 'sum' || i, '{}', about, check_code, layout
			FROM n, documents WHERE number = '` + like + `'`,
		rows + count(int64(many)) + `INSERT INTO requests (client, idempotency_key, body_sha256, number) SELECT 'full', 'key' || i, 'sum' || i, 'KZ' || i || 'FULL' FROM n`,
		rows + count(2*int64(many)) + fmt.Sprintf(`INSERT INTO log_entries (idx, subject, number, record)
			SELECT %d + i, subject, 'KZ' || (i / 2) || 'FULL', record FROM n, log_entries WHERE idx = 0`, size),
		rows + count(2*int64(many)) + fmt.Sprintf(`INSERT INTO log_salts (idx, salt) SELECT %d + i, salt FROM n, log_salts WHERE idx = 0`, size),
		rows + count(2*int64(many)) + fmt.Sprintf(`INSERT INTO events (number, seq, kind, effective_at, recorded_at, data, log_idx)
			SELECT 'KZ' || (i / 2) || 'FULL', 1 + i %% 2, kind, effective_at, recorded_at, data, %d + i FROM n, events WHERE number = '%s' AND seq = 2`, size, like),
		rows + count(tlog.StoredHashCount(after)-tlog.StoredHashCount(size)) +
			fmt.Sprintf(`INSERT INTO log_hashes (idx, hash) SELECT %d + i, `+hash+` FROM n`, tlog.StoredHashCount(size)),
		fmt.Sprintf(`UPDATE log_head SET size = %d, hash = `+hash+` WHERE id = 1`, after),
	}
	r.Store.Patience = time.Hour
	for _, s := range statements {
		must(b, r.Store.Tx(b.Context(), func(ctx context.Context, tx *store.Tx) error { return second(tx.ExecContext(ctx, s)) }))
	}
	must(b, run(b, r, `ANALYZE`))
	r.Store.Patience = 0
}
