package applications

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/documents/store"
)

// registering reports whether a move registers the application: that gives it its number.
func registering(m regulation.Move) bool {
	return m.Step.Assigns != "" || m.Ends != nil && m.Under.Assigns != ""
}

// registers reports whether an entry is one that registers.
func (c Case) registers(e Entry) bool {
	for _, id := range []string{e.Step, e.Under} {
		if s, ok := c.Walk.Step(id); ok && s.Assigns != "" {
			return true
		}
	}
	return false
}

// numbered returns what [entering.judged] does now, with the number of a registration. The
// numbers grow with the moments: the moment is that at which the number is this
// transaction's, and not that at which it began to wait for it.
func (b *Book) numbered(ctx context.Context, tx *store.Tx, in entering, rules *rulebook.Rules) (c Case, m regulation.Move, number string, err error) {
	now := b.Register.Store.Moment()
	if c, m, err = in.judged(rules, now); err != nil || !registering(m) {
		return c, m, "", err
	}
	if number, err = registry.NextApplication(ctx, tx, documents.CivilDate(now).Year); err != nil {
		return c, m, "", err
	}
	c, m, err = in.judged(rules, b.Register.Store.Moment())
	return c, m, number, err
}

// register gives an application its number, and writes down under which edition. The
// caller enters the row in the log.
func register(ctx context.Context, tx *store.Tx, c *Case, number string) error {
	now := c.At
	if err := notBefore(ctx, tx, number, now); err != nil {
		return err
	}
	c.Number, c.RegisteredAt = number, now
	_, err := tx.ExecContext(ctx, `UPDATE applications SET number = $1, registered_at = $2, edition = $3 WHERE id = $4`,
		number, store.Micros(now), c.Edition, c.ID)
	if err != nil {
		return fmt.Errorf("failed to register the application: %w", err)
	}
	return tx.At(ctx, "application registered")
}

// notBefore refuses a registration before that of the number before it: numbers grow
// with time, and only a clock that went back could bring it about.
func notBefore(ctx context.Context, tx *store.Tx, number string, now time.Time) error {
	n, err := documents.ParseNumber(number)
	if err == nil && documents.CivilDate(now).Year != n.Year {
		return ErrClock // the year has ended while the number was waited for
	}
	if err != nil || n.Seq == 1 {
		return err
	}
	before, err := documents.NumberOf(n.Kind, n.Year, n.Seq-1)
	if err != nil {
		return err
	}
	a, err := scanApplication(tx.QueryRowContext(ctx, `SELECT `+applicationColumns+` FROM applications a WHERE a.number = $1`, before).Scan)
	switch {
	case errors.Is(err, ErrNotFound):
		return fmt.Errorf("application %s is missing: %w", before, registry.ErrTampered)
	case err != nil:
		return err
	case now.Before(a.RegisteredAt):
		return ErrClock
	}
	return nil
}
