package applications

import (
	"slices"
	"time"

	"tamga/documents/calendar"
	"tamga/documents/regulation"
)

// Due is until when something must be done, and how that was counted.
type Due struct {
	// Of is what is due: the step at which the application stands, its refusal, or the
	// service itself.
	Of   DueOf
	Step string // of a step and of a refusal
	// Counts are one term after another, each from the end of the one before. They stop
	// at a year whose calendar is not entered.
	// A pause begins another one, of what was left.
	Counts []calendar.Count
	// Paused says that a pause is among what was counted.
	Paused bool
}

// DueOf is what is due.
type DueOf string

// What is due.
const (
	DueStep    DueOf = "step"
	DueRefusal DueOf = "refusal"
	DueService DueOf = "service"
)

// Ends returns when it is due; zero, with the year, when that year's calendar is not
// entered, and zero with none when the rules have no term.
func (d Due) Ends() (at time.Time, missing int) {
	if len(d.Counts) == 0 {
		return time.Time{}, 0
	}
	last := d.Counts[len(d.Counts)-1]
	return last.Due, last.Missing
}

// Due returns what is due on an application: the step at which it
// stands, its refusal where that has a term of its own, and the service from the
// registration on. Nothing is due at the end, and norms in seconds are measured only.
func (c Case) Due() []Due {
	moves := c.Walk.Moves(c.Place())
	if len(moves) == 0 {
		return nil
	}
	var all []Due
	step := moves[0].Step
	if n := step.Norm; n != nil && n.Term != (calendar.Term{}) {
		all = append(all, c.due(DueStep, step.ID, c.counted(c.begins(moves[0]), n.Term)))
	}
	if n, ok := c.Rules.Notice(step.Notice); ok && n.Within != (calendar.Term{}) {
		all = append(all, c.due(DueRefusal, step.ID, c.counted(c.received(), n.Within)))
	}
	if c.Number != "" {
		if service := c.serviceDue(); len(service.Counts) > 0 {
			all = append(all, service)
		}
	}
	return all
}

// moment is an instant from which a term runs, or the year whose calendar is needed to
// tell it.
type moment struct {
	at      time.Time
	missing int
}

// begins is when the step at which the application stands begins: what registers it
// when it counts as received, all others with the end of the one before.
func (c Case) begins(m regulation.Move) moment {
	if registering(m) {
		return c.received()
	}
	return moment{at: c.began(len(c.Entries) + 1)}
}

// received is when the application counts as received.
func (c Case) received() moment {
	at, missing := c.Days.Registered(c.filed())
	return moment{at, missing}
}

// filed returns when the application came to whoever registers it.
func (c Case) filed() time.Time {
	if i := slices.IndexFunc(c.Entries, c.registers); i >= 0 {
		return c.began(c.Entries[i].Seq)
	}
	return c.began(len(c.Entries) + 1)
}

// serviceDue counts the term of the service or, where it has none, one action after
// another as the rules have them.
func (c Case) serviceDue() Due {
	s, _ := c.Rules.Service(c.Service) // there when the case was made
	terms := []calendar.Term{s.Term.Value}
	if s.Term.Value == (calendar.Term{}) {
		terms = c.Walk.Planned()
	}
	return c.due(DueService, "", c.counted(c.received(), terms...))
}

// counted counts terms one after another.
func (c Case) counted(from moment, terms ...calendar.Term) []calendar.Count {
	var all []calendar.Count
	for _, t := range terms {
		if from.missing != 0 {
			return append(all, calendar.Count{From: from.at, Term: t, Missing: from.missing, Calendar: c.Days.Version()})
		}
		all = append(all, c.paused(c.Days.Add(from.at, t))...)
		n := all[len(all)-1]
		if n.Missing != 0 {
			break
		}
		from.at = n.Due
	}
	return all
}

// Took returns how long the step of an entry has taken, and its norm; nil where the
// rules have none. Norms are measured and refuse nothing.
func (c Case) Took(e Entry) (time.Duration, *regulation.Norm) {
	s, ok := c.Walk.Step(e.Step)
	if !ok {
		return 0, nil
	}
	norm := s.Norm
	if under, ok := c.Walk.Step(e.Under); norm == nil && ok {
		norm = under.Norm
	}
	return e.At.Sub(c.began(e.Seq)), norm
}

// began returns when what an entry did had begun: with the entry by which the
// application came there.
func (c Case) began(seq int) time.Time {
	i := seq - 1 // of the entry itself, from 0
	for i > 1 && c.Entries[i-1].To == c.Entries[i-2].To {
		i--
	}
	if i < 1 {
		return c.OpenedAt
	}
	return c.Entries[i-1].At
}

// lastAt is when something was done last.
func (a Application) lastAt() time.Time {
	if len(a.Entries) == 0 {
		return a.OpenedAt
	}
	return a.Entries[len(a.Entries)-1].At
}
