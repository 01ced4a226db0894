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

// Lengths of serial numbers that are usual, in bytes. RFC 5280 allows no longer
// ones.
const (
	minUsualSerial = 8
	maxUsualSerial = 20
)

// isUsual reports whether key can hold a serial number.
func isUsual(serial []byte) bool {
	return len(serial) >= minUsualSerial && len(serial) <= maxUsualSerial
}

// key is all the bytes of a serial number of a usual length, as numbers: the
// first eight, those from its eighth or as near to it as eight bytes are left,
// and the last eight. They may be the same bytes.
type key struct {
	first, middle, last uint64
	n                   int
}

// keyOf returns the key of a serial number that is usual.
func keyOf(serial []byte) key {
	n := len(serial)
	return key{word(serial), word(serial[min(8, n-8):]), word(serial[n-8:]), n}
}

// word is eight bytes as a number.
func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// mix hashes by multiplying 64 x 64 bits and folding the halves of the product,
// each factor masked with a secret.
func (s *seed) mix(k *key) uint64 {
	return fold(fold(k.first^s[0], k.middle^s[1])^k.last^s[2], s[3]^uint64(k.n))
}

// hash is the mix of a serial number of any length.
func (s *seed) hash(b []byte) uint64 {
	if isUsual(b) {
		k := keyOf(b)
		return s.mix(&k)
	}
	k := key{n: len(b)}
	for ; len(b) > 16; b = b[16:] {
		k.first = fold(word(b)^s[1], word(b[8:])^s[0]^k.first)
	}
	var last [16]byte
	copy(last[:], b)
	k.middle, k.last = word(last[:]), word(last[8:])
	return s.mix(&k)
}

// of returns the hash of a serial number of an authority, from that of the serial
// number.
func (s *seed) of(serial uint64, authority uint32) uint64 {
	if authority == own {
		return serial
	}
	return fold(serial^s[3], s[0]^uint64(authority))
}

func fold(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo
}
