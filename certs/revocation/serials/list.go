package serials

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"math"
	"runtime"
	"runtime/debug"
	"sync"

	"tamga/certs/der"
)

var (
	// ErrTooLarge means that a list exceeds what [Options] allow. It says
	// nothing about whether the list is right.
	ErrTooLarge = errors.New("revocation list exceeds the configured limits")
	// ErrChanged means that a list's bytes, or an index's, are not what they
	// were when they were read first: a file was written to or cut short, or
	// the disk failed. Nothing follows about any certificate.
	ErrChanged = errors.New("revocation list changed or cannot be read any more")
)

// Options bound what a list may cost. The zero value is good for any list that
// is known to exist.
type Options struct {
	MaxBytes   int64 // size of a list; 0 means 1 GiB; never more than 4 GiB - 1
	MaxEntries int   // entries of a list; 0 means 20 million
}

const (
	defaultMaxBytes   = 1 << 30
	defaultMaxEntries = 20_000_000
)

func (o Options) withDefaults() Options {
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	o.MaxBytes = min(o.MaxBytes, math.MaxUint32) // offsets are 32 bits
	if o.MaxEntries <= 0 {
		o.MaxEntries = defaultMaxEntries
	}
	o.MaxEntries = min(o.MaxEntries, math.MaxInt32)
	return o
}

// list is the bytes of a CertificateList and where its parts stand in them.
type list struct {
	data    []byte
	mapping *mapping // what data lies in; nil when it is ordinary memory
	tbs     span
	entries span // contents of revokedCertificates
	fields  []byte
	alg     []byte
	value   []byte

	mu     sync.Mutex
	digest *[sha256.Size]byte // of data, once it was taken
}

type span struct{ from, to int }

func (s span) len() int { return s.to - s.from }

// maxFields bounds what stands around the entries and is copied: names and
// extensions of the list.
const maxFields = 1 << 20

// locate finds the parts of a list by the outer structure alone.
func (l *list) locate() error {
	fail := func(field string, err error) error {
		if err == nil {
			err = der.ErrSyntax
		}
		return fmt.Errorf("%w: %s: %w", ErrMalformed, field, err)
	}
	outer, err := der.Inside(l.data, der.SequenceTag)
	if err != nil {
		return fail("outer sequence", err)
	}
	tbs, err := outer.Expect(der.SequenceTag)
	if err != nil {
		return fail("tbsCertList", err)
	}
	l.tbs.to = len(l.data) - len(outer.Rest())
	l.tbs.from = l.tbs.to - len(tbs.Raw)
	alg, err := outer.Expect(der.SequenceTag)
	if err != nil {
		return fail("signatureAlgorithm", err)
	}
	value, err := outer.Expect(der.BitString)
	if err == nil {
		err = outer.Done()
	}
	if err != nil {
		return fail("signatureValue", err)
	}
	if len(alg.Raw)+len(value.Raw) > maxFields {
		return fmt.Errorf("%w: the signature takes %d bytes", ErrTooLarge, len(value.Raw))
	}
	l.alg = append([]byte(nil), alg.Raw...)
	l.value = append([]byte(nil), value.Raw...)
	if err := l.locateEntries(tbs.Body); err != nil {
		return fail("tbsCertList", err)
	}
	return nil
}

// locateEntries finds revokedCertificates: the SEQUENCE after thisUpdate and
// nextUpdate. What the other fields hold is for whoever reads them.
func (l *list) locateEntries(body []byte) error {
	r := der.NewReader(body)
	if _, _, err := r.Optional(der.Integer); err != nil { // version
		return err
	}
	for range 2 { // signature, issuer
		if _, err := r.Expect(der.SequenceTag); err != nil {
			return err
		}
	}
	for tag, ok := r.Peek(); ok && (tag == der.UTCTime || tag == der.GeneralizedTime); tag, ok = r.Peek() {
		if _, err := r.Next(); err != nil {
			return err
		}
	}
	head := body[:len(body)-len(r.Rest())]
	revoked, _, err := r.Optional(der.SequenceTag)
	if err != nil {
		return err
	}
	tail := r.Rest()
	if len(head)+len(tail) > maxFields {
		return fmt.Errorf("%w: %d bytes around the entries", ErrTooLarge, len(head)+len(tail))
	}
	l.entries.to = l.tbs.to - len(tail)
	l.entries.from = l.entries.to - len(revoked.Body)
	l.fields = append(append([]byte(nil), head...), tail...)
	return nil
}

