package api

import (
	"net/netip"
	"sync"
	"time"
)

// limiter counts events by name in windows of fixed length. It forgets in
// whole windows, so its memory is bounded by what happens in two of them, and
// by most names: when there are more, those that are new share one counter.
type limiter struct {
	most   int
	window time.Duration
	now    func() time.Time

	mu     sync.Mutex
	began  time.Time
	counts map[string]int
}

// mostNames is how many names a limiter tells apart within a window.
const mostNames = 100_000

func newLimiter(most int, window time.Duration, now func() time.Time) *limiter {
	return &limiter{most: most, window: window, now: now, counts: map[string]int{}}
}

// take counts an event, or returns how long to wait if there were too many.
func (l *limiter) take(name string) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if now.Sub(l.began) >= l.window || now.Before(l.began) {
		l.began = now
		clear(l.counts)
	}
	name = l.slot(name)
	if l.counts[name] >= l.most {
		return l.window - now.Sub(l.began), false
	}
	l.counts[name]++
	return 0, true
}

// giveBack takes an event back that turned out not to count.
func (l *limiter) giveBack(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if name = l.slot(name); l.counts[name] > 0 {
		l.counts[name]--
	}
}

func (l *limiter) slot(name string) string {
	if _, known := l.counts[name]; !known && len(l.counts) >= mostNames {
		return ""
	}
	return name
}

// guessLimiter limits wrong owner's numbers: of one client on one document, of
// one client on all, and of all clients on one document.
type guessLimiter struct {
	pair, client, number *limiter
}

func newGuessLimiter(l Limits, now func() time.Time) guessLimiter {
	return guessLimiter{
		pair:   newLimiter(l.GuessesPerPair, l.Window, now),
		client: newLimiter(l.GuessesPerClient, l.Window, now),
		number: newLimiter(l.GuessesPerNumber, l.Window, now),
	}
}

// take counts a guess before it is looked at, so that many at once do not slip
// through. giveBack is to be called when the guess was right.
func (g guessLimiter) take(client, number string) (giveBack func(), wait time.Duration, ok bool) {
	counters := []struct {
		l    *limiter
		name string
	}{{g.pair, client + " " + number}, {g.client, client}, {g.number, number}}
	for i, c := range counters {
		if wait, ok := c.l.take(c.name); !ok {
			for _, taken := range counters[:i] {
				taken.l.giveBack(taken.name)
			}
			return nil, wait, false
		}
	}
	return func() {
		for _, c := range counters {
			c.l.giveBack(c.name)
		}
	}, 0, true
}

// clientName is what a client counts as: its address, of IPv6 the network of
// 64 bits that one household has.
func clientName(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap()
	if a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
