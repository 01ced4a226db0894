package revocation

import (
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"tamga/certs"
)

// Status is the answer to whether a certificate was revoked.
type Status string

// The three values.
const (
	Undetermined Status = "undetermined"
	Good         Status = "good"
	Revoked      Status = "revoked"
)

// Cause says why a status could not be determined.
type Cause string

// The causes, from the least to the most that was found out.
const (
	CauseNoList       Cause = "no_list_of_the_issuer"
	CauseDeltaOnly    Cause = "only_delta_lists"
	CauseAlgorithm    Cause = "list_algorithm_not_usable"
	CauseSignature    Cause = "list_signature_wrong"
	CauseNotAllowed   Cause = "issuer_may_not_sign_lists"
	CauseUnhandled    Cause = "list_has_unprocessed_critical_extension"
	CauseNoNextUpdate Cause = "list_without_next_update"
	CauseExpired      Cause = "list_expired"
	CauseAfterExpiry  Cause = "list_issued_after_certificate_expired"
)

// Answer is the status of one certificate at one time.
type Answer struct {
	Status    Status
	Cause     Cause     // when undetermined
	RevokedAt time.Time // when on the list, also when that was after the time asked about
	Reason    Reason
	Evidence  *Evidence // the list that the answer rests on, or that came nearest
}

// Evidence names the list behind an answer, so that it can be found again.
type Evidence struct {
	Kind       string    `json:"kind"` // "CRL"
	Issuer     string    `json:"issuer"`
	Number     string    `json:"number,omitempty"`
	ThisUpdate time.Time `json:"this_update"`
	NextUpdate time.Time `json:"next_update,omitzero"`
	SHA256     string    `json:"sha256"`
}

func (l *CRL) evidence() *Evidence {
	e := &Evidence{
		Kind: "CRL", Issuer: l.Issuer.String(),
		ThisUpdate: l.ThisUpdate, NextUpdate: l.NextUpdate,
		SHA256: hex.EncodeToString(l.digest[:]),
	}
	if l.Number != nil {
		e.Number = l.Number.String()
	}
	return e
}

// Lists holds revocation lists by issuer. The zero value holds none. It may be
// used by many goroutines.
type Lists struct {
	mu       sync.RWMutex
	byIssuer map[string][]*CRL
	// signatures remembers which list verified under which key: both are
	// immutable, and a list of the real size costs megabytes of hashing.
	signatures map[signatureKey]error
}

type signatureKey struct{ list, issuer [32]byte }

// Add offers a list. Nothing about it is believed until a question is asked.
func (s *Lists) Add(l *CRL) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byIssuer == nil {
		s.byIssuer = map[string][]*CRL{}
		s.signatures = map[signatureKey]error{}
	}
	key := string(l.Issuer.Raw)
	if !slices.ContainsFunc(s.byIssuer[key], func(have *CRL) bool { return have.digest == l.digest }) {
		s.byIssuer[key] = append(s.byIssuer[key], l)
	}
}

// All returns the lists, the newest of each issuer first.
func (s *Lists) All() []*CRL {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []*CRL
	for _, lists := range s.byIssuer {
		all = append(all, lists...)
	}
	slices.SortFunc(all, func(a, b *CRL) int { return b.ThisUpdate.Compare(a.ThisUpdate) })
	return all
}

// Status tells whether the certificate was revoked at a time. The issuer must
// be the certificate's issuer on a path that was verified: its key must have
// signed the list.
//
// A list answers for the times from its thisUpdate until its nextUpdate, and
// for earlier times too as long as the certificate had not expired when it was
// made: a later list still shows everything revoked before, but authorities
// drop expired certificates. A revocation after the time asked about leaves
// the status good, with RevokedAt telling of it.
func (s *Lists) Status(c, issuer *certs.Certificate, at time.Time) Answer {
	s.mu.RLock()
	lists := slices.Clone(s.byIssuer[string(issuer.Subject.Raw)])
	s.mu.RUnlock()

	best := Answer{Status: Undetermined, Cause: CauseNoList}
	for _, l := range lists {
		a := s.consult(l, c, issuer, at)
		if rank(a) > rank(best) || rank(a) == rank(best) && a.newer(best) {
			best = a
		}
	}
	return best
}

