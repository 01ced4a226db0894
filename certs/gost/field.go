package gost

import (
	"encoding/binary"
	"math/bits"
)

// element is an integer modulo p, in 64-bit limbs with the least significant
// limb first. The 256-bit fields leave the upper four limbs zero. Any value
// below 2^256 (2^512) stands for its residue: only canonical and what is built
// on it bring it below p.
type element [8]uint64

// field is the integers modulo p = 2^(64·limbs) - c. All curves of the GOST
// families have such a prime with a small c. No operation branches on, or
// indexes by, the value of an element.
type field struct {
	limbs int // 4 or 8
	c     uint64
}

func (f *field) size() int { return 8 * f.limbs }

// invert sets z = 1/x, and 0 for x = 0, by raising x to the power p - 2. In
// binary p - 2 is a run of ones and ten more bits.
func (f *field) invert(z, x *element) {
	const tail = 10
	run := 64*f.limbs - tail
	ones, n := *x, 1 // x^(2^n - 1)
	for i := bits.Len(uint(run)) - 2; i >= 0; i-- {
		square := ones
		for range n {
			f.sqr(&square, &square)
		}
		f.mul(&ones, &ones, &square)
		n *= 2
		if run>>i&1 == 1 {
			f.sqr(&ones, &ones)
			f.mul(&ones, &ones, x)
			n++
		}
	}
	low := 1<<tail - f.c - 2
	for i := tail - 1; i >= 0; i-- {
		f.sqr(&ones, &ones)
		if low>>i&1 == 1 {
			f.mul(&ones, &ones, x)
		}
	}
	*z = ones
}

// canonical returns the one representation of x below p.
func (f *field) canonical(x *element) element {
	var reduced element // x - p = x + c - 2^(64·limbs)
	var carry uint64
	reduced[0], carry = bits.Add64(x[0], f.c, 0)
	for i := 1; i < f.limbs; i++ {
		reduced[i], carry = bits.Add64(x[i], 0, carry)
	}
	choose(&reduced, x, carry-1)
	return reduced
}

// choose sets z = x if the mask is all ones and leaves z if it is zero.
func choose(z, x *element, mask uint64) {
	for i := range z {
		z[i] ^= mask & (z[i] ^ x[i])
	}
}

func (f *field) isZero(x *element) bool {
	return f.canonical(x) == element{}
}

func (f *field) equal(x, y *element) bool {
	var d element
	f.sub(&d, x, y)
	return f.isZero(&d)
}

// setBytes sets z from its little-endian encoding and reports whether that was
// the canonical one: of the right length and below p.
func (f *field) setBytes(z *element, b []byte) bool {
	if len(b) != f.size() {
		return false
	}
	*z = element(limbsFromBytes(b))
	return f.canonical(z) == *z
}

// bytes returns the little-endian encoding of x.
func (f *field) bytes(x *element) []byte {
	v := f.canonical(x)
	return limbsToBytes((*[8]uint64)(&v), f.size())
}

// limbsFromBytes reads at most 64 little-endian bytes, a multiple of eight.
func limbsFromBytes(b []byte) (x [8]uint64) {
	for i := range len(b) / 8 {
		x[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return x
}

func limbsToBytes(x *[8]uint64, size int) []byte {
	b := make([]byte, size)
	for i := range size / 8 {
		binary.LittleEndian.PutUint64(b[8*i:], x[i])
	}
	return b
}
