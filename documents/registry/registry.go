// Package registry keeps the records of documents and does the acts on them in
// their right order: a number is taken and the content written before the key
// is used, and nothing is in force before its signed file has been verified
// and entered in the log.
//
// A newcomer starts with [Open], which gives a [store.DB], and with
// [Registry.Issue]; [Registry.Document] and [Registry.PDF] read what was
// issued. [Registry.Record] writes down what happens to a document afterwards,
// and [Registry.History] tells it. [Registry.Recover] finishes at the start of the program what a crash
// has interrupted. [Registry.VerifyLog] tells whether anyone has changed the
// records behind the program's back; [Leaf] says what the log holds.
//
// The same SQL runs on SQLite and on PostgreSQL. Stored files are never
// rendered again. The package writes no log of its own, and its errors repeat
// no personal data.
package registry

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/pdf"
	"tamga/documents/rulebook"
	"tamga/documents/seal"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/creation"
)

// Registry is the register with what it needs to issue documents. Store, whose
// clock is the register's, is always needed; Key, Verifier and Make only by Issue and Recover, and
// Layouts, which know the editions of the rules, by Record too. The fields are not changed after the first call; methods are safe for
// concurrent use.
type Registry struct {
	Store    *store.DB
	Layouts  *pdf.Layouts
	Key      creation.Key
	Verifier *signing.Verifier
	// Calendar knows the days on which a result can be promised and a hearing held;
	// needed by acceptances, notices of hearings, and decisions after one.
	Calendar *calendar.Calendar
	// Rulebook has the calendar and the layouts with what operators have entered, as
	// they are now, in the place of Layouts and Calendar; nil where these are all.
	Rulebook *rulebook.Book

	// Make is [creation.Make] with the services of the program. When it fails,
	// nothing is issued: the reservation stays, and is finished when it works
	// again.
	Make func(ctx context.Context, o creation.Order) (creation.Made, error)
	// Level is that of documents, such as B-LTA; zero is B-B.
	Level creation.Baseline

	// SealKey signs what the QR codes say of documents, and the list of those
	// that are not in force; nothing is sealed without it.
	SealKey seal.Key
	// Address is where anyone can check documents, which print it with their
	// number and check code, and whether they have no legal force. Without one it
	// is left to the layouts, without a code.
	Address Address

	// LeaseFor is how long one act may work on a reservation before it
	// counts as abandoned by a crash, and a retry or Recover may take it
	// over. An act that lives renews its lease. Zero means one minute.
	LeaseFor time.Duration

	// ActFor is how long one act may take in all, which slow timestamp
	// authorities can make long. Then it is given up; the reservation stays.
	// Zero means ten minutes.
	ActFor time.Duration

	// VoidAfter is how long a reservation that cannot be finished is kept
	// and tried again before Recover declares it void. Zero means 24 hours.
	VoidAfter time.Duration

	// PreparedFor is how long a number waits, after it was last prepared, for a person
	// to sign it before Recover declares it void. Zero means 30 days.
	PreparedFor time.Duration
}

// Errors of this package, for errors.Is. Contents that are incomplete come as
// *documents.InvalidError.
var (
	// ErrNotFound means that the register has no such document, or not in a
	// state in which the question has an answer.
	ErrNotFound = errors.New("no such document")
	// ErrVoid means that the reservation of this idempotency key was given
	// up. The number is lost; a new key gets a new number.
	ErrVoid = errors.New("the reservation was declared void")
	// ErrErased means that the personal content of the document was erased, by
	// order and on record. What is left is its life.
	ErrErased = errors.New("the content of the document was erased")
	// ErrNotVerified means that the file just made does not pass
	// verification. It has not left; the reservation stays.
	ErrNotVerified = errors.New("the signed document does not pass verification")
	// ErrChanged means that something has happened to the document since the
	// state that the caller knew.
	ErrChanged = errors.New("the document has changed since")
	// ErrClock means that the clock is behind the date of a document that has a
	// number already: numbers grow with dates.
	ErrClock = errors.New("the clock is behind the documents that were issued")
	// ErrNoLayout means that documents of this kind cannot be printed by this
	// installation; the error is a *NoLayoutError that names the kind.
	ErrNoLayout = errors.New("there is no layout for documents of this kind")
	// ErrBadPhotograph means that a file is not a picture that can be printed.
	ErrBadPhotograph = errors.New("not a photograph that can be printed")
	// ErrTampered means that the records and the log contradict each other;
	// the error is a *TamperError that names the first bad one.
	ErrTampered = errors.New("the register was tampered with")
)

