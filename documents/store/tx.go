package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Tx is a writing transaction. It begins and ends in [DB.Tx].
type Tx struct {
	session session
	db      *DB
	// gathered are the records that the log has not got yet.
	gathered []Record
	// failed is why a statement failed that nobody waited for.
	failed error
}

// session is how an engine runs the statements of one transaction.
type session interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// run runs statements, one after another, and returns how many rows the last of
	// them has changed.
	run(ctx context.Context, all ...Statement) (int64, error)
	// later runs a statement before whatever is run next, or now.
	later(ctx context.Context, s Statement) error
	commit(ctx context.Context) error
	rollback(ctx context.Context)
}

// Statement is one of several that are run together.
type Statement struct {
	Query string
	Args  []any
	// Each is called for every row that the statement returns; nil for one that
	// returns none.
	Each func(scan func(into ...any) error) error
	// Doing stands before its error, such as "failed to write the file".
	Doing string
}

// failed words the error of a statement.
func (s Statement) failed(err error) error {
	if err == nil || s.Doing == "" {
		return err
	}
	return fmt.Errorf("%s: %w", s.Doing, err)
}

// before does what must be done before something is read: what was to be done later,
// the records included, which the reading may be of. When that fails the context that
// it returns has ended, so that nothing is read.
func (tx *Tx) before(ctx context.Context) context.Context {
	if tx.failed == nil {
		tx.failed = tx.settle(ctx)
	}
	if tx.failed == nil {
		_, tx.failed = tx.session.run(ctx)
	}
	if tx.failed == nil {
		return ctx
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx
}

// QueryRowContext implements Reader.
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *Row {
	return &Row{row: tx.session.QueryRowContext(tx.before(ctx), query, args...), end: unbound}
}

// QueryContext implements Reader.
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*Rows, error) {
	rows, err := tx.session.QueryContext(tx.before(ctx), query, args...)
	if err != nil {
		return nil, unavailable(err)
	}
	return &Rows{rows, unbound}, nil
}

// ExecContext runs a statement.
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	n, err := tx.run(ctx, Statement{Query: query, Args: args})
	return driver.RowsAffected(n), err
}

// Changed runs a statement and reports whether it changed exactly one row.
func (tx *Tx) Changed(ctx context.Context, query string, args ...any) (bool, error) {
	n, err := tx.run(ctx, Statement{Query: query, Args: args})
	return n == 1 && err == nil, err
}

// Together runs statements one after another, as one question to the database where it
// takes several at once. They do not see the records that were gathered.
func (tx *Tx) Together(ctx context.Context, all ...Statement) error {
	_, err := tx.run(ctx, all...)
	return err
}

func (tx *Tx) run(ctx context.Context, all ...Statement) (int64, error) {
	if tx.failed != nil {
		return 0, tx.failed
	}
	return tx.session.run(ctx, all...)
}

// Later runs a statement that nobody waits for: at the latest before the transaction
// reads something or ends, which then fails if it does.
func (tx *Tx) Later(ctx context.Context, s Statement) error {
	if tx.failed != nil {
		return tx.failed
	}
	return tx.session.later(ctx, s)
}

// Record is one that a transaction adds to the log at its end.
type Record struct {
	Subject, Number string
	Data, Salt      []byte
	// Then is what is written when the place of the record is known; nil for nothing.
	Then func(idx int64) Statement
}

// Gather adds a record to the log. It is written together with the others of the
// transaction when that reads something or ends: who holds the head of the log holds
// everybody up.
func (tx *Tx) Gather(r Record) { tx.gathered = append(tx.gathered, r) }

// Gathered counts the records about a subject that are still to be written.
func (tx *Tx) Gathered(subject, number string) (n int) {
	for _, r := range tx.gathered {
		if r.Subject == subject && r.Number == number {
			n++
		}
	}
	return n
}

// settle writes the records that were gathered.
func (tx *Tx) settle(ctx context.Context) error {
	all := tx.gathered
	if tx.gathered = nil; len(all) == 0 {
		return nil
	}
	return tx.db.log.Settle(ctx, tx, all)
}

// At tells those who test what becomes of a transaction that ends here of a step.
func (tx *Tx) At(ctx context.Context, step string) error {
	if tx.db.Point == nil {
		return nil
	}
	if _, err := tx.run(ctx); err != nil {
		return err
	}
	tx.db.At(step)
	return nil
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
	defer func() {
		if end(&err); err == nil || errors.Is(err, ErrUnavailable) {
			db.failing.Store(err != nil)
		}
	}()
	for n, lost := 0, 0; n < mostAttempts; n++ {
		err = db.attempt(ctx, f)
		for ; undone(err) && ctx.Err() == nil && lost < mostConnections; lost++ {
			err = db.attempt(ctx, f)
		}
		if !contended(err) {
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
	session, err := db.begin(ctx)
	if err != nil {
		return fmt.Errorf("failed to begin a transaction: %w", err)
	}
	tx := &Tx{session: session, db: db}
	done := false
	defer func() {
		if !done {
			session.rollback(context.WithoutCancel(ctx))
		}
	}()
	err = f(ctx, tx)
	if err == nil && tx.failed == nil {
		tx.failed = tx.settle(ctx)
	}
	if tx.failed != nil {
		return tx.failed // what else went wrong came of it
	}
	if err != nil {
		return err
	}
	done = true
	if err := session.commit(ctx); err != nil {
		return fmt.Errorf("%w: %w", errCommit, err)
	}
	return nil
}

// unsent reports whether a connection turned out to be gone before it was asked
// anything: it had waited in the pool while the server went away.
func unsent(err error) bool { return pgconn.SafeToRetry(err) || errors.Is(err, driver.ErrBadConn) }

// gone is unsent for what only reads, and may be asked again: a server that was told to
// end, or was ended, may have said so to a connection that waited in the pool.
func gone(err error) bool {
	var server *pgconn.PgError
	return unsent(err) || errors.As(err, &server) && strings.HasPrefix(server.Code, "57P0")
}

// errCommit means that a transaction may have been committed or not.
var errCommit = errors.New("failed to commit")

// undone reports whether a transaction was undone because its connection was found gone,
// and may be done again.
func undone(err error) bool { return unsent(err) || gone(err) && !errors.Is(err, errCommit) }

// contended reports whether PostgreSQL has undone a transaction for the sake of
// another one: a serialisation failure or a deadlock. SQLite has one writer at a
// time.
func contended(err error) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && (server.Code == "40001" || server.Code == "40P01")
}
