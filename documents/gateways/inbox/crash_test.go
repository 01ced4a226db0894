package inbox_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/gateways/inbox"
	"tamga/documents/gateways/message"
	"tamga/documents/store"
	"tamga/documents/store/storetest"
	"tamga/signing/signtest"
)

// dies is the environment variable with the file of a death: it has TestDies do a deed and
// kill itself on the way.
const dies = "TAMGA_TEST_DIES"

// deed is what somebody asks of the service: a message that came in, a consent that is
// given, or, of neither, that senders are told.
type deed struct {
	Form        gateways.Form
	Body        []byte
	Application string
	Applicant   documents.Holder
	Signature   []byte
}

// do does a deed as a caller would, and says whether it was done.
func (p *post) do(d deed) error {
	switch {
	case len(d.Body) > 0:
		a, err := p.Take(p.t.Context(), d.Form, d.Body)
		if err == nil && a.Code != message.Success {
			err = fmt.Errorf("it is answered by %s", a.Code)
		}
		return err
	case len(d.Signature) > 0:
		_, err := p.consents.Give(p.t.Context(), gateways.Decision{Application: d.Application, Applicant: d.Applicant, Client: "portal", Signature: d.Signature})
		return err
	}
	_, err := p.CarryOn(p.t.Context())
	return err
}

// death is a deed, and at which point, the how-manieth time it is reached, the program
// dies of it.
type death struct {
	Deed          deed
	Point         string
	Nth           int
	DSN, Register string
	At            time.Time
	Authority     []byte
}

// TestDies is no test of its own: it is the program that dies.
func TestDies(t *testing.T) {
	file := os.Getenv(dies)
	if file == "" {
		t.Skip("only as the program that dies at a point")
	}
	raw, err := os.ReadFile(file)
	must(t, err)
	var d death
	must(t, json.Unmarshal(raw, &d))
	pki := signtest.New(t, ca.ECDSA)
	pki.Authority, err = ca.ParsePEM(d.Authority)
	must(t, err)
	pki.Refresh()
	p := opened(t, d.DSN, pki, d.Register)
	p.at = d.At
	p.diesAt(d.Point, d.Nth, func() {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until the signal is there
	})
	t.Fatalf("it lives: %v", p.do(d.Deed))
}

// diesAt has something happen when a point is reached the n-th time.
func (p *post) diesAt(point string, nth int, happens func()) {
	p.Applications.Register.Store.Point = func(step string) {
		if step != point {
			return
		}
		if nth--; nth == 0 {
			happens()
		}
	}
}

// dying has a program do a deed and die of it.
func (p *post) dying(d death) {
	p.t.Helper()
	var err error
	d.Register, d.At = p.address, p.now()
	d.Authority, err = p.pki.Authority.MarshalPEM()
	must(p.t, err)
	raw, err := json.Marshal(d)
	must(p.t, err)
	file := filepath.Join(p.t.(*testing.T).TempDir(), "death.json")
	must(p.t, os.WriteFile(file, raw, 0o600))
	program := exec.CommandContext(p.t.Context(), os.Args[0], "-test.run", "^TestDies$")
	program.Env = append(os.Environ(), dies+"="+file)
	out, err := program.CombinedOutput()
	var died *exec.ExitError
	if !errors.As(err, &died) || died.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		p.t.Fatalf("%s %d: the program ended with %v: %s", d.Point, d.Nth, err, out)
	}
}

// act is a kind of deed: what comes before it, and what there is when it is done.
type act struct {
	points []string // that it passes, at least
	before func(p *post, id string) deed
	done   func(p *post, id string, d deed) string // empty if all is there once
}

