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
)

// Checks answers what conditions of the regulation ask of state systems. A system that
// is nil is not set up: nobody can tell then. Its fields are not changed after the first
// call; it is safe for concurrent use.
type Checks struct {
	Persons       Persons
	Organisations Organisations
	Payments      Payments
	Now           func() time.Time // time.Now when nil
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
	System    System
	Evidence  json.RawMessage // an object without personal data; null where nobody can tell
}

// errNotSet means that a system is not set up.
var errNotSet = errors.New("the system is not set up")

// Ask answers a question. It changes nothing but, at the payment gateway, that there is
// a bill; asking again is the same message. The error is for checks that no state
// system answers.
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
	s, err := SystemPersons, errNotSet
	switch {
	case q.Applicant.Legal != nil:
		s = SystemOrganisations
		if q.Applicant.Legal.BIN == "" {
			return Answer{System: s, Undecided: "the applicant has no number by which the database could be asked"}
		}
		if c.Organisations != nil {
			_, err = c.Organisations.Organisation(ctx, q.id(s), q.Applicant.Legal.BIN)
		}
	case q.Applicant.Natural != nil:
		if q.Applicant.Natural.IIN == "" {
			return Answer{System: s, Undecided: "the applicant has no number by which the database could be asked"}
		}
		if c.Persons != nil {
			_, err = c.Persons.Person(ctx, q.id(s), q.Applicant.Natural.IIN)
		}
	}
	return answered(s, err, true, map[string]any{"message_id": q.id(s), "no_data": errors.Is(err, ErrNoData)})
}

// BillOf returns what an application has to pay by the rules in a year. It is false when
// the service is free; the error says that nobody can tell the fee.
func BillOf(rules *regulation.Edition, q Question, year int) (b Bill, due bool, err error) {
	s, ok := rules.Service(q.Service)
	if !ok {
		return b, false, fmt.Errorf("edition %s has no service %s", rules.ID, q.Service)
	}
	tenge, missing, ok := rules.FeeOf(s, year)
	if missing != 0 {
		return b, false, fmt.Errorf("the index of %d, by which the fee is counted, is not entered", missing)
	}
	return Bill{Application: q.Application, Tenge: tenge, Purpose: q.Service}, ok && tenge > 0, nil
}

// paid asks whether the application's own bill is paid. The bill is asked for by a
// message that is the same at each time, and answered with the same payment.
func (c *Checks) paid(ctx context.Context, q Question) Answer {
	now := time.Now()
	if c.Now != nil {
		now = c.Now()
	}
	bill, due, err := BillOf(q.Rules, q, documents.CivilDate(now).Year)
	if err != nil {
		return Answer{System: SystemPayments, Undecided: err.Error()}
	}
	if !due {
		return answered(SystemPayments, nil, true, map[string]any{"free": true})
	}
	if c.Payments == nil {
		return answered(SystemPayments, errNotSet, false, nil)
	}
	asked, err := c.Payments.Request(ctx, BillID(bill), bill)
	if err != nil {
		return Answer{System: SystemPayments, Undecided: whyUnpaid(err)}
	}
	id := MessageID("status", asked.ID, now.UTC().Format(time.RFC3339Nano))
	p, err := c.Payments.Status(ctx, id, asked.ID)
	if err != nil {
		return Answer{System: SystemPayments, Undecided: whyUnpaid(err)}
	}
	return answered(SystemPayments, nil, p.Counts(bill), map[string]any{
		"message_id": id, "payment": p.ID, "state": p.State, "receipt": p.Receipt, "tenge": p.Tenge, "due": bill.Tenge,
	})
}

// BillID is the id of the message that asks for the payment of a bill. The sum is no
// part of it: an application has one bill for a purpose.
func BillID(b Bill) string { return MessageID(string(SystemPayments), b.Application, b.Purpose) }

// whyUnpaid says why nobody can tell whether a bill is paid. That the gateway knows
// nothing of a bill that it was just asked for tells nothing of the payment.
func whyUnpaid(err error) string {
	if errors.Is(err, ErrNoData) {
		return "the payment gateway does not know the payment that it was asked for"
	}
	return err.Error()
}
