package applications

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tamga/documents/regulation"
)

// outcomeDone is how everything ends that is done beside the steps.
const outcomeDone = "done"

// besideValues are what is written down beside the steps.
type besideValues struct {
	Reason   string    `json:"reason"`
	Until    time.Time `json:"until,omitzero"`
	PersonID string    `json:"person_id,omitempty"`
	Person   string    `json:"person,omitempty"`
}

// besides returns what an act beside the steps does, if it may be done now.
func (c Case) besides(b *regulation.Beside, a Act) (regulation.Move, error) {
	refuse := func(r Reason, format string, args ...any) (regulation.Move, error) {
		return regulation.Move{}, &RefusedError{r, a.Step, a.Outcome, fmt.Sprintf(format, args...)}
	}
	paused := c.pausedUntil().After(c.At)
	switch {
	case b.Act == regulation.SameMatter && !slices.Contains(matterOutcomes, a.Outcome):
		return refuse(ReasonOutcome, "it ends as one of %v", matterOutcomes)
	case b.Act != regulation.SameMatter && a.Outcome != outcomeDone:
		return refuse(ReasonOutcome, "it ends as done")
	case !slices.Contains(b.By, a.Actor.Role):
		return refuse(ReasonActor, "it is done by %v", b.By)
	case c.issued() != "":
		return refuse(ReasonResult, "the result is issued")
	case c.Place() == regulation.Place{} && b.Act != regulation.Withdraw:
		return refuse(ReasonPosition, "nothing was done yet")
	case len(b.At) > 0 && !slices.ContainsFunc(c.Walk.Moves(c.Place()), func(m regulation.Move) bool { return slices.Contains(b.At, m.Step.Actor) }):
		return refuse(ReasonPosition, "the application stands at %s", c.StandsAt())
	case paused && b.Act == regulation.Pause:
		return refuse(ReasonPaused, "the application is paused")
	case b.Act == regulation.Return && !slices.ContainsFunc(c.Walk.Moves(c.Place()), func(m regulation.Move) bool {
		return c.Drafted(m) != nil && m.Step.By(c.Rules, a.Actor.Role)
	}):
		return refuse(ReasonPosition, "nothing was handed up here to whoever returns it")
	case !paused && b.Act == regulation.Resume:
		return refuse(ReasonPosition, "the application is not paused")
	}
	step := &regulation.Step{ID: string(b.Act), Kind: regulation.Action, Actor: a.Actor.Role, Name: b.Name, Source: b.Source}
	if b.Signs {
		step.Signs = []string{a.Actor.Role}
	}
	m := regulation.Move{Step: step, Exit: regulation.Exit{On: a.Outcome}, To: c.Place()}
	switch b.Act {
	case regulation.Withdraw:
		m.Exit.End, m.To = regulation.EndWithdrawn, regulation.Place{End: regulation.EndWithdrawn}
	case regulation.Return:
		m.To = c.from()
	}
	return m, c.fourEyes(a)
}

// written refuses what is written down beside the steps and says too little: a pause
// without a reason or an end within its longest time, and a person who is nobody.
func (c Case) written(m regulation.Move, req EnterRequest) error {
	b, ok := c.Rules.BesideOf(regulation.BesideAct(m.Step.ID))
	if !ok {
		return nil
	}
	if b.Act == regulation.SameMatter {
		return c.writtenOn(m, req)
	}
	refuse := func(format string, args ...any) error {
		return &RefusedError{ReasonOutcome, req.Step, req.Outcome, fmt.Sprintf(format, args...)}
	}
	var v besideValues
	if err := json.Unmarshal(req.Values, &v); err != nil {
		return refuse("its values are not read: reason and person are texts, and until is a moment (RFC 3339)")
	}
	switch b.Act {
	case regulation.Pause:
		most := c.Days.Add(c.At, b.Most)
		switch {
		case v.Reason == "":
			return refuse("a pause has a reason")
		case most.Missing != 0:
			return refuse("the calendar of %d is not entered, and it cannot be told how long a pause may last", most.Missing)
		case !v.Until.After(c.At) || v.Until.After(most.Due):
			return refuse("a pause ends after now and not after %s", most.Due.Format(time.RFC3339))
		}
	case regulation.Return:
		if v.Reason == "" {
			return refuse("the reason is said")
		}
	case regulation.Reassign:
		if v.Person == "" || v.Reason == "" {
			return refuse("another person is named, and the reason is said")
		}
	}
	return nil
}

// pause is a time in which no term runs.
type pause struct{ from, until time.Time }

// pauses are the times in which the application was paused, or is.
func (c Case) pauses() []pause {
	var all []pause
	for _, e := range c.Entries {
		switch regulation.BesideAct(e.Step) {
		case regulation.Pause:
			var v besideValues
			if json.Unmarshal(e.Data.Values, &v) == nil {
				all = append(all, pause{e.At, v.Until})
			}
		case regulation.Resume, regulation.Withdraw:
			if n := len(all); n > 0 && e.At.Before(all[n-1].until) {
				all[n-1].until = e.At
			}
		}
	}
	return all
}

// pausedUntil is when the last pause ends; zero when there was none.
func (c Case) pausedUntil() time.Time {
	all := c.pauses()
	if len(all) == 0 {
		return time.Time{}
	}
	return all[len(all)-1].until
}

// Paused returns until when the application is paused at the moment it is asked about;
// zero when it is not.
func (c Case) Paused() time.Time {
	if until := c.pausedUntil(); until.After(c.At) {
		return until
	}
	return time.Time{}
}

// Assigned is the person to whom the steps of a role were handed last; nobody when they
// were to none.
func (c Case) Assigned(role string) (a Actor, ok bool) {
	b, there := c.Rules.BesideOf(regulation.Reassign)
	if !there || !slices.Contains(b.At, role) {
		return a, false
	}
	for _, e := range slices.Backward(c.Entries) {
		if e.Step != string(regulation.Reassign) {
			continue
		}
		var v besideValues
		if json.Unmarshal(e.Data.Values, &v) == nil {
			return Actor{Role: role, Person: v.Person, ID: v.PersonID}, true
		}
	}
	return a, false
}

// assignedTo reports whether the steps of a role were handed to nobody else.
func (c Case) assignedTo(a Actor) bool {
	to, ok := c.Assigned(a.Role)
	return !ok || to.same(a)
}

// issued is the number of the result, once it is issued.
func (c Case) issued() string {
	for _, e := range c.Entries {
		s, ok := c.Walk.Step(e.Step)
		if ok && s.Result != "" && e.Document != "" {
			return e.Document
		}
	}
	return ""
}
