package revocation_test

import (
	"fmt"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
)

// Of many certificates that bear the name of a list's issuer, eight are tried: the
// one that signed it is found as the eighth, and not as the ninth.
func TestSignersTried(t *testing.T) {
	a := newAuthor(t)
	for place, want := range map[int]revocation.Status{1: revocation.Good, 8: revocation.Good, 9: revocation.Undetermined} {
		signer := a.signerOf(t, nil)
		var offered []*certs.Certificate
		for len(offered) < place-1 {
			offered = append(offered, a.signerOf(t, nil).Certificate)
		}
		offered = append(offered, signer.Certificate)
		// Only they have the name, so that no other takes a place.
		pool := &certs.Pool{}
		pool.AddAnchor(a.world.authority.Root())
		// Of version 1: it does not name the key that signed it.
		lists := &revocation.Lists{}
		lists.Add(a.list(t, listSpec{this: now.Add(-hour), next: now.Add(hour), version1: true, by: &signer}))
		path, err := pool.Build(a.leaf.Certificate, []*certs.Certificate{a.world.authority.Issuing(), a.ca.Certificate}, now)
		if err != nil {
			t.Fatal(err)
		}
		extra := append(offered, a.world.authority.Issuing(), a.ca.Certificate)
		if got := lists.Judge(revocation.Question{Path: path, Pool: pool, Extra: extra, At: now})[0]; got.Status != want {
			t.Errorf("as number %d: %v", place, got)
		}
	}
}

// A list that is offered twice is held once.
func TestListOfferedTwice(t *testing.T) {
	a := newAuthor(t)
	l := a.list(t, complete(1))
	lists := &revocation.Lists{}
	for range 3 {
		lists.Add(l)
		lists.Add(parse(t, l.Raw))
	}
	lists.Add(a.list(t, complete(2)))
	if got := len(lists.All()); got != 2 {
		t.Errorf("%d lists are held", got)
	}
}

// A list without a number is told of without one.
func TestEvidenceWithoutNumber(t *testing.T) {
	a := newAuthor(t)
	for name, c := range map[string]struct {
		spec   listSpec
		number string
	}{
		"version 1": {listSpec{this: now.Add(-hour), next: now.Add(hour), version1: true}, ""},
		"numbered":  {complete(7), "7"},
	} {
		lists := &revocation.Lists{}
		lists.Add(parse(t, a.encode(t, c.spec)))
		got := lists.Status(a.leaf.Certificate, a.ca.Certificate, now)
		if got.Status != revocation.Good || got.Evidence == nil || got.Evidence.Number != c.number {
			t.Errorf("%s: %v, %+v", name, got, got.Evidence)
		}
	}
}

