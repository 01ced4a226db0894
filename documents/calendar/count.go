package calendar

import (
	"time"

	"tamga/documents"
)

// Count is a term that was counted, and how. Due is zero when the calendar of
// the year Missing is not entered; the term is then counted when it is.
type Count struct {
	From    time.Time `json:"from"`
	Term    Term      `json:"term"`
	Due     time.Time `json:"due,omitzero"`
	Missing int       `json:"missing_year,omitempty"`
	// Days are the days that were passed, in their order: those that count, and
	// those that do not with the reason.
	Days []Passed `json:"days,omitempty"`
	// Provisional says that a year that is not confirmed was counted in.
	Provisional bool `json:"provisional,omitempty"`
	// Calendar is the version of the data.
	Calendar string `json:"calendar"`
}

// Passed is one day of a count. Number is which working day of the term it is,
// zero when it is none; Working is the working time that it gave.
type Passed struct {
	Date    documents.Date `json:"date"`
	Number  int            `json:"number,omitempty"`
	Minutes int            `json:"minutes,omitempty"`
	Why     *Reason        `json:"why,omitempty"`
}

// Registered returns when something filed at a moment counts as received: at
// once within working time, else at the next working moment. Closing time is
// outside it. When the calendar does not reach so far, it is the moment itself,
// and the year that is missing.
func (c *Calendar) Registered(filed time.Time) (at time.Time, missing int) {
	d, since := split(filed)
	for ; ; d, since = d+1, 0 {
		known, ok := c.Day(d.date())
		if !ok {
			return filed, d.year()
		}
		if !known.Working {
			continue
		}
		for _, s := range c.weekOf(d).spans {
			if since < s.end {
				return d.at(max(since, s.begin)), 0
			}
		}
	}
}

// Add counts a term from a moment on, which is that of receipt or the end of
// what came before. Working days begin with the next one and end with closing
// time; working time runs within the hours only.
func (c *Calendar) Add(from time.Time, t Term) Count {
	count := Count{From: from, Term: t, Calendar: c.version}
	run := counting{c: c, out: &count}
	d, since := split(from)
	switch {
	case t.WorkingDays > 0:
		run.workingDays(d, t.WorkingDays)
	case t.Working > 0:
		run.workingTime(d, since, t)
	case t.SameDay:
		run.untilClosing(d, since)
	default:
		run.untilClosing(t.civil(d), 0)
	}
	if count.Missing != 0 {
		count.Due = time.Time{}
	}
	return count
}

// counting is a count under way.
type counting struct {
	c   *Calendar
	out *Count
}

// pass notes a day, and reports false when its year is not entered.
func (r counting) pass(d day) (p *Passed, working, ok bool) {
	known, ok := r.c.Day(d.date())
	if !ok {
		r.out.Missing = d.year()
		return nil, false, false
	}
	r.out.Provisional = r.out.Provisional || r.c.years[d.year()].Provisional
	r.out.Days = append(r.out.Days, Passed{Date: known.Date, Why: known.Why})
	return &r.out.Days[len(r.out.Days)-1], known.Working, true
}

func (r counting) workingDays(d day, n int) {
	for counted := 0; counted < n; {
		d++
		p, working, ok := r.pass(d)
		if !ok {
			return
		}
		if working {
			counted++
			p.Number = counted
		}
	}
	r.out.Due = d.at(r.c.weekOf(d).closing())
}

// workingTime passes spans until the time is used up. The end of a span is a
// moment at which something can end, and never one at which it begins.
func (r counting) workingTime(d day, since time.Duration, t Term) {
	left := t.Working
	for ; ; d, since = d+1, 0 {
		p, working, ok := r.pass(d)
		if !ok {
			return
		}
		if !working {
			continue
		}
		w := r.c.weekOf(d)
		for _, s := range w.spans {
			begin := max(since, s.begin)
			if begin >= s.end {
				continue
			}
			used := min(left, s.end-begin)
			left -= used
			p.Minutes += int(used / time.Minute)
			if left == 0 {
				r.out.Due = d.at(begin + used)
				return
			}
		}
		if t.SameDay && p.Minutes > 0 {
			r.out.Due = d.at(w.closing())
			return
		}
	}
}

// untilClosing ends with a day, or with the next working one when it is off or
// its closing time has passed.
func (r counting) untilClosing(d day, since time.Duration) {
	for ; ; d, since = d+1, 0 {
		_, working, ok := r.pass(d)
		if !ok {
			return
		}
		if closing := r.c.closingOf(d); working && since <= closing {
			r.out.Due = d.at(closing)
			return
		}
	}
}

// closingOf is the closing time of a day within the data.
func (c *Calendar) closingOf(d day) time.Duration { return c.weekOf(d).closing() }
