package signing

import (
	"context"
	"slices"
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
	pathQuestion
	v      *Verifier
	number int
	until  time.Time            // how long the issuer's key is to be believed
	makers []*certs.Certificate // among which those of signers of lists and responses may be
}

// certificates are all that came along, in the container or with the evidence.
func (q *pathQuestion) certificates() []*certs.Certificate {
	return append(slices.Clip(q.bag.all()), q.evidence.certificates...)
}

// statuses tells the status of each certificate of a path but the anchor, and
// whether the file itself proves it. The sources are asked in the order of the
// policy until one knows. What came with the signature is asked besides: it can
// add an answer, and a revocation, but never take one away.
//
// Whoever signed a list or a response is judged at the time when that is proved
// to have existed, the authorities on the path (here, from the anchor down) as
// well as separate signers (linkQuestion.question, evidence.ask).
func (v *Verifier) statuses(q pathQuestion) (answers []revocation.Answer, carried []bool) {
	answers, carried = v.known(q)
	if v.Retired != nil {
		for i := range answers {
			answers[i] = v.Retired.Refuse(answers[i], q.path[i], q.path[i+1], q.at)
		}
	}
	return answers, carried
}

// known is statuses but for what authorities that have ended are worth.
func (v *Verifier) known(q pathQuestion) (answers []revocation.Answer, carried []bool) {
	answers = v.own(q)
	if q.at.Equal(q.now) && q.evidence.empty() {
		return answers, nil
	}
	carried = make([]bool, len(answers))
	link := linkQuestion{pathQuestion: q, v: v}
	if !q.evidence.empty() {
		link.makers = q.certificates()
	}
	until := v.believedUntil(q.path.Anchor(), q.now)
	for i := len(answers) - 1; i >= 0; i-- {
		if until.Before(q.now) {
			link.number, link.until = i, until
			answers[i] = revocation.Join(v.last(&link), unproved(answers[i]), q.at)
		}
		if !q.evidence.empty() {
			var said revocation.Answer
			link.number, link.until = i, until
			said, carried[i] = q.evidence.status(&link)
			answers[i] = revocation.Join(answers[i], said, q.at)
		}
		// What this certificate's key signs below is believed until it ends.
		if end := q.path[i].NotAfter; end.Before(until) {
			until = end
		}
		if since := answers[i].RevokedAt; !since.IsZero() && !since.After(until) {
			until = since.Add(-1) // the instant belongs to what is revoked
		}
		until = v.believedUntil(q.path[i], until)
	}
	return answers, carried
}

// unproved is what the verifier's own sources are worth when the key that they are
// signed with is no longer believed. That there is no list stays the reason.
func unproved(a revocation.Answer) revocation.Answer {
	if a.Status == revocation.Undetermined && a.Cause == revocation.CauseNoList {
		return a
	}
	return a.WithoutProof()
}

// believedUntil is how long a key is believed that may be declared to have ended.
func (v *Verifier) believedUntil(c *certs.Certificate, until time.Time) time.Time {
	if end := v.Retired.Ended(c); !end.IsZero() {
		return earlier(until, end)
	}
	return until
}

// last asks the last lists of retired authorities, which are known to have existed
// when these ended; the zero answer when there are none.
func (v *Verifier) last(q *linkQuestion) revocation.Answer {
	lists := v.Retired.Lists()
	if lists == nil {
		return revocation.Answer{}
	}
	about := q.question(q.at)
	about.Also = v.Revocation
	return lists.JudgeLink(about, q.number)
}

// Status tells what is known at a time about each certificate from an end entity
// certificate up to below an anchor, on the path that a verification would take.
// chain are certificates that may lead there. The error is that of the policy or
// a *[certs.PathError].
func (v *Verifier) Status(ctx context.Context, certificate *certs.Certificate, chain []*certs.Certificate, at time.Time) ([]revocation.Answer, error) {
	f, err := v.about(ctx, certificate, chain, at)
	if err != nil {
		return nil, err
	}
	return f.revocation, nil
}

// Path returns the path that a verification would take, which need not hold. The
// error is that of the policy or a *[certs.PathError].
func (v *Verifier) Path(ctx context.Context, certificate *certs.Certificate, chain []*certs.Certificate, at time.Time) (certs.Path, error) {
	f, err := v.about(ctx, certificate, chain, at)
	if err != nil {
		return nil, err
	}
	return f.path, nil
}

// about gathers what is known of a certificate that has a path.
func (v *Verifier) about(ctx context.Context, certificate *certs.Certificate, chain []*certs.Certificate, at time.Time) (*facts, error) {
	v, q, err := v.prepare(ctx, Question{At: at})
	if err != nil {
		return nil, err
	}
	f := &facts{question: q, at: q.At, poe: q.At, certificate: certificate, bare: true}
	v.gatherCertificate(f, &bag{pool: v.Trust, more: chain}, nil)
	if f.pathErr != nil {
		return nil, f.pathErr
	}
	return f, nil
}

// own asks the verifier's sources.
func (v *Verifier) own(q pathQuestion) []revocation.Answer {
	answers := make([]revocation.Answer, len(q.path)-1)
	for _, source := range v.Policy.RevocationSources {
		switch {
		case source == SourceCRL:
			for i, a := range v.lists(q) {
				answers[i] = revocation.Join(answers[i], a, q.at)
			}
		case v.Ask != nil:
			for i := range answers {
				if !determined(answers[i]) {
					answers[i] = revocation.Join(answers[i], v.respond(q.path[i], q.path[i+1], q.at), q.at)
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

// asked names a question to a responder.
type asked struct {
	certificate, issuer [32]byte
	at                  time.Time
}

// respond asks a responder, once in a verification.
func (v *Verifier) respond(c, issuer *certs.Certificate, at time.Time) revocation.Answer {
	key := asked{c.Fingerprint(), issuer.Fingerprint(), at}
	if a, known := v.left.answered[key]; known {
		return a
	}
	a := v.Ask(v.ctx, c, issuer, at)
	if v.left.answered == nil {
		v.left.answered = map[asked]revocation.Answer{}
	}
	v.left.answered[key] = a
	return a
}

// lists asks the revocation lists; the certificates that came along without other
// evidence are read only when the lists want a signer that the pool does not have.
func (v *Verifier) lists(q pathQuestion) []revocation.Answer {
	about := revocation.Question{Path: q.path, Pool: v.Trust, At: q.at, Now: q.now}
	if !q.evidence.empty() {
		link := &linkQuestion{pathQuestion: q, v: v, until: q.now, makers: q.certificates()}
		about = link.question(q.at)
		about.Also = q.evidence.all()
	}
	answers := v.Revocation.Judge(about)
	for _, a := range answers {
		if about.Extra == nil && a.Status == revocation.Undetermined && a.Cause != revocation.CauseNoList {
			about.Extra = q.bag.all()
			return v.Revocation.Judge(about)
		}
	}
	return answers
}
