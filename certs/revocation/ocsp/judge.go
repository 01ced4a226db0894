package ocsp

import (
	"bytes"
	"encoding/hex"
	"errors"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

// Question is what a response is asked.
type Question struct {
	Certificate *certs.Certificate
	// Issuer is the certificate's issuer on a path that was verified.
	Issuer *certs.Certificate
	// Extra are certificates that came along elsewhere: a response need not bring
	// that of its responder (RFC 6960 section 4.2.1).
	Extra []*certs.Certificate
	// At is the moment asked about.
	At time.Time
	// Now is the present, after which nothing can have been said; zero means
	// that At is the present.
	Now time.Time
	// Request is what was sent to get the response: then the response must
	// use its CertID, and its nonce by the policy. Nil means that the
	// response was kept, with a document say.
	Request *Request
	// Proved is when a kept response is proved to have existed: its responder
	// must have been valid, and not revoked, by then. Zero means that it is
	// not known to be older than the present, and that whether the responder's
	// certificate was still valid is for the caller to know.
	Proved time.Time
}

// proved is when a response is proved to have existed: one that was received is
// known since then.
func (pr *proof) proved(q Question) time.Time {
	switch {
	case !pr.received.IsZero():
		return pr.received
	case !q.Proved.IsZero():
		return q.Proved
	}
	return q.now()
}

func (q Question) now() time.Time {
	if q.Now.Before(q.At) {
		return q.At
	}
	return q.Now
}

// Judge tells what a response, in DER, proves about the certificate at the
// moment asked for. An answer speaks from its thisUpdate until its nextUpdate, or for
// the maximal age of the policy; and for earlier times too, if the certificate
// had not expired when the answer was made. A revocation after the time asked
// about leaves the status good, with RevokedAt telling of it, unless the
// question is about the present: whoever is said to be revoked is revoked,
// even if the responder's clock is ahead of ours. A revocation that is not a
// hold is not undone by the answer's age. Of several answers about the
// certificate the worst counts, and not to know is worse than good.
func (p *Policy) Judge(response []byte, q Question) revocation.Answer {
	resp, err := ParseResponse(response)
	if errors.Is(err, ErrType) {
		return undetermined(CauseType, nil)
	}
	if err != nil {
		return undetermined(CauseMalformed, nil)
	}
	return p.Consider(resp, q)
}

// Consider is [Policy.Judge] for a response that was read already.
func (p *Policy) Consider(resp *Response, q Question) revocation.Answer {
	pr, cause := p.prove(resp, q)
	if cause != "" {
		return undetermined(cause, evidence(resp, pr))
	}
	return p.decide(pr, q)
}

func undetermined(cause revocation.Cause, e *revocation.Evidence) revocation.Answer {
	return revocation.Answer{Status: revocation.Undetermined, Cause: cause, Evidence: e}
}

// proof is a response whose signer was found to have the right to answer:
// what does not change with time.
type proof struct {
	response *Response
	answers  []SingleResponse // about the certificate
	signer   signer
	received time.Time // zero when the response was kept
}

// prove checks what does not change with time.
func (p *Policy) prove(resp *Response, q Question) (*proof, revocation.Cause) {
	if cause := resp.Status.refusal(); cause != "" {
		return nil, cause
	}
	pr := &proof{response: resp}
	if q.Request != nil {
		pr.received = q.now()
	}
	for _, a := range resp.Answers {
		if q.asks(a.ID) {
			pr.answers = append(pr.answers, a)
		}
	}
	if len(pr.answers) == 0 {
		return pr, CauseNoAnswer
	}
	var cause revocation.Cause
	if pr.signer, cause = p.findSigner(resp, q); cause != "" {
		return pr, cause
	}
	if len(unprocessed(resp.Extensions)) > 0 {
		return pr, CauseUnhandled
	}
	return pr, p.nonce(resp, q.Request)
}

// asks reports whether an answer under the CertID is about the certificate.
func (q Question) asks(id CertID) bool {
	if q.Request != nil && !q.Request.ID.Equal(id) {
		return false
	}
	return id.names(q.Certificate, q.Issuer)
}

// nonce compares what was sent with what came back (RFC 9654).
func (p *Policy) nonce(resp *Response, sent *Request) revocation.Cause {
	if p.Nonce == NonceIgnored || sent == nil {
		return ""
	}
	got, ok, err := resp.Nonce()
	switch {
	case err != nil:
		return CauseNonceMalformed
	case p.Nonce == NonceRequired && (!ok || len(sent.Nonce) == 0):
		return CauseNonceMissing
	case ok && len(sent.Nonce) > 0 && !bytes.Equal(got, sent.Nonce):
		return CauseNonceMismatch
	}
	return ""
}

// decide asks the proof about a moment.
func (p *Policy) decide(pr *proof, q Question) revocation.Answer {
	q.Proved = p.knownSince(pr, q)
	e := evidence(pr.response, pr)
	if cause := p.standing(pr, q); cause != "" {
		return undetermined(cause, e)
	}
	if cause := p.production(pr, q); cause != "" {
		return undetermined(cause, e)
	}
	var worst revocation.Answer
	for i, a := range pr.answers {
		this := p.weigh(a, pr.signer, q)
		about := *e
		about.ThisUpdate, about.NextUpdate = a.ThisUpdate, a.NextUpdate
		this.Evidence = &about
		if i == 0 || worse(this, worst) {
			worst = this
		}
	}
	return worst
}

// knownSince is when a kept response is proved to have existed: when the question
// says, or when the key that signed it was destroyed.
func (p *Policy) knownSince(pr *proof, q Question) time.Time {
	if p.Ended == nil || !pr.received.IsZero() {
		return q.Proved
	}
	end := p.Ended(pr.signer.certificate, q.Issuer)
	if end.IsZero() || pr.response.ProducedAt.After(end) || !end.Before(pr.proved(q)) {
		return q.Proved
	}
	return end
}

// production asks whether the response can have been made when it says.
func (p *Policy) production(pr *proof, q Question) revocation.Cause {
	made, skew := pr.response.ProducedAt, p.skew()
	if made.After(q.now().Add(skew)) {
		return CauseProducedAt
	}
	for _, a := range pr.answers {
		if a.ThisUpdate.After(made.Add(skew)) {
			return CauseProducedAt
		}
	}
	return ""
}

// weigh judges one answer about the certificate.
func (p *Policy) weigh(a SingleResponse, by signer, q Question) revocation.Answer {
	if len(unprocessed(a.Extensions)) > 0 {
		return undetermined(CauseUnhandled, nil)
	}
	if a.Status == Unknown {
		return undetermined(CauseUnknown, nil)
	}
	if cause := p.plausible(a, q); cause != "" {
		return undetermined(cause, nil)
	}
	coverage := p.coverage(a, by, q)
	said := revocation.Answer{Status: revocation.Good, RevokedAt: a.RevokedAt, Reason: a.reason()}
	switch {
	case a.Status == Revoked && p.revokedAt(a, q) && (coverage == "" || said.Reason.Final()):
		said.Status = revocation.Revoked
	case coverage != "":
		said.Status, said.Cause = revocation.Undetermined, coverage
	}
	return said
}

// reason is that of a revocation, or that there was nothing to revoke (RFC 6960
// section 4.4.8).
func (a SingleResponse) reason() revocation.Reason {
	if a.Status == Revoked && a.Reason == revocation.CertificateHold && a.RevokedAt.Equal(time.Unix(0, 0)) {
		return revocation.NeverIssued
	}
	return a.Reason
}

// revokedAt reports whether the certificate counts as revoked at the moment
// asked about. The exact order of events is relied on only when both the
// answer and the present are later than that moment, by more than the skew of
// clocks.
func (p *Policy) revokedAt(a SingleResponse, q Question) bool {
	present := !q.At.Add(p.skew()).Before(q.now())
	return present || !a.RevokedAt.After(q.At) || !a.ThisUpdate.After(q.At)
}

// plausible asks whether the times of an answer make sense.
func (p *Policy) plausible(a SingleResponse, q Question) revocation.Cause {
	switch {
	case a.ThisUpdate.After(q.now().Add(p.skew())):
		return CauseFuture
	case !a.NextUpdate.IsZero() && a.NextUpdate.Before(a.ThisUpdate):
		return CauseContradictory
	case a.ThisUpdate.Add(p.skew()).Before(q.Certificate.NotBefore):
		return CauseBeforeCertificate
	}
	return ""
}

// coverage asks whether an answer speaks about the moment. What was said
// before it counts for as long as the answer is fresh and the signer valid,
// what was said after it counts as long as the certificate had not expired by
// then: responders may forget about expired certificates.
func (p *Policy) coverage(a SingleResponse, by signer, q Question) revocation.Cause {
	if a.ThisUpdate.After(q.Certificate.NotAfter) {
		return CauseAfterExpiry
	}
	if a.ThisUpdate.After(q.At) {
		return ""
	}
	if end, cause := p.freshUntil(a); !q.At.Add(-p.skew()).Before(end) {
		return cause
	}
	if q.At.After(by.certificate.NotAfter) {
		return CauseResponderExpired
	}
	return ""
}

// worse reports whether a counts rather than b: because it is more severe, or
// as severe and of an earlier revocation.
func worse(a, b revocation.Answer) bool {
	if severity(a) != severity(b) {
		return severity(a) > severity(b)
	}
	return a.RevokedAt.Before(b.RevokedAt)
}

// severity orders answers about one certificate.
func severity(a revocation.Answer) int {
	switch {
	case a.Status == revocation.Revoked && a.Reason.Final():
		return 4
	case a.Status == revocation.Revoked:
		return 3
	case a.Status == revocation.Undetermined:
		return 2
	case !a.RevokedAt.IsZero():
		return 1
	}
	return 0
}

// evidence names the response behind an answer.
func evidence(resp *Response, pr *proof) *revocation.Evidence {
	e := &revocation.Evidence{Kind: revocation.KindOCSP, SHA256: hex.EncodeToString(resp.digest[:])}
	switch {
	case pr != nil && pr.signer.certificate != nil:
		e.Issuer = pr.signer.certificate.Subject.String()
	case resp.ResponderKeyHash != nil:
		e.Issuer = "key " + hex.EncodeToString(resp.ResponderKeyHash)
	default:
		e.Issuer = resp.ResponderName.String()
	}
	if pr != nil && len(pr.answers) > 0 {
		e.ThisUpdate, e.NextUpdate = pr.answers[0].ThisUpdate, pr.answers[0].NextUpdate
	}
	return e
}
