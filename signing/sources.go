package signing

import (
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

// Source is where the status of certificates is asked for.
type Source string

// The sources of revocation information.
const (
	SourceCRL  Source = "crl"  // [Verifier.Revocation]
	SourceOCSP Source = "ocsp" // [Verifier.Ask]
)

// CauseNoProof means that revocation information may be forged: the authority
// that signed it had expired or been revoked by the time asked about, and
// nothing proves that the information existed before (EN 319 102-1 section
// 5.6.2.1).
const CauseNoProof revocation.Cause = "no_proof_that_information_existed_in_time"

// pathQuestion asks for the statuses of a path at a time, as they are known at
// a later one.
type pathQuestion struct {
	path     certs.Path
	bag      *bag
	at       time.Time // when the certificates must not have been revoked
	now      time.Time // the time asked about
	evidence *evidence // may be nil
}

// linkQuestion asks the evidence about one certificate of a path.
type linkQuestion struct {
	v       *Verifier
	path    certs.Path
	number  int
	extra   []*certs.Certificate
	at, now time.Time
	limit   time.Time // until which the issuer's key is to be believed
}

// statuses tells the status of each certificate of a path but the anchor, and
// whether the file itself proves it. The sources are asked in the order of the
// policy; the first that knows counts, and when none does, what the first
// said. What came with the signature is asked besides: it can add an answer,
// and a revocation, but never take one away.
func (v *Verifier) statuses(q pathQuestion) (answers []revocation.Answer, carried []bool) {
	answers = v.own(q)
	if q.at.Equal(q.now) && q.evidence.empty() {
		return answers, nil
	}
	carried = make([]bool, len(answers))
	limit := q.now
	for i := len(answers) - 1; i >= 0; i-- {
		if limit.Before(q.now) && answers[i].Status == revocation.Good {
			answers[i] = revocation.Answer{Status: revocation.Undetermined, Cause: CauseNoProof}
		}
		if !q.evidence.empty() {
			said, inFile := q.evidence.status(linkQuestion{v: v, path: q.path, number: i, extra: q.bag.all(), at: q.at, now: q.now, limit: limit})
			answers[i], carried[i] = worseStatus(answers[i], said), inFile
		}
		// What this certificate's key signs below is believed until it ends.
		if end := q.path[i].NotAfter; end.Before(limit) {
			limit = end
		}
		if since := answers[i].RevokedAt; !since.IsZero() && since.Before(limit) {
			limit = since
		}
	}
	return answers, carried
}

// own asks the verifier's sources.
func (v *Verifier) own(q pathQuestion) []revocation.Answer {
	answers := make([]revocation.Answer, len(q.path)-1)
	for _, source := range v.Policy.RevocationSources {
		switch {
		case source == SourceCRL:
			for i, a := range v.lists(q) {
				answers[i] = first(answers[i], a)
			}
		case v.Ask != nil:
			for i := range answers {
				if !determined(answers[i]) {
					answers[i] = first(answers[i], v.Ask(v.ctx, q.path[i], q.path[i+1], q.at))
				}
			}
		}
	}
	for i := range answers {
		if answers[i].Status == "" {
			answers[i] = revocation.Answer{Status: revocation.Undetermined, Cause: revocation.CauseNoList}
		}
	}
	return answers
}

// lists asks the revocation lists; the certificates that came along are read
// only when the lists want a signer that the pool does not have.
func (v *Verifier) lists(q pathQuestion) []revocation.Answer {
	answers := v.Revocation.Check(q.path, v.Trust, nil, q.at)
	for _, a := range answers {
		if a.Status == revocation.Undetermined && a.Cause != revocation.CauseNoList {
			return v.Revocation.Check(q.path, v.Trust, q.bag.all(), q.at)
		}
	}
	return answers
}

// first chooses between what an earlier and a later source said. That no list
// was there says less than anything that a later source found.
func first(earlier, later revocation.Answer) revocation.Answer {
	switch {
	case determined(earlier):
		return earlier
	case determined(later):
		return later
	case earlier.Status == "" || earlier.Cause == revocation.CauseNoList:
		return later
	}
	return earlier
}

// worseStatus chooses between what two authentic sources say. A revocation for
// good counts whoever tells of it; a hold may have been lifted since, so that
// another source's word that the certificate is good stands against it.
func worseStatus(a, b revocation.Answer) revocation.Answer {
	ended := func(x revocation.Answer) bool {
		return x.Status == revocation.Revoked && x.Reason != revocation.CertificateHold
	}
	switch {
	case ended(a) || ended(b):
		if ended(a) && ended(b) && b.RevokedAt.Before(a.RevokedAt) || !ended(a) {
			return b
		}
		return a
	case a.Status == revocation.Good && b.Status == revocation.Good:
		if a.RevokedAt.IsZero() && !b.RevokedAt.IsZero() || !b.RevokedAt.IsZero() && b.RevokedAt.Before(a.RevokedAt) {
			return b
		}
		return a
	}
	return first(a, b)
}
