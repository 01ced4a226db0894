package certs

import (
	"encoding/asn1"
	"errors"
	"slices"
	"strings"

	"tamga/certs/der"
)

// AnyPolicy is the policy that stands for every other (RFC 5280 section
// 4.2.1.4).
var AnyPolicy = asn1.ObjectIdentifier{2, 5, 29, 32, 0}

// PolicyMapping says that what is Issuer's policy is Subject's below.
type PolicyMapping struct{ Issuer, Subject asn1.ObjectIdentifier }

// The qualifiers of RFC 5280 section 4.2.1.4: where the practices are published,
// and a text for people. Neither decides anything.
var (
	oidQualifierCPS    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 2, 1}
	oidQualifierNotice = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 2, 2}
)

// readPolicies reads the policies, and notes qualifiers that are not known: a
// critical extension with such a one is not understood.
func (c *Certificate) readPolicies(b []byte) error {
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return err
	}
	for !r.Empty() {
		info, err := r.Enter(der.SequenceTag)
		if err != nil {
			return err
		}
		oid, err := info.ReadOID()
		if err != nil {
			return err
		}
		c.Policies = append(c.Policies, oid)
		if info.Empty() {
			continue
		}
		qualifiers, err := info.Enter(der.SequenceTag)
		if err != nil {
			return err
		}
		if err := errors.Join(c.readQualifiers(qualifiers), info.Done()); err != nil {
			return err
		}
	}
	return nil
}

func (c *Certificate) readQualifiers(r *der.Reader) error {
	for !r.Empty() {
		q, err := r.Enter(der.SequenceTag)
		if err != nil {
			return err
		}
		id, err := q.ReadOID()
		if err != nil {
			return err
		}
		c.oddQualifier = c.oddQualifier || !id.Equal(oidQualifierCPS) && !id.Equal(oidQualifierNotice)
	}
	return nil
}

func (c *Certificate) readPolicyMappings(b []byte) error {
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return err
	}
	for !r.Empty() {
		pair, err := r.Enter(der.SequenceTag)
		if err != nil {
			return err
		}
		var m PolicyMapping
		if m.Issuer, err = pair.ReadOID(); err != nil {
			return err
		}
		if m.Subject, err = pair.ReadOID(); err != nil {
			return err
		}
		if err := pair.Done(); err != nil {
			return err
		}
		c.PolicyMappings = append(c.PolicyMappings, m)
	}
	return nil
}

func (c *Certificate) readPolicyConstraints(b []byte) error {
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return err
	}
	if r.Empty() {
		return der.ErrSyntax
	}
	for tag, field := range []*int{&c.RequireExplicitPolicy, &c.InhibitPolicyMapping} {
		e, ok, err := r.Optional(der.Context(byte(tag)))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if *field, err = skipCerts(e); err != nil {
			return err
		}
	}
	return r.Done()
}

func (c *Certificate) readInhibitAnyPolicy(b []byte) error {
	e, err := der.One(b)
	if err != nil {
		return err
	}
	if e.Tag != der.Integer {
		return der.ErrSyntax
	}
	c.InhibitAnyPolicy, err = skipCerts(e)
	return err
}

// skipCerts reads a number of certificates. What is longer than any path is as
// good as the longest.
func skipCerts(e der.Element) (int, error) {
	n, err := der.ParseInteger(e.Body)
	if err != nil {
		return 0, err
	}
	if n.Sign() < 0 {
		return 0, der.ErrSyntax
	}
	if !n.IsInt64() || n.Int64() > 1<<20 {
		return 1 << 20, nil
	}
	return int(n.Int64()), nil
}

// policyNode is one policy at one depth of the graph.
type policyNode struct {
	policy   asn1.ObjectIdentifier
	expected []asn1.ObjectIdentifier // in the next certificate
	parents  []*policyNode
	children int
}

// policyGraph is the valid policy graph of RFC 9618, which holds what the tree
// of RFC 5280 section 6.1.2 holds without growing exponentially: at each depth
// a policy stands once. A graph without levels is the NULL of that section.
type policyGraph struct {
	levels []policyLevel
}

// policyLevel holds the policies of one depth by their dotted form.
type policyLevel map[string]*policyNode

func newPolicyGraph() *policyGraph {
	root := &policyNode{policy: AnyPolicy, expected: []asn1.ObjectIdentifier{AnyPolicy}}
	return &policyGraph{levels: []policyLevel{{AnyPolicy.String(): root}}}
}

func (g *policyGraph) null() bool { return len(g.levels) == 0 }

