package gost

import (
	"math/big"
	"math/bits"
	"slices"
)

// scalar is an integer modulo the order q of a group, least significant limb
// first. The 256-bit groups leave the upper four limbs zero.
type scalar [8]uint64

// order is the arithmetic modulo the prime group order q, by Montgomery's
// method. Everything but inverse runs in constant time.
type order struct {
	limbs int
	q     scalar
	qInv  uint64   // -1/q mod 2^64
	rr    scalar   // 2^(128·limbs) mod q
	big   *big.Int // q
}

func newOrder(q *big.Int, limbs int) *order {
	m := &order{limbs: limbs, big: q}
	m.q = m.fromBig(q)
	m.rr = m.fromBig(new(big.Int).Mod(new(big.Int).Lsh(big.NewInt(1), uint(128*limbs)), q))
	inv := m.q[0] // right modulo 8, and each step doubles the number of right bits
	for range 5 {
		inv *= 2 - m.q[0]*inv
	}
	m.qInv = -inv
	return m
}

// fromBig converts 0 <= x < 2^(64·limbs).
func (m *order) fromBig(x *big.Int) scalar {
	b := x.FillBytes(make([]byte, 8*m.limbs))
	slices.Reverse(b)
	return scalar(limbsFromBytes(b))
}

// setBytes reads the little-endian encoding of a scalar and reports whether it
// has the right length and 0 < z < q.
func (m *order) setBytes(z *scalar, b []byte) bool {
	if len(b) != 8*m.limbs {
		return false
	}
	*z = scalar(limbsFromBytes(b))
	return m.inRange(z)
}

// inRange reports whether 0 < x < q.
func (m *order) inRange(x *scalar) bool {
	var borrow, or uint64
	for i := range m.limbs {
		_, borrow = bits.Sub64(x[i], m.q[i], borrow)
		or |= x[i]
	}
	return borrow == 1 && or != 0
}

// digest reads a digest as a number: little-endian, modulo q, 1 instead of 0.
// The caller has checked its length.
func (m *order) digest(b []byte) scalar {
	e := scalar(limbsFromBytes(b))
	m.reduce(&e, &e)
	if e == (scalar{}) {
		e[0] = 1
	}
	return e
}

// reduce sets z = x mod q for any x below 2^(64·limbs).
func (m *order) reduce(z, x *scalar) {
	m.montgomery(z, x, &m.rr)
	m.montgomery(z, z, &scalar{1})
}

// mul sets z = x·y mod q.
func (m *order) mul(z, x, y *scalar) {
	m.montgomery(z, x, y)
	m.montgomery(z, z, &m.rr)
}

// add sets z = x+y mod q for x, y below q.
func (m *order) add(z, x, y *scalar) {
	var sum scalar
	var carry uint64
	for i := range m.limbs {
		sum[i], carry = bits.Add64(x[i], y[i], carry)
	}
	m.subtractOnce(z, &sum, carry)
}

// negate sets z = q-x for 0 < x < q.
func (m *order) negate(z, x *scalar) {
	var borrow uint64
	for i := range m.limbs {
		z[i], borrow = bits.Sub64(m.q[i], x[i], borrow)
	}
}

// montgomery sets z = x·y/2^(64·limbs) mod q, for x·y below q·2^(64·limbs).
func (m *order) montgomery(z, x, y *scalar) {
	n := m.limbs
	var t scalar
	var high uint64 // the limb above t
	for i := range n {
		var carry, top, over uint64
		for j := range n {
			t[j], carry = multiplyAdd(x[i], y[j], t[j], carry)
		}
		top, over = bits.Add64(high, carry, 0)

		k := t[0] * m.qInv
		_, carry = multiplyAdd(k, m.q[0], t[0], 0)
		for j := 1; j < n; j++ {
			t[j-1], carry = multiplyAdd(k, m.q[j], t[j], carry)
		}
		t[n-1], carry = bits.Add64(top, carry, 0)
		high = over + carry
	}
	m.subtractOnce(z, &t, high)
}

// multiplyAdd returns the two words of x·y + a + b, which never overflow them.
func multiplyAdd(x, y, a, b uint64) (lo, hi uint64) {
	hi, lo = bits.Mul64(x, y)
	lo, carry := bits.Add64(lo, a, 0)
	hi += carry
	lo, carry = bits.Add64(lo, b, 0)
	return lo, hi + carry
}

// subtractOnce sets z = high‖x mod q, for a value below 2q.
func (m *order) subtractOnce(z, x *scalar, high uint64) {
	var d scalar
	var borrow uint64
	for i := range m.limbs {
		d[i], borrow = bits.Sub64(x[i], m.q[i], borrow)
	}
	_, borrow = bits.Sub64(high, 0, borrow)
	choose((*element)(&d), (*element)(x), -borrow)
	*z = d
}

// inverse returns 1/x mod q for 0 < x < q. Its time depends on x: it is for
// verification, where everything is public.
func (m *order) inverse(x *scalar) scalar {
	b := m.bytes(x)
	slices.Reverse(b)
	v := new(big.Int).SetBytes(b)
	return m.fromBig(v.ModInverse(v, m.big))
}

// bytes returns the little-endian encoding of x.
func (m *order) bytes(x *scalar) []byte {
	return limbsToBytes((*[8]uint64)(x), 8*m.limbs)
}

// plusOrder returns x+q as an integer and whether it overflows the limbs.
func (c *Curve) plusOrder(x *element) (sum element, overflow bool) {
	var carry uint64
	for i := range c.field.limbs {
		sum[i], carry = bits.Add64(x[i], c.order.q[i], carry)
	}
	return sum, carry != 0
}
