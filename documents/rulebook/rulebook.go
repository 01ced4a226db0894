// Package rulebook is the law as a register has it: what the program carries, and
// over it the rows that operators have entered, editions, days of the calendar,
// indexes, checklists and layouts. A row is entered by one person and confirmed by
// another; nothing of it is edited, it gives way to a later one of its name, or is
// taken out in the same way.
//
// A newcomer starts with [Book.Current], which gives the compiled [Rules], and with
// [Book.Enter] and [Book.Confirm]. What does not compile is refused when it is
// entered, when it is confirmed and when it is read, by the code and with the
// reasons of documents/regulation, documents/calendar and documents/pdf.
//
// The database is asked at every use, whether other rows count than before: every
// instance of the program on one database goes by a row from the first use after
// its confirmation on.
package rulebook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/pdf"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// Book gives the rules of a register. Its fields are not changed after the first
// call; it is safe for concurrent use.
type Book struct {
	Store *store.DB
	// Carried is what stands below the rows; of what is empty, what the program
	// carries.
	Carried Carried
	// Printing is what documents print by a law; nil for [regulation.Law.Printing].
	Printing func(*regulation.Law) []documents.Edition
	// Pages is how documents look, but for the editions, which the law gives; nil
	// when nothing is printed.
	Pages *pdf.Options

	lock sync.Mutex
	last *Rules
}

// Carried is the law without rows: what the program carries and what it was started
// with, in this order.
type Carried struct {
	Calendar []calendar.Data
	Editions []regulation.Edition
}

// carried is what stands below the rows, which callers may add to.
func (b *Book) carried() (Carried, error) {
	all := Carried{slices.Clone(b.Carried.Calendar), slices.Clone(b.Carried.Editions)}
	if len(all.Calendar) == 0 {
		days, err := calendar.Shipped()
		if err != nil {
			return all, err
		}
		all.Calendar = append(all.Calendar, days)
	}
	var err error
	if len(all.Editions) == 0 {
		all.Editions, err = regulation.Shipped()
	}
	return all, err
}

// Rules are the compiled law. They do not change; whoever does one act by them takes
// them once.
type Rules struct {
	Law      *regulation.Law
	Calendar *calendar.Calendar
	Layouts  *pdf.Layouts // nil when the book prints nothing

	version string // of the rows
	printed string // of those rows that change what is printed
}

// Errors of this package, for errors.Is.
var (
	// ErrRefused means that a row says what cannot be, by itself or with the others;
	// the error is a *[RowError].
	ErrRefused = errors.New("the row is refused")
	// ErrUnusable means that the rows of the database cannot be gone by, and so
	// nothing can; the error is a *[RowError].
	ErrUnusable = errors.New("the rules of the register cannot be used")
)

// RowError says which row is wrong, and why.
type RowError struct {
	Is             error  // [ErrRefused] or [ErrUnusable]
	ID, Kind, Name string // of the row; ID is empty before it is entered
	Err            error
}

func (e *RowError) Error() string {
	return fmt.Sprintf("%v: %s %s %s: %v", e.Is, e.Kind, e.Name, e.ID, e.Err)
}

// Unwrap gives what kind of error it is, and the reason.
func (e *RowError) Unwrap() []error { return []error{e.Is, e.Err} }

// Current returns the rules as they are now. While the database does not answer they
// are those that were read last: nothing can be issued then anyway.
func (b *Book) Current(ctx context.Context) (*Rules, error) {
	return b.current(ctx, b.version)
}

// In is [Book.Current] in a transaction.
func (b *Book) In(ctx context.Context, tx *store.Tx) (*Rules, error) {
	return b.current(ctx, func(ctx context.Context) (string, []store.Rule, error) { return b.read(ctx, tx) })
}

// patience is how long whoever has rules waits to hear whether there are others: a
// database that hangs must not hold those who need nothing else of it.
const patience = 2 * time.Second

func (b *Book) version(ctx context.Context) (_ string, _ []store.Rule, err error) {
	if b.known() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	return b.read(ctx, b.Store)
}

// read tells which rows count, and gives them where they are others than before.
func (b *Book) read(ctx context.Context, r store.Reader) (version string, rows []store.Rule, err error) {
	version, err = store.RulesVersion(ctx, r)
	if last := b.known(); err != nil || last != nil && last.version == version {
		return version, nil, err
	}
	rows, err = store.RulesInEffect(ctx, r)
	return version, rows, err
}

func (b *Book) known() *Rules {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.last
}

func (b *Book) current(ctx context.Context, read func(context.Context) (string, []store.Rule, error)) (*Rules, error) {
	version, rows, err := read(ctx)
	last := b.known()
	switch {
	case errors.Is(err, store.ErrUnavailable) && last != nil:
		return last, nil
	case err != nil:
		return nil, err
	case last != nil && last.version == version:
		return last, nil
	}
	b.lock.Lock()
	defer b.lock.Unlock()
	if b.last != nil && b.last.version == version {
		return b.last, nil
	}
	now, err := b.compile(rows, b.last)
	if err != nil {
		return nil, err
	}
	now.version = version
	b.last = now
	return now, nil
}
