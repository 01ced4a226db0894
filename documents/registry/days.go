package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/store"
)

// reminderRows is the table of what became of the days that holders are reminded of.
const reminderRows = "reminders"

// lateDay is how long after a day it is still told of: a service that was away tells of it
// when it is back, and not of what is long past.
const lateDay = 7 * 24 * time.Hour

// Day is a day of a document on which something happens by itself.
type Day struct {
	Number string
	documents.Coming
}

// over is the moment from which on the day is not told of any more: the end of a term
// when it is over, and that of a suspension a week later.
func (d Day) over() time.Time {
	if d.Event == documents.TermEnds {
		return d.Day.Midnight().AddDate(0, 0, 1)
	}
	return d.Day.Midnight().Add(lateDay)
}

// Over reports whether a day is told of no more.
func (d Day) Over(now time.Time) bool { return !now.Before(d.over()) }

func (d Day) id() string { return fmt.Sprintf("%s %s %s", d.Number, d.Event, d.Day) }

// ReminderState is what became of a day.
type ReminderState string

// The states. One that waits stands in no row of the log.
const (
	ReminderWaiting   ReminderState = "waiting"
	ReminderTold      ReminderState = "told"      // messages were queued
	ReminderUnreached ReminderState = "unreached" // no application says where the holder is reached
	ReminderLate      ReminderState = "late"      // the day was over when it was looked at
)

// Reminder is a day with what became of it.
type Reminder struct {
	Day
	State ReminderState
	At    time.Time // zero while it waits
}

// logTurn is logEvent of an event by which days may come or go: life is that before it.
// The row of the document is locked.
func logTurn(ctx context.Context, tx *store.Tx, number string, life documents.Life, e documents.Event) error {
	if err := logEvent(ctx, tx, number, e); err != nil {
		return err
	}
	old := len(life.Events) > 0
	life.Events = append(life.Events[:len(life.Events):len(life.Events)], e)
	if old {
		err := tx.Later(ctx, store.Statement{Query: `DELETE FROM document_days WHERE number = $1`, Args: []any{number}, Doing: "failed to write the days of a document"})
		if err != nil {
			return err
		}
	}
	return enterDays(ctx, tx, number, life, e.RecordedAt)
}

