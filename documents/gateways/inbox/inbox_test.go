package inbox_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/gateways/demo"
	"tamga/documents/gateways/inbox"
	"tamga/documents/gateways/message"
)

var forms = []gateways.Form{gateways.FormJSON, gateways.FormSOAP}

// What the applicant has signed at another portal becomes an application with all that
// was done there, up to where our own side has it, under his own signature; the same
// message is answered alike, and its id belongs to it.
func TestApplicationFromPortal(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		p := open(t, dsn)
		for _, form := range forms {
			m := letter("m-"+string(form), inbox.ServiceApplication, "PEP", p.asks(request("r-"+string(form), "TEC"), p.own))
			body := p.packed(form, m, p.portal)
			first, err := p.Take(t.Context(), form, body)
			if err != nil || first.Code != message.Success || first.Application == "" || first.Replayed {
				t.Fatalf("%s: %+v, %v", form, first, err)
			}
			a := p.application(first.Application)
			if c, err := p.Applications.Case(t.Context(), a); err != nil || a.Ended != "" || len(c.Walk.Moves(c.Place())) == 0 || c.Walk.Moves(c.Place())[0].Step.Actor != "REGISTRAR" {
				t.Errorf("%s: it stands at %v after %v, waiting for %+v", form, a.Place(), steps(a), a.Waits)
			}
			signed, err := p.Applications.Signatures(t.Context(), a.ID)
			if err != nil || len(signed) == 0 || string(signed[len(signed)-1].Act) != m.Data["request"] || !signed[0].Verdict.Passed() {
				t.Errorf("%s: %d signatures are kept, %v", form, len(signed), err)
			}
			again, err := p.Take(t.Context(), form, p.packed(form, m, p.portal)) // signed anew
			if err != nil || !again.Replayed || !bytes.Equal(again.Body, first.Body) || again.Application != first.Application {
				t.Errorf("%s: the same message again: %+v, %v", form, again.Code, err)
			}
			other := p.applied(form, m.ID, request("other-"+string(form), "SRA"))
			if a, err := p.Take(t.Context(), form, other); err != nil || a.Code != message.Reused {
				t.Errorf("%s: another message under the id: %+v, %v", form, a.Code, err)
			}
			m.ID = "n-" + string(form)
			if a, err := p.Take(t.Context(), form, p.packed(form, m, p.portal)); err != nil || a.Code != message.Success || a.Application != first.Application {
				t.Errorf("%s: the same request in another message: %+v, %v", form, a.Code, err)
			}
		}
		if n := p.count("applications"); n != 2 {
			t.Errorf("there are %d applications", n)
		}
		p.verified()
	})
}

// However many send the same message at once, one application comes of it, and all get
// one answer.
func TestSameMessageAtOnce(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		p := open(t, dsn)
		body := p.applied(gateways.FormJSON, "m-1", request("r-1", "TEC"))
		answers := make([]inbox.Answer, 6)
		var wait sync.WaitGroup
		for i := range answers {
			wait.Go(func() {
				var err error
				if answers[i], err = p.Take(context.WithoutCancel(t.Context()), gateways.FormJSON, body); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		for _, a := range answers {
			if a.Code != message.Success || !bytes.Equal(a.Body, answers[0].Body) {
				t.Errorf("the answer is %s", a.Body)
			}
		}
		if n := p.count("applications"); n != 1 {
			t.Errorf("there are %d applications", n)
		}
		p.verified()
	})
}

// What an operator has signed at a centre for a person goes on until he has to consent,
// and nobody is asked about him before; when he has, it goes on by itself.
func TestApplicationFromCentre(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		p := open(t, dsn)
		m := letter("m-1", inbox.ServiceApplication, "PEP", p.asks(centre("r-1", "LIC-ISSUE"), p.operator(portalBIN)))
		a, err := p.Take(t.Context(), gateways.FormSOAP, p.packed(gateways.FormSOAP, m, p.portal))
		if err != nil || a.Code != message.Success {
			t.Fatalf("%+v, %v", a, err)
		}
		app := p.application(a.Application)
		if len(app.Waits) != 1 || !strings.Contains(app.Waits[0].Reason, "consent") {
			t.Fatalf("after %v it waits for %+v", steps(app), app.Waits)
		}
		consent, err := p.consents.Of(t.Context(), app.ID)
		must(t, err)
		_, err = p.consents.Give(t.Context(), gateways.Decision{
			Application: app.ID, Applicant: app.Applicant, Client: "portal", Signature: p.pki.Detached(consent.Text, p.own),
		})
		must(t, err)
		_, err = p.CarryOn(t.Context())
		must(t, err)
		app = p.application(app.ID)
		c, err := p.Applications.Case(t.Context(), app)
		if err != nil || app.Ended != "" || c.Walk.Moves(c.Place())[0].Step.Actor != "REGISTRAR" {
			t.Errorf("it stands at %v after %v, waiting for %+v", app.Place(), steps(app), app.Waits)
		}
		p.verified()
	})
}

