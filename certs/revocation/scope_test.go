package revocation_test

import (
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
)

// relative is the contents of a RelativeDistinguishedName.
func relative(cn string) []byte {
	return der.Sequence(der.OID([]int{2, 5, 4, 3}), der.Text(cn))
}

func TestScopes(t *testing.T) {
	a := newAuthor(t)
	gone := entrySpec{reason: revocation.KeyCompromise}
	hold := entrySpec{reason: revocation.CertificateHold}
	lift := entrySpec{reason: revocation.RemoveFromCRL, at: now.Add(-2 * hour)}
	good, revoked, open := revocation.Good, revocation.Revoked, revocation.Undetermined
	outside, unread := string(revocation.CauseScope), string(revocation.CauseUnhandled)
	authority := a.issue(t, func(x *ca.Template) {
		x.Set(ca.BasicConstraints(true, -1))
		x.Set(ca.KeyUsage(certs.KeyCertSign))
	}).Certificate
	// The points of the leaf of the demo authority are addresses; these have
	// others.
	with := func(parts ...[]byte) *certs.Certificate {
		return a.issue(t, func(x *ca.Template) { x.Set(points(parts...)) }).Certificate
	}
	none := a.issue(t, func(x *ca.Template) { x.Remove([]int{2, 5, 29, 31}) }).Certificate
	issuer := a.ca.Certificate.Subject.Raw
	whole, err := a.ca.Certificate.Subject.Below(relative("бөлік 1"))
	if err != nil {
		t.Fatal(err)
	}
	address := func(s string) []byte { return fullName(uri(s)) }
	byRelative := der.Encode(der.ContextConstructed(0), der.Encode(der.ContextConstructed(1), relative("бөлік 1")))
	named := func(list listSpec, parts ...[]byte) listSpec { return list.scoped(scope(parts...)) }
	on := func(c *certs.Certificate) entrySpec { return entrySpec{of: c, reason: revocation.KeyCompromise} }
	parted := with(address("http://a.invalid/1"))
	partedByName := with(fullName(directory(whole.Raw)))
	partedRelative := with(byRelative)
	someOnly := with(append(address("http://a.invalid/1"), someReasons(1, 1, 2)...))

	a.run(t, []statusCase{
		{"only users, a user", []listSpec{named(complete(1), flag(1))}, time.Time{}, nil, good, ""},
		{"only users, a revoked user", []listSpec{named(complete(1, gone), flag(1))}, time.Time{}, nil, revoked, ""},
		{"only users, an authority", []listSpec{named(complete(1), flag(1))}, time.Time{}, authority, open, outside},
		{"only users, an authority on it", []listSpec{named(complete(1, on(authority)), flag(1))}, time.Time{}, authority, open, outside},
		{"only authorities, a user", []listSpec{named(complete(1), flag(2))}, time.Time{}, nil, open, outside},
		{"only authorities, an authority", []listSpec{named(complete(1), flag(2))}, time.Time{}, authority, good, ""},
		{"only attributes", []listSpec{named(complete(1), flag(5))}, time.Time{}, nil, open, outside},
		{"users and authorities only", []listSpec{named(complete(1), flag(1), flag(2))}, time.Time{}, nil, open, unread},
		{"an empty scope", []listSpec{named(complete(1))}, time.Time{}, nil, open, unread},
		{"a scope with more in it", []listSpec{named(complete(1), flag(1), flag(7))}, time.Time{}, nil, open, unread},
		{"flags in the wrong order", []listSpec{named(complete(1), flag(4), flag(1))}, time.Time{}, nil, open, unread},

		{"some reasons", []listSpec{named(complete(1), someReasons(3, 1, 2))}, time.Time{}, nil, open, string(revocation.CauseReasons)},
		{"some reasons, revoked", []listSpec{named(complete(1, gone), someReasons(3, 1, 2))}, time.Time{}, nil, revoked, ""},
		{"two halves", []listSpec{named(complete(1), someReasons(3, 1, 2, 3, 4)), named(complete(2), someReasons(3, 5, 6, 7, 8))}, time.Time{}, nil, good, ""},
		{"two halves, one flag missing", []listSpec{named(complete(1), someReasons(3, 1, 2, 3, 4)), named(complete(2), someReasons(3, 5, 6, 7))}, time.Time{}, nil, open, string(revocation.CauseReasons)},
		{"two halves, one expired", []listSpec{named(complete(1), someReasons(3, 1, 2, 3, 4)), named(complete(2).during(-48*hour, -hour), someReasons(3, 5, 6, 7, 8))}, time.Time{}, nil, open, string(revocation.CauseReasons)},
		{"a half without holds lifts none", []listSpec{complete(1, hold), named(complete(2).during(-hour, hour), someReasons(3, 1, 2))}, time.Time{}, nil, revoked, "certificateHold"},
		{"the point tells of some reasons only", []listSpec{named(complete(1), address("http://a.invalid/1"))}, time.Time{}, someOnly, open, string(revocation.CauseReasons)},

		{"the point's address", []listSpec{named(complete(1), address("http://a.invalid/1"))}, time.Time{}, parted, good, ""},
		{"another address", []listSpec{named(complete(1), address("http://a.invalid/2"))}, time.Time{}, parted, open, outside},
		{"another address, revoked there", []listSpec{named(complete(1, on(parted)), address("http://a.invalid/2"))}, time.Time{}, parted, open, outside},
		{"one of several addresses", []listSpec{named(complete(1), fullName(uri("http://b.invalid"), uri("http://a.invalid/1")))}, time.Time{}, parted, good, ""},
		{"a name below the issuer's", []listSpec{named(complete(1), byRelative)}, time.Time{}, partedByName, good, ""},
		{"the whole name, told relatively", []listSpec{named(complete(1), fullName(directory(whole.Raw)))}, time.Time{}, partedRelative, good, ""},
		{"both relative", []listSpec{named(complete(1), byRelative)}, time.Time{}, partedRelative, good, ""},
		{"the address of a part, no points", []listSpec{named(complete(1), address("http://a.invalid/1"))}, time.Time{}, none, open, outside},
		{"the issuer's own name, no points", []listSpec{named(complete(1), fullName(directory(issuer)))}, time.Time{}, none, good, ""},
		{"a wrong address, a list without scope", []listSpec{complete(1)}, time.Time{}, parted, good, ""},
		{"a wrong address, revoked on it", []listSpec{complete(1, on(parted))}, time.Time{}, parted, revoked, ""},
		{"no points at all", []listSpec{complete(1)}, time.Time{}, none, good, ""},

		{"indirect, own entry", []listSpec{named(complete(1, gone), flag(4))}, time.Time{}, nil, revoked, ""},
		{"indirect, the number is another's", []listSpec{named(complete(1, entrySpec{issuer: a.world.authority.Root().Subject.Raw, reason: 1}), flag(4))}, time.Time{}, nil, good, ""},
		{"indirect, own again after another's", []listSpec{named(complete(1, entrySpec{of: parted, issuer: a.world.authority.Root().Subject.Raw}, entrySpec{issuer: issuer, reason: 1}), flag(4))}, time.Time{}, nil, revoked, ""},
		{"indirect, another's is carried forward", []listSpec{named(complete(1, entrySpec{of: parted, issuer: a.world.authority.Root().Subject.Raw}, gone), flag(4))}, time.Time{}, nil, good, ""},
		{"another's entry in a list that is not indirect", []listSpec{complete(1, entrySpec{of: parted, issuer: a.world.authority.Root().Subject.Raw})}, time.Time{}, nil, open, unread},
		{"indirect, another's, though not critical", []listSpec{named(complete(1, entrySpec{issuer: a.world.authority.Root().Subject.Raw, softly: true, reason: 1}), flag(4))}, time.Time{}, nil, good, ""},
		{"indirect, own again, though not critical", []listSpec{named(complete(1, entrySpec{of: parted, issuer: a.world.authority.Root().Subject.Raw}, entrySpec{issuer: issuer, softly: true, reason: 1}), flag(4))}, time.Time{}, nil, revoked, "keyCompromise"},
		{"another's entry in a list that is not indirect, not critical", []listSpec{complete(1, entrySpec{of: parted, issuer: a.world.authority.Root().Subject.Raw, softly: true})}, time.Time{}, nil, open, unread},
		{"own entry that says so in a list that is not indirect", []listSpec{complete(1, entrySpec{of: parted, issuer: issuer})}, time.Time{}, nil, open, unread},
		{"a delta of the same part", []listSpec{named(complete(1, hold), flag(4)), named(deltaOf(1, 2, lift), flag(4))}, time.Time{}, nil, good, ""},
	})
}

