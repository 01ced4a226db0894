package ocsp

import (
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

// NoncePolicy says what a nonce is worth. A response that was not fetched for
// the question, such as one kept with a document, has none to compare.
type NoncePolicy int

// The nonce policies.
const (
	// NonceIfPresent sends a nonce; one that comes back must be the same. A
	// responder may leave it out, as those do that sign beforehand.
	NonceIfPresent NoncePolicy = iota
	// NonceRequired sends a nonce and wants it back. Nothing is cached then.
	NonceRequired
	// NonceIgnored sends none and looks at none.
	NonceIgnored
)

// Defaults of [Policy].
const (
	DefaultSkew   = 5 * time.Minute
	DefaultMaxAge = 5 * time.Minute
)

// Policy says which responses are believed. The zero value is strict and
// useful.
type Policy struct {
	// Skew is how far the clocks of responders may be from ours: zero means
	// [DefaultSkew], less than zero none at all.
	Skew time.Duration
	// MaxAge is how long after its thisUpdate an answer without nextUpdate
	// is good for: zero means [DefaultMaxAge]. The national responder sends
	// such answers.
	MaxAge time.Duration
	// MaxLife limits the age of every answer, whatever its nextUpdate says;
	// zero means no limit.
	MaxLife time.Duration
	Nonce   NoncePolicy
	// AllowSHA1 believes signatures over SHA-1, for responses of the past: a
	// nonce chosen by an attacker stands in what is signed.
	AllowSHA1 bool
	// Responders are trusted by configuration, each for one issuer. They count
	// as marked.
	Responders []TrustedResponder
	// CheckResponder tells the status of a delegated responder's certificate.
	// Without the function none is believed that is not marked with
	// id-pkix-ocsp-nocheck; of one that is, only what is known to be revoked
	// counts (RFC 6960 section 4.2.2.2.1), so that the function should not go
	// to a network for it. It is called for every question, also when the
	// response is a kept one.
	CheckResponder func(responder, issuer *certs.Certificate, at time.Time) revocation.Answer
	// Ended tells by when the key of a signer is declared to have been destroyed, the
	// zero time when it is not: a kept response that was not made later is known since then at
	// the latest. Nil declares nothing.
	Ended func(signer, issuer *certs.Certificate) time.Time
}

// TrustedResponder is a local decision that a responder speaks about the
// certificates of an issuer (RFC 6960 section 4.2.2.2, first criterion). Its
// validity period is asked for then and, where that issuer certified it, whether
// it is known to be revoked.
type TrustedResponder struct {
	Certificate *certs.Certificate
	Issuer      *certs.Certificate
}

func (p *Policy) skew() time.Duration {
	switch {
	case p.Skew == 0:
		return DefaultSkew
	case p.Skew < 0:
		return 0
	}
	return p.Skew
}

// freshUntil returns the end of the time for which an answer speaks, without
// regard to skew.
func (p *Policy) freshUntil(s SingleResponse) (time.Time, revocation.Cause) {
	end, cause := s.NextUpdate, CauseExpired
	if end.IsZero() {
		age := p.MaxAge
		if age == 0 {
			age = DefaultMaxAge
		}
		end, cause = s.ThisUpdate.Add(age), CauseTooOld
	}
	if p.MaxLife > 0 {
		if limit := s.ThisUpdate.Add(p.MaxLife); limit.Before(end) {
			end, cause = limit, CauseTooOld
		}
	}
	return end, cause
}

// trusts reports whether c is a configured responder for the issuer: the same
// issuer by name and key.
func (p *Policy) trusts(c, issuer *certs.Certificate) bool {
	for _, t := range p.Responders {
		if t.Certificate != nil && t.Issuer != nil && t.Certificate.Fingerprint() == c.Fingerprint() && sameAuthority(t.Issuer, issuer) {
			return true
		}
	}
	return false
}
