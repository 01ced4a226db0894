package registry

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	sqlitedriver "modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"
)

// unavailable makes an error of the database an [ErrUnavailable] if it means that
// the database does not answer.
func unavailable(err error) error {
	if !doesNotAnswer(err) || errors.Is(err, ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// doesNotAnswer reports whether an error of a database means that it hangs,
// refuses connections, was shut down or has no room left: the same question may
// be answered later.
func doesNotAnswer(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	var server *pgconn.PgError
	var file *sqlitedriver.Error
	switch {
	case err == nil:
		return false
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone),
		errors.As(err, &connect), errors.As(err, &network), pgconn.Timeout(err):
		return true
	case errors.As(err, &server):
		return serverUnavailable(server.Code)
	case errors.As(err, &file):
		return fileUnavailable(file.Code())
	}
	// database/sql says so of a pool that was closed, without a name for it.
	return strings.Contains(err.Error(), "sql: database is closed")
}

// serverUnavailable knows the classes of PostgreSQL's errors that are not about
// the statement: connection, resources, operator, system.
func serverUnavailable(code string) bool {
	for _, class := range []string{"08", "53", "57", "58"} {
		if strings.HasPrefix(code, class) {
			return true
		}
	}
	return false
}

// fileUnavailable knows SQLite's errors that are not about the statement. The
// lower byte is the kind, the rest says more of it.
func fileUnavailable(code int) bool {
	switch code & 0xff {
	case sqlitecode.SQLITE_BUSY, sqlitecode.SQLITE_LOCKED, sqlitecode.SQLITE_NOMEM, sqlitecode.SQLITE_READONLY,
		sqlitecode.SQLITE_INTERRUPT, sqlitecode.SQLITE_IOERR, sqlitecode.SQLITE_FULL, sqlitecode.SQLITE_CANTOPEN,
		sqlitecode.SQLITE_PROTOCOL:
		return true
	}
	return false
}
