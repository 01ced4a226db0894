package api

import (
	"cmp"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/people"
	"tamga/language"
)

// dutyView is a duty as administrators and whoever has it see it.
type dutyView struct {
	ID       string          `json:"id"`
	Person   string          `json:"person"`
	Role     string          `json:"role"`
	RoleName language.Text   `json:"role_name,omitzero"` // of one's own duties, as the rules of today call it
	Provider string          `json:"provider,omitempty"` // absent of roles that serve all providers
	From     time.Time       `json:"from"`
	Until    time.Time       `json:"until,omitzero"`
	DeputyOf string          `json:"deputy_of,omitempty"` // a person
	Order    *orderView      `json:"order,omitempty"`
	Position *documents.Text `json:"position,omitempty"`
	GivenBy  string          `json:"given_by,omitempty"` // absent of those given on the machine
	GivenAt  time.Time       `json:"given_at"`
	EndedBy  string          `json:"ended_by,omitempty"`
	EndedAt  time.Time       `json:"ended_at,omitzero"`
}

type orderView struct {
	Number string         `json:"number"`
	Date   documents.Date `json:"date"`
}

func viewOfDuty(d people.Duty) dutyView {
	view := dutyView{
		ID: d.ID, Person: d.Person, Role: d.Role, Provider: d.Provider, From: d.From, Until: d.Until, DeputyOf: d.DeputyOf,
		GivenBy: d.GivenBy, GivenAt: d.GivenAt, EndedBy: d.EndedBy, EndedAt: d.EndedAt,
	}
	if d.Order.Number != "" {
		view.Order = &orderView{d.Order.Number, d.Order.Date}
	}
	if d.Position != (documents.Text{}) {
		view.Position = &d.Position
	}
	return view
}

// administrator is signedInByKey of a person who administers people.
func (v *service) administrator(c echo.Context) (people.Session, error) {
	s, err := v.signedInByKey(c)
	if err != nil {
		return s, err
	}
	_, ok, err := people.Holds(contextOf(c), v.Registry.Store, s.Person.ID, people.Administrator, "", v.Registry.Store.Moment())
	if err == nil && !ok {
		err = people.ErrNotAdministrator
	}
	return s, err
}

// knownView is a person with all duties that he has or had.
type knownView struct {
	personView
	Duties []dutyView `json:"duties"`
}

// listPeople answers GET /v1/people, for administrators.
func (v *service) listPeople(c echo.Context) error {
	if _, err := v.administrator(c); err != nil {
		return err
	}
	limit, err := limitOf(c)
	if err != nil {
		return err
	}
	limit = cmp.Or(limit, 50)
	all, err := people.Persons(contextOf(c), v.Registry.Store, c.QueryParam("after"), limit)
	if err != nil {
		return err
	}
	answer := struct {
		People []knownView `json:"people"`
		Next   string      `json:"next,omitempty"`
	}{People: []knownView{}}
	for _, p := range all {
		had, err := people.Duties(contextOf(c), v.Registry.Store, p.ID, time.Time{})
		if err != nil {
			return err
		}
		answer.People = append(answer.People, knownView{viewOfPerson(p), viewsOfDuties(had)})
	}
	if len(all) == limit {
		answer.Next = v.BaseURL + "/v1/people?after=" + all[len(all)-1].ID
	}
	return personal(c, http.StatusOK, answer)
}

func viewsOfDuties(all []people.Duty) []dutyView {
	views := []dutyView{}
	for _, d := range all {
		views = append(views, viewOfDuty(d))
	}
	return views
}

// knownRequest makes somebody known.
type knownRequest struct {
	Natural documents.NaturalPerson `json:"natural"`
}

// addPerson answers POST /v1/people: an administrator makes somebody known who has not
// signed in yet. One who is known is answered with as he is.
func (v *service) addPerson(c echo.Context) error {
	s, err := v.administrator(c)
	if err != nil {
		return err
	}
	var body knownRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	p, added, err := v.People.Add(contextOf(c), body.Natural, s.Person.ID)
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "person made known", "trace_id", traceID(c), "person", p.ID, "by", s.Person.ID, "added", added)
	status := http.StatusOK
	if added {
		status = http.StatusCreated
	}
	return personal(c, status, viewOfPerson(p))
}

// dutyRequest asks for a duty to be given.
type dutyRequest struct {
	Person   string          `json:"person"`
	Role     string          `json:"role"`
	Provider string          `json:"provider"`
	From     time.Time       `json:"from"`  // now when left out
	Until    time.Time       `json:"until"` // open when left out
	DeputyOf string          `json:"deputy_of"`
	Order    *orderView      `json:"order"`
	Position *documents.Text `json:"position"`
}

// giveDuty answers POST /v1/duties.
func (v *service) giveDuty(c echo.Context) error {
	s, err := v.administrator(c)
	if err != nil {
		return err
	}
	var body dutyRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	asked := people.DutyRequest{
		Person: body.Person, Role: body.Role, Provider: body.Provider, From: body.From, Until: body.Until, DeputyOf: body.DeputyOf, By: s.Person.ID,
	}
	if body.Order != nil {
		asked.Order = people.Order{Number: body.Order.Number, Date: body.Order.Date}
	}
	if body.Position != nil {
		asked.Position = *body.Position
	}
	d, err := v.People.GiveDuty(contextOf(c), asked)
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "duty given", "trace_id", traceID(c), "duty", d.ID, "person", d.Person, "role", d.Role, "by", s.Person.ID)
	return personal(c, http.StatusCreated, viewOfDuty(d))
}

// endDuty answers POST /v1/duties/{duty}/end.
func (v *service) endDuty(c echo.Context) error {
	s, err := v.administrator(c)
	if err != nil {
		return err
	}
	d, err := v.People.EndDuty(contextOf(c), c.Param("duty"), s.Person.ID)
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "duty ended", "trace_id", traceID(c), "duty", d.ID, "person", d.Person, "role", d.Role, "by", s.Person.ID)
	return personal(c, http.StatusOK, viewOfDuty(d))
}
