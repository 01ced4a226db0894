package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"tamga/documents/store"
)

// Proof shows that a record is in the log as of some size. Whoever has got the
// head of that size from elsewhere, checks that Root is that head's hash and
// then needs nobody's word: see [Proof.Check].
type Proof struct {
	Index  int64            `json:"index"`  // of the record, from 0
	Size   int64            `json:"size"`   // of the log
	Root   tlog.Hash        `json:"root"`   // of the log at that size
	Record string           `json:"record"` // the leaf, JSON of a [Leaf], or of an [OldLeaf]
	Path   tlog.RecordProof `json:"path"`
}

// Check reports whether the proof holds.
func (p Proof) Check() error {
	return tlog.CheckRecord(p.Path, p.Size, p.Root, p.Index, tlog.RecordHash([]byte(p.Record)))
}

// Head returns the number of records in the log and the hash over all of them.
// Kept outside the database, it shows any later change: see
// [Registry.CheckHead].
func (r *Registry) Head(ctx context.Context) (size int64, hash tlog.Hash, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	return readHead(ctx, r.Store)
}

func readHead(ctx context.Context, db store.Reader) (size int64, hash tlog.Hash, err error) {
	head, err := readValues(ctx, db, 2, `SELECT size, hash FROM log_head WHERE id = 1`)
	if err != nil {
		return 0, tlog.Hash{}, fmt.Errorf("failed to read the head of the log: %w", err)
	}
	if len(head) == 0 {
		return 0, tlog.Hash{}, &TamperError{Index: -1, Reason: "the head of the log is missing"}
	}
	size = asInt(head[0])
	if hash, err = tlog.ParseHash(asText(head[1])); err != nil || hash.String() != asText(head[1]) || size < 0 {
		return 0, tlog.Hash{}, &TamperError{Index: max(size-1, -1), Reason: "the head of the log cannot be read"}
	}
	return size, hash, nil
}

// Prove returns the proof that the last thing that happened to a document is in
// the log. A number never taken is [ErrNotFound].
func (r *Registry) Prove(ctx context.Context, number string) (Proof, error) {
	if !possible(number) {
		return Proof{}, ErrNotFound
	}
	return r.prove(ctx, subjectDocument, number)
}

// ProveRow is [Registry.Prove] for a row of a table whose rows are subjects of their
// own, by its key. A row that is not there is [ErrNotFound].
func (r *Registry) ProveRow(ctx context.Context, table, key string) (Proof, error) {
	for _, s := range rowSubjects {
		if s.table == table {
			return r.prove(ctx, s.subject, key)
		}
	}
	return Proof{}, ErrNotFound
}

// prove returns the proof of the last record about a subject.
func (r *Registry) prove(ctx context.Context, subject, key string) (_ Proof, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	var p Proof
	// The head is read first: entries found after it may be newer, hashes
	// never change.
	if p.Size, p.Root, err = r.Head(ctx); err != nil {
		return Proof{}, err
	}
	err = r.Store.QueryRowContext(ctx, `
		SELECT idx, record FROM log_entries
		WHERE subject = $1 AND number = $2 AND idx < $3 ORDER BY idx DESC LIMIT 1`,
		subject, key, p.Size).Scan(&p.Index, &p.Record)
	if errors.Is(err, sql.ErrNoRows) {
		return Proof{}, ErrNotFound
	}
	if err == nil {
		p.Path, err = tlog.ProveRecord(p.Size, p.Index, storedHashes(ctx, r.Store))
	}
	if err != nil {
		return Proof{}, fmt.Errorf("failed to prove %s %s: %w", subject, key, err)
	}
	return p, nil
}

// appendLeaf adds a record of what the tables know under a number or id, with the
// salt of its digests, to those that its transaction writes to the log.
func appendLeaf(tx *store.Tx, leaf Leaf, number string, l leafRest) error {
	leaf.commit(l.salt, saltDigest)
	record, err := json.Marshal(leaf)
	if err != nil {
		return err
	}
	tx.Gather(store.Record{Subject: leaf.Subject, Number: number, Data: record, Salt: l.salt, Then: l.then})
	return nil
}

// leafRest is what belongs to a leaf and does not stand in it.
type leafRest struct {
	salt []byte
	then func(idx int64) store.Statement // as in store.Record
}

// knownHashes are stored hashes, and those that are about to be. What was read
// once is not read again.
type knownHashes struct {
	stored tlog.HashReader
	fresh  map[int64]tlog.Hash
}

// ReadHashes implements tlog.HashReader.
func (k knownHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var missing []int64
	for _, idx := range indexes {
		if _, ok := k.fresh[idx]; !ok {
			missing = append(missing, idx)
		}
	}
	read, err := k.stored.ReadHashes(missing)
	if err != nil {
		return nil, err
	}
	for i, idx := range missing {
		k.fresh[idx] = read[i]
	}
	hashes := make([]tlog.Hash, len(indexes))
	for i, idx := range indexes {
		hashes[i] = k.fresh[idx]
	}
	return hashes, nil
}

// storedHashes reads the hashes of complete subtrees, a few dozen at most for
// any question. One that is not there is an error that is sql.ErrNoRows.
func storedHashes(ctx context.Context, db store.Reader) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		if len(indexes) == 0 {
			return nil, nil
		}
		found, err := readHashes(ctx, db, indexes)
		if err != nil {
			return nil, err
		}
		hashes := make([]tlog.Hash, len(indexes))
		for i, idx := range indexes {
			h, ok := found[idx]
			if !ok {
				return nil, fmt.Errorf("hash %d: %w", idx, sql.ErrNoRows)
			}
			hashes[i] = h
		}
		return hashes, nil
	})
}

func readHashes(ctx context.Context, db store.Reader, indexes []int64) (map[int64]tlog.Hash, error) {
	list, args := make([]string, len(indexes)), make([]any, len(indexes))
	for i, idx := range indexes {
		list[i], args[i] = fmt.Sprintf("$%d", i+1), idx
	}
	return scanHashes(db.QueryContext(ctx, `SELECT idx, hash FROM log_hashes WHERE idx IN (`+strings.Join(list, ", ")+`)`, args...))
}

// scanHashes reads rows of indexes and hashes. A hash that is none is left out,
// like one that is not there.
func scanHashes(rows *store.Rows, err error) (map[int64]tlog.Hash, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[int64]tlog.Hash{}
	for rows.Next() {
		var idx int64
		var text string
		if err := rows.Scan(&idx, &text); err != nil {
			return nil, err
		}
		if h, err := tlog.ParseHash(text); err == nil && h.String() == text {
			found[idx] = h
		}
	}
	return found, rows.Err()
}