// window is how much of a mapped list is looked at in one go: little enough to
// stay in the processor's cache from the hash to the entries.
const window = 512 << 10

// pass calls fn for one part of the list after the other. The parts of a
// mapped file are fetched before and let go afterwards.
func (l *list) pass(fn func(s span) error) error {
	return l.guard(func() error {
		for from := 0; from < len(l.data); from += window {
			part := span{from, min(from+window, len(l.data))}
			if l.mapping != nil {
				l.mapping.fetch(part.from, part.to)
			}
			if err := fn(part); err != nil {
				return err
			}
			if l.mapping != nil {
				l.mapping.drop(part.from, part.to)
			}
		}
		return nil
	})
}

// hash writes the signed bytes to tbs and takes the digest of all.
func (l *list) hash(tbs hash.Hash) error {
	whole := sha256.New()
	err := l.pass(func(s span) error {
		whole.Write(l.data[s.from:s.to])
		l.writeSigned(tbs, s)
		return nil
	})
	if err != nil {
		return err
	}
	var d [sha256.Size]byte
	whole.Sum(d[:0])
	l.mu.Lock()
	l.digest = &d
	l.mu.Unlock()
	return nil
}

// writeSigned writes the signed bytes within s to h, if there is an h.
func (l *list) writeSigned(h hash.Hash, s span) {
	if from, to := max(s.from, l.tbs.from), min(s.to, l.tbs.to); h != nil && from < to {
		h.Write(l.data[from:to])
	}
}

// sum returns the digest of the list, taking it the first time.
func (l *list) sum() ([sha256.Size]byte, error) {
	l.mu.Lock()
	known := l.digest
	l.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	if err := l.hash(nil); err != nil {
		return [sha256.Size]byte{}, err
	}
	return l.sum()
}

// usualAt is [usual] of the entry at an offset. It is false as well where the
// list cannot be read: who then asks entryAt learns so.
func (l *list) usualAt(at uint32, k *key) (u usualRead, ok bool) {
	before := debug.SetPanicOnFault(true)
	done := false
	defer func() {
		debug.SetPanicOnFault(before)
		if !done {
			if r := recover(); !isFault(r) {
				panic(r)
			}
		}
	}()
	data := l.data[:l.entries.to]
	if int(at) >= l.entries.from && int(at) <= len(data)-usualEntry {
		u, ok = usual((*[usualEntry]byte)(data[at:]), k)
	}
	done = true
	return u, ok
}

// entryAt returns a copy of the entry at an offset, so that reading in it
// cannot fail.
func (l *list) entryAt(at int) (entry []byte, err error) {
	err = l.guard(func() error {
		if at < l.entries.from || at >= l.entries.to {
			return ErrChanged
		}
		_, end := element(l.data[:l.entries.to], at, tagSequence)
		if end < 0 {
			return ErrChanged
		}
		entry = append(entry, l.data[at:end]...)
		return nil
	})
	return entry, err
}

// guard runs fn, which reads the list. Memory of a mapped file that cannot be
// read is ErrChanged instead of the end of the program.
func (l *list) guard(fn func() error) (err error) {
	defer runtime.KeepAlive(l.mapping)
	if l.mapping == nil {
		return fn()
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			if !isFault(r) {
				panic(r)
			}
			err = ErrChanged
		}
	}()
	return fn()
}

// isFault reports whether a panic is that of debug.SetPanicOnFault.
func isFault(r any) bool {
	fault, ok := r.(interface {
		runtime.Error
		Addr() uintptr
	})
	return ok && fault != nil
}
