package fetch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"
)

// The schedule.
const (
	day           = 24 * time.Hour
	minBackOff    = time.Minute
	maxBackOff    = 15 * time.Minute
	maxRetryAfter = time.Hour
	// watchEvery is how often the records are read while nothing is due, to
	// see what other processes did and whether the clock was set.
	watchEvery = time.Minute
)

// Run follows all sources until ctx ends, each on its own: a source that fails
// or hangs holds up no other. It returns nil then, and an error at once when
// the configuration cannot work. No goroutine of it is left when it returns.
//
// A list is looked for after 50 to 75 % of its life and, when the authority
// has nothing newer yet, again and again in the time that is left; in any case
// every [Source.Every]. After a failure the pauses grow from a minute to 15.
func (f *Fetcher) Run(ctx context.Context) error {
	if err := validateAll(f.Sources); err != nil {
		return err
	}
	if f.Check == nil {
		return fmt.Errorf("%w: no check is configured", ProblemCheck)
	}
	var all sync.WaitGroup
	for _, s := range f.Sources {
		all.Go(func() { f.follow(ctx, s) })
	}
	all.Wait()
	return nil
}

// follow looks after one source.
func (f *Fetcher) follow(ctx context.Context, s Source) {
	f.restore(ctx, s)
	var notBefore time.Time // holds also when no record can be written
	failures := 0
	for {
		wait := max(f.due(s).Sub(f.now()), notBefore.Sub(f.now()))
		if wait > 0 {
			if !pause(ctx, min(wait, watchEvery)) {
				return
			}
			f.notice(s)
			continue
		}
		if ctx.Err() != nil {
			return
		}
		// What went wrong is in the record, for the status.
		if _, err := f.Fetch(ctx, s); err == nil {
			failures = 0
		} else {
			failures++
		}
		notBefore = f.now().Add(backOff(max(1, failures)))
	}
}

// restore looks at what is in the folder when Run starts: a good list is told
// of, and one that is missing or damaged becomes due.
func (f *Fetcher) restore(ctx context.Context, s Source) {
	unlock, err := f.lock(ctx, s.Name)
	if err != nil {
		return // Fetch meets the same error and keeps it for the status
	}
	defer unlock()
	os.Remove(f.partPath(s.Name))
	rec := f.load(s.Name)
	before := rec.List
	held := f.held(s, &rec)
	if !held {
		rec.NextTry = time.Time{}
	}
	if !held || rec.List != before {
		rec.Version = recordVersion
		if f.save(s.Name, rec) != nil {
			return
		}
	}
	if held {
		f.announce(s, *rec.List)
	}
}

// notice tells of a list that another process put in place, or that could not be
// put to use before.
func (f *Fetcher) notice(s Source) {
	rec := f.load(s.Name)
	if rec.List != nil && f.present(s, rec.List) && suits(s, rec.List.Info) == nil {
		f.announce(s, *rec.List)
	}
}

// present reports whether the list seems to be in place; only its size is
// compared.
func (f *Fetcher) present(s Source, l *List) bool {
	info, err := os.Stat(f.Path(s))
	return err == nil && info.Size() == l.Size
}

// due tells when the source is to be asked next; the zero time means now.
func (f *Fetcher) due(s Source) time.Time {
	rec := f.load(s.Name)
	switch {
	case rec.URL != s.URL:
		return time.Time{}
	case rec.Failures == 0 && (rec.List == nil || !f.present(s, rec.List)):
		return time.Time{}
	case rec.NextTry.After(f.now().Add(day)):
		return time.Time{} // the clock was set back
	}
	return rec.NextTry
}

// nextLook tells when to look for the successor of a list. The share of the
// life at which lists are looked for is drawn anew each time, so that many
// installations do not ask in the same second.
func nextLook(s Source, l Info, now time.Time) time.Time {
	remaining := l.NextUpdate.Sub(now)
	if remaining <= 0 {
		return now.Add(between(0.5, 1, maxBackOff)) // what there is has expired
	}
	life := l.NextUpdate.Sub(l.ThisUpdate)
	at := l.ThisUpdate.Add(between(0.5, 0.75, life))
	if now.After(l.ThisUpdate.Add(life / 2)) {
		at = now.Add(between(0.25, 0.5, remaining)) // nothing newer yet
	}
	every := s.Every
	if every == 0 {
		every = day
	}
	if longest := now.Add(between(0.75, 1, every)); at.After(longest) {
		at = longest
	}
	if soonest := now.Add(between(0.5, 1, minBackOff)); at.Before(soonest) {
		at = soonest
	}
	return at
}

// backOff tells how long to wait after so many failures in a row: twice as
// long each time up to a limit, of which half to all is taken.
func backOff(failures int) time.Duration {
	limit := maxBackOff
	if doublings := failures - 1; doublings < 10 {
		limit = min(limit, minBackOff<<max(0, doublings))
	}
	return between(0.5, 1, limit)
}

// between draws a share of a duration.
func between(low, high float64, of time.Duration) time.Duration {
	return time.Duration((low + (high-low)*rand.Float64()) * float64(of))
}
