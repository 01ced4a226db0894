package revocation

import (
	"encoding/hex"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tamga/certs"
)

// Evidence names the list behind an answer, so that it can be found again.
type Evidence struct {
	Kind       string    `json:"kind"` // "CRL", "delta CRL" or "OCSP"
	Issuer     string    `json:"issuer"`
	Number     string    `json:"number,omitempty"`
	ThisUpdate time.Time `json:"this_update,omitzero"` // zero of a response that says nothing of the certificate
	NextUpdate time.Time `json:"next_update,omitzero"`
	Source     string    `json:"source,omitempty"`
	SHA256     string    `json:"sha256"`
	Delta      *Evidence `json:"delta,omitempty"` // the list that brings this one up to date
}

// KindOCSP is the kind of evidence that a responder gave.
const KindOCSP = "OCSP"

func (l *CRL) evidence() *Evidence {
	e := &Evidence{
		Kind: "CRL", Issuer: l.Issuer.String(),
		ThisUpdate: l.ThisUpdate, NextUpdate: l.NextUpdate,
		Source: l.Source, SHA256: hex.EncodeToString(l.digest[:]),
	}
	if l.Delta() {
		e.Kind = "delta CRL"
	}
	if l.Number != nil {
		e.Number = l.Number.String()
	}
	return e
}

// Lists holds revocation lists by issuer. The zero value holds none. It may be
// used by many goroutines.
type Lists struct {
	// Now, when set, makes lists that say they were made later than that be
	// passed over. Nil believes them: a question about the past may be
	// answered by a list made after it.
	Now func() time.Time

	mu sync.RWMutex
	// The slices are replaced and never changed, so that they can be read
	// without the lock.
	byIssuer map[string][]*held
	named    map[string]*CRL // what Put keeps
	// signatures remembers which list verified under which key: both are
	// immutable, and a list of the real size costs megabytes of hashing.
	signatures map[signatureKey]error
}

// held is a list and the evidence that it makes, which is shared by answers.
type held struct {
	*CRL
	home  *Lists
	proof *Evidence
	// signer is a certificate under whose key the list was found to verify.
	signer atomic.Pointer[certs.Certificate]
}

type signatureKey struct{ list, issuer [32]byte }

// Add offers a list. Nothing about it is believed until a question is asked.
func (s *Lists) Add(l *CRL) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byIssuer == nil {
		s.byIssuer = map[string][]*held{}
	}
	key := l.Issuer.Key()
	have := s.byIssuer[key]
	if !slices.ContainsFunc(have, func(h *held) bool { return h.digest == l.digest }) {
		s.byIssuer[key] = append(slices.Clip(have), &held{CRL: l, home: s, proof: l.evidence()})
	}
}

// Put offers a list in the place of the one that was offered before under the
// same name, such as the address it is published at. Questions asked meanwhile
// see the one or the other.
func (s *Lists) Put(name string, l *CRL) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byIssuer == nil {
		s.byIssuer = map[string][]*held{}
	}
	if old := s.named[name]; old != nil {
		key := old.Issuer.Key()
		s.byIssuer[key] = slices.DeleteFunc(slices.Clone(s.byIssuer[key]), func(h *held) bool { return h.CRL == old })
	}
	if s.named == nil {
		s.named = map[string]*CRL{}
	}
	s.named[name] = l
	key := l.Issuer.Key()
	s.byIssuer[key] = append(slices.Clip(s.byIssuer[key]), &held{CRL: l, home: s, proof: l.evidence()})
}

// All returns the lists, the newest of each issuer first.
func (s *Lists) All() []*CRL {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []*CRL
	for _, lists := range s.byIssuer {
		for _, h := range lists {
			all = append(all, h.CRL)
		}
	}
	slices.SortFunc(all, func(a, b *CRL) int { return b.ThisUpdate.Compare(a.ThisUpdate) })
	return all
}

// about returns the lists of the certificate's issuer and of the issuers of
// lists that its distribution points name.
func (s *Lists) about(c *certs.Certificate) []*held {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := s.byIssuer[c.Issuer.Key()]
	if !slices.ContainsFunc(c.CRLPoints, func(p certs.DistributionPoint) bool { return len(p.CRLIssuer) > 0 }) {
		return found
	}
	asked := []string{c.Issuer.Key()}
	for _, p := range c.CRLPoints[:min(len(c.CRLPoints), maxPoints)] {
		for _, g := range few(p.CRLIssuer) {
			if key := g.Directory.Key(); g.Form == certs.FormDirectory && !slices.Contains(asked, key) {
				found, asked = append(slices.Clip(found), s.byIssuer[key]...), append(asked, key)
			}
		}
	}
	return found
}

// signature checks a list under a key, once for both.
func (s *Lists) signature(l *CRL, signer *certs.Certificate) error {
	key := signatureKey{l.digest, signer.Fingerprint()}
	s.mu.RLock()
	err, known := s.signatures[key]
	s.mu.RUnlock()
	if known {
		return err
	}
	err = l.CheckSignatureFrom(signer)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.signatures == nil || len(s.signatures) >= maxSignaturesKept {
		s.signatures = map[signatureKey]error{}
	}
	s.signatures[key] = err
	return err
}

// maxSignaturesKept bounds what strangers' certificates can make us remember.
const maxSignaturesKept = 1 << 14

// signatureCause tells a signature that could not be checked from a wrong one.
func signatureCause(err error) Cause {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, certs.ErrAlgorithm):
		return CauseAlgorithm
	}
	return CauseSignature
}
