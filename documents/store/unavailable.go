package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	sqlitefile "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// unavailable makes an error of the database an [ErrUnavailable] if it means that
// the database does not answer, in time or at all.
func unavailable(err error) error {
	if err == nil || errors.Is(err, ErrUnavailable) || !Unavailable(err) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// Unavailable reports whether an error says that the database, or the disk
// under it, cannot be reached or cannot work now: the same question may be
// answered later.
func Unavailable(err error) bool {
	var connecting *pgconn.ConnectError
	var network net.Error
	var server *pgconn.PgError
	var file *sqlitefile.Error
	switch {
	case errors.As(err, &connecting), errors.As(err, &network) && !numbered(network):
		return true
	case pgconn.SafeToRetry(err) && !errors.Is(err, context.Canceled): // a connection that was given up, and asked once more
		return true
	case errors.As(err, &server):
		return serverGone(server.Code)
	case errors.As(err, &file):
		return fileGone(file.Code())
	}
	for _, gone := range []error{
		ErrUnavailable, driver.ErrBadConn, sql.ErrConnDone, io.ErrUnexpectedEOF, syscall.ENOSPC, syscall.EIO, syscall.EROFS,
	} {
		if errors.Is(err, gone) {
			return true
		}
	}
	// database/sql says so of a pool that was closed, without a name for it.
	return err != nil && strings.Contains(err.Error(), "sql: database is closed")
}

// numbered tells an error number of the system, which has the methods of an error of
// the network whatever it is about.
func numbered(err error) bool {
	_, ok := err.(syscall.Errno)
	return ok
}

// serverGone tells the classes of PostgreSQL's SQLSTATE that are about the
// server and not about the statement.
func serverGone(code string) bool {
	if len(code) != 5 {
		return false
	}
	switch code[:2] {
	case "08", // connection exceptions
		"53", // insufficient resources
		"57", // operator intervention: shutting down, statement cancelled
		"58": // system errors
		return true
	}
	return code == "25006" || code == "55P03" // read-only; a lock that did not come
}

// fileGone tells the result codes of SQLite that are about the file or its
// disk. The lowest byte is the code, the rest says more.
func fileGone(code int) bool {
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
		sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL:
		return true
	}
	return false
}
