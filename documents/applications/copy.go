package applications

import (
	"time"

	"tamga/documents"
	"tamga/documents/regulation"
)

// Copy is the copy of an application with the stamp of its registration, which whoever
// brings it on paper gets at once.
type Copy struct {
	Document string // its number
	Step     string
	By       string    // who has received the application
	From     time.Time // when the step began, from which on the norm is counted
	At       time.Time // when it was made out
	Norm     *regulation.Norm
	// Due is until when the norm wants it; zero where the rules have none.
	Due time.Time
}

// Late reports whether it was made out after its norm.
func (c Copy) Late() bool { return !c.Due.IsZero() && c.At.After(c.Due) }

// Copy returns the last stamped copy of an application, and false where none was made out.
func (c Case) Copy() (found Copy, ok bool) {
	for _, e := range c.Entries {
		if e.Document == "" || !c.copies(e) {
			continue
		}
		took, norm := c.Took(e)
		found, ok = Copy{Document: e.Document, Step: e.Step, By: e.Actor.Person, From: e.At.Add(-took), At: e.At, Norm: norm}, true
		if norm != nil {
			found.Due = c.normEnds(found.From, norm)
		}
	}
	return found, ok
}

// copies reports whether an entry is of a step that makes out the stamped copy.
func (c Case) copies(e Entry) bool {
	for _, id := range []string{e.Step, e.Under} {
		if s, ok := c.Walk.Step(id); ok && s.Produces == documents.KindApplicationCopy {
			return true
		}
	}
	return false
}

// normEnds is when a norm that began at a moment is over; zero for one that only the
// service has. Norms of minutes are of the day on which they begin.
func (c Case) normEnds(from time.Time, n *regulation.Norm) time.Time {
	if n.MaxSeconds > 0 {
		return from.Add(time.Duration(n.MaxSeconds) * time.Second)
	}
	if n.ByService {
		return time.Time{}
	}
	return c.Days.Add(from, n.Term).Due
}