// consult asks one list.
func (s *Lists) consult(l *CRL, c, issuer *certs.Certificate, at time.Time) Answer {
	undetermined := func(cause Cause) Answer {
		return Answer{Status: Undetermined, Cause: cause, Evidence: l.evidence()}
	}
	if cause := s.usable(l, issuer); cause != "" {
		return undetermined(cause)
	}
	e, listed := l.lookup(c.Serial)
	if listed && e.reason != RemoveFromCRL && !e.revokedAt.After(at) && !l.Delta() {
		// Being on an authentic list at an earlier date is not undone by the
		// list's age, except a hold, which may have been lifted since.
		if e.reason != CertificateHold || coverage(l, c, at) == "" {
			return Answer{Status: Revoked, RevokedAt: e.revokedAt, Reason: e.reason, Evidence: l.evidence()}
		}
	}
	if l.Delta() {
		// What a delta alone leaves out proves nothing; what it names is read
		// together with its base, which this package does not do yet.
		return undetermined(CauseDeltaOnly)
	}
	if cause := coverage(l, c, at); cause != "" {
		return undetermined(cause)
	}
	a := Answer{Status: Good, Evidence: l.evidence()}
	if listed && e.reason != RemoveFromCRL {
		a.RevokedAt, a.Reason = e.revokedAt, e.reason
	}
	return a
}

// usable asks whether the list is what it says it is.
func (s *Lists) usable(l *CRL, issuer *certs.Certificate) Cause {
	switch {
	case !l.issuedBy(issuer):
		return CauseNoList
	case issuer.HasKeyUsage && issuer.KeyUsage&certs.CRLSign == 0:
		return CauseNotAllowed
	case len(l.Unhandled) > 0:
		return CauseUnhandled
	}
	if err := s.signature(l, issuer); err != nil {
		if isAlgorithm(err) {
			return CauseAlgorithm
		}
		return CauseSignature
	}
	return ""
}

// coverage asks whether the list speaks about the time.
func coverage(l *CRL, c *certs.Certificate, at time.Time) Cause {
	switch {
	case l.ThisUpdate.After(at) && l.ThisUpdate.After(c.NotAfter):
		return CauseAfterExpiry
	case l.ThisUpdate.After(at):
		return ""
	case l.NextUpdate.IsZero():
		return CauseNoNextUpdate
	case !at.Before(l.NextUpdate):
		return CauseExpired
	case l.ThisUpdate.After(c.NotAfter):
		return CauseAfterExpiry
	}
	return ""
}

// newer prefers, among answers that say equally much, the one of the newer list.
func (a Answer) newer(b Answer) bool {
	return a.Evidence != nil && (b.Evidence == nil || a.Evidence.ThisUpdate.After(b.Evidence.ThisUpdate))
}

// rank orders answers: revoked outweighs good, good outweighs not knowing, and
// among good answers the one that knows of a later revocation says more.
func rank(a Answer) int {
	switch a.Status {
	case Revoked:
		return 1000
	case Good:
		if !a.RevokedAt.IsZero() {
			return 501
		}
		return 500
	}
	causes := []Cause{
		CauseNoList, CauseDeltaOnly, CauseAlgorithm, CauseSignature, CauseNotAllowed,
		CauseUnhandled, CauseNoNextUpdate, CauseAfterExpiry, CauseExpired,
	}
	return slices.Index(causes, a.Cause)
}

func (s *Lists) signature(l *CRL, issuer *certs.Certificate) error {
	key := signatureKey{l.digest, issuer.Fingerprint()}
	s.mu.RLock()
	err, known := s.signatures[key]
	s.mu.RUnlock()
	if known {
		return err
	}
	err = l.CheckSignatureFrom(issuer)
	s.mu.Lock()
	s.signatures[key] = err
	s.mu.Unlock()
	return err
}

// String says the answer in one English line.
func (a Answer) String() string {
	switch a.Status {
	case Revoked:
		return fmt.Sprintf("revoked on %s, %s", a.RevokedAt.Format(time.RFC3339), a.Reason)
	case Good:
		if !a.RevokedAt.IsZero() {
			return fmt.Sprintf("good then; revoked on %s, %s", a.RevokedAt.Format(time.RFC3339), a.Reason)
		}
		return "good"
	}
	if a.Evidence == nil {
		return "undetermined: " + string(a.Cause)
	}
	return fmt.Sprintf("undetermined: %s (list № %s of %s, next update %s)", a.Cause, a.Evidence.Number,
		a.Evidence.ThisUpdate.Format(time.RFC3339), a.Evidence.NextUpdate.Format(time.RFC3339))
}
