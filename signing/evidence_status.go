package signing

import (
	"encoding/asn1"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
)

// all returns the lists; nil when there are none.
func (e *evidence) all() *revocation.Lists {
	if e == nil || len(e.crls) == 0 {
		return nil
	}
	if e.lists == nil {
		e.lists = &revocation.Lists{}
		for _, item := range e.crls {
			e.lists.Add(item.crl)
		}
	}
	return e.lists
}

// proved tells since when a list is proved to have existed; the zero time for
// lists that are not of this evidence.
func (e *evidence) proved(l *revocation.CRL) time.Time {
	if e.since == nil {
		e.since = make(map[[32]byte]time.Time, len(e.crls))
		for _, item := range e.crls {
			if have, ok := e.since[item.digest]; !ok || item.known.Before(have) {
				e.since[item.digest] = item.known
			}
		}
	}
	return e.since[l.Digest()]
}

// declared tells since when a list is known to exist by what the operator declares of
// authorities that have ended.
func (e *evidence) declared(v *Verifier, l *revocation.CRL) time.Time {
	if v.Retired == nil {
		return time.Time{}
	}
	if at := v.Retired.Proved(l); !at.IsZero() {
		return at
	}
	at, known := e.ended[l.Digest()]
	if !known {
		if at = v.Retired.ListSigned(l, v.Trust.BySubject(l.Issuer)); e.ended == nil {
			e.ended = map[[32]byte]time.Time{}
		}
		e.ended[l.Digest()] = at
	}
	return at
}

// causeTooMuch means that more responses came along than are verified for one
// question, so that some of them were not heard.
const causeTooMuch revocation.Cause = "too_many_responses"

// status asks the evidence about one link of a path. What is not known to have
// existed for as long as the issuer's key is believed may accuse only.
func (e *evidence) status(q *linkQuestion) (answer revocation.Answer, carried bool) {
	answer = revocation.Answer{Status: revocation.Undetermined, Cause: revocation.CauseNoList}
	if lists := e.all(); lists != nil {
		about := q.question(q.at)
		about.Also = q.v.Revocation
		answer = lists.JudgeLink(about, q.number)
	}
	said := e.answers(q, q.path[q.number:], q.at, 0)
	if said.Status != "" {
		answer = revocation.Join(answer, said, q.at)
	}
	if said.Cause == causeTooMuch {
		answer = unheard(answer)
	}
	return answer, determined(answer) && e.inFile(answer)
}

// unheard is what an answer is worth when others were left unheard, which may
// accuse.
func unheard(a revocation.Answer) revocation.Answer {
	if a.Status == revocation.Revoked {
		return a
	}
	return revocation.Answer{
		Status: revocation.Undetermined, Cause: causeTooMuch,
		RevokedAt: a.RevokedAt, Reason: a.Reason, Evidence: a.Evidence, More: a.More,
	}
}

// question is what lists are asked about the path, or about others that the
// evidence brings up, as of a time.
func (q *linkQuestion) question(at time.Time) revocation.Question {
	out := revocation.Question{Path: q.path, Pool: q.v.Trust, Extra: q.makers, At: at, Now: q.now}
	if q.until.Before(q.now) {
		out.Until = q.until // else also lists count that were made since
	}
	out.Proved = q.v.Retired.Proved
	if e := q.evidence; !e.empty() {
		out.Proved = func(l *revocation.CRL) time.Time {
			own, declared := e.proved(l), e.declared(q.v, l)
			if own.IsZero() || !declared.IsZero() && declared.Before(own) {
				return declared
			}
			return own
		}
		out.Others = func(c, issuer *certs.Certificate, at time.Time) revocation.Answer {
			return e.answers(q, certs.Path{c, issuer}, at, 1)
		}
	}
	return out
}

// maxDepth bounds responses about the signers of responses and lists.
const maxDepth = 3

// answers asks the responses about the first certificate of a path; the zero
// answer when none is about it.
func (e *evidence) answers(q *linkQuestion, path certs.Path, at time.Time, depth int) (answer revocation.Answer) {
	if depth > maxDepth {
		return answer
	}
	for _, item := range e.ocsps {
		said, known := e.ask(item, q, path, at, depth)
		if said.Cause == ocsp.CauseNoAnswer {
			continue
		}
		if !take(&e.left.answers) {
			return unheard(answer)
		}
		if known.After(q.until) {
			said = said.WithoutProof()
		}
		answer = revocation.Join(answer, said, at)
	}
	return answer
}

// ask judges one response about the first certificate of a path. What is known
// of its responder comes from everywhere: the verifier's lists, those that came
// along, and other responses. known is when the response is known to have existed.
func (e *evidence) ask(item *statusItem, q *linkQuestion, path certs.Path, at time.Time, depth int) (a revocation.Answer, known time.Time) {
	known = item.known
	policy := ocsp.Policy{
		AllowSHA1: q.v.Policy.digestAllowed(certs.SHA1.Name, item.known),
		CheckResponder: func(responder, issuer *certs.Certificate, at time.Time) revocation.Answer {
			return e.responder(q, append(certs.Path{responder}, path[1:]...), at, depth)
		},
		Ended: func(signer, issuer *certs.Certificate) time.Time {
			end := q.v.Retired.KeyDestroyed(signer, oidOCSPSigning, []*certs.Certificate{issuer})
			if !end.IsZero() && !item.response.ProducedAt.After(end) {
				known = earlier(known, end)
			}
			return end
		},
	}
	a = policy.Consider(item.response, ocsp.Question{
		Certificate: path[0], Issuer: path[1], Extra: q.makers, At: at, Now: q.now, Proved: item.known,
	})
	if a.Evidence != nil {
		named := *a.Evidence
		named.Source = sourceOf(item.carried)
		a.Evidence = &named
	}
	return a, known
}

var oidOCSPSigning = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 9}

// responderKey names what was asked about a responder.
type responderKey struct {
	responder, issuer [32]byte
	at, until         time.Time
	depth             int
}

// responder tells all that is known of a responder, the first of a path. Many
// responses are of one responder, who is asked about once.
func (e *evidence) responder(q *linkQuestion, path certs.Path, at time.Time, depth int) revocation.Answer {
	key := responderKey{path[0].Fingerprint(), path[1].Fingerprint(), at, q.until, depth}
	if answer, ok := e.responders[key]; ok {
		return answer
	}
	about := q.question(at)
	about.Path, about.Also = path, e.all()
	answer := q.v.Revocation.JudgeLink(about, 0)
	if lists := e.all(); lists != nil {
		about.Also = q.v.Revocation
		answer = revocation.Join(answer, lists.JudgeLink(about, 0), at)
	}
	answer = revocation.Join(answer, e.answers(q, path, at, depth+1), at)
	if e.responders == nil {
		e.responders = map[responderKey]revocation.Answer{}
	}
	e.responders[key] = answer
	return answer
}

// inFile reports whether everything that an answer rests on stands in the file.
func (e *evidence) inFile(a revocation.Answer) bool {
	for _, proof := range append([]*revocation.Evidence{a.Evidence}, a.More...) {
		for ; proof != nil; proof = proof.Delta {
			if proof.Source != sourceOf(true) {
				return false
			}
		}
	}
	return a.Evidence != nil
}
