package gost

import (
	"encoding/binary"
	"hash"
	"math/bits"
)

// streebogBlock is the block size of Streebog in bytes.
const streebogBlock = 64

// NewStreebog256 returns GOST R 34.11-2012 (also ST RK GOST R 34.11-2015) with
// a digest of 256 bits, RFC 6986. The digest comes in the byte order of the
// standard's own encoding, which certificates and signatures use as it is.
func NewStreebog256() hash.Hash { return newStreebog(32) }

// NewStreebog512 is NewStreebog256 with a digest of 512 bits.
func NewStreebog512() hash.Hash { return newStreebog(64) }

// streebog is the running state of RFC 6986, section 8: h, N and Σ, each 512
// bits with the least significant word first.
type streebog struct {
	table    *lpsTable
	size     int
	h        [8]uint64
	length   [8]uint64
	checksum [8]uint64
	buffer   [streebogBlock]byte
	buffered int
}

func newStreebog(size int) *streebog {
	s := &streebog{table: streebogTable(), size: size}
	s.Reset()
	return s
}

// Clone implements hash.Cloner: what is written to one of them does not reach
// the other.
func (s *streebog) Clone() (hash.Cloner, error) {
	other := *s
	return &other, nil
}

func (s *streebog) Size() int      { return s.size }
func (s *streebog) BlockSize() int { return streebogBlock }

func (s *streebog) Reset() {
	*s = streebog{table: s.table, size: s.size}
	if s.size == 32 {
		for i := range s.h {
			s.h[i] = 0x0101010101010101
		}
	}
}

func (s *streebog) Write(p []byte) (int, error) {
	n := len(p)
	if s.buffered > 0 {
		k := copy(s.buffer[s.buffered:], p)
		s.buffered += k
		p = p[k:]
		if s.buffered < streebogBlock {
			return n, nil
		}
		s.block(&s.buffer, 8*streebogBlock)
		s.buffered = 0
	}
	for len(p) >= streebogBlock {
		s.block((*[streebogBlock]byte)(p), 8*streebogBlock)
		p = p[streebogBlock:]
	}
	s.buffered = copy(s.buffer[:], p)
	return n, nil
}

// Sum appends the digest of what was written so far; more may be written
// afterwards.
func (s *streebog) Sum(in []byte) []byte {
	d := *s
	clear(d.buffer[d.buffered:])
	d.buffer[d.buffered] = 1
	d.block(&d.buffer, uint64(8*d.buffered))

	var zero [8]uint64
	d.compress(&zero, &d.length)
	d.compress(&zero, &d.checksum)

	var out [64]byte
	for i, w := range d.h {
		binary.LittleEndian.PutUint64(out[8*i:], w)
	}
	return append(in, out[64-d.size:]...)
}

// block absorbs one block of which bitLen bits are message.
func (s *streebog) block(b *[streebogBlock]byte, bitLen uint64) {
	var m [8]uint64
	for i := range m {
		m[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	s.compress(&s.length, &m)
	add512(&s.length, &[8]uint64{bitLen})
	add512(&s.checksum, &m)
}

// compress is g_N(h, m) of RFC 6986, section 8: the 12 rounds of the cipher
// over m under a key that starts as LPS(h ⊕ N) and is scheduled on the way.
func (s *streebog) compress(n, m *[8]uint64) {
	var key [8]uint64
	var scratch [32]byte
	s.table.lps(&key, &s.h, n, &scratch)
	state := *m
	for r := range roundConstants {
		s.table.lps(&state, &state, &key, &scratch)
		s.table.lps(&key, &key, &roundConstants[r], &scratch)
	}
	for i := range s.h {
		s.h[i] ^= state[i] ^ key[i] ^ m[i]
	}
}

// lps sets z = L(P(S(a ⊕ b))). P makes byte i of every word an input of word i
// of the output. Half of the words are taken apart by shifts and half in
// memory, in y, which keeps the arithmetic and the load units equally busy.
func (t *lpsTable) lps(z, a, b *[8]uint64, y *[32]byte) {
	binary.LittleEndian.PutUint64(y[0:], a[4]^b[4])
	binary.LittleEndian.PutUint64(y[8:], a[5]^b[5])
	binary.LittleEndian.PutUint64(y[16:], a[6]^b[6])
	binary.LittleEndian.PutUint64(y[24:], a[7]^b[7])
	x0, x1, x2, x3 := a[0]^b[0], a[1]^b[1], a[2]^b[2], a[3]^b[3]
	r0 := t[0][byte(x0)] ^ t[1][byte(x1)] ^ t[2][byte(x2)] ^ t[3][byte(x3)] ^
		t[4][y[0]] ^ t[5][y[8]] ^ t[6][y[16]] ^ t[7][y[24]]
	r1 := t[0][byte(x0>>8)] ^ t[1][byte(x1>>8)] ^ t[2][byte(x2>>8)] ^ t[3][byte(x3>>8)] ^
		t[4][y[1]] ^ t[5][y[9]] ^ t[6][y[17]] ^ t[7][y[25]]
	r2 := t[0][byte(x0>>16)] ^ t[1][byte(x1>>16)] ^ t[2][byte(x2>>16)] ^ t[3][byte(x3>>16)] ^
		t[4][y[2]] ^ t[5][y[10]] ^ t[6][y[18]] ^ t[7][y[26]]
	r3 := t[0][byte(x0>>24)] ^ t[1][byte(x1>>24)] ^ t[2][byte(x2>>24)] ^ t[3][byte(x3>>24)] ^
		t[4][y[3]] ^ t[5][y[11]] ^ t[6][y[19]] ^ t[7][y[27]]
	r4 := t[0][byte(x0>>32)] ^ t[1][byte(x1>>32)] ^ t[2][byte(x2>>32)] ^ t[3][byte(x3>>32)] ^
		t[4][y[4]] ^ t[5][y[12]] ^ t[6][y[20]] ^ t[7][y[28]]
	r5 := t[0][byte(x0>>40)] ^ t[1][byte(x1>>40)] ^ t[2][byte(x2>>40)] ^ t[3][byte(x3>>40)] ^
		t[4][y[5]] ^ t[5][y[13]] ^ t[6][y[21]] ^ t[7][y[29]]
	r6 := t[0][byte(x0>>48)] ^ t[1][byte(x1>>48)] ^ t[2][byte(x2>>48)] ^ t[3][byte(x3>>48)] ^
		t[4][y[6]] ^ t[5][y[14]] ^ t[6][y[22]] ^ t[7][y[30]]
	r7 := t[0][byte(x0>>56)] ^ t[1][byte(x1>>56)] ^ t[2][byte(x2>>56)] ^ t[3][byte(x3>>56)] ^
		t[4][y[7]] ^ t[5][y[15]] ^ t[6][y[23]] ^ t[7][y[31]]
	z[0], z[1], z[2], z[3] = r0, r1, r2, r3
	z[4], z[5], z[6], z[7] = r4, r5, r6, r7
}

// add512 sets z = z + x mod 2^512.
func add512(z, x *[8]uint64) {
	var carry uint64
	for i := range z {
		z[i], carry = bits.Add64(z[i], x[i], carry)
	}
}
