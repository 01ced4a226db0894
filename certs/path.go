package certs

import (
	"bytes"
	"encoding/asn1"
	"fmt"
	"slices"
)

// PathReason says why no path to an anchor was accepted.
type PathReason string

// The reasons. When several candidate paths fail, the one that came furthest
// is reported; a path that reached an anchor came further than any other.
const (
	ReasonNoAnchors       PathReason = "no_trust_anchors"
	ReasonNoIssuer        PathReason = "issuer_not_found"
	ReasonAlgorithm       PathReason = "algorithm_not_usable"
	ReasonSignature       PathReason = "certificate_signature_wrong"
	ReasonNotCA           PathReason = "issuer_is_no_ca"
	ReasonKeyUsage        PathReason = "issuer_may_not_sign_certificates"
	ReasonPathLength      PathReason = "path_too_long"
	ReasonCritical        PathReason = "critical_extension_not_processed"
	ReasonIssuerNotYet    PathReason = "issuer_not_yet_valid"
	ReasonIssuerExpired   PathReason = "issuer_expired"
	ReasonNotYet          PathReason = "certificate_not_yet_valid"
	ReasonExpired         PathReason = "certificate_expired"
	ReasonNameConstraints PathReason = "name_not_permitted"
	ReasonNameForm        PathReason = "name_constraint_not_processed"
	ReasonPolicyMapping   PathReason = "policy_mapping_of_any_policy"
	ReasonPolicy          PathReason = "no_acceptable_policy"
	ReasonNotAccepted     PathReason = "path_not_accepted" // by Inputs.Accept, whose error is wrapped
	ReasonBudgetExhausted PathReason = "path_building_budget_exhausted"
)

// PathError is the answer that no path was accepted: an answer about the
// certificate, not a failure of ours.
type PathError struct {
	Reason PathReason
	// Certificate is the one at which the best candidate path ended.
	Certificate *Certificate
	Err         error
	// Others are what other candidate paths failed for, as far as they were kept.
	Others []*PathError
}

func (e *PathError) Error() string {
	who := ""
	if e.Certificate != nil {
		who = ": " + e.Certificate.Subject.String()
	}
	if e.Err != nil {
		return fmt.Sprintf("%s%s: %v", e.Reason, who, e.Err)
	}
	return string(e.Reason) + who
}

func (e *PathError) Unwrap() error { return e.Err }

// Path is a certification path, from the certificate asked about to the trust
// anchor. An anchor asked about is a path of one.
type Path []*Certificate

// Anchor returns the trust anchor at the end.
func (p Path) Anchor() *Certificate { return p[len(p)-1] }

// Equal reports whether two paths are of the same certificates.
func (p Path) Equal(other Path) bool {
	return slices.EqualFunc(p, other, func(a, b *Certificate) bool { return a.fingerprint == b.fingerprint })
}

// oidAnyUsage is the extended key usage that limits nothing.
var oidAnyUsage = asn1.ObjectIdentifier{2, 5, 29, 37, 0}

// Permits reports whether the authorities on the path may issue certificates for
// an extended key usage: an authority whose own certificate names such usages is
// for no other (RFC 5280 section 4.2.1.12).
func (p Path) Permits(usage asn1.ObjectIdentifier) bool {
	return !slices.ContainsFunc(p[min(1, len(p)):], func(c *Certificate) bool {
		return len(c.ExtKeyUsage) > 0 && !slices.ContainsFunc(c.ExtKeyUsage, usage.Equal) &&
			!slices.ContainsFunc(c.ExtKeyUsage, oidAnyUsage.Equal)
	})
}

// Pool holds trust anchors and intermediate certificates. The zero value holds
// none, and then no path exists. A pool may be used by many goroutines once it
// is filled; it must not be copied. It remembers what never changes about the
// certificates it has found paths for, and nothing that depends on time.
type Pool struct {
	bySubject map[string][]*Certificate
	anchors   map[[32]byte]bool
	// production counts the anchors that are production authorities of
	// Kazakhstan.
	production int
	issuers    map[string]*issuerFacts // by the bytes of their names
	known      known
}

// AddAnchor makes a certificate a trust anchor: every path ends in one.
func (p *Pool) AddAnchor(c *Certificate) {
	p.AddIntermediate(c)
	if p.anchors == nil {
		p.anchors = map[[32]byte]bool{}
	}
	if _, national := c.National(); national && !p.anchors[c.fingerprint] {
		p.production++
	}
	p.anchors[c.fingerprint] = true
	p.forget()
}

// AddIntermediate offers a certificate to path building without trusting it.
func (p *Pool) AddIntermediate(c *Certificate) {
	if p.bySubject == nil {
		p.bySubject = map[string][]*Certificate{}
		p.issuers = map[string]*issuerFacts{}
	}
	if p.issuers[string(c.Subject.Raw)] == nil {
		p.issuers[string(c.Subject.Raw)] = &issuerFacts{name: c.Subject}
	}
	key := c.Subject.key
	if contains(p.bySubject[key], c) {
		return
	}
	p.bySubject[key] = append(p.bySubject[key], c)
	p.forget()
}

// Mixed reports whether production authorities of Kazakhstan are trusted
// together with others, such as test authorities.
func (p *Pool) Mixed() bool { return p.production > 0 && p.production < len(p.anchors) }

// BySubject returns the certificates of a name, compared by [Name.Equal]. The
// slice is the pool's own.
func (p *Pool) BySubject(n Name) []*Certificate { return p.bySubject[n.key] }

// Anchors returns the trust anchors in the order of their fingerprints.
func (p *Pool) Anchors() []*Certificate {
	return p.collect(func(c *Certificate) bool { return p.anchors[c.fingerprint] })
}

// Intermediates returns the other certificates in that order.
func (p *Pool) Intermediates() []*Certificate {
	return p.collect(func(c *Certificate) bool { return !p.anchors[c.fingerprint] })
}

func (p *Pool) collect(keep func(*Certificate) bool) []*Certificate {
	var found []*Certificate
	for _, same := range p.bySubject {
		for _, c := range same {
			if keep(c) {
				found = append(found, c)
			}
		}
	}
	slices.SortFunc(found, func(a, b *Certificate) int { return bytes.Compare(a.fingerprint[:], b.fingerprint[:]) })
	return found
}

// contains compares by the certificates' bytes: the same one may come from the
// pool and with a signature.
func contains(list []*Certificate, c *Certificate) bool {
	return slices.ContainsFunc(list, func(have *Certificate) bool { return have.fingerprint == c.fingerprint })
}
