package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// SQLite reads the text of every statement anew, which costs more than most of
// ours take to run. Its connections here keep what they have read; those to
// PostgreSQL do so by themselves.

// mostKept is how many statements a connection keeps; there are fewer of ours.
const mostKept = 200

// openSQLite opens a pool of connections that keep their statements.
func openSQLite(dsn string) (*sql.DB, error) {
	plain, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	d := plain.Driver()
	return sql.OpenDB(connector{d, dsn}), plain.Close()
}

type connector struct {
	driver driver.Driver
	dsn    string
}

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return c.driver }

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	opened, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	plain, ok := opened.(plainConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%T cannot do what the register needs", opened), opened.Close())
	}
	return &keepingConn{plainConn: plain, kept: map[string]keptStmt{}}, nil
}

// plainConn is what a connection of the driver can do.
type plainConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type keptStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keepingConn keeps the statements that are not at work. database/sql uses a
// connection from one goroutine at a time.
type keepingConn struct {
	plainConn
	kept map[string]keptStmt
}

// take returns a statement that nobody else has.
func (c *keepingConn) take(ctx context.Context, query string) (keptStmt, error) {
	if s, ok := c.kept[query]; ok {
		delete(c.kept, query)
		return s, nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.(keptStmt), nil // the driver's statements all are
}

// give takes a statement back; one that failed is not kept.
func (c *keepingConn) give(query string, s keptStmt, failure error) error {
	if _, twice := c.kept[query]; twice || failure != nil || len(c.kept) >= mostKept {
		return s.Close()
	}
	c.kept[query] = s
	return nil
}

// ExecContext implements driver.ExecerContext.
func (c *keepingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	return result, errors.Join(err, c.give(query, s, err))
}

// QueryContext implements driver.QueryerContext.
func (c *keepingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, c.give(query, s, err))
	}
	return &keptRows{Rows: rows, conn: c, query: query, stmt: s}, nil
}

// Close implements driver.Conn.
func (c *keepingConn) Close() error {
	var all []error
	for _, s := range c.kept {
		all = append(all, s.Close())
	}
	c.kept = nil
	return errors.Join(append(all, c.plainConn.Close())...)
}

// keptRows gives their statement back when they are closed.
type keptRows struct {
	driver.Rows
	conn    *keepingConn
	query   string
	stmt    keptStmt
	failure error
}

// Next implements driver.Rows.
func (r *keptRows) Next(dest []driver.Value) error {
	err := r.Rows.Next(dest)
	if err != nil && !errors.Is(err, io.EOF) {
		r.failure = err
	}
	return err
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	err := r.Rows.Close()
	return errors.Join(err, r.conn.give(r.query, r.stmt, errors.Join(r.failure, err)))
}
