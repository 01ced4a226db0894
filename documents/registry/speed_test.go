package registry

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tamga/documents/store"
)

// BenchmarkIssueBesideBare prints how many documents a second several clients have
// issued, with all that is rendered, signed and verified, as a share of bare
// transactions that write the same rows and do nothing else. Both are measured in turns
// in the same run: the numbers are the machine's, the share is ours. Run it with
// -benchtime 1x.
func BenchmarkIssueBesideBare(b *testing.B) {
	for _, clients := range []int{1, 4, 16} {
		b.Run(fmt.Sprintf("postgres/%d", clients), func(b *testing.B) { benchmarkBesideBare(b, cluster.Database(b), clients) })
	}
	b.Run("sqlite/4", func(b *testing.B) { benchmarkBesideBare(b, filepath.Join(b.TempDir(), "register.sqlite"), 4) })
}

func benchmarkBesideBare(b *testing.B, dsn string, clients int) {
	r, _ := open(b, dsn)
	one := issue(b, r, "first", licenceDraft(1))
	bare := bareIssue{r: r, number: one.Number}
	bare.read(b)
	var n atomic.Int64
	compare(b, clients, func(ctx context.Context) error { return bare.write(ctx, n.Add(1)) },
		func(ctx context.Context) error {
			return third(r.Issue(ctx, IssueRequest{Client: "bench", IdempotencyKey: fmt.Sprint(n.Add(1)), Draft: licenceDraft(1)}))
		})
}

// compare runs two acts from several clients in turns, and prints what share of the
// rate of the first that of the second is, and how long the slowest took.
func compare(b *testing.B, clients int, bare, own func(context.Context) error) {
	const rounds, window = 4, 700 * time.Millisecond
	var rates [2][]float64
	var took []time.Duration
	for range rounds {
		for i, act := range []func(context.Context) error{bare, own} {
			rate, each := together(b, clients, window, act)
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

// together runs an act from several clients for some time, and returns how often a
// second, and how long each took.
func together(b *testing.B, clients int, window time.Duration, act func(context.Context) error) (float64, []time.Duration) {
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
	return float64(len(all)) / time.Since(start).Seconds(), all
}

// bareIssue is the rows that issuing a document has written, to be written again under
// other keys by one statement for each table and nothing else.
type bareIssue struct {
	r                          *Registry
	number                     string
	content, evidence, layout  string
	file                       []byte
	records                    []string
	salt                       []byte
	contentSum, fileSum, check string
}

func (w *bareIssue) read(b *testing.B) {
	rec, err := w.r.Document(b.Context(), w.number)
	must(b, err)
	w.file, err = w.r.PDF(b.Context(), w.number)
	must(b, err)
	w.content = column(b, w.r, `SELECT content FROM documents`)[0]
	w.layout = column(b, w.r, `SELECT layout FROM documents`)[0]
	w.records = column(b, w.r, `SELECT record FROM log_entries ORDER BY idx`)
	w.evidence, w.salt, w.check = string(rec.Evidence), make([]byte, saltLength), rec.CheckCode
	w.contentSum, w.fileSum = rec.ContentSHA256, rec.FileSHA256
}

func (w *bareIssue) write(ctx context.Context, n int64) error {
	number, now := fmt.Sprintf("bare %d", n), store.Micros(start)
	err := w.r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		var last int64
		do := writer{ctx, tx, nil}
		do.scan(&last, `INSERT INTO counters (series, year, last) VALUES ('bare', 2026, 1)
			ON CONFLICT (series, year) DO UPDATE SET last = counters.last + 1 RETURNING last`)
		do.exec(`INSERT INTO documents (number, kind, status, content, content_sha256, client, reserved_at, lease, leased_until, about, check_code)
			VALUES ($1, 'licence', 'reserved', $2, $3, 'bench', $4, 'lease', $5, '', $6)`, number, w.content, w.contentSum, now, now, w.check)
		do.exec(`INSERT INTO requests (client, idempotency_key, body_sha256, number) VALUES ('bench', $1, $2, $1)`, number, w.contentSum)
		do.log(w, number, 0)
		return do.err
	})
	if err != nil {
		return err
	}
	return w.r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		do := writer{ctx, tx, nil}
		do.exec(`UPDATE documents SET status = 'in_force', file_sha256 = $1, evidence = $2, layout = $3, leased_until = 0 WHERE number = $4`,
			w.fileSum, w.evidence, w.layout, number)
		do.exec(`INSERT INTO files (number, bytes) VALUES ($1, $2)`, number, w.file)
		do.log(w, number, 1)
		return do.err
	})
}

// writer runs statements until one fails.
type writer struct {
	ctx context.Context
	tx  *store.Tx
	err error
}

func (do *writer) exec(query string, args ...any) {
	if do.err == nil {
		_, do.err = do.tx.ExecContext(do.ctx, query, args...)
	}
}

func (do *writer) scan(into any, query string, args ...any) {
	if do.err == nil {
		do.err = do.tx.QueryRowContext(do.ctx, query, args...).Scan(into)
	}
}

// log writes the rows of one record, with as many hashes as one has.
func (do *writer) log(w *bareIssue, number string, i int) {
	var size int64
	hash := tlog.Hash{1}.String()
	do.scan(&size, `UPDATE log_head SET size = size + 1, hash = $1 WHERE id = 1 RETURNING size`, hash)
	idx := size - 1
	var rows []string
	var args []any
	for i := range tlog.StoredHashCount(size) - tlog.StoredHashCount(idx) {
		rows = append(rows, fmt.Sprintf("($%d, $%d)", 2*i+1, 2*i+2))
		args = append(args, tlog.StoredHashIndex(0, idx)+i, hash)
	}
	do.exec(`INSERT INTO log_hashes (idx, hash) VALUES `+strings.Join(rows, ", "), args...)
	do.exec(`INSERT INTO log_entries (idx, subject, number, record) VALUES ($1, 'document', $2, $3)`, idx, number, w.records[i])
	do.exec(`INSERT INTO log_salts (idx, salt) VALUES ($1, $2)`, idx, w.salt)
	do.exec(`INSERT INTO events (number, seq, kind, effective_at, recorded_at, data, log_idx) VALUES ($1, $2, 'reserved', $3, $3, '', $4)`,
		number, i+1, store.Micros(start), idx)
}
