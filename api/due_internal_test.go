package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/calendar"
	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
	"tamga/language"
)

// standing are cases of an edition, one at each place of each of its walks: filed and
// come there on the eve of days off.
func standing(t *testing.T, e *regulation.Edition, days *calendar.Calendar, at time.Time, f func(applications.Case)) {
	t.Helper()
	paths.EachWalk(e, func(s *regulation.Service, _ regulation.Channel, w *regulation.Walk) {
		seen := map[regulation.Place]bool{{}: true}
		for queue := []regulation.Place{{}}; len(queue) > 0; queue = queue[1:] {
			for _, m := range w.Moves(queue[0]) {
				if seen[m.To] {
					continue
				}
				seen[m.To] = true
				queue = append(queue, m.To)
				f(applications.Case{Rules: e, Walk: w, Days: days, Application: applications.Application{
					ID: "0123456789abcdef", Number: "KZ08RLA13000001", Edition: e.Version(), Service: s.ID, Route: w.Routes()[0].ID,
					OpenedAt: at.Add(-time.Hour), RegisteredAt: at,
					Entries: []applications.Entry{{Seq: 1, Step: m.Step.ID, Outcome: m.Exit.On, At: at, To: m.To}},
				}})
			}
		}
	})
}

// Each due time of each step of each edition says how it was counted: day by day, with
// the reason of each that was passed over, in three languages.
func TestEveryDueTimeIsExplained(t *testing.T) {
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	data, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	days, err := calendar.Compile(data)
	if err != nil {
		t.Fatal(err)
	}
	v := &service{Server: Server{Now: time.Now}}
	// Each on a Friday afternoon before a holiday, so that every term passes days off.
	for id, filed := range map[string]string{"2012-159": "2013-03-15T17:30", "2014-105-1613": "2014-11-28T17:30", "2026-draft": "2026-03-06T17:30"} {
		e, _ := law.Edition(id)
		at, err := calendar.ParseMoment(filed)
		if err != nil {
			t.Fatal(err)
		}
		explained := map[string]bool{}
		standing(t, e, days, at, func(c applications.Case) {
			view := v.viewOfCase(c)
			for _, d := range view.Due {
				explained[fmt.Sprint(d.Of, " ", d.Step)] = true
				howCounted(t, days, fmt.Sprint(e.ID, " ", c.Place().Name(), " ", d.Of), d)
			}
		})
		for _, want := range terms(e) {
			if !explained[want] {
				t.Errorf("%s: nothing says how the term of %s was counted", id, want)
			}
		}
		if len(terms(e)) < 3 || !explained["service "] {
			t.Errorf("%s: terms are %v", id, terms(e))
		}
	}
}

// terms are all that has a term in an edition, as due times name it.
func terms(e *regulation.Edition) []string {
	var all []string
	paths.EachWalk(e, func(_ *regulation.Service, _ regulation.Channel, w *regulation.Walk) {
		for _, r := range w.Routes() {
			for _, s := range r.Steps {
				if s.Norm != nil && s.Norm.Term != (calendar.Term{}) {
					all = append(all, "step "+s.ID)
				}
				if n, ok := e.Notice(s.Notice); ok && n.Within != (calendar.Term{}) && w.Routes()[0] != r {
					all = append(all, "refusal "+s.ID)
				}
			}
		}
	})
	return all
}

// howCounted asserts that a due time follows from what it says: every day from the
// beginning to the end is there, and either counts or says why it does not.
func howCounted(t *testing.T, days *calendar.Calendar, name string, d dueView) {
	t.Helper()
	if d.At.IsZero() || len(d.How) == 0 || d.How[len(d.How)-1].Due != d.At {
		t.Errorf("%s is due %v, counted %+v", name, d.At, d.How)
		return
	}
	for _, n := range d.How {
		day := documents.CivilDate(n.From)
		if n.Term.WorkingDays > 0 {
			day = dayAfter(day) // the day itself does not count
		}
		number := 0
		for _, p := range n.Days {
			known, _ := days.Day(p.Date)
			if p.Date != day || (p.Why == nil) != (known.Why == nil) || !known.Working && (p.Why == nil || p.Number != 0 || p.Minutes != 0) {
				t.Errorf("%s: %s is told as %+v, and is %+v", name, day, p, known)
			}
			if p.Number > 0 {
				number++
			}
			if !known.Working && !explainsDay(d.Explanation, p) {
				t.Errorf("%s: nothing tells why %s does not count: %v", name, p.Date, d.Explanation)
			}
			day = dayAfter(p.Date)
		}
		if len(n.Days) == 0 || n.Days[len(n.Days)-1].Date != documents.CivilDate(n.Due) || number != n.Term.WorkingDays || n.Calendar != days.Version() {
			t.Errorf("%s: %s from %s is counted by %d days to %s: %+v", name, n.Term, n.From, number, n.Due, n.Days)
		}
	}
}

func dayAfter(d documents.Date) documents.Date {
	return documents.CivilDate(d.Midnight().Add(36 * time.Hour))
}

// explainsDay reports whether a line in all three languages tells why a day was passed.
func explainsDay(lines []language.Text, p calendar.Passed) bool {
	for _, l := range lines {
		why, told := p.Why.Label(), true
		for _, lang := range []language.Lang{language.KK, language.RU, language.EN} {
			told = told && strings.Contains(l.In(lang), p.Date.Printed()) && strings.Contains(l.In(lang), why.In(lang))
		}
		if told {
			return true
		}
	}
	return false
}