// A fee is paid before the application goes on to where it is asked about: the sender is
// told where, and the confirmation of the payment gateway, or its answer, lets it go on.
func TestApplicationThatPays(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		p := open(t, dsn)
		a, err := p.Take(t.Context(), gateways.FormJSON, p.applied(gateways.FormJSON, "m-1", request("r-1", "LIC-ISSUE")))
		if err != nil || a.Code != message.Success || !bytes.Contains(payload(t, a.Body), []byte(`"pay":"/d/pay/`)) {
			t.Fatalf("%s %s, %v", a.Code, a.Body, err)
		}
		accounts, err := p.Bills.Of(t.Context(), a.Application)
		if err != nil || len(accounts) != 1 {
			t.Fatalf("%+v, %v", accounts, err)
		}
		if app := p.application(a.Application); app.Ended != "" || app.Place().Step != "L-P-p4" {
			t.Errorf("before it is paid it stands at %v after %v", app.Place(), steps(app))
		}
		bill := accounts[0]
		confirm := func(id string, edit func(message.Fields)) message.Code {
			t.Helper()
			f := message.Fields{
				"payment": bill.Payment, "application": bill.Application, "purpose": bill.Purpose, "tenge": "43250", "state": "paid",
				"receipt": "r-1", "paidAt": "2026-06-01T12:00:00Z",
			}
			edit(f)
			answer, err := p.Take(t.Context(), gateways.FormJSON, p.packed(gateways.FormJSON, letter(id, inbox.ServicePayment, "PSHEP", f), p.register.Key))
			must(t, err)
			return answer.Code
		}
		if c := confirm("c-1", func(f message.Fields) { f["application"] = "another" }); c != message.Refused {
			t.Errorf("a payment of another application: %s", c)
		}
		if c := confirm("c-2", func(f message.Fields) { delete(f, "receipt") }); c != message.Malformed {
			t.Errorf("a payment without a receipt: %s", c)
		}
		for range 2 {
			if c := confirm("c-3", func(message.Fields) {}); c != message.Success {
				t.Errorf("the payment: %s", c)
			}
		}
		if c := confirm("c-4", func(f message.Fields) { f["tenge"] = "43251" }); c != message.Refused {
			t.Errorf("the receipt replayed with another sum: %s", c)
		}
		must(t, p.register.Set(gateways.SystemPayments, demo.Fail)) // what it has told is known
		_, err = p.CarryOn(t.Context())
		must(t, err)
		app := p.application(a.Application)
		if c, err := p.Applications.Case(t.Context(), app); err != nil || app.Ended != "" || c.Walk.Moves(c.Place())[0].Step.Actor != "REGISTRAR" {
			t.Errorf("it stands at %v after %v, waiting for %+v", app.Place(), steps(app), app.Waits)
		}
		portal := p.packed(gateways.FormJSON, letter("c-5", inbox.ServicePayment, "PEP", message.Fields{}), p.portal)
		if answer, err := p.Take(t.Context(), gateways.FormJSON, portal); err != nil || answer.Code != message.NoService {
			t.Errorf("a portal confirms a payment: %+v, %v", answer.Code, err)
		}
		p.verified()
	})
}

func payload(t *testing.T, body []byte) []byte {
	t.Helper()
	raw, _, err := message.Unpack(body)
	must(t, err)
	return raw
}

// The sender is told when the application is registered, in order, and again until he
// takes it: never twice, and nothing is lost while he is away.
func TestStatuses(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		p := open(t, dsn)
		q := centre("r-1", "LIC-ISSUE")
		q.Applicant = organisation()
		m := letter("m-1", inbox.ServiceApplication, "PEP", p.asks(q, p.operator(portalBIN)))
		a, err := p.Take(t.Context(), gateways.FormJSON, p.packed(gateways.FormJSON, m, p.portal))
		must(t, err)
		if told, err := p.CarryOn(t.Context()); err != nil || told != 0 || p.count("gateway_statuses") != 0 {
			t.Errorf("before anything has happened %d were told, %v", told, err)
		}
		p.Applications.Unsigned = true
		c, err := p.Applications.Case(t.Context(), p.application(a.Application))
		must(t, err)
		move := c.Walk.Moves(c.Place())[0]
		e, _, err := p.Applications.Enter(t.Context(), applications.EnterRequest{
			Client: "staff", IdempotencyKey: "1", Application: a.Application, Last: len(c.Entries),
			Act:      applications.Act{Actor: applications.Actor{Role: "REGISTRAR", Person: "Тіркеуші"}, Step: move.Step.ID, Outcome: move.Exit.On},
			Document: p.acceptance(),
		})
		if err != nil || e.Document == "" {
			t.Fatalf("%+v, %v", e, err)
		}
		must(t, p.register.Set(demo.Portal, demo.Fail))
		if told, err := p.CarryOn(t.Context()); err != nil || told != 0 || len(p.register.Told()) != 0 {
			t.Errorf("while the portal is away %d were told, %v", told, err)
		}
		must(t, p.register.Set(demo.Portal, demo.WrongSignature))
		p.advance(time.Hour)
		if told, err := p.CarryOn(t.Context()); err != nil || told != 0 {
			t.Errorf("an answer that nobody has signed: %d were told, %v", told, err)
		}
		must(t, p.register.Set(demo.Portal, demo.Answer))
		for range 3 {
			p.advance(2 * time.Hour)
			_, err := p.CarryOn(t.Context())
			must(t, err)
		}
		told, number := p.register.Told(), p.application(a.Application).Number
		if len(told) != 1 || told[0]["state"] != "registered" || told[0]["number"] != number || told[0]["message"] != "m-1" || number == "" {
			t.Errorf("the portal was told %v, and the number is %s", told, number)
		}
		p.verified()
	})
}
