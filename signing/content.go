package signing

import (
	"context"

	"tamga/certs"
)

// ContentDigest is the digest of a content that stays where it is.
type ContentDigest struct {
	Digest certs.Digest
	Value  []byte
}

// content is what a signature is compared with: bytes, in one or more parts,
// or digests of bytes that were never here. The zero value is no content.
type content struct {
	here  bool
	parts [][]byte
	known []ContentDigest // given, or computed once

	// ranged computes the digest instead, of a file whose other signatures are
	// over much the same bytes; nil otherwise.
	ranged func(d certs.Digest) ([]byte, error)
	ctx    context.Context // ends the computing; nil when nothing does
	failed error           // why a digest could not be computed
}

// contentOf is the content that a question brings along.
func contentOf(q Question) content {
	if q.Content != nil {
		return content{here: true, parts: [][]byte{q.Content}}
	}
	return content{known: q.Digests}
}

func (c *content) absent() bool { return !c.here && len(c.known) == 0 }

// sum returns the digest of the content; false when it cannot be had.
func (c *content) sum(d certs.Digest) ([]byte, bool) {
	for _, k := range c.known {
		if k.Digest.Name == d.Name {
			return k.Value, true
		}
	}
	if !c.here {
		return nil, false
	}
	value, err := c.compute(d)
	if err != nil {
		c.failed = err
		return nil, false
	}
	c.known = append(c.known, ContentDigest{d, value})
	return value, true
}

func (c *content) compute(d certs.Digest) ([]byte, error) {
	if c.ranged != nil {
		return c.ranged(d)
	}
	if c.ctx == nil {
		return d.Sum(c.parts...), nil
	}
	h := d.New()
	for _, part := range c.parts {
		if err := digest(c.ctx, h, part); err != nil {
			return nil, err
		}
	}
	return h.Sum(nil), nil
}

// bytes returns the content itself; false when only digests are known.
func (c *content) bytes() ([]byte, bool) {
	if !c.here {
		return nil, false
	}
	if len(c.parts) == 1 {
		return c.parts[0], true
	}
	var all []byte
	for _, p := range c.parts {
		all = append(all, p...)
	}
	return all, true
}
