package revocation_test

import (
	"fmt"
	"testing"
	"time"

	"tamga/certs/revocation"
)

// Two answers made on days 1 and 2, about day 3 unless said: which counts, both
// ways round.
func TestJoin(t *testing.T) {
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	made := func(n int, kind string) *revocation.Evidence {
		return &revocation.Evidence{Kind: kind, ThisUpdate: day(n)}
	}
	const list = "CRL"
	answer := func(s revocation.Status, n int) revocation.Answer {
		a := revocation.Answer{Status: s, Evidence: made(n, list)}
		if s == revocation.Undetermined {
			a.Cause = revocation.CauseExpired
		}
		return a
	}
	since := func(a revocation.Answer, n int, r revocation.Reason) revocation.Answer {
		a.RevokedAt, a.Reason = day(n), r
		return a
	}
	by := func(a revocation.Answer, kind string) revocation.Answer {
		a.Evidence = made(int(a.Evidence.ThisUpdate.Sub(now)/(24*time.Hour)), kind)
		return a
	}
	good, open, gone := revocation.Good, revocation.Undetermined, revocation.Revoked
	hold, stolen, replaced := revocation.CertificateHold, revocation.KeyCompromise, revocation.Superseded
	withCause := func(c revocation.Cause) revocation.Answer { return revocation.Answer{Status: open, Cause: c} }
	tests := []struct {
		name   string
		a, b   revocation.Answer
		status revocation.Status
		cause  revocation.Cause
		since  int // 0: not revoked
		reason revocation.Reason
	}{
		{"good and good", answer(good, 1), answer(good, 2), good, "", 0, 0},
		{"good and unknown", answer(good, 1), answer(open, 2), good, "", 0, 0},
		{"good and nobody asked", answer(good, 1), revocation.Answer{}, good, "", 0, 0},
		{"unknown and nobody asked", answer(open, 1), revocation.Answer{}, open, revocation.CauseExpired, 0, 0},
		{"no list and nobody asked", withCause(revocation.CauseNoList), revocation.Answer{}, open, revocation.CauseNoList, 0, 0},
		{"no list and another's list", withCause(revocation.CauseNoList), withCause(revocation.CauseScope), open, revocation.CauseScope, 0, 0},
		{"another's list and more", withCause(revocation.CauseScope), withCause(revocation.CauseSignature), open, revocation.CauseSignature, 0, 0},
		{"older revocation", since(answer(gone, 1), -5, replaced), answer(good, 2), gone, "", -5, replaced},
		{"newer revocation", since(answer(gone, 2), -5, replaced), answer(good, 1), gone, "", -5, replaced},
		{"revocation and unknown", since(answer(gone, 1), -5, replaced), answer(open, 2), gone, "", -5, replaced},
		{"two revocations", since(answer(gone, 1), -5, replaced), since(answer(gone, 2), -6, stolen), gone, "", -6, stolen},
		{"revocation and hold", since(answer(gone, 1), -5, replaced), since(answer(gone, 2), -6, hold), gone, "", -5, replaced},
		{"newer hold", since(answer(gone, 2), -5, hold), answer(good, 1), gone, "", -5, hold},
		{"older hold", since(answer(gone, 1), -5, hold), answer(good, 2), good, "", 0, 0},
		{"hold as old", since(answer(gone, 2), -5, hold), answer(good, 2), gone, "", -5, hold},
		{"older hold, the newer of after the time asked about", since(answer(gone, 1), -5, hold), answer(good, 4), gone, "", -5, hold},
		{"older hold, the newer of that time", since(answer(gone, 1), -5, hold), answer(good, 3), good, "", 0, 0},
		{"hold, and good without a date", since(answer(gone, 1), -5, hold), revocation.Answer{Status: good}, gone, "", -5, hold},
		{"hold that begins when asked", since(answer(gone, 2), 4, hold), answer(good, 1), gone, "", 4, hold},
		{"hold and unknown", since(answer(gone, 1), -5, hold), answer(open, 2), gone, "", -5, hold},
		{"two holds, one uncertain", since(answer(open, 2), -6, hold), since(answer(gone, 1), -5, hold), gone, "", -5, hold},
		{"newer uncertain hold", since(answer(open, 2), -5, hold), answer(good, 1), open, revocation.CauseExpired, -5, hold},
		{"older uncertain hold", since(answer(open, 1), -5, hold), answer(good, 2), good, "", 0, 0},
		{"never issued, and a newer list", since(answer(gone, 1), -900, revocation.NeverIssued), answer(good, 2), gone, "", -900, revocation.NeverIssued},
		{"never issued, and a newer answer", since(answer(gone, 1), -900, revocation.NeverIssued), by(answer(good, 2), revocation.KindOCSP), good, "", 0, 0},
		{"never issued, and an answer of later than asked", since(answer(gone, 1), -900, revocation.NeverIssued), by(answer(good, 4), revocation.KindOCSP), good, "", 0, 0},
		{"never issued, and a newer revocation", since(answer(gone, 1), -900, revocation.NeverIssued), since(answer(gone, 2), -5, replaced), gone, "", -900, revocation.NeverIssued},
		{"never issued, and a newer hold", since(answer(gone, 1), -900, revocation.NeverIssued), since(answer(gone, 2), -5, hold), gone, "", -900, revocation.NeverIssued},
		{"hold, and a newer revocation", since(answer(gone, 2), -9, hold), since(answer(gone, 1), -5, replaced), gone, "", -5, replaced},
		{"never issued, and an older answer", since(answer(gone, 2), -900, revocation.NeverIssued), by(answer(good, 1), revocation.KindOCSP), gone, "", -900, revocation.NeverIssued},
		{"later revocation, newer", since(answer(good, 2), 9, replaced), answer(good, 1), good, "", 9, replaced},
		{"later revocation, older", since(answer(good, 1), 9, replaced), answer(good, 2), good, "", 9, replaced},
		{"two later ones: earliest and gravest", since(answer(good, 1), 9, replaced), since(answer(good, 2), 12, stolen), good, "", 9, stolen},
		{"two later ones, the gravest first", since(answer(good, 1), 9, stolen), since(answer(good, 2), 12, replaced), good, "", 9, stolen},
		{"two later ones, one without a reason", since(answer(good, 1), 9, hold), since(answer(good, 2), 12, revocation.Unspecified), good, "", 9, revocation.Unspecified},
		{"two later ones, one without a known reason", since(answer(good, 1), 9, replaced), since(answer(good, 2), 12, 7), good, "", 9, 7},
		{"later revocation that is told without proof", since(answer(open, 1), 9, stolen), answer(good, 2), good, "", 9, stolen},
		{"later hold, lifted since", since(answer(good, 1), 9, hold), answer(good, 2), good, "", 0, 0},
		{"later hold, newer", since(answer(good, 2), 9, hold), answer(good, 1), good, "", 9, hold},
		{"later hold, as old", since(answer(good, 2), 9, hold), answer(good, 2), good, "", 9, hold},
		{"later hold, the newer does not know", since(answer(good, 1), 9, hold), answer(open, 2), good, "", 9, hold},
	}
	for _, test := range tests {
		for _, got := range []revocation.Answer{revocation.Join(test.a, test.b, day(3)), revocation.Join(test.b, test.a, day(3))} {
			var at time.Time
			if test.since != 0 {
				at = day(test.since)
			}
			if got.Status != test.status || got.Cause != test.cause || !got.RevokedAt.Equal(at) || got.Reason != test.reason {
				t.Errorf("%s: %v %s since %v", test.name, got, got.Reason, got.RevokedAt)
			}
		}
	}
	// Whoever tells of the revocation is shown.
	got := revocation.Join(answer(good, 1), since(answer(good, 2), 9, replaced), day(3))
	if len(got.More) != 1 || !got.More[0].ThisUpdate.Equal(day(2)) {
		t.Errorf("evidence of the later revocation: %v", got.More)
	}
}

