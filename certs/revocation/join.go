package revocation

import (
	"slices"
	"time"
)

// Join makes one answer of what two authentic sources say about a certificate
// at a time. Each source is believed as of when it spoke, its evidence's
// thisUpdate:
//
//   - A revocation for good counts whoever tells of it, however old; but that a
//     certificate was never issued is graver, while it counts.
//   - A hold counts until a newer source, that spoke by the time asked about,
//     says that the certificate is good; one that is not newer lifts nothing,
//     even where the hold is no longer known to last. That a certificate was
//     never issued is undone by a newer answer of a responder only: lists do
//     not tell of it.
//   - A revocation after the time asked about is told with the earliest date
//     and the gravest reason that any source has for it, unless it is a hold
//     that the newer source no longer knows.
//   - Else, whoever knows counts, and where nobody does, whoever found out more.
//
// The zero answer is that of a source that was not asked. In which order more
// than two are joined decides nothing but who is named: a joined answer remembers
// what each source said. All are joined for one time.
func Join(a, b Answer, at time.Time) Answer {
	switch {
	case a.Status == "":
		return b
	case b.Status == "":
		return a
	}
	return settle(append(a.told(), b.told()...), at)
}

// told is what the sources of an answer said, each for itself.
func (a Answer) told() []Answer {
	if a.sources != nil {
		return slices.Clip(a.sources)
	}
	return []Answer{a}
}

// settle makes one answer of what all sources said.
func settle(all []Answer, at time.Time) Answer {
	good := spoken(all, at)
	held, isHeld := unlifted(all, at, good)
	a, isEnded := ended(all)
	switch {
	case isHeld && (!isEnded || held.Status == Revoked && held.Reason == NeverIssued):
		a = held
	case !isEnded:
		a = known(all, at, good)
	}
	a.sources = all
	return a
}

// ended finds the earliest revocation for good.
func ended(all []Answer) (found Answer, ok bool) {
	for _, a := range all {
		if a.Status == Revoked && a.Reason.Final() && (!ok || a.RevokedAt.Before(found.RevokedAt)) {
			found, ok = a, true
		}
	}
	return found, ok
}

// goodWord is when sources spoke last that call the certificate good.
type goodWord struct {
	byThen    time.Time // of those that spoke by the time asked about
	responder time.Time // of responders
	clean     time.Time // of those that know of no later revocation
}

func spoken(all []Answer, at time.Time) (w goodWord) {
	for _, a := range all {
		if a.Status != Good || a.Evidence == nil {
			continue
		}
		made := a.made()
		if !made.After(at) {
			w.byThen = later(w.byThen, made)
		}
		if a.Evidence.Kind == KindOCSP {
			w.responder = later(w.responder, made)
		}
		if a.RevokedAt.IsZero() {
			w.clean = later(w.clean, made)
		}
	}
	return w
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// lifts reports whether a source that spoke after a hold undoes it. What was good
// only after the time asked about may have been lifted after it.
func (w goodWord) lifts(hold Answer) bool {
	if hold.Reason == NeverIssued {
		return w.responder.After(hold.made())
	}
	return w.byThen.After(hold.made())
}

// unlifted finds a hold that nothing lifted: rather that the certificate was never
// issued than another, rather one that is known to last, and of those the newest.
func unlifted(all []Answer, at time.Time, good goodWord) (found Answer, ok bool) {
	for _, a := range all {
		if !a.heldAt(at) || good.lifts(a) {
			continue
		}
		more := a.gravity() - found.gravity()
		if !ok || more > 0 || more == 0 && a.made().After(found.made()) {
			found, ok = a, true
		}
	}
	return found, ok
}

// gravity orders holds.
func (a Answer) gravity() int {
	switch {
	case a.Status != Revoked:
		return 0
	case a.Reason != NeverIssued:
		return 1
	}
	return 2
}

// known takes the first source that knows, else the one that found out most, and
// adds what any tells of a later revocation.
func known(all []Answer, at time.Time, good goodWord) Answer {
	best := 0
	for i, a := range all {
		if b := all[best]; b.Status != Good && (a.Status == Good || a.said() > b.said()) {
			best = i
		}
	}
	found := all[best]
	found.RevokedAt, found.Reason = time.Time{}, Unspecified
	for i, a := range all {
		if a.RevokedAt.IsZero() || a.heldAt(at) || a.Reason == CertificateHold && good.clean.After(a.made()) {
			continue
		}
		found.addLater(a)
		if i != best && a.Evidence != nil {
			found.More = append(slices.Clip(found.More), a.Evidence)
		}
	}
	return found
}

// addLater adds a later revocation: the earliest date and the gravest reason count.
func (a *Answer) addLater(other Answer) {
	if a.RevokedAt.IsZero() {
		a.RevokedAt, a.Reason = other.RevokedAt, other.Reason
		return
	}
	if other.RevokedAt.Before(a.RevokedAt) {
		a.RevokedAt = other.RevokedAt
	}
	if other.Reason.weight() > a.Reason.weight() {
		a.Reason = other.Reason
	}
}

// said tells how much there is to an answer that does not know: that there is no
// list, that there is none about the certificate, or what was found out besides.
func (a Answer) said() int {
	switch a.Cause {
	case CauseNoList:
		return 1
	case CauseScope:
		return 2
	}
	return 3
}

// heldAt reports whether a source says that the certificate was on hold at the
// time, or was when it spoke and may have been since.
func (a Answer) heldAt(at time.Time) bool {
	return !a.Reason.Final() && (a.Status == Revoked || !a.RevokedAt.IsZero() && !a.RevokedAt.After(at))
}

// made is when the source of an answer spoke; the zero time when it does not
// say.
func (a Answer) made() time.Time {
	if a.Evidence == nil {
		return time.Time{}
	}
	return a.Evidence.Newest()
}

// Newest is the thisUpdate of the list, or of the delta list that brings it up
// to date.
func (e *Evidence) Newest() time.Time {
	if e.Delta != nil {
		return e.Delta.Newest()
	}
	return e.ThisUpdate
}

// WithoutProof is what is left of an answer that may be forged: it can accuse
// and not acquit.
func (a Answer) WithoutProof() Answer {
	if a.Status == Revoked {
		return a
	}
	a.Status, a.Cause, a.sources = Undetermined, CauseNoProof, nil
	return a
}

// Standing is the question whether the signer of a list or a response could be
// believed.
type Standing struct {
	// Proved is when the statement is proved to have existed.
	Proved time.Time
	// Unchecked says that the authority wants the signer not to be asked about
	// (RFC 6960 section 4.2.2.2.1). What is known to be revoked is revoked all
	// the same: the mark saves asking, not knowing.
	Unchecked bool
}

// Of asks what is known about the signer: it must be known to be good when the
// statement is proved to have existed, whenever that says it was made. That it was
// good before says nothing about a statement that may have been made since (EN 319
// 102-1 section 5.6.2.2: the control time falls to when such information was made).
func (s Standing) Of(known func(at time.Time) Answer) Answer {
	a := known(s.Proved)
	if a.Status != Undetermined || a.heldAt(s.Proved) {
		return a
	}
	if s.Unchecked {
		return Answer{Status: Good, Evidence: a.Evidence}
	}
	return a
}
