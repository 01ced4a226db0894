package signing

import (
	"encoding/hex"
	"fmt"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/language/words"
)

func (v *Verifier) newVerdict(kind string, q Question) *Verdict {
	profile := certs.NationalProfile()
	return &Verdict{
		Kind: kind, At: q.At, Signers: []Signer{},
		Policy:  v.Policy.Name + " " + v.Policy.Version,
		Profile: profile.Name + " " + profile.Version,
	}
}

// over reports whether nobody waits for the verification any more. What was not
// looked at for that is in no verdict: there will be none.
func (v *Verifier) over() bool { return v.ctx.Err() != nil }

// finish returns the verdict, unless the context ended before it was complete.
func (v *Verifier) finish(verdict *Verdict) (*Verdict, error) {
	if v.over() {
		return nil, fmt.Errorf("the verification was not finished: %w", v.ctx.Err())
	}
	return verdict, nil
}

// judgeSigners judges each signer and concludes over all of them.
func (v *Verifier) judgeSigners(verdict *Verdict, all []*facts) {
	found := false
	for _, f := range all {
		found = found || f.expected == identityAgrees
	}
	for _, f := range all {
		if found && (f.expected == identityDiffers || f.expected == identityUntold) {
			f.expected = identityOfAnother
		}
		verdict.Signers = append(verdict.Signers, v.judge(f))
		verdict.compared(f.compared)
	}
	verdict.conclude()
}

// compared notes digests of the question that a signature was held against.
func (verdict *Verdict) compared(digests []ContentDigest) {
	for _, d := range digests {
		if verdict.ContentDigests == nil {
			verdict.ContentDigests = map[string]string{}
		}
		verdict.ContentDigests[d.Digest.Name] = hex.EncodeToString(d.Value)
	}
}

// judge asks the table's questions about one signer.
func (v *Verifier) judge(f *facts) Signer {
	s := Signer{Covers: f.covers, Level: f.level, Timestamps: f.timestamps, CounterSignatures: f.counters, steps: f.step()}
	s.Checks, s.Indication, s.SubIndication, _ = v.ask(signerTable, f)
	s.Acceptance = acceptance(s.Checks)
	s.describe(f)
	if !s.RevokedSince.IsZero() && v.Policy.refusesLater(f.revocation[0]) {
		s.Facts.NotRevoked = FactRefuted
	}
	return s
}

// ask asks the questions of a table in order; the worst answer is the
// conclusion, and why is what it said.
func (v *Verifier) ask(table []check, f *facts) (checks []Check, indication Indication, sub SubIndication, why string) {
	checks, indication = make([]Check, 0, len(table)), TotalPassed
	gravest := 0
	for i := range table {
		c := &table[i]
		level := v.Policy.level(c.name)
		if level == LevelIgnore {
			continue
		}
		found := c.ask(f, &v.Policy)
		bad := found.status == CheckFailed || found.status == CheckUndetermined
		if bad && level == LevelWarn {
			found.status, bad = CheckWarning, false
		}
		if bad && found.gravity() > gravest {
			gravest = found.gravity()
			indication, sub, why = found.indication(), found.sub, found.detail
		}
		answer := Check{
			Name: c.name, Status: found.status, Clause: c.clause,
			Title: words.Of(c.title), Detail: found.detail, Evidence: found.evidence,
		}
		if bad {
			answer.SubIndication = found.sub
		}
		checks = append(checks, answer)
	}
	return checks, indication, sub, why
}

// describe adds who signed and the three facts.
func (s *Signer) describe(f *facts) {
	if f.signer != nil {
		s.ClaimedTime = f.signer.ClaimedTime()
		s.Attributes = describeAttributes(f.signer)
		s.BestSignatureTime = f.poe
		if f.algErr == nil {
			s.Algorithm = f.algorithm.Name()
		}
	}
	if f.xml != nil {
		s.describeXML(f)
	}
	s.Facts = factsOf(f)
	c := f.certificate
	if c == nil {
		return
	}
	s.Identity = &f.identity
	s.Certificate = DescribeCertificate(c)
	if len(f.revocation) > 0 && f.revocation[0].Status == revocation.Good {
		s.RevokedSince = f.revocation[0].RevokedAt
	}
	if f.poe.Before(f.at) && f.at.After(c.NotAfter) && f.certificate.ValidAt(f.poe) {
		s.ExpiredSince = c.NotAfter
	}
}

// factsOf takes the regulation's three facts out of the facts.
func factsOf(f *facts) Facts {
	facts := Facts{ValidityPeriod: FactUnknown, NotRevoked: FactUnknown, IdentityMatch: FactUnknown}
	if f.certificate != nil {
		facts.ValidityPeriod = FactRefuted
		if f.certificate.ValidAt(f.poe) {
			facts.ValidityPeriod = FactEstablished
		}
	}
	if len(f.revocation) > 0 {
		switch f.revocation[0].Status {
		case revocation.Good:
			facts.NotRevoked = FactEstablished
		case revocation.Revoked:
			facts.NotRevoked = FactRefuted
		}
	}
	switch {
	case !f.question.expects():
		facts.IdentityMatch = FactNotAsked
	case f.certificate == nil:
	case f.expected == identityAgrees:
		facts.IdentityMatch = FactEstablished
	case f.expected == identityUntold:
	default:
		facts.IdentityMatch = FactRefuted
	}
	return facts
}

// conclude makes the verdict of the signers' verdicts: the worst counts, and no
// signers never pass.
func (verdict *Verdict) conclude() {
	defer verdict.explain()
	if len(verdict.Signers) == 0 {
		verdict.Indication, verdict.SubIndication, verdict.Acceptance = TotalFailed, FormatFailure, Refused
		verdict.Detail, verdict.cause = noSignature, noSignatureText()
		return
	}
	verdict.Indication, verdict.Acceptance = TotalPassed, Accepted
	for i := range verdict.Signers {
		s := &verdict.Signers[i]
		verdict.worsen(s.Indication, s.SubIndication, s.Acceptance)
	}
}

// worsen takes one more conclusion into the verdict: the worst decides, and of
// those that are as bad the first.
func (verdict *Verdict) worsen(i Indication, sub SubIndication, a Acceptance) {
	worse := i == TotalFailed && verdict.Indication != TotalFailed || i == Indeterminate && verdict.Indication == TotalPassed
	if worse || i == Indeterminate && i == verdict.Indication && a.rank() > verdict.Acceptance.rank() {
		verdict.Indication, verdict.SubIndication = i, sub
	}
	if a.rank() > verdict.Acceptance.rank() {
		verdict.Acceptance = a
	}
}

// explain sums the verdict up, and says why it is not accepted.
func (verdict *Verdict) explain() {
	verdict.Reasons = nil
	for i := range verdict.Signers {
		if s := &verdict.Signers[i]; s.Acceptance != Accepted && s.Acceptance == verdict.Acceptance {
			verdict.Reasons = append(verdict.Reasons, reasonsOf(s.Checks, i+1)...)
		}
	}
	if verdict.Kind == "timestamp" && len(verdict.Timestamps) > 0 && acceptance(verdict.Timestamps[0].Checks) == verdict.Acceptance {
		verdict.Reasons = reasonsOf(verdict.Timestamps[0].Checks, 0)
	}
	if len(verdict.Reasons) == 0 && verdict.Acceptance != Accepted {
		text := verdict.cause
		if text == (Text{}) {
			text = reason(verdict.SubIndication)
		}
		verdict.Reasons = []Reason{{SubIndication: verdict.SubIndication, Text: text, Detail: verdict.Detail}}
	}
	verdict.Summary = summary(verdict)
}
