package applications

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
)

// Case is an application with the rules by which it is judged. Make it with
// [Book.Case].
type Case struct {
	Application
	Rules *regulation.Edition
	Walk  *regulation.Walk
	Days  *calendar.Calendar
	At    time.Time // the moment at which it is asked about
}

// Case returns an application with its rules: of the edition that it stands under, as
// they are now, so that a mistake of the data that was mended is no longer made.
func (b *Book) Case(ctx context.Context, a Application) (Case, error) {
	rules, err := b.Rulebook.Current(ctx)
	if err != nil {
		return Case{}, err
	}
	c, err := caseBy(rules, a)
	c.At = b.Register.Store.Moment()
	return c, err
}

func caseBy(rules *rulebook.Rules, a Application) (Case, error) {
	id, _, _ := strings.Cut(a.Edition, "@")
	e, ok := rules.Law.Edition(id)
	if !ok {
		return Case{}, fmt.Errorf("%w: edition %s", ErrNoEdition, a.Edition)
	}
	return caseUnder(e, rules, a)
}

func caseUnder(e *regulation.Edition, rules *rulebook.Rules, a Application) (Case, error) {
	w, ok := e.Walk(a.Route)
	if _, owns := e.Service(a.Service); !ok || !owns {
		return Case{}, fmt.Errorf("%w: service %s by route %s in edition %s", ErrNoEdition, a.Service, a.Route, e.ID)
	}
	c := Case{Application: a, Rules: e, Walk: w, Days: rules.Calendar}
	if p := a.Place(); p.End == "" && len(w.Moves(p)) == 0 {
		return Case{}, fmt.Errorf("%w: step %s of edition %s", ErrNoEdition, p.Name(), e.ID)
	}
	return c, nil
}

// Act is what somebody wants to do on an application.
type Act struct {
	Actor   Actor
	Step    string // an action, or a step of the systems; either name of what has two
	Outcome string
}

// May returns what an act does, if it may be done now; if not, the error is a
// *[RefusedError]. Norms of time refuse nothing.
func (c Case) May(a Act) (regulation.Move, error) {
	refuse := func(r Reason, format string, args ...any) (regulation.Move, error) {
		return regulation.Move{}, &RefusedError{r, a.Step, a.Outcome, fmt.Sprintf(format, args...)}
	}
	p := c.Place()
	if p.End != "" {
		return refuse(ReasonEnded, "the application has ended: %s", p.End)
	}
	if b, ok := c.Rules.BesideOf(regulation.BesideAct(a.Step)); ok {
		return c.besides(b, a)
	}
	if _, ok := c.Walk.Step(a.Step); !ok {
		return refuse(ReasonStep, "route %s has no such step", c.Route)
	}
	here := slices.DeleteFunc(c.Walk.Moves(p), func(m regulation.Move) bool { return !m.Named(a.Step) })
	if len(here) == 0 {
		return refuse(ReasonPosition, "the application stands at %s", c.StandsAt())
	}
	at := here[0].Step
	here = slices.DeleteFunc(here, func(m regulation.Move) bool { return m.OutcomeOf(a.Step) != a.Outcome })
	switch {
	case len(here) == 0:
		return refuse(ReasonOutcome, "the step ends in none such now; %s does", at.ID)
	case len(here) > 1:
		return refuse(ReasonOutcome, "several ways of %s lead to that; name one of them", at.ID)
	case !at.By(c.Rules, a.Actor.Role) && !c.Rules.Manual.May(at, a.Actor.Role):
		return refuse(ReasonActor, "the step is done by %s", at.Actor)
	case c.pausedUntil().After(c.At):
		return refuse(ReasonPaused, "the application is paused until %s", documents.PrintedMoment(c.pausedUntil()))
	case !c.assignedTo(a.Actor):
		return refuse(ReasonAssigned, "the application was handed to another person of the role")
	}
	if detail := c.voted(here[0], a.Actor); detail != "" {
		return refuse(ReasonVotes, "%s", detail)
	}
	return here[0], c.fourEyes(a)
}

// Signs reports whether somebody who makes a move in a role signs it.
func (c Case) Signs(m regulation.Move, role string) bool {
	return m.Step.SignedBy(role) || m.Step.BySystem(c.Rules) && c.Rules.Manual.May(m.Step, role)
}

// fourEyes refuses a person who has acted on the other side.
func (c Case) fourEyes(a Act) error {
	for _, e := range c.Entries {
		if e.Actor.same(a.Actor) && c.apart(e.Actor.Role, a.Actor.Role) {
			return &RefusedError{ReasonFourEyes, a.Step, a.Outcome, fmt.Sprintf("the person has acted as %s in entry %d", e.Actor.Role, e.Seq)}
		}
	}
	return nil
}

// apart reports whether the rules keep two roles apart.
func (c Case) apart(one, other string) bool {
	return slices.ContainsFunc(c.Rules.FourEyes, func(a regulation.Apart) bool { return a.Between(one, other) })
}

// StandsAt names the steps that may be done now; nothing at the end.
func (c Case) StandsAt() string {
	var names []string
	for _, m := range c.Walk.Moves(c.Place()) {
		if !slices.Contains(names, m.Step.ID) {
			names = append(names, m.Step.ID)
		}
	}
	return strings.Join(names, " or ")
}
