package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tamga/documents"
	"tamga/documents/store"
)

// documentRows is all that the tables have about one document.
type documentRows struct {
	number, kind string
	row          row
	records      []storedLeaf
	events       []eventRow
	requests     []requestRow
	file         []byte // nil if there is none

	adopted *storedLeaf // the record that covers what was before; nil if there is none
	erased  bool        // the last record says so
}

// storedLeaf is one record about a subject. One of leaf and old is set, none of a
// record that was erased.
type storedLeaf struct {
	idx  int64
	salt []byte // nil if it was erased, and of an old record
	leaf *Leaf
	old  *OldLeaf
	seen bool // an event is tied to it
}

type eventRow struct {
	seq                 int64
	kind                string
	effective, recorded int64
	row                 row
	logIdx              sql.NullInt64
	all                 []any // as in eventListRows
}

type requestRow struct {
	event int64
	row   row
	all   []any // as in requestListRows
}

// text returns a column of the document as text.
func (d *documentRows) text(column string) string { return asText(d.row["documents."+column]) }

// asInt returns an integer as it was read, and -1 for what is none: SQLite keeps
// anything in any column.
func asInt(v any) int64 {
	if n, ok := v.(int64); ok {
		return n
	}
	return -1
}

func asText(v any) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	s, _ := v.(string)
	return s
}

func readDocument(ctx context.Context, db store.Reader, number string) (*documentRows, error) {
	d := &documentRows{number: number}
	var kind any
	err := db.QueryRowContext(ctx, `SELECT kind FROM documents WHERE number = $1`, number).Scan(&kind)
	if d.kind = asText(asDeclared(kind)); err == nil {
		d.row, err = readRow(ctx, db, "documents", "number = $1", number)
	}
	if err == nil {
		d.records, err = readRecords(ctx, db, subjectDocument, number)
	}
	if err == nil {
		d.events, err = readEvents(ctx, db, number)
	}
	if err == nil {
		d.requests, err = readRequests(ctx, db, number)
	}
	if err == nil {
		err = db.QueryRowContext(ctx, `SELECT bytes FROM files WHERE number = $1`, number).Scan(&d.file)
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("failed to read document %s: %w", number, err)
	}
	for i := range d.records {
		if l := d.records[i].leaf; l != nil && l.Event == leafAdopted {
			d.adopted = &d.records[i]
		}
	}
	if n := len(d.records); n > 0 && d.records[n-1].leaf != nil {
		d.erased = d.records[n-1].leaf.Event == string(documents.EventErased)
	}
	return d, nil
}

// readRecords reads the records about a subject, and their salts, in the order
// of the log.
func readRecords(ctx context.Context, db store.Reader, subject, number string) ([]storedLeaf, error) {
	rows, err := db.QueryContext(ctx, `
		SELECT l.idx, l.record, s.salt FROM log_entries l LEFT JOIN log_salts s ON s.idx = l.idx
		WHERE l.subject = $1 AND l.number = $2 ORDER BY l.idx`, subject, number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []storedLeaf
	for rows.Next() {
		var r storedLeaf
		var text string
		if err := rows.Scan(&r.idx, &text, &r.salt); err != nil {
			return nil, err
		}
		if leaf, err := parseLeaf(text); err == nil {
			r.leaf = &leaf
		} else if old, err := parseOldLeaf(text); err == nil {
			r.old = &old
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

func readEvents(ctx context.Context, db store.Reader, number string) ([]eventRow, error) {
	const columns = 7
	values, err := readValues(ctx, db, columns,
		`SELECT `+eventListRows+` FROM events WHERE number = $1 ORDER BY seq`, number)
	if err != nil {
		return nil, err
	}
	var list []eventRow
	for ; len(values) > 0; values = values[columns:] {
		v := values[:columns]
		for i := range v {
			v[i] = asDeclared(v[i])
		}
		e := eventRow{kind: asText(v[1]), row: rowOf("events", eventListRows, v), all: v}
		e.seq, e.effective, e.recorded = asInt(v[0]), asInt(v[2]), asInt(v[3])
		e.logIdx.Int64, e.logIdx.Valid = v[6].(int64)
		list = append(list, e)
	}
	return list, nil
}

func readRequests(ctx context.Context, db store.Reader, number string) ([]requestRow, error) {
	const columns = 4
	values, err := readValues(ctx, db, columns,
		`SELECT `+requestListRows+` FROM requests WHERE number = $1 ORDER BY event, client, idempotency_key`, number)
	if err != nil {
		return nil, err
	}
	var list []requestRow
	for ; len(values) > 0; values = values[columns:] {
		v := values[:columns]
		for i := range v {
			v[i] = asDeclared(v[i])
		}
		q := requestRow{all: v, row: rowOf("requests", requestListRows, v)}
		q.event = asInt(v[0])
		list = append(list, q)
	}
	return list, nil
}
