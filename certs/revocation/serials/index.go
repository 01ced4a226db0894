package serials

import (
	"encoding/asn1"
	"errors"
	"runtime"
	"runtime/debug"
	"sync/atomic"
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
// its INTEGER as the certificate has them: bytes are compared. Of several entries with the serial number it is
// the one revoked first, or the first of those.
//
// The error is [ErrChanged] or [ErrClosed]; only without one does false mean
// that the list has no such entry.
func (x *Index) Find(serial []byte) (Entry, bool, error) {
	t := x.table.Load()
	if t == nil {
		return Entry{}, false, ErrClosed
	}
	h := t.seed.hash(serial)
	run, fp := int(h>>(64-t.runBits)), fingerprint(h, t.runBits)
	if !t.passes(run, fp) {
		runtime.KeepAlive(t)
		return Entry{}, false, nil
	}
	return t.find(run, fp, serial)
}

// find looks through the slots that the fingerprint may be in.
func (t *table) find(run int, fp uint32, serial []byte) (Entry, bool, error) {
	defer runtime.KeepAlive(t)
	var best Entry
	bestAt := -1
	first, end, made := t.bounds(run)
	place := part(fp, made)
	for i := first + place; i < end; i++ {
		slot := t.get(i)
		if slot == 0 || part(uint32(slot>>32), made) > place {
			break
		}
		if uint32(slot>>32) != fp {
			continue
		}
		at := int(uint32(slot))
		e, found, err := t.confirm(at, run, fp, serial)
		if err != nil {
			return Entry{}, false, err
		}
		if found && (bestAt < 0 || e.RevokedAt.Before(best.RevokedAt) || e.RevokedAt.Equal(best.RevokedAt) && at < bestAt) {
			best, bestAt = e, at
		}
	}
	return best, bestAt >= 0, nil
}

// confirm reads the entry at an offset and compares the serial number. An
// entry of another one must at least have the fingerprint that led to it, or
// the list is not the one that was indexed.
func (t *table) confirm(at, run int, fp uint32, serial []byte) (e Entry, found bool, err error) {
	if t.list.mapping != nil {
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
		defer func() {
			if r := recover(); r != nil {
				if !isFault(r) {
					panic(r)
				}
				e, found, err = Entry{}, false, ErrChanged
			}
		}()
	}
	if at < t.list.entries.from || at >= t.list.entries.to {
		return Entry{}, false, ErrChanged
	}
	data := t.list.data[:t.list.entries.to]
	var p position
	if p.read(data, at) != "" {
		return Entry{}, false, ErrChanged
	}
	there := data[p.serial:p.serialEnd]
	if string(there) != string(serial) {
		if h := t.seed.hash(there); fingerprint(h, t.runBits) != fp || int(h>>(64-t.runBits)) != run {
			return Entry{}, false, ErrChanged
		}
		return Entry{}, false, nil
	}
	e, problem := p.entry(data)
	if problem != "" {
		return Entry{}, false, ErrChanged
	}
	return e, true, nil
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
		return t.size()
	}
	return 0
}

// Close makes every later look-up fail with [ErrClosed]. Look-ups under way
// finish unharmed; the memory goes back when they have.
func (x *Index) Close() { x.table.Store(nil) }