// acts are all that write in more than one step, or of which the caller may not hear.
var acts = map[string]act{
	"an application that comes in": {
		points: []string{"message received", "row written", "application locked", "step entered", "message done", "message answered", "log locked", "log written"},
		before: func(p *post, id string) deed {
			return deed{Form: gateways.FormSOAP, Body: p.applied(gateways.FormSOAP, id, request("r-"+id, "TEC"))}
		},
		done: func(p *post, _ string, d deed) string {
			first, err := p.Take(p.t.Context(), d.Form, d.Body)
			must(p.t, err)
			again, err := p.Take(p.t.Context(), d.Form, d.Body)
			must(p.t, err)
			a := p.application(first.Application)
			switch c, err := p.Applications.Case(p.t.Context(), a); {
			case err != nil || c.Walk.Moves(c.Place())[0].Step.Actor != "REGISTRAR":
				return fmt.Sprintf("it stands at %v after %v: %v", a.Place(), steps(a), err)
			case !again.Replayed || !bytes.Equal(first.Body, again.Body):
				return "it has two answers"
			}
			return p.alike(steps(a))
		},
	},
	"a payment that is confirmed": {
		points: []string{"message received", "confirmation written", "log locked", "log written", "message done", "message answered"},
		before: func(p *post, id string) deed {
			a, err := p.Take(p.t.Context(), gateways.FormJSON, p.applied(gateways.FormJSON, "a-"+id, request("r-"+id, "LIC-ISSUE")))
			must(p.t, err)
			accounts, err := p.Bills.Of(p.t.Context(), a.Application)
			must(p.t, err)
			f := message.Fields{
				"payment": accounts[0].Payment, "application": a.Application, "purpose": accounts[0].Purpose, "tenge": "43250", "state": "paid",
				"receipt": id, "paidAt": "2026-06-01T12:00:00Z",
			}
			body := p.packed(gateways.FormJSON, letter(id, inbox.ServicePayment, "PSHEP", f), p.register.Key)
			return deed{Form: gateways.FormJSON, Body: body, Application: a.Application}
		},
		done: func(p *post, _ string, d deed) string {
			accounts, err := p.Bills.Of(p.t.Context(), d.Application)
			must(p.t, err)
			if len(accounts) != 1 || len(accounts[0].Confirmations) != 1 || accounts[0].Standing() != gateways.StandsPaid {
				return fmt.Sprintf("%+v", accounts)
			}
			return ""
		},
	},
	"a consent that is given": {
		points: []string{"consent written", "log locked", "log written"},
		before: func(p *post, id string) deed {
			m := letter(id, inbox.ServiceApplication, "PEP", p.asks(centre("r-"+id, "LIC-ISSUE"), p.operator(portalBIN)))
			a, err := p.Take(p.t.Context(), gateways.FormJSON, p.packed(gateways.FormJSON, m, p.portal))
			must(p.t, err)
			consent, err := p.consents.Of(p.t.Context(), a.Application)
			must(p.t, err)
			return deed{Application: a.Application, Applicant: p.application(a.Application).Applicant, Signature: p.pki.Detached(consent.Text, p.own)}
		},
		done: func(p *post, _ string, d deed) string {
			c, err := p.consents.Of(p.t.Context(), d.Application)
			must(p.t, err)
			if c.State != gateways.ConsentGiven || !bytes.Equal(c.Signature, d.Signature) {
				return fmt.Sprintf("it is %s", c.State)
			}
			return ""
		},
	},
	"a status that is told": {
		points: []string{"status written", "job taken", "job attempted", "job ended", "log locked", "log written"},
		before: func(p *post, id string) deed {
			p.registered(id)
			return deed{}
		},
		done: func(p *post, id string, _ deed) string {
			for range 2 {
				p.advance(5 * time.Minute)
				_, err := p.CarryOn(p.t.Context())
				must(p.t, err)
			}
			told := slices.DeleteFunc(p.register.Told(), func(f message.Fields) bool { return f["message"] != id })
			if len(told) != 1 || told[0]["state"] != "registered" {
				return fmt.Sprintf("the portal was told %v", told)
			}
			return ""
		},
	},
}

// alike holds that every application has come as far by the same steps.
func (p *post) alike(steps []string) string {
	if p.steps == nil {
		p.steps = steps
	}
	if !slices.Equal(steps, p.steps) {
		return fmt.Sprintf("its steps are %v, and those of another %v", steps, p.steps)
	}
	return ""
}

