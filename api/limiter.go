package api

import (
	"net/netip"
	"sync"
	"time"
)

// limiter counts events by name, each name in windows of its own. It keeps two
// generations of counters: when the younger is full, the older is forgotten and
// the younger becomes the older. So its memory is bounded, a crowd of new names
// makes it forget the names that were seen longest ago, and nobody is ever
// refused for what others did.
type limiter struct {
	most   int // events of one name in a window
	window time.Duration
	now    func() time.Time

	mu           sync.Mutex
	young, older map[string]counter
}

type counter struct {
	began time.Time
	count int
}

// namesPerGeneration is how many names a limiter keeps at least, and twice as
// many at most.
const namesPerGeneration = 50_000

func newLimiter(most int, window time.Duration, now func() time.Time) *limiter {
	return &limiter{most: most, window: window, now: now, young: map[string]counter{}}
}

// take counts an event, or returns how long to wait if there were too many.
func (l *limiter) take(name string) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	c := l.counter(name)
	if now.Sub(c.began) >= l.window || now.Before(c.began) {
		c = counter{began: now}
	}
	if c.count < l.most {
		c.count++
		l.keep(name, c)
		return 0, true
	}
	l.keep(name, c)
	return l.window - now.Sub(c.began), false
}

// giveBack takes an event back that turned out not to count.
func (l *limiter) giveBack(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.counter(name); c.count > 0 {
		c.count--
		l.keep(name, c)
	}
}

func (l *limiter) counter(name string) counter {
	if c, ok := l.young[name]; ok {
		return c
	}
	return l.older[name]
}

func (l *limiter) keep(name string, c counter) {
	if _, ok := l.young[name]; !ok && len(l.young) >= namesPerGeneration {
		l.young, l.older = map[string]counter{}, l.young
	}
	l.young[name] = c
}

// guessLimiter limits wrong owner's numbers: of one client on one document, and
// of one client on all. There is no counter that clients share: with one, a few
// strangers could lock the owner out.
type guessLimiter struct {
	pair, client *limiter
}

func newGuessLimiter(l Limits, now func() time.Time) guessLimiter {
	return guessLimiter{
		pair:   newLimiter(l.GuessesPerPair, l.GuessWindow, now),
		client: newLimiter(l.GuessesPerClient, l.GuessWindow, now),
	}
}

// take counts a guess before it is looked at, so that many at once do not slip
// through. giveBack is to be called when the guess was right.
func (g guessLimiter) take(client, number string) (giveBack func(), wait time.Duration, ok bool) {
	pair := client + " " + number
	if wait, ok := g.client.take(client); !ok {
		return nil, wait, false // and no pair is remembered, which would push others out
	}
	if wait, ok := g.pair.take(pair); !ok {
		g.client.giveBack(client)
		return nil, wait, false
	}
	return func() {
		g.pair.giveBack(pair)
		g.client.giveBack(client)
	}, 0, true
}

// clientName is what a client counts as: its address, of IPv6 the network of
// 56 bits that one customer gets (RIPE-690).
func clientName(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(56); err == nil {
			return p.String()
		}
	}
	return a.String()
}
