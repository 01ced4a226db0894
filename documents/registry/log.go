package registry

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tamga/documents"
)

// LogRecord is one record of the log. Its JSON, with the fields in this order
// and no white space, is the data of a leaf of the Merkle tree (RFC 6962,
// section 2.1, as in golang.org/x/mod/sumdb/tlog). It holds no personal data.
type LogRecord struct {
	Number         string    `json:"number"`
	Kind           string    `json:"kind"`
	Status         string    `json:"status"` // the status that began, or the event
	ContentSHA256  string    `json:"content_sha256"`
	FileSHA256     string    `json:"file_sha256"`     // empty for void
	EvidenceSHA256 string    `json:"evidence_sha256"` // empty for void
	EffectiveAt    time.Time `json:"effective_at"`
	RecordedAt     time.Time `json:"recorded_at"`
	// EventSHA256 is of the JSON that says what else there is to the event.
	EventSHA256 string `json:"event_sha256,omitempty"`
	// Layout is what the file was made with: name, version and SHA-256.
	Layout string `json:"layout,omitempty"`
	// CheckHMAC is the HMAC-SHA256 of the check code under the content as key:
	// nobody without the content can find the code by trying.
	CheckHMAC string `json:"check_hmac,omitempty"`
}

// Proof shows that a record is in the log as of some size. Whoever has got the
// head of that size from elsewhere, checks that Root is that head's hash and
// then needs nobody's word: see [Proof.Check].
type Proof struct {
	Index  int64            `json:"index"`  // of the record, from 0
	Size   int64            `json:"size"`   // of the log
	Root   tlog.Hash        `json:"root"`   // of the log at that size
	Record string           `json:"record"` // the leaf, JSON of a [LogRecord]
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
	var text string
	err = r.Store.read.QueryRowContext(ctx, `SELECT size, hash FROM log_head WHERE id = 1`).Scan(&size, &text)
	if err == nil {
		hash, err = tlog.ParseHash(text)
	}
	if err != nil {
		return 0, tlog.Hash{}, fmt.Errorf("failed to read the head of the log: %w", err)
	}
	return size, hash, nil
}

// Prove returns the proof that the last thing that happened to a document is in
// the log. A document that is only reserved is not: [ErrNotFound].
func (r *Registry) Prove(ctx context.Context, number string) (Proof, error) {
	if !possible(number) {
		return Proof{}, ErrNotFound
	}
	var p Proof
	var err error
	// The head is read first: entries found after it may be newer, hashes
	// never change.
	if p.Size, p.Root, err = r.Head(ctx); err != nil {
		return Proof{}, err
	}
	err = r.Store.read.QueryRowContext(ctx, `
		SELECT idx, record FROM log_entries WHERE number = $1 AND idx < $2 ORDER BY idx DESC LIMIT 1`,
		number, p.Size).Scan(&p.Index, &p.Record)
	if errors.Is(err, sql.ErrNoRows) {
		return Proof{}, ErrNotFound
	}
	if err == nil {
		p.Path, err = tlog.ProveRecord(p.Size, p.Index, storedHashes(ctx, r.Store.read))
	}
	if err != nil {
		return Proof{}, fmt.Errorf("failed to prove document %s: %w", number, err)
	}
	return p, nil
}

// appendLog writes the record of an event and returns its index. The head is
// updated first: its row is the lock that lets one append at a time.
func appendLog(ctx context.Context, tx *sql.Tx, number string, e documents.Event) (int64, error) {
	record, err := leafOf(ctx, tx, number, e)
	if err != nil {
		return 0, err
	}
	var size int64
	err = tx.QueryRowContext(ctx, `UPDATE log_head SET size = size + 1 WHERE id = 1 RETURNING size`).Scan(&size)
	if err != nil {
		return 0, err
	}
	idx, stored := size-1, storedHashes(ctx, tx)
	hashes, err := tlog.StoredHashes(idx, record, stored)
	if err != nil {
		return 0, err
	}
	first := tlog.StoredHashIndex(0, idx)
	for i, h := range hashes {
		_, err := tx.ExecContext(ctx, `INSERT INTO log_hashes (idx, hash) VALUES ($1, $2)`, first+int64(i), h.String())
		if err != nil {
			return 0, err
		}
	}
	root, err := tlog.TreeHash(size, stored)
	if err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE log_head SET hash = $1 WHERE id = 1`, root.String()); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO log_entries (idx, number, record) VALUES ($1, $2, $3)`,
		idx, number, string(record))
	return idx, err
}

// leafOf builds the record of an event from the document as this transaction
// has just written it.
func leafOf(ctx context.Context, tx *sql.Tx, number string, e documents.Event) ([]byte, error) {
	rec := LogRecord{
		Number: number, Status: storedKind(e.Kind), EffectiveAt: e.EffectiveAt, RecordedAt: e.RecordedAt,
	}
	var content, evidence, code string
	err := tx.QueryRowContext(ctx, `
		SELECT kind, content, file_sha256, evidence, check_code, layout FROM documents WHERE number = $1`, number).
		Scan(&rec.Kind, &content, &rec.FileSHA256, &evidence, &code, &rec.Layout)
	if err != nil {
		return nil, err
	}
	data, err := encodeData(e)
	if err != nil {
		return nil, err
	}
	rec.ContentSHA256 = hexSum([]byte(content))
	rec.EvidenceSHA256, rec.EventSHA256 = sumUnlessEmpty(evidence), sumUnlessEmpty(data)
	rec.CheckHMAC = checkHMAC(content, code)
	return json.Marshal(rec)
}

// sumUnlessEmpty returns the hexadecimal SHA-256 of a text, and nothing for
// none.
func sumUnlessEmpty(s string) string {
	if s == "" {
		return ""
	}
	return hexSum([]byte(s))
}

// checkHMAC commits to a check code.
func checkHMAC(content, code string) string {
	if code == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(content))
	mac.Write([]byte(code))
	return hex.EncodeToString(mac.Sum(nil))
}

// rowReader is what a transaction and a pool have in common here; both are of
// database/sql.
type rowReader interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// storedHashes reads the hashes of complete subtrees, a few dozen at most for
// any question.
func storedHashes(ctx context.Context, db rowReader) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, idx := range indexes {
			var text string
			err := db.QueryRowContext(ctx, `SELECT hash FROM log_hashes WHERE idx = $1`, idx).Scan(&text)
			if err != nil {
				return nil, fmt.Errorf("hash %d: %w", idx, err)
			}
			if hashes[i], err = tlog.ParseHash(text); err != nil {
				return nil, fmt.Errorf("hash %d: %w", idx, err)
			}
		}
		return hashes, nil
	})
}
