package serials

import "encoding/binary"

// A table has three parts, in this order:
//
//   - the filter, blocks of 64 bytes;
//   - runs, for each its first slot and how many slots it was made for, and
//     the number of all slots at the end;
//   - slots: 32 bits of hash above the 32 bits of the entry's offset in the
//     list, or zero.
//
// The topmost bits of a hash say which run; the fingerprint, the 32 bits below
// them, which block of the run and which slot, as its proportion of 2^32. When
// the slot is taken, the entry is in one of those after it, and no slot between
// them is free. The slots of a run are in the order of those proportions;
// entries of one serial number, unless they are very many, have a slot each.
const (
	blockSize      = 64
	entriesOfBlock = 46 // 11 bits each
	runSize        = 8
)

// shape is the size of a table's parts.
type shape struct {
	runBits uint
	blocks  int // of each run
	slots   int // of all runs
}

func blocksFor(entries int, runBits uint) int { return entries>>runBits/entriesOfBlock + 1 }

// slotsFor leaves one slot of six free: less would be slower to search, more
// would not fit in the memory that is promised.
func slotsFor(entries int) int { return entries + entries/5 + 1 }

// maxSlots is the most that the runs of a list can take together, if every
// entry lies behind its place.
func maxSlots(entries int, runBits uint) int { return 2*slotsFor(entries) + 1<<runBits }

func (s shape) runs() int       { return 1 << s.runBits }
func (s shape) filterSize() int { return s.blocks << s.runBits * blockSize }
func (s shape) runsSize() int   { return s.runs()*runSize + 4 }
func (s shape) size() int       { return s.filterSize() + s.runsSize() + 8*s.slots }

// table is the searchable form of a list's serial numbers. It is immutable
// once it is filled.
type table struct {
	shape
	seed     seed
	list     *list
	entries  int // of the list, each one of a serial number that stands twice
	critical [][]byte

	memory *mapping
	filter []byte
	run    []byte
	slot   []byte
}

func newTable(s shape, secret seed) (*table, error) {
	memory, err := reserve(s.size())
	if err != nil {
		return nil, err
	}
	t := &table{shape: s, seed: secret, memory: memory}
	f, r := s.filterSize(), s.runsSize()
	t.filter, t.run, t.slot = memory.data[:f:f], memory.data[f:f+r:f+r], memory.data[f+r:][:8*s.slots]
	return t, nil
}

// finish leaves out the slots after the last run.
func (t *table) finish(filled int) {
	binary.LittleEndian.PutUint32(t.run[t.runs()*runSize:], uint32(filled))
	t.slots = filled
	t.slot = t.slot[:8*filled]
}

// bounds returns where a run begins, where the next one does, and how many
// slots it was made for.
func (t *table) bounds(run int) (first, end, made int) {
	b := t.run[run*runSize:]
	return int(binary.LittleEndian.Uint32(b)), int(binary.LittleEndian.Uint32(b[8:])), int(binary.LittleEndian.Uint32(b[4:]))
}

func (t *table) setBounds(run, first, made int) {
	b := t.run[run*runSize:]
	binary.LittleEndian.PutUint32(b, uint32(first))
	binary.LittleEndian.PutUint32(b[4:], uint32(made))
}

// part returns a fingerprint's proportion of n.
func part(fp uint32, n int) int { return int(uint64(fp) * uint64(n) >> 32) }

func (t *table) get(i int) uint64    { return binary.LittleEndian.Uint64(t.slot[8*i:]) }
func (t *table) put(i int, v uint64) { binary.LittleEndian.PutUint64(t.slot[8*i:], v) }

// markRun puts the fingerprints of a run's elements into the filter.
func (t *table) markRun(run int, elements [][]byte) {
	filter := t.filter[run*t.blocks*blockSize:][:t.blocks*blockSize]
	for _, words := range elements {
		for ; len(words) >= 8; words = words[8:] {
			fp := binary.LittleEndian.Uint32(words[4:])
			first, second, mask1, mask2 := filterBits(fp)
			block := filter[part(fp, t.blocks)*blockSize:][:blockSize]
			binary.LittleEndian.PutUint64(block[first:], binary.LittleEndian.Uint64(block[first:])|mask1)
			binary.LittleEndian.PutUint64(block[second:], binary.LittleEndian.Uint64(block[second:])|mask2)
		}
	}
}

// passes reports whether the filter knows the fingerprint: always when the
// table does, and seldom otherwise.
func (t *table) passes(run int, fp uint32) bool {
	first, second, mask1, mask2 := filterBits(fp)
	block := t.filter[(run*t.blocks+part(fp, t.blocks))*blockSize:][:blockSize]
	return binary.LittleEndian.Uint64(block[first:])&mask1 == mask1 && binary.LittleEndian.Uint64(block[second:])&mask2 == mask2
}

// filterBits says where the bits of a fingerprint are: three in each of two
// words of one block, which is one line of the processor's cache.
func filterBits(fp uint32) (first, second int, mask1, mask2 uint64) {
	g := fold(uint64(fp)^0x243f6a8885a308d3, 0x9e3779b97f4a7c15)
	mask1 = 1<<(g&63) | 1<<(g>>6&63) | 1<<(g>>12&63)
	mask2 = 1<<(g>>18&63) | 1<<(g>>24&63) | 1<<(g>>30&63)
	first = int(g >> 36 & 7)
	second = first ^ (1 + int(g>>39&3)) // another word
	return first * 8, second * 8, mask1, mask2
}
