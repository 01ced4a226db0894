package gateways

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// Checks answers what conditions of the regulation ask of state systems. A system that
// is nil is not set up: nobody can tell then. Its fields are not changed after the first
// call; it is safe for concurrent use.
type Checks struct {
	Persons       Persons
	Organisations Organisations
	Bills         *Bills
	Consents      *Consents // nil: nobody can be asked for his consent
}

// Question is what a condition asks about an application.
type Question struct {
	Application string // its id
	Service     string
	Applicant   documents.Holder
	Step        string
	Check       regulation.Check
	Last        int // the number of the application's last entry
	Rules       *regulation.Edition
}

// Answer is what the systems say: that the check holds, that it fails, or, where
// Undecided says why, that nobody can tell now.
type Answer struct {
	Holds     bool
	Undecided string // English, without personal data
	// ByHand says that the system may not be asked: an official enters the answer, where
	// the edition lets him. Undecided says why.
	ByHand   bool
	System   System
	Evidence json.RawMessage // an object without personal data; null where nobody can tell
}

// errNotSet means that a system is not set up.
var errNotSet = errors.New("the system is not set up")

// Ask answers a question. It changes nothing but that there is a bill, that a person is
// asked for his consent, and what the payment gateway says of a payment; asking again is
// the same message. Nobody is asked about a person whose consent is needed and is not
// there. The error is for checks that no state system answers.
func (c *Checks) Ask(ctx context.Context, q Question) (Answer, error) {
	switch q.Check {
	case regulation.CheckPersonKnown:
		return c.known(ctx, q), nil
	case regulation.CheckPayment:
		return c.paid(ctx, q), nil
	}
	return Answer{}, fmt.Errorf("no state system answers the check %q", q.Check)
}

// id is the id of the message that asks a question: while an application stands at a
// step it is the same one.
func (q Question) id(s System) string {
	return MessageID(string(s), q.Application, q.Step, strconv.Itoa(q.Last))
}

// answered makes an answer of what a system said, with what the answer rests on.
func answered(s System, err error, holds bool, evidence map[string]any) Answer {
	a := Answer{System: s, Holds: holds && err == nil}
	if err != nil && !errors.Is(err, ErrNoData) {
		a.Undecided = err.Error()
		return a
	}
	evidence["system"] = s
	raw, err := json.Marshal(evidence)
	if err != nil {
		return Answer{System: s, Undecided: "what the answer rests on cannot be written down"}
	}
	a.Evidence = raw
	return a
}

// known asks whether the applicant is in the state database. One without a number of the
// country is in none, which only a person can settle.
func (c *Checks) known(ctx context.Context, q Question) Answer {
	if numberOf(q.Applicant) == "" {
		return Answer{System: databaseOf(q.Applicant), Undecided: "the applicant has no number by which the database could be asked"}
	}
	consent, answer := c.allowed(ctx, q)
	if answer != nil {
		return *answer
	}
	s, err := databaseOf(q.Applicant), errNotSet
	switch {
	case q.Applicant.Legal != nil && c.Organisations != nil:
		_, err = c.Organisations.Organisation(ctx, q.id(s), q.Applicant.Legal.BIN)
	case q.Applicant.Natural != nil && c.Persons != nil:
		_, err = c.Persons.Person(ctx, q.id(s), q.Applicant.Natural.IIN)
	}
	evidence := map[string]any{"message_id": q.id(s), "no_data": errors.Is(err, ErrNoData)}
	if consent != nil {
		evidence["consent"] = consent.evidence()
	}
	return answered(s, err, true, evidence)
}

func databaseOf(h documents.Holder) System {
	if h.Legal != nil {
		return SystemOrganisations
	}
	return SystemPersons
}

// allowed returns the consent by which a person may be asked about, nil where none is
// needed; or an answer in its place.
func (c *Checks) allowed(ctx context.Context, q Question) (*Consent, *Answer) {
	if !q.Rules.Consent.Needed(q.Check) || q.Applicant.Natural == nil {
		return nil, nil
	}
	waits := func(why string, byHand bool) *Answer {
		return &Answer{System: SystemPersons, Undecided: why, ByHand: byHand}
	}
	if c.Consents == nil {
		return nil, waits("nobody can be asked for the consent that is needed", false)
	}
	consent, err := c.Consents.Ask(ctx, ConsentRequest{Application: q.Application, Applicant: q.Applicant, Service: q.Service, Rules: q.Rules})
	if err != nil {
		return nil, waits(store.Reason(err), false)
	}
	switch consent.State {
	case ConsentGiven:
		return &consent, nil
	case ConsentAsked:
		return nil, waits("the person was asked for consent at "+consent.AskedAt.UTC().Format(time.RFC3339)+" and has not answered yet", false)
	}
	a := waits("the person's consent was "+string(consent.State)+": the database may not be asked", true)
	a.Evidence, err = json.Marshal(map[string]any{"consent": consent.evidence()})
	if err != nil {
		a.Evidence = nil
	}
	return nil, a
}

// BillOf returns what an application has to pay for a service by the rules in a year. It
// is false when the service is free; the error is [ErrFee].
func BillOf(rules *regulation.Edition, application, service string, year int) (b Bill, due bool, err error) {
	s, ok := rules.Service(service)
	if !ok {
		return b, false, fmt.Errorf("%w: edition %s has no service %s", ErrFee, rules.ID, service)
	}
	tenge, missing, ok := rules.FeeOf(s, year)
	if missing != 0 {
		return b, false, fmt.Errorf("%w: the index of %d, by which it is counted, is not entered", ErrFee, missing)
	}
	return Bill{Application: application, Tenge: tenge, Purpose: service}, ok && tenge > 0, nil
}

// paid asks whether the application's own bill is paid: by what the payment gateway has
// told of it and, where that is nothing yet, by asking it. A bill that nobody has asked
// for yet is asked for now.
func (c *Checks) paid(ctx context.Context, q Question) Answer {
	if c.Bills == nil {
		return answered(SystemPayments, errNotSet, false, nil)
	}
	a, err := c.Bills.Request(ctx, BillRequest{Application: q.Application, Service: q.Service, Rules: q.Rules, Client: checking})
	switch {
	case errors.Is(err, ErrFree):
		return answered(SystemPayments, nil, true, map[string]any{"free": true})
	case err != nil:
		return Answer{System: SystemPayments, Undecided: store.Reason(err)}
	}
	if a.Standing() == StandsOpen {
		a, err = c.Bills.Look(ctx, a)
	}
	if err != nil {
		return Answer{System: SystemPayments, Undecided: store.Reason(err)}
	}
	return answered(SystemPayments, nil, a.Standing() == StandsPaid, a.evidence())
}

// checking is the client of what is asked for conditions.
const checking = "conditions"

// evidence is what an answer about a payment rests on.
func (a Account) evidence() map[string]any {
	e := map[string]any{"bill": a.ID, "payment": a.Payment, "state": a.Standing(), "due": a.Tenge}
	if n := len(a.Confirmations); n > 0 {
		last := a.Confirmations[n-1]
		e["receipt"], e["tenge"], e["message_id"], e["how"] = last.Receipt, last.Tenge, last.Message, last.How
	}
	return e
}
