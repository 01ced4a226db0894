package gost

import (
	"encoding/binary"
	"hash"
	"math/bits"
	"sync"
)

// block34311 is the block and digest size of GOST 34.311-95 in bytes.
const block34311 = 32

// New34311 returns GOST 34.311-95 (GOST R 34.11-94) with a zero initial value
// and the substitution that the algorithm registry of Kazakhstan calls the
// "test parameter" (1.2.398.3.10.1.3.1.1.0): the hash of the 2004 family. It
// is not the hash with the CryptoPro substitution of RFC 5831.
func New34311() hash.Hash {
	return &hash34311{sbox: testSBox()}
}

// testNibbles is the test substitution: row i replaces nibble i, the lowest
// nibble first.
var testNibbles = [8][16]byte{
	{4, 10, 9, 2, 13, 8, 0, 14, 6, 11, 1, 12, 7, 15, 5, 3},
	{14, 11, 4, 12, 6, 13, 15, 10, 2, 3, 8, 1, 0, 7, 5, 9},
	{5, 8, 1, 13, 10, 3, 4, 2, 14, 15, 12, 7, 6, 0, 9, 11},
	{7, 13, 10, 1, 0, 8, 9, 15, 14, 4, 6, 12, 11, 2, 5, 3},
	{6, 12, 7, 1, 5, 15, 13, 8, 4, 10, 9, 14, 0, 3, 11, 2},
	{4, 11, 10, 0, 7, 2, 1, 13, 3, 6, 8, 5, 9, 12, 15, 14},
	{13, 11, 4, 1, 3, 15, 5, 9, 0, 10, 14, 7, 6, 8, 2, 12},
	{1, 15, 13, 0, 5, 7, 10, 4, 9, 2, 3, 14, 6, 11, 8, 12},
}

// roundTable is the whole round function of GOST 28147-89 but the key: both
// nibbles of a byte substituted at once and rotated left by 11.
type roundTable [4][256]uint32

var testSBox = sync.OnceValue(func() *roundTable {
	t := new(roundTable)
	for i := range t {
		for b := range t[i] {
			v := uint32(testNibbles[2*i][b&15]) | uint32(testNibbles[2*i+1][b>>4])<<4
			t[i][b] = bits.RotateLeft32(v<<(8*i), 11)
		}
	}
	return t
})

func (t *roundTable) f(x uint32) uint32 {
	return t[0][byte(x)] ^ t[1][byte(x>>8)] ^ t[2][byte(x>>16)] ^ t[3][x>>24]
}

// hash34311 is the running state; 256-bit values have the least significant
// word first.
type hash34311 struct {
	sbox     *roundTable
	h        [4]uint64
	checksum [4]uint64
	length   uint64 // of the blocks absorbed, in bytes
	buffer   [block34311]byte
	buffered int
}

// Clone implements hash.Cloner: what is written to one of them does not reach
// the other.
func (d *hash34311) Clone() (hash.Cloner, error) {
	other := *d
	return &other, nil
}

func (d *hash34311) Size() int      { return block34311 }
func (d *hash34311) BlockSize() int { return block34311 }
func (d *hash34311) Reset()         { *d = hash34311{sbox: d.sbox} }

func (d *hash34311) Write(p []byte) (int, error) {
	n := len(p)
	if d.buffered > 0 {
		k := copy(d.buffer[d.buffered:], p)
		d.buffered += k
		p = p[k:]
		if d.buffered < block34311 {
			return n, nil
		}
		d.block(&d.buffer, block34311)
		d.buffered = 0
	}
	for len(p) >= block34311 {
		d.block((*[block34311]byte)(p), block34311)
		p = p[block34311:]
	}
	d.buffered = copy(d.buffer[:], p)
	return n, nil
}

// Sum appends the digest of what was written so far; more may be written
// afterwards.
func (d *hash34311) Sum(in []byte) []byte {
	s := *d
	if s.buffered > 0 {
		clear(s.buffer[s.buffered:])
		s.block(&s.buffer, s.buffered)
	}
	s.step(&[4]uint64{s.length << 3, s.length >> 61})
	s.step(&s.checksum)
	for _, w := range s.h {
		in = binary.LittleEndian.AppendUint64(in, w)
	}
	return in
}

