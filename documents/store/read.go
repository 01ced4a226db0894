package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Reader reads: [DB] what is committed, [Tx] that and what it has written itself,
// and what [DB.Snapshot] gives one moment.
type Reader interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *Row
	QueryContext(ctx context.Context, query string, args ...any) (*Rows, error)
}

// Row is one row that was asked for, or none.
type Row struct {
	row *sql.Row
	end func(*error)
}

// Scan copies the columns of the row; sql.ErrNoRows means that there is none.
func (r *Row) Scan(into ...any) (err error) {
	defer r.end(&err)
	return r.row.Scan(into...)
}

// Rows are the rows that were asked for. Whoever asked closes them.
type Rows struct {
	*sql.Rows
	end func(*error)
}

// Err is why there are no more rows; nil if all were read.
func (r *Rows) Err() error { return unavailable(r.Rows.Err()) }

// Close lets go of the rows.
func (r *Rows) Close() (err error) {
	defer r.end(&err)
	return r.Rows.Close()
}

// unbound is the end of a reading whose bound is that of its transaction.
func unbound(err *error) { *err = unavailable(*err) }

// QueryRowContext implements Reader. Like [DB.QueryContext] it waits for the database
// no longer than one call may, so that nobody who reads needs to remember it.
func (db *DB) QueryRowContext(ctx context.Context, query string, args ...any) *Row {
	ctx, end := db.Bounded(ctx)
	row := db.read.QueryRowContext(ctx, query, args...)
	for n := 0; n < mostConnections && gone(row.Err()) && ctx.Err() == nil; n++ {
		row = db.read.QueryRowContext(ctx, query, args...)
	}
	return &Row{row, end}
}

// QueryContext implements Reader.
func (db *DB) QueryContext(ctx context.Context, query string, args ...any) (_ *Rows, err error) {
	ctx, end := db.Bounded(ctx)
	rows, err := db.read.QueryContext(ctx, query, args...)
	for n := 0; n < mostConnections && gone(err) && ctx.Err() == nil; n++ {
		rows, err = db.read.QueryContext(ctx, query, args...)
	}
	if err != nil {
		end(&err)
		return nil, err
	}
	return &Rows{rows, end}, nil
}

// Bounded returns a context that ends when a call has waited for the database
// long enough: one that hangs must not hold those who ask it. The call hands its
// error to end, which makes it an [ErrUnavailable] if it is one.
func (db *DB) Bounded(ctx context.Context) (bounded context.Context, end func(*error)) {
	if until, ok := ctx.Deadline(); ok && time.Until(until) <= db.patience() {
		return ctx, unbound
	}
	ctx, cancel := context.WithTimeout(ctx, db.patience())
	return ctx, func(err *error) {
		cancel()
		*err = unavailable(*err)
	}
}

// Read runs f, which reads what is committed, and waits for the database no longer than
// one call may: see [DB.Bounded].
func (db *DB) Read(ctx context.Context, f func(ctx context.Context, r Reader) error) (err error) {
	ctx, end := db.Bounded(ctx)
	defer end(&err)
	return f(ctx, db)
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
func (w watched) QueryRowContext(ctx context.Context, query string, args ...any) *Row {
	w.begun()
	return &Row{row: w.tx.QueryRowContext(ctx, query, args...), end: unbound}
}

// QueryContext implements Reader.
func (w watched) QueryContext(ctx context.Context, query string, args ...any) (*Rows, error) {
	w.begun()
	rows, err := w.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, unavailable(err)
	}
	return &Rows{rows, unbound}, nil
}
