package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// A database that cannot work now is told from one that refuses a statement.
func TestUnavailable(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errors.New("no such table: x"), false},
		{sql.ErrNoRows, false},
		{ErrKeyReused, false},
		{context.Canceled, false},
		{fmt.Errorf("reading: %w", &net.OpError{Op: "dial", Err: errors.New("refused")}), true},
		{fmt.Errorf("reading: %w", &net.DNSError{Err: "no such host", Name: "db"}), true},
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, true},
		{context.DeadlineExceeded, true},
		{&pgconn.PgError{Code: "57P01"}, true},  // shutting down
		{&pgconn.PgError{Code: "53300"}, true},  // too many connections
		{&pgconn.PgError{Code: "58030"}, true},  // an I/O error
		{&pgconn.PgError{Code: "08006"}, true},  // the connection broke
		{&pgconn.PgError{Code: "55P03"}, true},  // a lock that did not come
		{&pgconn.PgError{Code: "25006"}, true},  // read-only
		{&pgconn.PgError{Code: "25001"}, false}, // a transaction inside another
		{&pgconn.PgError{Code: "23505"}, false}, // a key twice
		{&pgconn.PgError{Code: "42P01"}, false}, // no such table
		{&pgconn.PgError{Code: ""}, false},
		{ErrUnavailable, true},
		{fmt.Errorf("reading: %w", driver.ErrBadConn), true},
		{sql.ErrConnDone, true},
		{io.ErrUnexpectedEOF, true},
		{&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, true},
		{&os.PathError{Op: "write", Path: "x", Err: syscall.EACCES}, false},
		{errors.New("sql: database is closed"), true},
	} {
		if got := Unavailable(c.err); got != c.want {
			t.Errorf("%v: %t", c.err, got)
		}
	}
	for _, err := range []error{nil, errors.New("no such table: x"), context.Canceled, fmt.Errorf("reading: %w", ErrUnavailable)} {
		if got := unavailable(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
	for _, err := range []error{context.DeadlineExceeded, driver.ErrBadConn} {
		if got := unavailable(err); !errors.Is(got, ErrUnavailable) || !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
	}
	for code, want := range map[int]bool{
		1: false, 5: true, 8: true, 10: true, 10 | 2<<8: true, 13: true, 14: true, 19: false, 11: false,
	} {
		if got := fileGone(code); got != want {
			t.Errorf("SQLite's %d: %t", code, got)
		}
	}
}
