package certs

import (
	"encoding/asn1"
	"slices"
)

// checkPolicies processes the policies of a complete path (RFC 5280 section
// 6.1 with the graph of RFC 9618) and returns those under which it is valid.
// What the anchor's own certificate says about policies is not asked: it is
// trusted for all that the caller did not limit.
func (b *builder) checkPolicies(path Path) ([]asn1.ObjectIdentifier, *PathError) {
	n := len(path) - 1
	graph := newPolicyGraph()
	count := b.counters(n)
	for i := n - 1; i >= 0; i-- {
		c := path[i]
		final := i == 0
		if !b.work(graph.size() + len(c.Policies) + len(c.PolicyMappings)) {
			return nil, &PathError{Reason: ReasonBudgetExhausted, Certificate: c}
		}
		graph.add(c.Policies, count.anyPolicy > 0 || !final && c.SelfIssued())
		if count.explicit == 0 && graph.null() {
			return nil, &PathError{Reason: ReasonPolicy, Certificate: c}
		}
		if final {
			break
		}
		if slices.ContainsFunc(c.PolicyMappings, func(m PolicyMapping) bool {
			return m.Issuer.Equal(AnyPolicy) || m.Subject.Equal(AnyPolicy)
		}) {
			return nil, &PathError{Reason: ReasonPolicyMapping, Certificate: c}
		}
		graph.translate(c.PolicyMappings, count.mapping > 0)
		count.next(c)
	}
	target := path[0]
	if n > 0 {
		if count.explicit > 0 {
			count.explicit--
		}
		if target.RequireExplicitPolicy == 0 {
			count.explicit = 0
		}
	}
	found := graph.constrained(b.in.Policies)
	if count.explicit == 0 && len(found) == 0 {
		return nil, &PathError{Reason: ReasonPolicy, Certificate: target}
	}
	return found, nil
}

// indifferent reports whether no policy can decide on the path when none is
// asked for: no certificate requires one (explicit_policy then never becomes 0,
// RFC 5280 section 6.1.3 (f)) and none has mappings, which could be malformed.
func indifferent(path Path) bool {
	return !slices.ContainsFunc(path, func(c *Certificate) bool {
		return c.RequireExplicitPolicy >= 0 || len(c.PolicyMappings) > 0
	})
}

// policyCounters are explicit_policy, policy_mapping and inhibit_anyPolicy of
// RFC 5280 section 6.1.2: how many certificates are left until the rule holds.
type policyCounters struct{ explicit, mapping, anyPolicy int }

func (b *builder) counters(n int) policyCounters {
	c := policyCounters{explicit: n + 1, mapping: n + 1, anyPolicy: n + 1}
	if b.in.ExplicitPolicy {
		c.explicit = 0
	}
	if b.in.InhibitMapping {
		c.mapping = 0
	}
	if b.in.InhibitAnyPolicy {
		c.anyPolicy = 0
	}
	return c
}

// next prepares the counters for the certificate after c (RFC 5280 section
// 6.1.4 (h) to (j)).
func (p *policyCounters) next(c *Certificate) {
	counters := []*int{&p.explicit, &p.mapping, &p.anyPolicy}
	for i, limit := range []int{c.RequireExplicitPolicy, c.InhibitPolicyMapping, c.InhibitAnyPolicy} {
		if !c.SelfIssued() && *counters[i] > 0 {
			*counters[i]--
		}
		if limit >= 0 {
			*counters[i] = min(*counters[i], limit)
		}
	}
}
