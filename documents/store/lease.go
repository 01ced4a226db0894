package store

import (
	"context"
	"time"
)

// KeepLease renews a lease every so often until stop is called, which waits for
// the last renewal, or the context ends. renew reports whether the lease still is
// the holder's: the context that is returned ends with [ErrInProgress] as its cause
// when someone else has got it.
func KeepLease(ctx context.Context, every time.Duration, renew func(context.Context) (mine bool, err error)) (kept context.Context, stop func()) {
	ctx, lost := context.WithCancelCause(ctx)
	stopping, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(max(every, time.Millisecond))
		defer tick.Stop()
		for {
			select {
			case <-stopping:
				return
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			// A database that does not answer now may do so before the lease ends.
			if mine, err := renew(ctx); err == nil && !mine {
				lost(ErrInProgress)
				return
			}
		}
	}()
	return ctx, func() {
		close(stopping)
		<-stopped
		lost(nil)
	}
}