// A delta list is as new as itself, not as the list that it brings up to date.
func TestNewestEvidence(t *testing.T) {
	e := &revocation.Evidence{ThisUpdate: now, Delta: &revocation.Evidence{ThisUpdate: now.Add(time.Hour)}}
	if !e.Newest().Equal(now.Add(time.Hour)) || !e.Delta.Newest().Equal(now.Add(time.Hour)) {
		t.Error(e.Newest())
	}
}

func TestReasonsThatAreFinal(t *testing.T) {
	for r := revocation.NeverIssued; r <= revocation.AACompromise; r++ {
		want := r != revocation.CertificateHold && r != revocation.RemoveFromCRL && r != revocation.NeverIssued
		if r.Final() != want {
			t.Errorf("%s: %t", r, r.Final())
		}
	}
	for _, r := range []revocation.Reason{7, 11, -2} {
		if r.Known() || !r.Final() {
			t.Errorf("%s: known %t, final %t", r, r.Known(), r.Final())
		}
	}
	if got := revocation.NeverIssued.String(); got != "neverIssued" {
		t.Error(got)
	}
}

// What is known of the signer of a statement that is proved to exist on day 3.
func TestStanding(t *testing.T) {
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	good := revocation.Answer{Status: revocation.Good}
	open := revocation.Answer{Status: revocation.Undetermined}
	later := revocation.Answer{Status: revocation.Good, RevokedAt: day(4)}
	gone := revocation.Answer{Status: revocation.Revoked, RevokedAt: day(2)}
	held := revocation.Answer{Status: revocation.Undetermined, RevokedAt: day(2), Reason: revocation.CertificateHold}
	for _, test := range []struct {
		name      string
		known     revocation.Answer
		unchecked bool
		want      revocation.Status
	}{
		{"good", good, false, revocation.Good},
		{"good, unchecked", good, true, revocation.Good},
		{"revoked by then", gone, false, revocation.Revoked},
		{"revoked by then, unchecked", gone, true, revocation.Revoked},
		{"revoked later", later, false, revocation.Good},
		{"unknown", open, false, revocation.Undetermined},
		{"unknown, unchecked", open, true, revocation.Good},
		{"perhaps on hold still", held, false, revocation.Undetermined},
		{"perhaps on hold still, unchecked", held, true, revocation.Undetermined},
	} {
		got := revocation.Standing{Proved: day(3), Unchecked: test.unchecked}.Of(func(at time.Time) revocation.Answer {
			if !at.Equal(day(3)) {
				t.Errorf("%s: asked about %v", test.name, at)
			}
			return test.known
		})
		if got.Status != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

// Three answers made on three days, about day 4: which counts does not depend on
// the order in which they are heard, nor on which two are joined first.
func TestJoinOfThree(t *testing.T) {
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	type said struct {
		name   string
		status revocation.Status
		since  int
		reason revocation.Reason
		kind   string
	}
	all := []said{
		{"nobody", "", 0, 0, ""},
		{"good list", revocation.Good, 0, 0, "CRL"},
		{"good answer", revocation.Good, 0, 0, revocation.KindOCSP},
		{"unknown", revocation.Undetermined, 0, 0, "CRL"},
		{"hold", revocation.Revoked, -5, revocation.CertificateHold, "CRL"},
		{"hold told by a responder", revocation.Revoked, -5, revocation.CertificateHold, revocation.KindOCSP},
		{"uncertain hold", revocation.Undetermined, -5, revocation.CertificateHold, "CRL"},
		{"never issued", revocation.Revoked, -900, revocation.NeverIssued, revocation.KindOCSP},
		{"replaced", revocation.Revoked, -5, revocation.Superseded, "CRL"},
		{"stolen later", revocation.Good, 9, revocation.KeyCompromise, "CRL"},
		{"hold later", revocation.Good, 9, revocation.CertificateHold, "CRL"},
	}
	answer := func(s said, made int) revocation.Answer {
		a := revocation.Answer{Status: s.status, Reason: s.reason}
		if s.status == "" {
			return a
		}
		a.Evidence = &revocation.Evidence{Kind: s.kind, ThisUpdate: day(made)}
		if s.since != 0 {
			a.RevokedAt = day(s.since)
		}
		if s.status == revocation.Undetermined {
			a.Cause = revocation.CauseExpired
		}
		return a
	}
	join := func(a, b revocation.Answer) revocation.Answer { return revocation.Join(a, b, day(4)) }
	tell := func(a revocation.Answer) string {
		return fmt.Sprint(a.Status, " ", a.Reason, " ", a.RevokedAt.IsZero())
	}
	rows := map[string]string{
		"good list, hold, good list":                  "good unspecified true",
		"good list, good list, hold":                  "revoked certificateHold false",
		"hold, good list, hold":                       "revoked certificateHold false",
		"hold, hold, good list":                       "good unspecified true",
		"hold, good list, uncertain hold":             "undetermined certificateHold false",
		"never issued, good list, good answer":        "good unspecified true",
		"never issued, good answer, good list":        "good unspecified true",
		"good answer, never issued, good list":        "revoked neverIssued false",
		"hold, good list, stolen later":               "good keyCompromise false",
		"good list, stolen later, hold later":         "good keyCompromise false",
		"hold later, good list, hold later":           "good certificateHold false",
		"hold later, hold later, good list":           "good unspecified true",
		"hold told by a responder, good list, nobody": "good unspecified true",
	}
	for _, x := range all {
		for _, y := range all {
			for _, z := range all {
				name := x.name + ", " + y.name + ", " + z.name
				a, b, c := answer(x, 1), answer(y, 2), answer(z, 3)
				want, ok := rows[name]
				if delete(rows, name); !ok {
					want = tell(join(join(a, b), c)) // as time goes
				}
				for i, got := range []revocation.Answer{
					join(join(a, b), c), join(a, join(b, c)), join(join(a, c), b), join(join(b, c), a), join(join(b, a), c),
					join(join(c, b), a), join(join(c, a), b), join(c, join(a, b)), join(b, join(a, c)), join(c, join(b, a)),
				} {
					if tell(got) != want {
						t.Errorf("%s: in order %d %s, want %s", name, i, tell(got), want)
					}
				}
			}
		}
	}
	if len(rows) > 0 {
		t.Errorf("nobody asked about %v", rows)
	}
}
