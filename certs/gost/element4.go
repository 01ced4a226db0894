package gost

import "math/bits"

// Arithmetic modulo 2^256 - c in four limbs: element8.go in small.

func mul4(z, x, y *element, c uint64) {
	var t [8]uint64
	var s sum
	s = s.plus(x[0], y[0])
	t[0], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[0], y[1]).plus(x[1], y[0])
	t[1], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[0], y[2]).plus(x[1], y[1]).plus(x[2], y[0])
	t[2], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[0], y[3]).plus(x[1], y[2]).plus(x[2], y[1]).plus(x[3], y[0])
	t[3], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[1], y[3]).plus(x[2], y[2]).plus(x[3], y[1])
	t[4], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[2], y[3]).plus(x[3], y[2])
	t[5], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[3], y[3])
	t[6], t[7] = s.c0, s.c1
	reduce4(z, &t, c)
}

func sqr4(z, x *element, c uint64) {
	var t [8]uint64
	var s sum
	s = s.plus(x[0], x[0])
	t[0], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[0], x[1])
	t[1], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[0], x[2]).plus(x[1], x[1])
	t[2], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[0], x[3]).plusTwice(x[1], x[2])
	t[3], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[1], x[3]).plus(x[2], x[2])
	t[4], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[2], x[3])
	t[5], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[3], x[3])
	t[6], t[7] = s.c0, s.c1
	reduce4(z, &t, c)
}

// reduce4 folds the upper half of t back: 2^256 ≡ c, so it counts c times as
// much as the lower half. What then overflows is at most c, and its own fold
// can overflow once more only if the rest is tiny.
func reduce4(z *element, t *[8]uint64, c uint64) {
	var carry uint64
	h0, l0 := bits.Mul64(t[4], c)
	h1, l1 := bits.Mul64(t[5], c)
	h2, l2 := bits.Mul64(t[6], c)
	h3, l3 := bits.Mul64(t[7], c)
	l0, carry = bits.Add64(l0, t[0], 0)
	l1, carry = bits.Add64(l1, t[1], carry)
	l2, carry = bits.Add64(l2, t[2], carry)
	l3, carry = bits.Add64(l3, t[3], carry)
	top := h3 + carry
	z[0] = l0
	z[1], carry = bits.Add64(l1, h0, 0)
	z[2], carry = bits.Add64(l2, h1, carry)
	z[3], carry = bits.Add64(l3, h2, carry)
	top += carry
	z[0], carry = bits.Add64(z[0], top*c, 0)
	z[1], carry = bits.Add64(z[1], 0, carry)
	z[2], carry = bits.Add64(z[2], 0, carry)
	z[3], carry = bits.Add64(z[3], 0, carry)
	z[0] += c & -carry
}

func add4(z, x, y *element, c uint64) {
	var carry uint64
	z[0], carry = bits.Add64(x[0], y[0], 0)
	z[1], carry = bits.Add64(x[1], y[1], carry)
	z[2], carry = bits.Add64(x[2], y[2], carry)
	z[3], carry = bits.Add64(x[3], y[3], carry)
	z[0], carry = bits.Add64(z[0], c&-carry, 0)
	z[1], carry = bits.Add64(z[1], 0, carry)
	z[2], carry = bits.Add64(z[2], 0, carry)
	z[3], carry = bits.Add64(z[3], 0, carry)
	z[0] += c & -carry
}

func sub4(z, x, y *element, c uint64) {
	var borrow uint64
	z[0], borrow = bits.Sub64(x[0], y[0], 0)
	z[1], borrow = bits.Sub64(x[1], y[1], borrow)
	z[2], borrow = bits.Sub64(x[2], y[2], borrow)
	z[3], borrow = bits.Sub64(x[3], y[3], borrow)
	z[0], borrow = bits.Sub64(z[0], c&-borrow, 0)
	z[1], borrow = bits.Sub64(z[1], 0, borrow)
	z[2], borrow = bits.Sub64(z[2], 0, borrow)
	z[3], borrow = bits.Sub64(z[3], 0, borrow)
	z[0] -= c & -borrow
}
