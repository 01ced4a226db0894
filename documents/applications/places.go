package applications

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/documents/store"
)

// place writes down where an application stands, for whom and until when. Everything in
// it follows from the entries.
func (b *Book) place(ctx context.Context, tx *store.Tx, c Case) error {
	err := tx.Later(ctx, store.Statement{Query: `DELETE FROM application_places WHERE application = $1`, Args: []any{c.ID}, Doing: placing})
	if err != nil {
		return err
	}
	if c.Place().End != "" {
		return nil
	}
	for _, role := range c.places() {
		if err := c.placeFor(ctx, tx, role); err != nil {
			return err
		}
	}
	return nil
}

const placing = "failed to write down where the application stands"

func (c Case) placeFor(ctx context.Context, tx *store.Tx, role string) error {
	person := ""
	if a, ok := c.Assigned(role); ok {
		if person = a.ID; person == "" {
			person = a.Person
		}
	}
	due, paused := int64(never), int64(0)
	if until := c.Paused(); !until.IsZero() {
		paused = store.Micros(until)
	} else if at := c.next(); !at.IsZero() {
		due = store.Micros(at)
	}
	return tx.Later(ctx, store.Statement{
		Query: `INSERT INTO application_places (application, role, person, service, step, since, due_at, paused_until, calendar)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		Args:  []any{c.ID, role, person, c.Service, c.StandsAt(), store.Micros(c.began(len(c.Entries) + 1)), due, paused, c.Days.Version()},
		Doing: placing,
	})
}

// next is when the first of what is due is due; zero where nothing is, or it cannot be
// told yet.
func (c Case) next() (at time.Time) {
	for _, d := range c.Due() {
		if end, _ := d.Ends(); !end.IsZero() && (at.IsZero() || end.Before(at)) {
			at = end
		}
	}
	return at
}

// recount writes the places anew of applications whose pause is over, that were counted
// with another calendar, or that an older program has entered.
func (b *Book) recount(ctx context.Context) error {
	rules, err := b.Rulebook.Current(ctx)
	if err != nil {
		return err
	}
	var failed error // of some, which stops no others
	for after := ""; ; {
		ids, err := b.stale(ctx, rules.Calendar.Version(), after)
		if err != nil {
			return errors.Join(failed, err)
		}
		for _, id := range ids {
			if err := b.replace(ctx, id); err != nil {
				failed = fmt.Errorf("application %s: %w", id, err)
			}
			after = id
		}
		if len(ids) < staleAtOnce || ctx.Err() != nil {
			return failed
		}
	}
}

// staleAtOnce is how many are found at a time.
const staleAtOnce = 100

// stale are the ids of applications whose places are not as they are now.
func (b *Book) stale(ctx context.Context, calendar, after string) (ids []string, err error) {
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	rows, err := b.Register.Store.QueryContext(ctx, `
		SELECT id FROM applications a WHERE id > $4
			AND NOT EXISTS (SELECT 1 FROM application_entries e WHERE e.application = a.id AND e.ended <> '')
			AND NOT EXISTS (SELECT 1 FROM application_places p WHERE p.application = a.id
				AND p.calendar = $1 AND (p.paused_until = 0 OR p.paused_until > $2))
		ORDER BY id LIMIT $3`, calendar, store.Micros(b.Register.Store.Moment()), staleAtOnce, after)
	if err != nil {
		return nil, fmt.Errorf("failed to find what is counted anew: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("failed to find what is counted anew: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// replace writes the places of one application anew.
func (b *Book) replace(ctx context.Context, id string) error {
	return b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err := locked(ctx, tx, id)
		if err != nil {
			return err
		}
		rules, err := b.Rulebook.In(ctx, tx)
		if err != nil {
			return err
		}
		c, err := caseBy(rules, a)
		if err != nil {
			return err
		}
		c.At = b.Register.Store.Moment()
		return b.place(ctx, tx, c)
	})
}
