package gateways

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/gateways/message"
)

// Persons is the database of natural persons.
type Persons interface {
	Person(ctx context.Context, id string, iin certs.IIN) (documents.NaturalPerson, error)
}

// Organisations is the database of legal entities.
type Organisations interface {
	Organisation(ctx context.Context, id string, bin certs.BIN) (documents.LegalEntity, error)
}

// Powers is the notaries' system.
type Powers interface {
	Power(ctx context.Context, id, number string, principal, agent documents.Holder) (Power, error)
}

// Payments is the payment gateway.
type Payments interface {
	Request(ctx context.Context, id string, b Bill) (Payment, error)
	Status(ctx context.Context, id, payment string) (Payment, error)
}

// Each client is all four, and answers as the one that it was connected to.
var (
	_ Persons       = (*Client)(nil)
	_ Organisations = (*Client)(nil)
	_ Powers        = (*Client)(nil)
	_ Payments      = (*Client)(nil)
)

// incomplete says that an answer that reports success lacks what was asked: nobody can
// tell what it means.
func (c *Client) incomplete() error {
	return &UndecidedError{System: c.peer.System, Reason: ReasonMalformed, Since: c.caller.now()}
}

// Person returns what the database knows of a person by an ЖСН/ИИН, for a message of
// that id. The name must be there, and the number the one that was asked about.
func (c *Client) Person(ctx context.Context, id string, iin certs.IIN) (p documents.NaturalPerson, err error) {
	if err := c.is(SystemPersons); err != nil {
		return p, err
	}
	r, err := c.call(ctx, id, message.Fields{"iin": string(iin)})
	if err != nil {
		return p, err
	}
	p = documents.NaturalPerson{Surname: r.Data["surname"], GivenName: r.Data["givenName"], Patronymic: r.Data["patronymic"], IIN: certs.IIN(r.Data["iin"])}
	if p.IIN != iin || p.Surname == "" && p.GivenName == "" {
		return documents.NaturalPerson{}, c.incomplete()
	}
	return p, nil
}

// Organisation returns what the database knows of an organisation by its БСН/БИН.
func (c *Client) Organisation(ctx context.Context, id string, bin certs.BIN) (o documents.LegalEntity, err error) {
	if err := c.is(SystemOrganisations); err != nil {
		return o, err
	}
	r, err := c.call(ctx, id, message.Fields{"bin": string(bin)})
	if err != nil {
		return o, err
	}
	o = documents.LegalEntity{
		Name: documents.Text{KK: r.Data["nameKk"], RU: r.Data["nameRu"]}, Address: documents.Text{KK: r.Data["addressKk"], RU: r.Data["addressRu"]},
		BIN: certs.BIN(r.Data["bin"]),
	}
	if o.BIN != bin || o.Name == (documents.Text{}) {
		return documents.LegalEntity{}, c.incomplete()
	}
	return o, nil
}

// Power is a power of attorney.
type Power struct {
	Number string
	From   documents.Date
	Until  documents.Date // the last day
	May    string         // what the agent may do: [MaySign] or [MayFillIn]
}

// What a power of attorney lets its agent do.
const (
	MaySign   = "sign"
	MayFillIn = "fill_in"
)

// InForce reports whether it is in force on a day.
func (p Power) InForce(on documents.Date) bool {
	return !on.Midnight().Before(p.From.Midnight()) && !on.Midnight().After(p.Until.Midnight())
}

