package signing_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing"
	"tamga/signing/signtest"
	"tamga/signing/signtest/orders"
)

// statusOf is what the revocation check says about a certificate of the path.
func statusOf(t testing.TB, v *signing.Verdict, number int) signing.LinkStatus {
	t.Helper()
	for _, c := range v.Signers[0].Checks {
		if c.Name == signing.CheckRevocation && c.Evidence != nil {
			return c.Evidence.Revocation[number]
		}
	}
	t.Fatalf("no revocation status: %s", signtest.Explain(v))
	return signing.LinkStatus{}
}

// archivedWith is an honest scenario: signed and stamped in slot 2, evidence made
// then too, archived in slot 3, asked about in slot 9, when the signer's
// certificate is long expired and the verifier's own lists are silent about it.
func archivedWith(m orders.Maker, d orders.Door) orders.Scenario {
	return orders.Scenario{
		Signed: orders.Never, Stamped: 2, Revoked: orders.Never, MakerRevoked: orders.Never, Made: 2, Proved: 3, Expires: 5, Asked: 9,
		Lifted: orders.Never, MakerLifted: orders.Never, Maker: m, Door: d, People: orders.Never, Services: true, Strict: true,
	}
}

func doorsOf(m orders.Maker) []orders.Door {
	if m.Answers() {
		return []orders.Door{orders.DoorCarried, orders.DoorValues, orders.DoorSupplied, orders.DoorAsk}
	}
	return []orders.Door{orders.DoorCarried, orders.DoorValues, orders.DoorSupplied, orders.DoorOwn}
}

// Whoever made the evidence, and through whichever door it came: its maker must
// not have been revoked when the evidence is proved to have existed. Known is
// known, also about responders that nobody need ask about.
func TestMakersOfEvidenceThatWereRevoked(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	for m := range orders.Makers {
		for _, d := range doorsOf(m) {
			honest := archivedWith(m, d)
			known := honest.EvidenceProved()
			cause := map[bool]revocation.Cause{true: ocsp.CauseResponderRevoked, false: revocation.CauseSignerStatus}[m.Answers()]
			if honest.MakerIsAuthority() {
				cause = revocation.CauseNoProof
			}
			for _, test := range []struct {
				name   string
				since  orders.When
				reason revocation.Reason
				lifted orders.When
				passes bool
			}{
				{"never", orders.Never, 0, orders.Never, true},
				{"before it was proved", known - 1, revocation.Superseded, orders.Never, false},
				{"at that instant", known, revocation.Superseded, orders.Never, false},
				{"key stolen before", known - 1, revocation.KeyCompromise, orders.Never, false},
				{"on hold before", known - 1, revocation.CertificateHold, orders.Never, false},
				{"on hold before, and lifted", known - 1, revocation.CertificateHold, 8, true},
				{"after it was proved", known + 1, revocation.Superseded, orders.Never, true},
				// A stolen key cannot make what existed before.
				{"key stolen after", known + 1, revocation.KeyCompromise, orders.Never, !honest.MakerIsAuthority() || known == honest.Asked},
			} {
				s := honest
				s.MakerRevoked, s.MakerReason, s.MakerLifted = test.since, test.reason, test.lifted
				got := f.Verify(&s)
				if got.Passed() != test.passes {
					t.Errorf("%s: %v\n%s", test.name, &s, signtest.Explain(got))
				}
				if a := statusOf(t, got, 0); !test.passes && test.since <= known && a.Cause != cause {
					t.Errorf("%s: %v: the cause is %q, not %q", test.name, &s, a.Cause, cause)
				}
			}
		}
	}
}

// The same when nobody tells of the maker: only where the authority wants nobody
// to ask, or the maker is on the signer's own path, is that enough.
func TestMakersOfEvidenceThatNobodyKnows(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	want := map[orders.Maker]revocation.Cause{
		orders.ByResponder: ocsp.CauseResponderUnchecked, orders.ListedBySelf: revocation.CauseSignerStatus, orders.ListedIndirectly: revocation.CauseSignerStatus,
	}
	for m := range orders.Makers {
		s := archivedWith(m, orders.DoorCarried)
		s.Services = false
		got := f.Verify(&s)
		if a := statusOf(t, got, 0); a.Cause != want[m] || got.Passed() != (want[m] == "") {
			t.Errorf("%v: %q\n%s", &s, a.Cause, signtest.Explain(got))
		}
	}
}

