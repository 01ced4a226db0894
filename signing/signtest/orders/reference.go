package orders

import (
	"fmt"
	"strings"

	"tamga/certs/revocation"
)

// This file judges scenarios by the text of EN 319 102-1 sections 5.5 and 5.6,
// over abstract times and without a line of the program. Where we are stricter
// than the standard, or choose among what it leaves open, a rule says so by
// name; TestOracleTimes counts how often each one decided.

// Rule is a place where our answer is not the standard's, and why.
type Rule string

const (
	// The instant of a revocation belongs to the revoked time; the standard
	// compares with "at or before" (5.6.2.4).
	ruleInstant Rule = "revoked from the very instant on"
	// Policy revoked_before_timestamp: TOTAL-FAILED instead of INDETERMINATE.
	ruleFailed Rule = "revoked before a trusted timestamp is known to be bad"
	// Policy later_revocation_refused: for some reasons an older signature does
	// not count either.
	ruleLater Rule = "a later revocation for a refused reason counts"
	// The standard wants a suspended certificate asked about again (5.2.6);
	// here it is revoked for as long as nothing newer lifts it.
	ruleHold Rule = "a hold counts until something newer lifts it"
	// Information that cannot acquit, because its maker had ended, may accuse.
	ruleAccuse Rule = "a revocation counts whoever proves it late"
	// RFC 6960 section 4.4.8, which the standard does not mention.
	ruleIssued Rule = "a certificate that was never issued is known to be bad"
)

// information is revocation status information about the signer, of an
// authentic maker.
type information struct {
	made, next, proved When
	said               Said
	since              When // of a revocation or hold
	reason             revocation.Reason
}

// Said is what information says about the signer.
type Said int

const (
	SaidGood Said = iota
	SaidRevoked
	SaidHold
	SaidNeverIssued
)

// Judgement is what the reference concludes.
type Judgement struct {
	Indication string // of EN 319 102-1
	Best       When   // best signature time (5.5.4)
	Rules      map[Rule]bool
}

func (j *Judgement) by(r Rule) { j.Rules[r] = true }

func (j Judgement) String() string {
	var rules []string
	for r := range j.Rules {
		rules = append(rules, string(r))
	}
	return fmt.Sprintf("%s, best signature time %v, by %s", j.Indication, j.Best, strings.Join(rules, "; "))
}

// The indications.
const passes, unsure, fails = "TOTAL-PASSED", "INDETERMINATE", "TOTAL-FAILED"

// Judge is section 5.6.3 for a scenario.
func (s *Scenario) Judge() Judgement {
	j := Judgement{Best: s.Asked, Rules: map[Rule]bool{}}
	stamped, contentAt, ordered := s.proofs(&j.Best)
	conclusion := passes
	worst := func(c string) {
		if c == fails || c == unsure && conclusion == passes {
			conclusion = c
		}
	}
	if !ordered {
		worst(unsure) // 5.5.4 step 5
	}
	if j.Best > s.Expires {
		worst(unsure) // OUT_OF_BOUNDS_NO_POE
		if contentAt != Never && contentAt > s.Expires {
			worst(fails) // 5.3.4: signed after the end
		}
	}
	// 5.6.2.2: the authority first, then what is below it.
	control, accused := s.slideAuthority(&j)
	if accused || s.Services && s.present() < j.Best {
		worst(unsure) // REVOKED_CA_NO_POE; TRY_LATER
	}
	switch s.slideSigner(&j, control) {
	case standingRevoked:
		switch {
		case contentAt != Never && contentAt >= s.Revoked:
			worst(fails)
		case stamped && s.Strict:
			j.by(ruleFailed)
			worst(fails)
		default:
			worst(unsure)
		}
	case standingNeverIssued:
		j.by(ruleIssued)
		worst(fails)
	case standingUnknown:
		worst(unsure)
	}
	j.Indication = conclusion
	return j
}

// proofs finds the proofs of existence that the timestamps give, newest first
// (5.6.2.3, 5.5.4). A timestamp that says to be younger than it is known to be
// proves nothing.
func (s *Scenario) proofs(best *When) (stamped bool, contentAt When, ordered bool) {
	tokenKnown := s.Asked
	if s.Proved != Never {
		*best, tokenKnown, stamped = s.Proved, s.Proved, true
	}
	if s.Stamped != Never && s.Stamped <= tokenKnown {
		*best, stamped = min(*best, s.Stamped), true
	}
	return stamped, s.Signed, s.Signed == Never || s.Signed <= *best
}

