package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Rule is a row of what operators enter of the law. What its content must be, and
// whether it holds together with the others, is known to documents/rulebook. Times
// are UTC, and zero where the step has not been taken.
type Rule struct {
	ID, Kind, Name string
	// From is the first day, and Until the day after the last, as 2027-01-01; empty
	// is open.
	From, Until string
	Content     []byte
	SHA256      string // of the content, hexadecimal
	EnteredBy   string
	EnteredAt   time.Time
	ConfirmedBy string
	ConfirmedAt time.Time
	// Place is that in the order of confirmation, from 1; 0 before.
	Place int64
	// Whoever asked to take the row out, and whoever confirmed that.
	WithdrawnBy string
	WithdrawnAt time.Time
	EndedBy     string
	EndedAt     time.Time
}

// InEffect reports whether a row counts: it was confirmed, and not taken out.
func (r Rule) InEffect() bool { return r.Place > 0 && r.EndedAt.IsZero() }

// rules is the table of the operators' rows.
const rules = "rules"

// ruleColumns are those of a [Rule] in its order.
const ruleColumns = `id, kind, name, valid_from, valid_until, content, sha256, entered_by, entered_at,
	confirmed_by, confirmed_at, place, withdrawn_by, withdrawn_at, ended_by, ended_at`

// HoldRules keeps other transactions from changing rows until this one ends, so
// that what was judged together is written together.
func (tx *Tx) HoldRules(ctx context.Context) error {
	_, err := tx.ExecContext(ctx, `UPDATE log_head SET size = size WHERE id = 1`)
	if err != nil {
		return fmt.Errorf("failed to lock the log: %w", err)
	}
	return nil
}

