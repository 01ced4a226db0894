package certs

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Limits of one search. The national hierarchy is three certificates deep; the
// rest is what hostile certificates may make us spend.
const (
	maxPathDepth  = 10
	maxSignatures = 64      // verifications, each link once
	maxCandidates = 4096    // issuers looked at
	maxComplete   = 32      // paths that reach an anchor
	maxWork       = 250_000 // names compared with constraints, policies processed
	maxFailures   = 8       // reasons that are told
)

// Inputs are what a path is validated against (RFC 5280 section 6.1.1). The
// zero value but for At asks for no policy.
type Inputs struct {
	At               time.Time
	Policies         []asn1.ObjectIdentifier // user-initial-policy-set; nil: any
	ExplicitPolicy   bool                    // the path must be valid under one of them
	InhibitMapping   bool
	InhibitAnyPolicy bool
	// Accept is asked about each path that is valid otherwise, such as whether
	// a certificate on it was revoked. An error sends the search on to the
	// next candidate. Nil accepts.
	Accept func(Path) error
}

// Validation is a path that was accepted and the policies it is valid under:
// AnyPolicy among them when nothing limits them, none when no policy holds and
// none was asked for.
type Validation struct {
	Path     Path
	Policies []asn1.ObjectIdentifier
}

// Validate looks for a valid path from c to a trust anchor of the pool. The
// extra certificates, such as those that came with a signature, help to find
// one but are not trusted.
//
// It does what RFC 5280 section 6.1 asks, with the policy graph of RFC 9618:
// names chain by section 7.1, every signature verifies, every certificate is
// valid at that time, issuers are authorities that may sign certificates, path
// lengths, name constraints and policies hold, and no critical extension is
// left unprocessed. Revocation is asked for through Inputs.Accept. The anchor's
// certificate is held to the same validity, path length and name constraints.
//
// The search is bounded; certificates made to be costly end it with
// [ReasonBudgetExhausted]. The error is a *[PathError].
func (p *Pool) Validate(c *Certificate, extra []*Certificate, in Inputs) (Validation, error) {
	if len(p.anchors) > 0 {
		if in.At.Before(c.NotBefore) {
			return Validation{}, &PathError{Reason: ReasonNotYet, Certificate: c, Err: fmt.Errorf("valid from %s", c.NotBefore.Format(time.RFC3339))}
		}
		if in.At.After(c.NotAfter) {
			return Validation{}, &PathError{Reason: ReasonExpired, Certificate: c, Err: fmt.Errorf("valid until %s", c.NotAfter.Format(time.RFC3339))}
		}
	}
	return p.search(c, extra, in, andPolicies)
}

// Build is [Pool.Validate] without the question whether c itself is valid at
// that time, which is one of its own: [Certificate.ValidAt]. No policy is asked
// for.
//
// The error is a *[PathError].
func (p *Pool) Build(c *Certificate, extra []*Certificate, at time.Time) (Path, error) {
	if path := p.remembered(c, at); path != nil {
		return path, nil
	}
	v, err := p.search(c, extra, Inputs{At: at}, pathOnly)
	if err == nil {
		p.remember(v.Path)
	}
	return v.Path, err
}

// BuildAccepted is [Pool.Build] for who asks more of a path than that it is one:
// accept is asked about path after path until it returns nil (EN 319 102-1
// section 5.2.6). An error that wraps [ErrEnough] ends the search. Nothing is
// remembered: what was accepted once need not be again.
//
// The error is a *[PathError].
func (p *Pool) BuildAccepted(c *Certificate, extra []*Certificate, at time.Time, accept func(Path) error) (Path, error) {
	v, err := p.search(c, extra, Inputs{At: at, Accept: accept}, pathOnly)
	return v.Path, err
}

// ErrEnough is what Inputs.Accept returns to end a search.
var ErrEnough = errors.New("no more paths are wanted")

// wanted is what a search is for.
type wanted bool

const (
	pathOnly    wanted = false
	andPolicies wanted = true // that the path is valid under
)

func (p *Pool) search(c *Certificate, extra []*Certificate, in Inputs, want wanted) (Validation, error) {
	if len(p.anchors) == 0 {
		return Validation{}, &PathError{Reason: ReasonNoAnchors}
	}
	if len(c.UnhandledCritical) > 0 {
		return Validation{}, &PathError{Reason: ReasonCritical, Certificate: c, Err: fmt.Errorf("extension %v", c.UnhandledCritical[0])}
	}
	b := builder{
		pool: p, in: in, want: want,
		signatures: maxSignatures, candidates: maxCandidates, complete: maxComplete, effort: maxWork,
	}
	if len(extra) > 0 {
		b.extra = map[string][]*Certificate{}
	}
	for _, e := range extra {
		b.extra[e.Subject.key] = append(b.extra[e.Subject.key], e)
	}
	// One array for all paths that are tried: each grows and shrinks at its end.
	if b.extend(append(make(Path, 0, maxPathDepth), c)) {
		return b.found, nil
	}
	return Validation{}, b.conclude()
}

