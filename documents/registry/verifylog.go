package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"tamga/documents/store"
)

// TamperError names the first place where the tables and the log contradict
// each other. It is an [ErrTampered].
type TamperError struct {
	Index   int64  // of the record in the log; -1 if the log has no such record
	Subject string // "document", "client", "extension", "photograph"; empty for a document
	Number  string // of the document, or the id of the other subject, if one is known
	Reason  string
}

func (e *TamperError) Error() string {
	where := "outside the log"
	if e.Index >= 0 {
		where = fmt.Sprintf("log record %d", e.Index)
	}
	if subject := e.Subject; e.Number != "" {
		if subject == "" {
			subject = subjectDocument
		}
		where += ", " + subject + " " + e.Number
	}
	return fmt.Sprintf("%s: %s", where, e.Reason)
}

// Unwrap makes every TamperError an ErrTampered.
func (e *TamperError) Unwrap() error { return ErrTampered }

// VerifyLog computes the whole log again and compares it with every row of
// every table that answers are made from. The first contradiction is returned
// as a *[TamperError]; any other error means that the database failed. It sees
// one moment of the database, so that issuing may go on meanwhile, and its
// memory does not grow with the register.
//
// Whoever can rewrite the whole database can also rewrite the whole log. That
// is what heads kept elsewhere are for: see [Registry.CheckHead].
func (r *Registry) VerifyLog(ctx context.Context) error {
	return r.Store.Snapshot(ctx, verify)
}

