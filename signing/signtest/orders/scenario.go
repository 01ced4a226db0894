package orders

import (
	"fmt"
	"time"

	"tamga/certs/revocation"
	"tamga/signing/signtest"
)

// When is a time of a scenario: a number of slots of ten days.
type When int

const (
	Never When = 1000
	Life       = 5 * 24 * time.Hour // of lists and answers: until before the next slot
)

// Time is the time of a slot; the end of all certificates for never.
func (w When) Time() time.Time { return days(10 * int(min(w, 250))) }

func days(n int) time.Time { return signtest.Now().AddDate(0, 0, n) }

func (w When) String() string {
	if w == Never {
		return "never"
	}
	return fmt.Sprintf("%d", int(w))
}

// Maker is who made the evidence about the signer.
type Maker int

const (
	ByResponder  Maker = iota // delegated, to be checked
	ByUnchecked               // delegated, with id-pkix-ocsp-nocheck
	ByAuthority               // an answer by the authority itself
	Listed                    // a list by the authority itself
	ListedBySelf              // a list by another certificate of the authority's name
	ListedIndirectly
	Makers
)

// Answers reports whether the maker is a responder.
func (m Maker) Answers() bool { return m <= ByAuthority }

// Door is how the evidence came.
type Door int

const (
	DoorNone     Door = iota // there is none
	DoorCarried              // among the revocation information of the container
	DoorValues               // in the attribute revocation-values
	DoorSupplied             // with the question
	DoorOwn                  // among the verifier's own lists
	DoorAsk                  // an answer to the verifier's own question
	Doors
)

// Scenario is an order of events, who did what, and who knows what. The events
// are numbered by slots; never is after all of them.
type Scenario struct {
	Signed       When // a content timestamp says so
	Stamped      When // the signature timestamp
	Revoked      When // the signer
	MakerRevoked When // the maker of the evidence
	Made         When // the evidence, as it says itself
	Proved       When // the archive timestamp
	Expires      When // the signer's certificate
	Asked        When

	Reason, MakerReason revocation.Reason
	Lifted, MakerLifted When // holds
	Maker               Maker
	Door                Door
	// Lies is what the evidence says, when it does not say what was true.
	Lies *Said
	// Wide says that a list by another certificate of the authority's name is
	// about all certificates of the authority, its signer's among them.
	Wide bool
	// People is when the verifier's list about the signer was made; Services
	// says that it has lists about everybody else, made Ahead slots after the
	// time asked about: a question about the past, or lists that are stale.
	People   When
	Services bool
	Ahead    When
	Strict   bool // the policy kz; otherwise what the standard says
}

// MakerIsAuthority reports whether the maker is on the signer's path.
func (s *Scenario) MakerIsAuthority() bool { return s.Maker == ByAuthority || s.Maker == Listed }

// present is when the lists about makers were made. They are in force until
// before the next slot.
func (s *Scenario) present() When { return s.Asked + s.Ahead }

// makerRevokedAt is when the maker was revoked as far as is known: a hold that
// was lifted since was none.
func (s *Scenario) makerRevokedAt() When {
	if s.MakerRevoked > s.present() || s.MakerReason == revocation.CertificateHold && s.MakerLifted <= s.present() {
		return Never
	}
	return s.MakerRevoked
}

func (s *Scenario) authorityStands() bool {
	return !s.MakerIsAuthority() || !s.Services || s.makerRevokedAt() > s.Asked
}

// EvidenceProved is when the evidence is proved to have existed.
func (s *Scenario) EvidenceProved() When {
	if (s.Door == DoorCarried || s.Door == DoorValues) && s.Proved != Never {
		return s.Proved
	}
	return s.Asked
}

// truth is what an honest authority says about the signer at a time.
func (s *Scenario) truth(at When) information {
	i := information{made: at, next: at, said: SaidGood, since: Never, reason: s.Reason}
	switch {
	case s.Revoked > at:
	case s.Reason != revocation.CertificateHold:
		i.said, i.since = SaidRevoked, s.Revoked
	case s.Lifted > at:
		i.said, i.since = SaidHold, s.Revoked
	}
	return i
}

// evidence is what the evidence says.
func (s *Scenario) evidence() information {
	i := s.truth(s.Made)
	if s.Lies != nil {
		i.said, i.since = *s.Lies, Never
		if i.said == SaidNeverIssued {
			i.since = -1000
		}
	}
	i.next = s.Made + 1
	return i
}

func (s *Scenario) String() string {
	lies := "the truth"
	if s.Lies != nil {
		lies = []string{"good", "revoked", "hold", "never issued"}[*s.Lies]
	}
	return fmt.Sprintf("signed %v, stamped %v, signer revoked %v (%v, lifted %v), maker revoked %v (%v, lifted %v), evidence made %v, proved %v, expires %v, asked %v; "+
		"by %s (wide %t) through %s saying %s; own list of %v, services known %t (%v ahead), strict %t",
		s.Signed, s.Stamped, s.Revoked, s.Reason, s.Lifted, s.MakerRevoked, s.MakerReason, s.MakerLifted, s.Made, s.Proved, s.Expires, s.Asked,
		[]string{"responder", "unchecked responder", "authority's answer", "authority's list", "signer of lists", "indirect list"}[s.Maker], s.Wide,
		[]string{"nothing", "container", "revocation-values", "question", "own lists", "own question"}[s.Door], lies, s.People, s.Services, s.Ahead, s.Strict)
}

// Orders are all orders of the eight events, with ties, in which nothing is
// proved before it was made or asked about before it was there: what is signed
// is stamped then or later, what is made is proved then or later, and both
// before the question.
func Orders() [][8]uint8 {
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
