package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// demoClock is the clock of a demonstration, which may be put forward, so that nobody
// waits for the days that the rules let pass. How far ahead it is stands in a file: what
// the register holds must not come to lie in the future at the next start.
type demoClock struct {
	now  func() time.Time // of the machine
	keep func(ahead time.Duration) error
	most time.Duration // how far ahead it may be

	mu    sync.Mutex
	ahead time.Duration
}

// forwardTime is how far the clock is put forward at most while a demonstration runs: less
// than its revocation lists, which are made at the start, speak.
const forwardTime = listLifetime - 30*24*time.Hour

// maxClock is above the file of a clock, in bytes.
const maxClock = 100

// newDemoClock is the clock of the demonstration in a folder, as far ahead as it was.
func newDemoClock(c *console, folder string) (*demoClock, error) {
	if err := makeFolder(folder); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "clock")
	k := &demoClock{now: c.now, keep: func(ahead time.Duration) error {
		return output{path: path, mode: 0o600, force: true}.write(c, []byte(ahead.String()+"\n"))
	}}
	b, err := c.read(path, maxClock)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil {
		if k.ahead, err = time.ParseDuration(strings.TrimSpace(string(b))); err != nil || k.ahead < 0 {
			return nil, fmt.Errorf("%s does not say how far the clock is ahead, such as 150h0m0s", path)
		}
	}
	k.most = k.ahead + forwardTime
	return k, nil
}

// read is what time it is.
func (k *demoClock) read() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now().Add(k.ahead)
}

// forward puts the clock forward to a moment; it is never put back.
func (k *demoClock) forward(until time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	ahead := until.Sub(k.now())
	switch {
	case ahead <= k.ahead:
		return nil
	case ahead > k.most:
		return fmt.Errorf("the clock is put forward by %d days at most; start the demonstration again", int(forwardTime.Hours()/24))
	}
	if err := k.keep(ahead); err != nil {
		return errors.New("how far the clock is ahead cannot be written down")
	}
	k.ahead = ahead
	return nil
}

// console is a console that goes by the clock.
func (k *demoClock) console(c *console) *console {
	own := *c
	own.now = k.read
	return &own
}
