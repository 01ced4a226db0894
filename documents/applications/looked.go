package applications

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"tamga/documents/registry"
	"tamga/documents/store"
)

// lookRows is the table of who looked at whose data.
const lookRows = "looks"

// Look is that somebody other than the applicant saw the personal data of an
// application.
type Look struct {
	Application string    // its id
	Person      string    // a person's id, or the name of a client
	Role        string    // in which he looked
	Why         string    // what he was doing, such as "attachment"; names no person
	At          time.Time // given when it is written down
}

// Looked writes a look down, with its record in the log. Whoever shows personal data to
// others than the applicant calls it before he does.
func (b *Book) Looked(ctx context.Context, l Look) error {
	db := b.Register.Store
	return db.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		id, now := hex.EncodeToString(tx.RandomBytes(idLength)), db.Moment()
		_, err := tx.ExecContext(ctx, `INSERT INTO looks (id, application, person, role, why, at) VALUES ($1, $2, $3, $4, $5, $6)`,
			id, l.Application, l.Person, l.Role, l.Why, store.Micros(now))
		if err != nil {
			return fmt.Errorf("failed to write down who looked: %w", err)
		}
		return registry.EnterRow(ctx, tx, store.Change{Table: lookRows, Key: id, Event: store.Kept, At: now})
	})
}

// sameVisit is how long somebody who looks again at the same is on one visit.
const sameVisit = time.Hour

// Visited is [Book.Looked] for what is read again and again, such as a page: within an
// hour it is written down once. Of two at the same moment both may be.
func (b *Book) Visited(ctx context.Context, l Look) error {
	db := b.Register.Store
	bounded, end := db.Bounded(ctx)
	var before int
	err := db.QueryRowContext(bounded, `SELECT COUNT(*) FROM looks WHERE application = $1 AND person = $2 AND role = $3 AND why = $4 AND at > $5`,
		l.Application, l.Person, l.Role, l.Why, store.Micros(db.Moment().Add(-sameVisit))).Scan(&before)
	end(&err)
	switch {
	case err != nil:
		return fmt.Errorf("failed to read who looked: %w", err)
	case before > 0:
		return nil
	}
	return b.Looked(ctx, l)
}

// Looks returns who looked at an application, by its id, in order; at most 1000.
func (b *Book) Looks(ctx context.Context, application string) (all []Look, err error) {
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	rows, err := b.Register.Store.QueryContext(ctx, `SELECT application, person, role, why, at FROM looks WHERE application = $1 ORDER BY at, id LIMIT 1000`, application)
	if err != nil {
		return nil, fmt.Errorf("failed to read who looked: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var l Look
		var at int64
		if err := rows.Scan(&l.Application, &l.Person, &l.Role, &l.Why, &at); err != nil {
			return nil, fmt.Errorf("failed to read who looked: %w", err)
		}
		l.At = store.Time(at)
		all = append(all, l)
	}
	return all, rows.Err()
}
