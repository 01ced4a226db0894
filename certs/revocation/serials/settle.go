package serials

import "encoding/binary"

// table makes the table of the runs.
func (b *builder) table() (*table, error) {
	t, err := newTable(b.entries, b.runBits, b.seed)
	if err != nil {
		return nil, err
	}
	t.list, t.critical = b.list, b.ext.critical
	err = b.list.guard(func() error {
		for run := range b.next {
			if err := b.settle(t, run); err != nil {
				return err
			}
		}
		return nil
	})
	return t, err
}

// settle puts the elements of a run into the table.
func (b *builder) settle(t *table, run int) error {
	end := b.next[run]
	for block := b.last[run]; block != noBlock; {
		words := b.arena.data[8*block : 8*end]
		for rest := words[8:]; len(rest) >= 8; rest = rest[8:] {
			e := binary.LittleEndian.Uint64(rest)
			h := (uint64(run)<<32 | e>>32) << ((32 - b.runBits) & 63) // all of the hash that matters
			if err := b.put(t, h, uint32(e)); err != nil {
				return err
			}
		}
		block = binary.LittleEndian.Uint64(words)
		end = int(block) + blockWords
	}
	return nil
}

// put puts an entry where it belongs. Of the entries of one serial number that
// a full bucket has, and this one, the earliest stays: a list that repeats
// itself does not crowd the table.
func (b *builder) put(t *table, h uint64, offset uint32) error {
	mark := t.mark(h)
	for i := t.home(h); ; i = t.next(i) {
		k := t.bucket(i)
		if n := k.entries(); n < bucketEntries {
			k.put(n, mark, offset)
			k[countAt] = byte(n + 1)
			return nil
		}
		for m := k.matches(mark); m != 0; m &= m - 1 {
			have := k.offset(m.first())
			keep, same, err := b.compare(have, offset)
			if err != nil {
				return err
			}
			if same {
				k.put(m.first(), mark, keep)
				return nil
			}
		}
		k[spilledAt] = 1
	}
}

// letGo is how many comparisons of entries there are in a list of honest size
// and more: for each of them a large page of the file may come into reach.
const letGo = 256

// compare is earlier, and lets the parts of the list go that it read: after
// each of the first comparisons, then from time to time.
func (b *builder) compare(x, y uint32) (keep uint32, same bool, err error) {
	keep, same, err = b.earlier(x, y)
	if b.compared++; b.list.mapping != nil && (b.compared < letGo || b.compared%letGo == 0) {
		b.list.mapping.drop(0, len(b.list.data))
	}
	return keep, same, err
}

// earlier reports whether two entries are of one serial number, and which of
// them was revoked first; of two at the same time, the one that stands first.
func (b *builder) earlier(x, y uint32) (keep uint32, same bool, err error) {
	var p, q position
	data := b.list.data[:b.list.entries.to]
	if p.read(data, int(x)) != "" || q.read(data, int(y)) != "" {
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
