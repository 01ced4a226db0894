package gateways_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/documents/gateways"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/signing/creation"
)

// consenting is an application whose person has to consent.
type consenting struct {
	*openedBook
	consents *gateways.Consents
	checks   *gateways.Checks
	q        gateways.Question
	own      creation.Key // of the person
	sent     []gateways.Code
}

func (o *openedBook) consenting(t *testing.T, key string) *consenting {
	t.Helper()
	c := &consenting{openedBook: o, consents: &gateways.Consents{Store: o.db, Verifier: o.pki.Verifier}}
	c.consents.SendCode = func(_ context.Context, _ *store.Tx, code gateways.Code) error {
		c.sent = append(c.sent, code)
		return nil
	}
	c.checks = o.checks(gateways.FormJSON)
	c.checks.Consents = c.consents
	c.own = o.pki.Person(ca.Person{Surname: "СЕЙІТҚАЛИ", GivenName: "АЙГҮЛ", IIN: knownIIN})
	c.q = o.paying(t, key)
	c.q.Check, c.q.Step = regulation.CheckPersonKnown, "L-C-c1"
	return c
}

func (c *consenting) decision() gateways.Decision {
	return gateways.Decision{Application: c.q.Application, Applicant: c.q.Applicant, Client: "portal"}
}

// asks asks the condition, and holds that exactly so many messages have left.
func (c *consenting) asks(t *testing.T, left int32) gateways.Answer {
	t.Helper()
	a := ask(t, c.checks, c.q)
	if got := c.asked.Load(); got != left {
		t.Errorf("%d messages have left us, not %d", got, left)
	}
	return a
}

// Nobody is asked about a person before he has consented by his own signature, and then
// the answer says by which.
func TestConsentBySignature(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		c := newWorld(t).open(t, dsn).consenting(t, "1")
		if _, err := c.consents.Of(t.Context(), c.q.Application); !errors.Is(err, gateways.ErrNoConsent) {
			t.Errorf("before anybody was asked: %v", err)
		}
		for range 2 {
			if a := c.asks(t, 0); a.Holds || a.ByHand || !strings.Contains(a.Undecided, "asked for consent") {
				t.Errorf("before the consent: %+v", a)
			}
		}
		now, err := c.consents.Of(t.Context(), c.q.Application)
		if err != nil || now.State != gateways.ConsentAsked || now.Until.Sub(now.AskedAt) != 24*time.Hour {
			t.Fatalf("the consent is %+v, %v", now, err)
		}
		stranger := c.pki.Person(ca.Person{Surname: "БӨТЕН", GivenName: "АДАМ", IIN: unknownIIN})
		for what, signature := range map[string][]byte{
			"another's signature":           c.pki.Detached(now.Text, stranger),
			"a signature over another text": c.pki.Detached([]byte("{}"), c.own),
			"an attached one over another":  c.pki.Signed(append([]byte(" "), now.Text...), c.own),
			"no signature":                  []byte("{}"),
		} {
			d := c.decision()
			d.Signature = signature
			if _, err := c.consents.Give(t.Context(), d); !errors.Is(err, gateways.ErrConsentSignature) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if a := c.asks(t, 0); a.Holds || a.Undecided == "" {
			t.Errorf("after signatures that are none: %+v", a)
		}
		d := c.decision()
		d.Signature = c.pki.Detached(now.Text, c.own)
		for range 2 {
			given, err := c.consents.Give(t.Context(), d)
			if err != nil || given.State != gateways.ConsentGiven || given.How != gateways.BySignature || given.Verdict == "" {
				t.Fatalf("given, it is %+v, %v", given, err)
			}
		}
		if a := c.asks(t, 1); !a.Holds || !strings.Contains(string(a.Evidence), store.HexSum(d.Signature)) {
			t.Errorf("with the consent: %+v %s", a, a.Evidence)
		}
		if _, err := c.consents.Refuse(t.Context(), c.decision()); !errors.Is(err, gateways.ErrConsentDecided) {
			t.Errorf("refused after it was given: %v", err)
		}
		c.verified(t)
	})
}

