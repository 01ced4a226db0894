package applications

import (
	"slices"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
)

// due is what is due, with whether a pause is among what was counted.
func (c Case) due(of DueOf, step string, counts []calendar.Count) Due {
	return Due{of, step, counts, slices.ContainsFunc(counts, func(n calendar.Count) bool {
		return slices.ContainsFunc(c.pauses(), func(p pause) bool { return p.until.Equal(n.From) })
	})}
}

// paused counts a term on after each pause that falls into it: what was left when the
// pause began runs from its end.
func (c Case) paused(n calendar.Count) []calendar.Count {
	all := []calendar.Count{n}
	for _, p := range c.pauses() {
		if n.Missing != 0 || p.from.Before(n.From) || !p.from.Before(n.Due) {
			continue
		}
		n = c.Days.Add(p.until, c.left(n, p.from))
		all = append(all, n)
	}
	return all
}

// left is how much of a term is left at a moment within it. The day of the moment counts
// as used, so that nobody gains a day by a pause of an hour; on the last one its rest is
// left.
func (c Case) left(n calendar.Count, at time.Time) calendar.Term {
	switch t := n.Term; {
	case t.WorkingDays > 0:
		today, rest := documents.CivilDate(at).Midnight(), 0
		for _, d := range n.Days {
			if d.Number > 0 && d.Date.Midnight().After(today) {
				rest++
			}
		}
		if rest == 0 {
			return calendar.Term{SameDay: true}
		}
		return calendar.Term{WorkingDays: rest}
	case t.Working > 0:
		used := c.workedUntil(n, at)
		return calendar.Term{Working: t.Working - used, SameDay: t.SameDay}
	case t.SameDay:
		return t
	}
	const day = 24 * time.Hour
	return calendar.Term{Days: max(1, int((n.Due.Sub(at)+day-1)/day))}
}

// workedUntil is how much of a term in working time was used up at a moment, in whole
// minutes and less than all of it.
func (c Case) workedUntil(n calendar.Count, at time.Time) time.Duration {
	low, high := 0, int(n.Term.Working/time.Minute)-1
	for low < high {
		middle := (low + high + 1) / 2
		if c.Days.Add(n.From, calendar.Term{Working: time.Duration(middle) * time.Minute}).Due.After(at) {
			high = middle - 1
		} else {
			low = middle
		}
	}
	return time.Duration(low) * time.Minute
}
