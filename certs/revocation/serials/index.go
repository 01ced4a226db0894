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
	h := t.seed.hash(serial)
	run, fp := int(h>>(64-t.runBits)), fingerprint(h, t.runBits)
	if !t.passes(run, fp) {
		runtime.KeepAlive(t)
		return Entry{}, false, nil
	}
	f, err := t.find(run, fp, serial)
	if f.form == odd && err == nil {
		return t.entryAt(f.at)
	}
	runtime.KeepAlive(t)
	if f.form == nothing || err != nil {
		return Entry{}, false, err
	}
	return Entry{RevokedAt: time.Unix(f.revoked, 0).UTC(), Reason: int(f.reason)}, true, nil
}

// found is the entry that answers, as far as the slots were looked through.
type found struct {
	revoked int64 // in seconds since 1970
	at      uint32
	form    form
	reason  byte // of a plain entry
}

// form says what sort of entry was found.
type form byte

const (
	nothing form = iota
	plain        // one that usual reads
	odd          // another
)

// find looks through the slots that the fingerprint may be in.
func (t *table) find(run int, fp uint32, serial []byte) (best found, err error) {
	first, end, made := t.bounds(run)
	place := part(fp, made)
	for i := first + place; i < end; i++ {
		slot := t.get(i)
		if uint32(slot>>32) != fp {
			if slot == 0 || part(uint32(slot>>32), made) > place {
				break
			}
			continue
		}
		f := found{at: uint32(slot), form: plain}
		var ok bool
		if f.revoked, f.reason, ok, err = t.list.usualAt(int(f.at), serial); !ok && err == nil {
			f.form = odd
			f.revoked, ok, err = t.confirm(f.at, run, fp, serial)
		}
		if err != nil {
			return found{}, err
		}
		if ok && (best.form == nothing || f.revoked < best.revoked || f.revoked == best.revoked && f.at < best.at) {
			best = f
		}
	}
	return best, nil
}

// confirm reads an entry of any form and compares the serial number. An entry
// of another one must at least have the fingerprint that led to it, or the list
// is not the one that was indexed.
func (t *table) confirm(at uint32, run int, fp uint32, serial []byte) (revoked int64, ok bool, err error) {
	b, err := t.list.entryAt(int(at))
	if err != nil {
		return 0, false, err
	}
	var p position
	if p.read(b, 0) != "" {
		return 0, false, ErrChanged
	}
	there := b[p.serial:p.serialEnd]
	if string(there) != string(serial) {
		if h := t.seed.hash(there); fingerprint(h, t.runBits) != fp || int(h>>(64-t.runBits)) != run {
			return 0, false, ErrChanged
		}
		return 0, false, nil
	}
	return p.revoked.unix(), true, nil
}

// entryAt returns the entry at an offset that was found there.
func (t *table) entryAt(at uint32) (Entry, bool, error) {
	defer runtime.KeepAlive(t)
	b, err := t.list.entryAt(int(at))
	if err != nil {
		return Entry{}, false, err
	}
	e, err := ParseEntry(b)
	if err != nil {
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
