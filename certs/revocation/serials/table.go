package serials

import (
	"encoding/binary"
	"math/bits"
)

// A table is buckets of 64 bytes, a line of the processor's cache, each with
// room for ten entries:
//
//   - ten marks of 15 bits in 16, zero where there is no entry;
//   - how many entries there are, in 16 bits;
//   - whether others had to go to one of the next buckets, and whether one of them
//     is of a certificate that has an entry here, 8 bits each;
//   - ten offsets of entries in the list, 32 bits each.
//
// The 32 topmost bits of a hash, as a proportion of 2^32, say which bucket an
// entry belongs in; when that is full it is in the next one, the first follows
// the last. Of the entries of one certificate a full bucket keeps what together
// says the same as all of them.
const (
	bucketSize    = 64
	bucketEntries = 10
	countAt       = 2 * bucketEntries
	spilledAt     = countAt + 2
	repeatedAt    = spilledAt + 1
	offsetsAt     = spilledAt + 2
)

// bucketsFor leaves four places of ten free: then one bucket of 25 is too
// small.
func bucketsFor(places int) int { return places/6 + 1 }

// table is the searchable form of a list's serial numbers. It is immutable
// once it is filled.
type table struct {
	seed     seed
	list     *list
	entries  int  // of the list, each one of a serial number that stands twice
	runBits  uint // where marks are in the hash
	critical [][]byte
	owners   *owners // nil when all entries are of the list's own issuer

	memory *mapping
	data   []byte // the buckets
	count  uint64 // of buckets
}

// newTable makes an empty table for a list with the entries, which take so many
// places.
func newTable(entries, places int, runBits uint, secret seed) (*table, error) {
	count := bucketsFor(places)
	memory, err := reserve(count * bucketSize)
	if err != nil {
		return nil, err
	}
	return &table{seed: secret, entries: entries, runBits: runBits, memory: memory, data: memory.data, count: uint64(count)}, nil
}

// bucket is one of a table's.
type bucket [bucketSize]byte

func (t *table) bucket(i uint64) *bucket { return (*bucket)(t.data[i*bucketSize:]) }

// home returns the bucket that a hash belongs in.
func (t *table) home(h uint64) uint64 { return (h >> 32) * t.count >> 32 }

// next returns the bucket that follows.
func (t *table) next(i uint64) uint64 {
	if i++; i == t.count {
		return 0
	}
	return i
}

// mark returns what a bucket keeps of a hash: 15 bits, never zero.
func (t *table) mark(h uint64) uint16 { return max(uint16(h>>((32-t.runBits)&63))&0x7fff, 1) }

// matches has a bit for each entry with the mark, all at once: a question for
// each would be one that the processor cannot guess the answer of.
func (b *bucket) matches(mark uint16) matches {
	const all, low, high = 0x0001_0001_0001_0001, 0x7fff_7fff_7fff_7fff, 0x8000_8000_8000_8000
	m := uint64(mark) * all
	// The highest bit of each 16 becomes 0 where the marks are the same.
	x := ((m ^ word(b[0:])) + low) & high
	y := ((m ^ word(b[8:])) + low) & high
	z := ((m ^ word(b[16:])) + low) & 0x8000_8000 // the rest are no marks
	return matches((x>>2 | y>>1 | z) ^ (high>>2 | high>>1 | 0x8000_8000))
}

// matches are places in a bucket, one for each bit that is set.
type matches uint64

// one reports whether there is exactly one.
func (m matches) one() bool { return m != 0 && m&(m-1) == 0 }

// first returns the place of the lowest bit; there must be one.
func (m matches) first() int {
	// Of 16 bits, the 13th is of the first word of marks, and so on.
	at := bits.TrailingZeros64(uint64(m))
	return (at&3-1)*4 + at>>4
}

func (b *bucket) offset(place int) uint32 {
	return binary.LittleEndian.Uint32(b[offsetsAt+4*place:])
}

func (b *bucket) entries() int { return int(binary.LittleEndian.Uint16(b[countAt:])) }

// spilled reports whether entries that belong here may be in the next bucket.
func (b *bucket) spilled() bool { return b[spilledAt] != 0 }

// repeated reports whether an entry of a certificate that has one here may be in
// one of the next buckets.
func (b *bucket) repeated() bool { return b[repeatedAt] != 0 }

func (b *bucket) put(place int, mark uint16, offset uint32) {
	binary.LittleEndian.PutUint16(b[2*place:], mark)
	binary.LittleEndian.PutUint32(b[offsetsAt+4*place:], offset)
}
