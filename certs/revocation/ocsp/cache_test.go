package ocsp_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
)

func TestCacheUntilNextUpdate(t *testing.T) {
	s := newStation(t, time.Hour)
	c := s.client(t)
	s.step(t, c, 1, good)
	s.clock.advance(29 * time.Minute)
	if r := s.step(t, c, 1, good); !r.Cached {
		t.Error("not from the cache")
	}
	// Past three quarters a newer answer is fetched behind the caller's back.
	s.clock.advance(17 * time.Minute)
	s.set(func() { s.answer = revocation.Answer{Status: revoked, RevokedAt: now} })
	if r := s.step(t, c, 2, good); !r.Cached {
		t.Error("the caller was kept waiting")
	}
	settle(t, func() bool { return s.ask(c, time.Time{}).Answer.Status == revoked })
	// What was revoked is kept, long after the answer expired.
	s.clock.advance(48 * time.Hour)
	s.step(t, c, 2, revoked)
}

// settle waits for a refresh that was seen to reach the station to be kept.
func settle(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the newer answer never came")
		}
	}
}

func TestCacheExpires(t *testing.T) {
	for _, test := range []struct {
		name   string
		life   time.Duration
		change func(p *ocsp.Policy)
		kept   time.Duration
	}{
		{"nextUpdate", time.Hour, func(*ocsp.Policy) {}, time.Hour},
		{"no nextUpdate", 0, func(*ocsp.Policy) {}, ocsp.DefaultMaxAge},
		{"no nextUpdate, longer age", 0, func(p *ocsp.Policy) { p.MaxAge = 2 * time.Hour }, 2 * time.Hour},
		{"life limited", time.Hour, func(p *ocsp.Policy) { p.MaxLife = 10 * time.Minute }, 10 * time.Minute},
		{"nonce required", time.Hour, func(p *ocsp.Policy) { p.Nonce = ocsp.NonceRequired }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStation(t, test.life)
			c := s.client(t)
			test.change(&c.Policy)
			s.step(t, c, 1, good)
			if test.kept > 0 {
				s.clock.advance(test.kept/2 - time.Second)
				s.step(t, c, 1, good)
				s.clock.advance(test.kept - (test.kept/2 - time.Second))
			}
			if r := s.step(t, c, 2, good); r.Cached {
				t.Error("from the cache")
			}
		})
	}
}

func TestCacheEndsWithTheResponder(t *testing.T) {
	s := newStation(t, 100*365*24*time.Hour)
	c := s.client(t)
	s.step(t, c, 1, good)
	end := s.responder.Certificate.NotAfter
	s.clock.set(end.Add(time.Second))
	if r := s.step(t, c, 2, undetermined); r.Answer.Cause != ocsp.CauseResponderExpired {
		t.Errorf("%v", r.Answer)
	}
}

func TestCacheForgetsFailuresSoon(t *testing.T) {
	s := newStation(t, time.Hour)
	c := s.client(t)
	s.set(func() { s.answer = revocation.Answer{} })
	s.step(t, c, 1, undetermined)
	if r := s.step(t, c, 1, undetermined); !r.Cached || r.Answer.Cause != ocsp.CauseUnknown {
		t.Errorf("%+v", r)
	}
	s.clock.advance(6 * time.Second)
	s.set(func() { s.override = http.NotFound })
	s.step(t, c, 2, undetermined)
	if r := s.step(t, c, 2, undetermined); !r.Cached || r.Answer.Cause != ocsp.CauseHTTP || r.Err == nil {
		t.Errorf("%+v", r)
	}
	s.clock.advance(6 * time.Second)
	s.set(func() { s.override, s.answer = nil, revocation.Answer{Status: good} })
	s.step(t, c, 3, good)
}

// TestCacheOutlivesAnOutage keeps a fresh answer while the responder is down.
func TestCacheOutlivesAnOutage(t *testing.T) {
	s := newStation(t, time.Hour)
	c := s.client(t)
	s.step(t, c, 1, good)
	s.set(func() { s.override = http.NotFound })
	s.clock.advance(50 * time.Minute)
	s.step(t, c, 2, good)
	settle(t, func() bool { return s.asked.Load() == 2 })
	s.clock.advance(time.Hour)
	if r := s.ask(c, time.Time{}); r.Answer.Cause != ocsp.CauseHTTP {
		t.Errorf("%v", r.Answer)
	}
}

