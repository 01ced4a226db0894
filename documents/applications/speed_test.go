package applications_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"tamga/documents/applications"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/documents/store/storetest"
)

// BenchmarkEnterBesideBare prints how many steps a second several clients have entered,
// each on an application of its own, as a share of bare transactions that write the
// same rows and do nothing else. Run it with -benchtime 1x.
func BenchmarkEnterBesideBare(b *testing.B) {
	server := storetest.Start(storetest.Durable()...)
	b.Cleanup(func() { must(b, server.Stop()) })
	for _, clients := range []int{1, 4, 16} {
		b.Run(fmt.Sprintf("postgres/%d", clients), func(b *testing.B) { benchmarkEnter(b, server.Database(b), clients) })
	}
	b.Run("sqlite/4", func(b *testing.B) { benchmarkEnter(b, filepath.Join(b.TempDir(), "register.sqlite"), 4) })
}

func benchmarkEnter(b *testing.B, dsn string, clients int) {
	book, c := book(b, dsn, civil(b, "2026-06-22T10:00"))
	w := &walker{t: b, book: book, clock: c}
	a := w.open("TEC", regulation.Portal)
	kase, err := book.Case(b.Context(), a)
	must(b, err)
	req := w.request(a.ID, act{Move: kase.Walk.Moves(a.Place())[0]})
	_, _, err = book.Enter(b.Context(), req)
	must(b, err)
	bare := readBareEntry(b, book.Register.Store, a.ID)

	const most = 20000
	openMany(b, book.Register.Store, a.ID, most)
	var n atomic.Int64
	own := func(ctx context.Context) error {
		i := n.Add(1)
		req := req
		req.Application, req.IdempotencyKey = manyID(i%most), fmt.Sprint("own ", i)
		_, _, err := book.Enter(ctx, req)
		return err
	}
	storetest.SameRows(b, book.Register.Store, []string{"application_entries", "application_places", "applications", "log_entries", "log_salts"},
		func() error { return bare.write(b.Context(), n.Add(1)) }, func() error { return own(b.Context()) })
	storetest.Compare(b, clients, func(ctx context.Context) error { return bare.write(ctx, n.Add(1)) }, own)
}

// manyID is the id of the n-th of many applications.
func manyID(n int64) string { return fmt.Sprintf("%016x", n) }

// openMany writes many applications like one, without any entry.
func openMany(b *testing.B, db *store.DB, like string, many int64) {
	b.Helper()
	must(b, db.Tx(b.Context(), func(ctx context.Context, tx *store.Tx) error {
		for i := range many {
			err := tx.Later(ctx, store.Statement{Query: `
				INSERT INTO applications (id, edition, service, route, applicant, form, opened_at, client, idempotency_key, body_sha256)
				SELECT $1, edition, service, route, applicant, form, opened_at, client, $1, body_sha256 FROM applications WHERE id = $2`,
				Args: []any{manyID(i), like}})
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

// bareEntry is the rows that a step has written, to be written again under other keys.
type bareEntry struct {
	db     *store.DB
	record storetest.Record
	data   string
	entry  applications.Entry
	sum    string
}

func readBareEntry(b *testing.B, db *store.DB, application string) bareEntry {
	b.Helper()
	w := bareEntry{db: db, record: storetest.Record{Subject: "bare", Salt: make([]byte, 32)}}
	e := &w.entry
	must(b, db.QueryRowContext(b.Context(), `
		SELECT step, outcome, under, actor, person, edition, data, next_step, next_action, body_sha256 FROM application_entries WHERE application = $1`, application).
		Scan(&e.Step, &e.Outcome, &e.Under, &e.Actor.Role, &e.Actor.Person, &e.Edition, &w.data, &e.To.Step, &e.To.Action, &w.sum))
	must(b, db.QueryRowContext(b.Context(), `SELECT record FROM log_entries ORDER BY idx DESC LIMIT 1`).Scan(&w.record.Data))
	return w
}

func (w bareEntry) write(ctx context.Context, n int64) error {
	return w.db.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		do, e, key := storetest.Writer{Tx: tx}, w.entry, fmt.Sprint("bare ", n)
		application := manyID(n % 20000)
		do.Exec(ctx, `UPDATE applications SET route = route WHERE id = $1`, application)
		do.Exec(ctx, `
			INSERT INTO application_entries (id, application, seq, step, outcome, under, actor, person, edition, data, at,
				next_step, next_action, client, idempotency_key, body_sha256)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'bench', $1, $14)`,
			key, application, 1000+n, e.Step, e.Outcome, e.Under, e.Actor.Role, e.Actor.Person, e.Edition, w.data, 0,
			e.To.Step, e.To.Action, w.sum)
		do.Exec(ctx, `DELETE FROM application_places WHERE application = $1`, application)
		do.Exec(ctx, `INSERT INTO application_places (application, role, person, service, step, since, due_at, paused_until, calendar)
			VALUES ($1, 'APPLICANT', '', 'TEC', $2, 0, 0, 0, '')`, application, e.To.Step)
		r := w.record
		r.Number = key
		do.Log(ctx, r)
		return do.Err
	})
}
