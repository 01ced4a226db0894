package applications

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/signing"
)

// Question is what a condition asks of the world, of an application as it is.
type Question struct {
	Application Application
	Step        string // the condition
	Check       regulation.Check
	Last        int // the entries before it
	Rules       *regulation.Edition
}

// Answer is what was found out. The zero value says that the check does not hold.
type Answer struct {
	Holds bool
	// Undecided is why it cannot be told now, in English and without personal data: the
	// application waits. It is empty for an answer.
	Undecided string
	// ByHand says that the system may not be asked, as when consent was refused: an
	// official enters the answer where the edition has that, and elsewhere the check
	// does not hold.
	ByHand bool
	System string // which has answered
	// Evidence is an object that goes into the entry, such as the id of a message.
	Evidence json.RawMessage
}

// Found is what a program has found out for a check.
type Found struct {
	Check    regulation.Check `json:"check"`
	Holds    bool             `json:"holds"`
	System   string           `json:"system,omitempty"`
	Evidence json.RawMessage  `json:"evidence,omitempty"`
}

// found is what a program has found out for the step that it does.
type found struct{ answers []Found }

// asking is a condition that is asked about.
type asking struct {
	c    Case
	step *regulation.Step
}

// decided is how a condition ends; waits is why it does not yet.
type decided struct {
	outcome string
	failed  regulation.Check // by which a condition of several fails
	system  string
	found   *found
	waits   []Wait
}

// decide asks all checks of a condition: it fails by the first that does not hold, also
// where another cannot be told, and waits while one cannot be told.
func (b *Book) decide(ctx context.Context, q asking) (decided, error) {
	d := decided{outcome: regulation.OutcomeOK, system: q.step.Actor, found: &found{}}
	for _, check := range q.step.Checks {
		a, err := b.answer(ctx, q, check)
		if ctx.Err() != nil {
			return d, ctx.Err()
		}
		if err != nil {
			a = Answer{Undecided: store.Reason(err)}
		}
		manual := a.ByHand && q.c.Rules.Manual != nil && slices.Contains(q.c.Rules.Manual.Checks, check)
		switch {
		case manual || a.Undecided != "" && !a.ByHand:
			d.waits = append(d.waits, Wait{Step: q.step.ID, Asked: check, Reason: a.reason(), ByHand: manual})
			continue
		case !a.Holds && d.outcome == regulation.OutcomeOK:
			d.outcome, d.failed = regulation.OutcomeFail, check
		}
		if a.System != "" && q.step.By(q.c.Rules, a.System) {
			d.system = a.System
		}
		d.found.answers = append(d.found.answers, Found{check, a.Holds, a.System, a.Evidence})
	}
	if d.outcome == regulation.OutcomeFail {
		d.waits = nil
	}
	if len(q.step.Checks) == 1 {
		d.failed = ""
	}
	return d, nil
}

// reason is why an application waits.
func (a Answer) reason() string {
	if a.Undecided == "" {
		return "the system may not be asked: an official enters the answer"
	}
	return a.Undecided
}

// errNobodyAnswers means that the program was wired without whoever answers.
var errNobodyAnswers = errors.New("nobody is asked this by this program")

func (b *Book) answer(ctx context.Context, q asking, check regulation.Check) (Answer, error) {
	if fact, ok := facts[check]; ok {
		return b.answerFact(ctx, q, fact)
	}
	if b.Ask == nil {
		return Answer{}, errNobodyAnswers
	}
	return b.Ask(ctx, Question{q.c.Application, q.step.ID, check, len(q.c.Entries), q.c.Rules})
}

// facts are the checks that the verdict on a signature answers. It is read only.
var facts = map[regulation.Check]signing.CheckName{
	regulation.CheckSignaturePeriod:   signing.CheckValidityPeriod,
	regulation.CheckSignatureRevoked:  signing.CheckRevocation,
	regulation.CheckSignatureIdentity: signing.CheckIdentity,
}

// errNoOffer means that no signature stands before a condition about one.
var errNoOffer = errors.New("no signature was offered to the condition")

// answerFact answers one of the three facts from the signature that was offered: from
// the verdict of its entry or, where that could not tell, by judging it anew as of then.
func (b *Book) answerFact(ctx context.Context, q asking, fact signing.CheckName) (Answer, error) {
	e, ok := q.c.offered()
	if !ok {
		return Answer{}, errNoOffer
	}
	s, ok, err := readSignature(ctx, b.Register.Store, e.ID)
	switch {
	case err != nil:
		return Answer{}, err
	case !ok:
		return Answer{}, errNoOffer
	case len(s.Verdict.Signers) != 1:
		return Answer{}, fmt.Errorf("the verdict of entry %d has %d signers", e.Seq, len(s.Verdict.Signers))
	}
	want, err := b.expected(ctx, Signing{e.Actor, q.c.Application, q.c.Rules, e.At})
	if err != nil {
		return Answer{}, err
	}
	if status := s.Verdict.Signers[0].Check(fact).Status; status == signing.CheckUndetermined {
		s.Verdict, err = b.verifier().VerifyCMS(ctx, s.CMS, signing.Question{
			Content: s.Act, IIN: want.IIN, BIN: want.BIN, Identifier: want.Identifier, At: e.At,
		})
		if err != nil {
			return Answer{}, fmt.Errorf("failed to verify the signature: %w", err)
		}
	}
	return factOf(s.Verdict.Signers[0], fact, want), nil
}

// factOf is what a verdict says of a fact.
func factOf(s signing.Signer, fact signing.CheckName, want Expected) Answer {
	c := s.Check(fact)
	evidence := map[string]string{"check": string(c.Name), "status": string(c.Status), "detail": c.Detail}
	if s.Certificate != nil {
		evidence["certificate_sha256"] = s.Certificate.SHA256
	}
	a := Answer{Holds: c.Status == signing.CheckPassed || c.Status == signing.CheckWarning, System: ""}
	if c.Status == signing.CheckUndetermined {
		a.Undecided = fmt.Sprintf("%s: %s (%s)", c.Name, c.Detail, c.SubIndication)
	}
	if refuted(s.Facts, fact) {
		a.Holds, a.Undecided = false, "" // no proof of an earlier moment comes later: it was offered when it was offered
	}
	if fact == signing.CheckIdentity && c.Status != signing.CheckFailed {
		a.Undecided = "" // what a certificate says does not change
		reject := func(format string, args ...any) error { return fmt.Errorf(format, args...) }
		err := errors.New("the certificate names nobody")
		if s.Identity != nil && c.Status != signing.CheckUndetermined {
			err = want.differs(*s.Identity, reject)
		}
		if a.Holds = err == nil; err != nil {
			evidence["detail"] = err.Error()
		}
	}
	a.Evidence, _ = json.Marshal(evidence) // texts only
	return a
}

// refuted reports whether a verdict says that a fact does not hold, although an older
// signature might be good by a proof of its time.
func refuted(f signing.Facts, fact signing.CheckName) bool {
	return fact == signing.CheckValidityPeriod && f.ValidityPeriod == signing.FactRefuted || fact == signing.CheckRevocation && f.NotRevoked == signing.FactRefuted
}

// offered is the last entry whose signature was offered to a condition.
func (c Case) offered() (Entry, bool) {
	for _, e := range slices.Backward(c.Entries) {
		if s, ok := c.Walk.Step(e.Step); ok && s.Offers {
			return e, true
		}
	}
	return Entry{}, false
}
