package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tamga/documents"
)

// TamperError names the first place where the records and the log contradict
// each other. It is an [ErrTampered].
type TamperError struct {
	Index  int64  // of the record in the log; -1 if the log has no such record
	Number string // of the document, if one is known
	Reason string
}

func (e *TamperError) Error() string {
	where := "outside the log"
	if e.Index >= 0 {
		where = fmt.Sprintf("log record %d", e.Index)
	}
	if e.Number != "" {
		where += ", document " + e.Number
	}
	return fmt.Sprintf("%s: %s", where, e.Reason)
}

// Unwrap makes every TamperError an ErrTampered.
func (e *TamperError) Unwrap() error { return ErrTampered }

// VerifyLog computes the whole log again from the documents, the files, the
// evidence and the events, and compares it with what is stored. The first
// contradiction is returned as a *[TamperError]; any other error means that
// the database failed. Its memory does not grow with the register. Issuing may
// go on meanwhile.
//
// Whoever can rewrite the whole database can also rewrite the whole log. That
// is what heads kept elsewhere are for: see [Registry.CheckHead].
func (r *Registry) VerifyLog(ctx context.Context) error {
	size, root, err := r.Head(ctx)
	if err != nil {
		return err
	}
	tree := rightEdge{}
	const batch = 100
	for from := int64(0); from < size; from += batch {
		if err := r.verifyEntries(ctx, tree, from, min(from+batch, size)); err != nil {
			return err
		}
	}
	computed, err := tlog.TreeHash(size, tree)
	if err != nil {
		return fmt.Errorf("failed to compute the root of the log: %w", err)
	}
	if computed != root {
		return &TamperError{Index: max(size-1, 0), Reason: "the head of the log is not the hash over its records"}
	}
	return r.verifyOutside(ctx)
}

// CheckHead reports whether the log of today continues the log that had this
// size and hash, as [Registry.Head] once gave them: nothing before that size
// was changed or cut off since. If not, the error is a *[TamperError].
func (r *Registry) CheckHead(ctx context.Context, size int64, hash tlog.Hash) error {
	now, _, err := r.Head(ctx)
	if err != nil {
		return err
	}
	if size < 0 || size > now {
		return &TamperError{Index: now, Reason: fmt.Sprintf("the log has %d records, and had %d", now, size)}
	}
	then, err := tlog.TreeHash(size, storedHashes(ctx, r.Store.read))
	if err != nil {
		return fmt.Errorf("failed to compute the hash at size %d: %w", size, err)
	}
	if then != hash {
		return &TamperError{Index: max(size-1, 0), Reason: "the records up to here are not the ones the head was made of"}
	}
	return nil
}

// rightEdge holds the hashes that later ones are still to be computed from, by
// index. Each is read once, when the subtree above it is complete, and
// forgotten then; the last reader is the root.
type rightEdge map[int64]tlog.Hash

// ReadHashes implements tlog.HashReader.
func (e rightEdge) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, idx := range indexes {
		h, ok := e[idx]
		if !ok {
			return nil, fmt.Errorf("hash %d was not computed", idx)
		}
		hashes[i] = h
		delete(e, idx)
	}
	return hashes, nil
}

// entry is one record of the log beside everything it speaks of.
type entry struct {
	idx                           int64
	number, record                string
	kind, status, content         sql.NullString
	fileSum, evidence             sql.NullString
	code, layout                  sql.NullString
	eventNumber, eventKind, data  sql.NullString
	eventEffective, eventRecorded sql.NullInt64
	file                          []byte
}

// verifyEntries checks the records from one index up to another.
func (r *Registry) verifyEntries(ctx context.Context, tree rightEdge, from, to int64) error {
	entries, err := r.entries(ctx, from, to)
	if err != nil {
		return fmt.Errorf("failed to read the log: %w", err)
	}
	for i, idx := 0, from; idx < to; i, idx = i+1, idx+1 {
		if i >= len(entries) || entries[i].idx != idx {
			return &TamperError{Index: idx, Reason: "the record is missing"}
		}
		e := entries[i]
		if reason := e.contradiction(); reason != "" {
			return &TamperError{Index: idx, Number: e.number, Reason: reason}
		}
		hashes, err := tlog.StoredHashes(idx, []byte(e.record), tree)
		if err != nil {
			return fmt.Errorf("failed to compute the log: %w", err)
		}
		same, err := r.sameHashes(ctx, tree, tlog.StoredHashIndex(0, idx), hashes)
		if err != nil {
			return err
		}
		if !same {
			return &TamperError{Index: idx, Number: e.number, Reason: "the stored hashes are not those of the record"}
		}
	}
	return nil
}

