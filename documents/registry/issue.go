package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/signing"
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

// finish does steps 2 to 4 for the holder of a reservation's lease.
func (r *Registry) finish(ctx context.Context, held reservation) error {
	var made product
	err := ctx.Err()
	if err == nil {
		made, err = r.produce(ctx, held)
	}
	// From here on the caller's hanging up must not waste the signature, nor
	// leave the lease to run out.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err == nil {
		err = r.enter(ctx, held, made)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("document %s: %w", held.number, err), r.release(ctx, held))
	}
	return nil
}

// enter is the last transaction of issuing. Only the holder of the lease can
// do it, and only once.
func (r *Registry) enter(ctx context.Context, held reservation, made product) error {
	now := r.now()
	return r.Store.update(ctx, func(tx *sql.Tx) error {
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
		return r.enterEvents(ctx, tx, held, now)
	})
}

// void gives a reservation up, for good and on record.
func (r *Registry) void(ctx context.Context, held reservation, why string) error {
	now := r.now()
	record := r.voidRecord(ctx, held, now, why)
	return r.Store.update(ctx, func(tx *sql.Tx) error {
		mine, err := changed(ctx, tx, `
			UPDATE documents SET status = 'void', leased_until = 0
			WHERE number = $1 AND status = 'reserved' AND lease = $2`, held.number, held.lease)
		if err != nil {
			return fmt.Errorf("failed to void the reservation: %w", err)
		}
		if !mine {
			return ErrInProgress
		}
		return logEvent(ctx, tx, held.number, documents.Event{
			Seq: 2, Kind: documents.EventVoid, EffectiveAt: now, RecordedAt: now,
			EventData: documents.EventData{Detail: why, Record: record},
		})
	})
}

// voidStatement is what the register signs about a number that it gives up.
type voidStatement struct {
	Number        string         `json:"number"`
	Kind          documents.Kind `json:"kind"`
	ReservedAt    time.Time      `json:"reserved_at"`
	VoidAt        time.Time      `json:"void_at"`
	ContentSHA256 string         `json:"content_sha256"`
	Reason        string         `json:"reason"`
}

// voidRecord returns the statement that a number was given up, signed by the
// key of the documents: a CMS with its content, or nothing if the key does not
// work, which may well be the reason.
func (r *Registry) voidRecord(ctx context.Context, held reservation, at time.Time, why string) []byte {
	content, err := json.Marshal(held.content)
	if err != nil || r.Verifier == nil {
		return nil
	}
	statement, err := json.Marshal(voidStatement{
		Number: held.number, Kind: held.content.Kind(), ReservedAt: held.reservedAt, VoidAt: at,
		ContentSHA256: hexSum(content), Reason: why,
	})
	if err != nil {
		return nil
	}
	signed, err := signing.SignCMS(statement, r.Key, signing.CMSOptions{Time: at, Claim: true})
	if err != nil {
		return nil
	}
	verdict, err := r.Verifier.VerifyCMS(ctx, signed, signing.Question{At: at})
	if err != nil || !verdict.Passed() {
		return nil
	}
	return signed
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
