package certs

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"hash/maphash"
	"sync"
	"time"

	"tamga/certs/gost"
)

// Bounds of what a pool remembers. Only certificates with a path to an anchor
// are kept, so that strangers cannot fill it with what they make themselves.
const (
	maxKnown      = 1 << 14
	maxKnownBytes = 8 << 10 // of one certificate
	maxKnownLinks = 1 << 12
	maxKnownKeys  = 64
	usesBeforeKey = 3 // of a GOST issuer's key before its table is made
)

// known is what a pool has found out that never changes: which signatures
// verified, which path a certificate has. What depends on time, revocation or
// policy is not here and is asked every time.
type known struct {
	mu     sync.RWMutex
	leaves map[[sha256.Size]byte]Path // by the certificate's fingerprint
	seen   map[uint64]*Certificate    // those of leaves, by a hash of their bytes
	seed   maphash.Seed               // of that hash, so that nobody can aim at it
	links  map[link]bool              // an authority's certificate under its issuer's key
	keys   map[[sha256.Size]byte]*issuerKey
}

// issuerKey is a GOST key of an authority, with a table of its multiples once
// it has been used a few times.
type issuerKey struct {
	uses  int
	table *gost.PublicKey
}

// Parse is [Parse] that recognises certificates for which this pool has found
// a path before. The bytes of such a certificate are compared and not read. What may
// be remembered has bytes of its own: those of a file may be gone with it.
func (p *Pool) Parse(raw []byte) (*Certificate, error) {
	if c := p.recognise(raw); c != nil {
		return c, nil
	}
	if len(raw) <= maxKnownBytes {
		raw = bytes.Clone(raw)
	}
	return parse(raw, sha256.Sum256(raw), p.issuers)
}

// recognise returns the certificate of these bytes that has a path, if there
// is one.
func (p *Pool) recognise(raw []byte) *Certificate {
	p.known.mu.RLock()
	defer p.known.mu.RUnlock()
	if p.known.seen == nil {
		return nil
	}
	if c := p.known.seen[maphash.Bytes(p.known.seed, raw)]; c != nil && bytes.Equal(c.Raw, raw) {
		return c
	}
	return nil
}

// remembered returns the path found before, if its issuers are valid at the
// time: everything else that a path was accepted for is of all times.
func (p *Pool) remembered(c *Certificate, at time.Time) Path {
	p.known.mu.RLock()
	path := p.known.leaves[c.fingerprint]
	p.known.mu.RUnlock()
	if path == nil {
		return nil
	}
	for _, issuer := range path[1:] {
		if !issuer.ValidAt(at) {
			return nil
		}
	}
	return path
}

func (p *Pool) remember(path Path) {
	if len(path[0].Raw) > maxKnownBytes {
		return
	}
	if facts := p.issuers[string(path[0].Issuer.Raw)]; facts != nil && facts.alike.Load() == nil {
		facts.alike.Store(newTemplate(path[0]))
	}
	p.known.mu.Lock()
	defer p.known.mu.Unlock()
	if p.known.leaves == nil || len(p.known.leaves) >= maxKnown {
		p.known.leaves, p.known.seen = map[[sha256.Size]byte]Path{}, map[uint64]*Certificate{}
		p.known.seed = maphash.MakeSeed()
	}
	p.known.leaves[path[0].fingerprint] = path
	p.known.seen[maphash.Bytes(p.known.seed, path[0].Raw)] = path[0]
}

// forget drops the paths: what was added since could make better ones.
func (p *Pool) forget() {
	p.known.mu.Lock()
	defer p.known.mu.Unlock()
	p.known.leaves, p.known.seen = nil, nil
}

// link is one certificate under one issuer's key.
type link struct {
	child [sha256.Size]byte
	key   string
}

// checkLink verifies c under the issuer's key. Authorities' certificates are
// verified once and for all; a GOST key that the pool holds gets a table.
func (p *Pool) checkLink(c, issuer *Certificate) error {
	if !c.CA {
		return c.checkSignature(p.keyOf(issuer), issuer.KeyError)
	}
	key := link{c.fingerprint, string(issuer.RawSPKI)}
	p.known.mu.RLock()
	good := p.known.links[key]
	p.known.mu.RUnlock()
	if good {
		return nil
	}
	err := c.checkSignature(p.keyOf(issuer), issuer.KeyError)
	if err == nil && contains(p.bySubject[c.Subject.key], c) {
		p.known.mu.Lock()
		defer p.known.mu.Unlock()
		if p.known.links == nil || len(p.known.links) >= maxKnownLinks {
			p.known.links = map[link]bool{}
		}
		p.known.links[key] = true
	}
	return err
}

// keyOf returns the issuer's key, in the form that verifies fastest.
func (p *Pool) keyOf(issuer *Certificate) crypto.PublicKey {
	k, ok := issuer.PublicKey.(*gost.PublicKey)
	if !ok || !contains(p.bySubject[issuer.Subject.key], issuer) {
		return issuer.PublicKey
	}
	p.known.mu.RLock()
	have := p.known.keys[issuer.fingerprint]
	p.known.mu.RUnlock()
	if have != nil && have.table != nil {
		return have.table
	}
	p.known.mu.Lock()
	defer p.known.mu.Unlock()
	if p.known.keys == nil {
		p.known.keys = map[[sha256.Size]byte]*issuerKey{}
	}
	if have = p.known.keys[issuer.fingerprint]; have == nil {
		if len(p.known.keys) >= maxKnownKeys {
			return k
		}
		have = &issuerKey{}
		p.known.keys[issuer.fingerprint] = have
	}
	if have.uses++; have.uses > usesBeforeKey && have.table == nil {
		// A new entry, not a change of one that others may be reading.
		have = &issuerKey{uses: have.uses, table: k.Precompute()}
		p.known.keys[issuer.fingerprint] = have
		return have.table
	}
	return k
}
