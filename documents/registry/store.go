package registry

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// Store is the database under the register. It is safe for concurrent use.
type Store struct {
	// write runs transactions, read everything else. On PostgreSQL both are
	// one pool. SQLite has one writer at a time; a pool of one connection
	// makes the writers of this process wait in a queue instead of polling
	// the file's lock, while readers go on beside them.
	write, read *sql.DB

	// patience is how long one call waits for the database, its place in the
	// pool included; zero means [usualPatience].
	patience time.Duration
	// random gives salts, codes and ids; nil means crypto/rand.
	random io.Reader
	// busy are the requests that are being done once.
	busy sync.Map
}

// usualPatience is more than any call needs while the database works, and less
// than a client waits.
const usualPatience = 15 * time.Second

// Open connects to the database that dsn names, and brings its tables up to
// date. dsn is either the URL of a PostgreSQL database, postgres://…, or the
// path of an SQLite file, which is created, readable by its owner only, if it
// does not exist; its folder must exist.
func Open(ctx context.Context, dsn string) (*Store, error) {
	s, dialect, err := connect(dsn)
	if err != nil {
		return nil, fmt.Errorf("failed to open the register: %w", err)
	}
	if err := migrate(ctx, s, dialect); err != nil {
		return nil, errors.Join(fmt.Errorf("failed to prepare the register's tables: %w", err), s.Close())
	}
	return s, nil
}

func connect(dsn string) (*Store, dialect, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		db, err := sql.Open("pgx", dsn)
		if err != nil {
			return nil, "", err
		}
		db.SetMaxOpenConns(16)
		db.SetMaxIdleConns(16)
		db.SetConnMaxIdleTime(5 * time.Minute)
		return &Store{write: db, read: db}, postgres, nil
	}
	s, err := connectFile(dsn)
	return s, sqlite, err
}

// connectFile opens an SQLite file: write-ahead log, every commit on the disk
// before it counts (synchronous=FULL), foreign keys enforced, what is deleted
// overwritten, and writing transactions that take the lock at their beginning.
func connectFile(path string) (*Store, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, errors.New("the register needs the path of a file")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	options := url.Values{
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)"},
		"_txlock": {"immediate"},
	}
	write, err := openSQLite(fileURL(path, options))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	options["_pragma"] = append(options["_pragma"], "query_only(1)")
	options.Del("_txlock")
	read, err := openSQLite(fileURL(path, options))
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(4)
	return &Store{write: write, read: read}, nil
}

func fileURL(path string, options url.Values) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: options.Encode()}
	return u.String()
}

// Close closes the connections. Work in progress fails.
func (s *Store) Close() error {
	if s.read == s.write {
		return s.write.Close()
	}
	return errors.Join(s.read.Close(), s.write.Close())
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) (err error) {
	ctx, end := s.bounded(ctx)
	defer end(&err)
	return s.read.PingContext(ctx)
}

func (s *Store) patienceOf() time.Duration {
	if s.patience == 0 {
		return usualPatience
	}
	return s.patience
}

// bounded returns a context that ends when a call has waited for the database
// long enough: one that hangs must not hold those who ask it. The call hands its
// error to end, which makes it an [ErrUnavailable] if it is one.
func (s *Store) bounded(ctx context.Context) (bounded context.Context, end func(*error)) {
	ctx, cancel := context.WithTimeout(ctx, s.patienceOf())
	return ctx, func(err *error) {
		cancel()
		*err = unavailable(*err)
	}
}

// snapshot runs f in a transaction that sees one moment of the database, however
// long it takes, and changes nothing. Only one statement after another must not
// take too long.
func (s *Store) snapshot(ctx context.Context, f func(ctx context.Context, db querier) error) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := time.AfterFunc(s.patienceOf(), func() { cancel(ErrUnavailable) })
	defer idle.Stop()
	defer func() {
		if err = unavailable(err); err != nil && context.Cause(ctx) == ErrUnavailable && !errors.Is(err, ErrUnavailable) {
			err = fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}()
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("failed to begin a transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was changed
	return f(ctx, watched{tx, func() { idle.Reset(s.patienceOf()) }})
}

// watched tells of every statement that is begun.
type watched struct {
	db    querier
	begun func()
}

// QueryRowContext implements rowReader.
func (w watched) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	w.begun()
	return w.db.QueryRowContext(ctx, query, args...)
}

// QueryContext implements querier.
func (w watched) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	w.begun()
	return w.db.QueryContext(ctx, query, args...)
}

// update runs f in one writing transaction, which is committed if f returns
// nil and leaves no trace if not.
func (s *Store) update(ctx context.Context, f func(ctx context.Context, tx *sql.Tx) error) (err error) {
	ctx, end := s.bounded(ctx)
	defer end(&err)
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("failed to begin a transaction: %w", err)
	}
	if err := f(ctx, tx); err != nil {
		// The reason matters more than a rollback that failed after it.
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("failed to commit: %w", err)
	}
	return nil
}

// forget makes the file of the database let go of what was deleted, which still
// stands in its write-ahead log: it is an error while a reader needs that.
// PostgreSQL uses its pages again in its own time.
func (s *Store) forget(ctx context.Context) (err error) {
	if s.read == s.write {
		return nil
	}
	ctx, end := s.bounded(ctx)
	defer end(&err)
	var busy, pages, copied int
	if err := s.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &copied); err != nil {
		return fmt.Errorf("failed to clear the write-ahead log: %w", err)
	}
	if busy != 0 {
		return fmt.Errorf("failed to clear the write-ahead log, which is being read: %w", ErrUnavailable)
	}
	return nil
}

// randomBytes returns bytes that nobody can guess.
func (s *Store) randomBytes(n int) []byte {
	b, source := make([]byte, n), s.random
	if source == nil {
		source = rand.Reader
	}
	if _, err := io.ReadFull(source, b); err != nil {
		panic(err) // crypto/rand never fails
	}
	return b
}

// newSalt returns the salt of one leaf.
func (s *Store) newSalt() []byte { return s.randomBytes(saltLength) }

// Times are kept as whole microseconds since 1970 UTC.

func toMicros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }
