package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/store"
)

// Recovered tells what became of the reservations that had been abandoned.
type Recovered struct {
	Finished []string  // numbers now in force
	Voided   []string  // numbers given up
	Waiting  []Waiting // kept, to be tried again at the next Recover
	Signed   []string  // given up earlier, whose record is signed now
	Unsigned []string  // given up, whose record still waits for a key that signs it
}

// Waiting is a reservation that could not be finished now, and why.
type Waiting struct {
	Number string
	Err    error
}

// Recover finishes what a crash has interrupted. Every reservation whose lease
// has run out is rendered from its stored content, signed, verified and
// entered, with its own number and date. What cannot be finished, because
// rendering, signing or verification fails, is kept and tried again by the next
// Recover, until it is older than VoidAfter: then it is declared void, with a
// record in the log. A content that is not what was written is declared
// void at once.
//
// What waits for the signature of a person is not the program's to finish, nor spoiled
// by a day that passes: it is kept, to be prepared anew under its number. A number of a
// year that has ended, which no document can have any more, is declared void, and so is
// one that nobody has prepared anew within PreparedFor.
//
// The record that a number is void is signed. Where the key is what failed, the
// register says that the record waits, and a later Recover signs it with a key that
// is fit: see [documents.Life.VoidUnsigned].
//
// The program calls Recover when it starts, and then every few minutes: a
// lease taken just before a crash may still run at the start. Several
// instances may do so at the same time.
//
// One odd reservation does not keep the others waiting: whatever goes wrong with
// it is told in the result. An error means that the database does not answer,
// that the context has ended, or that the key may not sign at all now; what was
// done before it stands in the result.
func (r *Registry) Recover(ctx context.Context) (Recovered, error) {
	var done Recovered
	// Without a fit key everything would fail, and in the end be void.
	if err := r.ready(ctx, r.now()); err != nil {
		return done, err
	}
	numbers, err := r.abandoned(ctx)
	if err != nil {
		return done, err
	}
	for _, number := range numbers {
		err := r.recoverOne(ctx, number, &done)
		if err == nil {
			continue
		}
		err = fmt.Errorf("failed to recover document %s: %w", number, err)
		if ctx.Err() != nil || errors.Is(err, store.ErrUnavailable) {
			return done, err
		}
		done.Waiting = append(done.Waiting, Waiting{Number: number, Err: err})
	}
	if err := r.lapse(ctx, &done); err != nil {
		return done, err
	}
	done.Signed, done.Unsigned, err = r.signVoids(ctx)
	return done, err
}

// recoverOne finishes, voids or puts off one reservation. An error is about this
// reservation, unless the database does not answer.
func (r *Registry) recoverOne(ctx context.Context, number string, done *Recovered) error {
	var held Reservation
	err := r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		held, err = r.takeOver(ctx, tx, number)
		return err
	})
	if errors.Is(err, store.ErrInProgress) {
		return nil // another instance was faster
	}
	if err != nil {
		return err
	}
	made, failure := r.work(ctx, held)
	if failure == nil {
		failure = r.enter(ctx, made)
	}
	switch {
	case failure == nil:
		done.Finished = append(done.Finished, number)
	case errors.Is(failure, store.ErrInProgress):
		// Another instance took the lease over, and knows what became of it.
	case errors.Is(failure, store.ErrUnavailable), ctx.Err() != nil:
		return r.failed(ctx, held, failure)
	case errors.Is(failure, errDamaged), r.now().Sub(held.reservedAt) >= r.voidAfter():
		if err := r.void(ctx, held, store.Reason(failure)); err != nil {
			return r.failed(ctx, held, err)
		}
		done.Voided = append(done.Voided, number)
	default:
		if err := r.release(ctx, held); err != nil {
			return err
		}
		done.Waiting = append(done.Waiting, Waiting{Number: number, Err: failure})
	}
	return nil
}

// abandoned lists the reservations nobody works on, the oldest first.
func (r *Registry) abandoned(ctx context.Context) (_ []string, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	rows, err := r.Store.QueryContext(ctx, `
		SELECT number FROM documents WHERE status = 'reserved' AND leased_until <= $1
		ORDER BY reserved_at, number`, store.Micros(r.now()))
	if err != nil {
		return nil, fmt.Errorf("failed to list the reservations: %w", err)
	}
	defer rows.Close()
	var numbers []string
	for rows.Next() {
		var number string
		if err := rows.Scan(&number); err != nil {
			return nil, fmt.Errorf("failed to list the reservations: %w", err)
		}
		numbers = append(numbers, number)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("failed to list the reservations: %w", err)
	}
	return numbers, nil
}

// lapse gives up the numbers that wait for a signature which will not come: those of a
// year that has ended, and those that nobody has prepared anew for [Registry.PreparedFor].
func (r *Registry) lapse(ctx context.Context, done *Recovered) error {
	lapsed, err := r.lapsed(ctx)
	if err != nil {
		return err
	}
	for _, held := range lapsed {
		err := r.void(ctx, held, reasonUnsigned)
		switch {
		case err == nil:
			done.Voided = append(done.Voided, held.number)
		case errors.Is(err, store.ErrInProgress): // somebody was faster
		case ctx.Err() != nil, errors.Is(err, store.ErrUnavailable):
			return fmt.Errorf("failed to give document %s up: %w", held.number, err)
		default:
			done.Waiting = append(done.Waiting, Waiting{Number: held.number, Err: err})
		}
	}
	return nil
}

// reasonUnsigned is why a number is given up that waited for its signature.
const reasonUnsigned = "nobody signed what was prepared"

// lapsed lists what [Registry.lapse] gives up.
func (r *Registry) lapsed(ctx context.Context) (_ []Reservation, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	now := r.now()
	newYear := documents.Date{Year: documents.CivilDate(now).Year, Month: time.January, Day: 1}
	const columns = 5
	values, err := readValues(ctx, r.Store, columns, `
		SELECT d.number, d.kind, d.content, d.lease, d.reserved_at FROM preparations p JOIN documents d ON d.number = p.number
		WHERE p.state IN ('open', 'declined') AND d.status = 'reserved' AND (p.prepared_at <= $1 OR p.issued_on < $2)
		ORDER BY p.prepared_at, p.id`, store.Micros(now.Add(-r.preparedFor())), newYear.String())
	if err != nil {
		return nil, fmt.Errorf("failed to list the preparations: %w", err)
	}
	var all []Reservation
	for ; len(values) > 0; values = values[columns:] {
		all = append(all, Reservation{
			number: asText(values[0]), kind: documents.Kind(asText(values[1])), stored: asText(values[2]), lease: asText(values[3]),
			reservedAt: store.Time(asInt(values[4])),
		})
	}
	return all, nil
}
