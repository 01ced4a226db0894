package inbox_test

import (
	"fmt"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/gateways/demo"
	"tamga/documents/gateways/inbox"
	"tamga/documents/gateways/message"
	"tamga/documents/regulation"
	"tamga/signing/signtest"
)

// does enters a step of a person, as the application stands.
func (p *post) does(id string, act applications.Act, d *documents.Draft) applications.Entry {
	p.t.Helper()
	p.advance(time.Minute)
	e, _, err := p.Applications.Enter(p.t.Context(), applications.EnterRequest{
		Client: "staff", IdempotencyKey: fmt.Sprint(id, len(p.application(id).Entries)), Application: id, AnyState: true, Act: act, Document: d,
	})
	if err != nil {
		p.t.Fatalf("%s %s: %v", act.Step, act.Outcome, err)
	}
	return e
}

func by(role, step, outcome string) applications.Act {
	return applications.Act{Actor: applications.Actor{Role: role, Person: "Person of " + role}, Step: step, Outcome: outcome}
}

// ends lets an application of the organisation that was brought by an operator end.
func (p *post) ends(id string, end regulation.End) {
	p.t.Helper()
	l := p.acceptance().Acceptance.Letter
	p.does(id, by("REGISTRAR", "L-a1", "done"), p.acceptance())
	switch end {
	case regulation.EndWithdrawn:
		p.does(id, by("APPLICANT", "withdraw", "done"), nil)
	case regulation.EndRefused:
		p.does(id, by("EXECUTOR", "L-a2", "incomplete"), nil)
		p.does(id, by("AUTH_SIGNER", "L-a-d1", "done"), &documents.Draft{Refusal: &documents.Refusal{
			Authority: l.Authority, Requisites: l.Requisites, Position: l.Position, Signatory: l.Signatory, Applicant: organisation(),
			Ground: "RF-INCOMPLETE", Reason: documents.Text{KK: "Құжаттар толық емес.", RU: "Пакет документов неполон."},
		}})
	case regulation.EndIssued:
		p.does(id, by("EXECUTOR", "L-a2", "complete"), nil)
		p.does(id, by("EXECUTOR", "L-a3", "prepared"), &documents.Draft{Licence: &documents.Licence{
			Holder: organisation(), Licensor: l.Authority, Head: l.Signatory, Place: documents.Text{KK: "Астана қ.", RU: "г. Астана"},
			Activity: documents.Text{KK: "археологиялық жұмыстар", RU: "археологические работы"},
		}})
		p.does(id, by("AUTH_SIGNER", "L-a4", "signed"), nil)
		p.does(id, by("REGISTRAR", "L-a5", "done"), nil)
	}
	if got := p.application(id).Ended; got != end {
		p.t.Fatalf("it has ended as %q, want %q", got, end)
	}
}

// Every status that there is reaches the sender: that it is registered and how it has
// ended, as JSON and in the envelope, first things first, however often the portal is
// away, and once.
func TestEveryStatus(t *testing.T) {
	for _, form := range forms {
		for _, end := range []regulation.End{regulation.EndIssued, regulation.EndRefused, regulation.EndWithdrawn} {
			t.Run(string(form)+" "+string(end), func(t *testing.T) {
				p := openedIn(t, t.TempDir()+"/register.sqlite", signtest.New(t, ca.RSA), told{"", form})
				q := centre("r-1", "LIC-ISSUE")
				q.Applicant = organisation()
				m := letter("m-1", inbox.ServiceApplication, "PEP", p.asks(q, p.operator(portalBIN)))
				a, err := p.Take(t.Context(), form, p.packed(form, m, p.portal))
				must(t, err)
				p.Applications.Unsigned = true
				p.ends(a.Application, end)
				for _, fault := range []demo.Behaviour{demo.Fail, demo.WrongSignature, demo.WrongCorrelation, demo.Answer, demo.Answer, demo.Answer} {
					must(t, p.register.Set(demo.Portal, fault))
					p.advance(2 * time.Hour)
					_, err := p.CarryOn(t.Context())
					must(t, err)
					if n := len(p.register.Told()); n > 0 && p.register.Told()[0]["state"] != "registered" {
						t.Errorf("first it was told %v", p.register.Told()[0])
					}
				}
				now := p.application(a.Application)
				want := []message.Fields{
					{"message": "m-1", "application": now.ID, "state": "registered", "number": now.Number},
					{"message": "m-1", "application": now.ID, "state": string(end), "number": now.Number},
				}
				switch end {
				case regulation.EndRefused:
					want[1]["document"], want[1]["reason"] = now.Entries[len(now.Entries)-1].Document, "RF-INCOMPLETE"
				case regulation.EndIssued:
					want[1]["document"] = now.Entries[len(now.Entries)-2].Document
				}
				if told := p.register.Told(); fmt.Sprint(told) != fmt.Sprint(want) || end != regulation.EndWithdrawn && want[1]["document"] == "" {
					t.Errorf("the portal was told %v, want %v", told, want)
				}
				if again, err := p.CarryOn(t.Context()); err != nil || again != 0 || p.count("gateway_statuses") != 2 {
					t.Errorf("%d were told again, %v", again, err)
				}
				p.verified()
			})
		}
	}
}

// An application that is refused before it has a number is told of as that alone.
func TestStatusOfUnregistered(t *testing.T) {
	for _, form := range forms {
		p := openedIn(t, t.TempDir()+"/register.sqlite", signtest.New(t, ca.RSA), told{"", form})
		q := centre("r-1", "LIC-ISSUE")
		q.Applicant = organisation()
		q.Applicant.Legal.BIN = portalBIN // the register has no such organisation
		m := letter("m-1", inbox.ServiceApplication, "PEP", p.asks(q, p.operator(portalBIN)))
		a, err := p.Take(t.Context(), form, p.packed(form, m, p.portal))
		must(t, err)
		for range 3 {
			p.advance(2 * time.Hour)
			_, err := p.CarryOn(t.Context())
			must(t, err)
		}
		told := p.register.Told()
		if len(told) != 1 || told[0]["state"] != "refused" || told[0]["number"] != "" || told[0]["reason"] == "" || told[0]["application"] != a.Application {
			t.Errorf("%s: the portal was told %v of %s", form, told, steps(p.application(a.Application)))
		}
		p.verified()
	}
}
