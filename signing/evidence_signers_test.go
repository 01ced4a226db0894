package signing_test

import (
	"fmt"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing"
)

// statusOf is what the revocation check says about a certificate of the path.
func statusOf(t testing.TB, v *signing.Verdict, number int) signing.LinkStatus {
	t.Helper()
	for _, c := range v.Signers[0].Checks {
		if c.Name == signing.CheckRevocation && c.Evidence != nil {
			return c.Evidence.Revocation[number]
		}
	}
	t.Fatalf("no revocation status: %s", explain(v))
	return signing.LinkStatus{}
}

// archivedWith is an honest scenario: signed and stamped in slot 2, evidence made
// then too, archived in slot 3, asked about in slot 9, when the signer's
// certificate is long expired and the verifier's own lists are silent about it.
func archivedWith(m maker, d door) scenario {
	return scenario{
		signed: never, stamped: 2, revoked: never, makerRevoked: never, made: 2, proved: 3, expires: 5, asked: 9,
		lifted: never, makerLifted: never, maker: m, door: d, people: never, services: true, strict: true,
	}
}

func doorsOf(m maker) []door {
	if m.answers() {
		return []door{doorCarried, doorValues, doorSupplied, doorAsk}
	}
	return []door{doorCarried, doorValues, doorSupplied, doorOwn}
}