func TestHalvesAreAllEvidence(t *testing.T) {
	a := newAuthor(t)
	lists := &revocation.Lists{}
	lists.Add(a.list(t, complete(1).scoped(scope(someReasons(3, 1, 2, 3, 4)))))
	lists.Add(a.list(t, complete(2).scoped(scope(someReasons(3, 5, 6, 7, 8)))))
	got := lists.Status(a.leaf.Certificate, a.ca.Certificate, now)
	if got.Status != revocation.Good || got.Evidence == nil || len(got.More) != 1 || got.More[0].Number == got.Evidence.Number {
		t.Errorf("%v: %+v and %+v", got, got.Evidence, got.More)
	}
}

func TestTimeWindows(t *testing.T) {
	a := newAuthor(t)
	good, revoked, open := revocation.Good, revocation.Revoked, revocation.Undetermined
	expired, late := string(revocation.CauseExpired), string(revocation.CauseAfterExpiry)
	list := func(entries ...entrySpec) []listSpec { return []listSpec{complete(1, entries...)} }
	then := now.Add(-3 * hour)
	gone := entrySpec{reason: revocation.Superseded, at: then}
	hold := entrySpec{reason: revocation.CertificateHold, at: then}
	end := a.leaf.Certificate.NotAfter
	madeAt := func(at time.Time, more ...certs.Extension) []listSpec {
		return []listSpec{{this: at, next: at.Add(hour), number: 1, more: more}}
	}
	kept := func(since time.Time) certs.Extension {
		return certs.Extension{ID: []int{2, 5, 29, 60}, Value: der.Encode(der.GeneralizedTime, []byte(since.Format("20060102150405Z")))}
	}
	a.run(t, []statusCase{
		{"at thisUpdate", list(), now.Add(-24 * hour), nil, good, ""},
		{"a second before thisUpdate", list(), now.Add(-24*hour - time.Second), nil, good, ""},
		{"a second before nextUpdate", list(), now.Add(24*hour - time.Second), nil, good, ""},
		{"at nextUpdate", list(), now.Add(24 * hour), nil, open, expired},
		{"a second before revocation", list(gone), then.Add(-time.Second), nil, good, ""},
		{"at revocation", list(gone), then, nil, revoked, "superseded"},
		{"a second after revocation", list(gone), then.Add(time.Second), nil, revoked, "superseded"},
		{"revoked, list long expired", list(gone), now.Add(999 * hour), nil, revoked, "superseded"},
		{"a second before a hold", list(hold), then.Add(-time.Second), nil, good, ""},
		{"at a hold", list(hold), then, nil, revoked, "certificateHold"},
		{"on hold, at nextUpdate", list(hold), now.Add(24 * hour), nil, open, expired},
		{"no nextUpdate, after thisUpdate", []listSpec{{this: then, number: 1}}, now, nil, open, string(revocation.CauseNoNextUpdate)},
		{"no nextUpdate, before thisUpdate", []listSpec{{this: then, number: 1}}, then.Add(-hour), nil, good, ""},
		{"no nextUpdate, revoked", []listSpec{{this: now, number: 1, entries: []entrySpec{gone}}}, now, nil, revoked, ""},
		{"made as the certificate expired", madeAt(end), end.Add(-hour), nil, good, ""},
		{"made a second after it expired", madeAt(end.Add(time.Second)), end.Add(-hour), nil, open, late},
		{"made after it expired, asked then", madeAt(end.Add(time.Second)), end.Add(hour / 2), nil, open, late},
		{"made after it expired, but kept", madeAt(end.Add(time.Second), kept(end)), end.Add(-hour), nil, good, ""},
		{"kept, but only what expires later", madeAt(end.Add(time.Second), kept(end.Add(time.Second))), end.Add(-hour), nil, open, late},
	})
}

func TestListsOfTheFuture(t *testing.T) {
	a := newAuthor(t)
	lists := &revocation.Lists{Now: func() time.Time { return now }}
	lists.Add(a.list(t, complete(1).during(time.Second, hour)))
	if got := lists.Status(a.leaf.Certificate, a.ca.Certificate, now); got.Cause != revocation.CauseFuture {
		t.Errorf("%v", got)
	}
	lists.Add(a.list(t, complete(2).during(0, hour)))
	if got := lists.Status(a.leaf.Certificate, a.ca.Certificate, now.Add(-hour)); got.Status != revocation.Good {
		t.Errorf("%v", got)
	}
}
