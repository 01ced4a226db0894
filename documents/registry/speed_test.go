package registry

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"tamga/documents/store"
	"tamga/documents/store/storetest"
)

// BenchmarkIssueBesideBare prints how many documents a second several clients have
// issued, with all that is rendered, signed and verified, as a share of bare
// transactions that write the same rows and do nothing else. Both are measured in turns
// in the same run: the numbers are the machine's, the share is ours. Run it with
// -benchtime 1x.
func BenchmarkIssueBesideBare(b *testing.B) {
	server := storetest.Start(storetest.Durable()...)
	b.Cleanup(func() { must(b, server.Stop()) })
	for _, clients := range []int{1, 4, 16} {
		b.Run(fmt.Sprintf("postgres/%d", clients), func(b *testing.B) { benchmarkBesideBare(b, server.Database(b), clients) })
	}
	b.Run("sqlite/4", func(b *testing.B) { benchmarkBesideBare(b, filepath.Join(b.TempDir(), "register.sqlite"), 4) })
}

func benchmarkBesideBare(b *testing.B, dsn string, clients int) {
	r, _ := open(b, dsn)
	one := issue(b, r, "first", licenceDraft(1))
	bare := bareIssue{r: r, number: one.Number}
	bare.read(b)
	var n atomic.Int64
	own := func(ctx context.Context) error {
		return third(r.Issue(ctx, IssueRequest{Client: "bench", IdempotencyKey: fmt.Sprint(n.Add(1)), Draft: licenceDraft(1)}))
	}
	storetest.SameRows(b, r.Store, []string{"documents", "files", "events", "requests", "document_days", "log_entries", "log_salts"},
		func() error { return bare.write(b.Context(), n.Add(1)) }, func() error { return own(b.Context()) })
	storetest.Compare(b, clients, func(ctx context.Context) error { return bare.write(ctx, n.Add(1)) }, own)
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
		do := storetest.Writer{Tx: tx}
		do.Scan(ctx, &last, `INSERT INTO counters (series, year, last) VALUES ('bare', 2026, 1)
			ON CONFLICT (series, year) DO UPDATE SET last = counters.last + 1 RETURNING last`)
		do.Exec(ctx, `INSERT INTO documents (number, kind, status, content, content_sha256, client, reserved_at, lease, leased_until, about, check_code)
			VALUES ($1, 'licence', 'reserved', $2, $3, 'bench', $4, 'lease', $5, '', $6)`, number, w.content, w.contentSum, now, now, w.check)
		do.Exec(ctx, `INSERT INTO requests (client, idempotency_key, body_sha256, number) VALUES ('bench', $1, $2, $1)`, number, w.contentSum)
		w.log(ctx, &do, number, 0)
		return do.Err
	})
	if err != nil {
		return err
	}
	return w.r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		do := storetest.Writer{Tx: tx}
		do.Exec(ctx, `UPDATE documents SET status = 'in_force', file_sha256 = $1, evidence = $2, layout = $3, leased_until = 0 WHERE number = $4`,
			w.fileSum, w.evidence, w.layout, number)
		do.Exec(ctx, `INSERT INTO document_days (number, event, at) VALUES ($1, 'document_ends', $2)`, number, now)
		do.Exec(ctx, `INSERT INTO files (number, bytes) VALUES ($1, $2)`, number, w.file)
		w.log(ctx, &do, number, 1)
		return do.Err
	})
}

// log writes a record, and the event that it is about.
func (w *bareIssue) log(ctx context.Context, do *storetest.Writer, number string, i int) {
	idx := do.Log(ctx, storetest.Record{Subject: subjectDocument, Number: number, Data: w.records[i], Salt: w.salt})
	do.Exec(ctx, `INSERT INTO events (number, seq, kind, effective_at, recorded_at, data, log_idx) VALUES ($1, $2, 'reserved', $3, $3, '', $4)`,
		number, i+1, store.Micros(start), idx)
}