// builder is one search for a path.
type builder struct {
	pool  *Pool
	extra map[string][]*Certificate
	in    Inputs
	want  wanted

	signatures, candidates, complete, effort int // left in the budget

	verified []verifiedLink
	issuers  map[[32]byte][]*Certificate // where finding them was work
	hops     map[string]int              // to an anchor, by names alone; nil until needed

	found     Validation
	best      *PathError
	bestDepth int
	failed    []*PathError // the first few, best among them
}

// conclude is the error of a search that found nothing.
func (b *builder) conclude() *PathError {
	for _, other := range b.failed {
		if other != b.best {
			b.best.Others = append(b.best.Others, other)
		}
	}
	return b.best
}

// note keeps what a path failed for, once.
func (b *builder) note(err *PathError) {
	if len(b.failed) < maxFailures && !slices.ContainsFunc(b.failed, func(have *PathError) bool {
		return have.Reason == err.Reason && have.Certificate == err.Certificate
	}) {
		b.failed = append(b.failed, err)
	}
}

// verifiedLink is what came of one certificate's signature under a key.
type verifiedLink struct {
	c, issuer *Certificate
	err       error
}

// work takes n steps from the budget; false when it is spent.
func (b *builder) work(n int) bool {
	b.effort -= n + 1
	return b.effort > 0
}

// spent reports whether the search must end.
func (b *builder) spent() bool { return b.best != nil && b.best.Reason == ReasonBudgetExhausted }

// extend continues the path to an anchor and reports whether one was accepted.
func (b *builder) extend(path Path) bool {
	last := path[len(path)-1]
	if b.pool.anchors[last.fingerprint] {
		return b.finish(path)
	}
	if len(path) >= maxPathDepth {
		b.fail(path, &PathError{Reason: ReasonPathLength, Certificate: last})
		return false
	}
	tried := false
	for _, issuer := range b.issuersOf(last) {
		if repeats(path, issuer) {
			continue
		}
		tried = true
		if err := b.check(path, issuer); err != nil {
			b.fail(path, err)
		} else if b.extend(append(path, issuer)) {
			return true
		}
		if b.spent() {
			return false
		}
	}
	if !tried {
		b.fail(path, &PathError{Reason: ReasonNoIssuer, Certificate: last})
	}
	return false
}

// repeats reports whether the issuer's name and key are on the path already:
// such a path goes round in a loop (RFC 4158 section 2.4.2).
func repeats(path Path, issuer *Certificate) bool {
	return slices.ContainsFunc(path, func(c *Certificate) bool {
		return bytes.Equal(c.RawSPKI, issuer.RawSPKI) && c.Subject.Equal(issuer.Subject)
	})
}

// finish asks what can only be asked of a complete path.
func (b *builder) finish(path Path) bool {
	const complete = maxPathDepth + 1 // further than any that reached no anchor
	refuse := func(err *PathError) bool {
		b.note(err)
		if b.bestDepth < complete || err.Reason == ReasonBudgetExhausted {
			b.best, b.bestDepth = err, complete
		}
		return false
	}
	path = slices.Clone(path) // the search goes on in the array that it was in
	if b.complete == 0 {
		return refuse(&PathError{Reason: ReasonBudgetExhausted, Certificate: path[0]})
	}
	b.complete--
	if err := b.checkNames(path); err != nil {
		return refuse(err)
	}
	var policies []asn1.ObjectIdentifier
	if b.want == andPolicies || !indifferent(path) {
		var err *PathError
		if policies, err = b.checkPolicies(path); err != nil {
			return refuse(err)
		}
	}
	if b.in.Accept != nil {
		if err := b.in.Accept(path); errors.Is(err, ErrEnough) {
			return refuse(&PathError{Reason: ReasonBudgetExhausted, Certificate: path[0], Err: err})
		} else if err != nil {
			return refuse(&PathError{Reason: ReasonNotAccepted, Certificate: path[0], Err: err})
		}
	}
	b.found = Validation{Path: path, Policies: policies}
	return true
}