// registered has an application come in by a message and be registered.
func (p *post) registered(id string) {
	p.t.Helper()
	q := centre("r-"+id, "LIC-ISSUE")
	q.Applicant = organisation()
	m := letter(id, inbox.ServiceApplication, "PEP", p.asks(q, p.operator(portalBIN)))
	a, err := p.Take(p.t.Context(), gateways.FormJSON, p.packed(gateways.FormJSON, m, p.portal))
	must(p.t, err)
	p.Applications.Unsigned = true
	c, err := p.Applications.Case(p.t.Context(), p.application(a.Application))
	must(p.t, err)
	move := c.Walk.Moves(c.Place())[0]
	_, _, err = p.Applications.Enter(p.t.Context(), applications.EnterRequest{
		Client: "staff", IdempotencyKey: id, Application: a.Application, Last: len(c.Entries),
		Act:      applications.Act{Actor: applications.Actor{Role: "REGISTRAR", Person: "Тіркеуші"}, Step: move.Step.ID, Outcome: move.Exit.On},
		Document: p.acceptance(),
	})
	must(p.t, err)
}

// deaths does a deed once and returns a crash at the first and at the last time that each
// point is reached by it.
func (p *post) deaths(a act, id string) (all []death) {
	p.t.Helper()
	db := p.Applications.Register.Store
	d := a.before(p, id)
	reached := map[string]int{}
	db.Point = func(step string) { reached[step]++ }
	must(p.t, p.do(d))
	db.Point = nil
	if odd := a.done(p, id, d); odd != "" {
		p.t.Fatal(odd)
	}
	for _, point := range a.points {
		if reached[point] == 0 {
			p.t.Fatalf("%s is not reached: %v", point, reached)
		}
	}
	for point, n := range reached {
		if all = append(all, death{Point: point, Nth: 1}); n > 1 {
			all = append(all, death{Point: point, Nth: n})
		}
	}
	return all
}

// A program killed by the kernel at any named point of taking a message, of writing down
// a payment or a consent, or of telling a sender, has done it once when it is asked again:
// nothing is lost, and nobody is told twice.
func TestDiesAtEveryPoint(t *testing.T) {
	for what, a := range acts {
		t.Run(what, func(t *testing.T) {
			cluster.EachEngine(t, func(t *testing.T, dsn string) {
				p := opened(t, dsn, signtest.New(t, ca.ECDSA), "")
				p.everywhere(a, func(d death) {
					d.DSN = dsn
					p.dying(d)
					p.advance(2 * time.Minute)
					must(t, p.do(d.Deed))
				})
			})
		})
	}
}

// The database server killed at any of these points is no worse.
func TestServerDiesAtEveryPoint(t *testing.T) {
	for what, a := range acts {
		t.Run(what, func(t *testing.T) {
			server := storetest.Start()
			t.Cleanup(func() { must(t, server.Stop()) })
			p := opened(t, server.Database(t), signtest.New(t, ca.ECDSA), "")
			p.everywhere(a, func(d death) {
				died := false
				p.diesAt(d.Point, d.Nth, func() { died = true; must(t, server.Crash()) })
				err := p.do(d.Deed)
				p.Applications.Register.Store.Point = nil
				for n := 0; err != nil && n < 5; n++ {
					if !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrInProgress) {
						t.Fatalf("%s %d: %v", d.Point, d.Nth, err)
					}
					p.advance(2 * time.Minute)
					err = p.do(d.Deed)
				}
				if must(t, err); !died {
					t.Errorf("%s %d was not reached", d.Point, d.Nth)
				}
			})
		})
	}
}

// everywhere has an act go wrong at each of its points, of one that is done again, and
// holds that all is there once.
func (p *post) everywhere(a act, wrong func(death)) {
	p.t.Helper()
	all := p.deaths(a, "first")
	for i, d := range all {
		id := fmt.Sprintf("d-%d", i)
		d.Deed = a.before(p, id)
		wrong(d)
		if odd := a.done(p, id, d.Deed); odd != "" {
			p.t.Errorf("%s %d: %s", d.Point, d.Nth, odd)
		}
	}
	if n := p.count("applications"); n != len(all)+1 {
		p.t.Errorf("there are %d applications, want %d", n, len(all)+1)
	}
	p.verified()
	p.t.Logf("died at %d places", len(all))
}
