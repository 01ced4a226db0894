package revocation_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"tamga/certs/revocation"
)

const hour = time.Hour

// complete and delta lists as an honest authority makes them: the complete one
// a day old and in force for another, the delta an hour old.
func complete(number int64, entries ...entrySpec) listSpec {
	return listSpec{this: now.Add(-24 * hour), next: now.Add(24 * hour), number: number, entries: entries}
}

func deltaOf(base, number int64, entries ...entrySpec) listSpec {
	return listSpec{this: now.Add(-hour), next: now.Add(6 * hour), number: number, base: base, entries: entries}
}

func (s listSpec) during(this, next time.Duration) listSpec {
	s.this, s.next = now.Add(this), now.Add(next)
	return s
}

func (s listSpec) scoped(value []byte) listSpec {
	s.scope = value
	return s
}

func TestDeltaTraps(t *testing.T) {
	a := newAuthor(t)
	hold := entrySpec{reason: revocation.CertificateHold}
	lift := entrySpec{reason: revocation.RemoveFromCRL, at: now.Add(-2 * hour)}
	gone := entrySpec{reason: revocation.KeyCompromise}
	later := entrySpec{reason: revocation.KeyCompromise, at: now.Add(-2 * hour)}
	bare := entrySpec{}
	good, revoked, open := revocation.Good, revocation.Revoked, revocation.Undetermined
	a.run(t, []statusCase{
		{"nothing happened", []listSpec{complete(10), deltaOf(10, 11)}, time.Time{}, nil, good, ""},
		{"delta revokes", []listSpec{complete(10), deltaOf(10, 11, gone)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"delta suspends", []listSpec{complete(10), deltaOf(10, 11, hold)}, time.Time{}, nil, revoked, "certificateHold"},
		{"delta lifts a hold", []listSpec{complete(10, hold), deltaOf(10, 11, lift)}, time.Time{}, nil, good, ""},
		{"delta of an older base lifts a hold", []listSpec{complete(10, hold), deltaOf(8, 11, lift)}, time.Time{}, nil, good, ""},
		{"delta makes a hold final", []listSpec{complete(10, hold), deltaOf(10, 11, gone)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"a removal lifts no key compromise", []listSpec{complete(10, gone), deltaOf(10, 11, lift)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"nor what has no reason", []listSpec{complete(10, bare), deltaOf(10, 11, lift)}, time.Time{}, nil, revoked, "unspecified"},
		{"a removal of what was not on hold", []listSpec{complete(10), deltaOf(10, 11, lift)}, time.Time{}, nil, good, ""},
		{"expired delta lifts nothing", []listSpec{complete(10, hold), deltaOf(10, 11, lift).during(-8*hour, -hour)}, time.Time{}, nil, revoked, "certificateHold"},
		{"expired delta still revokes", []listSpec{complete(10), deltaOf(10, 11, gone).during(-8*hour, -hour)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"expired delta with a hold leaves it open", []listSpec{complete(10), deltaOf(10, 11, hold).during(-8*hour, -hour)}, time.Time{}, nil, open, string(revocation.CauseExpired)},
		{"expired delta without news", []listSpec{complete(10), deltaOf(10, 11).during(-8*hour, -hour)}, time.Time{}, nil, good, ""},
		{"delta of the future lifts nothing yet", []listSpec{complete(10, hold), deltaOf(10, 11, lift).during(hour, 8*hour)}, time.Time{}, nil, revoked, "certificateHold"},
		{"delta at its first second", []listSpec{complete(10, hold), deltaOf(10, 11, lift).during(0, 8*hour)}, time.Time{}, nil, good, ""},
		{"delta at its last second", []listSpec{complete(10, hold), deltaOf(10, 11, lift).during(-hour, time.Second)}, time.Time{}, nil, good, ""},
		{"delta at its nextUpdate", []listSpec{complete(10, hold), deltaOf(10, 11, lift).during(-hour, 0)}, time.Time{}, nil, revoked, "certificateHold"},
		{"delta alone acquits nobody", []listSpec{deltaOf(10, 11)}, time.Time{}, nil, open, string(revocation.CauseDeltaOnly)},
		{"delta alone lifts nothing", []listSpec{deltaOf(10, 11, lift)}, time.Time{}, nil, open, string(revocation.CauseDeltaOnly)},
		{"delta alone revokes", []listSpec{deltaOf(10, 11, gone)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"complete list older than the base", []listSpec{complete(9, hold), deltaOf(10, 11, lift)}, time.Time{}, nil, revoked, "certificateHold"},
		{"delta not after the complete list", []listSpec{complete(11, hold), deltaOf(10, 11, lift)}, time.Time{}, nil, revoked, "certificateHold"},
		{"delta older in time than the complete list", []listSpec{complete(10, hold).during(-hour, hour), deltaOf(10, 11, lift).during(-2*hour, hour)}, time.Time{}, nil, revoked, "certificateHold"},
		{"national numbers: lifts nothing", []listSpec{complete(14, hold), deltaOf(14, 10, lift)}, time.Time{}, nil, revoked, "certificateHold"},
		{"national numbers: revokes", []listSpec{complete(14), deltaOf(14, 10, gone)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"national numbers: no news", []listSpec{complete(14), deltaOf(14, 10)}, time.Time{}, nil, good, ""},
		{"delta without a number", []listSpec{complete(10, hold), deltaOf(10, 0, lift)}, time.Time{}, nil, revoked, "certificateHold"},
		{"complete list without a number", []listSpec{complete(0, hold), deltaOf(10, 11, lift)}, time.Time{}, nil, revoked, "certificateHold"},
		{"delta of another scope", []listSpec{complete(10, hold), deltaOf(10, 11, lift).scoped(scope(flag(1)))}, time.Time{}, nil, revoked, "certificateHold"},
		{"both of one scope", []listSpec{complete(10, hold).scoped(scope(flag(1))), deltaOf(10, 11, lift).scoped(scope(flag(1)))}, time.Time{}, nil, good, ""},
		{"expired complete list, delta in force", []listSpec{complete(10).during(-48*hour, -hour), deltaOf(10, 11)}, time.Time{}, nil, good, ""},
		{"expired complete list, delta of a later base", []listSpec{complete(10).during(-48*hour, -hour), deltaOf(11, 12)}, time.Time{}, nil, open, string(revocation.CauseExpired)},
		{"both expired", []listSpec{complete(10).during(-48*hour, -hour), deltaOf(10, 11).during(-8*hour, -hour)}, time.Time{}, nil, open, string(revocation.CauseExpired)},
		{"removal in a complete list", []listSpec{complete(10, lift)}, time.Time{}, nil, open, string(revocation.CauseMisplaced)},
		{"hold and removal in one list", []listSpec{complete(10), deltaOf(10, 11, lift, hold)}, time.Time{}, nil, revoked, "certificateHold"},
		{"hold and end in one list", []listSpec{complete(10, hold, gone)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"end and hold in one list", []listSpec{complete(10, gone, hold)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"hold, and later gone, in one list", []listSpec{complete(10, hold, later)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"hold, and later gone, in one list: at a time between", []listSpec{complete(10, hold, later)}, now.Add(-3 * hour), nil, revoked, "keyCompromise"},
		{"later gone, and hold before, in one list: at a time between", []listSpec{complete(10, later, hold)}, now.Add(-3 * hour), nil, revoked, "keyCompromise"},
		{"hold, and later gone, in one list: before both", []listSpec{complete(10, hold, later)}, now.Add(-80 * hour), nil, good, ""},
		{"hold, and later gone, in one delta", []listSpec{complete(10), deltaOf(10, 11, hold, later)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"hold, and later gone, in one list, a newer one without", []listSpec{complete(10, hold, later), complete(11).during(-hour, 24*hour)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"hold and end in one list, removal in a delta", []listSpec{complete(10, hold, later), deltaOf(10, 11, lift)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"hold, removal and end in one delta", []listSpec{complete(10), deltaOf(10, 11, lift, hold, later)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"superseded, then the key was stolen", []listSpec{complete(10, entrySpec{reason: revocation.Superseded}, later)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"no reason, then superseded", []listSpec{complete(10, bare, entrySpec{reason: revocation.Superseded, at: now.Add(-2 * hour)})}, time.Time{}, nil, revoked, "unspecified"},
		{"two ends of one weight", []listSpec{complete(10, entrySpec{reason: revocation.CessationOfOperation}, entrySpec{reason: revocation.Superseded})}, time.Time{}, nil, revoked, "superseded"},
		{"newer complete list lifts a hold", []listSpec{complete(10, hold), complete(11).during(-hour, 24*hour)}, time.Time{}, nil, good, ""},
		{"older complete list lifts none", []listSpec{complete(10), complete(11, hold).during(-hour, 24*hour)}, time.Time{}, nil, revoked, "certificateHold"},
		{"newer complete list undoes no revocation", []listSpec{complete(10, gone), complete(11).during(-hour, 24*hour)}, time.Time{}, nil, revoked, "keyCompromise"},
		{"hold in one delta, removal in the next", []listSpec{complete(10), deltaOf(10, 11, hold).during(-3*hour, 6*hour), deltaOf(10, 12, lift)}, time.Time{}, nil, good, ""},
		{"removal in one delta, hold in the next", []listSpec{complete(10, hold), deltaOf(10, 11, lift).during(-3*hour, 6*hour), deltaOf(10, 12, hold)}, time.Time{}, nil, revoked, "certificateHold"},
		{"hold in a delta, gone from the next", []listSpec{complete(10), deltaOf(10, 11, hold).during(-3*hour, 6*hour), deltaOf(10, 12)}, time.Time{}, nil, good, ""},
		{"same second, the higher number knows", []listSpec{complete(10, hold).during(-hour, hour), deltaOf(10, 11, lift)}, time.Time{}, nil, good, ""},
		{"before the delta revoked", []listSpec{complete(10), deltaOf(10, 11, entrySpec{reason: revocation.KeyCompromise, at: now.Add(-2 * hour)})}, now.Add(-3 * hour), nil, good, ""},
		{"before the delta lifted", []listSpec{complete(10, hold), deltaOf(10, 11, lift)}, now.Add(-12 * hour), nil, revoked, "certificateHold"},
		{"held, and later gone: at a time between", []listSpec{complete(10, hold), deltaOf(10, 11, entrySpec{reason: revocation.KeyCompromise, at: now.Add(-2 * hour)})}, now.Add(-3 * hour), nil, revoked, "certificateHold"},
	})
}

func TestDeltaEvidence(t *testing.T) {
	a := newAuthor(t)
	lists := &revocation.Lists{}
	base, delta := a.list(t, complete(10)), a.list(t, deltaOf(10, 11))
	base.Source, delta.Source = "http://demo.invalid/base.crl", "delta.crl"
	lists.Add(base)
	lists.Add(delta)
	got := lists.Status(a.leaf.Certificate, a.ca.Certificate, now)
	e := got.Evidence
	if e == nil || e.Kind != "CRL" || e.Number != "10" || e.Source != base.Source || e.Delta == nil ||
		e.Delta.Kind != "delta CRL" || e.Delta.Number != "11" || e.Delta.Source != delta.Source || e.SHA256 == e.Delta.SHA256 {
		t.Fatalf("%+v", e)
	}
	for _, one := range []struct {
		e *revocation.Evidence
		l *revocation.CRL
	}{{e, base}, {e.Delta, delta}} {
		sum := one.l.Digest()
		if !one.e.ThisUpdate.Equal(one.l.ThisUpdate) || !one.e.NextUpdate.Equal(one.l.NextUpdate) ||
			one.e.Issuer != one.l.Issuer.String() || one.e.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%+v", one.e)
		}
	}
	// A delta whose signature is broken is no evidence and lifts nothing.
	broken := bytes.Clone(a.encode(t, deltaOf(10, 12, entrySpec{reason: revocation.KeyCompromise})))
	broken[len(broken)-1] ^= 1
	lists.Add(parse(t, broken))
	if got := lists.Status(a.leaf.Certificate, a.ca.Certificate, now); got.Status != revocation.Good || got.Evidence.Delta.Number != "11" {
		t.Errorf("%v, %+v", got, got.Evidence)
	}
}

// Whatever a delta says, it does not acquit a certificate that was revoked for
// good, and strangers' bytes change no answer at all.
func FuzzDelta(f *testing.F) {
	a := newAuthor(f)
	other := a.issue(f, nil)
	base := a.list(f, complete(10, entrySpec{reason: revocation.KeyCompromise},
		entrySpec{of: other.Certificate, reason: revocation.CertificateHold}))
	lift := entrySpec{reason: revocation.RemoveFromCRL}
	f.Add(a.encode(f, deltaOf(10, 11, lift)))
	f.Add(a.encode(f, deltaOf(10, 11, entrySpec{of: other.Certificate, reason: revocation.KeyCompromise})))
	f.Add(a.encode(f, deltaOf(10, 0, lift).scoped(scope(flag(4), someReasons(3, 1)))))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := revocation.ParseCRL(b)
		if err != nil {
			if !errors.Is(err, revocation.ErrMalformed) {
				t.Fatalf("%v is not ErrMalformed", err)
			}
			return
		}
		lists := &revocation.Lists{}
		lists.Add(base)
		lists.Add(l)
		if got := lists.Status(a.leaf.Certificate, a.ca.Certificate, now); got.Status != revocation.Revoked {
			t.Fatalf("%v", got)
		}
		if got := lists.Status(other.Certificate, a.ca.Certificate, now); got.Status != revocation.Revoked {
			t.Fatalf("%v", got)
		}
	})
}
