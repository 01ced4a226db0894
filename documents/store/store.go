// Package store is the database: opening it, its tables, transactions, requests
// that are done once, the clients and the queue of jobs. What stands in the other
// tables belongs to the packages above, which bring their writes together in one
// transaction by handing a [Tx] to each other.
//
// A newcomer starts with [Open] and [DB.Tx]. The same SQL runs on SQLite and on
// PostgreSQL. Rows that decide something are locked before they are read, by an
// UPDATE of them: rows of other packages first, then those of documents, then the
// head of the log. The package writes no log of its own, and its errors repeat no
// personal data.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// DB is an open database. Its fields are not changed after the first call; it is
// safe for concurrent use.
type DB struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Patience is how long one call waits for the database, its place in the
	// pool included; zero means 15 seconds.
	Patience time.Duration
	// Random gives salts, codes and ids; nil means crypto/rand.
	Random io.Reader
	// Point is told of each named step of whatever writes in more than one; nil but in
	// tests, which end the program or the database there.
	Point func(step string)

	// write runs transactions, read everything else. On PostgreSQL both are
	// one pool. SQLite has one writer at a time; a pool of one connection
	// makes the writers of this process wait in a queue instead of polling
	// the file's lock, while readers go on beside them.
	write, read *sql.DB

	log Log
	// failing: the last transaction did not find the database at work.
	failing atomic.Bool
	// busy are the requests that are being done once.
	busy sync.Map
}

// usualPatience is more than any call needs while the database works, and less
// than a client waits.
const usualPatience = 15 * time.Second

// Log is the log of the register, which covers every row that an answer is made
// from. Its parts write in the transaction that they are given.
type Log struct {
	// Adopt enters the rows that are older than the log. It is a step of bringing
	// an old database up to date, and happens once.
	Adopt func(ctx context.Context, tx *Tx) error
	// Enter enters a row that this package has changed.
	Enter func(ctx context.Context, tx *Tx, c Change) error
	// Settle writes the records that a transaction has gathered.
	Settle func(ctx context.Context, tx *Tx, all []Record) error
}

// Change is what has happened to a row of a table.
type Change struct {
	Table string
	Key   string // its only key, such as an id
	Event string // what happened, such as Added
	At    time.Time
}

// What happens to rows, in the words of the log.
const (
	Added     = "added"     // a client
	Revoked   = "revoked"   // a client's key
	Queued    = "queued"    // a signature to be extended
	Extended  = "extended"  // a queued signature
	Kept      = "kept"      // an answer, a photograph, the public part of a key for seals, a printed address
	Forgotten = "forgotten" // an answer that was kept
	Entered   = "entered"   // an operator's row, without effect
	Confirmed = "confirmed" // an operator's row, which counts from here on
	Withdrawn = "withdrawn" // an operator's row that is to be taken out
	Ended     = "ended"     // an operator's row that is out
)

// Open connects to the database that dsn names, and brings its tables up to
// date. dsn is either the URL of a PostgreSQL database, postgres://…, or the
// path of an SQLite file, which is created, readable by its owner only, if it
// does not exist; its folder must exist. The log is that of the register, whose
// Open is the one that programs call.
func Open(ctx context.Context, dsn string, log Log) (*DB, error) {
	db, dialect, err := connect(dsn)
	if err != nil {
		return nil, fmt.Errorf("failed to open the register: %w", err)
	}
	db.log = log
	if err := migrate(ctx, db, dialect); err != nil {
		return nil, errors.Join(fmt.Errorf("failed to prepare the register's tables: %w", err), db.Close())
	}
	return db, nil
}

// mostConnections is how many there are to PostgreSQL.
const mostConnections = 16

func connect(dsn string) (*DB, dialect, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		db, err := sql.Open("pgx", dsn)
		if err != nil {
			return nil, "", err
		}
		db.SetMaxOpenConns(mostConnections)
		db.SetMaxIdleConns(mostConnections)
		db.SetConnMaxIdleTime(5 * time.Minute)
		return &DB{write: db, read: db}, postgres, nil
	}
	db, err := connectFile(dsn)
	return db, sqlite, err
}

