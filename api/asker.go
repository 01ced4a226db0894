package api

import (
	"errors"
	"slices"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/people"
	"tamga/documents/regulation"
)

// errNoDuty means that a person does not have the role in which he would act.
var errNoDuty = errors.New("the person has no such duty at the provider")

// asker is who asks about applications: a program, by its key, or a person, by a
// session.
type asker struct {
	client string // under which idempotency keys are kept
	// Of a person, with the powers of attorney and the duties of the moment.
	person people.Person
	acting people.Acting
	duties []people.Duty
}

// isPerson reports whether a person asks.
func (w asker) isPerson() bool { return w.person.ID != "" }

// asker returns who asks, if he has a right: a program by a scope, a person by what the
// application and his duties give him.
func (v *service) asker(c echo.Context, scope string) (asker, error) {
	if secret, given := bearer(c); !given || !people.IsToken(secret) {
		client, err := v.authorise(c, scope)
		return asker{client: client.ID}, err
	}
	s, err := v.signedIn(c)
	if err != nil {
		return asker{}, err
	}
	w := asker{client: clientOf(s), person: s.Person}
	if w.acting, err = v.People.Acting(contextOf(c), v.Registry.Store, s.Acting()); err != nil {
		return asker{}, err
	}
	w.duties, err = people.Duties(contextOf(c), v.Registry.Store, s.Person.ID, v.Registry.Store.Moment())
	return w, err
}

// concerned reports whether somebody may see an application: the program that has opened
// it, who may act for its applicant now, once somebody answers for it who may, and who
// has a duty at its provider in a role of its route. Whoever has opened it and may not act
// for the applicant, or no longer, sees it while it is a draft of his: nobody has signed
// it, and no log-in was accepted.
func (v *service) concerned(c echo.Context, w asker, a applications.Application) (bool, error) {
	if !w.isPerson() {
		return a.Client == w.client, nil
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return false, err
	}
	if a.Client == w.client && kase.Draft() || slices.ContainsFunc(w.duties, func(d people.Duty) bool { return serves(kase, d) }) {
		return true, nil
	}
	if !v.isApplicant(w, a) {
		return false, nil
	}
	return v.Applications.Vouched(contextOf(c), a.ID)
}

// unvouched reports whether somebody who opens an application may not act for its
// applicant, and has no duty that serves it: a person in neither way, and no program.
func (v *service) unvouched(c echo.Context, w asker, body openRequest) (bool, error) {
	if !w.isPerson() {
		return false, nil
	}
	if _, err := people.MayAct(w.acting, body.Applicant.Normalise(), people.FillIn, v.Registry.Store.Moment()); err == nil {
		return false, nil
	}
	rules, err := v.rules(contextOf(c))
	if err != nil {
		return true, err
	}
	e, ok := rules.Law.InForce(body.Service, documents.CivilDate(v.now()))
	if !ok {
		return true, nil // which is refused
	}
	s, _ := e.Service(body.Service)
	walk, ok := e.Walk(s.Routes[body.Channel])
	if !ok {
		return true, nil // likewise
	}
	kase := applications.Case{Application: applications.Application{Service: s.ID}, Rules: e, Walk: walk}
	return !slices.ContainsFunc(w.duties, func(d people.Duty) bool { return serves(kase, d) }), nil
}

// serves reports whether a duty is one of those who act on an application: in a role of
// its route, at its provider or, of a centre, at all.
func serves(c applications.Case, d people.Duty) bool {
	s, _ := c.Rules.Service(c.Service) // there when the case was made
	return (d.Provider == "" || d.Provider == s.ProviderID) && slices.ContainsFunc(c.Walk.Routes(), func(r *regulation.Route) bool {
		return slices.ContainsFunc(r.Steps, func(step regulation.Step) bool { return step.Actor == d.Role || step.SignedBy(d.Role) })
	})
}

// actor is who acts by an entry: of a program whom it names, of a person himself, in a
// role that he has.
func (v *service) actor(w asker, c applications.Case, body entryRequest) (applications.Actor, error) {
	a := applications.Actor{Role: body.Role, Person: body.Person}
	if !w.isPerson() {
		// Whose log-in a condition asks signs in: no program says it of him.
		if v.Applications.Ask != nil && slices.ContainsFunc(c.Walk.Moves(c.Place()), func(m regulation.Move) bool {
			return m.Named(body.Step) && logsIn(c, m)
		}) {
			return a, errSession
		}
		return a, nil
	}
	if a.ID, a.Person = w.person.ID, w.person.Name(); body.Person != "" && body.Person != a.Person {
		return a, badField("/person", "unknown", "is not who is signed in; leave it out")
	}
	right := people.FillIn
	for _, m := range c.Walk.Moves(c.Place()) {
		if !m.Named(body.Step) {
			continue
		}
		if a.Role == "" {
			a.Role = m.Step.Actor
		}
		if logsIn(c, m) {
			return a, nil // the condition after it judges who that is
		}
		if c.Signs(m, a.Role) {
			right = people.Sign
		}
	}
	if b, beside := c.Rules.BesideOf(regulation.BesideAct(body.Step)); beside {
		right = people.Sign
		if a.Role == "" {
			a.Role = w.onlyRole(c, b.By)
		}
	}
	if a.Role == "" { // asked again after the application has gone on
		a.Role = enteredAs(c, a.ID, body)
	}
	if c.Rules.Applies(a.Role) {
		_, err := people.MayAct(w.acting, c.Applicant, right, v.Registry.Store.Moment())
		return a, err
	}
	if !slices.ContainsFunc(w.duties, func(d people.Duty) bool { return d.Role == a.Role && serves(c, d) }) {
		return a, &fault{is: errNoDuty, detail: a.Role}
	}
	return a, nil
}

// enteredAs is the role in which somebody last entered the outcome of a step; empty for none.
func enteredAs(c applications.Case, person string, body entryRequest) (role string) {
	for _, e := range c.Entries {
		if e.Actor.ID == person && e.Step == body.Step && e.Outcome == body.Outcome {
			role = e.Actor.Role
		}
	}
	return role
}

// onlyRole is the one of roles in which somebody may act on an application: the only one
// that there is, or the only one that he has by a duty; empty for none and for several.
func (w asker) onlyRole(c applications.Case, roles []string) string {
	if len(roles) == 1 {
		return roles[0]
	}
	only := ""
	for _, role := range roles {
		switch has := slices.ContainsFunc(w.duties, func(d people.Duty) bool { return d.Role == role && serves(c, d) }); {
		case has && only != "":
			return ""
		case has:
			only = role
		}
	}
	return only
}

// logsIn reports whether a move comes before a condition that asks for the log-in.
func logsIn(c applications.Case, m regulation.Move) bool {
	return slices.ContainsFunc(c.Walk.Moves(m.To), func(next regulation.Move) bool {
		return slices.Contains(next.Step.Checks, regulation.CheckLogin)
	}) || m.Step.Kind == regulation.Registration
}
