package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// begin begins a transaction on the engine of the database.
func (db *DB) begin(ctx context.Context) (session, error) {
	if db.read == db.write {
		conn, err := db.write.Conn(ctx)
		if err != nil {
			return nil, err
		}
		return &pipeline{Conn: conn, waiting: []Statement{{Query: "begin"}}}, nil
	}
	tx, err := db.write.BeginTx(ctx, nil)
	return inFile{tx}, err
}

// inFile is a transaction in an SQLite file, which is asked without going anywhere.
type inFile struct{ *sql.Tx }

func (f inFile) run(ctx context.Context, all ...Statement) (n int64, err error) {
	for _, s := range all {
		if n, err = f.one(ctx, s); err != nil {
			return 0, s.failed(err)
		}
	}
	return n, nil
}

func (f inFile) one(ctx context.Context, s Statement) (int64, error) {
	if s.Each == nil {
		result, err := f.ExecContext(ctx, s.Query, s.Args...)
		if err != nil {
			return 0, err
		}
		return result.RowsAffected()
	}
	rows, err := f.QueryContext(ctx, s.Query, s.Args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := s.Each(rows.Scan); err != nil {
			return 0, err
		}
	}
	return 0, rows.Err()
}

func (f inFile) later(ctx context.Context, s Statement) error {
	_, err := f.run(ctx, s)
	return err
}

func (f inFile) commit(context.Context) error { return f.Commit() }

// The reason matters more than a rollback that failed after it.
func (f inFile) rollback(context.Context) { _ = f.Rollback() }

// pipeline is a transaction on PostgreSQL. What nobody waits for, its beginning and its
// end among that, goes to the server with the next statement that somebody waits for:
// a transaction that holds the head of the log holds everybody up while its words
// travel.
type pipeline struct {
	*sql.Conn
	waiting []Statement
	begun   bool // something was sent
}

func (p *pipeline) later(_ context.Context, s Statement) error {
	p.waiting = append(p.waiting, s)
	return nil
}

func (p *pipeline) run(ctx context.Context, all ...Statement) (n int64, err error) {
	all, p.waiting = append(p.waiting, all...), nil
	if len(all) == 0 {
		return 0, nil
	}
	p.begun = true
	err = p.Raw(func(conn any) error {
		n, err = send(ctx, conn.(*stdlib.Conn).Conn(), all)
		return err
	})
	return n, err
}

// send sends statements together, and reads the answers. What comes after one that
// failed is not done.
func send(ctx context.Context, conn *pgx.Conn, all []Statement) (n int64, err error) {
	batch := &pgx.Batch{}
	for _, s := range all {
		batch.Queue(s.Query, s.Args...)
	}
	answers := conn.SendBatch(ctx, batch)
	for _, s := range all {
		if n, err = answered(answers, s); err != nil {
			err = s.failed(err)
			break
		}
	}
	return n, errors.Join(err, closed(answers, err))
}

// closed reads what is left of the answers. After a failure that is the same again.
func closed(answers pgx.BatchResults, failure error) error {
	err := answers.Close()
	if failure != nil {
		return nil
	}
	return err
}

// errUndone means that the database has undone a transaction instead of committing it.
var errUndone = errors.New("the database has undone the transaction")

func answered(answers pgx.BatchResults, s Statement) (int64, error) {
	if s.Each == nil {
		tag, err := answers.Exec()
		if err == nil && s.Query == commit && tag.String() != "COMMIT" {
			err = errUndone
		}
		return tag.RowsAffected(), err
	}
	rows, err := answers.Query()
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := s.Each(rows.Scan); err != nil {
			return 0, err
		}
	}
	return 0, rows.Err()
}

const commit = "commit"

func (p *pipeline) commit(ctx context.Context) error {
	if !p.begun && len(p.waiting) <= 1 {
		return p.Close() // nothing was asked
	}
	_, err := p.run(ctx, Statement{Query: commit})
	if err != nil {
		p.rollback(context.WithoutCancel(ctx))
		return err
	}
	return p.Close()
}

// rollbackPatience is how long a rollback may take, after which the connection is given
// up and the server undoes the transaction by itself.
const rollbackPatience = time.Second

func (p *pipeline) rollback(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, rollbackPatience)
	defer cancel()
	_ = p.Raw(func(conn any) error {
		c := conn.(*stdlib.Conn).Conn()
		if c.IsClosed() {
			return driver.ErrBadConn
		}
		if c.PgConn().TxStatus() == 'I' {
			return nil
		}
		if _, err := c.Exec(ctx, "rollback"); err != nil {
			return driver.ErrBadConn
		}
		return nil
	})
	_ = p.Close() // the reason matters more than what failed after it
}
