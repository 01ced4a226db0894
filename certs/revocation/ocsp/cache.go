package ocsp

import (
	"container/list"
	"math/rand/v2"
	"time"

	"tamga/certs/revocation"
)

// entry is what is known about one certificate: a proof, a failure to get one,
// or both, the proof being out of date then.
type entry struct {
	key     string
	proof   *proof
	address string
	fetched time.Time
	decides bool // the proof told good or revoked when it came

	forever bool      // a revocation that is not a hold
	until   time.Time // when the proof is no longer used
	refresh time.Time // when a newer one is wanted

	failure      Result
	failureUntil time.Time
}

// reached tells how far an exchange came: to nothing, to a response, to one of
// the right responder.
func (e *entry) reached() int {
	switch {
	case e.proof != nil:
		return 2
	case e.failure.Response != nil:
		return 1
	}
	return 0
}

func failure(r Result) entry { return entry{failure: r} }

// keep sets how long the proof is used. What it says at a moment is judged at
// every question anew, so that a few seconds more do no harm: they keep a
// responder that answers nothing useful from being asked all the time.
func (e *entry) keep(p *Policy, answer revocation.Answer) {
	if answer.Status == revocation.Revoked && answer.Reason.Final() {
		e.forever = true
		return
	}
	e.until = e.proof.signer.certificate.NotAfter
	for _, a := range e.proof.answers {
		if end, _ := p.freshUntil(a); end.Before(e.until) {
			e.until = end
		}
	}
	if least := e.fetched.Add(failureLife); !e.decides || e.until.Before(least) {
		e.until = least
	}
	// Half the life, and a random quarter so that not all are due at once.
	life := e.until.Sub(e.fetched)
	e.refresh = e.fetched.Add(life/2 + time.Duration(rand.Int64N(int64(life/4)+1)))
}

// usable reports whether the proof may answer at a time.
func (e *entry) usable(now time.Time) bool {
	return e.proof != nil && (e.forever || now.Before(e.until))
}

// due reports whether a newer proof should be fetched.
func (e *entry) due(now time.Time) bool {
	return e.proof != nil && e.decides && !e.forever && !now.Before(e.refresh)
}

// cache holds entries, and forgets the one not used for longest when there are
// too many. The zero value is empty.
type cache struct {
	limit   int // 0 means DefaultMaxCached
	entries map[string]*list.Element
	order   list.List // of *entry, the one used last in front
}

// lookup returns what may answer at a time: without its proof if only a failure
// is to be told.
func (c *cache) lookup(key string, now time.Time) (entry, bool) {
	el, ok := c.entries[key]
	if !ok {
		return entry{}, false
	}
	e := el.Value.(*entry)
	switch {
	case e.usable(now):
	case now.Before(e.failureUntil):
		c.order.MoveToFront(el)
		return failure(e.failure), true
	default:
		return entry{}, false
	}
	c.order.MoveToFront(el)
	return *e, true
}

// store keeps what an exchange brought and returns what answers those who waited
// for it: that, or what was known already if it is newer or final.
func (c *cache) store(key string, got entry, now time.Time) entry {
	el, ok := c.entries[key]
	if !ok {
		if got.key = key; got.proof == nil {
			got.failureUntil = now.Add(failureLife)
		}
		c.add(&got)
		return got
	}
	c.order.MoveToFront(el)
	have := el.Value.(*entry)
	switch {
	case got.proof == nil:
		have.failure, have.failureUntil = got.failure, now.Add(failureLife)
		have.refresh = now.Add(failureLife)
		return got
	case have.proof != nil && have.decides && got.proof.thisUpdate().Before(have.proof.thisUpdate()):
		// A rollback: what was known stays, and is not asked for again at
		// once even if it is out of date.
		have.refresh = now.Add(failureLife)
		if have.until.Before(have.refresh) {
			have.until = have.refresh
		}
	case have.forever && !got.forever:
		// What was revoked does not become good.
	default:
		got.key = key
		*have = got
	}
	return *have
}

func (c *cache) add(e *entry) {
	if c.entries == nil {
		c.entries = map[string]*list.Element{}
	}
	limit := c.limit
	if limit <= 0 {
		limit = DefaultMaxCached
	}
	for len(c.entries) >= limit {
		last := c.order.Back()
		delete(c.entries, last.Value.(*entry).key)
		c.order.Remove(last)
	}
	c.entries[e.key] = c.order.PushFront(e)
}

// thisUpdate returns the oldest of the proof's answers.
func (pr *proof) thisUpdate() time.Time {
	oldest := pr.answers[0].ThisUpdate
	for _, a := range pr.answers[1:] {
		if a.ThisUpdate.Before(oldest) {
			oldest = a.ThisUpdate
		}
	}
	return oldest
}
