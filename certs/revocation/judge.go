package revocation

import (
	"slices"
	"time"

	"tamga/certs"
)

// question is one certificate at one time.
type question struct {
	lists     *Lists
	also      *Lists // nil, or more of them
	c, issuer *certs.Certificate
	at        time.Time
	trust     *trust // nil: only the issuer's own key may have signed a list

	points     []point // made when a list asks for them
	statements []statement
	nearest    Answer // the undetermined answer that came nearest
}

// statement is what one authentic list, in whose scope the certificate is,
// says about it.
type statement struct {
	list    *held
	reasons certs.ReasonFlags // that the list would tell of
	entry   entry
	listed  bool
	late    bool // not proved to have existed in time: it accuses and does not acquit
}

// on reports whether the certificate was on the list by a time, for a reason
// that ends it or, with hold, that suspends it.
func (s statement) on(at time.Time, hold bool) bool {
	return s.listed && s.entry.reason != RemoveFromCRL && (s.entry.reason == CertificateHold) == hold &&
		!s.entry.revokedAt.After(at)
}

func (q *question) answer() Answer {
	q.nearest = Answer{Status: Undetermined, Cause: CauseNoList}
	lists := q.lists.about(q.c)
	if q.also != nil {
		lists = append(slices.Clip(lists), q.also.about(q.c)...)
	}
	if len(lists) == 1 {
		if a, ok := q.plain(lists[0]); ok {
			return a
		}
	}
	q.statements = make([]statement, 0, len(lists))
	for _, h := range lists {
		q.hear(h)
	}
	if a, ok := q.ended(); ok {
		return a
	}
	views := q.views()
	if a, ok := q.suspended(views); ok {
		return a
	}
	return q.acquitted(views)
}

// plain answers what is asked nearly always: one complete list of all reasons
// is there, it is in force, and the certificate is not on it. It says what the
// long way round would say.
func (q *question) plain(h *held) (Answer, bool) {
	if h.Delta() || q.late(h) || q.reasons(h.CRL) != certs.AllReasons || q.believe(h) != "" || q.coverage(h) != "" {
		return Answer{}, false
	}
	if _, listed, err := h.lookup(q.c.Issuer, q.c.RawSerial); listed || err != nil {
		return Answer{}, false
	}
	return Answer{Status: Good, Evidence: h.proof}, true
}

// hear takes the statement of one list, if it may be believed.
func (q *question) hear(h *held) {
	reasons := q.reasons(h.CRL)
	if reasons == 0 && len(h.Unhandled) == 0 {
		q.note(CauseScope, h.proof)
		return
	}
	if cause := q.believe(h); cause != "" {
		q.note(cause, h.proof)
		return
	}
	s := statement{list: h, reasons: reasons, late: q.late(h)}
	var err error
	if s.entry, s.listed, err = h.lookup(q.c.Issuer, q.c.RawSerial); err != nil {
		q.note(CauseChanged, h.proof)
		return
	}
	if s.listed && s.entry.reason == RemoveFromCRL && !h.Delta() {
		// Only a delta list may say so (RFC 5280 section 5.3.1); what its
		// author meant cannot be known.
		q.note(CauseMisplaced, h.proof)
		return
	}
	switch {
	case s.late:
		q.note(CauseNoProof, h.proof)
	case h.Delta():
		q.note(CauseDeltaOnly, h.proof)
	}
	q.statements = append(q.statements, s)
}

// late reports whether a list is not proved to have existed as long as the keys
// on the path were to be believed.
func (q *question) late(h *held) bool {
	return q.trust != nil && !q.trust.Until.IsZero() && q.trust.proved(h.CRL).After(q.trust.Until)
}

// reasons returns for which reasons the list would tell of a revocation. A list
// of the certificate's issuer that has no scope of its own tells of all.
func (q *question) reasons(l *CRL) certs.ReasonFlags {
	if l.Scope.raw == "" && l.Issuer.Equal(q.c.Issuer) {
		return certs.AllReasons
	}
	if q.points == nil {
		q.points = pointsOf(q.c)
	}
	return l.covers(q.c, q.points)
}

