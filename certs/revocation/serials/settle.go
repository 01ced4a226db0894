package serials

import "encoding/binary"

// maxCrowd is how many entries may have one place in the table before they are
// suspected of being one serial number over and over.
const maxCrowd = 32

// table makes the table of the runs.
func (b *builder) table() (*table, error) {
	s := shape{runBits: b.runBits, blocks: blocksFor(b.entries, b.runBits), slots: maxSlots(b.entries, b.runBits)}
	t, err := newTable(s, b.seed)
	if err != nil {
		return nil, err
	}
	t.list, t.entries, t.critical = b.list, b.entries, b.ext.critical
	err = b.list.guard(func() error {
		filled := 0
		var blocks [][]byte // scratch: of the run
		var places []uint32 // scratch of settle
		for run := range b.next {
			var n int
			blocks, n = b.blocksOf(run, blocks[:0])
			made := slotsFor(n)
			t.setBounds(run, filled, made)
			if cap(places) < made {
				places = make([]uint32, made+made/4)
			}
			if filled, err = b.settle(t, blocks, filled, places[:made]); err != nil {
				return err
			}
			t.markRun(run, blocks)
		}
		t.finish(filled)
		return nil
	})
	return t, err
}

// blocksOf appends the blocks of a run's elements to blocks, and counts the
// elements.
func (b *builder) blocksOf(run int, blocks [][]byte) ([][]byte, int) {
	n, end := 0, b.next[run]
	for block := b.last[run]; block != noBlock; {
		words := b.arena.data[8*block : 8*end]
		blocks = append(blocks, words[8:])
		n += len(words)/8 - 1
		block = binary.LittleEndian.Uint64(words)
		end = int(block) + blockWords
	}
	return blocks, n
}

// settle puts the elements of a run into the slots from first on, which are
// free, and returns the end of those that it took. places is scratch, one for
// each slot that the run was made for.
func (b *builder) settle(t *table, blocks [][]byte, first int, places []uint32) (int, error) {
	clear(places)
	crowd := uint32(0)
	for _, words := range blocks {
		for ; len(words) >= 8; words = words[8:] {
			at := part(binary.LittleEndian.Uint32(words[4:]), len(places))
			places[at]++
			crowd = max(crowd, places[at])
		}
	}
	if crowd > maxCrowd {
		return b.settleCrowd(t, blocks, first, len(places))
	}
	end := uint32(first)
	for at, n := range places {
		places[at] = max(end, uint32(first+at))
		end = places[at] + n
	}
	slots := t.slot
	for _, words := range blocks {
		for ; len(words) >= 8; words = words[8:] {
			e := binary.LittleEndian.Uint64(words)
			at := part(uint32(e>>32), len(places))
			place := places[at]
			places[at] = place + 1
			binary.LittleEndian.PutUint64(slots[8*place:], e)
		}
	}
	return max(int(end), first+len(places)), nil
}

// settleCrowd is settle for a run with so many entries of one place that most
// must be one serial number: it takes one after another and keeps one of each.
func (b *builder) settleCrowd(t *table, blocks [][]byte, first, made int) (int, error) {
	last := first + made
	for _, words := range blocks {
		for ; len(words) >= 8; words = words[8:] {
			e := binary.LittleEndian.Uint64(words)
			end, err := b.insert(t, first+part(uint32(e>>32), made), e)
			if err != nil {
				return 0, err
			}
			last = max(last, end)
		}
	}
	return last, nil
}

// insert puts an element where it belongs, at slot i or as little behind it as
// the order of fingerprints allows, and returns the end of the slots that it
// touched. Of several entries of one serial number the earliest stays.
func (b *builder) insert(t *table, i int, e uint64) (int, error) {
	have := t.get(i)
	for ; have != 0 && have>>32 <= e>>32; have = t.get(i) {
		if have>>32 == e>>32 {
			keep, same, err := b.earlier(have, e)
			if err != nil {
				return 0, err
			}
			if same {
				t.put(i, keep)
				return i + 1, nil
			}
		}
		i++
	}
	for have != 0 {
		t.put(i, e)
		e = have
		i++
		have = t.get(i)
	}
	t.put(i, e)
	return i + 1, nil
}

// earlier reports whether two slots are of one serial number, and which of
// them was revoked first; of two at the same time, the one that stands first.
func (b *builder) earlier(x, y uint64) (keep uint64, same bool, err error) {
	var p, q position
	data := b.list.data[:b.list.entries.to]
	if p.read(data, int(uint32(x))) != "" || q.read(data, int(uint32(y))) != "" {
		return 0, false, ErrChanged
	}
	if string(data[p.serial:p.serialEnd]) != string(data[q.serial:q.serialEnd]) {
		return 0, false, nil
	}
	if q.revoked < p.revoked || q.revoked == p.revoked && q.start < p.start {
		return y, true, nil
	}
	return x, true, nil
}
