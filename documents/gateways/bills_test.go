package gateways_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents/gateways"
	"tamga/documents/gateways/demo"
	"tamga/documents/gateways/message"
)

// An application is paid by its own bill, of the fee of its edition, and by nothing else;
// what the gateway has said stays said while it is away.
func TestAskWhetherPaid(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		o := newWorld(t).open(t, dsn)
		c := &gateways.Checks{Bills: o.bills}
		q := o.paying(t, "1")
		if a := ask(t, c, q); a.Holds || a.Undecided != "" || !strings.Contains(string(a.Evidence), `"open"`) {
			t.Errorf("nothing is paid: %+v %s", a, a.Evidence)
		}
		account, err := o.bills.Request(t.Context(), billOf(q))
		must(t, err)
		must(t, o.register.Pay(account.Payment, 0))
		o.set(gateways.SystemPayments, demo.Fail)
		o.once(demo.Fail)
		o.clock.advance(time.Second)
		if a := ask(t, c, q); a.Holds || a.Undecided == "" {
			t.Errorf("paid, while the gateway is away: %+v", a)
		}
		o.set(gateways.SystemPayments, demo.Answer)
		o.clock.advance(time.Minute)
		if a := ask(t, c, q); !a.Holds || !strings.Contains(string(a.Evidence), `"receipt-`) {
			t.Errorf("paid: %+v %s", a, a.Evidence)
		}
		o.set(gateways.SystemPayments, demo.Fail)
		o.clock.advance(time.Second)
		if a := ask(t, c, q); !a.Holds {
			t.Errorf("what is confirmed is forgotten: %+v", a)
		}
		if a := ask(t, c, o.paying(t, "2")); a.Holds || a.Undecided == "" {
			t.Errorf("another application, while the gateway is away: %+v", a)
		}
		o.set(gateways.SystemPayments, demo.Answer)
		o.clock.advance(time.Minute)
		if a := ask(t, c, o.paying(t, "2")); a.Holds || a.Undecided != "" {
			t.Errorf("another application: %+v", a)
		}
		if a := ask(t, &gateways.Checks{}, q); a.Holds || a.Undecided == "" {
			t.Errorf("a gateway that is not set up: %+v", a)
		}
		free := o.paying(t, "3")
		free.Service = "TEC"
		if a := ask(t, c, free); !a.Holds || !strings.Contains(string(a.Evidence), `"free":true`) {
			t.Errorf("a service without a fee: %+v", a)
		}
		o.verified(t)
	})
}

// However many ask for a bill, and however often, there is one payment of it; a crash
// between writing it down and asking for it leaves nothing that a later request does not
// finish.
func TestOneBill(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		o := newWorld(t).open(t, dsn)
		q := o.paying(t, "1")
		o.set(gateways.SystemPayments, demo.Fail)
		o.once(demo.Fail)
		asked, err := o.bills.Request(t.Context(), billOf(q))
		var undecided *gateways.UndecidedError
		if !errors.As(err, &undecided) || asked.Standing() != gateways.StandsAsked || asked.ID == "" {
			t.Fatalf("while the gateway is away: %+v, %v", asked, err)
		}
		o.set(gateways.SystemPayments, demo.Answer)
		var wait sync.WaitGroup
		got := make([]gateways.Account, 8)
		for i := range got {
			wait.Go(func() {
				got[i], err = o.bills.Request(context.WithoutCancel(t.Context()), billOf(q))
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		for _, a := range got {
			if a.Payment != got[0].Payment || a.ID != asked.ID || a.Round != 1 || a.Redirect == "" || a.Standing() != gateways.StandsOpen {
				t.Errorf("the account is %+v", a)
			}
		}
		all, err := o.bills.Of(t.Context(), q.Application)
		if err != nil || len(all) != 1 {
			t.Errorf("there are %d bills, %v", len(all), err)
		}
		o.verified(t)
	})
}

// What is paid is seen by the next look, also where that comes at the same moment as one
// before the payment: a gateway answers a question that it knows as it did before.
func TestLooksAtOneMoment(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		o := newWorld(t).open(t, dsn)
		q := o.paying(t, "1")
		account, err := o.bills.Request(t.Context(), billOf(q))
		must(t, err)
		for _, want := range []gateways.Standing{gateways.StandsOpen, gateways.StandsPaid} {
			if account, err = o.bills.Look(t.Context(), account); err != nil || account.Standing() != want {
				t.Fatalf("it is %s, want %s: %v", account.Standing(), want, err)
			}
			if want == gateways.StandsOpen {
				must(t, o.register.Pay(account.Payment, 0))
			}
		}
	})
}

