package gateways

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// Errors of bills, for errors.Is.
var (
	// ErrFree means that nothing is to be paid.
	ErrFree = errors.New("nothing is to be paid")
	// ErrFee means that nobody can tell the fee.
	ErrFee = errors.New("the fee cannot be told")
	// ErrPayment means that what was said of a payment is refused: it is none of ours,
	// another's, or contradicts what was said before.
	ErrPayment = errors.New("the payment is not the one that was asked for")
)

// Bills are the payments of applications, in a register. Its fields are not changed
// after the first call; it is safe for concurrent use.
type Bills struct {
	Store   *store.DB
	Gateway Payments // nil where none is set up
}

// Account is a bill and what was said of its payment.
type Account struct {
	Bill
	ID            string // of the message that asks for it
	Round         int    // from 1; another one follows a payment that does not count
	AskedAt       time.Time
	Payment       string // that the gateway gave it; empty until it answers
	Redirect      string // where the payer pays
	Confirmations []Confirmation
}

// Confirmation is what the payment gateway has said of a payment.
type Confirmation struct {
	Seq     int // from 1
	State   PaymentState
	Tenge   int
	Receipt string // once in all payments
	PaidAt  time.Time
	How     How
	Message string // its id
	At      time.Time
}

// How is how something came to be known.
type How string

// The ways.
const (
	Told  How = "told"  // by a message of the gateway's own
	Asked How = "asked" // by its answer to one of ours
)

// Standing is how an account stands.
type Standing string

// The standings.
const (
	StandsAsked Standing = "asked" // the gateway has not answered yet
	StandsOpen  Standing = "open"  // it is to be paid
	StandsPaid  Standing = "paid"
	StandsShort Standing = "short" // less was paid than is due: that does not count
	StandsVoid  Standing = "void"  // given up, or taken back
)

// Standing tells how it stands after all that was said of it. What was taken back does
// not count again: a payer who pays anew pays another bill.
func (a Account) Standing() Standing {
	s := StandsOpen
	if a.Payment == "" {
		s = StandsAsked
	}
	for _, c := range a.Confirmations {
		switch {
		case c.State == PaymentVoid:
			return StandsVoid
		case c.Tenge >= a.Tenge:
			s = StandsPaid
		case s != StandsPaid:
			s = StandsShort
		}
	}
	return s
}

// Double reports whether a bill was paid more than once: what is too much is the
// payer's, and is given back by the gateway.
func (a Account) Double() bool {
	paid := 0
	for _, c := range a.Confirmations {
		if c.State == PaymentPaid {
			paid++
		}
	}
	return paid > 1
}

// BillRequest asks what an application has to pay.
type BillRequest struct {
	Application string // its id
	Service     string
	Rules       *regulation.Edition
	Client      string // who asks
}

// Request asks the payment gateway for the payment of an application's bill. The bill is
// written down before it is asked for, so that whoever asks again, also after a crash,
// asks for the same payment. The error is [ErrFree], [ErrFee], or an *[UndecidedError]
// when the gateway cannot tell: then the account stands as asked.
func (b *Bills) Request(ctx context.Context, q BillRequest) (Account, error) {
	a, err := b.open(ctx, q)
	if err != nil || a.Payment != "" {
		return a, err
	}
	if b.Gateway == nil {
		return a, &UndecidedError{System: SystemPayments, Reason: ReasonUnreachable, Since: b.Store.Moment(), err: errNotSet}
	}
	p, err := b.Gateway.Request(ctx, a.ID, a.Bill)
	if errors.Is(err, ErrNoData) {
		err = &UndecidedError{System: SystemPayments, Reason: ReasonMalformed, Since: b.Store.Moment(), err: err}
	}
	if err != nil {
		return a, err
	}
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err = b.opened(ctx, tx, a, p)
		return err
	})
	return a, err
}

// open returns the account that an application pays, and writes it down where there is
// none yet, or where the last one does not count.
func (b *Bills) open(ctx context.Context, q BillRequest) (a Account, err error) {
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := b.Store.Moment()
		if err := lockApplication(ctx, tx, q.Application); err != nil {
			return err
		}
		all, err := Accounts(ctx, tx, q.Application)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(a Account) bool { return a.Standing() == StandsPaid }); i >= 0 {
			a = all[i]
			return nil
		}
		if n := len(all); n > 0 && all[n-1].Standing() != StandsVoid && all[n-1].Standing() != StandsShort {
			a = all[n-1]
			return nil
		}
		bill, due, err := BillOf(q.Rules, q.Application, q.Service, documents.CivilDate(now).Year)
		if err != nil {
			return err
		}
		if !due {
			return ErrFree
		}
		a = Account{Bill: bill, ID: billID(bill, len(all)+1), Round: len(all) + 1, AskedAt: now}
		return a.insert(ctx, tx, q)
	})
	return a, err
}

// billID is the id of the message that asks for the payment of a bill. The sum is no part
// of it: in a round an application has one bill for a purpose.
func billID(b Bill, round int) string {
	return MessageID(string(SystemPayments), b.Application, b.Purpose, fmt.Sprint(round))
}

// opened writes down what the gateway answers to a bill that was asked for.
func (b *Bills) opened(ctx context.Context, tx *store.Tx, a Account, p Payment) (Account, error) {
	if err := lockApplication(ctx, tx, a.Application); err != nil {
		return a, err
	}
	now, err := account(ctx, tx, `id = $1`, a.ID)
	if err != nil || now.Payment != "" { // another has asked at the same time, and was answered alike
		return now, err
	}
	other, err := account(ctx, tx, `payment = $1`, p.ID)
	switch {
	case err == nil && other.ID != a.ID, p.Application != a.Application, p.Purpose != a.Purpose, p.State == PaymentOpen && p.Tenge != a.Tenge:
		return now, fmt.Errorf("%w: the gateway answers with another bill", ErrPayment)
	case err != nil && !errors.Is(err, ErrPayment):
		return now, err
	}
	if err := now.connect(ctx, tx, p, b.Store.Moment()); err != nil {
		return now, err
	}
	if p.State != PaymentOpen { // paid before the first answer came through
		return b.confirm(ctx, tx, p, Heard{Asked, a.ID})
	}
	return account(ctx, tx, `id = $1`, a.ID)
}

