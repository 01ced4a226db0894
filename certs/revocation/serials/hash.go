package serials

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"
)

// seed is the secret of an index's hash function: without it nobody can choose
// serial numbers that crowd one place of the table.
type seed [4]uint64

func newSeed() seed {
	var b [32]byte
	rand.Read(b[:]) // never fails
	return readSeed(b[:])
}

func readSeed(b []byte) seed {
	var s seed
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return s
}

// hash mixes the bytes 16 at a time by multiplying 64 x 64 bits and folding
// the halves of the product, each factor masked with a secret.
func (s *seed) hash(b []byte) uint64 {
	state := s[0] ^ uint64(len(b))
	for len(b) > 16 {
		state = fold(binary.LittleEndian.Uint64(b)^s[1], binary.LittleEndian.Uint64(b[8:])^state)
		b = b[16:]
	}
	var x, y uint64
	switch {
	case len(b) >= 8:
		x, y = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[len(b)-8:])
	case len(b) >= 4:
		x = uint64(binary.LittleEndian.Uint32(b))<<32 | uint64(binary.LittleEndian.Uint32(b[len(b)-4:]))
	case len(b) > 0:
		x = uint64(b[0])<<16 | uint64(b[len(b)/2])<<8 | uint64(b[len(b)-1])
	}
	return fold(fold(x^s[2], y^state)^s[3], s[1])
}

func fold(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo
}