// block absorbs one block of which n bytes are message.
func (d *hash34311) block(b *[block34311]byte, n int) {
	var m [4]uint64
	var carry uint64
	for i := range m {
		m[i] = binary.LittleEndian.Uint64(b[8*i:])
		d.checksum[i], carry = bits.Add64(d.checksum[i], m[i], carry)
	}
	d.length += uint64(n)
	d.step(&m)
}

// step is the step hash function: the block and the state give four keys, the
// state is encrypted with them and all three are mixed.
func (d *hash34311) step(m *[4]uint64) {
	keys := stepKeys(d.h, *m)
	s := d.sbox.encrypt(&d.h, &keys)
	s = shuffle(&s, 12)
	for i := range s {
		s[i] ^= m[i]
	}
	s = shuffle(&s, 1)
	for i := range s {
		s[i] ^= d.h[i]
	}
	d.h = shuffle(&s, 61)
}

// stepC3 is the only non-zero constant of the key schedule.
var stepC3 = [4]uint64{0xff00ff00ff00ff00, 0x00ff00ff00ff00ff, 0xff0000ff00ffff00, 0xff00ffff000000ff}

// stepKeys derives the four keys from the state u and the block v.
func stepKeys(u, v [4]uint64) (keys [4][8]uint32) {
	for j := range keys {
		if j > 0 {
			u = mixA(u)
			v = mixA(mixA(v))
		}
		if j == 2 {
			for i := range u {
				u[i] ^= stepC3[i]
			}
		}
		w0, w1, w2, w3 := u[0]^v[0], u[1]^v[1], u[2]^v[2], u[3]^v[3]
		for k := range keys[j] {
			keys[j][k] = uint32(byte(w0)) | uint32(byte(w1))<<8 | uint32(byte(w2))<<16 | uint32(byte(w3))<<24
			w0, w1, w2, w3 = w0>>8, w1>>8, w2>>8, w3>>8
		}
	}
	return keys
}

func mixA(y [4]uint64) [4]uint64 {
	return [4]uint64{y[1], y[2], y[3], y[0] ^ y[1]}
}

// encrypt encrypts word i of h with key i by GOST 28147-89. The four chains
// are independent, so they run side by side.
func (t *roundTable) encrypt(h *[4]uint64, keys *[4][8]uint32) [4]uint64 {
	a0, a1, a2, a3 := uint32(h[0]), uint32(h[1]), uint32(h[2]), uint32(h[3])
	b0, b1, b2, b3 := uint32(h[0]>>32), uint32(h[1]>>32), uint32(h[2]>>32), uint32(h[3]>>32)
	for r := 0; r < 32; r += 2 {
		k, l := r&7, (r+1)&7
		if r >= 24 {
			k, l = 7-k, 7-l // the key words come in reverse in the last eight rounds
		}
		b0 ^= t.f(a0 + keys[0][k])
		b1 ^= t.f(a1 + keys[1][k])
		b2 ^= t.f(a2 + keys[2][k])
		b3 ^= t.f(a3 + keys[3][k])
		a0 ^= t.f(b0 + keys[0][l])
		a1 ^= t.f(b1 + keys[1][l])
		a2 ^= t.f(b2 + keys[2][l])
		a3 ^= t.f(b3 + keys[3][l])
	}
	return [4]uint64{
		uint64(b0) | uint64(a0)<<32, uint64(b1) | uint64(a1)<<32,
		uint64(b2) | uint64(a2)<<32, uint64(b3) | uint64(a3)<<32,
	}
}

// shuffle applies ψ n times, n at most 61: a feedback shift of 16-bit words.
func shuffle(x *[4]uint64, n int) (z [4]uint64) {
	var y [16 + 61]uint16
	for i := range 16 {
		y[i] = uint16(x[i/4] >> (16 * (i % 4)))
	}
	last := y[15]
	for i := range y[:n] {
		last ^= y[i] ^ y[i+1] ^ y[i+2] ^ y[i+3] ^ y[i+12]
		y[i+16] = last
	}
	for i := range 16 {
		z[i/4] |= uint64(y[n+i]) << (16 * (i % 4))
	}
	return z
}
