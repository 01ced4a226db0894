package registry

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"tamga/documents/seal"
	"tamga/documents/store"
)

// keepSealKey enters the key that has sealed a document together with the
// document, so that the seal can be verified when another key has taken its
// place. A key is entered once.
func (r *Registry) keepSealKey(ctx context.Context, tx *store.Tx, now time.Time) error {
	if r.SealKey.IsZero() {
		return nil
	}
	key := r.SealKey.Public()
	id := hex.EncodeToString(key.ID)
	fresh, err := tx.Changed(ctx, `
		INSERT INTO seal_keys (id, point, since) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`,
		id, key.Point, store.Micros(now))
	if err != nil || !fresh {
		return err
	}
	return logRow(ctx, tx, rowSubjectOf(subjectSealKey), store.Kept, rowEvent{id, now})
}

// SealKeys returns the keys that the seals of this register may be verified
// with: the one that makes new ones first, then those that have made seals
// before, the newest first.
func (r *Registry) SealKeys(ctx context.Context) (_ []seal.PublicKey, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	points, err := readValues(ctx, r.Store, 1, `SELECT point FROM seal_keys ORDER BY since DESC, id`)
	if err != nil {
		return nil, fmt.Errorf("failed to read the keys of the seals: %w", err)
	}
	var keys []seal.PublicKey
	if !r.SealKey.IsZero() {
		keys = append(keys, r.SealKey.Public())
	}
	for _, p := range points {
		key := seal.NewPublicKey([]byte(asText(p)))
		if !slices.ContainsFunc(keys, func(k seal.PublicKey) bool { return bytes.Equal(k.ID, key.ID) }) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}