// Whoever made the evidence, and through whichever door it came: its maker must
// not have been revoked when the evidence is proved to have existed. Known is
// known, also about responders that nobody need ask about.
func TestMakersOfEvidenceThatWereRevoked(t *testing.T) {
	f := newForge(t, ca.ECDSA)
	for m := range makers {
		for _, d := range doorsOf(m) {
			honest := archivedWith(m, d)
			known := honest.evidenceProved()
			cause := map[bool]revocation.Cause{true: ocsp.CauseResponderRevoked, false: revocation.CauseSignerStatus}[m.answers()]
			if honest.makerIsAuthority() {
				cause = revocation.CauseNoProof
			}
			for _, test := range []struct {
				name   string
				since  when
				reason revocation.Reason
				lifted when
				passes bool
			}{
				{"never", never, 0, never, true},
				{"before it was proved", known - 1, revocation.Superseded, never, false},
				{"at that instant", known, revocation.Superseded, never, false},
				{"key stolen before", known - 1, revocation.KeyCompromise, never, false},
				{"on hold before", known - 1, revocation.CertificateHold, never, false},
				{"on hold before, and lifted", known - 1, revocation.CertificateHold, 8, true},
				{"after it was proved", known + 1, revocation.Superseded, never, true},
				// A stolen key cannot make what existed before.
				{"key stolen after", known + 1, revocation.KeyCompromise, never, !honest.makerIsAuthority() || known == honest.asked},
			} {
				s := honest
				s.makerRevoked, s.makerReason, s.makerLifted = test.since, test.reason, test.lifted
				got := f.verify(&s)
				if got.Passed() != test.passes {
					t.Errorf("%s: %v\n%s", test.name, &s, explain(got))
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
	f := newForge(t, ca.ECDSA)
	want := map[maker]revocation.Cause{
		byResponder: ocsp.CauseResponderUnchecked, listedBySelf: revocation.CauseSignerStatus, listedIndirectly: revocation.CauseSignerStatus,
	}
	for m := range makers {
		s := archivedWith(m, doorCarried)
		s.services = false
		got := f.verify(&s)
		if a := statusOf(t, got, 0); a.Cause != want[m] || got.Passed() != (want[m] == "") {
			t.Errorf("%v: %q\n%s", &s, a.Cause, explain(got))
		}
	}
}

// A responder whose certificate ended before its response is proved to exist.
func TestResponderThatEnded(t *testing.T) {
	f := newForge(t, ca.ECDSA)
	for _, test := range []struct {
		ends   time.Time
		passes bool
	}{{when(3).time(), true}, {when(3).time().Add(-time.Second), false}} {
		house, err := ca.New(ca.ECDSA, day(0), ca.Options{NotBefore: day(-400)})
		if err != nil {
			t.Fatal(err)
		}
		g := *f
		if g.unchecked, err = house.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotBefore: day(-300), NotAfter: test.ends, IssuedBy: &f.authority}); err != nil {
			t.Fatal(err)
		}
		s := archivedWith(byUnchecked, doorCarried)
		got := g.verify(&s)
		if a := statusOf(t, got, 0); got.Passed() != test.passes || !test.passes && a.Cause != ocsp.CauseResponderExpired {
			t.Errorf("ends %v: %q\n%s", test.ends, a.Cause, explain(got))
		}
	}
}

// Two sources, each good, unsure or bad, the one older than the other or not,
// and either of them the verifier's own: who counts.
func TestEveryPairOfSources(t *testing.T) {
	f := newForge(t, ca.ECDSA)
	const good, unsureStatus, hold, final = "good", "unsure", "hold", "final"
	kinds := []string{good, unsureStatus, hold, final}
	for _, own := range kinds {
		for _, other := range kinds {
			for _, newer := range []bool{false, true} { // the other source
				t.Run(fmt.Sprintf("%s %s %t", own, other, newer), func(t *testing.T) {
					got := f.verifyPair(own, other, newer)
					want, sub := passes, signing.SubIndication("")
					lifted := own == hold && other == good && newer || other == hold && own == good && !newer
					switch {
					case own == final || other == final || (own == hold || other == hold) && !lifted:
						want, sub = unsure, signing.RevokedNoPOE
					case own == unsureStatus && other == unsureStatus:
						want, sub = unsure, signing.TryLater
					}
					if string(got.Indication) != want || got.SubIndication != sub {
						t.Errorf("%s; want %s %s", explain(got), want, sub)
					}
				})
			}
		}
	}
}

// verifyPair asks in slot 5 about a signature without timestamps, of which the
// verifier's own list of slot 3 says one thing, and a supplied one of slot 2 or
// 4 another.
func (f *forge) verifyPair(own, other string, newer bool) *signing.Verdict {
	key := personKey{ends: never}
	c := f.signer(key).Certificate
	list := func(says string, at when) []byte {
		p := published{by: f.authority, this: at.time(), next: never.time(), point: peoplePoint}
		switch says {
		case "unsure":
			p.next = at.time().Add(time.Hour)
		case "hold":
			p.entries = []entry{{c, when(1).time(), revocation.CertificateHold}}
		case "final":
			p.entries = []entry{{c, when(1).time(), revocation.Superseded}}
		}
		return f.list(p)
	}
	s := scenario{maker: listed, door: doorNone, makerRevoked: never, people: never, services: true, asked: 5}
	lists := f.ownLists(&s, c)
	lists.Add(parsedList(f.t, list(own, 3)))
	at := when(2)
	if newer {
		at = 4
	}
	v := &signing.Verifier{Trust: f.trust, Revocation: lists, Now: when(5).time}
	return verify(f.t, v, f.signature(signatureKey{key, never}), signing.Question{At: when(5).time(), Material: signing.Material{CRLs: [][]byte{list(other, at)}}})
}

// A hold that a list out of force tells of may have been lifted, and may not.
// An older word that all is well does not lift it, nor does a softer policy.
func TestHoldThatMayHaveBeenLifted(t *testing.T) {
	f := newForge(t, ca.ECDSA)
	key := personKey{ends: never}
	c := f.signer(key).Certificate
	hold := f.list(published{by: f.authority, this: when(3).time(), next: when(4).time(), point: peoplePoint,
		entries: []entry{{c, when(2).time(), revocation.CertificateHold}}})
	older := f.list(published{by: f.authority, this: when(1).time(), next: never.time(), point: peoplePoint})
	newer := f.list(published{by: f.authority, this: when(4).time(), next: never.time(), point: peoplePoint})
	answer := f.response(f.unchecked, c, when(5).time().Add(-time.Hour), revocation.Answer{Status: revocation.Good})
	s := scenario{maker: listed, door: doorNone, makerRevoked: never, people: never, services: true, asked: 5}
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
			lists := f.ownLists(&s, c)
			lists.Add(parsedList(t, test.own))
			v := &signing.Verifier{Trust: f.trust, Revocation: lists, Now: when(5).time, Policy: namedPolicy(t, name)}
			got := verify(t, v, f.signature(signatureKey{key, never}), signing.Question{At: when(5).time(), Material: test.supplied})
			if got.SubIndication != test.want || got.Passed() != (test.want == "") {
				t.Errorf("%s, %s: %s\nwant %q", test.name, name, explain(got), test.want)
			}
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
	f := newForge(t, ca.ECDSA)
	for _, test := range []struct {
		name          string
		own, other    []revocation.Reason // none: good
		ownAt, other2 when
		want          string
	}{
		{"nobody", nil, nil, 0, 0, "TOTAL-PASSED"},
		{"superseded, own", []revocation.Reason{revocation.Superseded}, nil, 4, 0, "TOTAL-PASSED"},
		{"superseded, other", nil, []revocation.Reason{revocation.Superseded}, 0, 4, "TOTAL-PASSED"},
		{"stolen, own", []revocation.Reason{revocation.KeyCompromise}, nil, 4, 0, "INDETERMINATE REVOKED_NO_POE"},
		{"stolen, other", nil, []revocation.Reason{revocation.KeyCompromise}, 0, 4, "INDETERMINATE REVOKED_NO_POE"},
		{"superseded first, own", []revocation.Reason{revocation.Superseded}, []revocation.Reason{revocation.KeyCompromise}, 3, 4, "INDETERMINATE REVOKED_NO_POE"},
		{"superseded first, other", []revocation.Reason{revocation.KeyCompromise}, []revocation.Reason{revocation.Superseded}, 4, 3, "INDETERMINATE REVOKED_NO_POE"},
		{"stolen first, other", []revocation.Reason{revocation.Superseded}, []revocation.Reason{revocation.KeyCompromise}, 4, 3, "INDETERMINATE REVOKED_NO_POE"},
	} {
		key := personKey{ends: never}
		c := f.signer(key).Certificate
		list := func(at when, reasons []revocation.Reason, since when) []byte {
			p := published{by: f.authority, this: at.time(), next: never.time(), point: peoplePoint}
			for _, r := range reasons {
				p.entries = append(p.entries, entry{c, since.time(), r})
			}
			return f.list(p)
		}
		s := scenario{maker: listed, door: doorNone, makerRevoked: never, people: never, services: true, asked: 6}
		lists := f.ownLists(&s, c)
		lists.Add(parsedList(t, list(5, test.own, test.ownAt)))
		v := &signing.Verifier{Trust: f.trust, Revocation: lists, Now: when(6).time}
		file := withUnsigned(t, f.signature(signatureKey{key, never}), []int{1, 2, 840, 113549, 1, 9, 16, 2, 14}, f.token(tokenKey{signatureKey{key, never}, 2}))
		got := verify(t, v, file, signing.Question{At: when(6).time(), Material: signing.Material{CRLs: [][]byte{list(5, test.other, test.other2)}}})
		if conclusion(got) != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, explain(got), test.want)
		}
	}
}

// A responder that says revoked, on hold since 1970, does not know the
// certificate (RFC 6960 section 4.4.8); no list can tell of that.
func TestCertificateThatWasNeverIssued(t *testing.T) {
	f := newForge(t, ca.ECDSA)
	lie := saidNeverIssued
	s := scenario{
		signed: never, stamped: never, revoked: never, makerRevoked: never, made: 2, proved: never, expires: never, asked: 2,
		lifted: never, makerLifted: never, maker: byUnchecked, people: 2, services: true, lies: &lie,
	}
	for _, d := range []door{doorCarried, doorValues, doorSupplied} {
		s.door = d
		got := f.verify(&s)
		a := statusOf(t, got, 0)
		if conclusion(got) != "TOTAL-FAILED REVOKED" || a.Reason != "neverIssued" {
			t.Errorf("%v: %+v, %s", &s, a, explain(got))
		}
	}
}