// note remembers why a list does not answer the question.
func (q *question) note(cause Cause, proof *Evidence) {
	n := q.nearest
	if d := cause.rank() - n.Cause.rank(); d > 0 || d == 0 && (n.Evidence == nil || proof.ThisUpdate.After(n.Evidence.ThisUpdate)) {
		q.nearest = Answer{Status: Undetermined, Cause: cause, Evidence: proof}
	}
}

// ended answers for a certificate that a list of any age says was revoked for
// good.
func (q *question) ended() (Answer, bool) {
	var found *statement
	for i, s := range q.statements {
		if s.on(q.at, false) && (found == nil || s.list.ThisUpdate.After(found.list.ThisUpdate)) {
			found = &q.statements[i]
		}
	}
	if found == nil {
		return Answer{}, false
	}
	return found.revoked(), true
}

func (s statement) revoked() Answer {
	return Answer{Status: Revoked, RevokedAt: s.entry.revokedAt, Reason: s.entry.reason, Evidence: s.list.proof}
}

// view is a complete list, alone or brought up to date by a delta list: the
// whole truth of its scope as of thisUpdate.
type view struct {
	base, delta *statement // delta may be nil
	held        bool       // the certificate is on hold at the time asked about
}

func (v view) newest() *statement {
	if v.delta != nil {
		return v.delta
	}
	return v.base
}

func (v view) evidence() *Evidence {
	if v.delta == nil {
		return v.base.list.proof
	}
	e := *v.base.list.proof
	e.Delta = v.delta.list.proof
	return &e
}

// views returns what complete lists there are.
func (q *question) views() []view {
	views := make([]view, 0, len(q.statements))
	for i := range q.statements {
		base := &q.statements[i]
		if base.list.Delta() || base.late {
			continue
		}
		views = append(views, view{base: base, held: base.on(q.at, true)})
		for j := range q.statements {
			delta := &q.statements[j]
			if !delta.list.Delta() || delta.late || !delta.list.updates(base.list.CRL) {
				continue
			}
			v := view{base: base, delta: delta, held: delta.on(q.at, true)}
			if base.on(q.at, true) && !(delta.listed && delta.entry.reason == RemoveFromCRL) {
				v.held = true
			}
			views = append(views, v)
		}
	}
	return views
}

// updates reports whether a delta list may be combined with a complete one:
// same issuer, key and scope, a complete list not older than its base, and a
// number that follows that of the complete list (RFC 5280 section 5.2.4). The
// national test lists have lower numbers in deltas than in complete lists;
// those add revocations but bring nothing up to date.
func (l *CRL) updates(base *CRL) bool {
	return l.Issuer.Equal(base.Issuer) && l.Scope.raw == base.Scope.raw &&
		(len(l.AuthorityKeyID) == 0 || len(base.AuthorityKeyID) == 0 || string(l.AuthorityKeyID) == string(base.AuthorityKeyID)) &&
		base.Number != nil && l.Number != nil &&
		base.Number.Cmp(l.BaseNumber) >= 0 && l.Number.Cmp(base.Number) > 0 &&
		!l.ThisUpdate.Before(base.ThisUpdate)
}

// suspended answers for a certificate on hold that nothing newer lifts: rather by a
// list that speaks of the time, and of those by the newest.
func (q *question) suspended(views []view) (Answer, bool) {
	var hold *statement
	var cause Cause // why the hold may have been lifted since the list went out of force
	for i, s := range q.statements {
		if !s.on(q.at, true) || slices.ContainsFunc(views, func(v view) bool { return q.lifts(v, &s) }) {
			continue
		}
		unsure := q.coverage(s.list)
		surer := unsure == "" && cause != ""
		if hold == nil || surer || (unsure == "") == (cause == "") && s.newerThan(hold) {
			hold, cause = &q.statements[i], unsure
		}
	}
	if hold == nil {
		return Answer{}, false
	}
	a := hold.revoked()
	if cause != "" {
		a.Status, a.Cause = Undetermined, cause
	}
	return a, true
}