// Signers of lists who tell of one another, in a circle and in a row, end the
// question and prove nothing.
func TestSignersInARow(t *testing.T) {
	a := newAuthor(t)
	for _, c := range []struct {
		name    string
		signers int
		circle  bool
		want    revocation.Status
	}{
		{"one that the authority tells of", 1, false, revocation.Good},
		{"four", 4, false, revocation.Good},
		{"five", 5, false, revocation.Undetermined},
		{"two in a circle", 2, true, revocation.Undetermined},
	} {
		t.Run(c.name, func(t *testing.T) {
			lists := &revocation.Lists{}
			var extra []*certs.Certificate
			var row []ca.Holder
			place := func(n int) string { return fmt.Sprintf("http://demo.invalid/%d", n) }
			for n := range c.signers {
				// The status of signer n stands on the list of place n.
				h := a.signerOf(t, func(x *ca.Template) { x.Set(points(fullName(uri(place(n))))) })
				row, extra = append(row, h), append(extra, h.Certificate)
			}
			// The first signs the list about the leaf, each next one that about the one before.
			leaf := a.issue(t, func(x *ca.Template) { x.Set(points(fullName(uri(place(-1))))) }).Certificate
			first := complete(1).scoped(scope(fullName(uri(place(-1)))))
			first.by = &row[0]
			lists.Add(a.list(t, first))
			for n := range c.signers {
				about := complete(int64(10 + n)).scoped(scope(fullName(uri(place(n)))))
				switch {
				case n+1 < c.signers:
					about.by = &row[n+1]
				case c.circle:
					about.by = &row[0]
				}
				lists.Add(a.list(t, about))
			}
			path, err := a.pool.Build(leaf, nil, now)
			if err != nil {
				t.Fatal(err)
			}
			if got := lists.Judge(revocation.Question{Path: path, Pool: a.pool, Extra: extra, At: now})[0]; got.Status != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

// Of the lists that do not answer, that one is told of which came nearest, and of
// those the newest, in whatever order they are asked.
func TestNearestListIsTold(t *testing.T) {
	a := newAuthor(t)
	ended := func(n int64) listSpec {
		return listSpec{number: n, this: now.Add(-time.Duration(20-n) * 24 * time.Hour), next: now.Add(-24 * time.Hour)}
	}
	elsewhere := complete(9).scoped(scope(fullName(uri("http://demo.invalid/elsewhere")))) // the newest of all
	specs := []listSpec{ended(1), ended(5), ended(3), elsewhere}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}, {2, 0, 3, 1}} {
		lists := &revocation.Lists{}
		for _, i := range order {
			lists.Add(a.list(t, specs[i]))
		}
		got := lists.Status(a.leaf.Certificate, a.ca.Certificate, now)
		if got.Cause != revocation.CauseExpired || got.Evidence == nil || got.Evidence.Number != "5" {
			t.Errorf("in order %v: %v", order, got)
		}
	}
}

// A list of after the certificate's end cannot tell of it; whether it has run out
// besides is asked from its very first moment on.
func TestListAfterTheEnd(t *testing.T) {
	a := newAuthor(t)
	at := a.leaf.Certificate.NotAfter.Add(time.Hour)
	for next, want := range map[time.Duration]revocation.Cause{
		0: revocation.CauseExpired, -time.Second: revocation.CauseExpired, time.Second: revocation.CauseAfterExpiry,
	} {
		lists := &revocation.Lists{}
		lists.Add(a.list(t, listSpec{number: 1, this: at, next: at.Add(next)}))
		if got := lists.Status(a.leaf.Certificate, a.ca.Certificate, at); got.Status != revocation.Undetermined || got.Cause != want {
			t.Errorf("until %s later: %v", next, got)
		}
	}
}

// Of a certificate's distribution points sixteen count, and of the names of a
// point and of a list sixteen each: the last is compared, one more is not.
func TestPointsAndNamesCompared(t *testing.T) {
	place := func(n int) []byte { return uri(fmt.Sprintf("http://demo.invalid/%d", n)) }
	names := func(n int) (all [][]byte) {
		for i := range n {
			all = append(all, place(i+1))
		}
		return all
	}
	for n, want := range map[int]revocation.Status{15: revocation.Good, 16: revocation.Good, 17: revocation.Undetermined} {
		a := newAuthor(t)
		manyPoints := a.issue(t, func(x *ca.Template) {
			var list [][]byte
			for _, name := range names(n) {
				list = append(list, fullName(name))
			}
			x.Set(points(list...))
		}).Certificate
		manyNames := a.issue(t, func(x *ca.Template) { x.Set(points(fullName(names(n)...))) }).Certificate
		onePoint := a.issue(t, func(x *ca.Template) { x.Set(points(fullName(place(n)))) }).Certificate
		last := complete(1).scoped(scope(fullName(place(n))))
		for name, c := range map[string]struct {
			of   *certs.Certificate
			list listSpec
		}{
			"points": {manyPoints, last}, "names of a point": {manyNames, last},
			"names of a list": {onePoint, complete(1).scoped(scope(fullName(names(n)...)))},
		} {
			lists := &revocation.Lists{}
			lists.Add(a.list(t, c.list))
			if got := lists.Status(c.of, a.ca.Certificate, now); got.Status != want {
				t.Errorf("%d %s: %v, want %s", n, name, got, want)
			}
		}
	}
}

// A hold that stands on a list in force is known to last, also where a newer list
// that is not in force tells of it too; one that the newer list no longer has is
// not lifted by what is not in force.
func TestHoldOnSeveralLists(t *testing.T) {
	a := newAuthor(t)
	hold := entrySpec{at: now.Add(-3 * time.Hour), reason: revocation.CertificateHold}
	inForce := listSpec{number: 1, this: now.Add(-2 * time.Hour), next: now.Add(time.Hour), entries: []entrySpec{hold}}
	endless := listSpec{number: 2, this: now.Add(-time.Hour)} // without nextUpdate it is never in force
	alsoHeld, newer := endless, inForce
	alsoHeld.entries = []entrySpec{hold}
	newer.number, newer.this, newer.entries = 3, now.Add(-time.Minute), nil
	for name, c := range map[string]struct {
		lists  []listSpec
		status revocation.Status
		cause  revocation.Cause
	}{
		"both":                       {[]listSpec{inForce, alsoHeld}, revocation.Revoked, ""},
		"the newer first":            {[]listSpec{alsoHeld, inForce}, revocation.Revoked, ""},
		"gone, but not in force":     {[]listSpec{inForce, endless}, revocation.Revoked, ""},
		"only what is not in force":  {[]listSpec{alsoHeld}, revocation.Undetermined, revocation.CauseNoNextUpdate},
		"gone from a newer in force": {[]listSpec{inForce, alsoHeld, newer}, revocation.Good, ""},
	} {
		lists := &revocation.Lists{}
		for _, s := range c.lists {
			lists.Add(a.list(t, s))
		}
		if got := lists.Status(a.leaf.Certificate, a.ca.Certificate, now); got.Status != c.status || got.Cause != c.cause {
			t.Errorf("%s: %v", name, got)
		}
	}
}
