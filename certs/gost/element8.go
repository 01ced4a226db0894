package gost

import "math/bits"

// The four operations of a field. Their own text is for eight limbs, modulo
// 2^512 - c; four limbs go to element4.go. Products are summed column by
// column, so that the running sum stays in three registers.

// sum is the running sum c2‖c1‖c0 of a column.
type sum struct{ c0, c1, c2 uint64 }

// plus returns s + x·y.
func (s sum) plus(x, y uint64) sum {
	hi, lo := bits.Mul64(x, y)
	var carry uint64
	s.c0, carry = bits.Add64(s.c0, lo, 0)
	s.c1, carry = bits.Add64(s.c1, hi, carry)
	s.c2, _ = bits.Add64(s.c2, 0, carry)
	return s
}

// plusTwice returns s + 2·x·y.
func (s sum) plusTwice(x, y uint64) sum {
	hi, lo := bits.Mul64(x, y)
	var carry uint64
	s.c0, carry = bits.Add64(s.c0, lo, 0)
	s.c1, carry = bits.Add64(s.c1, hi, carry)
	s.c2, _ = bits.Add64(s.c2, 0, carry)
	s.c0, carry = bits.Add64(s.c0, lo, 0)
	s.c1, carry = bits.Add64(s.c1, hi, carry)
	s.c2, _ = bits.Add64(s.c2, 0, carry)
	return s
}

// mul sets z = x · y.
func (f *field) mul(z, x, y *element) {
	if f.limbs == 4 {
		mul4(z, x, y, f.c)
		return
	}
	var t [16]uint64
	var s sum
	s = s.plus(x[0], y[0])
	t[0], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[0], y[1]).plus(x[1], y[0])
	t[1], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[0], y[2]).plus(x[1], y[1]).plus(x[2], y[0])
	t[2], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[0], y[3]).plus(x[1], y[2]).plus(x[2], y[1]).plus(x[3], y[0])
	t[3], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[0], y[4]).plus(x[1], y[3]).plus(x[2], y[2]).plus(x[3], y[1]).
		plus(x[4], y[0])
	t[4], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[0], y[5]).plus(x[1], y[4]).plus(x[2], y[3]).plus(x[3], y[2]).
		plus(x[4], y[1]).plus(x[5], y[0])
	t[5], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[0], y[6]).plus(x[1], y[5]).plus(x[2], y[4]).plus(x[3], y[3]).
		plus(x[4], y[2]).plus(x[5], y[1]).plus(x[6], y[0])
	t[6], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[0], y[7]).plus(x[1], y[6]).plus(x[2], y[5]).plus(x[3], y[4]).
		plus(x[4], y[3]).plus(x[5], y[2]).plus(x[6], y[1]).plus(x[7], y[0])
	t[7], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[1], y[7]).plus(x[2], y[6]).plus(x[3], y[5]).plus(x[4], y[4]).
		plus(x[5], y[3]).plus(x[6], y[2]).plus(x[7], y[1])
	t[8], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[2], y[7]).plus(x[3], y[6]).plus(x[4], y[5]).plus(x[5], y[4]).
		plus(x[6], y[3]).plus(x[7], y[2])
	t[9], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[3], y[7]).plus(x[4], y[6]).plus(x[5], y[5]).plus(x[6], y[4]).
		plus(x[7], y[3])
	t[10], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[4], y[7]).plus(x[5], y[6]).plus(x[6], y[5]).plus(x[7], y[4])
	t[11], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[5], y[7]).plus(x[6], y[6]).plus(x[7], y[5])
	t[12], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[6], y[7]).plus(x[7], y[6])
	t[13], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[7], y[7])
	t[14], t[15] = s.c0, s.c1
	reduce8(z, &t, f.c)
}

// sqr sets z = x².
func (f *field) sqr(z, x *element) {
	if f.limbs == 4 {
		sqr4(z, x, f.c)
		return
	}
	var t [16]uint64
	var s sum
	s = s.plus(x[0], x[0])
	t[0], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[0], x[1])
	t[1], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[0], x[2]).plus(x[1], x[1])
	t[2], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[0], x[3]).plusTwice(x[1], x[2])
	t[3], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[0], x[4]).plusTwice(x[1], x[3]).plus(x[2], x[2])
	t[4], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[0], x[5]).plusTwice(x[1], x[4]).plusTwice(x[2], x[3])
	t[5], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[0], x[6]).plusTwice(x[1], x[5]).plusTwice(x[2], x[4]).plus(x[3], x[3])
	t[6], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[0], x[7]).plusTwice(x[1], x[6]).plusTwice(x[2], x[5]).plusTwice(x[3], x[4])
	t[7], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[1], x[7]).plusTwice(x[2], x[6]).plusTwice(x[3], x[5]).plus(x[4], x[4])
	t[8], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[2], x[7]).plusTwice(x[3], x[6]).plusTwice(x[4], x[5])
	t[9], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[3], x[7]).plusTwice(x[4], x[6]).plus(x[5], x[5])
	t[10], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[4], x[7]).plusTwice(x[5], x[6])
	t[11], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[5], x[7]).plus(x[6], x[6])
	t[12], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plusTwice(x[6], x[7])
	t[13], s = s.c0, sum{s.c1, s.c2, 0}
	s = s.plus(x[7], x[7])
	t[14], t[15] = s.c0, s.c1
	reduce8(z, &t, f.c)
}

