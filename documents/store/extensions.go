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
// for, and is extended as soon as that is possible: a job.
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

// extensions is the table of the queued signatures, and extending the kind of their
// jobs.
const (
	extensions = "extensions"
	extending  = "extension"
)

// AddExtension queues a signature and returns its id. Of the argument count
// Client, Format, Level, File and Content.
func (db *DB) AddExtension(ctx context.Context, e Extension) (string, error) {
	e.ID = hex.EncodeToString(db.randomBytes(16))
	now := db.Moment()
	err := db.Tx(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO extensions (id, client, format, level, file, content, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			e.ID, e.Client, e.Format, e.Level, e.File, e.Content, Micros(now))
		if err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, extending, e.ID); err != nil {
			return err
		}
		return tx.enter(ctx, Change{Table: extensions, Key: e.ID, Event: Queued, At: now})
	})
	if err != nil {
		return "", fmt.Errorf("failed to queue the signature: %w", err)
	}
	return e.ID, nil
}

// extensionWhere reads a queued signature; args are of the condition, from $2.
func extensionWhere(ctx context.Context, r Reader, condition string, args ...any) (Extension, error) {
	var e Extension
	var created, done int64
	j, err := scanJob(r.QueryRowContext(ctx, `
		SELECT `+jobColumns+`, e.client, e.format, e.level, e.file, e.content, e.created_at, e.done_at, e.result
		FROM extensions e JOIN jobs j ON j.kind = $1 AND j.id = e.id WHERE `+condition, append([]any{extending}, args...)...).Scan,
		&e.Client, &e.Format, &e.Level, &e.File, &e.Content, &created, &done, &e.Result)
	if errors.Is(err, sql.ErrNoRows) {
		return Extension{}, ErrNoExtension
	}
	if err != nil {
		return Extension{}, fmt.Errorf("failed to read the queued signature: %w", err)
	}
	e.ID, e.CreatedAt, e.Attempts, e.NextAt, e.LastError = j.ID, Time(created), j.Attempts, j.NextAt, j.LastError
	if done != 0 {
		e.DoneAt = Time(done)
	}
	return e, nil
}

// Extension returns a queued signature of a client. Another client's is
// [ErrNoExtension] like one that does not exist.
func (db *DB) Extension(ctx context.Context, client, id string) (_ Extension, err error) {
	ctx, end := db.Bounded(ctx)
	defer end(&err)
	return extensionWhere(ctx, db, `e.id = $2 AND e.client = $3`, id, client)
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
// another, with extend, and returns how many are done. What fails is tried again
// later. The context of an attempt ends when another process has taken it over.
func (db *DB) Extend(ctx context.Context, extend func(context.Context, Extension) ([]byte, error)) (done int, err error) {
	return db.Work(ctx, extending, func(ctx context.Context, j Job) (Finish, error) {
		e, err := db.extensionOf(ctx, j)
		if err != nil {
			return nil, err
		}
		result, err := extend(ctx, e)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, tx *Tx, at time.Time) error {
			e.Result, e.DoneAt = result, at
			return keepExtended(ctx, tx, e)
		}, nil
	})
}

func (db *DB) extensionOf(ctx context.Context, j Job) (_ Extension, err error) {
	ctx, end := db.Bounded(ctx)
	defer end(&err)
	return extensionWhere(ctx, db, `e.id = $2`, j.ID)
}

// keepExtended writes the result of a queued signature down.
func keepExtended(ctx context.Context, tx *Tx, e Extension) error {
	_, err := tx.ExecContext(ctx, `UPDATE extensions SET done_at = $1, result = $2 WHERE id = $3`, Micros(e.DoneAt), e.Result, e.ID)
	if err != nil {
		return fmt.Errorf("failed to keep the extended signature: %w", err)
	}
	return tx.enter(ctx, Change{Table: extensions, Key: e.ID, Event: Extended, At: e.DoneAt})
}