// lifts reports whether a view in force at the time, newer than the list with
// the hold, shows it gone.
func (q *question) lifts(v view, hold *statement) bool {
	n := v.newest()
	return !v.held && n.newerThan(hold) && v.base.reasons&holdFlag != 0 &&
		!n.list.ThisUpdate.After(q.at) && q.coverage(n.list) == ""
}

func (s *statement) newerThan(other *statement) bool {
	a, b := s.list, other.list
	if d := a.ThisUpdate.Compare(b.ThisUpdate); d != 0 {
		return d > 0
	}
	return a.Number != nil && b.Number != nil && a.Number.Cmp(b.Number) > 0
}

// acquitted answers good when the views in force tell together of every
// reason.
func (q *question) acquitted(views []view) Answer {
	var told certs.ReasonFlags
	a := Answer{Status: Good}
	if len(views) > 1 {
		slices.SortStableFunc(views, q.preference)
	}
	for _, v := range views {
		if v.held {
			continue
		}
		if cause := q.coverage(v.newest().list); cause != "" {
			q.note(cause, v.newest().list.proof)
			continue
		}
		if v.base.reasons&^told == 0 {
			continue
		}
		told |= v.base.reasons
		if a.Evidence == nil {
			a.Evidence = v.evidence()
		} else {
			a.More = append(a.More, v.evidence())
		}
	}
	switch {
	case told == 0:
		a = q.nearest
	case told != certs.AllReasons:
		a.Status, a.Cause = Undetermined, CauseReasons
	}
	return q.withLater(a, views)
}

// withLater adds what any list tells of a later revocation: the earliest date
// and the gravest reason. A hold that a newer list in force no longer shows was
// lifted.
func (q *question) withLater(a Answer, views []view) Answer {
	for i := range q.statements {
		s := &q.statements[i]
		gone := func(v view) bool {
			n := v.newest()
			return n.newerThan(s) && v.base.reasons&holdFlag != 0 && !n.tellsOfLater(q.at) && !v.base.tellsOfLater(q.at) && q.coverage(n.list) == ""
		}
		switch {
		case !s.tellsOfLater(q.at), s.entry.reason == CertificateHold && slices.ContainsFunc(views, gone):
			continue
		case a.RevokedAt.IsZero():
			a.RevokedAt, a.Reason = s.entry.revokedAt, s.entry.reason
			continue
		case s.entry.revokedAt.Before(a.RevokedAt):
			a.RevokedAt = s.entry.revokedAt
		}
		if s.entry.reason.weight() > a.Reason.weight() {
			a.Reason = s.entry.reason
		}
	}
	return a
}

func (s *statement) tellsOfLater(at time.Time) bool {
	return s.listed && s.entry.reason != RemoveFromCRL && s.entry.revokedAt.After(at)
}

// preference puts views of all reasons first, then those that know of a later
// revocation, then the newer.
func (q *question) preference(a, b view) int {
	say := func(v view) int {
		n := 0
		if v.base.reasons == certs.AllReasons {
			n += 2
		}
		if v.newest().tellsOfLater(q.at) || v.base.tellsOfLater(q.at) {
			n++
		}
		return n
	}
	if d := say(b) - say(a); d != 0 {
		return d
	}
	return b.newest().list.ThisUpdate.Compare(a.newest().list.ThisUpdate)
}

// coverage asks whether the list speaks about the time.
func (q *question) coverage(l *held) Cause {
	kept := !l.KeepsExpired.IsZero() && !q.c.NotAfter.Before(l.KeepsExpired)
	switch {
	case l.ThisUpdate.After(q.c.NotAfter) && !kept:
		if !l.ThisUpdate.After(q.at) && !l.NextUpdate.IsZero() && !q.at.Before(l.NextUpdate) {
			return CauseExpired
		}
		return CauseAfterExpiry
	case l.ThisUpdate.After(q.at):
		return ""
	case l.NextUpdate.IsZero():
		return CauseNoNextUpdate
	case !q.at.Before(l.NextUpdate):
		return CauseExpired
	}
	return ""
}
