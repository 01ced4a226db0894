package certs

import "slices"

// rank puts valid issuers before others, then the named key before an unnamed
// one, then those that are nearer to an anchor.
func (b *builder) rank(c, issuer *Certificate) int {
	const far = 1 << 16
	rank := far
	if b.pool.anchors[issuer.fingerprint] {
		rank = 0
	} else if n, reachable := b.distances()[issuer.Issuer.key]; reachable {
		rank = 1 + n
	}
	if c.namesKey(issuer) == 0 {
		rank += 2 * far
	}
	if !issuer.ValidAt(b.in.At) {
		rank += 4 * far
	}
	return rank
}

// distances tells for names how many issuers away an anchor is, as far as the
// certificates at hand say so. It is a guide through many candidates, and
// trusts nothing.
func (b *builder) distances() map[string]int {
	if b.hops != nil {
		return b.hops
	}
	issued := map[string][]string{}
	for _, source := range []map[string][]*Certificate{b.pool.bySubject, b.extra} {
		for subject, same := range source {
			for _, c := range same {
				if issuer := c.Issuer.key; issuer != subject {
					issued[issuer] = append(issued[issuer], subject)
				}
			}
		}
	}
	b.hops = map[string]int{}
	var names []string
	reach := func(name string, n int) {
		if _, known := b.hops[name]; !known {
			b.hops[name] = n
			names = append(names, name)
		}
	}
	for subject, same := range b.pool.bySubject {
		if slices.ContainsFunc(same, func(c *Certificate) bool { return b.pool.anchors[c.fingerprint] }) {
			reach(subject, 0)
		}
	}
	for i := 0; i < len(names); i++ {
		for _, below := range issued[names[i]] {
			reach(below, b.hops[names[i]]+1)
		}
	}
	return b.hops
}
