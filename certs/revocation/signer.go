package revocation

import (
	"errors"
	"slices"
	"time"

	"tamga/certs"
)

// Limits of what signers of lists may cost.
const (
	maxSigners     = 8  // signatures tried for one list
	maxSignerPaths = 16 // paths built in one question
	maxNesting     = 4  // signers of lists about signers of lists
)

// believe asks whether the list is what it says it is and its author may say
// it. A signature costs and comes last.
func (q *question) believe(h *held) Cause {
	l := h.CRL
	if h.home.Now != nil && l.ThisUpdate.After(h.home.Now()) {
		return CauseFuture
	}
	cause := CauseNoList
	if l.Issuer.Equal(q.issuer.Subject) && l.namesKey(q.issuer) >= 0 {
		if h.signer.Load() == q.issuer {
			return ""
		}
		if cause = signedBy(h, q.issuer); cause == "" {
			h.signer.Store(q.issuer)
			return ""
		}
	}
	if q.trust == nil {
		return cause
	}
	for _, signer := range q.trust.signersOf(l) {
		if signer.Fingerprint() == q.issuer.Fingerprint() {
			continue
		}
		found := signedBy(h, signer)
		if found == "" {
			found = q.authorised(signer, l)
		}
		if found == "" {
			return ""
		}
		if found.rank() > cause.rank() {
			cause = found
		}
	}
	return cause
}

// signedBy asks whether the certificate may sign lists, and did sign this one.
func signedBy(l *held, signer *certs.Certificate) Cause {
	switch {
	case signer.HasKeyUsage && signer.KeyUsage&certs.CRLSign == 0:
		return CauseNotAllowed
	case len(l.Unhandled) > 0:
		return CauseUnhandled
	}
	return signatureCause(l.home.signature(l.CRL, signer))
}

// authorised asks whether a certificate that is not the issuer's own on the
// path may speak for it.
func (q *question) authorised(signer *certs.Certificate, l *CRL) Cause {
	if !signer.HasKeyUsage && !signer.CA {
		return CauseNotAllowed
	}
	if signer.Fingerprint() == q.c.Fingerprint() {
		// The list about the signer is its own: that it is not on it is all
		// that can be known, and its path is the one being asked about.
		return ""
	}
	return q.trust.authorised(signer, Standing{Proved: q.trust.proved(l)})
}

// trust is where signers of lists are found and what they must lead to. It
// serves one question at a time.
type trust struct {
	Question
	lists *Lists

	paths    int // left in the budget
	nesting  int
	settled  map[moment]Cause
	visiting map[[32]byte]bool
}

type moment struct {
	signer [32]byte
	proved int64
}

func newTrust(s *Lists, q Question) *trust {
	return &trust{
		Question: q, lists: s, paths: maxSignerPaths,
		settled: map[moment]Cause{}, visiting: map[[32]byte]bool{},
	}
}

// status asks about a certificate of the path.
func (t *trust) status(c, issuer *certs.Certificate) Answer {
	q := question{lists: t.lists, c: c, issuer: issuer, at: t.At, trust: t}
	return q.answer()
}

// signerStatus asks everybody about a certificate on the path of a signer of
// lists.
func (t *trust) signerStatus(c, issuer *certs.Certificate, s Standing) Answer {
	return s.Of(func(at time.Time) Answer {
		q := question{lists: t.lists, also: t.Also, c: c, issuer: issuer, at: at, trust: t}
		a := q.answer()
		if t.Others != nil {
			a = Join(a, t.Others(c, issuer, at), at)
		}
		return a
	})
}

// signersOf returns certificates of the name of the list's issuer, those whose
// key it names first.
func (t *trust) signersOf(l *CRL) []*certs.Certificate {
	var found []*certs.Certificate
	offer := func(c *certs.Certificate) {
		if l.namesKey(c) >= 0 && !onPath(found, c) {
			found = append(found, c)
		}
	}
	for _, c := range t.Pool.BySubject(l.Issuer) {
		offer(c)
	}
	for _, c := range t.Extra {
		if c.Subject.Equal(l.Issuer) {
			offer(c)
		}
	}
	slices.SortStableFunc(found, func(a, b *certs.Certificate) int { return l.namesKey(b) - l.namesKey(a) })
	return found[:min(len(found), maxSigners)]
}

func onPath(path certs.Path, c *certs.Certificate) bool {
	return slices.ContainsFunc(path, func(have *certs.Certificate) bool { return have.Fingerprint() == c.Fingerprint() })
}

var errSigner = errors.New("signer of lists not accepted")

// authorised asks for a path to the same anchor, valid when the list is proved
// to have existed, on which nothing was revoked by then. What is on the path of
// the certificate asked about has an answer of its own.
func (t *trust) authorised(signer *certs.Certificate, s Standing) Cause {
	fp := signer.Fingerprint()
	key := moment{fp, s.Proved.Unix()}
	if cause, known := t.settled[key]; known {
		return cause
	}
	if t.visiting[fp] || t.nesting == maxNesting || t.paths == 0 {
		return CauseSignerStatus
	}
	t.paths--
	t.nesting++
	t.visiting[fp] = true
	cause := CauseSigner
	_, err := t.Pool.Validate(signer, t.Extra, certs.Inputs{At: s.Proved, Accept: func(path certs.Path) error {
		if path.Anchor().Fingerprint() != t.Path.Anchor().Fingerprint() {
			return errSigner
		}
		for i, c := range path[:len(path)-1] {
			if !onPath(t.Path, c) && t.signerStatus(c, path[i+1], s).Status != Good {
				cause = CauseSignerStatus
				return errSigner
			}
		}
		return nil
	}})
	if err == nil {
		cause = ""
	}
	delete(t.visiting, fp)
	t.nesting--
	t.settled[key] = cause
	return cause
}