// AddRule enters a row that has no effect yet, and gives it its id, digest and
// time. A name that cannot be printed is [ErrBadName].
func (tx *Tx) AddRule(ctx context.Context, r Rule) (Rule, error) {
	if !PrintableName(r.EnteredBy) || !PrintableName(r.Name) {
		return Rule{}, ErrBadName
	}
	now := tx.db.Moment()
	r.ID, r.SHA256, r.EnteredAt = hex.EncodeToString(tx.RandomBytes(idLength)), HexSum(r.Content), now
	_, err := tx.ExecContext(ctx, `
		INSERT INTO rules (id, kind, name, valid_from, valid_until, content, sha256, entered_by, entered_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.ID, r.Kind, r.Name, r.From, r.Until, r.Content, r.SHA256, r.EnteredBy, Micros(now))
	if err != nil {
		return Rule{}, fmt.Errorf("failed to enter the row: %w", err)
	}
	return r, tx.enter(ctx, Change{Table: rules, Key: r.ID, Event: Entered, At: now})
}

// ConfirmRule gives a row that was entered its effect. Whoever entered it cannot
// confirm it: [ErrSamePerson]. A row that waits for nothing is [ErrNotWaiting].
func (tx *Tx) ConfirmRule(ctx context.Context, id, by string) error {
	r, err := tx.step(ctx, id, by)
	switch {
	case err != nil:
		return err
	case r.Place > 0 || !r.EndedAt.IsZero():
		return ErrNotWaiting
	case samePerson(r.EnteredBy, by):
		return fmt.Errorf("%w: %s has entered it", ErrSamePerson, r.EnteredBy)
	}
	return tx.changeRule(ctx, id, Confirmed, `confirmed_by = $1, confirmed_at = $2, place = (SELECT MAX(place) + 1 FROM rules)`, by)
}

// WithdrawRule asks to take a row out. One without effect is out at once; one in
// effect when another person confirms that by [Tx.EndRule]. A row that is on its way
// out, or is out, is [ErrNotWaiting].
func (tx *Tx) WithdrawRule(ctx context.Context, id, by string) error {
	r, err := tx.step(ctx, id, by)
	switch {
	case err != nil:
		return err
	case !r.WithdrawnAt.IsZero():
		return ErrNotWaiting
	case r.Place == 0:
		return tx.changeRule(ctx, id, Ended, `withdrawn_by = $1, withdrawn_at = $2, ended_by = $1, ended_at = $2`, by)
	}
	return tx.changeRule(ctx, id, Withdrawn, `withdrawn_by = $1, withdrawn_at = $2`, by)
}

// EndRule takes a row out that another person has asked to take out:
// [ErrSamePerson] and [ErrNotWaiting] as in [Tx.ConfirmRule].
func (tx *Tx) EndRule(ctx context.Context, id, by string) error {
	r, err := tx.step(ctx, id, by)
	switch {
	case err != nil:
		return err
	case r.WithdrawnAt.IsZero() || !r.EndedAt.IsZero():
		return ErrNotWaiting
	case samePerson(r.WithdrawnBy, by):
		return fmt.Errorf("%w: %s has withdrawn it", ErrSamePerson, r.WithdrawnBy)
	}
	return tx.changeRule(ctx, id, Ended, `ended_by = $1, ended_at = $2`, by)
}

// step reads the row that somebody is about to change.
func (tx *Tx) step(ctx context.Context, id, by string) (Rule, error) {
	if !PrintableName(by) {
		return Rule{}, ErrBadName
	}
	return RuleOf(ctx, tx, id)
}

func (tx *Tx) changeRule(ctx context.Context, id, event, set, by string) error {
	now := tx.db.Moment()
	_, err := tx.ExecContext(ctx, `UPDATE rules SET `+set+` WHERE id = $3`, by, Micros(now), id)
	if err != nil {
		return fmt.Errorf("failed to change the row: %w", err)
	}
	return tx.enter(ctx, Change{Table: rules, Key: id, Event: event, At: now})
}

// RuleOf returns a row, or [ErrNoRule].
func RuleOf(ctx context.Context, r Reader, id string) (Rule, error) {
	found, err := readRules(r.QueryContext(ctx, `SELECT `+ruleColumns+` FROM rules WHERE id = $1`, id))
	switch {
	case err != nil:
		return Rule{}, err
	case len(found) == 0:
		return Rule{}, ErrNoRule
	}
	return found[0], nil
}

// Rules returns all rows as they were entered, those that are out among them.
func Rules(ctx context.Context, r Reader) ([]Rule, error) {
	return readRules(r.QueryContext(ctx, `SELECT `+ruleColumns+` FROM rules ORDER BY entered_at, id`))
}

// RulesInEffect returns the rows that count, in the order of their confirmation.
func RulesInEffect(ctx context.Context, r Reader) ([]Rule, error) {
	return readRules(r.QueryContext(ctx, `SELECT `+ruleColumns+` FROM rules WHERE place > 0 AND ended_at = 0 ORDER BY place`))
}

// RulesVersion names which rows count, without reading what they say: as long as
// it is the same, [RulesInEffect] gives the same.
func RulesVersion(ctx context.Context, r Reader) (string, error) {
	rows, err := r.QueryContext(ctx, `SELECT id, sha256 FROM rules WHERE place > 0 AND ended_at = 0 ORDER BY place`)
	if err != nil {
		return "", fmt.Errorf("failed to read the rules: %w", err)
	}
	defer rows.Close()
	var all strings.Builder
	for rows.Next() {
		var id, sum string
		if err := rows.Scan(&id, &sum); err != nil {
			return "", fmt.Errorf("failed to read the rules: %w", err)
		}
		all.WriteString(id + " " + sum + "\n")
	}
	if err := rows.Err(); err != nil {
		return "", fmt.Errorf("failed to read the rules: %w", err)
	}
	return all.String(), nil
}

func readRules(rows *Rows, err error) (_ []Rule, failed error) {
	defer func() {
		if failed != nil {
			failed = fmt.Errorf("failed to read the rules: %w", failed)
		}
	}()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Rule
	for rows.Next() {
		var r Rule
		var entered, confirmed, withdrawn, ended int64
		err := rows.Scan(&r.ID, &r.Kind, &r.Name, &r.From, &r.Until, &r.Content, &r.SHA256, &r.EnteredBy, &entered,
			&r.ConfirmedBy, &confirmed, &r.Place, &r.WithdrawnBy, &withdrawn, &r.EndedBy, &ended)
		if err != nil {
			return nil, err
		}
		r.EnteredAt, r.ConfirmedAt, r.WithdrawnAt, r.EndedAt = taken(entered), taken(confirmed), taken(withdrawn), taken(ended)
		all = append(all, r)
	}
	return all, rows.Err()
}

// taken is when a step was taken; zero when it was not.
func taken(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return Time(us)
}

// samePerson reports whether two names are one person's, however they were typed.
func samePerson(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}