// A responder whose certificate ended before its response is proved to exist.
func TestResponderThatEnded(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	for _, test := range []struct {
		ends   time.Time
		passes bool
	}{{orders.When(3).Time(), true}, {orders.When(3).Time().Add(-time.Second), false}} {
		house, err := ca.New(ca.ECDSA, day(0), ca.Options{NotBefore: day(-400)})
		if err != nil {
			t.Fatal(err)
		}
		g := *f
		if g.Unchecked, err = house.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotBefore: day(-300), NotAfter: test.ends, IssuedBy: &f.Authority}); err != nil {
			t.Fatal(err)
		}
		s := archivedWith(orders.ByUnchecked, orders.DoorCarried)
		got := g.Verify(&s)
		if a := statusOf(t, got, 0); got.Passed() != test.passes || !test.passes && a.Cause != ocsp.CauseResponderExpired {
			t.Errorf("ends %v: %q\n%s", test.ends, a.Cause, signtest.Explain(got))
		}
	}
}

// Two sources, each good, unsure or bad, the one older than the other or not,
// and either of them the verifier's own: who counts.
func TestEveryPairOfSources(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	const good, unsureStatus, hold, final = "good", "unsure", "hold", "final"
	kinds := []string{good, unsureStatus, hold, final}
	for _, own := range kinds {
		for _, other := range kinds {
			for _, newer := range []bool{false, true} { // the other source
				t.Run(fmt.Sprintf("%s %s %t", own, other, newer), func(t *testing.T) {
					got := verifyPair(t, f, own, other, newer)
					want, sub := signing.TotalPassed, signing.SubIndication("")
					lifted := own == hold && other == good && newer || other == hold && own == good && !newer
					switch {
					case own == final || other == final || (own == hold || other == hold) && !lifted:
						want, sub = signing.Indeterminate, signing.RevokedNoPOE
					case own == unsureStatus && other == unsureStatus:
						want, sub = signing.Indeterminate, signing.TryLater
					}
					if got.Indication != want || got.SubIndication != sub {
						t.Errorf("%s; want %s %s", signtest.Explain(got), want, sub)
					}
				})
			}
		}
	}
}

// verifyPair asks in slot 5 about a signature without timestamps, of which the
// verifier's own list of slot 3 says one thing, and a supplied one of slot 2 or
// 4 another.
func verifyPair(t testing.TB, f *orders.Forge, own, other string, newer bool) *signing.Verdict {
	key := orders.PersonKey{Ends: orders.Never}
	c := f.Signer(key).Certificate
	list := func(says string, at orders.When) []byte {
		p := orders.Published{By: f.Authority, This: at.Time(), Next: orders.Never.Time(), Point: orders.PeoplePoint}
		switch says {
		case "unsure":
			p.Next = at.Time().Add(time.Hour)
		case "hold":
			p.Entries = []orders.Entry{{Of: c, Since: orders.When(1).Time(), Reason: revocation.CertificateHold}}
		case "final":
			p.Entries = []orders.Entry{{Of: c, Since: orders.When(1).Time(), Reason: revocation.Superseded}}
		}
		return f.List(p)
	}
	s := orders.Scenario{Maker: orders.Listed, Door: orders.DoorNone, MakerRevoked: orders.Never, People: orders.Never, Services: true, Asked: 5}
	lists := f.OwnLists(&s, c)
	lists.Add(parsedList(t, list(own, 3)))
	at := orders.When(2)
	if newer {
		at = 4
	}
	v := &signing.Verifier{Trust: f.Trust, Revocation: lists, Now: orders.When(5).Time}
	return verify(t, v, f.Signature(orders.SignatureKey{PersonKey: key, Signed: orders.Never}), signing.Question{At: orders.When(5).Time(), Material: signing.Material{CRLs: [][]byte{list(other, at)}}})
}

