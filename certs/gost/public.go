package gost

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
)

// ErrInvalidKey is wrapped by every refusal of a key whose numbers are wrong:
// out of range, not on the curve, not in the group.
var ErrInvalidKey = errors.New("invalid GOST key")

// PublicKey is a point of the group of its curve. It has been checked when it
// exists, and is safe for concurrent use.
type PublicKey struct {
	curve *Curve
	point affine
	table *multiples // of the point; nil without Precompute
}

// NewPublicKey returns the public key with the given coordinates, x‖y, each
// little-endian and as long as the curve says. It refuses coordinates that are
// not below p, points not on the curve and, on the curve with a cofactor,
// points outside the group of order q.
func NewPublicKey(c *Curve, raw []byte) (*PublicKey, error) {
	n := c.Size()
	if len(raw) != 2*n {
		return nil, fmt.Errorf("%w: %d bytes instead of %d for curve %s", ErrInvalidKey, len(raw), 2*n, c.name)
	}
	k := &PublicKey{curve: c}
	if !c.field.setBytes(&k.point.x, raw[:n]) || !c.field.setBytes(&k.point.y, raw[n:]) {
		return nil, fmt.Errorf("%w: coordinate not below p", ErrInvalidKey)
	}
	if !c.contains(&k.point) {
		return nil, fmt.Errorf("%w: point not on curve %s", ErrInvalidKey, c.name)
	}
	if c.cofactor != 1 {
		if end := c.multiply(&c.order.q, &k.point); !c.field.isZero(&end.z) {
			return nil, fmt.Errorf("%w: point not in the group of order q", ErrInvalidKey)
		}
	}
	return k, nil
}

// Curve returns the curve of the key.
func (k *PublicKey) Curve() *Curve { return k.curve }

// Bytes returns x‖y, each little-endian: what NewPublicKey reads.
func (k *PublicKey) Bytes() []byte {
	f := &k.curve.field
	return append(f.bytes(&k.point.x), f.bytes(&k.point.y)...)
}

// Equal reports whether other is the same GOST public key.
func (k *PublicKey) Equal(other crypto.PublicKey) bool {
	o, ok := other.(*PublicKey)
	return ok && o != nil && k.curve == o.curve && bytes.Equal(k.Bytes(), o.Bytes())
}

// Precompute returns the same key with a table of its multiples (344 KiB for
// 512 bits, 172 KiB for 256), with which Verify is several times as fast. It
// takes as long as some ten verifications: for the keys of issuers.
func (k *PublicKey) Precompute() *PublicKey {
	p := *k
	p.table = k.curve.newMultiples(&k.point)
	return &p
}

// Verify reports whether sig is a signature of digest by this key: GOST R
// 34.10-2012 (RFC 7091, section 6.2), which is also ST RK GOST R 34.10-2015
// and, for 256 bits, GOST 34.310-2004. sig is r‖s, each little-endian; digest
// is the hash as it comes from this package, of the length of a coordinate.
// Anything of another length, and r or s out of range, is not a signature.
func (k *PublicKey) Verify(digest, sig []byte) bool {
	c, n := k.curve, k.curve.Size()
	if len(digest) != n || len(sig) != 2*n {
		return false
	}
	var r, s scalar
	if !c.order.setBytes(&r, sig[:n]) || !c.order.setBytes(&s, sig[n:]) {
		return false
	}
	e := c.order.digest(digest)
	v := c.order.inverse(&e)
	var z1, z2 scalar
	c.order.mul(&z1, &s, &v)
	c.order.mul(&z2, &r, &v)
	c.order.negate(&z2, &z2)

	var sum jacobian
	if k.table != nil {
		c.accumulate(&sum, k.table, &z2)
	} else {
		sum = c.multiply(&z2, &k.point)
	}
	c.accumulate(&sum, c.multiple(), &z1)
	return c.hasX(&sum, &r)
}

// hasX reports whether p is a point, not infinity, whose x-coordinate is r
// modulo q. It tries all integers below p that are, which spares the inversion.
func (c *Curve) hasX(p *jacobian, r *scalar) bool {
	f := &c.field
	if f.isZero(&p.z) {
		return false
	}
	var zz, x element
	f.sqr(&zz, &p.z)
	candidate := element(*r)
	for {
		f.mul(&x, &candidate, &zz)
		if f.equal(&x, &p.x) {
			return true
		}
		next, overflow := c.plusOrder(&candidate)
		if overflow || f.canonical(&next) != next {
			return false
		}
		candidate = next
	}
}
