package registry

import (
	"context"
	"fmt"

	"tamga/documents"
	"tamga/documents/store"
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
// it asks; while the first call is at work the others get [store.ErrInProgress].
// The same key with another draft is [store.ErrKeyReused].
//
// If a step after the first fails, the reservation stays: calling again with
// the same key goes on with the same number, and so does [Registry.Recover].
// The draft may come as typed; it is normalised here. Its date of issue may be
// empty for today, and is otherwise today's. A
// document that replaces or copies one that is not in force is a
// *documents.RuleError.
func (r *Registry) Issue(ctx context.Context, req IssueRequest) (Record, bool, error) {
	q, err := askedDocument(req)
	if err != nil {
		return Record{}, false, err
	}
	var held Reservation
	err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		held, err = r.reserve(ctx, tx, q)
		return err
	})
	if err != nil {
		return Record{}, false, err
	}
	if held.Done() {
		rec, err := r.Document(ctx, held.number)
		return rec, true, err
	}
	if err := r.Finish(ctx, held); err != nil {
		return Record{}, false, err
	}
	rec, err := r.Document(ctx, held.number)
	return rec, false, err
}

// The steps of issuing can be had one by one, by whoever writes more in their
// transactions: [Registry.Reserve] is the first, [Registry.Produce] the second and
// third, and [Registry.Complete] the fourth. [Registry.Finish] is all but the first.

// documentAsked is a document that a client asks for and may ask for.
type documentAsked struct {
	IssueRequest
	request store.Request
	// elsewhere says who will sign it; nil for the key of documents.
	elsewhere *Elsewhere
}

// askedDocument looks at all of a request that needs no database.
func askedDocument(req IssueRequest) (documentAsked, error) {
	q := documentAsked{IssueRequest: req, request: store.Request{Client: req.Client, IdempotencyKey: req.IdempotencyKey}}
	if err := q.request.Check(); err != nil {
		return q, err
	}
	q.Draft = q.Draft.Normalise()
	if err := q.Draft.Validate(); err != nil {
		return q, err
	}
	var err error
	q.request.Sum, err = store.SumOf(q.Draft)
	return q, err
}

// enter is the last transaction of issuing.
func (r *Registry) enter(ctx context.Context, made Product) error {
	return r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error { return r.Complete(ctx, tx, made) })
}

// Complete writes the document that was made, with its evidence and the log, in
// a transaction of the caller's: it is in force when that is committed. Only the
// holder of the lease can do it, and only once; anyone else gets [store.ErrInProgress].
// What was signed elsewhere, by [Registry.Signed], comes into force on the day that it
// prints and no other, and only if it was not prepared anew since: else the error is an
// [ErrSignature].
func (r *Registry) Complete(ctx context.Context, tx *store.Tx, made Product) error {
	now, held := r.now(), made.held
	if err := made.day(now); err != nil {
		return err
	}
	mine, err := tx.Changed(ctx, `
		UPDATE documents SET status = 'in_force', file_sha256 = $1, evidence = $2, layout = $3, leased_until = 0,
			content = $4, content_sha256 = $5
		WHERE number = $6 AND status = 'reserved' AND lease = $7`,
		store.HexSum(made.file), string(made.evidence), made.layout, held.stored, held.sum, held.number, held.lease)
	if err != nil {
		return fmt.Errorf("failed to write the document: %w", err)
	}
	if !mine {
		return r.overtaken(ctx, tx, made)
	}
	if err := tx.At(ctx, "document written"); err != nil {
		return err
	}
	err = tx.Later(ctx, store.Statement{
		Query: `INSERT INTO files (number, bytes) VALUES ($1, $2)`, Args: []any{held.number, made.file}, Doing: "failed to write the file",
	})
	if err != nil {
		return err
	}
	if err := indexLicence(ctx, tx, held.number, held.content); err != nil {
		return err
	}
	if err := tx.At(ctx, "file written"); err != nil {
		return err
	}
	if err := r.keepSealKey(ctx, tx, now); err != nil {
		return fmt.Errorf("failed to keep the key of the seals: %w", err)
	}
	if err := r.enterEvents(ctx, tx, held, now); err != nil {
		return err
	}
	return made.complete(ctx, tx, now)
}
