package serials

import (
	"encoding/asn1"
	"errors"
	"runtime"
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

// Find looks for the entry of a serial number, given as the contents octets of
// its INTEGER as the certificate has them: bytes are compared. Of several
// entries with the serial number it is the one revoked first, or the first of
// those.
//
// The error is [ErrChanged] or [ErrClosed]; only without one does false mean
// that the list has no such entry.
func (x *Index) Find(serial []byte) (Entry, bool, error) {
	t := x.table.Load()
	if t == nil {
		return Entry{}, false, ErrClosed
	}
	if !isUsual(serial) {
		return t.find(serial, t.seed.hash(serial))
	}
	k := keyOf(serial)
	h := t.seed.mix(&k)
	b := t.bucket(t.home(h))
	m := b.matches(t.mark(h))
	if m.one() {
		if e, ok := t.list.usualAt(b.offset(m.first()), &k); ok {
			runtime.KeepAlive(t)
			return Entry{RevokedAt: time.Unix(e.revoked, 0).UTC(), Reason: int(e.reason)}, true, nil
		}
	} else if m == 0 && !b.spilled() {
		runtime.KeepAlive(t)
		return Entry{}, false, nil
	}
	return t.find(serial, h)
}

// find is [Index.Find] for serial numbers and entries of any form.
func (t *table) find(serial []byte, h uint64) (found Entry, ok bool, err error) {
	defer runtime.KeepAlive(t)
	var best uint32
	i := t.home(h)
	for range t.count {
		b := t.bucket(i)
		for m := b.matches(t.mark(h)); m != 0; m &= m - 1 {
			at := b.offset(m.first())
			e, same, err := t.confirm(at, i, h, serial)
			if err != nil {
				return Entry{}, false, err
			}
			if c := e.RevokedAt.Compare(found.RevokedAt); same && (!ok || c < 0 || c == 0 && at < best) {
				found, best, ok = e, at, true
			}
		}
		if ok || !b.spilled() {
			break
		}
		i = t.next(i)
	}
	return found, ok, nil
}

// confirm reads the entry at an offset that stands in bucket i, and compares
// the serial number. An entry of another one must at least be right where it
// is in the table, or the list is not the one that was indexed.
func (t *table) confirm(at uint32, i, h uint64, serial []byte) (e Entry, same bool, err error) {
	raw, err := t.list.entryAt(int(at))
	if err != nil {
		return Entry{}, false, err
	}
	var p position
	if p.read(raw, 0) != "" {
		return Entry{}, false, ErrChanged
	}
	if there := raw[p.serial:p.serialEnd]; string(there) != string(serial) {
		if !t.belongs(t.seed.hash(there), i, t.mark(h)) {
			return Entry{}, false, ErrChanged
		}
		return Entry{}, false, nil
	}
	e, problem := p.entry(raw)
	if problem != "" {
		return Entry{}, false, ErrChanged
	}
	return e, true, nil
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

// Critical lists the critical extensions of entries, each once, other than
// reasonCode and invalidityDate. Among them is certificateIssuer, which makes
// the list an indirect one: then a serial number alone names no certificate.
func (x *Index) Critical() []asn1.ObjectIdentifier {
	if t := x.table.Load(); t != nil {
		return identifiers(t.critical)
	}
	return nil
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
