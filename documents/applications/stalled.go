package applications

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tamga/documents/regulation"
	"tamga/documents/store"
)

// AskedStep is what is waited for where a program cannot do a step that asks nothing, as
// when the notice that it tells cannot be signed.
const AskedStep regulation.Check = "step"

// stepWait writes down the wait for a step that a program could not do.
func (b *Book) stepWait(ctx context.Context, c Case, w Wait) ([]Wait, error) {
	w.Asked = AskedStep
	if err := b.wait(ctx, c, []Wait{w}); err != nil {
		return nil, err
	}
	return []Wait{w}, nil
}

// goesOnElsewhere reports whether an error of a step says that another does it.
func goesOnElsewhere(err error) bool {
	return errors.Is(err, ErrChanged) || errors.Is(err, store.ErrKeyReused)
}

// startsAfter is how long an application may stand at a program's step before another
// than whoever brought it there goes on with it.
const startsAfter = 30 * time.Second

// start goes on with applications that stand at a program's step and wait for nothing:
// whoever entered the step before was stopped before the program went on.
func (b *Book) start(ctx context.Context) error {
	if b.Ask == nil {
		return nil
	}
	ids, err := b.stalled(ctx)
	for _, id := range ids {
		if _, _, failed := b.goOn(ctx, id); failed != nil {
			err = errors.Join(err, fmt.Errorf("application %s: %w", id, failed))
		}
	}
	return err
}

// stalledAtOnce is how many are found at a time.
const stalledAtOnce = 100

// stalled are the ids of some of those applications.
func (b *Book) stalled(ctx context.Context) (ids []string, err error) {
	rules, err := b.Rulebook.Current(ctx)
	if err != nil {
		return nil, err
	}
	now := b.Register.Store.Moment()
	args := []any{store.Micros(now.Add(-startsAfter)), stalledAtOnce}
	var places []string
	for _, e := range rules.Law.Editions() {
		for _, s := range e.Systems {
			args = append(args, s.ID)
			places = append(places, fmt.Sprintf("$%d", len(args)))
		}
	}
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	rows, err := b.Register.Store.QueryContext(ctx, `SELECT DISTINCT p.application FROM application_places p
		WHERE p.role IN (`+strings.Join(places, ", ")+`) AND p.since <= $1 AND p.paused_until = 0
			AND NOT EXISTS (SELECT 1 FROM application_waits w WHERE w.application = p.application AND w.ended_at = 0)
		ORDER BY p.application LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("failed to find where programs go on: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("failed to find where programs go on: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
