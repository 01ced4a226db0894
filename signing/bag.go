package signing

import (
	"slices"

	"tamga/certs"
	"tamga/signing/cms"
)

// bag is the certificates that came along with a signature, read when they are
// needed. Unreadable ones are passed over: they can be nobody's signer here.
type bag struct {
	pool   *certs.Pool
	raw    [][]byte
	more   []*certs.Certificate // of the material around the container
	parsed []*certs.Certificate
	done   bool
}

// all reads every certificate.
func (b *bag) all() []*certs.Certificate {
	if !b.done {
		b.parsed, b.done = append(parseAll(b.pool, b.raw), b.more...), true
	}
	return b.parsed
}

func parseAll(pool *certs.Pool, raw [][]byte) []*certs.Certificate {
	var parsed []*certs.Certificate
	for _, r := range raw {
		if c, err := pool.Parse(r); err == nil {
			parsed = append(parsed, c)
		}
	}
	return parsed
}

// named returns the certificates that a signer is named by. More than one
// means that issuer and serial number, or the key identifier, stand in several.
func (b *bag) named(si *cms.SignerInfo) []*certs.Certificate {
	var found []*certs.Certificate
	add := func(c *certs.Certificate) {
		if si.Names(c) && !slices.ContainsFunc(found, func(have *certs.Certificate) bool { return have.Fingerprint() == c.Fingerprint() }) {
			found = append(found, c)
		}
	}
	for _, raw := range b.raw {
		if !si.MayName(raw) {
			continue
		}
		if c, err := b.pool.Parse(raw); err == nil {
			add(c)
		}
	}
	for _, c := range b.more {
		add(c)
	}
	if len(found) > 0 {
		return found
	}
	for _, c := range b.pool.Intermediates() {
		add(c)
	}
	return found
}