// A hold that a list out of force tells of may have been lifted, and may not.
// An older word that all is well does not lift it, nor does a softer policy.
func TestHoldThatMayHaveBeenLifted(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	key := orders.PersonKey{Ends: orders.Never}
	c := f.Signer(key).Certificate
	hold := f.List(orders.Published{By: f.Authority, This: orders.When(3).Time(), Next: orders.When(4).Time(), Point: orders.PeoplePoint,
		Entries: []orders.Entry{{Of: c, Since: orders.When(2).Time(), Reason: revocation.CertificateHold}}})
	older := f.List(orders.Published{By: f.Authority, This: orders.When(1).Time(), Next: orders.Never.Time(), Point: orders.PeoplePoint})
	newer := f.List(orders.Published{By: f.Authority, This: orders.When(4).Time(), Next: orders.Never.Time(), Point: orders.PeoplePoint})
	answer := f.Response(f.Unchecked, c, orders.When(5).Time().Add(-time.Hour), revocation.Answer{Status: revocation.Good})
	s := orders.Scenario{Maker: orders.Listed, Door: orders.DoorNone, MakerRevoked: orders.Never, People: orders.Never, Services: true, Asked: 5}
	for _, test := range []struct {
		name     string
		own      []byte
		supplied signing.Material
		want     signing.SubIndication
	}{
		{"nothing else", hold, signing.Material{}, signing.TryLater},
		{"older list", hold, signing.Material{CRLs: [][]byte{older}}, signing.TryLater},
		{"older list, the other way round", older, signing.Material{CRLs: [][]byte{hold}}, signing.TryLater},
		{"newer list", hold, signing.Material{CRLs: [][]byte{newer}}, ""},
		{"newer list, the other way round", newer, signing.Material{CRLs: [][]byte{hold}}, ""},
		{"newer answer", hold, signing.Material{OCSPs: [][]byte{answer}}, ""},
	} {
		for _, name := range []string{"kz", "kz-soft"} {
			lists := f.OwnLists(&s, c)
			lists.Add(parsedList(t, test.own))
			v := &signing.Verifier{Trust: f.Trust, Revocation: lists, Now: orders.When(5).Time, Policy: namedPolicy(t, name)}
			got := verify(t, v, f.Signature(orders.SignatureKey{PersonKey: key, Signed: orders.Never}), signing.Question{At: orders.When(5).Time(), Material: test.supplied})
			if got.SubIndication != test.want || got.Passed() != (test.want == "") {
				t.Errorf("%s, %s: %s\nwant %q", test.name, name, signtest.Explain(got), test.want)
			}
		}
	}
}

// Nobody tells of the authority: what that is worth is for the policy to say.
func TestAuthorityThatNobodyTellsOf(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	s := orders.Scenario{
		Signed: orders.Never, Stamped: orders.Never, Revoked: orders.Never, MakerRevoked: orders.Never, Proved: orders.Never, Expires: orders.Never,
		Made: 2, Asked: 2, Maker: orders.Listed, Door: orders.DoorOwn, People: 2,
	}
	for level, want := range map[signing.Level]signing.CheckStatus{
		signing.LevelFail: signing.CheckUndetermined, signing.LevelWarn: signing.CheckWarning, signing.LevelIgnore: signing.CheckPassed,
	} {
		m := f.Make(&s)
		m.Verifier.Policy.AuthorityWithoutList = level
		got := verify(t, m.Verifier, m.File, m.Question)
		a := statusOf(t, got, 1)
		for _, c := range got.Signers[0].Checks {
			if c.Name == signing.CheckRevocation && (c.Status != want || a.Cause != revocation.CauseNoList || got.Passed() != (want != signing.CheckUndetermined)) {
				t.Errorf("%s: %s, %q: %s", level, c.Status, a.Cause, signtest.Explain(got))
			}
		}
	}
}

// Several answers beside the verifier's own list of day 3: the newest word about a
// hold counts, in whichever order they came along.
func TestNewestWordAboutAHold(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	key := orders.PersonKey{Ends: orders.Never}
	c := f.Signer(key).Certificate
	when := func(n int) time.Time { return orders.When(4).Time().AddDate(0, 0, n) }
	says := func(hold bool, on int) []byte {
		a := revocation.Answer{Status: revocation.Good}
		if hold {
			a = revocation.Answer{Status: revocation.Revoked, RevokedAt: orders.When(1).Time(), Reason: revocation.CertificateHold}
		}
		return f.Response(f.Unchecked, c, when(on), a) // in force for five days
	}
	for _, test := range []struct {
		name    string
		ownHold bool
		answers [][]byte
		want    string
	}{
		{"good before and after", true, [][]byte{says(false, 2), says(false, 4)}, "TOTAL-PASSED"},
		{"good before", true, [][]byte{says(false, 1), says(false, 2)}, "INDETERMINATE REVOKED_NO_POE"},
		{"hold before and after", false, [][]byte{says(true, 2), says(true, 4)}, "INDETERMINATE REVOKED_NO_POE"},
		{"hold and good after", false, [][]byte{says(true, 1), says(false, 4), says(true, 2)}, "TOTAL-PASSED"},
	} {
		for range 2 {
			s := orders.Scenario{Maker: orders.Listed, Door: orders.DoorNone, MakerRevoked: orders.Never, People: orders.Never, Services: true, Asked: 5}
			lists := f.OwnLists(&s, c)
			own := orders.Published{By: f.Authority, This: when(3), Next: orders.Never.Time(), Point: orders.PeoplePoint}
			if test.ownHold {
				own.Entries = []orders.Entry{{Of: c, Since: orders.When(1).Time(), Reason: revocation.CertificateHold}}
			}
			lists.Add(parsedList(t, f.List(own)))
			v := &signing.Verifier{Trust: f.Trust, Revocation: lists, Now: orders.When(5).Time}
			got := verify(t, v, f.Signature(orders.SignatureKey{PersonKey: key, Signed: orders.Never}), signing.Question{At: when(5), Material: signing.Material{OCSPs: test.answers}})
			if conclusion(got) != test.want {
				t.Errorf("%s: %s\nwant %s", test.name, signtest.Explain(got), test.want)
			}
			slices.Reverse(test.answers)
		}
	}
}