// connectFile opens an SQLite file: write-ahead log, every commit on the disk
// before it counts (synchronous=FULL), foreign keys enforced, what is deleted
// overwritten, and writing transactions that take the lock at their beginning.
func connectFile(path string) (*DB, error) {
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
	read, err := openSQLite(fileURL(path, options))
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(4)
	read.SetMaxIdleConns(4)
	return &DB{write: write, read: read}, nil
}

func fileURL(path string, options url.Values) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: options.Encode()}
	return u.String()
}

// Close closes the connections. Work in progress fails.
func (db *DB) Close() error {
	if db.read == db.write {
		return db.write.Close()
	}
	return errors.Join(db.read.Close(), db.write.Close())
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) (err error) {
	ctx, end := db.Bounded(ctx)
	defer end(&err)
	return db.read.PingContext(ctx)
}

// Writes reports whether the database takes what is written: [ErrUnavailable] with the
// reason when it only answers, or has no room. It tries only when the last transaction
// failed by that.
func (db *DB) Writes(ctx context.Context) (err error) {
	if err := db.readOnly(ctx); err != nil || !db.failing.Load() {
		return err
	}
	const room = 64 << 10 // more than is left by chance in what is there
	return db.Tx(ctx, func(ctx context.Context, tx *Tx) error {
		id := hex.EncodeToString(tx.RandomBytes(16))
		_, err := tx.ExecContext(ctx, `INSERT INTO jobs (kind, id, next_at, done_at, last_error) VALUES ('trial', $1, 0, 1, $2)`, id, strings.Repeat(id, room/len(id)))
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM jobs WHERE kind = 'trial' AND id = $1`, id)
		}
		if err != nil {
			return fmt.Errorf("failed to write for a trial: %w", err)
		}
		return nil
	})
}

// readOnly asks PostgreSQL whether it only answers; a file says so when it is written.
func (db *DB) readOnly(ctx context.Context) (err error) {
	if db.read != db.write {
		return nil
	}
	ctx, end := db.Bounded(ctx)
	defer end(&err)
	var only string
	if err := db.QueryRowContext(ctx, `SHOW transaction_read_only`).Scan(&only); err != nil {
		return fmt.Errorf("failed to ask whether the database only answers: %w", err)
	}
	if only == "on" {
		return fmt.Errorf("%w: it only answers", ErrUnavailable)
	}
	return nil
}

func (db *DB) patience() time.Duration {
	if db.Patience == 0 {
		return usualPatience
	}
	return db.Patience
}

// Moment returns the moment of an act, in UTC and the precision in which times
// are kept.
func (db *DB) Moment() time.Time {
	now := time.Now
	if db.Now != nil {
		now = db.Now
	}
	return now().UTC().Truncate(time.Microsecond)
}

// At tells Point of a step that is done outside of a transaction.
func (db *DB) At(step string) {
	if db.Point != nil {
		db.Point(step)
	}
}

// Forget makes the file of the database let go of what was deleted, which still
// stands in its write-ahead log: it is an error while a reader needs that.
// PostgreSQL uses its pages again in its own time.
func (db *DB) Forget(ctx context.Context) (err error) {
	if db.read == db.write {
		return nil
	}
	ctx, end := db.Bounded(ctx)
	defer end(&err)
	var busy, pages, copied int
	if err := db.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &copied); err != nil {
		return fmt.Errorf("failed to clear the write-ahead log: %w", err)
	}
	if busy != 0 {
		return fmt.Errorf("failed to clear the write-ahead log, which is being read: %w", ErrUnavailable)
	}
	return nil
}

// randomBytes returns bytes that nobody can guess.
func (db *DB) randomBytes(n int) []byte {
	b, source := make([]byte, n), db.Random
	if source == nil {
		source = rand.Reader
	}
	if _, err := io.ReadFull(source, b); err != nil {
		panic(err) // crypto/rand never fails
	}
	return b
}

// Micros returns a time as it is kept: whole microseconds since 1970 UTC.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Time is the reverse of [Micros].
func Time(us int64) time.Time { return time.UnixMicro(us).UTC() }
