package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/store"
)

// The event by which a document was issued is stored under the name of the
// status that it brought, as it was before documents had lives.

func storedKind(k documents.EventKind) string {
	if k == documents.EventIssued {
		return string(documents.StatusInForce)
	}
	return string(k)
}

func eventKind(stored string) documents.EventKind {
	if stored == string(documents.StatusInForce) {
		return documents.EventIssued
	}
	return documents.EventKind(stored)
}

// encodeData returns the JSON of what an event says, and nothing for nothing.
func encodeData(e documents.Event) (string, error) {
	data, err := json.Marshal(e.EventData)
	if err != nil {
		return "", fmt.Errorf("failed to encode the event: %w", err)
	}
	if string(data) == "{}" {
		return "", nil
	}
	return string(data), nil
}

// insertEvent is the statement that writes an event, when the place of its record is
// known.
func insertEvent(number string, e documents.Event, data string) func(logIndex int64) store.Statement {
	return func(logIndex int64) store.Statement {
		return store.Statement{
			Query: `
		INSERT INTO events (number, seq, kind, effective_at, recorded_at, data, log_idx)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			Args:  []any{number, e.Seq, storedKind(e.Kind), store.Micros(e.EffectiveAt), store.Micros(e.RecordedAt), data, logIndex},
			Doing: "failed to write the event",
		}
	}
}

// history reads the life of a document. A number never taken has no events.
func history(ctx context.Context, db store.Reader, rec Record) (documents.Life, error) {
	life := documents.Life{Kind: rec.Kind, ValidUntil: rec.Content.ValidUntil()}
	rows, err := db.QueryContext(ctx, `
		SELECT `+eventColumns+` FROM events e WHERE e.number = $1 ORDER BY e.seq`, rec.Number)
	if err != nil {
		return life, fmt.Errorf("failed to read the events of %s: %w", rec.Number, err)
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanEvent(rows.Scan)
		if err != nil {
			return life, fmt.Errorf("failed to read the events of %s: %w", rec.Number, err)
		}
		life.Events = append(life.Events, e)
	}
	if err := rows.Err(); err != nil {
		return life, fmt.Errorf("failed to read the events of %s: %w", rec.Number, err)
	}
	return life, nil
}

const eventColumns = `e.seq, e.kind, e.effective_at, e.recorded_at, e.detail, e.data`

// scanEvent reads eventColumns, after what more there is in front.
func scanEvent(scan func(...any) error, before ...any) (documents.Event, error) {
	var e documents.Event
	var kind, detail, data string
	var effective, recorded int64
	err := scan(append(before, &e.Seq, &kind, &effective, &recorded, &detail, &data)...)
	if err == nil && data != "" {
		err = json.Unmarshal([]byte(data), &e.EventData)
	}
	if err != nil {
		return documents.Event{}, err
	}
	if detail != "" {
		e.Detail = detail // of an old register
	}
	e.Kind, e.EffectiveAt, e.RecordedAt = eventKind(kind), store.Time(effective), store.Time(recorded)
	return e, nil
}

// History returns all that has happened to a document, in the order in which
// it was written down, with the answers to what its status was or will be. A
// number never taken is [ErrNotFound].
func (r *Registry) History(ctx context.Context, number string) (_ documents.Life, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	rec, err := r.anyDocument(ctx, number)
	if err != nil {
		return documents.Life{}, err
	}
	return history(ctx, r.Store, rec)
}

// DocumentAndLife returns what [Registry.Document] and [Registry.History] do. It
// reads as much for a number that was never taken as for one that was: who asks
// with a wrong second fact learns nothing from the time that it takes.
func (r *Registry) DocumentAndLife(ctx context.Context, number string) (_ Record, _ documents.Life, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	rec, err := r.anyDocument(ctx, number)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Record{}, documents.Life{}, err
	}
	life, lifeErr := history(ctx, r.Store, Record{Number: number, Kind: rec.Kind, Content: rec.Content})
	switch {
	case lifeErr != nil:
		return Record{}, documents.Life{}, lifeErr
	case err != nil:
		return Record{}, documents.Life{}, err
	case !rec.ErasedAt.IsZero():
		return Record{}, documents.Life{}, fmt.Errorf("document %s: %w", number, ErrErased)
	}
	return rec, life, nil
}

// next completes an event that is to be the next of a life.
func next(life documents.Life, e documents.Event, now time.Time) documents.Event {
	e.Seq, e.RecordedAt = 1, now
	if n := len(life.Events); n > 0 {
		e.Seq = life.Events[n-1].Seq + 1
	}
	if e.EffectiveAt.IsZero() {
		e.EffectiveAt = now
		if target, ok := life.Event(e.Corrects); ok && e.Kind == documents.EventCorrected {
			e.EffectiveAt = target.EffectiveAt
		}
		if since, ok := life.IssuedAt(); ok && e.FromBeginning {
			e.EffectiveAt = since
		}
	}
	return e
}

// locked reads a document in force and its life, and keeps others from changing
// them until the transaction ends. Any other number is [ErrNotFound], and one
// whose content was erased is [ErrErased].
func locked(ctx context.Context, tx *store.Tx, number string) (Record, documents.Life, error) {
	return lockedIn(ctx, tx, number, `status = 'in_force'`)
}

// lockedIn is locked for a document in one of several states of issuing.
func lockedIn(ctx context.Context, tx *store.Tx, number, state string) (Record, documents.Life, error) {
	if !possible(number) {
		return Record{}, documents.Life{}, ErrNotFound
	}
	mine, err := tx.Changed(ctx, `UPDATE documents SET about = about WHERE number = $1 AND `+state, number)
	if err != nil {
		return Record{}, documents.Life{}, fmt.Errorf("failed to lock document %s: %w", number, err)
	}
	if !mine {
		return Record{}, documents.Life{}, ErrNotFound
	}
	rec, err := scanRecord(tx.QueryRowContext(ctx, selectRecord+`WHERE number = $1`, number).Scan)
	if err != nil {
		return Record{}, documents.Life{}, fmt.Errorf("failed to read document %s: %w", number, err)
	}
	if !rec.ErasedAt.IsZero() {
		return Record{}, documents.Life{}, fmt.Errorf("document %s: %w", number, ErrErased)
	}
	life, err := history(ctx, tx, rec)
	return rec, life, err
}
