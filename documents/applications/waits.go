package applications

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// Wait is what no program could tell or make when it was needed. It goes on, and nothing
// is decided meanwhile.
type Wait struct {
	ID       string
	Step     string
	Asked    regulation.Check // or [AskedDocument], [AskedStep]
	Reason   string           // of the last attempt, in English; names no person
	ByHand   bool             // an official enters the answer
	Since    time.Time
	NextAt   time.Time // of the next attempt
	Attempts int

	seq      int
	document string
}

// AskedDocument is what is waited for where a document could not be made: the calendar
// of a year.
const AskedDocument regulation.Check = "document"

// The table of waits, and their jobs.
const (
	waitRows = "application_waits"
	waitJob  = "application_wait"
	waiting  = "waiting"
	told     = "told"
)

// readWaits reads the waits of an application that go on, and puts the numbers of
// documents that were made later into their entries.
func readWaits(ctx context.Context, db store.Reader, a *Application) (open []Wait, err error) {
	rows, err := db.QueryContext(ctx, `
		SELECT w.id, w.seq, w.step, w.asked, w.reason, w.by_hand, w.since, w.document, w.ended_at, j.next_at, j.attempts, j.last_error
		FROM application_waits w JOIN jobs j ON j.kind = 'application_wait' AND j.id = w.id WHERE w.application = $1 ORDER BY w.since, w.id`, a.ID)
	if err != nil {
		return nil, fmt.Errorf("failed to read what is waited for: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var w Wait
		var byHand, since, ended, next int64
		var last string
		if err := rows.Scan(&w.ID, &w.seq, &w.Step, &w.Asked, &w.Reason, &byHand, &since, &w.document, &ended, &next, &w.Attempts, &last); err != nil {
			return nil, fmt.Errorf("failed to read what is waited for: %w", err)
		}
		w.ByHand, w.Since, w.NextAt = byHand != 0, store.Time(since), store.Time(next)
		if last != "" {
			w.Reason = last
		}
		if w.document != "" && w.seq >= 1 && w.seq <= len(a.Entries) {
			a.Entries[w.seq-1].Document = w.document
		}
		if ended == 0 {
			open = append(open, w)
		}
	}
	return open, rows.Err()
}

// wait writes down what an application waits for, and has it tried again.
func (b *Book) wait(ctx context.Context, c Case, waits []Wait) error {
	return b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err := locked(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if len(a.Entries) != len(c.Entries) {
			return ErrChanged
		}
		for _, w := range waits {
			if err := b.await(ctx, tx, c, w); err != nil {
				return err
			}
		}
		c.Waits = waits
		return b.place(ctx, tx, c)
	})
}

// await writes one wait down, or that its answer is to be entered by hand now.
func (b *Book) await(ctx context.Context, tx *store.Tx, c Case, w Wait) error {
	now := b.Register.Store.Moment()
	id := fmt.Sprintf("%s-%d-%s", c.ID, len(c.Entries), w.Asked)
	byHand := 0
	if w.ByHand {
		byHand = 1
	}
	added, err := tx.Changed(ctx, `INSERT INTO application_waits (id, application, seq, step, asked, reason, by_hand, since)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
		id, c.ID, len(c.Entries), w.Step, string(w.Asked), w.Reason, byHand, store.Micros(now))
	if err != nil {
		return fmt.Errorf("failed to write down what is waited for: %w", err)
	}
	event := waiting
	switch {
	case added:
		if err := tx.Enqueue(ctx, waitJob, id); err != nil {
			return err
		}
	default:
		changed, err := tx.Changed(ctx, `UPDATE application_waits SET by_hand = $1, reason = $2 WHERE id = $3 AND by_hand <> $1`, byHand, w.Reason, id)
		if err != nil || !changed {
			return err
		}
		event = store.Kept
	}
	return registry.EnterRow(ctx, tx, store.Change{Table: waitRows, Key: id, Event: event, At: now})
}

// told ends the waits that an entry answers: those of the step before it.
func endWaits(ctx context.Context, tx *store.Tx, c Case, at time.Time) error {
	for _, w := range c.Waits {
		if w.Asked == AskedDocument {
			continue
		}
		if err := endWait(ctx, tx, ending{w.ID, "", at}); err != nil {
			return err
		}
	}
	return nil
}

// ending is a wait that ends, with the document that was made, if it was for one.
type ending struct {
	id, document string
	at           time.Time
}

func endWait(ctx context.Context, tx *store.Tx, e ending) error {
	_, err := tx.ExecContext(ctx, `UPDATE application_waits SET ended_at = $1, document = $2 WHERE id = $3`, store.Micros(e.at), e.document, e.id)
	if err != nil {
		return fmt.Errorf("failed to end a wait: %w", err)
	}
	if err := tx.EndJob(ctx, waitJob, e.id, e.at); err != nil {
		return err
	}
	return registry.EnterRow(ctx, tx, store.Change{Table: waitRows, Key: e.id, Event: told, At: e.at})
}

// Retry tries what applications wait for and is due, and returns how many waits have
// ended. It also goes on with what a program was stopped before, and counts the due times
// of applications anew whose calendar is another now. Call it from time to time.
func (b *Book) Retry(ctx context.Context) (done int, err error) {
	_, err = b.Register.Store.Work(ctx, waitJob, func(ctx context.Context, j store.Job) (store.Finish, error) {
		reason, err := b.retry(ctx, j.ID)
		switch {
		case err != nil:
			return nil, err
		case reason != "":
			return nil, errors.New(reason)
		}
		done++
		return func(context.Context, *store.Tx, time.Time) error { return nil }, nil
	})
	return done, errors.Join(err, b.start(ctx), b.recount(ctx))
}

// retry tries one wait, and returns why it goes on; nothing when it has ended.
func (b *Book) retry(ctx context.Context, id string) (reason string, err error) {
	var application string
	var asked regulation.Check
	var ended int64
	row := b.Register.Store.QueryRowContext(ctx, `SELECT application, asked, ended_at FROM application_waits WHERE id = $1`, id)
	if err := row.Scan(&application, &asked, &ended); err != nil {
		return "", fmt.Errorf("failed to read what is waited for: %w", err)
	}
	if ended != 0 {
		return "", nil
	}
	if asked == AskedDocument {
		return b.late(ctx, application, id)
	}
	_, waits, err := b.goOn(ctx, application)
	if err != nil {
		return "", err
	}
	for _, w := range waits {
		if w.Asked == asked {
			return w.Reason, nil
		}
	}
	return b.pausedStill(ctx, application, id)
}

// pausedStill says why a wait goes on that nobody was asked about.
func (b *Book) pausedStill(ctx context.Context, application, id string) (string, error) {
	a, err := b.Application(ctx, application)
	if err != nil {
		return "", err
	}
	for _, w := range a.Waits {
		if w.ID == id {
			return w.Reason, nil
		}
	}
	return "", nil
}
