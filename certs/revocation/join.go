package revocation

import (
	"slices"
	"time"
)

// Join makes one answer of what two authentic sources say about a certificate
// at a time. Each source is believed as of when it spoke, its evidence's
// thisUpdate:
//
//   - A revocation for good counts whoever tells of it, however old.
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
// The zero answer is that of a source that was not asked.
func Join(a, b Answer, at time.Time) Answer {
	switch {
	case a.ended() && b.ended() && b.RevokedAt.Before(a.RevokedAt), b.ended() && !a.ended():
		return b
	case a.ended():
		return a
	case a.heldAt(at) && b.heldAt(at):
		if b.Status == Revoked && a.Status != Revoked {
			return b
		}
		return a
	case a.heldAt(at):
		return a.orLifted(b, at)
	case b.heldAt(at):
		return b.orLifted(a, at)
	}
	if a.knows() || !b.knows() && b.said() <= a.said() {
		return a.withLater(b)
	}
	return b.withLater(a)
}

// said tells how much there is to an answer that does not know: nothing at all,
// that there is no list, that there is none about the certificate, or what was
// found out besides.
func (a Answer) said() int {
	switch {
	case a.Status == "":
		return 0
	case a.Cause == CauseNoList:
		return 1
	case a.Cause == CauseScope:
		return 2
	}
	return 3
}

func (a Answer) knows() bool { return a.Status == Good || a.Status == Revoked }

func (a Answer) ended() bool { return a.Status == Revoked && a.Reason.Final() }

// heldAt reports whether a source says that the certificate was on hold at the
// time, or was when it spoke and may have been since.
func (a Answer) heldAt(at time.Time) bool {
	return !a.Reason.Final() && (a.Status == Revoked || !a.RevokedAt.IsZero() && !a.RevokedAt.After(at))
}

// orLifted is a hold, or what another source says if that lifts it.
func (a Answer) orLifted(other Answer, at time.Time) Answer {
	if other.Status != Good || !other.made().After(a.made()) {
		return a
	}
	if a.Reason == NeverIssued {
		if other.Evidence.Kind != KindOCSP {
			return a
		}
		return other
	}
	if other.made().After(at) {
		return a // it may have been lifted after the time asked about
	}
	return other
}

// withLater adds what another source knows about a later revocation.
func (a Answer) withLater(other Answer) Answer {
	if a.Reason == CertificateHold && other.Status == Good && other.RevokedAt.IsZero() && other.made().After(a.made()) {
		a.RevokedAt, a.Reason = time.Time{}, Unspecified
	}
	switch {
	case other.RevokedAt.IsZero():
		return a
	case other.Reason == CertificateHold && a.Status == Good && a.RevokedAt.IsZero() && a.made().After(other.made()):
		return a
	case a.RevokedAt.IsZero():
		a.RevokedAt, a.Reason = other.RevokedAt, other.Reason
	default:
		if other.RevokedAt.Before(a.RevokedAt) {
			a.RevokedAt = other.RevokedAt
		}
		if other.Reason.weight() > a.Reason.weight() {
			a.Reason = other.Reason
		}
	}
	if other.Evidence != nil {
		a.More = append(slices.Clip(a.More), other.Evidence)
	}
	return a
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
	a.Status, a.Cause = Undetermined, CauseNoProof
	return a
}

// Standing is the question whether the signer of a list or a response could be
// believed.
type Standing struct {
	// Made is when the statement says it was made, Proved when it is proved to
	// have existed.
	Made, Proved time.Time
	// Past says that the question behind it is about the past, so that what
	// tells of the signer need not be in force any more.
	Past bool
	// Unchecked says that the authority wants the signer not to be asked about
	// (RFC 6960 section 4.2.2.2.1). What is known to be revoked is revoked all
	// the same: the mark saves asking, not knowing.
	Unchecked bool
}

// Of asks what is known about the signer: it must not have been revoked when
// the statement is proved to have existed, whenever that says it was made, and
// must be known to be good then or, in a question about the past, when it was
// made (EN 319 102-1 section 5.6.2).
func (s Standing) Of(known func(at time.Time) Answer) Answer {
	a := known(s.Proved)
	if a.Status != Undetermined || a.heldAt(s.Proved) {
		return a
	}
	if s.Unchecked {
		return Answer{Status: Good, Evidence: a.Evidence}
	}
	if s.Past && s.Made.Before(s.Proved) {
		if then := known(s.Made); then.Status == Good && (then.RevokedAt.IsZero() || then.RevokedAt.After(s.Proved)) {
			return then
		}
	}
	return a
}
