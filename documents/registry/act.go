package registry

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"tamga/documents/store"
)

// errActTooLong means that an act was given up because it took longer than any
// act may.
var errActTooLong = errors.New("making the document has taken too long")

// Finish does steps 2 to 4 of issuing for the holder of a reservation's lease, when the
// transaction that has reserved it is committed; there is nothing to do for one that is
// [Reservation.Done].
// Once begun they do not end with the caller's patience: a client that hangs up
// and asks again, while an authority takes its time, would have a new signature
// made each time and never a document. Whoever leaves first gets
// [store.ErrInProgress].
func (r *Registry) Finish(ctx context.Context, held Reservation) error {
	if held.Done() {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return r.failed(ctx, held, err)
	}
	r.Store.At("reserved")
	done := make(chan error, 1)
	go func() { done <- r.act(context.WithoutCancel(ctx), held) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("document %s: %w: %w", held.number, store.ErrInProgress, ctx.Err())
	}
}

// Resume finishes a reservation that was abandoned, as [Registry.Recover] does with all
// of them: nothing is left to do for a document in force. While somebody works on it
// the error is [store.ErrInProgress], and [ErrVoid] when it was given up.
func (r *Registry) Resume(ctx context.Context, number string) error {
	var held Reservation
	err := r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		held, err = r.reserveAgain(ctx, tx, number)
		return err
	})
	if err != nil {
		return err
	}
	return r.Finish(ctx, held)
}

// act is Finish without a caller.
func (r *Registry) act(ctx context.Context, held Reservation) error {
	made, err := r.Produce(ctx, held)
	if err != nil {
		return err
	}
	if err := r.enter(ctx, made); err != nil {
		return r.failed(ctx, held, err)
	}
	r.Store.At("in force")
	return nil
}

// Produce renders a document, signs it and verifies what was made, while no
// transaction is open. It is bounded, and keeps the lease of the reservation while
// it works; when it fails the lease is given back.
func (r *Registry) Produce(ctx context.Context, held Reservation) (Product, error) {
	made, err := r.work(ctx, held)
	if err != nil {
		return Product{}, r.failed(ctx, held, err)
	}
	return made, nil
}

// failed gives the lease back, so that a retry need not wait for it to run out.
func (r *Registry) failed(ctx context.Context, held Reservation, err error) error {
	return errors.Join(fmt.Errorf("document %s: %w", held.number, err), r.release(context.WithoutCancel(ctx), held))
}

// work produces a document while its lease is kept. What panics is a failure of
// this document: nobody above would catch it.
func (r *Registry) work(ctx context.Context, held Reservation) (made Product, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, r.actFor(), errActTooLong)
	defer cancel()
	ctx, stop := r.keepLease(ctx, held)
	defer stop()
	defer func() {
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = fmt.Errorf("%w: %w", cause, err)
		}
	}()
	defer caught(&err)
	return r.produce(ctx, held)
}

// caught makes an error of a panic of whoever defers it.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panicked: %v\n%s", p, debug.Stack())
	}
}

// keepLease renews the lease of a reservation while a document is made.
func (r *Registry) keepLease(ctx context.Context, held Reservation) (context.Context, func()) {
	return store.KeepLease(ctx, r.leaseFor()/4, func(ctx context.Context) (bool, error) { return r.renew(ctx, held) })
}

// renew prolongs a lease, and reports whether it still is the holder's.
func (r *Registry) renew(ctx context.Context, held Reservation) (mine bool, err error) {
	err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		mine, err = tx.Changed(ctx, `
			UPDATE documents SET leased_until = $1 WHERE number = $2 AND status = 'reserved' AND lease = $3`,
			store.Micros(r.now().Add(r.leaseFor())), held.number, held.lease)
		return err
	})
	return mine, err
}
