package people_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/people"
)

const committee, department = "culture-committee", "culture-department"

// administrators appoints the first two and returns them.
func (s *scene) administrators() (first, second people.Person) {
	s.t.Helper()
	first, _, err := s.Appoint(s.t.Context(), numbered(1))
	must(s.t, err)
	second, _, err = s.Appoint(s.t.Context(), numbered(2))
	must(s.t, err)
	return first, second
}

// added makes a person known by an administrator.
func (s *scene) added(i int, by people.Person) people.Person {
	s.t.Helper()
	p, added, err := s.Add(s.t.Context(), numbered(i), by.ID)
	must(s.t, err)
	if !added {
		s.t.Fatalf("person %d was known", i)
	}
	return p
}

// holds reports whether a person has a role at a provider now.
func (s *scene) holds(p people.Person, role, provider string) bool {
	s.t.Helper()
	_, ok, err := people.Holds(s.t.Context(), s.Store, p.ID, role, provider, s.now())
	must(s.t, err)
	return ok
}

// broken holds that a duty was refused by a rule.
func broken(t testing.TB, what string, err error, rule people.Rule) {
	t.Helper()
	var refused *people.DutyError
	if !errors.As(err, &refused) || refused.Rule != rule {
		t.Errorf("%s: %v, want %s", what, err, rule)
	}
}

// Two administrators are appointed on the machine and no third; they give and end the
// duties of others, and nobody gives himself one.
func TestDuties(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		s := open(t, dsn, ca.GOST2015)
		one, two := s.administrators()
		_, _, err := s.Appoint(t.Context(), numbered(3))
		refusedAs(t, "a third on the machine", err, people.ErrEnoughAdministrators)
		clerk := s.added(3, one)
		same, added, err := s.Add(t.Context(), numbered(3), two.ID)
		must(t, err)
		if added || same.ID != clerk.ID {
			t.Error("a person was added twice")
		}
		give := func(q people.DutyRequest) (people.Duty, error) { return s.GiveDuty(t.Context(), q) }

		_, err = give(people.DutyRequest{Person: one.ID, Role: "HEAD", Provider: committee, By: one.ID})
		broken(t, "to himself", err, people.RuleOwn)
		_, err = give(people.DutyRequest{Person: clerk.ID, Role: "HEAD", Provider: committee, By: clerk.ID})
		refusedAs(t, "by nobody's word", err, people.ErrNotAdministrator)
		_, _, err = s.Add(t.Context(), numbered(9), clerk.ID)
		refusedAs(t, "a person by nobody's word", err, people.ErrNotAdministrator)
		for name, c := range map[string]struct {
			role, provider string
			rule           people.Rule
		}{
			"a role that is not there":            {"CLERK", committee, people.RuleRole},
			"an applicant in service":             {"APPLICANT", committee, people.RuleRole},
			"a provider that is not there":        {"HEAD", "culture-ministry", people.RuleProvider},
			"no provider":                         {"HEAD", "", people.RuleProvider},
			"a centre's operator at a provider":   {"OPERATOR", committee, people.RuleProvider},
			"an administrator of a provider":      {people.Administrator, committee, people.RuleProvider},
			"a role of the systems, and no one's": {"PEP", committee, people.RuleRole},
		} {
			_, err := give(people.DutyRequest{Person: clerk.ID, Role: c.role, Provider: c.provider, By: one.ID})
			broken(t, name, err, c.rule)
		}
		_, err = give(people.DutyRequest{Person: "0011223344556677", Role: "HEAD", Provider: committee, By: one.ID})
		refusedAs(t, "to nobody", err, people.ErrNotFound)

		d, err := give(people.DutyRequest{Person: clerk.ID, Role: "REGISTRAR", Provider: committee, By: one.ID})
		must(t, err)
		if !s.holds(clerk, "REGISTRAR", committee) || s.holds(clerk, "REGISTRAR", department) || s.holds(clerk, "EXECUTOR", committee) {
			t.Error("the duty is not the one that was given")
		}
		_, err = give(people.DutyRequest{Person: clerk.ID, Role: "REGISTRAR", Provider: committee, By: two.ID})
		broken(t, "given twice", err, people.RuleHeld)
		_, err = give(people.DutyRequest{Person: clerk.ID, Role: "OPERATOR", By: two.ID})
		must(t, err)
		if !s.holds(clerk, "OPERATOR", committee) || !s.holds(clerk, "OPERATOR", department) {
			t.Error("the operator of a centre does not serve all")
		}

		s.advance(time.Hour)
		before := s.now()
		_, err = s.EndDuty(t.Context(), d.ID, clerk.ID)
		refusedAs(t, "ended by himself", err, people.ErrNotAdministrator)
		s.advance(time.Hour)
		ended, err := s.EndDuty(t.Context(), d.ID, two.ID)
		must(t, err)
		if s.holds(clerk, "REGISTRAR", committee) || ended.EndedBy != two.ID {
			t.Error("the duty goes on")
		}
		if _, ok, err := people.Holds(t.Context(), s.Store, clerk.ID, "REGISTRAR", committee, before); !ok || err != nil {
			t.Errorf("the duty was had then: %v %v", ok, err)
		}
		_, err = s.EndDuty(t.Context(), d.ID, two.ID)
		broken(t, "ended twice", err, people.RuleOver)
		_, err = give(people.DutyRequest{Person: clerk.ID, Role: "REGISTRAR", Provider: committee, By: one.ID})
		must(t, err) // again, after its end

		admin, err := people.Duties(t.Context(), s.Store, one.ID, s.now())
		must(t, err)
		_, err = s.EndDuty(t.Context(), admin[0].ID, one.ID)
		broken(t, "his own duty", err, people.RuleOwn)
	})
}

