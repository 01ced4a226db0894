package serials

import (
	"encoding/binary"
	"slices"
)

// table makes the table of the runs.
func (b *builder) table() (*table, error) {
	t, err := newTable(b.entries, b.places, b.runBits, b.seed)
	if err != nil {
		return nil, err
	}
	t.list, t.critical, t.owners = b.list, b.ext.critical, b.owners
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

// put puts an entry where it belongs. A full bucket keeps of the entries of one
// certificate, with this one, as few as say the same as all of them: a list that
// repeats itself does not crowd the table.
func (b *builder) put(t *table, h uint64, offset uint32) error {
	mark := t.mark(h)
	for i := t.home(h); ; i = t.next(i) {
		k := t.bucket(i)
		if n := k.entries(); n < bucketEntries {
			k.put(n, mark, offset)
			k[countAt] = byte(n + 1)
			return nil
		}
		if m := k.matches(mark); m != 0 {
			done, err := b.fit(k, m, h, offset)
			if done || err != nil {
				return err
			}
		}
		k[spilledAt] = 1
	}
}

// fit looks whether a full bucket has entries of the same certificate at the
// places, and makes room for what the new one adds to them. It is false when the
// new one has to go to the next bucket.
func (b *builder) fit(k *bucket, places matches, h uint64, offset uint32) (done bool, err error) {
	fresh, err := b.read(offset)
	if err != nil {
		return false, err
	}
	var have []placed
	for m := places; m != 0; m &= m - 1 {
		e, err := b.read(k.offset(m.first()))
		if err != nil {
			return false, err
		}
		if b.sameCertificate(e, fresh, h) {
			have = append(have, placed{m.first(), e.said})
		}
	}
	if b.compared++; b.list.mapping != nil && (b.compared < letGo || b.compared%letGo == 0) {
		b.list.mapping.drop(0, len(b.list.data))
	}
	if len(have) == 0 {
		return false, nil
	}
	place, needed := makeRoom(have, fresh.said)
	switch {
	case !needed:
		return true, nil
	case place < 0:
		k[repeatedAt] = 1
		return false, nil
	}
	binary.LittleEndian.PutUint32(k[offsetsAt+4*place:], offset)
	return true, nil
}

// letGo is how many comparisons of entries there are in a list of honest size
// and more: for each of them a large page of the file may come into reach.
const letGo = 256

// placed is what the entry in a place of a bucket says.
type placed struct {
	place int
	said
}

// makeRoom tells whether another entry adds to what those of its certificate say,
// and which of them then adds nothing any more; negative when all are needed.
func makeRoom(have []placed, fresh said) (place int, needed bool) {
	before := have[0].said
	for _, e := range have[1:] {
		before = before.with(e.said)
	}
	all := before.with(fresh)
	if all == before {
		return 0, false
	}
	for i := range have {
		rest := fresh
		for j, e := range have {
			if j != i {
				rest = rest.with(e.said)
			}
		}
		if rest == all {
			return have[i].place, true
		}
	}
	return -1, true
}

// entryRead is an entry that was read again.
type entryRead struct {
	offset uint32
	serial []byte
	said
}

func (b *builder) read(offset uint32) (entryRead, error) {
	var p position
	data := b.list.data[:b.list.entries.to]
	if p.read(data, int(offset)) != "" {
		return entryRead{}, ErrChanged
	}
	s, problem := p.said(data)
	if problem != "" {
		return entryRead{}, ErrChanged
	}
	return entryRead{offset, data[p.serial:p.serialEnd], s}, nil
}

// sameCertificate reports whether two entries of one place are of the same serial
// number and of the authority that the hash is of.
func (b *builder) sameCertificate(x, y entryRead, h uint64) bool {
	if string(x.serial) != string(y.serial) {
		return false
	}
	if b.owners == nil {
		return true
	}
	serial, low := b.seed.hash(x.serial), (32-b.runBits)&63
	return slices.ContainsFunc(b.owners.ofEntry(x.offset), func(n uint32) bool {
		return b.seed.of(serial, n)>>low == h>>low && slices.Contains(b.owners.ofEntry(y.offset), n)
	})
}