func TestCacheRefusesRollback(t *testing.T) {
	s := newStation(t, 0)
	c := s.client(t)
	c.Policy.MaxAge = time.Hour
	s.step(t, c, 1, good)
	// The same responder with yesterday's knowledge, still within its age
	// by its own account.
	s.clock.advance(61 * time.Minute)
	s.set(func() { s.behind, s.life = 62*time.Minute, 24*time.Hour })
	r := s.step(t, c, 2, good)
	if !r.Fetched.Equal(now) || !r.Answer.Evidence.ThisUpdate.Equal(now) {
		t.Errorf("the older answer won: %+v", r.Answer.Evidence)
	}
	// And what is kept grows too old in its turn.
	s.clock.advance(10 * time.Minute)
	s.set(func() { s.behind = 3 * time.Hour })
	if r := s.step(t, c, 3, undetermined); r.Answer.Cause != ocsp.CauseTooOld {
		t.Errorf("%v", r.Answer)
	}
}

// TestCacheIsNotHeldUp by a responder whose clock was wrong for a while: what
// was not believed is no measure for what is older.
func TestCacheIsNotHeldUp(t *testing.T) {
	s := newStation(t, time.Hour)
	c := s.client(t)
	s.set(func() { s.behind = -24 * time.Hour })
	if r := s.step(t, c, 1, undetermined); r.Answer.Cause != ocsp.CauseProducedAt {
		t.Errorf("%v", r.Answer)
	}
	s.set(func() { s.behind = 0 })
	s.clock.advance(6 * time.Second)
	s.step(t, c, 2, good)
}

func TestHoldsAreNotKept(t *testing.T) {
	s := newStation(t, time.Hour)
	c := s.client(t)
	s.set(func() {
		s.answer = revocation.Answer{Status: revoked, RevokedAt: now.Add(-time.Hour), Reason: revocation.CertificateHold}
	})
	s.step(t, c, 1, revoked)
	s.clock.advance(time.Hour)
	s.set(func() { s.answer = revocation.Answer{Status: good} })
	s.step(t, c, 2, good)
}

func TestCacheIsBounded(t *testing.T) {
	s := newStation(t, time.Hour)
	c := s.client(t)
	c.MaxCached = 2
	first, second, third := s.person, s.issue(t, nil), s.issue(t, nil)
	ask := func(asked int64) {
		t.Helper()
		s.step(t, c, asked, good)
	}
	ask(1)
	s.person = second
	ask(2)
	s.person = first
	ask(2) // used again: the second is the oldest now
	s.person = third
	ask(3)
	s.person = first
	ask(3)
	s.person = second
	ask(4)
}

// TestClientIsSafe asks from many sides while the clock runs, for the race
// detector; in the end nothing of the client is left running.
func TestClientIsSafe(t *testing.T) {
	s := newStation(t, time.Minute)
	c := s.client(t)
	c.MaxCached = 3
	var callers sync.WaitGroup
	for range 5 {
		h := s.issue(t, nil)
		callers.Go(func() {
			for range 20 {
				r := c.Status(context.Background(), h.Certificate, s.authority.Issuing(), time.Time{})
				if r.Answer.Status != good {
					t.Errorf("%v, %v", r.Answer, r.Err)
				}
				s.clock.advance(time.Second)
			}
		})
	}
	callers.Wait()
	c.Close()
	before := s.asked.Load()
	s.clock.advance(time.Hour)
	if r := s.ask(c, time.Time{}); r.Answer.Cause != ocsp.CauseUnreachable || s.asked.Load() != before {
		t.Errorf("closed: %v", r.Answer)
	}
}

// What the client keeps it has had since it came: a responder that is revoked later
// could say it, one that was revoked before could not, whenever that becomes known.
func TestCachedAnswerOfAResponderThatIsRevoked(t *testing.T) {
	s := newStation(t, 10*time.Hour)
	s.responder = s.service(t, ca.Service{Template: without(oidNoCheck)})
	var since time.Time
	c := s.client(t)
	c.Policy.CheckResponder = func(_, _ *certs.Certificate, at time.Time) revocation.Answer {
		switch {
		case since.IsZero() || at.Before(since):
			return revocation.Answer{Status: good, RevokedAt: since}
		}
		return revocation.Answer{Status: revoked, RevokedAt: since}
	}
	s.step(t, c, 1, good)
	s.clock.advance(time.Hour)
	since = now.Add(time.Minute)
	s.step(t, c, 1, good)
	since = now
	if r := s.step(t, c, 1, undetermined); r.Answer.Cause != ocsp.CauseResponderRevoked {
		t.Errorf("revoked when it answered: %v", r.Answer)
	}
}