// Record is what the register knows of one document. Content holds personal
// data, and so may Evidence: public pages show neither as they are.
type Record struct {
	Number string
	Kind   documents.Kind
	// Status is how far issuing has come: reserved, in force or void. What has
	// become of a document in force since then is told by [Registry.History].
	Status        documents.Status
	Content       documents.Draft // complete: with number and date of issue
	ContentSHA256 string          // of the stored JSON, hexadecimal
	Client        string          // who asked for it
	ReservedAt    time.Time       // UTC
	FileSHA256    string          // of the signed PDF, hexadecimal; empty unless in force
	Evidence      json.RawMessage // the verdict on the signed PDF; empty unless in force
	CheckCode     string          // the second fact of the public check; empty for old documents
	// Edition is that of the rules by which it was printed, with its digest; empty
	// unless in force, and for old documents.
	Edition string
	// ErasedAt is when the personal content was erased; zero if it was not. What
	// is left of Content then is told by documents.Draft.Erased.
	ErasedAt time.Time
}

// IssuedOn returns the date printed on the document.
func (rec Record) IssuedOn() documents.Date { return rec.Content.IssuedOn() }

// Elsewhere says where a licence was issued that this service has not issued; nil for a
// document of this service.
func (rec Record) Elsewhere() *documents.Elsewhere {
	if rec.Content.Licence == nil {
		return nil
	}
	return rec.Content.Licence.Elsewhere
}

// Open opens the database of a register, or makes it, and brings it up to date: see
// [store.Open].
func Open(ctx context.Context, dsn string) (*store.DB, error) {
	return store.Open(ctx, dsn, store.Log{Adopt: adopt, Enter: EnterRow, Settle: (&edge{}).settle})
}

// now returns the moment of an act, in the precision in which it is stored.
func (r *Registry) now() time.Time { return r.Store.Moment() }

// Rules returns the calendar and the layouts as they are now. One act takes them
// once, so that it goes by the same from its beginning to its end.
func (r *Registry) Rules(ctx context.Context) (*rulebook.Rules, error) {
	if r.Rulebook == nil {
		return &rulebook.Rules{Calendar: r.Calendar, Layouts: r.Layouts}, nil
	}
	return r.Rulebook.Current(ctx)
}

// rulesIn is [Registry.Rules] in a transaction.
func (r *Registry) rulesIn(ctx context.Context, tx *store.Tx) (*rulebook.Rules, error) {
	if r.Rulebook == nil {
		return r.Rules(ctx)
	}
	return r.Rulebook.In(ctx, tx)
}

func (r *Registry) leaseFor() time.Duration {
	if r.LeaseFor > 0 {
		return r.LeaseFor
	}
	return time.Minute
}

func (r *Registry) actFor() time.Duration {
	if r.ActFor > 0 {
		return r.ActFor
	}
	return 10 * time.Minute
}

func (r *Registry) preparedFor() time.Duration {
	if r.PreparedFor > 0 {
		return r.PreparedFor
	}
	return 30 * 24 * time.Hour
}

func (r *Registry) voidAfter() time.Duration {
	if r.VoidAfter > 0 {
		return r.VoidAfter
	}
	return 24 * time.Hour
}
