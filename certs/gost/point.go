package gost

// Group arithmetic for verification. It branches on values and must see public
// ones only; signing uses constant.go.

// affine is a point other than infinity.
type affine struct{ x, y element }

// jacobian is the point (x/z², y/z³), or infinity if z is zero.
type jacobian struct{ x, y, z element }

// addend is a point to be added many times, with the powers of z at hand.
type addend struct {
	jacobian
	zz, zzz element
}

// addend prepares p for addition.
func (c *Curve) addend(p *jacobian) addend {
	a := addend{jacobian: *p}
	c.field.sqr(&a.zz, &p.z)
	c.field.mul(&a.zzz, &a.zz, &p.z)
	return a
}

// double sets p = 2p ("dbl-2001-b" of the Explicit-Formulas Database, for any
// a). A point of order two becomes infinity, as z becomes zero.
func (c *Curve) double(p *jacobian) {
	f := &c.field
	var delta, gamma, beta, alpha, t element
	f.sqr(&delta, &p.z)
	f.sqr(&gamma, &p.y)
	f.mul(&beta, &p.x, &gamma)
	if c.aMinus3 { // α = 3(x-δ)(x+δ)
		f.sub(&t, &p.x, &delta)
		f.add(&alpha, &p.x, &delta)
		f.mul(&t, &t, &alpha)
		f.add(&alpha, &t, &t)
		f.add(&alpha, &alpha, &t)
	} else { // α = 3x² + aδ²
		f.sqr(&t, &p.x)
		f.add(&alpha, &t, &t)
		f.add(&alpha, &alpha, &t)
		f.sqr(&t, &delta)
		f.mul(&t, &t, &c.a)
		f.add(&alpha, &alpha, &t)
	}
	f.mul(&p.z, &p.y, &p.z) // z = 2yz
	f.add(&p.z, &p.z, &p.z)
	f.add(&beta, &beta, &beta) // 4β
	f.add(&beta, &beta, &beta)
	f.sqr(&p.x, &alpha) // x = α² - 8β
	f.sub(&p.x, &p.x, &beta)
	f.sub(&p.x, &p.x, &beta)
	f.sub(&t, &beta, &p.x) // y = α(4β-x) - 8γ²
	f.mul(&t, &t, &alpha)
	f.add(&gamma, &gamma, &gamma)
	f.sqr(&gamma, &gamma)
	f.add(&gamma, &gamma, &gamma)
	f.sub(&p.y, &t, &gamma)
}

// add sets p = p + q, or p - q if negative.
func (c *Curve) add(p *jacobian, q *addend, negative bool) {
	f := &c.field
	if f.isZero(&q.z) {
		return
	}
	if f.isZero(&p.z) {
		*p = q.jacobian
		if negative {
			f.sub(&p.y, &element{}, &p.y)
		}
		return
	}
	var u1, u2, s1, s2, zz element
	f.sqr(&zz, &p.z)
	f.mul(&u1, &p.x, &q.zz)
	f.mul(&s1, &p.y, &q.zzz)
	f.mul(&u2, &q.x, &zz)
	f.mul(&s2, &q.y, &p.z)
	f.mul(&s2, &s2, &zz)
	if negative {
		f.sub(&s2, &element{}, &s2)
	}
	if c.finishAdd(p, &jacobian{u1, s1, p.z}, &affine{u2, s2}) {
		f.mul(&p.z, &p.z, &q.z)
	}
}

// addAffine sets p = p + q, or p - q if negative.
func (c *Curve) addAffine(p *jacobian, q *affine, negative bool) {
	f := &c.field
	y := q.y
	if negative {
		f.sub(&y, &element{}, &y)
	}
	if f.isZero(&p.z) {
		*p = jacobian{q.x, y, element{1}}
		return
	}
	var u2, s2, zz element
	f.sqr(&zz, &p.z)
	f.mul(&u2, &q.x, &zz)
	f.mul(&s2, &y, &p.z)
	f.mul(&s2, &s2, &zz)
	c.finishAdd(p, p, &affine{u2, s2})
}

// finishAdd sets r to the sum of two points over a common denominator, p (whose
// z is that of the first point) and q, and reports whether z still lacks the z
// of the second point. If both points were equal, r is doubled and complete.
func (c *Curve) finishAdd(r, p *jacobian, q *affine) bool {
	f := &c.field
	var h, rr, hh, hhh, v element
	f.sub(&h, &q.x, &p.x)
	f.sub(&rr, &q.y, &p.y)
	if f.isZero(&h) {
		if f.isZero(&rr) {
			c.double(r)
			return false
		}
		*r = jacobian{}
		return false
	}
	f.sqr(&hh, &h)
	f.mul(&hhh, &hh, &h)
	f.mul(&v, &p.x, &hh)
	f.mul(&r.z, &p.z, &h)
	f.mul(&hh, &p.y, &hhh)
	f.sqr(&r.x, &rr) // x = r² - h³ - 2v
	f.sub(&r.x, &r.x, &hhh)
	f.sub(&r.x, &r.x, &v)
	f.sub(&r.x, &r.x, &v)
	f.sub(&v, &v, &r.x) // y = r(v-x) - y₁h³
	f.mul(&v, &v, &rr)
	f.sub(&r.y, &v, &hh)
	return true
}

// nafWidth is the width of the digits of naf: the odd numbers below 2^(w-1).
const nafWidth = 5

// naf returns the non-adjacent form of k: k = Σ digit[i]·2^i, every digit zero
// or odd and below 16 in value, at most one of five in a row not zero.
func naf(k *scalar, bitLen int) (digits [513]int8) {
	carry := uint64(0)
	for i := 0; i <= bitLen; {
		if bitsAt(k, i, 1) == carry {
			i++
			continue
		}
		d := int8(bitsAt(k, i, nafWidth) + carry)
		carry = 0
		if d >= 1<<(nafWidth-1) {
			d -= 1 << nafWidth
			carry = 1
		}
		digits[i] = d
		i += nafWidth
	}
	return digits
}

// bitsAt returns n bits of k from position i; beyond the limbs there are zeros.
// Which limbs are read does not depend on k.
func bitsAt(k *scalar, i, n int) uint64 {
	limb, shift := i/64, i%64
	var v uint64
	if limb < len(k) {
		v = k[limb] >> shift
	}
	if limb+1 < len(k) && shift+n > 64 {
		v |= k[limb+1] << (64 - shift)
	}
	return v & (1<<n - 1)
}

// multiply returns k·p for a point p on the curve, of any order.
func (c *Curve) multiply(k *scalar, p *affine) (r jacobian) {
	var odd [1 << (nafWidth - 2)]addend // p, 3p, 5p, ...
	twice := jacobian{p.x, p.y, element{1}}
	odd[0] = c.addend(&twice)
	c.double(&twice)
	step := c.addend(&twice)
	for i := 1; i < len(odd); i++ {
		next := odd[i-1].jacobian
		c.add(&next, &step, false)
		odd[i] = c.addend(&next)
	}

	digits := naf(k, 64*c.field.limbs)
	for i := 64 * c.field.limbs; i >= 0; i-- {
		c.double(&r)
		switch d := digits[i]; {
		case d > 0:
			c.add(&r, &odd[d/2], false)
		case d < 0:
			c.add(&r, &odd[-d/2], true)
		}
	}
	return r
}