// Power returns a power of attorney by its number, if it is one by which the principal
// lets the agent act. Holders without a number of the country are known to no such
// system.
func (c *Client) Power(ctx context.Context, id, number string, principal, agent documents.Holder) (p Power, err error) {
	if err := c.is(SystemNotaries); err != nil {
		return p, err
	}
	who, whom := numberOf(principal), numberOf(agent)
	if who == "" || whom == "" {
		return p, ErrNoData
	}
	r, err := c.call(ctx, id, message.Fields{"number": number, "principal": who, "agent": whom})
	if err != nil {
		return p, err
	}
	if r.Data["number"] != number || r.Data["principal"] != who || r.Data["agent"] != whom {
		return p, c.incomplete()
	}
	p.Number, p.May = number, r.Data["may"]
	if p.May != MaySign && p.May != MayFillIn {
		return Power{}, c.incomplete()
	}
	for name, into := range map[string]*documents.Date{"from": &p.From, "until": &p.Until} {
		if *into, err = documents.ParseDate(r.Data[name]); err != nil {
			return Power{}, c.incomplete()
		}
	}
	return p, nil
}

// numberOf is the ЖСН/ИИН or БСН/БИН of a holder; empty for none.
func numberOf(h documents.Holder) string {
	switch {
	case h.Legal != nil:
		return string(h.Legal.BIN)
	case h.Natural != nil:
		return string(h.Natural.IIN)
	}
	return ""
}

// Bill is what is to be paid.
type Bill struct {
	Application string // its id
	Tenge       int
	Purpose     string // the service that it is the fee of
}

// PaymentState is how a payment stands.
type PaymentState string

// The states of payments.
const (
	PaymentOpen PaymentState = "open" // asked for, and neither paid nor given up
	PaymentPaid PaymentState = "paid"
	PaymentVoid PaymentState = "void" // given up, or taken back
)

// Payment is a payment as the gateway has it.
type Payment struct {
	Bill
	ID       string // that the payment gateway gave it
	State    PaymentState
	Redirect string // where the payer pays; empty once it is not open
	Receipt  string // of what was paid, once in all payments; empty before
	PaidAt   time.Time
}

// Request asks for a payment. The same message is one payment, however often it is
// sent.
func (c *Client) Request(ctx context.Context, id string, b Bill) (Payment, error) {
	return c.payment(ctx, id, message.Fields{
		"act": "create", "application": b.Application, "tenge": strconv.Itoa(b.Tenge), "purpose": b.Purpose,
	})
}

// Status asks how a payment stands. The message is a new one at each time.
func (c *Client) Status(ctx context.Context, id, payment string) (Payment, error) {
	p, err := c.payment(ctx, id, message.Fields{"act": "status", "payment": payment})
	if err == nil && p.ID != payment {
		return Payment{}, c.incomplete()
	}
	return p, err
}

func (c *Client) payment(ctx context.Context, id string, data message.Fields) (Payment, error) {
	if err := c.is(SystemPayments); err != nil {
		return Payment{}, err
	}
	r, err := c.call(ctx, id, data)
	if err != nil {
		return Payment{}, err
	}
	p, err := ParsePayment(r.Data)
	if err != nil {
		return Payment{}, c.incomplete()
	}
	return p, nil
}

// ParsePayment reads a payment out of the fields of a message, as the payment gateway
// answers and confirms. The error is [message.ErrMalformed].
func ParsePayment(f message.Fields) (Payment, error) {
	refuse := func(what string) (Payment, error) {
		return Payment{}, fmt.Errorf("%w: the payment has no right %s", message.ErrMalformed, what)
	}
	p := Payment{
		Bill: Bill{Application: f["application"], Purpose: f["purpose"]},
		ID:   f["payment"], State: PaymentState(f["state"]), Redirect: f["redirect"], Receipt: f["receipt"],
	}
	var err error
	if p.Tenge, err = strconv.Atoi(f["tenge"]); err != nil || p.Tenge <= 0 || strconv.Itoa(p.Tenge) != f["tenge"] {
		return refuse("sum")
	}
	if p.ID == "" || p.Application == "" || p.Purpose == "" {
		return refuse("id, application or purpose")
	}
	switch p.State {
	case PaymentOpen, PaymentVoid:
		return p, nil
	case PaymentPaid:
		if p.PaidAt, err = time.Parse(time.RFC3339, f["paidAt"]); err != nil || p.Receipt == "" {
			return refuse("receipt")
		}
		return p, nil
	}
	return refuse("state")
}