func (r *Registry) entries(ctx context.Context, from, to int64) ([]entry, error) {
	rows, err := r.Store.read.QueryContext(ctx, `
		SELECT l.idx, l.number, l.record,
		       d.kind, d.status, d.content, d.file_sha256, d.evidence, d.check_code, d.layout,
		       e.number, e.kind, e.data, e.effective_at, e.recorded_at,
		       CASE e.kind WHEN 'in_force' THEN f.bytes END
		FROM log_entries l
		LEFT JOIN documents d ON d.number = l.number
		LEFT JOIN events e ON e.log_idx = l.idx
		LEFT JOIN files f ON f.number = l.number
		WHERE l.idx >= $1 AND l.idx < $2 ORDER BY l.idx`, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []entry
	for rows.Next() {
		var e entry
		err := rows.Scan(&e.idx, &e.number, &e.record,
			&e.kind, &e.status, &e.content, &e.fileSum, &e.evidence, &e.code, &e.layout,
			&e.eventNumber, &e.eventKind, &e.data, &e.eventEffective, &e.eventRecorded, &e.file)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// contradiction says in words how the record differs from what it speaks of,
// or nothing.
func (e entry) contradiction() string {
	var rec LogRecord
	if json.Unmarshal([]byte(e.record), &rec) != nil {
		return "the record cannot be read"
	}
	inForce := rec.Status == string(documents.StatusInForce)
	void := rec.Status == string(documents.StatusVoid)
	switch {
	case !e.kind.Valid:
		return "the document is missing"
	case rec.Number != e.number:
		return "the record is about document " + rec.Number
	case rec.Kind != e.kind.String:
		return "the kind of the document was changed"
	case (inForce || void) && rec.Status != e.status.String:
		return "the status of the document was changed"
	case rec.ContentSHA256 != hexSum([]byte(e.content.String)):
		return "the content of the document was changed"
	case rec.CheckHMAC != checkHMAC(e.content.String, e.code.String):
		return "the check code was changed"
	case rec.Layout != e.layout.String:
		return "the layout was changed"
	case e.eventNumber.String != e.number || e.eventKind.String != rec.Status:
		return "the event is missing or was changed"
	case inForce && e.file == nil:
		return "the file is missing"
	case inForce && rec.FileSHA256 != hexSum(e.file), inForce && rec.FileSHA256 != e.fileSum.String:
		return "the file was changed"
	case inForce && rec.EvidenceSHA256 != hexSum([]byte(e.evidence.String)):
		return "the evidence was changed"
	case rec.EventSHA256 != sumUnlessEmpty(e.data.String):
		return "what the event says was changed"
	case !same(rec.EffectiveAt, e.eventEffective) || !same(rec.RecordedAt, e.eventRecorded):
		return "the time of the event was changed"
	}
	return ""
}

func same(t time.Time, stored sql.NullInt64) bool {
	return stored.Valid && toMicros(t) == stored.Int64
}

// sameHashes compares computed hashes with the stored ones, and keeps them for
// the subtrees above.
func (r *Registry) sameHashes(ctx context.Context, tree rightEdge, first int64, hashes []tlog.Hash) (bool, error) {
	stored := storedHashes(ctx, r.Store.read)
	for i, h := range hashes {
		idx := first + int64(i)
		got, err := stored.ReadHashes([]int64{idx})
		if errors.Is(err, sql.ErrNoRows) || (err == nil && got[0] != h) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("failed to read the log: %w", err)
		}
		tree[idx] = h
	}
	return true, nil
}

// verifyOutside looks for what the log should know of and does not.
func (r *Registry) verifyOutside(ctx context.Context) error {
	for _, q := range []struct{ query, reason string }{
		{`SELECT number FROM documents d WHERE status <> 'reserved'
		  AND NOT EXISTS (SELECT 1 FROM log_entries l WHERE l.number = d.number) ORDER BY number LIMIT 1`,
			"the log has no record of the document"},
		{`SELECT number FROM log_entries WHERE idx >= (SELECT size FROM log_head WHERE id = 1) ORDER BY idx LIMIT 1`,
			"the record lies beyond the head of the log"},
		{`SELECT number FROM events e WHERE (kind = 'reserved') <> (seq = 1)
		  OR (kind <> 'reserved' AND NOT EXISTS (SELECT 1 FROM log_entries l WHERE l.idx = e.log_idx))
		  ORDER BY number LIMIT 1`,
			"the log has no record of the event"},
	} {
		var number string
		err := r.Store.read.QueryRowContext(ctx, q.query).Scan(&number)
		if err == nil {
			return &TamperError{Index: -1, Number: number, Reason: q.reason}
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("failed to verify the register: %w", err)
		}
	}
	return r.verifyCounters(ctx)
}

// verifyCounters checks that every number ever taken still has its document.
func (r *Registry) verifyCounters(ctx context.Context) error {
	// One statement sees one moment, even while numbers are being taken.
	const yearInNumber = `CASE d.kind WHEN 'licence' THEN substr(d.number, 1, 2) ELSE substr(d.number, 8, 2) END`
	var series string
	var year, last, have int64
	err := r.Store.read.QueryRowContext(ctx, `
		SELECT series, year, last, have FROM (
			SELECT c.series, c.year, c.last, (
				SELECT COUNT(*) FROM documents d
				WHERE d.kind = c.series AND CAST(`+yearInNumber+` AS BIGINT) = c.year - 2000) AS have
			FROM counters c) AS counted
		WHERE last <> have ORDER BY series, year LIMIT 1`).Scan(&series, &year, &last, &have)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("failed to verify the counters: %w", err)
	}
	return &TamperError{Index: -1, Reason: fmt.Sprintf(
		"the series %s of %d has taken %d numbers and has %d documents", series, year, last, have)}
}
