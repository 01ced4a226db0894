package certs

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Limits of path building. The national hierarchy is three certificates deep;
// the budget of signatures is what a hostile pool may make us spend.
const (
	maxPathDepth  = 10
	maxSignatures = 64
)

// PathReason says why no path to an anchor was accepted.
type PathReason string

// The reasons, from the least to the most that was found out. When several
// candidate paths fail, the one that came furthest is reported.
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
	ReasonBudgetExhausted PathReason = "path_building_budget_exhausted"
)

// PathError is the answer that no path was accepted: an answer about the
// certificate, not a failure of ours.
type PathError struct {
	Reason PathReason
	// Certificate is the one at which the best candidate path ended.
	Certificate *Certificate
	Err         error
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

// Pool holds trust anchors and intermediate certificates. The zero value holds
// none, and then no path exists. A pool may be read by many goroutines once it
// is filled.
type Pool struct {
	bySubject map[string][]*Certificate
	anchors   map[[32]byte]bool
	// production counts the anchors that are production authorities of
	// Kazakhstan.
	production int
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
}

// AddIntermediate offers a certificate to path building without trusting it.
func (p *Pool) AddIntermediate(c *Certificate) {
	if p.bySubject == nil {
		p.bySubject = map[string][]*Certificate{}
	}
	key := string(c.Subject.Raw)
	if contains(p.bySubject[key], c) {
		return
	}
	p.bySubject[key] = append(p.bySubject[key], c)
}

// Mixed reports whether production authorities of Kazakhstan are trusted
// together with others, such as test authorities.
func (p *Pool) Mixed() bool { return p.production > 0 && p.production < len(p.anchors) }

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

// Build looks for a path from c to a trust anchor of the pool at a time. The
// extra certificates, such as those that came with a signature, help to find
// one but are not trusted.
//
// For every link the signature, the issuer's validity at that time, its CA
// flag, path length and keyCertSign bit are checked, and unknown critical
// extensions refuse (RFC 5280 section 6.1.3 and 6.1.4). Issuers are matched by
// name and key identifier, then by signature. The validity of c itself is a
// question of its own: [Certificate.ValidAt].
//
// The error is a *[PathError].
func (p *Pool) Build(c *Certificate, extra []*Certificate, at time.Time) (Path, error) {
	if len(p.anchors) == 0 {
		return nil, &PathError{Reason: ReasonNoAnchors}
	}
	b := builder{pool: p, extra: extra, at: at, signatures: maxSignatures}
	if len(c.UnhandledCritical) > 0 {
		return nil, &PathError{Reason: ReasonCritical, Certificate: c, Err: fmt.Errorf("extension %v", c.UnhandledCritical[0])}
	}
	if path := b.extend(Path{c}); path != nil {
		return path, nil
	}
	return nil, b.best
}

// builder is one search for a path.
type builder struct {
	pool       *Pool
	extra      []*Certificate
	at         time.Time
	signatures int // left in the budget
	best       *PathError
	bestDepth  int
}

// extend returns path continued to an anchor, or nil.
func (b *builder) extend(path Path) Path {
	last := path[len(path)-1]
	if b.pool.anchors[last.fingerprint] {
		return path
	}
	if len(path) >= maxPathDepth {
		return b.fail(path, ReasonPathLength, last, nil)
	}
	candidates := b.issuersOf(last)
	if len(candidates) == 0 {
		return b.fail(path, ReasonNoIssuer, last, nil)
	}
	for _, issuer := range candidates {
		if contains(path, issuer) {
			continue
		}
		if reason, err := b.check(path, issuer); reason != "" {
			b.fail(path, reason, issuer, err)
			if reason == ReasonBudgetExhausted {
				return nil
			}
			continue
		}
		if found := b.extend(append(slices.Clone(path), issuer)); found != nil {
			return found
		}
	}
	if b.best == nil { // every candidate was already on the path: a loop
		b.fail(path, ReasonNoIssuer, last, nil)
	}
	return nil
}

// check asks whether issuer may stand after the last certificate of path.
func (b *builder) check(path Path, issuer *Certificate) (PathReason, error) {
	if b.signatures == 0 {
		return ReasonBudgetExhausted, nil
	}
	b.signatures--
	if err := path[len(path)-1].CheckSignatureFrom(issuer); errors.Is(err, ErrAlgorithm) {
		return ReasonAlgorithm, err
	} else if err != nil {
		return ReasonSignature, err
	}
	switch {
	case !issuer.BasicConstraints || !issuer.CA:
		return ReasonNotCA, nil
	case issuer.HasKeyUsage && issuer.KeyUsage&KeyCertSign == 0:
		return ReasonKeyUsage, nil
	case issuer.MaxPathLen >= 0 && intermediatesIn(path) > issuer.MaxPathLen:
		return ReasonPathLength, nil
	case len(issuer.UnhandledCritical) > 0:
		return ReasonCritical, fmt.Errorf("extension %v", issuer.UnhandledCritical[0])
	case b.at.Before(issuer.NotBefore):
		return ReasonIssuerNotYet, fmt.Errorf("valid from %s", issuer.NotBefore.Format(time.RFC3339))
	case b.at.After(issuer.NotAfter):
		return ReasonIssuerExpired, fmt.Errorf("valid until %s", issuer.NotAfter.Format(time.RFC3339))
	}
	return "", nil
}

// intermediatesIn counts what a path length constraint counts: certificates
// after the first that are not self-issued (RFC 5280 section 4.2.1.9).
func intermediatesIn(path Path) int {
	n := 0
	for _, c := range path[1:] {
		if !c.SelfIssued() {
			n++
		}
	}
	return n
}

// issuersOf returns the certificates that may have issued c, the likeliest
// first: same name, a key identifier that does not contradict, anchors before
// others.
func (b *builder) issuersOf(c *Certificate) []*Certificate {
	var found []*Certificate
	offer := func(issuer *Certificate) {
		if !bytes.Equal(issuer.Subject.Raw, c.Issuer.Raw) || contains(found, issuer) {
			return
		}
		if len(c.AuthorityKeyID) > 0 && len(issuer.SubjectKeyID) > 0 && !bytes.Equal(c.AuthorityKeyID, issuer.SubjectKeyID) {
			return
		}
		found = append(found, issuer)
	}
	for _, issuer := range b.pool.bySubject[string(c.Issuer.Raw)] {
		offer(issuer)
	}
	for _, issuer := range b.extra {
		offer(issuer)
	}
	slices.SortStableFunc(found, func(x, y *Certificate) int {
		return b.rank(x) - b.rank(y)
	})
	return found
}

// contains compares by the certificates' bytes: the same one may come from the
// pool and with a signature.
func contains(list []*Certificate, c *Certificate) bool {
	return slices.ContainsFunc(list, func(have *Certificate) bool { return have.fingerprint == c.fingerprint })
}

func (b *builder) rank(c *Certificate) int {
	switch {
	case b.pool.anchors[c.fingerprint] && c.ValidAt(b.at):
		return 0
	case c.ValidAt(b.at):
		return 1
	}
	return 2
}

// fail remembers the reason if this path came further than those before it.
func (b *builder) fail(path Path, reason PathReason, c *Certificate, err error) Path {
	if b.best == nil || len(path) > b.bestDepth || reason == ReasonBudgetExhausted {
		b.best = &PathError{Reason: reason, Certificate: c, Err: err}
		b.bestDepth = len(path)
	}
	return nil
}
