package serials

import (
	"encoding/binary"
	"fmt"
	"hash"
	"math/bits"
)

// How the work is cut: entries are first sorted into runs by the topmost bits
// of their hash, so that the part of the table which a run ends in stays in
// the processor's cache while it is filled. Going to the table directly costs
// a miss of cache and address translation for each entry.
const (
	runEntries   = 8192 // wanted length of a run
	maxRunBits   = 9
	typicalEntry = 48 // bytes, for a guess at the number of entries
)

// Runs grow by blocks of an arena, each beginning with a link to the block
// before it in the run.
const (
	blockWords = 512
	noBlock    = ^uint64(0)
)

// builder sorts the entries of a list into runs. An element of a run is the 32
// bits of the hash below the run's, and the entry's offset.
type builder struct {
	list     *list
	opts     Options
	rules    Rules
	owners   *owners  // nil as long as all entries are the list's own
	of       []uint32 // whose the entries are from here on
	seed     seed
	runBits  uint
	arena    *mapping
	blocks   int
	next     []int    // of each run: the word of the arena to write next
	last     []uint64 // of each run: its last block
	entries  int
	places   int // that the entries take: one for each authority
	ext      extensions
	compared int // entries, by compare
}

func build(l *list, opts Options, rules Rules, tbs hash.Hash) (*Index, error) {
	b := &builder{list: l, opts: opts, rules: rules, of: onlyOwn[:], seed: newSeed()}
	guess := l.entries.len() / typicalEntry / runEntries
	b.runBits = min(uint(bits.Len(uint(guess))), maxRunBits)
	runs := 1 << b.runBits
	b.next, b.last = make([]int, runs), make([]uint64, runs)
	for i := range b.last {
		b.last[i] = noBlock
	}
	// The most that the bytes can hold; what is not touched costs nothing.
	most := min(l.entries.len()/minEntry, opts.MaxEntries)
	if rules.Authorities != nil {
		most *= maxOwners
	}
	arena, err := reserve((most/(blockWords-1) + 1 + runs) * blockWords * 8)
	if err != nil {
		return nil, err
	}
	defer arena.free()
	b.arena = arena
	at := l.entries.from
	err = l.pass(func(s span) error {
		l.writeSigned(tbs, s)
		at, err = b.add(at, s.to)
		return err
	})
	if err != nil {
		return nil, err
	}
	t, err := b.table()
	if err != nil {
		return nil, err
	}
	return newIndex(t), nil
}

// add sorts the entries from at on that begin before to, and returns where the
// next one begins.
func (b *builder) add(at, to int) (int, error) {
	data := b.list.data[:b.list.entries.to]
	to = min(to, len(data))
	arena := b.arena.data
	var p position
	for ; at < to; at = p.end {
		if problem := p.read(data, at); problem != "" {
			return 0, &SyntaxError{Offset: at, Problem: problem}
		}
		if p.extensions < p.end && (b.rules.Bare || !isOnlyReason(data[p.extensions:p.end])) {
			if err := b.readExtensions(data[p.extensions:p.end], at); err != nil {
				return 0, err
			}
		}
		if b.entries == b.opts.MaxEntries {
			return 0, fmt.Errorf("%w: more than %d entries", ErrTooLarge, b.opts.MaxEntries)
		}
		b.entries++
		serial := b.seed.hash(data[p.serial:p.serialEnd])
		for _, authority := range b.of {
			h := b.seed.of(serial, authority)
			run := h >> (64 - b.runBits)
			word := b.next[run]
			if word%blockWords == 0 {
				word = b.grow(run)
			}
			binary.LittleEndian.PutUint64(arena[8*word:], h>>(32-b.runBits)<<32|uint64(at))
			b.next[run] = word + 1
			b.places++
		}
	}
	return at, nil
}

// readExtensions looks at the extensions of the entry at an offset.
func (b *builder) readExtensions(exts []byte, at int) error {
	problem := b.ext.read(exts)
	if b.rules.Bare {
		problem = "extensions in a list of version 1"
	}
	switch {
	case problem != "":
		return &SyntaxError{Offset: at, Problem: problem}
	case b.ext.issuer != nil:
		return b.belongTo(b.ext.issuer, at)
	}
	return nil
}

// grow begins another block for the run and returns its first free word.
func (b *builder) grow(run uint64) int {
	word := b.blocks * blockWords
	b.blocks++
	binary.LittleEndian.PutUint64(b.arena.data[8*word:], b.last[run])
	b.last[run] = uint64(word)
	return word + 1
}
