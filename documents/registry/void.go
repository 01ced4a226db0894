package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing/creation"
)

// void gives a reservation up, for good and on record.
func (r *Registry) void(ctx context.Context, held Reservation, why string) error {
	now := r.now()
	record := r.voidRecord(ctx, held, now, why)
	return r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		mine, err := tx.Changed(ctx, `
			UPDATE documents SET status = 'void', leased_until = 0
			WHERE number = $1 AND status = 'reserved' AND lease = $2`, held.number, held.lease)
		if err != nil {
			return fmt.Errorf("failed to void the reservation: %w", err)
		}
		if !mine {
			return store.ErrInProgress
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
	ContentSHA256 string         `json:"content_sha256"` // of the JSON as it is stored
	Reason        string         `json:"reason"`
}

// voidRecord returns the statement that a number was given up, signed by the
// key of the documents: a CMS with its content, or nothing if the key does not
// work, which may well be the reason.
func (r *Registry) voidRecord(ctx context.Context, held Reservation, at time.Time, why string) []byte {
	if r.Make == nil {
		return nil
	}
	statement, err := json.Marshal(voidStatement{
		Number: held.number, Kind: held.kind, ReservedAt: held.reservedAt, VoidAt: at,
		ContentSHA256: store.HexSum([]byte(held.stored)), Reason: why,
	})
	if err != nil {
		return nil
	}
	made, err := r.make(ctx, creation.Order{Form: creation.CMS{Content: statement, Claim: true}, Time: at})
	if err != nil {
		return nil
	}
	return made.File
}
