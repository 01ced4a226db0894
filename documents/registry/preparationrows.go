package registry

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tamga/certs"
	"tamga/documents/store"
)

const selectRound = `SELECT id, number, round, state, issued_on, sub_filter, digest_algorithm, digest, prepared_at, ended_at,
	signature_sha256, digests, held, file FROM preparations `

func scanRound(scan func(...any) error) (*round, error) {
	p := &round{}
	var preparedAt, endedAt int64
	var text string
	err := scan(&p.id, &p.number, &p.n, &p.state, &p.issuedOn, &p.form, &p.algorithm, &p.digest, &preparedAt, &endedAt,
		&p.signature, &p.digests, &text, &p.file)
	if err != nil {
		return nil, err
	}
	p.preparedAt = store.Time(preparedAt)
	if endedAt != 0 {
		p.endedAt = store.Time(endedAt)
	}
	if text != "" && json.Unmarshal([]byte(text), &p.held) != nil {
		return nil, errDamaged
	}
	return p, nil
}

// lastRound returns the last preparation of a number; nil if there is none.
func lastRound(ctx context.Context, db store.Reader, number string) (*round, error) {
	p, err := scanRound(db.QueryRowContext(ctx, selectRound+`WHERE number = $1 ORDER BY round DESC LIMIT 1`, number).Scan)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("failed to read the preparation of document %s: %w", number, err)
	}
	return p, nil
}

// insertRound writes a new preparation.
func insertRound(ctx context.Context, tx *store.Tx, p *round) error {
	p.held.Nonce = rand.Text()
	text, err := json.Marshal(p.held)
	if err != nil {
		return fmt.Errorf("failed to encode the preparation: %w", err)
	}
	p.id, p.state = p.number+"/"+strconv.Itoa(p.n), stateOpen
	_, err = tx.ExecContext(ctx, `
		INSERT INTO preparations (id, number, round, state, issued_on, sub_filter, digest_algorithm, digest, prepared_at, held, file)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		p.id, p.number, p.n, p.state, p.issuedOn, p.form, p.algorithm, p.digest, store.Micros(p.preparedAt), string(text), p.file)
	if err != nil {
		return fmt.Errorf("failed to write the preparation: %w", err)
	}
	if err := tx.At(ctx, "preparation written"); err != nil {
		return err
	}
	return EnterRow(ctx, tx, store.Change{Table: "preparations", Key: p.id, Event: store.Added, At: p.preparedAt})
}

// ending is how a preparation ends.
type ending struct {
	state     string
	at        time.Time
	signature string // SHA-256 of the CMS, of one that is completed
}

// endRound ends a preparation, and forgets what it held. One that its signer has
// declined keeps what it can be made anew from.
func endRound(ctx context.Context, tx *store.Tx, p *round, e ending) error {
	digests := p.digests
	if e.state == stateDeclined || e.state == stateReplaced && len(p.file) > 0 {
		digests = p.allDigests()
	}
	mine, err := tx.Changed(ctx, `
		UPDATE preparations SET state = $1, ended_at = $2, signature_sha256 = $3, file = $4, digests = $5,
			held = CASE $1 WHEN 'declined' THEN held ELSE '' END
		WHERE id = $6 AND state IN ('open', 'declined')`,
		e.state, store.Micros(e.at), e.signature, []byte{}, digests, p.id)
	if err != nil {
		return fmt.Errorf("failed to end the preparation: %w", err)
	}
	if !mine {
		return store.ErrInProgress
	}
	if err := tx.At(ctx, "preparation ended"); err != nil {
		return err
	}
	return EnterRow(ctx, tx, store.Change{Table: "preparations", Key: p.id, Event: e.state, At: e.at})
}

// endRounds ends what is left of the preparations of a number; there may be nothing.
func endRounds(ctx context.Context, tx *store.Tx, number string, e ending) error {
	p, err := lastRound(ctx, tx, number)
	if err != nil || p == nil || p.state != stateOpen && p.state != stateDeclined {
		return err
	}
	return endRound(ctx, tx, p, e)
}

// replacedBy returns the earlier preparation of a number whose bytes have a digest; 0 for
// none.
func replacedBy(ctx context.Context, db store.Reader, number string, digest []byte) (int, error) {
	if len(digest) == 0 {
		return 0, nil
	}
	values, err := readValues(ctx, db, 2, `SELECT digests, round FROM preparations WHERE number = $1 ORDER BY round`, number)
	if err != nil {
		return 0, fmt.Errorf("failed to read the preparations of document %s: %w", number, err)
	}
	for ; len(values) > 0; values = values[2:] {
		if slices.Contains(strings.Fields(asText(values[0])), hex.EncodeToString(digest)) {
			return int(asInt(values[1])), nil
		}
	}
	return 0, nil
}

// allDigests are those of what is signed, by every algorithm that a key may sign with.
func (p *round) allDigests() string {
	parts := p.prepared().SignedBytes()
	var all []string
	for _, d := range certs.Digests() {
		all = append(all, hex.EncodeToString(d.Sum(parts[0], parts[1])))
	}
	return strings.Join(all, " ")
}