// Two administrators who end each other at the same time do not leave none.
func TestLastAdministrator(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		s := open(t, dsn, ca.GOST2015)
		one, two := s.administrators()
		duty := func(p people.Person) string {
			all, err := people.Duties(t.Context(), s.Store, p.ID, s.now())
			must(t, err)
			return all[0].ID
		}
		ids := []string{duty(two), duty(one)}
		errs := make([]error, 2)
		var wait sync.WaitGroup
		for i, by := range []people.Person{one, two} {
			wait.Go(func() { _, errs[i] = s.EndDuty(t.Context(), ids[i], by.ID) })
		}
		wait.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("%v and %v", errs[0], errs[1])
		}
		refusedAs(t, "the other", errors.Join(errs...), people.ErrNotAdministrator)
		_, _, err := s.Appoint(t.Context(), numbered(3))
		must(t, err) // one is left, and the machine appoints a second
	})
}

// A duty has its time: it begins no earlier than it is given, and ends on its moment.
func TestDutyTime(t *testing.T) {
	s := sqlite(t)
	one, _ := s.administrators()
	p := s.added(3, one)
	give := func(from, until time.Time) error {
		_, err := s.GiveDuty(t.Context(), people.DutyRequest{Person: p.ID, Role: "EXECUTOR", Provider: department, From: from, Until: until, By: one.ID})
		return err
	}
	now := s.now()
	broken(t, "in the past", give(now.Add(-time.Minute), time.Time{}), people.RuleTime)
	broken(t, "ended before it begins", give(now.Add(time.Hour), now.Add(time.Hour)), people.RuleTime)
	must(t, give(now.Add(time.Hour), now.Add(2*time.Hour)))
	must(t, give(now.Add(2*time.Hour), now.Add(3*time.Hour))) // right after
	broken(t, "over both", give(now.Add(90*time.Minute), time.Time{}), people.RuleHeld)
	broken(t, "before and into one", give(now, now.Add(time.Hour+time.Microsecond)), people.RuleHeld)
	must(t, give(now.Add(-59*time.Second), now.Add(time.Hour))) // a clock that is behind
	for _, c := range []struct {
		after time.Duration
		held  bool
	}{{0, true}, {3*time.Hour - time.Microsecond, true}, {3 * time.Hour, false}} {
		_, ok, err := people.Holds(t.Context(), s.Store, p.ID, "EXECUTOR", department, now.Add(c.after))
		must(t, err)
		if ok != c.held {
			t.Errorf("after %v: %v", c.after, ok)
		}
	}
}

// A deputy acts in the place of somebody who has the duty, by an order and until a day,
// and his office says so in both languages.
func TestDeputies(t *testing.T) {
	s := sqlite(t)
	one, two := s.administrators()
	head, deputy, third := s.added(3, one), s.added(4, one), s.added(5, one)
	order := people.Order{Number: "64-ж", Date: documents.Date{Year: 2026, Month: time.May, Day: 29}}
	_, err := s.GiveDuty(t.Context(), people.DutyRequest{
		Person: head.ID, Role: "HEAD", Provider: department, By: one.ID, Position: documents.Text{KK: "Басқарма басшысы", RU: "Руководитель управления"},
	})
	must(t, err)
	right := people.DutyRequest{
		Person: deputy.ID, Role: "HEAD", Provider: department, By: two.ID, DeputyOf: head.ID, Order: order, Until: s.now().Add(240 * time.Hour),
		Position: documents.Text{KK: "Басқарма басшысының м.а.", RU: "И.о. руководителя управления"},
	}
	for name, change := range map[string]func(*people.DutyRequest){
		"without an order":             func(q *people.DutyRequest) { q.Order = people.Order{} },
		"an order without a date":      func(q *people.DutyRequest) { q.Order.Date = documents.Date{} },
		"without an end":               func(q *people.DutyRequest) { q.Until = time.Time{} },
		"of himself":                   func(q *people.DutyRequest) { q.DeputyOf = q.Person },
		"of nobody":                    func(q *people.DutyRequest) { q.DeputyOf = "0011223344556677" },
		"of somebody who is no head":   func(q *people.DutyRequest) { q.DeputyOf = third.ID },
		"an office without «м.а.»":     func(q *people.DutyRequest) { q.Position.KK = "Басқарма басшысы" },
		"an office without «и.о.»":     func(q *people.DutyRequest) { q.Position.RU = "Руководитель управления" },
		"an office in one language":    func(q *people.DutyRequest) { q.Position.RU = "" },
		"a deputy in another provider": func(q *people.DutyRequest) { q.Provider = committee },
	} {
		q := right
		change(&q)
		_, err := s.GiveDuty(t.Context(), q)
		broken(t, name, err, people.RuleDeputy)
	}
	d, err := s.GiveDuty(t.Context(), right)
	must(t, err)
	kept, ok, err := people.Holds(t.Context(), s.Store, deputy.ID, "HEAD", department, s.now())
	must(t, err)
	if !ok || kept != d || kept.Order != order || kept.Position.RU != "И.о. руководителя управления" {
		t.Errorf("the deputy has %+v", kept)
	}
	q := right
	q.Person, q.DeputyOf = third.ID, deputy.ID
	_, err = s.GiveDuty(t.Context(), q)
	broken(t, "the deputy of a deputy", err, people.RuleDeputy)
	s.advance(240 * time.Hour)
	if s.holds(deputy, "HEAD", department) || !s.holds(head, "HEAD", department) {
		t.Error("the deputy acts on after the day, or the head no more")
	}
}
