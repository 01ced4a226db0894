package signing_test

import (
	"fmt"
	"time"

	"tamga/certs/revocation"
)

// when is a time of a scenario: a number of slots of ten days.
type when int

const (
	never    when = 1000
	slotLife      = 5 * 24 * time.Hour // of lists and answers: until before the next slot
)

func (w when) time() time.Time { return day(10 * int(min(w, 250))) }

func (w when) String() string {
	if w == never {
		return "never"
	}
	return fmt.Sprintf("%d", int(w))
}

// maker is who made the evidence about the signer.
type maker int

const (
	byResponder  maker = iota // delegated, to be checked
	byUnchecked               // delegated, with id-pkix-ocsp-nocheck
	byAuthority               // an answer by the authority itself
	listed                    // a list by the authority itself
	listedBySelf              // a list by another certificate of the authority's name
	listedIndirectly
	makers
)

func (m maker) answers() bool { return m <= byAuthority }

// door is how the evidence came.
type door int

const (
	doorNone     door = iota // there is none
	doorCarried              // among the revocation information of the container
	doorValues               // in the attribute revocation-values
	doorSupplied             // with the question
	doorOwn                  // among the verifier's own lists
	doorAsk                  // an answer to the verifier's own question
	doors
)

// scenario is an order of events, who did what, and who knows what. The events
// are numbered by slots; never is after all of them.
type scenario struct {
	signed       when // a content timestamp says so
	stamped      when // the signature timestamp
	revoked      when // the signer
	makerRevoked when // the maker of the evidence
	made         when // the evidence, as it says itself
	proved       when // the archive timestamp
	expires      when // the signer's certificate
	asked        when

	reason, makerReason revocation.Reason
	lifted, makerLifted when // holds
	maker               maker
	door                door
	// lies is what the evidence says, when it does not say what was true.
	lies *said
	// wide says that a list by another certificate of the authority's name is
	// about all certificates of the authority, its signer's among them.
	wide bool
	// people is when the verifier's list about the signer was made; services
	// says that it has lists about everybody else, made ahead slots after the
	// time asked about: a question about the past.
	people   when
	services bool
	ahead    when
	strict   bool // the policy kz; otherwise what the standard says
}

func (s *scenario) makerIsAuthority() bool { return s.maker == byAuthority || s.maker == listed }

// present is when the lists about makers were made.
func (s *scenario) present() when { return s.asked + s.ahead }

// makerRevokedAt is when the maker was revoked as far as is known: a hold that
// was lifted since was none.
func (s *scenario) makerRevokedAt() when {
	if s.makerRevoked > s.present() || s.makerReason == revocation.CertificateHold && s.makerLifted <= s.present() {
		return never
	}
	return s.makerRevoked
}

func (s *scenario) authorityStands() bool {
	return !s.makerIsAuthority() || !s.services || s.makerRevokedAt() > s.asked
}

// revokedSince is when the signer was revoked, in the past or not.
func (s *scenario) revokedSince() when { return s.revoked }

// evidenceProved is when the evidence is proved to have existed.
func (s *scenario) evidenceProved() when {
	if (s.door == doorCarried || s.door == doorValues) && s.proved != never {
		return s.proved
	}
	return s.asked
}

// truth is what an honest authority says about the signer at a time.
func (s *scenario) truth(at when) information {
	i := information{made: at, next: at, said: saidGood, since: never, reason: s.reason}
	switch {
	case s.revoked > at:
	case s.reason != revocation.CertificateHold:
		i.said, i.since = saidRevoked, s.revoked
	case s.lifted > at:
		i.said, i.since = saidHold, s.revoked
	}
	return i
}

// evidence is what the evidence says.
func (s *scenario) evidence() information {
	i := s.truth(s.made)
	if s.lies != nil {
		i.said, i.since = *s.lies, never
		if i.said == saidNeverIssued {
			i.since = -1000
		}
	}
	i.next = s.made + 1
	return i
}

func (s *scenario) String() string {
	lies := "the truth"
	if s.lies != nil {
		lies = []string{"good", "revoked", "hold", "never issued"}[*s.lies]
	}
	return fmt.Sprintf("signed %v, stamped %v, signer revoked %v (%v, lifted %v), maker revoked %v (%v, lifted %v), evidence made %v, proved %v, expires %v, asked %v; "+
		"by %s (wide %t) through %s saying %s; own list of %v, services known %t (%v ahead), strict %t",
		s.signed, s.stamped, s.revoked, s.reason, s.lifted, s.makerRevoked, s.makerReason, s.makerLifted, s.made, s.proved, s.expires, s.asked,
		[]string{"responder", "unchecked responder", "authority's answer", "authority's list", "signer of lists", "indirect list"}[s.maker], s.wide,
		[]string{"nothing", "container", "revocation-values", "question", "own lists", "own question"}[s.door], lies, s.people, s.services, s.ahead, s.strict)
}

// orders are all orders of the eight events, with ties, in which nothing is
// proved before it was made or asked about before it was there: what is signed
// is stamped then or later, what is made is proved then or later, and both
// before the question.
func orders() [][8]uint8 {
	var all [][8]uint8
	var o [8]uint8
	const signed, stamped, made, proved, asked = 0, 1, 4, 5, 7
	var place func(event int)
	place = func(event int) {
		if event == len(o) {
			if o[signed] <= o[stamped] && o[stamped] <= o[asked] && o[made] <= o[proved] && o[proved] <= o[asked] && dense(o) {
				all = append(all, o)
			}
			return
		}
		for slot := range len(o) {
			o[event] = uint8(slot)
			place(event + 1)
		}
	}
	place(0)
	return all
}

// dense reports whether the slots that are used are the first ones, so that each
// order is counted once.
func dense(o [8]uint8) bool {
	var used [8]bool
	most := uint8(0)
	for _, slot := range o {
		used[slot], most = true, max(most, slot)
	}
	for _, u := range used[:most+1] {
		if !u {
			return false
		}
	}
	return true
}