// Erased counts the rows whose personal content was erased: documents, and the rows of
// applications with what hangs on them. [Registry.VerifyLog] holds that each was erased by
// its rules.
func (r *Registry) Erased(ctx context.Context) (n int, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	err = r.Store.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM documents WHERE erased_at <> 0)
		+ (SELECT COUNT(*) FROM (`+saltless+`) erased)`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("failed to count what was erased: %w", err)
	}
	return n, nil
}

// verify is VerifyLog on what sees one moment of the database.
func verify(ctx context.Context, db store.Reader) error {
	if err := verifyTree(ctx, db); err != nil {
		return err
	}
	taken, err := verifyDocuments(ctx, db)
	if err != nil {
		return err
	}
	for _, s := range rowSubjects {
		if err := verifyRows(ctx, db, s); err != nil {
			return err
		}
	}
	if err := verifyOutside(ctx, db); err != nil {
		return err
	}
	if err := verifyContents(ctx, db); err != nil {
		return err
	}
	if err := verifyActs(ctx, db); err != nil {
		return err
	}
	if err := verifyCorrected(ctx, db); err != nil {
		return err
	}
	if err := verifyErased(ctx, db); err != nil {
		return err
	}
	if err := countApplications(ctx, db, taken); err != nil {
		return err
	}
	return verifyCounters(ctx, db, taken)
}

// CheckHead reports whether the log of today continues the log that had this
// size and hash, as [Registry.Head] once gave them: nothing before that size
// was changed or cut off since. If not, the error is a *[TamperError].
func (r *Registry) CheckHead(ctx context.Context, size int64, hash tlog.Hash) (err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	now, _, err := r.Head(ctx)
	if err != nil {
		return err
	}
	if size < 0 || size > now {
		return &TamperError{Index: now, Reason: fmt.Sprintf("the log has %d records, and had %d", now, size)}
	}
	then, err := tlog.TreeHash(size, storedHashes(ctx, r.Store))
	if errors.Is(err, sql.ErrNoRows) {
		return &TamperError{Index: max(size-1, 0), Reason: "a stored hash is missing"}
	}
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

// tree goes through the records in their order.
type tree struct {
	edge rightEdge
	// phase only grows: the records of before, those that adopted what was
	// there, and all others. Nothing can be adopted later.
	phase int
}

const (
	phaseOld = iota
	phaseAdopting
	phaseCurrent
)

// verifyTree checks that the records are whole and hash to the head.
func verifyTree(ctx context.Context, db store.Reader) error {
	size, root, err := readHead(ctx, db)
	if err != nil {
		return err
	}
	t := &tree{edge: rightEdge{}}
	const batch = 250
	for from := int64(0); from < size; from += batch {
		if err := t.batch(ctx, db, from, min(from+batch, size)); err != nil {
			return err
		}
	}
	computed, err := tlog.TreeHash(size, t.edge)
	if err != nil {
		return fmt.Errorf("failed to compute the root of the log: %w", err)
	}
	if computed != root {
		return &TamperError{Index: max(size-1, 0), Reason: "the head of the log is not the hash over its records"}
	}
	return nothingBeyond(ctx, db, size)
}

// entry is one record as the table has it.
type entry struct {
	idx                     int64
	subject, number, record string
}

// batch checks the records from one index up to another.
func (t *tree) batch(ctx context.Context, db store.Reader, from, to int64) error {
	entries, err := readEntries(ctx, db, from, to)
	if err != nil {
		return fmt.Errorf("failed to read the log: %w", err)
	}
	stored, err := scanHashes(db.QueryContext(ctx, `SELECT idx, hash FROM log_hashes WHERE idx >= $1 AND idx < $2`,
		tlog.StoredHashIndex(0, from), tlog.StoredHashIndex(0, to)))
	if err != nil {
		return fmt.Errorf("failed to read the log: %w", err)
	}
	for i, idx := 0, from; idx < to; i, idx = i+1, idx+1 {
		if i >= len(entries) || entries[i].idx != idx {
			return &TamperError{Index: idx, Reason: "the record is missing"}
		}
		if reason := t.take(entries[i], stored); reason != "" {
			return &TamperError{Index: idx, Subject: entries[i].subject, Number: entries[i].number, Reason: reason}
		}
	}
	return nil
}

func readEntries(ctx context.Context, db store.Reader, from, to int64) ([]entry, error) {
	rows, err := db.QueryContext(ctx, `
		SELECT idx, subject, number, record FROM log_entries WHERE idx >= $1 AND idx < $2 ORDER BY idx`, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []entry
	for rows.Next() {
		var e entry
		if err := rows.Scan(&e.idx, &e.subject, &e.number, &e.record); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// take adds a record to the tree, or says what is wrong with it.
func (t *tree) take(e entry, stored map[int64]tlog.Hash) string {
	phase, reason := phaseOf(e)
	switch {
	case reason != "":
		return reason
	case phase < t.phase:
		return "the record stands behind later ones"
	}
	t.phase = phase
	first := tlog.StoredHashIndex(0, e.idx)
	leaf := tlog.RecordHash([]byte(e.record))
	if e.record == "" {
		leaf = stored[first] // all that is left of it
	}
	hashes, err := tlog.StoredHashesForRecordHash(e.idx, leaf, t.edge)
	if err != nil {
		return err.Error()
	}
	for i, h := range hashes {
		if got, ok := stored[first+int64(i)]; !ok || got != h {
			return "the stored hashes are not those of the record"
		}
		t.edge[first+int64(i)] = h
	}
	return ""
}

// phaseOf reads a record just so far as to tell which of the phases it belongs
// to, and that it is about what the table says.
func phaseOf(e entry) (phase int, reason string) {
	if e.record == "" {
		return phaseOld, ""
	}
	leaf, err := parseLeaf(e.record)
	if err != nil {
		old, err := parseOldLeaf(e.record)
		if err != nil {
			return 0, "the record cannot be read"
		}
		if e.subject != subjectDocument || old.Number != e.number {
			return 0, "the record is about document " + old.Number
		}
		return phaseOld, ""
	}
	switch {
	case leaf.Subject != e.subject:
		return 0, "the record is about a " + leaf.Subject
	case leaf.Subject == subjectDocument && leaf.Number != e.number:
		return 0, "the record is about document " + leaf.Number
	case leaf.Subject != subjectDocument && rowSubjectOf(leaf.Subject) == rowSubject{}:
		return 0, "the record is about nothing that is known"
	case leaf.Event == leafAdopted:
		return phaseAdopting, ""
	}
	return phaseCurrent, ""
}

// nothingBeyond looks for rows that the head does not know of.
func nothingBeyond(ctx context.Context, db store.Reader, size int64) error {
	for _, q := range []struct {
		table string
		end   int64
	}{{"log_entries", size}, {"log_hashes", tlog.StoredHashCount(size)}} {
		found, err := readValues(ctx, db, 1, `
			SELECT idx FROM `+q.table+` WHERE idx < 0 OR idx >= $1 ORDER BY idx LIMIT 1`, q.end)
		if err != nil {
			return fmt.Errorf("failed to read the log: %w", err)
		}
		if len(found) > 0 {
			return &TamperError{Index: size, Reason: fmt.Sprintf("row %v of %s lies beyond the head of the log", found[0], q.table)}
		}
	}
	return nil
}