// slideAuthority is the first step of the sliding: until when the authority's
// key is to be believed.
func (s *Scenario) slideAuthority(j *Judgement) (control When, accused bool) {
	since := s.makerRevokedAt()
	if !s.MakerIsAuthority() || !s.Services || since == Never {
		return s.Asked, false
	}
	switch {
	case since < j.Best:
		return since, true
	case since == j.Best:
		j.by(ruleInstant)
		return since, true
	case s.refused(s.MakerReason):
		j.by(ruleLater)
		return min(since, s.Asked), true
	}
	return min(since, s.Asked), false
}

// stands asks about the maker of the evidence, a responder or a signer
// of lists below the authority (5.2.6, 5.6.2.1): it must have been valid, and
// known not to be revoked, when the evidence is proved to have existed.
func (s *Scenario) stands(j *Judgement, proved When) bool {
	switch {
	case s.MakerIsAuthority():
		return true
	case !s.Services || s.makerRevokedAt() == Never && s.present() < proved:
		// Nobody tells of the others, unless a list tells of its own signer: for
		// as long as it is in force, since what is not fresh any more brings the
		// control time down to when it was made (5.6.2.2).
		return s.Maker == ByUnchecked || s.Maker == ListedBySelf && s.Wide && proved < s.evidence().next
	}
	if s.makerRevokedAt() == proved {
		j.by(ruleInstant)
	}
	return s.makerRevokedAt() > proved
}

type standing int

const (
	standingGood standing = iota
	standingUnknown
	standingRevoked
	standingNeverIssued
)

// slideSigner is the last step of the sliding: what is known about the signer
// at the best signature time.
func (s *Scenario) slideSigner(j *Judgement, control When) standing {
	var all []information
	if s.People != Never && (s.Maker != ListedIndirectly || s.stands(j, max(s.Asked, s.People))) { // as one who made it then
		i := s.truth(s.People)
		i.next, i.proved = Never, s.Asked
		all = append(all, i)
	}
	if s.Door != DoorNone && s.stands(j, s.EvidenceProved()) {
		i := s.evidence()
		i.proved = s.EvidenceProved()
		all = append(all, i)
	}
	believed := func(i information) bool {
		if i.proved != control || s.authorityStands() {
			return i.proved <= control
		}
		j.by(ruleInstant)
		return false
	}
	covers := func(i information) bool {
		return i.made <= s.Expires && (i.made >= j.Best || j.Best < i.next)
	}
	acquits := func(i information) bool { return i.said == SaidGood || i.since > j.Best }
	var good []information
	for _, i := range all {
		if believed(i) && covers(i) && acquits(i) {
			good = append(good, i)
		}
	}
	result := standingUnknown
	if len(good) > 0 {
		result = standingGood
	}
	for _, i := range all {
		if accusation := s.accuse(j, i, good, covers(i)); accusation > result {
			if !believed(i) {
				j.by(ruleAccuse)
			}
			result = accusation
		}
	}
	return result
}

// accuse is what one piece of information that does not acquit makes of the
// signer.
func (s *Scenario) accuse(j *Judgement, i information, good []information, covers bool) standing {
	// That a list does not name a certificate does not say that it was issued.
	lifted := func(until When) bool {
		for _, g := range good {
			if g.made > i.made && g.made <= until {
				return true
			}
		}
		return false
	}
	switch {
	case i.said == SaidGood:
		return standingGood
	case i.since > j.Best:
		if !s.refused(i.reason) || i.said == SaidHold && lifted(Never) {
			return standingGood
		}
		j.by(ruleLater)
		return standingUnknown
	case i.said == SaidRevoked:
		if i.since == j.Best {
			j.by(ruleInstant)
		}
		return standingRevoked
	case i.said != SaidNeverIssued && lifted(j.Best):
		return standingGood
	case !covers:
		j.by(ruleHold)
		return standingUnknown
	case i.said == SaidNeverIssued:
		return standingNeverIssued
	}
	j.by(ruleHold)
	return standingRevoked
}

// refused reports whether the policy refuses what was revoked later for a
// reason.
func (s *Scenario) refused(r revocation.Reason) bool {
	if !s.Strict {
		return false
	}
	switch r {
	case revocation.Unspecified, revocation.KeyCompromise, revocation.CertificateHold:
		return true
	}
	return false
}