func namedPolicy(t testing.TB, name string) signing.Policy {
	t.Helper()
	p, err := signing.NamedPolicy(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A later revocation that only one source knows counts, whichever it is, and of
// two the gravest reason.
func TestLaterRevocationThatOneSourceKnows(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	for _, test := range []struct {
		name          string
		own, other    []revocation.Reason // none: good
		ownAt, other2 orders.When
		want          string
	}{
		{"nobody", nil, nil, 0, 0, "TOTAL-PASSED"},
		{"superseded, own", []revocation.Reason{revocation.Superseded}, nil, 4, 0, "TOTAL-PASSED"},
		{"superseded, other", nil, []revocation.Reason{revocation.Superseded}, 0, 4, "TOTAL-PASSED"},
		{"stolen, own", []revocation.Reason{revocation.KeyCompromise}, nil, 4, 0, "INDETERMINATE REVOKED_NO_POE"},
		{"stolen, other", nil, []revocation.Reason{revocation.KeyCompromise}, 0, 4, "INDETERMINATE REVOKED_NO_POE"},
		{"for a reason that nobody knows", []revocation.Reason{7}, nil, 4, 0, "INDETERMINATE REVOKED_NO_POE"},
		{"superseded first, own", []revocation.Reason{revocation.Superseded}, []revocation.Reason{revocation.KeyCompromise}, 3, 4, "INDETERMINATE REVOKED_NO_POE"},
		{"superseded first, other", []revocation.Reason{revocation.KeyCompromise}, []revocation.Reason{revocation.Superseded}, 4, 3, "INDETERMINATE REVOKED_NO_POE"},
		{"stolen first, other", []revocation.Reason{revocation.Superseded}, []revocation.Reason{revocation.KeyCompromise}, 4, 3, "INDETERMINATE REVOKED_NO_POE"},
	} {
		key := orders.PersonKey{Ends: orders.Never}
		c := f.Signer(key).Certificate
		list := func(at orders.When, reasons []revocation.Reason, since orders.When) []byte {
			p := orders.Published{By: f.Authority, This: at.Time(), Next: orders.Never.Time(), Point: orders.PeoplePoint}
			for _, r := range reasons {
				p.Entries = append(p.Entries, orders.Entry{Of: c, Since: since.Time(), Reason: r})
			}
			return f.List(p)
		}
		s := orders.Scenario{Maker: orders.Listed, Door: orders.DoorNone, MakerRevoked: orders.Never, People: orders.Never, Services: true, Asked: 6}
		lists := f.OwnLists(&s, c)
		lists.Add(parsedList(t, list(5, test.own, test.ownAt)))
		v := &signing.Verifier{Trust: f.Trust, Revocation: lists, Now: orders.When(6).Time}
		file := withUnsigned(t, f.Signature(orders.SignatureKey{PersonKey: key, Signed: orders.Never}), []int{1, 2, 840, 113549, 1, 9, 16, 2, 14}, f.Token(orders.TokenKey{SignatureKey: orders.SignatureKey{PersonKey: key, Signed: orders.Never}, Stamped: 2}))
		got := verify(t, v, file, signing.Question{At: orders.When(6).Time(), Material: signing.Material{CRLs: [][]byte{list(5, test.other, test.other2)}}})
		if conclusion(got) != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, signtest.Explain(got), test.want)
		}
	}
}

// A responder that says revoked, on hold since 1970, does not know the
// certificate (RFC 6960 section 4.4.8); no list can tell of that.
func TestCertificateThatWasNeverIssued(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	lie := orders.SaidNeverIssued
	s := orders.Scenario{
		Signed: orders.Never, Stamped: orders.Never, Revoked: orders.Never, MakerRevoked: orders.Never, Made: 2, Proved: orders.Never, Expires: orders.Never, Asked: 2,
		Lifted: orders.Never, MakerLifted: orders.Never, Maker: orders.ByUnchecked, People: 2, Services: true, Lies: &lie,
	}
	for _, d := range []orders.Door{orders.DoorCarried, orders.DoorValues, orders.DoorSupplied} {
		s.Door = d
		got := f.Verify(&s)
		a := statusOf(t, got, 0)
		if conclusion(got) != "TOTAL-FAILED REVOKED" || a.Reason != "neverIssued" {
			t.Errorf("%v: %+v, %s", &s, a, signtest.Explain(got))
		}
	}
}

func parsedList(t testing.TB, raw []byte) *revocation.CRL {
	t.Helper()
	l, err := revocation.ParseCRL(raw)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