// Look asks the gateway how the payment of an account stands, and returns what the
// account is then. The error is an *[UndecidedError], or [ErrPayment].
func (b *Bills) Look(ctx context.Context, a Account) (Account, error) {
	if b.Gateway == nil {
		return a, &UndecidedError{System: SystemPayments, Reason: ReasonUnreachable, Since: b.Store.Moment(), err: errNotSet}
	}
	// Each look is a question of its own: the gateway answers one that it knows as it did
	// before, also where two come at one moment.
	id := MessageID("status", a.Payment, b.Store.Moment().Format(time.RFC3339Nano), rand.Text())
	p, err := b.Gateway.Status(ctx, id, a.Payment)
	if errors.Is(err, ErrNoData) {
		// That the gateway knows nothing of a payment that it has opened tells nothing of it.
		return a, &UndecidedError{System: SystemPayments, Reason: ReasonMalformed, Since: b.Store.Moment(), err: err}
	}
	if err != nil || p.State == PaymentOpen && p.Bill == a.Bill {
		return a, err
	}
	return b.Confirm(ctx, p, Heard{Asked, id})
}

// Paid reports whether the bill of an application is paid, or nothing is to be paid; the
// gateway is asked where it has told nothing yet. While nobody can tell, it is not.
func (b *Bills) Paid(ctx context.Context, q BillRequest) (bool, error) {
	a, err := b.Request(ctx, q)
	if err == nil && a.Standing() == StandsOpen {
		a, err = b.Look(ctx, a)
	}
	var undecided *UndecidedError
	switch {
	case errors.Is(err, ErrFree):
		return true, nil
	case errors.As(err, &undecided) || errors.Is(err, ErrPayment) || errors.Is(err, ErrFee):
		return false, nil
	}
	return err == nil && a.Standing() == StandsPaid, err
}

// Heard is where something was said.
type Heard struct {
	How     How
	Message string // its id
}

// Confirm writes down what a message of the gateway says of a payment, which the caller
// has verified, and returns the account. The same thing said again changes nothing. What
// contradicts what is known is refused with [ErrPayment]: a payment that nobody has asked
// for, one of another application or purpose, and a receipt that was told before, of
// another payment or of another sum.
func (b *Bills) Confirm(ctx context.Context, p Payment, h Heard) (a Account, err error) {
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err = b.confirm(ctx, tx, p, h)
		return err
	})
	return a, err
}

func (b *Bills) confirm(ctx context.Context, tx *store.Tx, p Payment, h Heard) (Account, error) {
	refuse := func(what string) (Account, error) { return Account{}, fmt.Errorf("%w: %s", ErrPayment, what) }
	if p.State == PaymentOpen {
		return refuse("it says nothing of a payment that is open")
	}
	a, err := account(ctx, tx, `payment = $1`, p.ID)
	if err != nil {
		return a, err
	}
	if a.Application != p.Application || a.Purpose != p.Purpose {
		return refuse("it is the payment of another bill")
	}
	if err := lockApplication(ctx, tx, a.Application); err != nil {
		return a, err
	}
	if a, err = account(ctx, tx, `id = $1`, a.ID); err != nil {
		return a, err
	}
	c := Confirmation{Seq: len(a.Confirmations) + 1, State: p.State, Tenge: p.Tenge, Receipt: p.Receipt, PaidAt: p.PaidAt.Truncate(time.Microsecond), How: h.How, Message: h.Message, At: b.Store.Moment()}
	if c.State == PaymentVoid {
		c.Receipt, c.PaidAt = "", time.Time{} // the receipt is that of the payment that was taken back
	}
	bill, before, err := byReceipt(ctx, tx, c.Receipt)
	switch {
	case err != nil:
		return a, err
	case c.State == PaymentVoid && slices.ContainsFunc(a.Confirmations, func(c Confirmation) bool { return c.State == PaymentVoid }):
		return a, nil
	case bill == "":
		return a, a.add(ctx, tx, &c)
	case bill != a.ID:
		return refuse("its receipt is that of another payment")
	case before.Tenge != c.Tenge || !before.PaidAt.Equal(c.PaidAt):
		return refuse("its receipt was told of another sum or time")
	}
	return a, nil
}

// Of returns the accounts of an application, by its id, in their order.
func (b *Bills) Of(ctx context.Context, application string) (all []Account, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	return Accounts(ctx, b.Store, application)
}

// lockApplication keeps others from doing the same on an application until the
// transaction ends. Nothing is changed.
func lockApplication(ctx context.Context, tx *store.Tx, id string) error {
	there, err := tx.Changed(ctx, `UPDATE applications SET id = id WHERE id = $1`, id)
	if err == nil && !there {
		err = errors.New("there is no such application")
	}
	if err != nil {
		return fmt.Errorf("failed to lock an application: %w", err)
	}
	return nil
}

// The tables, and what happens to their rows in the words of the log.
const (
	paymentRows      = "payments"
	confirmationRows = "payment_confirmations"

	opened = "opened"
)

func enter(ctx context.Context, tx *store.Tx, table, key, event string, at time.Time) error {
	return registry.EnterRow(ctx, tx, store.Change{Table: table, Key: key, Event: event, At: at})
}
