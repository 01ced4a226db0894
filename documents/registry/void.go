package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing/creation"
)

// void gives a reservation up, for good and on record. When the key does not sign,
// which may be the very reason, the record waits for one that does: see
// [Registry.signVoids].
func (r *Registry) void(ctx context.Context, held Reservation, why string) error {
	now := r.now()
	record, err := r.voidRecord(ctx, voidStatement{
		Number: held.number, Kind: held.kind, ReservedAt: held.reservedAt, VoidAt: now,
		ContentSHA256: store.HexSum([]byte(held.stored)), Reason: why,
	})
	if err != nil && ctx.Err() != nil {
		return err
	}
	err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		mine, err := tx.Changed(ctx, `
			UPDATE documents SET status = 'void', leased_until = 0
			WHERE number = $1 AND status = 'reserved' AND lease = $2`, held.number, held.lease)
		if err != nil {
			return fmt.Errorf("failed to void the reservation: %w", err)
		}
		if !mine {
			return store.ErrInProgress
		}
		if err := tx.At(ctx, "number given up"); err != nil {
			return err
		}
		if err := endRounds(ctx, tx, held.number, ending{state: stateVoid, at: now}); err != nil {
			return err
		}
		return logEvent(ctx, tx, held.number, documents.Event{
			Seq: 2, Kind: documents.EventVoid, EffectiveAt: now, RecordedAt: now,
			EventData: documents.EventData{Detail: why, Record: record},
		})
	})
	if err == nil {
		r.Store.At("void")
	}
	return err
}

// voidStatement is what the register signs about a number that it gives up.
type voidStatement struct {
	Number        string         `json:"number"`
	Kind          documents.Kind `json:"kind"`
	ReservedAt    time.Time      `json:"reserved_at"`
	VoidAt        time.Time      `json:"void_at"`
	ContentSHA256 string         `json:"content_sha256"` // of the JSON as it is stored
	Reason        string         `json:"reason"`
	// SignedAt is when the statement was signed, where that was later.
	SignedAt time.Time `json:"signed_at,omitzero"`
}

// voidRecord returns the statement that a number was given up, signed by the key of
// documents: a CMS with its content.
func (r *Registry) voidRecord(ctx context.Context, s voidStatement) ([]byte, error) {
	at := s.VoidAt
	if !s.SignedAt.IsZero() {
		at = s.SignedAt
	}
	return r.signAct(ctx, s, at)
}

// signAct signs a statement of the register with the key of documents, and has the
// result judged like everything else that leaves.
func (r *Registry) signAct(ctx context.Context, statement any, at time.Time) ([]byte, error) {
	if err := r.ready(ctx, at); err != nil {
		return nil, err
	}
	content, err := json.Marshal(statement)
	if err != nil {
		return nil, fmt.Errorf("failed to encode the statement: %w", err)
	}
	made, err := r.make(ctx, creation.Order{Form: creation.CMS{Content: content, Claim: true}, Time: at})
	if err != nil {
		return nil, err
	}
	return made.File, nil
}

// UnsignedVoids lists the numbers that were given up and whose record waits for a key
// that is fit to sign it.
func (r *Registry) UnsignedVoids(ctx context.Context) (_ []string, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	values, err := readValues(ctx, r.Store, 1, `
		SELECT number FROM documents WHERE status = 'void' AND erased_at = 0 ORDER BY number`)
	if err != nil {
		return nil, fmt.Errorf("failed to list the void numbers: %w", err)
	}
	var all []string
	for _, v := range values {
		number := asText(v)
		life, err := history(ctx, r.Store, Record{Number: number})
		if err != nil {
			return nil, err
		}
		if life.VoidUnsigned() {
			all = append(all, number)
		}
	}
	return all, nil
}

// signVoids signs the records of void numbers that could not be signed at once, and
// returns their numbers, and those that still wait.
func (r *Registry) signVoids(ctx context.Context) (signed, waiting []string, err error) {
	numbers, err := r.UnsignedVoids(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, number := range numbers {
		switch err := r.signVoid(ctx, number); {
		case err == nil:
			signed = append(signed, number)
		case ctx.Err() != nil || errors.Is(err, store.ErrUnavailable):
			return signed, append(waiting, number), err
		default:
			waiting = append(waiting, number)
		}
	}
	return signed, waiting, nil
}

// signVoid signs the record of one void number, as the register tells it, and adds it
// to the life of the number.
func (r *Registry) signVoid(ctx context.Context, number string) error {
	now := r.now()
	var kind, content string
	var reservedAt int64
	err := r.Store.QueryRowContext(ctx, `SELECT kind, content, reserved_at FROM documents WHERE number = $1 AND status = 'void'`, number).
		Scan(&kind, &content, &reservedAt)
	if err != nil {
		return fmt.Errorf("failed to read document %s: %w", number, err)
	}
	life, err := history(ctx, r.Store, Record{Number: number})
	if err != nil {
		return err
	}
	s := voidStatement{
		Number: number, Kind: documents.Kind(kind), ReservedAt: store.Time(reservedAt), ContentSHA256: store.HexSum([]byte(content)), SignedAt: now,
	}
	for _, e := range life.Events {
		if e.Kind == documents.EventVoid {
			s.VoidAt, s.Reason = e.EffectiveAt, e.Detail
		}
	}
	record, err := r.voidRecord(ctx, s)
	if err != nil {
		return err
	}
	return r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, life, err := lockedIn(ctx, tx, number, `status = 'void'`)
		if err != nil || !life.VoidUnsigned() {
			return err // another instance was faster, or it was erased
		}
		return logEvent(ctx, tx, number, next(life, documents.Event{
			Kind: documents.EventVoidSigned, EffectiveAt: now, EventData: documents.EventData{Record: record},
		}, now))
	})
}
