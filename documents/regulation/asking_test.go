package regulation_test

import (
	"testing"

	"tamga/documents/regulation"
)

// Every service of every edition says how it is asked for and where people ask about it,
// and its term by a channel is its own or that of its actions: those of the regulation.
func TestAskedFor(t *testing.T) {
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range law.Editions() {
		for i := range e.Services {
			s := &e.Services[i]
			form, source := s.FormOf()
			if c := s.ContactOf(); len(form) < 3 || !source.Draft() || c == nil || len(c.Needs) < 4 {
				t.Errorf("%s %s: %d fields, %q, %v", e.ID, s.ID, len(form), source, c)
			}
		}
	}
	for _, c := range []struct {
		edition, service string
		channel          regulation.Channel
		want             string
	}{
		{"2012-159", "LIC-ISSUE", regulation.Portal, "15 working days"},
		{"2012-159", "LIC-REISSUE", regulation.Centre, "10 working days"},
		{"2014-105-1613", "TEC", regulation.Provider, "9 working days"},
		{"2014-105-1613", "TEC", regulation.Portal, "3 working days, 5 hours, 15 minutes"},
		{"2014-105-1613", "SRA", regulation.Provider, "14 working days"},
		{"2014-105-1613", "SRA", regulation.Portal, "7 working days, 3 hours, 45 minutes"},
	} {
		e, _ := law.Edition(c.edition)
		s, _ := e.Service(c.service)
		if got := e.TermOf(s, c.channel).Label().EN; got != c.want {
			t.Errorf("%s by %s: %s, want %s", c.service, c.channel, got, c.want)
		}
	}
}
