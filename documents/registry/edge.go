package registry

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"tamga/documents/store"
)

// edge keeps the hashes that the next record needs: those of the complete subtrees at
// the right edge of the log. They are taken for that as long as the head is the one
// that they are under.
type edge struct {
	mu     sync.Mutex
	size   int64
	root   string
	hashes map[int64]tlog.Hash
}

// settle writes the records of a transaction, and the new head. The head is locked
// first: its row lets one transaction append at a time.
func (e *edge) settle(ctx context.Context, tx *store.Tx, all []store.Record) error {
	var size int64
	var root string
	err := tx.Together(ctx, store.Statement{
		Query: `UPDATE log_head SET size = size + $1 WHERE id = 1 RETURNING size, hash`, Args: []any{len(all)},
		Each: func(scan func(...any) error) error { return scan(&size, &root) },
	})
	if err == nil && size == 0 {
		err = sql.ErrNoRows
	}
	if err == nil {
		err = tx.At(ctx, "log locked")
	}
	if err == nil {
		err = e.append(ctx, tx, logHead{size - int64(len(all)), root}, all)
	}
	if err != nil {
		return fmt.Errorf("failed to write the log: %w", err)
	}
	return tx.At(ctx, "log written")
}

// logHead is the head of the log as it is stored.
type logHead struct {
	size int64
	root string
}

func (e *edge) append(ctx context.Context, tx *store.Tx, head logHead, all []store.Record) error {
	known := knownHashes{stored: storedHashes(ctx, tx), fresh: e.at(head)}
	first, fresh := tlog.StoredHashIndex(0, head.size), []tlog.Hash{}
	for i, r := range all {
		hashes, err := tlog.StoredHashes(head.size+int64(i), r.Data, known)
		if err != nil {
			return err
		}
		for _, h := range hashes {
			known.fresh[first+int64(len(fresh))] = h
			fresh = append(fresh, h)
		}
	}
	size := head.size + int64(len(all))
	kept := knownHashes{stored: known, fresh: map[int64]tlog.Hash{}}
	root, err := tlog.TreeHash(size, kept)
	if err != nil {
		return err
	}
	e.keep(logHead{size, root.String()}, kept.fresh)
	for i := range fresh {
		if err := later(ctx, tx, `INSERT INTO log_hashes (idx, hash) VALUES ($1, $2)`, first+int64(i), fresh[i].String()); err != nil {
			return err
		}
	}
	if err := later(ctx, tx, `UPDATE log_head SET hash = $1 WHERE id = 1`, root.String()); err != nil {
		return err
	}
	return insertRecords(ctx, tx, head.size, all)
}

func insertRecords(ctx context.Context, tx *store.Tx, first int64, all []store.Record) error {
	for i, r := range all {
		idx := first + int64(i)
		err := later(ctx, tx, `INSERT INTO log_entries (idx, subject, number, record) VALUES ($1, $2, $3, $4)`, idx, r.Subject, r.Number, string(r.Data))
		if err == nil {
			err = later(ctx, tx, `INSERT INTO log_salts (idx, salt) VALUES ($1, $2)`, idx, r.Salt)
		}
		if err == nil && r.Then != nil {
			err = tx.Later(ctx, r.Then(idx))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// later has a statement of the log run at the latest before the commit.
func later(ctx context.Context, tx *store.Tx, query string, args ...any) error {
	return tx.Later(ctx, store.Statement{Query: query, Args: args, Doing: "failed to write the log"})
}

// at returns the hashes that are kept under a head; none under another one, which a
// transaction that was undone, or another program, has left.
func (e *edge) at(head logHead) map[int64]tlog.Hash {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.size != head.size || e.root != head.root {
		return map[int64]tlog.Hash{}
	}
	return maps.Clone(e.hashes)
}

func (e *edge) keep(head logHead, hashes map[int64]tlog.Hash) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.size, e.root, e.hashes = head.size, head.root, hashes
}
