package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Extension is a signature that was handed out below the level that was asked
// for, and is extended as soon as that is possible.
type Extension struct {
	ID        string
	Client    string
	Format    string // "cms" or "pdf"
	Level     string // what was asked for, such as "B-T"
	File      []byte // as it was handed out
	Content   []byte // of a detached CMS; nil when attached
	CreatedAt time.Time
	Attempts  int
	NextAt    time.Time // of the next attempt
	LastError string    // of the last attempt
	DoneAt    time.Time // zero while it waits
	Result    []byte    // the extended signature; nil while it waits
}

// The pauses between attempts double from the first to the longest.
const (
	firstPause   = 30 * time.Second
	longestPause = time.Hour
)

// extensions is the table of the queued signatures.
const extensions = "extensions"

// AddExtension queues a signature and returns its id. Of the argument count
// Client, Format, Level, File and Content.
func (db *DB) AddExtension(ctx context.Context, e Extension) (string, error) {
	e.ID = hex.EncodeToString(db.randomBytes(16))
	now := db.Moment()
	err := db.Tx(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO extensions (id, client, format, level, file, content, created_at, next_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			e.ID, e.Client, e.Format, e.Level, e.File, e.Content, Micros(now), Micros(now.Add(firstPause)))
		if err != nil {
			return err
		}
		return tx.enter(ctx, Change{Table: extensions, Key: e.ID, Event: Queued, At: now})
	})
	if err != nil {
		return "", fmt.Errorf("failed to queue the signature: %w", err)
	}
	return e.ID, nil
}

const extensionColumns = `id, client, format, level, file, content, created_at, attempts, next_at, last_error, done_at, result`

func scanExtension(scan func(...any) error) (Extension, error) {
	var e Extension
	var created, next, done int64
	err := scan(&e.ID, &e.Client, &e.Format, &e.Level, &e.File, &e.Content,
		&created, &e.Attempts, &next, &e.LastError, &done, &e.Result)
	e.CreatedAt, e.NextAt = Time(created), Time(next)
	if done != 0 {
		e.DoneAt = Time(done)
	}
	return e, err
}

// Extension returns a queued signature of a client. Another client's is
// [ErrNoExtension] like one that does not exist.
func (db *DB) Extension(ctx context.Context, client, id string) (_ Extension, err error) {
	ctx, end := db.Bounded(ctx)
	defer end(&err)
	row := db.QueryRowContext(ctx, `
		SELECT `+extensionColumns+` FROM extensions WHERE id = $1 AND client = $2`, id, client)
	e, err := scanExtension(row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Extension{}, ErrNoExtension
	}
	if err != nil {
		return Extension{}, fmt.Errorf("failed to read the queued signature: %w", err)
	}
	return e, nil
}

// Waiting returns how many signatures wait to be extended, and since when the
// oldest does; zero when none waits.
func (db *DB) Waiting(ctx context.Context) (n int, since time.Time, err error) {
	ctx, end := db.Bounded(ctx)
	defer end(&err)
	var oldest sql.NullInt64
	err = db.QueryRowContext(ctx, `SELECT COUNT(*), MIN(created_at) FROM extensions WHERE done_at = 0`).
		Scan(&n, &oldest)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("failed to count the queued signatures: %w", err)
	}
	if oldest.Valid {
		since = Time(oldest.Int64)
	}
	return n, since, nil
}

// Extend tries those of the waiting signatures that are due, one after
// another, with extend. What fails is tried again later; the pauses grow to an
// hour. Two processes on one database do not try the same one: an attempt
// begins with putting off the next.
func (db *DB) Extend(ctx context.Context, extend func(Extension) ([]byte, error)) (done int, err error) {
	for {
		e, err := db.takeExtension(ctx)
		if errors.Is(err, ErrNoExtension) {
			return done, nil
		}
		if err != nil {
			return done, err
		}
		result, failure := extend(e)
		if err := db.recordExtension(ctx, e.ID, result, failure); err != nil {
			return done, err
		}
		if failure == nil {
			done++
		}
		if err := ctx.Err(); err != nil {
			return done, err
		}
	}
}

// takeExtension finds one that is due and puts off its next attempt.
func (db *DB) takeExtension(ctx context.Context) (Extension, error) {
	var e Extension
	err := db.Tx(ctx, func(ctx context.Context, tx *Tx) error {
		now := db.Moment()
		row := tx.QueryRowContext(ctx, `
			SELECT `+extensionColumns+` FROM extensions
			WHERE done_at = 0 AND next_at <= $1 ORDER BY next_at, id LIMIT 1`, Micros(now))
		var err error
		if e, err = scanExtension(row.Scan); errors.Is(err, sql.ErrNoRows) {
			return ErrNoExtension
		} else if err != nil {
			return fmt.Errorf("failed to read the queue: %w", err)
		}
		pause := min(firstPause<<min(e.Attempts, 20), longestPause)
		taken, err := tx.Changed(ctx, `
			UPDATE extensions SET attempts = attempts + 1, next_at = $1 WHERE id = $2 AND attempts = $3`,
			Micros(now.Add(pause)), e.ID, e.Attempts)
		if err != nil {
			return fmt.Errorf("failed to take from the queue: %w", err)
		}
		if !taken {
			return ErrInProgress // another process has it
		}
		return nil
	})
	if errors.Is(err, ErrInProgress) {
		return Extension{}, ErrNoExtension
	}
	return e, err
}

// recordExtension writes down how an attempt ended. A result that is there
// already stays: two processes may have tried.
func (db *DB) recordExtension(ctx context.Context, id string, result []byte, failure error) error {
	now := db.Moment()
	return db.Tx(context.WithoutCancel(ctx), func(ctx context.Context, tx *Tx) error {
		if failure != nil {
			_, err := tx.ExecContext(ctx, `UPDATE extensions SET last_error = $1 WHERE id = $2`, Reason(failure), id)
			if err != nil {
				return fmt.Errorf("failed to record the attempt: %w", err)
			}
			return nil
		}
		first, err := tx.Changed(ctx, `
			UPDATE extensions SET done_at = $1, result = $2, last_error = '' WHERE id = $3 AND done_at = 0`,
			Micros(now), result, id)
		if err != nil {
			return fmt.Errorf("failed to record the attempt: %w", err)
		}
		if !first {
			return nil
		}
		return tx.enter(ctx, Change{Table: extensions, Key: id, Event: Extended, At: now})
	})
}
