package ocsp

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

// authority is by what right a signer answers.
type authority int

const (
	issuerItself authority = iota + 1
	delegated
	configured
)

// signer is the certificate under whose key a response verified, with its
// right to answer.
type signer struct {
	certificate *certs.Certificate
	by          authority
}

// findSigner looks for the certificate that the response names, that signed
// it and that may answer for the issuer (RFC 6960 section 4.2.2.2): the issuer
// itself, configured responders, certificates that came with the response or
// elsewhere.
func (p *Policy) findSigner(resp *Response, q Question) (signer, revocation.Cause) {
	alg, err := certs.ParseAlgorithm(resp.Algorithm)
	if err != nil {
		return signer{}, CauseAlgorithm
	}
	if alg.Digest.OID.Equal(certs.SHA1.OID) && !p.AllowSHA1 {
		return signer{}, CauseWeakAlgorithm
	}
	candidates := []*certs.Certificate{q.Issuer}
	for _, t := range p.Responders {
		if t.Certificate != nil {
			candidates = append(candidates, t.Certificate)
		}
	}
	candidates = append(candidates, resp.Certificates...)
	named := append(resp.named(candidates, len(candidates)), resp.named(q.Extra, maxCertificates)...)
	if len(named) == 0 {
		return signer{}, unnamed(resp, candidates)
	}
	cause := revocation.Cause("")
	for _, c := range named {
		s, problem := p.examine(resp, c, q)
		if problem == "" {
			return s, ""
		}
		if cause == "" || progress(problem) > progress(cause) {
			cause = problem
		}
	}
	return signer{}, cause
}

// named returns those of the certificates that the response may be signed with,
// each once.
func (resp *Response) named(all []*certs.Certificate, most int) (found []*certs.Certificate) {
	for _, c := range all {
		same := func(have *certs.Certificate) bool { return have.Fingerprint() == c.Fingerprint() }
		if len(found) < most && resp.identifies(c) && !slices.ContainsFunc(found, same) {
			found = append(found, c)
		}
	}
	return found
}

// unnamed tells a responder that calls itself by another name from one whose
// certificate is nowhere.
func unnamed(resp *Response, candidates []*certs.Certificate) revocation.Cause {
	for _, c := range candidates {
		if resp.CheckSignatureFrom(c) == nil {
			return CauseResponderID
		}
	}
	return CauseNoResponder
}

// examine asks whether c signed the response and may do so.
func (p *Policy) examine(resp *Response, c *certs.Certificate, q Question) (signer, revocation.Cause) {
	if err := resp.CheckSignatureFrom(c); errors.Is(err, certs.ErrAlgorithm) {
		return signer{}, CauseAlgorithm
	} else if err != nil {
		return signer{}, CauseSignature
	}
	switch {
	case p.trusts(c, q.Issuer):
		return signer{c, configured}, ""
	case sameAuthority(c, q.Issuer):
		// Perhaps another certificate of the same key came along; what was
		// verified is the caller's.
		return signer{q.Issuer, issuerItself}, ""
	}
	return signer{c, delegated}, delegation(c, q)
}

// delegation asks whether the issuer's own key certified the responder for
// answering. The purpose must be named: anyExtendedKeyUsage is not enough.
func delegation(c *certs.Certificate, q Question) revocation.Cause {
	if !issuedBy(c, q.Issuer) {
		return CauseNotDelegated
	}
	switch {
	case !slices.ContainsFunc(c.ExtKeyUsage, oidOCSPSigning.Equal):
		return CauseNoOCSPSigning
	case c.HasKeyUsage && c.KeyUsage&(certs.DigitalSignature|certs.NonRepudiation) == 0:
		return CauseResponderKeyUsage
	case len(c.UnhandledCritical) > 0:
		return CauseResponderExtension
	case c.Fingerprint() == q.Certificate.Fingerprint():
		return CauseAboutItself
	}
	return ""
}

// sameAuthority reports whether two certificates are of one name and key.
func sameAuthority(a, b *certs.Certificate) bool {
	return a.Subject.Equal(b.Subject) && bytes.Equal(a.RawSPKI, b.RawSPKI)
}

// progress orders the causes by how much was found out before them.
func progress(c revocation.Cause) int {
	return slices.Index([]revocation.Cause{
		CauseAlgorithm, CauseSignature, CauseNotDelegated, CauseNoOCSPSigning,
		CauseResponderKeyUsage, CauseResponderExtension, CauseAboutItself,
	}, c)
}

// standing asks whether the signer was valid when it signed, and when its
// response is known to have existed, and was not revoked by then. What is known
// of the revocation of a signer counts also where nothing need be known of it.
func (p *Policy) standing(pr *proof, q Question) revocation.Cause {
	s, moments := pr.signer, []time.Time{pr.response.ProducedAt}
	switch {
	case !pr.received.IsZero():
		moments = append(moments, pr.received)
	case !q.Proved.IsZero():
		moments = append(moments, q.Proved)
	}
	for _, t := range moments {
		if t.Before(s.certificate.NotBefore) {
			return CauseResponderNotYet
		}
		if t.After(s.certificate.NotAfter) {
			return CauseResponderExpired
		}
	}
	unchecked := s.by == configured || marked(s.certificate)
	switch {
	case s.by == issuerItself, s.by == configured && !issuedBy(s.certificate, q.Issuer):
		return "" // what is known of the issuer itself is for the caller to ask
	case p.CheckResponder == nil && unchecked:
		return ""
	case p.CheckResponder == nil:
		return CauseResponderUnchecked
	}
	stood := revocation.Standing{Proved: pr.proved(q), Unchecked: unchecked}.Of(func(at time.Time) revocation.Answer {
		return p.CheckResponder(s.certificate, q.Issuer, at)
	})
	switch stood.Status {
	case revocation.Good:
		return ""
	case revocation.Revoked:
		return CauseResponderRevoked
	}
	return CauseResponderUnchecked
}

func issuedBy(c, issuer *certs.Certificate) bool {
	return c.Issuer.Equal(issuer.Subject) && c.CheckSignatureFrom(issuer) == nil
}

// marked reports whether the certificate carries id-pkix-ocsp-nocheck. Its
// value, NULL by RFC 6960 section 4.2.2.2.1, is empty in national certificates
// of 2022 and is not looked at.
func marked(c *certs.Certificate) bool {
	_, ok := extension(c.Extensions, oidNoCheck)
	return ok
}
