package api

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents/applications"
	"tamga/documents/people"
	"tamga/documents/store"
	"tamga/language"
)

// lookView is that somebody saw the personal data of an application.
type lookView struct {
	Person   string        `json:"person"`         // a person's id, or the client by which he asked
	Name     string        `json:"name,omitempty"` // of the person
	Role     string        `json:"role"`
	RoleName language.Text `json:"role_name,omitzero"` // as the rules of the application call it
	Why      string        `json:"why"`
	At       time.Time     `json:"at"`
}

// looks answers GET /v1/applications/{application}/looks: who looked at what of it, for
// the applicant and who acts for him, the program that has opened it, and administrators.
func (v *service) looks(c echo.Context) error {
	a, err := v.lookedAt(c)
	if err != nil {
		return err
	}
	all, err := v.Applications.Looks(contextOf(c), a.ID)
	if err != nil {
		return err
	}
	answer := struct {
		Looks []lookView `json:"looks"`
	}{[]lookView{}}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return err
	}
	for _, l := range all {
		view := lookView{Person: l.Person, Role: l.Role, RoleName: kase.Rules.NameOf(l.Role), Why: l.Why, At: l.At}
		p, err := people.Lookup(contextOf(c), v.Registry.Store, l.Person)
		if err != nil && !errors.Is(err, people.ErrNotFound) {
			return err
		}
		view.Name = p.Name()
		answer.Looks = append(answer.Looks, view)
	}
	return personal(c, http.StatusOK, answer)
}

// lookedAt returns the application about whose looks somebody asks, if he may. An official
// whom it concerns is told that he may not; to all others it is not there.
func (v *service) lookedAt(c echo.Context) (applications.Application, error) {
	who, err := v.asker(c, store.ScopeApply)
	if err != nil {
		return applications.Application{}, err
	}
	if slices.ContainsFunc(who.duties, func(d people.Duty) bool { return d.Role == people.Administrator }) {
		return v.Applications.Application(contextOf(c), c.Param("application"))
	}
	a, err := v.askedBy(c, who)
	if err != nil || !who.isPerson() {
		return a, err
	}
	if !v.isApplicant(who, a) {
		return a, &fault{is: errNoDuty, detail: people.Administrator}
	}
	return a, nil
}

// isApplicant reports whether a person may see an application as its applicant does.
func (v *service) isApplicant(who asker, a applications.Application) bool {
	_, err := people.MayAct(who.acting, a.Applicant, people.FillIn, v.Registry.Store.Moment())
	return err == nil
}

// looked writes down that personal data of an application are about to be shown, to
// another than the applicant.
func (v *service) looked(c echo.Context, a applications.Application, who asker, why string) error {
	l, ok, err := v.look(c, a, who, why)
	if err != nil || !ok {
		return err
	}
	return v.Applications.Looked(contextOf(c), l)
}

// shown is asked of what shows the data of an application again and again. When an
// official reads it, that is written down once within an hour; programs read for
// applicants.
func (v *service) shown(c echo.Context, why string) (applications.Application, error) {
	who, err := v.asker(c, store.ScopeApply)
	if err != nil {
		return applications.Application{}, err
	}
	return v.shownTo(c, who, why)
}

// shownTo is shown of one whose right was looked at before.
func (v *service) shownTo(c echo.Context, who asker, why string) (applications.Application, error) {
	a, err := v.askedBy(c, who)
	if err != nil {
		return a, err
	}
	return a, v.visited(c, a, who, why)
}

// visited is [service.looked] of what is shown again and again.
func (v *service) visited(c echo.Context, a applications.Application, who asker, why string) error {
	if !who.isPerson() {
		return nil
	}
	l, ok, err := v.look(c, a, who, why)
	if err != nil || !ok {
		return err
	}
	return v.Applications.Visited(contextOf(c), l)
}

// look is what is written down of somebody who looks; false for the applicant. A person
// looks in the role of his first duty that serves the application, and a program, or a
// person who has only opened it, by the right to apply.
func (v *service) look(c echo.Context, a applications.Application, who asker, why string) (l applications.Look, ok bool, err error) {
	l = applications.Look{Application: a.ID, Person: who.client, Role: store.ScopeApply, Why: why}
	if !who.isPerson() {
		return l, true, nil
	}
	if v.isApplicant(who, a) {
		return l, false, nil
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return l, false, err
	}
	l.Person = who.person.ID
	if n := slices.IndexFunc(who.duties, func(d people.Duty) bool { return serves(kase, d) }); n >= 0 {
		l.Role = who.duties[n].Role
	}
	return l, true, nil
}