// check asks whether issuer may stand after the last certificate of path. The
// signature comes last: it is what costs.
func (b *builder) check(path Path, issuer *Certificate) *PathError {
	refuse := func(reason PathReason, err error) *PathError {
		return &PathError{Reason: reason, Certificate: issuer, Err: err}
	}
	if b.candidates == 0 {
		return refuse(ReasonBudgetExhausted, nil)
	}
	b.candidates--
	at := b.in.At
	switch {
	case !b.authority(issuer):
		return refuse(ReasonNotCA, nil)
	case issuer.HasKeyUsage && issuer.KeyUsage&KeyCertSign == 0:
		return refuse(ReasonKeyUsage, nil)
	case issuer.MaxPathLen >= 0 && intermediatesIn(path) > issuer.MaxPathLen:
		return refuse(ReasonPathLength, nil)
	case len(issuer.UnhandledCritical) > 0:
		return refuse(ReasonCritical, fmt.Errorf("extension %v", issuer.UnhandledCritical[0]))
	case at.Before(issuer.NotBefore):
		return refuse(ReasonIssuerNotYet, fmt.Errorf("valid from %s", issuer.NotBefore.Format(time.RFC3339)))
	case at.After(issuer.NotAfter):
		return refuse(ReasonIssuerExpired, fmt.Errorf("valid until %s", issuer.NotAfter.Format(time.RFC3339)))
	}
	return b.verify(path[len(path)-1], issuer)
}

// authority reports whether a certificate may issue others. Anchors made
// before there were extensions have nothing to say it with.
func (b *builder) authority(c *Certificate) bool {
	return c.BasicConstraints && c.CA || len(c.Extensions) == 0 && b.pool.anchors[c.fingerprint]
}

// verify checks one signature, once in a search.
func (b *builder) verify(c, issuer *Certificate) *PathError {
	known := slices.IndexFunc(b.verified, func(v verifiedLink) bool {
		return v.c.fingerprint == c.fingerprint && bytes.Equal(v.issuer.RawSPKI, issuer.RawSPKI)
	})
	var err error
	if known >= 0 {
		err = b.verified[known].err
	} else {
		if b.signatures == 0 {
			return &PathError{Reason: ReasonBudgetExhausted, Certificate: issuer}
		}
		b.signatures--
		err = b.pool.checkLink(c, issuer)
		b.verified = append(b.verified, verifiedLink{c, issuer, err})
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrAlgorithm):
		return &PathError{Reason: ReasonAlgorithm, Certificate: issuer, Err: err}
	}
	return &PathError{Reason: ReasonSignature, Certificate: issuer, Err: err}
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
// first: same name, a key identifier that does not contradict.
func (b *builder) issuersOf(c *Certificate) []*Certificate {
	if c.Issuer.Empty() {
		return nil
	}
	own, extra := b.pool.bySubject[c.Issuer.key], b.extra[c.Issuer.key]
	if len(extra) == 0 && len(own) == 1 && c.namesKey(own[0]) >= 0 {
		return own
	}
	if found, known := b.issuers[c.fingerprint]; known {
		return found
	}
	var found []*Certificate
	seen := map[[32]byte]bool{}
	for _, source := range [][]*Certificate{own, extra} {
		for _, issuer := range source {
			if seen[issuer.fingerprint] || c.namesKey(issuer) < 0 {
				continue
			}
			seen[issuer.fingerprint] = true
			found = append(found, issuer)
		}
	}
	if len(found) > 1 {
		slices.SortStableFunc(found, func(x, y *Certificate) int { return b.rank(c, x) - b.rank(c, y) })
	}
	if b.issuers == nil {
		b.issuers = map[[32]byte][]*Certificate{}
	}
	b.issuers[c.fingerprint] = found
	return found
}

// namesKey compares key identifiers: 1 when c names the issuer's key, -1 when
// it names another, 0 when nothing is said.
func (c *Certificate) namesKey(issuer *Certificate) int {
	switch {
	case len(c.AuthorityKeyID) == 0 || len(issuer.SubjectKeyID) == 0:
		return 0
	case bytes.Equal(c.AuthorityKeyID, issuer.SubjectKeyID):
		return 1
	}
	return -1
}

// fail remembers the reason if this path came further than those before it.
// That the budget is spent is the last word, unless a path reached an anchor.
func (b *builder) fail(path Path, err *PathError) {
	b.note(err)
	spent := err.Reason == ReasonBudgetExhausted && b.bestDepth <= maxPathDepth
	if b.best == nil || len(path) > b.bestDepth || spent {
		b.best, b.bestDepth = err, len(path)
	}
}
