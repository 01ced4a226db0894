package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tamga/documents"
	"tamga/documents/store"
)

// NumberUnder returns the number of the document that a client has asked for under a key;
// empty for none.
func (r *Registry) NumberUnder(ctx context.Context, db store.Reader, q store.Request) (string, error) {
	var number sql.NullString
	err := db.QueryRowContext(ctx, `SELECT number FROM requests WHERE client = $1 AND idempotency_key = $2`, q.Client, q.IdempotencyKey).Scan(&number)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("failed to read the idempotency key: %w", err)
	}
	return number.String, nil
}

// RequestOf returns under which key a client has asked for a document; nothing when nobody
// has.
func (r *Registry) RequestOf(ctx context.Context, db store.Reader, number string) (q store.Request, err error) {
	err = db.QueryRowContext(ctx, `SELECT client, idempotency_key FROM requests WHERE number = $1 AND event = 0`, number).Scan(&q.Client, &q.IdempotencyKey)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return q, fmt.Errorf("failed to read the idempotency key: %w", err)
	}
	return q, nil
}

// GiveUpIn declares a number void that waits for the signature of a person which nobody
// will make, in a transaction of the caller's, and says why in the log. The record is
// signed by the next [Registry.Recover]: no key is used while the transaction is open.
// The errors are those of [Registry.PrepareAgain].
func (r *Registry) GiveUpIn(ctx context.Context, tx *store.Tx, number, why string) error {
	rec, p, err := r.waiting(ctx, tx, number)
	switch {
	case err != nil:
		return err
	case rec.Status == documents.StatusInForce:
		return &SignatureError{Reason: ReasonIssued}
	}
	now := r.now()
	mine, err := tx.Changed(ctx, `UPDATE documents SET status = 'void', leased_until = 0 WHERE number = $1 AND status = 'reserved'`, number)
	switch {
	case err != nil:
		return fmt.Errorf("failed to give document %s up: %w", number, err)
	case !mine:
		return store.ErrInProgress
	}
	if err := tx.At(ctx, "number given up"); err != nil {
		return err
	}
	err = logEvent(ctx, tx, number, documents.Event{
		Seq: 2, Kind: documents.EventVoid, EffectiveAt: now, RecordedAt: now, EventData: documents.EventData{Detail: why},
	})
	if err != nil {
		return err
	}
	return endRound(ctx, tx, p, ending{state: stateVoid, at: now})
}
