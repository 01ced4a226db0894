package revocation

import (
	"fmt"
	"slices"
	"time"

	"tamga/certs"
)

// Status is the answer to whether a certificate was revoked.
type Status string

// The three values.
const (
	Undetermined Status = "undetermined"
	Good         Status = "good"
	Revoked      Status = "revoked"
)

// Cause says why a status could not be determined.
type Cause string

// The causes, from the least to the most that was found out; of several lists
// that prove nothing the one that came nearest is told of.
const (
	CauseNoList       Cause = "no_list_of_the_issuer"
	CauseScope        Cause = "certificate_not_in_scope_of_list"
	CauseAlgorithm    Cause = "list_algorithm_not_usable"
	CauseSignature    Cause = "list_signature_wrong"
	CauseNotAllowed   Cause = "issuer_may_not_sign_lists"
	CauseSigner       Cause = "list_issuer_without_path"
	CauseSignerStatus Cause = "list_issuer_not_known_good"
	CauseUnhandled    Cause = "list_has_unprocessed_critical_extension"
	CauseChanged      Cause = "list_file_was_changed"
	CauseFuture       Cause = "list_from_the_future"
	CauseDeltaOnly    Cause = "only_delta_lists"
	CauseMisplaced    Cause = "removal_in_a_complete_list"
	CauseNoNextUpdate Cause = "list_without_next_update"
	CauseAfterExpiry  Cause = "list_issued_after_certificate_expired"
	CauseExpired      Cause = "list_expired"
	CauseReasons      Cause = "lists_leave_out_reasons"
	// CauseNoProof means that the list may be forged: the authority that signed
	// it had ended by the time at which it is proved to have existed (EN 319
	// 102-1 section 5.6.2.1).
	CauseNoProof Cause = "no_proof_that_information_existed_in_time"
	// CauseEnded means that the authority had ended by the time asked about: nobody
	// could revoke any more, so that nothing acquits.
	CauseEnded Cause = "authority_ended"
)

func (c Cause) rank() int {
	return slices.Index([]Cause{
		CauseNoList, CauseScope, CauseAlgorithm, CauseSignature, CauseNotAllowed, CauseSigner, CauseSignerStatus,
		CauseUnhandled, CauseChanged, CauseFuture, CauseDeltaOnly, CauseMisplaced, CauseNoNextUpdate, CauseAfterExpiry,
		CauseExpired, CauseReasons, CauseNoProof, CauseEnded,
	}, c)
}

// Answer is the status of one certificate at one time.
type Answer struct {
	Status Status
	Cause  Cause // when undetermined
	// RevokedAt is since when the certificate is on a list: also when that was
	// after the time asked about, and also when undetermined, of a hold that may
	// have been lifted.
	RevokedAt time.Time
	Reason    Reason
	Evidence  *Evidence   // the list that the answer rests on, or that came nearest; shared, to be read only
	More      []*Evidence // further lists, when each tells of some reasons only

	sources []Answer // what was joined; nil when there was one source
}

// Status tells whether the certificate was revoked at a time. The issuer must
// be the certificate's issuer on a path that was verified, and its key must
// have signed the list; for lists signed by others see [Lists.Judge].
//
// A list answers for the times from its thisUpdate until its nextUpdate, and
// for earlier times too as long as the certificate had not expired when it was
// made: a later list still shows everything revoked before, but authorities
// drop expired certificates. A revocation after the time asked about leaves
// the status good, with RevokedAt telling of it.
//
// Being on an authentic list at an earlier date is not undone by that list's
// age nor by other lists, except for a hold: a newer complete list without it
// lifts it, or a delta list in force that removes it. A delta list counts
// together with a complete list that it fits by RFC 5280 section 5.2.4; alone,
// or with numbers that do not fit, it may revoke but not acquit.
func (s *Lists) Status(c, issuer *certs.Certificate, at time.Time) Answer {
	q := question{lists: s, c: c, issuer: issuer, at: at}
	return q.answer()
}

// Question is what lists are asked about a path, by [Lists.Judge].
type Question struct {
	Path  certs.Path
	Pool  *certs.Pool
	Extra []*certs.Certificate
	At    time.Time
	// Now is the present, which is At when zero.
	Now time.Time
	// Proved tells since when a list is proved to exist; nil, or a zero time,
	// means since now. Its signer must not have been revoked by then.
	Proved func(*CRL) time.Time
	// Until is how long the keys on the path are to be believed; zero means
	// for ever. A list that is not proved to have existed by then may accuse
	// and not acquit.
	Until time.Time
	// Also are further lists, and Others further sources, that are asked about
	// the signers of lists.
	Also   *Lists
	Others func(c, issuer *certs.Certificate, at time.Time) Answer
}

func (q *Question) now() time.Time {
	if q.Now.Before(q.At) {
		return q.At
	}
	return q.Now
}

// proved tells since when a list is proved to exist: not before it was made,
// whatever is said.
func (q *Question) proved(l *CRL) time.Time {
	at := q.now()
	if q.Proved != nil {
		if t := q.Proved(l); !t.IsZero() {
			at = t
		}
	}
	if l.ThisUpdate.After(at) {
		return l.ThisUpdate
	}
	return at
}

// Judge is [Lists.Status] for each certificate of a verified path but the
// anchor. It believes also lists that another certificate signed: one that the
// pool or the extra certificates have, of the name of the list's issuer, that
// may sign lists, has a valid path to the same anchor and is itself known to
// be good (RFC 5280 section 6.3.3 (f)). That is what indirect lists, separate
// keys for lists and key rollover need.
func (s *Lists) Judge(q Question) []Answer {
	if len(q.Path) < 2 {
		return nil
	}
	t := newTrust(s, q)
	answers := make([]Answer, len(q.Path)-1)
	for i := range answers {
		answers[i] = t.status(q.Path[i], q.Path[i+1])
	}
	return answers
}

// JudgeLink is [Lists.Judge] for one certificate of the path.
func (s *Lists) JudgeLink(q Question, number int) Answer {
	return newTrust(s, q).status(q.Path[number], q.Path[number+1])
}

// String says the answer in one English line, and nothing of what is not known.
func (a Answer) String() string {
	switch a.Status {
	case Revoked:
		if a.RevokedAt.IsZero() {
			return "revoked, " + a.Reason.String()
		}
		return fmt.Sprintf("revoked on %s, %s", a.RevokedAt.Format(time.RFC3339), a.Reason)
	case Good:
		if !a.RevokedAt.IsZero() {
			return fmt.Sprintf("good then; revoked on %s, %s", a.RevokedAt.Format(time.RFC3339), a.Reason)
		}
		return "good"
	}
	text := "undetermined"
	if a.Cause != "" {
		text += ": " + string(a.Cause)
	}
	if a.Evidence == nil || a.Evidence.ThisUpdate.IsZero() {
		return text
	}
	return text + " (" + a.Evidence.String() + ")"
}

// String names the list or response by its number and dates, as far as it has
// them.
func (e *Evidence) String() string {
	text := "list"
	if e.Kind == KindOCSP {
		text = "response"
	}
	if e.Number != "" {
		text += " № " + e.Number
	}
	if !e.ThisUpdate.IsZero() {
		text += " of " + e.ThisUpdate.Format(time.RFC3339)
	}
	if !e.NextUpdate.IsZero() {
		text += ", next update " + e.NextUpdate.Format(time.RFC3339)
	}
	return text
}