// size is about what adding a certificate costs.
func (g *policyGraph) size() int {
	n := 0
	for _, level := range g.levels {
		n += len(level)
	}
	return n
}

// add takes the policies of the next certificate in (RFC 9618 section 5.3 (d)
// and (e)).
func (g *policyGraph) add(policies []asn1.ObjectIdentifier, anyAllowed bool) {
	if len(policies) == 0 || g.null() {
		g.levels = nil
		return
	}
	last := g.levels[len(g.levels)-1]
	expecting := map[string][]*policyNode{}
	expected := map[string]asn1.ObjectIdentifier{}
	for _, node := range last {
		for _, p := range node.expected {
			key := p.String()
			expecting[key] = append(expecting[key], node)
			expected[key] = p
		}
	}
	next, anyKey, anyListed := policyLevel{}, AnyPolicy.String(), false
	for _, p := range policies {
		key := p.String()
		if key == anyKey {
			anyListed = true
			continue
		}
		parents := expecting[key]
		if wild := last[anyKey]; len(parents) == 0 && wild != nil {
			parents = []*policyNode{wild}
		}
		next.insert(key, p, parents)
	}
	if anyListed && anyAllowed {
		for key, parents := range expecting {
			next.insert(key, expected[key], parents)
		}
	}
	g.levels = append(g.levels, next)
	g.prune()
}

// insert adds a policy below its parents unless it is there or has none.
func (l policyLevel) insert(key string, p asn1.ObjectIdentifier, parents []*policyNode) {
	if l[key] != nil || len(parents) == 0 {
		return
	}
	l[key] = &policyNode{policy: p, expected: []asn1.ObjectIdentifier{p}, parents: parents}
	for _, parent := range parents {
		parent.children++
	}
}

// prune drops what no longer leads to the last depth.
func (g *policyGraph) prune() {
	for i := len(g.levels) - 2; i >= 0; i-- {
		for key, node := range g.levels[i] {
			if node.children == 0 {
				g.levels[i].remove(key)
			}
		}
	}
	if !g.null() && len(g.levels[len(g.levels)-1]) == 0 {
		g.levels = nil
	}
}

func (l policyLevel) remove(key string) {
	for _, parent := range l[key].parents {
		parent.children--
	}
	delete(l, key)
}

// translate applies the mappings of the certificate added last (RFC 9618
// section 5.4 (b)): with allowed, policies are expected under their new names;
// without, mapped policies are lost.
func (g *policyGraph) translate(mappings []PolicyMapping, allowed bool) {
	if len(mappings) == 0 || g.null() {
		return
	}
	last := g.levels[len(g.levels)-1]
	bySource := map[string][]asn1.ObjectIdentifier{}
	source := map[string]asn1.ObjectIdentifier{}
	for _, m := range mappings {
		key := m.Issuer.String()
		bySource[key] = append(bySource[key], m.Subject)
		source[key] = m.Issuer
	}
	wild := last[AnyPolicy.String()]
	for key, targets := range bySource {
		switch {
		case !allowed && last[key] != nil:
			last.remove(key)
		case allowed:
			if last[key] == nil && wild != nil {
				last.insert(key, source[key], wild.parents)
			}
			if node := last[key]; node != nil {
				node.expected = targets
			}
		}
	}
	g.prune()
}

// constrained returns the policies under which the path is valid for a user
// who accepts the initial ones; nil stands for any (RFC 9618 section 5.5 (g)).
func (g *policyGraph) constrained(initial []asn1.ObjectIdentifier) []asn1.ObjectIdentifier {
	if g.null() {
		return nil
	}
	anyKey := AnyPolicy.String()
	isAny := len(initial) == 0 || slices.ContainsFunc(initial, AnyPolicy.Equal)
	var found []asn1.ObjectIdentifier
	if g.levels[len(g.levels)-1][anyKey] != nil {
		if !isAny {
			found = slices.Clone(initial)
		} else {
			found = append(found, AnyPolicy)
		}
	}
	// What the authorities vouch for are the policies that hang on anyPolicy:
	// those have the names by which the user knows them.
	for _, level := range g.levels[1:] {
		for key, node := range level {
			if key == anyKey || !slices.ContainsFunc(node.parents, func(p *policyNode) bool { return p.policy.Equal(AnyPolicy) }) {
				continue
			}
			if isAny || slices.ContainsFunc(initial, node.policy.Equal) {
				found = append(found, node.policy)
			}
		}
	}
	slices.SortFunc(found, func(a, b asn1.ObjectIdentifier) int { return strings.Compare(a.String(), b.String()) })
	return slices.CompactFunc(found, asn1.ObjectIdentifier.Equal)
}
