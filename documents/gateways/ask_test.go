package gateways_test

import (
	"encoding/json"
	"strings"
	"testing"

	"tamga/documents"
	"tamga/documents/gateways"
	"tamga/documents/gateways/demo"
	"tamga/documents/regulation"
)

func edition(t *testing.T, id string) *regulation.Edition {
	t.Helper()
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	e, ok := law.Edition(id)
	if !ok {
		t.Fatalf("there is no edition %s", id)
	}
	return e
}

func (w *world) checks(form gateways.Form) *gateways.Checks {
	return &gateways.Checks{
		Persons: w.client(gateways.SystemPersons, form), Organisations: w.client(gateways.SystemOrganisations, form),
	}
}

func ask(t *testing.T, c *gateways.Checks, q gateways.Question) gateways.Answer {
	t.Helper()
	a, err := c.Ask(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{a.Undecided, string(a.Evidence)} {
		if strings.Contains(said, string(knownIIN)) || strings.Contains(said, string(unknownIIN)) || strings.Contains(said, string(ourBIN)) {
			t.Errorf("the answer names somebody: %s", said)
		}
	}
	if a.Undecided == "" && !json.Valid(a.Evidence) {
		t.Errorf("the answer rests on %q", a.Evidence)
	}
	return a
}

func person(iin string) documents.Holder {
	h := documents.Holder{Natural: &documents.NaturalPerson{Surname: "А", GivenName: "Б"}}
	h.Natural.IIN = knownIIN
	if iin != string(knownIIN) {
		h.Natural.IIN = unknownIIN
	}
	return h
}

func organisation() documents.Holder {
	return documents.Holder{Legal: &documents.LegalEntity{BIN: ourBIN}}
}

// The applicant is in the database, is not, or nobody can tell, in every way in which a
// system fails.
func TestAskWhetherKnown(t *testing.T) {
	w := newWorld(t)
	q := gateways.Question{Application: "a1", Service: "LIC-ISSUE", Step: "L-U-c2", Check: regulation.CheckPersonKnown, Last: 4, Rules: edition(t, "2012-159")}
	c := w.checks(gateways.FormSOAP)
	q.Applicant = person(string(knownIIN))
	if a := ask(t, c, q); !a.Holds || a.Undecided != "" || a.System != gateways.SystemPersons {
		t.Errorf("known: %+v", a)
	}
	q.Application, q.Applicant = "a2", person(string(unknownIIN))
	if a := ask(t, c, q); a.Holds || a.Undecided != "" {
		t.Errorf("unknown: %+v", a)
	}
	q.Application, q.Applicant = "a3", organisation()
	if a := ask(t, c, q); !a.Holds || a.System != gateways.SystemOrganisations {
		t.Errorf("an organisation: %+v", a)
	}
	q.Applicant = documents.Holder{Legal: &documents.LegalEntity{Registration: &documents.Registration{}}}
	if a := ask(t, c, q); a.Holds || a.Undecided == "" {
		t.Errorf("a foreign organisation: %+v", a)
	}
	q.Applicant = person(string(knownIIN))
	if a := ask(t, &gateways.Checks{}, q); a.Holds || a.Undecided == "" {
		t.Errorf("a database that is not set up: %+v", a)
	}
	for _, behaviour := range []demo.Behaviour{demo.Fail, demo.Garbage, demo.Fault, demo.WrongSignature, demo.WrongCorrelation, demo.Hang} {
		w.once(behaviour)
		w.set(gateways.SystemPersons, behaviour)
		if a := ask(t, w.checks(gateways.FormJSON), q); a.Holds || a.Undecided == "" {
			t.Errorf("%s: %+v", behaviour, a)
		}
	}
	if _, err := c.Ask(t.Context(), gateways.Question{Check: regulation.CheckLogin}); err == nil {
		t.Error("a state system answers whether somebody has signed in")
	}
}