// enterDays writes down the days of a life that may still be told of.
func enterDays(ctx context.Context, tx *store.Tx, number string, life documents.Life, now time.Time) error {
	for _, c := range life.Coming() {
		if (Day{number, c}).Over(now) {
			continue
		}
		err := tx.Later(ctx, store.Statement{
			Query: `INSERT INTO document_days (number, event, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			Args:  []any{number, string(c.Event), store.Micros(c.Day.Midnight())}, Doing: "failed to write the days of a document",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// listDays is read by an index, however many documents there are.
const listDays = `SELECT at, number, event FROM document_days WHERE at < $1 AND (at, number, event) > ($2, $3, $4) ORDER BY at, number, event LIMIT $5`

// Days returns the next days before a moment that nobody was reminded of yet, after
// another one, which is zero for the first; at most so many. What it returns stands in an
// index, which [TakeDay] compares with the document.
func (r *Registry) Days(ctx context.Context, before time.Time, after Day, most int) (all []Day, err error) {
	since := int64(-1 << 62)
	if after.Number != "" {
		since = store.Micros(after.Day.Midnight())
	}
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	rows, err := r.Store.QueryContext(ctx, listDays, store.Micros(before), since, after.Number, string(after.Event), most)
	if err != nil {
		return nil, fmt.Errorf("failed to list the days of documents: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var d Day
		var at int64
		if err := rows.Scan(&at, &d.Number, &d.Event); err != nil {
			return nil, fmt.Errorf("failed to list the days of documents: %w", err)
		}
		d.Day = documents.CivilDate(store.Time(at))
		all = append(all, d)
	}
	return all, rows.Err()
}

// TakeDay takes a day out of the index for a caller who tells of it in the same
// transaction; false when it was told of, or when nothing happens to the document on it
// any more. The row of the document is locked.
func TakeDay(ctx context.Context, tx *store.Tx, d Day) (bool, error) {
	_, life, err := locked(ctx, tx, d.Number)
	stands := err == nil
	if err != nil && !errors.Is(err, ErrErased) && !errors.Is(err, ErrNotFound) {
		return false, err
	}
	taken, err := tx.Changed(ctx, `DELETE FROM document_days WHERE number = $1 AND event = $2 AND at = $3`, d.Number, string(d.Event), store.Micros(d.Day.Midnight()))
	if err != nil {
		return false, fmt.Errorf("failed to take a day: %w", err)
	}
	if !stands || !taken {
		return false, nil
	}
	for _, c := range life.Coming() {
		if c == d.Coming {
			before, err := readRow(ctx, tx, reminderRows, `id = $1`, d.id())
			return before == nil, err
		}
	}
	return false, nil
}

// Reminded writes down what became of a day that the transaction has taken.
func Reminded(ctx context.Context, tx *store.Tx, d Day, state ReminderState, at time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO reminders (id, number, event, day, state, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		d.id(), d.Number, string(d.Event), d.Day.String(), string(state), store.Micros(at))
	if err != nil {
		return fmt.Errorf("failed to write down a reminder: %w", err)
	}
	return EnterRow(ctx, tx, store.Change{Table: reminderRows, Key: d.id(), Event: store.Kept, At: at})
}

// Reminders returns what became of the days of a document, and those that wait, in their
// order.
func (r *Registry) Reminders(ctx context.Context, number string) (all []Reminder, err error) {
	if !possible(number) {
		return nil, ErrNotFound
	}
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	done, err := readValues(ctx, r.Store, 4, `SELECT event, day, state, at FROM reminders WHERE number = $1 ORDER BY day, event`, number)
	if err != nil {
		return nil, fmt.Errorf("failed to read the reminders of a document: %w", err)
	}
	for i := 0; i < len(done); i += 4 {
		day, err := documents.ParseDate(asText(done[i+1]))
		if err != nil {
			return nil, fmt.Errorf("failed to read the reminders of a document: %w", err)
		}
		at, _ := done[i+3].(int64)
		c := documents.Coming{Event: documents.ComingEvent(asText(done[i])), Day: day}
		all = append(all, Reminder{Day{number, c}, ReminderState(asText(done[i+2])), store.Time(at)})
	}
	waiting, err := readValues(ctx, r.Store, 2, `SELECT event, at FROM document_days WHERE number = $1 ORDER BY at, event`, number)
	if err != nil {
		return nil, fmt.Errorf("failed to read the days of a document: %w", err)
	}
	for i := 0; i < len(waiting); i += 2 {
		at, _ := waiting[i+1].(int64)
		c := documents.Coming{Event: documents.ComingEvent(asText(waiting[i])), Day: documents.CivilDate(store.Time(at))}
		all = append(all, Reminder{Day: Day{number, c}, State: ReminderWaiting})
	}
	return all, nil
}

// daysAtOnce is how many documents of before the index one transaction enters.
const daysAtOnce = 500

// EnterDays enters the days of the documents that an older program has made, once in the
// life of a register: afterwards it reads one row. What an end stopped goes on where it was.
func (r *Registry) EnterDays(ctx context.Context) error {
	for whole := false; !whole; {
		err := r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			whole, err = r.enterOldDays(ctx, tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("failed to enter the days of documents: %w", err)
		}
	}
	return nil
}

func (r *Registry) enterOldDays(ctx context.Context, tx *store.Tx) (whole bool, err error) {
	var after string
	if err := tx.QueryRowContext(ctx, `SELECT number, whole <> 0 FROM document_days_entered WHERE id = 1`).Scan(&after, &whole); err != nil || whole {
		return whole, err
	}
	found, err := readValues(ctx, tx, 1, `SELECT number FROM documents WHERE number > $1 ORDER BY number LIMIT $2`, after, daysAtOnce)
	if err != nil {
		return false, err
	}
	for _, v := range found {
		after = asText(v)
		rec, err := scanRecord(tx.QueryRowContext(ctx, selectRecord+`WHERE number = $1`, after).Scan)
		if err != nil {
			return false, err
		}
		if rec.Status != documents.StatusInForce || !rec.ErasedAt.IsZero() {
			continue
		}
		life, err := history(ctx, tx, rec)
		if err != nil {
			return false, err
		}
		if err := enterDays(ctx, tx, after, life, r.now()); err != nil {
			return false, err
		}
	}
	whole = len(found) < daysAtOnce
	_, err = tx.ExecContext(ctx, `UPDATE document_days_entered SET number = $1, whole = $2 WHERE id = 1`, after, map[bool]int{true: 1}[whole])
	return whole, err
}