// confirmed is a payment of an account as the gateway tells it.
func confirmed(a gateways.Account, receipt string, tenge int) gateways.Payment {
	bill := a.Bill
	bill.Tenge = tenge
	return gateways.Payment{Bill: bill, ID: a.Payment, State: gateways.PaymentPaid, Receipt: receipt, PaidAt: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
}

// What the gateway confirms counts for its own bill: not what is too little, another's,
// told twice, or taken back.
func TestConfirmations(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		o := newWorld(t).open(t, dsn)
		ctx, told := t.Context(), gateways.Heard{How: gateways.Told, Message: "m-1"}
		request := func(key string) gateways.Account {
			a, err := o.bills.Request(ctx, billOf(o.paying(t, key)))
			must(t, err)
			return a
		}
		stands := func(what string, p gateways.Payment, want gateways.Standing, confirmations int) gateways.Account {
			t.Helper()
			a, err := o.bills.Confirm(ctx, p, told)
			if err != nil || a.Standing() != want || len(a.Confirmations) != confirmations {
				t.Errorf("%s: it is %s by %d confirmations, %v", what, a.Standing(), len(a.Confirmations), err)
			}
			return a
		}
		refused := func(what string, p gateways.Payment) {
			t.Helper()
			if _, err := o.bills.Confirm(ctx, p, told); !errors.Is(err, gateways.ErrPayment) {
				t.Errorf("%s: %v", what, err)
			}
		}
		one, two := request("1"), request("2")

		short := stands("one tenge too little", confirmed(one, "r-1", one.Tenge-1), gateways.StandsShort, 1)
		stands("the same again", confirmed(one, "r-1", one.Tenge-1), gateways.StandsShort, 1)
		refused("the same receipt with another sum", confirmed(one, "r-1", one.Tenge))
		refused("the receipt of another payment", confirmed(two, "r-1", two.Tenge))
		other := confirmed(two, "r-2", two.Tenge)
		other.Application = one.Application
		refused("a payment with another application", other)
		other = confirmed(two, "r-2", two.Tenge)
		other.Purpose = "LIC-REISSUE"
		refused("a payment with another purpose", other)
		other = confirmed(two, "r-2", two.Tenge)
		other.ID = "pay-none"
		refused("a payment that nobody has asked for", other)
		open := confirmed(two, "", two.Tenge)
		open.State = gateways.PaymentOpen
		refused("that it is open", open)

		stands("enough", confirmed(two, "r-2", two.Tenge), gateways.StandsPaid, 1)
		if a := stands("told again", confirmed(two, "r-2", two.Tenge), gateways.StandsPaid, 1); a.Double() {
			t.Error("what is told twice is told as paid twice")
		}
		if a := stands("paid twice", confirmed(two, "r-3", two.Tenge), gateways.StandsPaid, 2); !a.Double() {
			t.Error("what is paid twice is not told")
		}
		void := confirmed(two, "r-3", two.Tenge)
		void.State = gateways.PaymentVoid
		stands("taken back", void, gateways.StandsVoid, 3)
		stands("taken back again", void, gateways.StandsVoid, 3)
		stands("an old confirmation told again", confirmed(two, "r-2", two.Tenge), gateways.StandsVoid, 3)

		next := request("1")
		if next.Round != 2 || next.Payment == short.Payment || next.Tenge != one.Tenge {
			t.Errorf("after too little the bill is %+v", next)
		}
		stands("the next bill", confirmed(next, "r-4", next.Tenge), gateways.StandsPaid, 1)
		if again := request("1"); again.ID != next.ID {
			t.Errorf("a bill after the one that is paid: %+v", again)
		}
		if a := ask(t, &gateways.Checks{Bills: o.bills}, o.paying(t, "1")); !a.Holds {
			t.Errorf("the payment does not hold: %+v", a)
		}
		if a := ask(t, &gateways.Checks{Bills: o.bills}, o.paying(t, "2")); a.Holds || a.Undecided != "" {
			t.Errorf("what was taken back holds: %+v", a)
		}
		o.verified(t)
	})
}

// The fields of a message say a payment that is paid, or say nothing.
func TestPaymentFields(t *testing.T) {
	good := message.Fields{"payment": "p", "application": "a", "purpose": "s", "tenge": "5", "state": "paid", "receipt": "r", "paidAt": "2026-06-01T12:00:00Z"}
	if _, err := gateways.ParsePayment(good); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"payment": "", "application": "", "purpose": "", "tenge": "+5", "state": "Paid", "receipt": "", "paidAt": "yesterday",
	} {
		bad := message.Fields{}
		for n, v := range good {
			bad[n] = v
		}
		bad[name] = value
		if _, err := gateways.ParsePayment(bad); !errors.Is(err, message.ErrMalformed) {
			t.Errorf("%s %q: %v", name, value, err)
		}
	}
}