// reduce8 folds the upper half of t back: 2^512 ≡ c, so it counts c times as
// much as the lower half. What then overflows is at most c, and its own fold
// can overflow once more only if the rest is tiny.
func reduce8(z *element, t *[16]uint64, c uint64) {
	var carry uint64
	h0, l0 := bits.Mul64(t[8], c)
	h1, l1 := bits.Mul64(t[9], c)
	h2, l2 := bits.Mul64(t[10], c)
	h3, l3 := bits.Mul64(t[11], c)
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
	h0, l0 = bits.Mul64(t[12], c)
	h1, l1 = bits.Mul64(t[13], c)
	h2, l2 = bits.Mul64(t[14], c)
	h3, l3 = bits.Mul64(t[15], c)
	l0, carry = bits.Add64(l0, t[4], 0)
	l1, carry = bits.Add64(l1, t[5], carry)
	l2, carry = bits.Add64(l2, t[6], carry)
	l3, carry = bits.Add64(l3, t[7], carry)
	h3 += carry
	z[4], carry = bits.Add64(l0, top, 0)
	z[5], carry = bits.Add64(l1, h0, carry)
	z[6], carry = bits.Add64(l2, h1, carry)
	z[7], carry = bits.Add64(l3, h2, carry)
	top = h3 + carry
	z[0], carry = bits.Add64(z[0], top*c, 0)
	z[1], carry = bits.Add64(z[1], 0, carry)
	z[2], carry = bits.Add64(z[2], 0, carry)
	z[3], carry = bits.Add64(z[3], 0, carry)
	z[4], carry = bits.Add64(z[4], 0, carry)
	z[5], carry = bits.Add64(z[5], 0, carry)
	z[6], carry = bits.Add64(z[6], 0, carry)
	z[7], carry = bits.Add64(z[7], 0, carry)
	z[0] += c & -carry
}

// add sets z = x + y.
func (f *field) add(z, x, y *element) {
	if f.limbs == 4 {
		add4(z, x, y, f.c)
		return
	}
	var carry uint64
	z[0], carry = bits.Add64(x[0], y[0], 0)
	z[1], carry = bits.Add64(x[1], y[1], carry)
	z[2], carry = bits.Add64(x[2], y[2], carry)
	z[3], carry = bits.Add64(x[3], y[3], carry)
	z[4], carry = bits.Add64(x[4], y[4], carry)
	z[5], carry = bits.Add64(x[5], y[5], carry)
	z[6], carry = bits.Add64(x[6], y[6], carry)
	z[7], carry = bits.Add64(x[7], y[7], carry)
	z[0], carry = bits.Add64(z[0], f.c&-carry, 0)
	z[1], carry = bits.Add64(z[1], 0, carry)
	z[2], carry = bits.Add64(z[2], 0, carry)
	z[3], carry = bits.Add64(z[3], 0, carry)
	z[4], carry = bits.Add64(z[4], 0, carry)
	z[5], carry = bits.Add64(z[5], 0, carry)
	z[6], carry = bits.Add64(z[6], 0, carry)
	z[7], carry = bits.Add64(z[7], 0, carry)
	z[0] += f.c & -carry
}

// sub sets z = x - y.
func (f *field) sub(z, x, y *element) {
	if f.limbs == 4 {
		sub4(z, x, y, f.c)
		return
	}
	var borrow uint64
	z[0], borrow = bits.Sub64(x[0], y[0], 0)
	z[1], borrow = bits.Sub64(x[1], y[1], borrow)
	z[2], borrow = bits.Sub64(x[2], y[2], borrow)
	z[3], borrow = bits.Sub64(x[3], y[3], borrow)
	z[4], borrow = bits.Sub64(x[4], y[4], borrow)
	z[5], borrow = bits.Sub64(x[5], y[5], borrow)
	z[6], borrow = bits.Sub64(x[6], y[6], borrow)
	z[7], borrow = bits.Sub64(x[7], y[7], borrow)
	z[0], borrow = bits.Sub64(z[0], f.c&-borrow, 0)
	z[1], borrow = bits.Sub64(z[1], 0, borrow)
	z[2], borrow = bits.Sub64(z[2], 0, borrow)
	z[3], borrow = bits.Sub64(z[3], 0, borrow)
	z[4], borrow = bits.Sub64(z[4], 0, borrow)
	z[5], borrow = bits.Sub64(z[5], 0, borrow)
	z[6], borrow = bits.Sub64(z[6], 0, borrow)
	z[7], borrow = bits.Sub64(z[7], 0, borrow)
	z[0] -= f.c & -borrow
}
