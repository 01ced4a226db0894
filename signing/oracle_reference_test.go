package signing_test

import (
	"fmt"
	"strings"

	"tamga/certs/revocation"
)

// This file judges scenarios by the text of EN 319 102-1 sections 5.5 and 5.6,
// over abstract times and without a line of the program. Where we are stricter
// than the standard, or choose among what it leaves open, a rule says so by
// name; TestOracleTimes counts how often each one decided.

// rule is a place where our answer is not the standard's, and why.
type rule string

const (
	// The instant of a revocation belongs to the revoked time; the standard
	// compares with "at or before" (5.6.2.4).
	ruleInstant rule = "revoked from the very instant on"
	// Policy revoked_before_timestamp: TOTAL-FAILED instead of INDETERMINATE.
	ruleFailed rule = "revoked before a trusted timestamp is known to be bad"
	// Policy later_revocation_refused: for some reasons an older signature does
	// not count either.
	ruleLater rule = "a later revocation for a refused reason counts"
	// The standard wants a suspended certificate asked about again (5.2.6);
	// here it is revoked for as long as nothing newer lifts it.
	ruleHold rule = "a hold counts until something newer lifts it"
	// Information that cannot acquit, because its maker had ended, may accuse.
	ruleAccuse rule = "a revocation counts whoever proves it late"
	// RFC 6960 section 4.4.8, which the standard does not mention.
	ruleIssued rule = "a certificate that was never issued is known to be bad"
)

// information is revocation status information about the signer, of an
// authentic maker.
type information struct {
	made, next, proved when
	said               said
	since              when // of a revocation or hold
	reason             revocation.Reason
}

type said int

const (
	saidGood said = iota
	saidRevoked
	saidHold
	saidNeverIssued
)

// judgement is what the reference concludes.
type judgement struct {
	indication string // passed, unsure or failed
	best       when   // best signature time (5.5.4)
	rules      map[rule]bool
}

func (j *judgement) by(r rule) { j.rules[r] = true }

func (j judgement) String() string {
	var rules []string
	for r := range j.rules {
		rules = append(rules, string(r))
	}
	return fmt.Sprintf("%s, best signature time %v, by %s", j.indication, j.best, strings.Join(rules, "; "))
}

const passes, unsure, fails = "TOTAL-PASSED", "INDETERMINATE", "TOTAL-FAILED"

// judge is section 5.6.3 for a scenario.
func (s *scenario) judge() judgement {
	j := judgement{best: s.asked, rules: map[rule]bool{}}
	stamped, contentAt, ordered := s.proofs(&j.best)
	conclusion := passes
	worst := func(c string) {
		if c == fails || c == unsure && conclusion == passes {
			conclusion = c
		}
	}
	if !ordered {
		worst(unsure) // 5.5.4 step 5
	}
	if j.best > s.expires {
		worst(unsure) // OUT_OF_BOUNDS_NO_POE
		if contentAt != never && contentAt > s.expires {
			worst(fails) // 5.3.4: signed after the end
		}
	}
	// 5.6.2.2: the authority first, then what is below it.
	control, accused := s.slideAuthority(&j)
	if accused {
		worst(unsure) // REVOKED_CA_NO_POE
	}
	switch s.slideSigner(&j, control) {
	case standingRevoked:
		switch {
		case contentAt != never && contentAt >= s.revokedSince():
			worst(fails)
		case stamped && s.strict:
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
	j.indication = conclusion
	return j
}

// proofs finds the proofs of existence that the timestamps give, newest first
// (5.6.2.3, 5.5.4). A timestamp that says to be younger than it is known to be
// proves nothing.
func (s *scenario) proofs(best *when) (stamped bool, contentAt when, ordered bool) {
	tokenKnown := s.asked
	if s.proved != never {
		*best, tokenKnown, stamped = s.proved, s.proved, true
	}
	if s.stamped != never && s.stamped <= tokenKnown {
		*best, stamped = min(*best, s.stamped), true
	}
	return stamped, s.signed, s.signed == never || s.signed <= *best
}

// slideAuthority is the first step of the sliding: until when the authority's
// key is to be believed.
func (s *scenario) slideAuthority(j *judgement) (control when, accused bool) {
	since := s.makerRevokedAt()
	if !s.makerIsAuthority() || !s.services || since == never {
		return s.asked, false
	}
	switch {
	case since < j.best:
		return since, true
	case since == j.best:
		j.by(ruleInstant)
		return since, true
	case s.refused(s.makerReason):
		j.by(ruleLater)
		return min(since, s.asked), true
	}
	return min(since, s.asked), false
}

// stands asks about the maker of the evidence, a responder or a signer
// of lists below the authority (5.2.6, 5.6.2.1): it must have been valid, and
// not revoked, when the evidence is proved to have existed.
func (s *scenario) stands(j *judgement, proved when) bool {
	switch {
	case s.makerIsAuthority():
		return true
	case !s.services:
		// Nobody tells of the others, unless a list tells of its own signer.
		return s.maker == byUnchecked || s.maker == listedBySelf && s.wide
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
func (s *scenario) slideSigner(j *judgement, control when) standing {
	var all []information
	if s.people != never && (s.maker != listedIndirectly || s.stands(j, s.asked)) {
		i := s.truth(s.people)
		i.next, i.proved = never, s.asked
		all = append(all, i)
	}
	if s.door != doorNone && s.stands(j, s.evidenceProved()) {
		i := s.evidence()
		i.proved = s.evidenceProved()
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
		return i.made <= s.expires && (i.made >= j.best || j.best < i.next)
	}
	acquits := func(i information) bool { return i.said == saidGood || i.since > j.best }
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
func (s *scenario) accuse(j *judgement, i information, good []information, covers bool) standing {
	// That a list does not name a certificate does not say that it was issued.
	lifted := func(until when) bool {
		for _, g := range good {
			if g.made > i.made && g.made <= until {
				return true
			}
		}
		return false
	}
	switch {
	case i.said == saidGood:
		return standingGood
	case i.since > j.best:
		if !s.refused(i.reason) || i.said == saidHold && lifted(never) {
			return standingGood
		}
		j.by(ruleLater)
		return standingUnknown
	case i.said == saidRevoked:
		if i.since == j.best {
			j.by(ruleInstant)
		}
		return standingRevoked
	case i.said != saidNeverIssued && lifted(j.best):
		return standingGood
	case !covers:
		j.by(ruleHold)
		return standingUnknown
	case i.said == saidNeverIssued:
		return standingNeverIssued
	}
	j.by(ruleHold)
	return standingRevoked
}

// refused reports whether the policy refuses what was revoked later for a
// reason.
func (s *scenario) refused(r revocation.Reason) bool {
	if !s.strict {
		return false
	}
	switch r {
	case revocation.Unspecified, revocation.KeyCompromise, revocation.CertificateHold:
		return true
	}
	return false
}
