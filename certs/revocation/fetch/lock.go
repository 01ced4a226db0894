package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// lockPause is how long to wait before asking for a taken lock again.
const lockPause = 100 * time.Millisecond

// lock makes the folder when it is missing and waits until no other process
// works on the source. The lock's file is never removed: another process may
// be about to lock it.
func (f *Fetcher) lock(ctx context.Context, name string) (unlock func(), err error) {
	if err := os.MkdirAll(f.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("%w: %w", ProblemStorage, err)
	}
	file, err := os.OpenFile(filepath.Join(f.Dir, "."+name+".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ProblemStorage, err)
	}
	waiting, cancel := context.WithTimeoutCause(ctx, f.timeout(), ProblemBusy)
	defer cancel()
	for {
		ok, err := tryLock(file)
		if err != nil {
			return nil, fmt.Errorf("%w: lock: %w", ProblemStorage, errors.Join(err, file.Close()))
		}
		if ok {
			return func() { file.Close() }, nil
		}
		if !pause(waiting, lockPause) {
			file.Close()
			if ctx.Err() != nil {
				return nil, fmt.Errorf("%w: %w", errCalledOff, context.Cause(ctx))
			}
			return nil, context.Cause(waiting)
		}
	}
}

// pause waits, and reports false when the context ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
