package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Reader reads: [DB] what is committed, [Tx] that and what it has written itself,
// and what [DB.Snapshot] gives one moment.
type Reader interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// QueryRowContext implements Reader.
func (db *DB) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return db.read.QueryRowContext(ctx, query, args...)
}

// QueryContext implements Reader.
func (db *DB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return db.read.QueryContext(ctx, query, args...)
}

// Tx is a writing transaction. It begins and ends in [DB.Tx].
type Tx struct {
	tx *sql.Tx
	db *DB
}

// QueryRowContext implements Reader.
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.tx.QueryRowContext(ctx, query, args...)
}

// QueryContext implements Reader.
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.tx.QueryContext(ctx, query, args...)
}

// ExecContext runs a statement.
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return tx.tx.ExecContext(ctx, query, args...)
}

// Changed runs a statement and reports whether it changed exactly one row.
func (tx *Tx) Changed(ctx context.Context, query string, args ...any) (bool, error) {
	result, err := tx.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return false, err
	}
	got, err := result.RowsAffected()
	return got == 1, err
}

// RandomBytes returns bytes that nobody can guess.
func (tx *Tx) RandomBytes(n int) []byte { return tx.db.randomBytes(n) }

// enter enters a change of a row of this package in the log.
func (tx *Tx) enter(ctx context.Context, c Change) error { return tx.db.log.Enter(ctx, tx, c) }

// mostAttempts is how often a transaction is tried that others contend with, and
// firstRetry the first pause, which grows by itself.
const (
	mostAttempts = 10
	firstRetry   = 50 * time.Millisecond
)

// Tx runs f in one writing transaction, which is committed if f returns nil and
// leaves no trace if not. All that f does in the database it does by its Tx and
// its context: on SQLite a second transaction inside would wait for the first one.
//
// Two transactions that wait for each other, or that the database cannot put in an
// order, are told apart by it: one is undone and run again, so that f does nothing
// twice that counts outside.
func (db *DB) Tx(ctx context.Context, f func(ctx context.Context, tx *Tx) error) (err error) {
	ctx, end := db.Bounded(ctx)
	defer end(&err)
	for n := range mostAttempts {
		if err = db.attempt(ctx, f); !contended(err) {
			return err
		}
		// The other one, for whose sake this was undone, goes on first.
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(n+1) * firstRetry):
		}
	}
	return err
}

func (db *DB) attempt(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("failed to begin a transaction: %w", err)
	}
	if err := f(ctx, &Tx{tx, db}); err != nil {
		// The reason matters more than a rollback that failed after it.
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("failed to commit: %w", err)
	}
	return nil
}

// contended reports whether PostgreSQL has undone a transaction for the sake of
// another one: a serialisation failure or a deadlock. SQLite has one writer at a
// time.
func contended(err error) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && (server.Code == "40001" || server.Code == "40P01")
}

// Snapshot runs f in a transaction that sees one moment of the database, however
// long it takes, and changes nothing. Only one statement after another must not
// take too long.
func (db *DB) Snapshot(ctx context.Context, f func(ctx context.Context, r Reader) error) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := time.AfterFunc(db.patience(), func() { cancel(ErrUnavailable) })
	defer idle.Stop()
	defer func() {
		if err = unavailable(err); err != nil && context.Cause(ctx) == ErrUnavailable && !errors.Is(err, ErrUnavailable) {
			err = fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}()
	tx, err := db.read.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("failed to begin a transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was changed
	return f(ctx, watched{tx, func() { idle.Reset(db.patience()) }})
}

// watched tells of every statement that is begun.
type watched struct {
	tx    *sql.Tx
	begun func()
}

// QueryRowContext implements Reader.
func (w watched) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	w.begun()
	return w.tx.QueryRowContext(ctx, query, args...)
}

// QueryContext implements Reader.
func (w watched) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	w.begun()
	return w.tx.QueryContext(ctx, query, args...)
}
