package serials

import (
	"encoding/asn1"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"time"
)

// ErrClosed means that an index was asked after [Index.Close].
var ErrClosed = errors.New("index of the revocation list is closed")

// Index finds the entries of one list by serial number. It is immutable and
// may be asked by many goroutines. A newer list has an index of its own: put
// it in the place of this one with an atomic pointer, and look-ups under way
// finish where they began.
//
// The memory is given back by a garbage collection after the last use; nothing
// has to be closed.
type Index struct{ table atomic.Pointer[table] }

func newIndex(t *table) *Index {
	x := &Index{}
	x.table.Store(t)
	return x
}

// Find looks for what the list says of a certificate of its own issuer, whose
// serial number is given as the contents octets of its INTEGER as the certificate
// has them: bytes are compared. Several entries of one certificate are joined:
// the gravest reason counts, from the earliest date on.
//
// The error is [ErrChanged] or [ErrClosed]; only without one does false mean
// that the list has no such entry.
func (x *Index) Find(serial []byte) (Entry, bool, error) {
	t := x.table.Load()
	if t == nil {
		return Entry{}, false, ErrClosed
	}
	if !isUsual(serial) || t.owners != nil {
		return t.find(serial, own)
	}
	k := keyOf(serial)
	h := t.seed.mix(&k)
	b := t.bucket(t.home(h))
	m := b.matches(t.mark(h))
	if m.one() && !b.repeated() {
		if e, ok := t.list.usualAt(b.offset(m.first()), &k); ok {
			runtime.KeepAlive(t)
			return Entry{RevokedAt: time.Unix(e.revoked, 0).UTC(), Reason: int(e.reason)}, true, nil
		}
	} else if m == 0 && !b.spilled() {
		runtime.KeepAlive(t)
		return Entry{}, false, nil
	}
	return t.find(serial, own)
}

// FindOf is [Index.Find] for a certificate of an authority that an indirect list
// may be about, by the key that [Rules.Authorities] gives it.
func (x *Index) FindOf(authority string, serial []byte) (Entry, bool, error) {
	t := x.table.Load()
	if t == nil {
		return Entry{}, false, ErrClosed
	}
	n, known := t.owners.number(authority)
	switch {
	case !known:
		return Entry{}, false, nil
	case n == own:
		return x.Find(serial)
	}
	return t.find(serial, n)
}

// find is [Index.Find] for serial numbers, entries and authorities of any kind.
func (t *table) find(serial []byte, authority uint32) (Entry, bool, error) {
	defer runtime.KeepAlive(t)
	h := t.seed.of(t.seed.hash(serial), authority)
	q := asked{serial, authority, t.mark(h)}
	var found said
	ok, repeated := false, false
	i := t.home(h)
	for range t.count {
		b := t.bucket(i)
		repeated = repeated || b.repeated()
		for m := b.matches(q.mark); m != 0; m &= m - 1 {
			s, same, err := t.confirm(b.offset(m.first()), i, q)
			switch {
			case err != nil:
				return Entry{}, false, err
			case same && ok:
				found = found.with(s)
			case same:
				found, ok = s, true
			}
		}
		if ok && !repeated || !b.spilled() {
			break
		}
		i = t.next(i)
	}
	if !ok {
		return Entry{}, false, nil
	}
	return found.entry(), true, nil
}

// asked is the certificate that is looked for.
type asked struct {
	serial    []byte
	authority uint32
	mark      uint16
}

// confirm reads the entry at an offset that stands in bucket i, and tells whether
// it is of the certificate asked for. An entry of another one must at least be
// right where it is in the table, or the list is not the one that was indexed.
func (t *table) confirm(at uint32, i uint64, q asked) (s said, same bool, err error) {
	raw, err := t.list.entryAt(int(at))
	if err != nil {
		return said{}, false, err
	}
	var p position
	if p.read(raw, 0) != "" {
		return said{}, false, ErrChanged
	}
	there, of := raw[p.serial:p.serialEnd], t.owners.ofEntry(at)
	if string(there) != string(q.serial) || !slices.Contains(of, q.authority) {
		hash := t.seed.hash(there)
		if !slices.ContainsFunc(of, func(n uint32) bool { return t.belongs(t.seed.of(hash, n), i, q.mark) }) {
			return said{}, false, ErrChanged
		}
		return said{}, false, nil
	}
	s, problem := p.said(raw)
	if problem != "" {
		return said{}, false, ErrChanged
	}
	return s, true, nil
}

// belongs reports whether an entry with the hash may have the mark in bucket i.
func (t *table) belongs(h, i uint64, mark uint16) bool {
	if t.mark(h) != mark {
		return false
	}
	from := t.home(h)
	for range t.count {
		if from == i {
			return true
		}
		if !t.bucket(from).spilled() {
			return false
		}
		from = t.next(from)
	}
	return false
}

// Len returns the number of entries of the list.
func (x *Index) Len() int {
	if t := x.table.Load(); t != nil {
		return t.entries
	}
	return 0
}

// Critical lists the extensions of entries that were not understood though they
// should be, each once: critical ones other than reasonCode, and
// certificateIssuer, critical or not, where it does not say whose the entries
// are. A list with any answers nothing.
func (x *Index) Critical() []asn1.ObjectIdentifier {
	if t := x.table.Load(); t != nil {
		return identifiers(t.critical)
	}
	return nil
}

// Indirect reports whether the list has entries of other authorities than its own
// issuer. Such an index is not saved: it is made anew.
func (x *Index) Indirect() bool {
	t := x.table.Load()
	return t != nil && t.owners != nil
}

// Resident returns how many bytes of memory the index keeps, without the list.
func (x *Index) Resident() int {
	if t := x.table.Load(); t != nil {
		return len(t.data)
	}
	return 0
}

// Close makes every later look-up fail with [ErrClosed]. Look-ups under way
// finish unharmed; the memory goes back when they have.
func (x *Index) Close() { x.table.Store(nil) }