// A consent that is refused, or lapses, leaves the person unasked and the answer to an
// official, and is not given any more.
func TestConsentRefusedOrLapsed(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		o := newWorld(t).open(t, dsn)
		for _, want := range []gateways.ConsentState{gateways.ConsentRefused, gateways.ConsentLapsed} {
			c := o.consenting(t, string(want))
			c.asks(t, 0)
			now, err := c.consents.Of(t.Context(), c.q.Application)
			must(t, err)
			if want == gateways.ConsentRefused {
				_, err = c.consents.Refuse(t.Context(), c.decision())
				must(t, err)
			} else {
				o.clock.advance(24*time.Hour - time.Microsecond)
				if a := c.asks(t, 0); a.ByHand {
					t.Errorf("at the last moment: %+v", a)
				}
				o.clock.advance(time.Microsecond)
				if got, err := c.consents.Of(t.Context(), c.q.Application); err != nil || got.State != gateways.ConsentLapsed {
					t.Errorf("after the time it is %s, %v", got.State, err)
				}
			}
			if a := c.asks(t, 0); a.Holds || !a.ByHand || !strings.Contains(a.Undecided, string(want)) || !strings.Contains(string(a.Evidence), string(want)) {
				t.Errorf("%s: %+v %s", want, a, a.Evidence)
			}
			d := c.decision()
			d.Signature = c.pki.Detached(now.Text, c.own)
			if _, err := c.consents.Give(t.Context(), d); !errors.Is(err, gateways.ErrConsentDecided) {
				t.Errorf("%s, and given after: %v", want, err)
			}
		}
		o.verified(t)
	})
}

// A code that was sent gives consent once and in its time; after five wrong ones none
// does, and nobody learns more codes by asking for them.
func TestConsentByCode(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		o := newWorld(t).open(t, dsn)
		give := func(c *consenting, code string) error {
			d := c.decision()
			d.Code = code
			_, err := c.consents.Give(t.Context(), d)
			return err
		}
		wrong := func(c *consenting) string {
			if code := c.sent[len(c.sent)-1].Text; code != "000000" {
				return "000000"
			}
			return "000001"
		}
		c := o.consenting(t, "1")
		if _, err := c.consents.Send(t.Context(), c.q.Application); !errors.Is(err, gateways.ErrNoConsent) {
			t.Errorf("a code before anybody was asked: %v", err)
		}
		c.asks(t, 0)
		if err := give(c, "000000"); !errors.Is(err, gateways.ErrCode) {
			t.Errorf("a code before one was sent: %v", err)
		}
		_, err := c.consents.Send(t.Context(), c.q.Application)
		must(t, err)
		if _, err := c.consents.Send(t.Context(), c.q.Application); !errors.Is(err, gateways.ErrNoCode) {
			t.Errorf("another code while one counts: %v", err)
		}
		o.clock.advance(10 * time.Minute)
		if err := give(c, c.sent[0].Text); !errors.Is(err, gateways.ErrCode) {
			t.Errorf("a code that is too old: %v", err)
		}
		_, err = c.consents.Send(t.Context(), c.q.Application)
		must(t, err)
		if err := give(c, wrong(c)); !errors.Is(err, gateways.ErrCode) {
			t.Errorf("a wrong code: %v", err)
		}
		must(t, give(c, c.sent[1].Text))
		if a := c.asks(t, 1); !a.Holds || !strings.Contains(string(a.Evidence), `"how":"code"`) || strings.Contains(string(a.Evidence), c.sent[1].Text) {
			t.Errorf("given by code: %+v %s", a, a.Evidence)
		}

		c = o.consenting(t, "2")
		c.asks(t, 1)
		_, err = c.consents.Send(t.Context(), c.q.Application)
		must(t, err)
		for range 5 {
			if err := give(c, wrong(c)); !errors.Is(err, gateways.ErrCode) {
				t.Errorf("a wrong code: %v", err)
			}
		}
		if err := give(c, c.sent[0].Text); !errors.Is(err, gateways.ErrCode) {
			t.Errorf("the right code after five wrong ones: %v", err)
		}
		o.clock.advance(time.Hour)
		if _, err := c.consents.Send(t.Context(), c.q.Application); !errors.Is(err, gateways.ErrNoCode) {
			t.Errorf("a code after five wrong ones: %v", err)
		}
		o.verified(t)
	})
}

// Editions that ask for no consent let the database be asked at once, and organisations
// are no persons.
func TestConsentNotNeeded(t *testing.T) {
	o := newWorld(t).open(t, t.TempDir()+"/register.sqlite")
	c := o.consenting(t, "1")
	c.q.Rules = edition(t, "2014-105-1613")
	if a := c.asks(t, 1); !a.Holds {
		t.Errorf("an edition without consent: %+v", a)
	}
	c.checks.Consents = nil
	c.q.Rules = edition(t, "2026-draft")
	if a := c.asks(t, 1); a.Holds || a.ByHand || a.Undecided == "" {
		t.Errorf("consent that nobody can be asked for: %+v", a)
	}
	c.q.Applicant = organisation()
	if a := c.asks(t, 2); !a.Holds {
		t.Errorf("an organisation: %+v", a)
	}
}
