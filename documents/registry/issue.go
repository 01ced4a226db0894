package registry

import (
	"context"
	"database/sql"
	"fmt"

	"tamga/documents"
)

// IssueRequest asks for one document.
type IssueRequest struct {
	Client         string // who asks: the id of a [Client], or another fixed name
	IdempotencyKey string // the client's own name for this request, kept for ever
	Draft          documents.Draft
}

// Issue makes the document of a draft: numbered, signed, verified and in
// force when it returns without an error. The steps are:
//
//  1. one transaction takes the number and writes the content, reserved;
//  2. the document is rendered;
//  3. it is signed, and what was made is verified;
//  4. one transaction writes the file, the evidence and the log, in force; of
//     a document that replaces or copies another, also what that does to the
//     other.
//
// The same client with the same key and the same draft gets the same document,
// with true as the second result, however often and from however many places
// it asks; while the first call is at work the others get [ErrInProgress].
// The same key with another draft is [ErrKeyReused].
//
// If a step after the first fails, the reservation stays: calling again with
// the same key goes on with the same number, and so does [Registry.Recover].
// The draft may come as typed; it is normalised here. Its date of issue may be
// empty for today, and is otherwise a day of this year that is not to come. A
// document that replaces or copies one that is not in force is a
// *documents.RuleError.
func (r *Registry) Issue(ctx context.Context, req IssueRequest) (Record, bool, error) {
	if !printableASCII(req.Client) || !printableASCII(req.IdempotencyKey) {
		return Record{}, false, ErrBadKey
	}
	req.Draft = req.Draft.Normalise()
	if err := req.Draft.Validate(); err != nil {
		return Record{}, false, err
	}
	held, err := r.reserve(ctx, req)
	if err != nil {
		return Record{}, false, err
	}
	if held.lease == "" {
		rec, err := r.Document(ctx, held.number)
		return rec, true, err
	}
	if err := r.finish(ctx, held); err != nil {
		return Record{}, false, err
	}
	rec, err := r.Document(ctx, held.number)
	return rec, false, err
}

// enter is the last transaction of issuing. Only the holder of the lease can
// do it, and only once.
func (r *Registry) enter(ctx context.Context, held reservation, made product) error {
	now := r.now()
	return r.Store.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		mine, err := changed(ctx, tx, `
			UPDATE documents SET status = 'in_force', file_sha256 = $1, evidence = $2, layout = $3, leased_until = 0
			WHERE number = $4 AND status = 'reserved' AND lease = $5`,
			hexSum(made.file), string(made.evidence), made.layout, held.number, held.lease)
		if err != nil {
			return fmt.Errorf("failed to write the document: %w", err)
		}
		if !mine {
			return ErrInProgress
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO files (number, bytes) VALUES ($1, $2)`, held.number, made.file)
		if err != nil {
			return fmt.Errorf("failed to write the file: %w", err)
		}
		if err := r.keepSealKey(ctx, tx, now); err != nil {
			return fmt.Errorf("failed to keep the key of the seals: %w", err)
		}
		return r.enterEvents(ctx, tx, held, now)
	})
}

// printableASCII reports whether s can name a request or a client.
func printableASCII(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}
