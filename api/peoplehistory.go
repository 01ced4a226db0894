package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/people"
	"tamga/documents/registry"
	"tamga/documents/regulation"
)

// forWhomView is for whom somebody sees an application, by what, and what he may do.
type forWhomView struct {
	Name   documents.Text `json:"name"`
	Ground people.Ground  `json:"ground"`
	May    []people.Right `json:"may"`
}

// forWhom is for whom somebody sees an application of his, or of whom he acts for.
func forWhom(acting people.Acting, a applications.Application, at time.Time) (forWhomView, error) {
	view := forWhomView{Name: documents.Text{KK: a.Applicant.FullName(documents.KK), RU: a.Applicant.FullName(documents.RU)}}
	for _, right := range []people.Right{people.Sign, people.FillIn} {
		ground, err := people.MayAct(acting, a.Applicant, right, at)
		var denied *people.RefusedError
		if errors.As(err, &denied) && right == people.Sign {
			continue
		}
		if err != nil {
			return view, err
		}
		view.Ground, view.May = ground, append(view.May, right)
	}
	return view, nil
}

// cabinet is a page of the applications of whoever is signed in, and of those for whom he
// may act.
type cabinet struct {
	acting people.Acting
	at     time.Time
	list   []applications.Application
	next   string // after which the next page begins; empty for none
}

// cabinetOf returns a page of the applications that concern whoever is signed in.
func (v *service) cabinetOf(c echo.Context, going bool) (cabinet, error) {
	s, err := v.signedIn(c)
	if err != nil {
		return cabinet{}, err
	}
	limit, err := limitOf(c)
	if err != nil {
		return cabinet{}, err
	}
	own := cabinet{at: v.Registry.Store.Moment()}
	if own.acting, err = v.People.Acting(contextOf(c), v.Registry.Store, s.Acting()); err != nil {
		return own, err
	}
	chosen := applications.Chosen{Parties: own.acting.Parties(own.at), Going: going, After: c.QueryParam("after"), Limit: limit}
	own.list, err = v.Applications.List(contextOf(c), chosen)
	if n := len(own.list); n > 0 && n == chosen.Most() {
		own.next = own.list[n-1].ID
	}
	return own, err
}

// cabinetView is an application in a cabinet.
type cabinetView struct {
	applicationView
	For forWhomView `json:"for_whom"`
}

// myApplications answers GET /v1/me/applications: where those stand of whoever is signed
// in, and of those for whom he may act; ?going are those that have not ended.
func (v *service) myApplications(c echo.Context) error {
	going := c.QueryParam("going")
	if going != "" && going != "true" {
		return badField("/going", "unknown", "is true, or left out")
	}
	own, err := v.cabinetOf(c, going != "")
	if err != nil {
		return err
	}
	answer := struct {
		Applications []cabinetView `json:"applications"`
		Next         string        `json:"next,omitempty"`
	}{Applications: []cabinetView{}}
	for _, a := range own.list {
		view, err := v.viewed(c, a)
		if err != nil {
			return err
		}
		whom, err := forWhom(own.acting, a, own.at)
		if err != nil {
			return err
		}
		answer.Applications = append(answer.Applications, cabinetView{view, whom})
	}
	if own.next != "" {
		answer.Next = v.BaseURL + "/v1/me/applications?after=" + own.next
		if going != "" {
			answer.Next += "&going=true"
		}
	}
	return personal(c, http.StatusOK, answer)
}

// receivedView is an application in the history of services: what was asked for, for whom,
// and what came of it.
type receivedView struct {
	ID           string             `json:"id"`
	Number       string             `json:"number,omitempty"`
	Service      namedView          `json:"service"`
	Channel      regulation.Channel `json:"channel"`
	For          forWhomView        `json:"for_whom"`
	OpenedAt     time.Time          `json:"opened_at"`
	RegisteredAt time.Time          `json:"registered_at,omitzero"`
	Ended        regulation.End     `json:"ended,omitempty"` // how; absent while it goes on
	EndedAt      time.Time          `json:"ended_at,omitzero"`
	Documents    []issuedView       `json:"documents"` // that came of it, in their order
	Link         string             `json:"application"`
}

// issuedView is a document that came of an application.
type issuedView struct {
	Number   string         `json:"number"`
	Kind     documents.Kind `json:"kind"`
	IssuedOn documents.Date `json:"issued_on,omitzero"`
	Status   publicStatus   `json:"status"`
	Erased   bool           `json:"erased,omitempty"`
	Check    string         `json:"check"` // where anybody checks it
}

// myHistory answers GET /v1/me/history: the services that whoever is signed in, and those
// for whom he may act, have asked for.
func (v *service) myHistory(c echo.Context) error {
	own, err := v.cabinetOf(c, false)
	if err != nil {
		return err
	}
	answer := struct {
		History []receivedView `json:"history"`
		Next    string         `json:"next,omitempty"`
	}{History: []receivedView{}}
	for _, a := range own.list {
		view, err := v.received(c, own, a)
		if err != nil {
			return err
		}
		answer.History = append(answer.History, view)
	}
	if own.next != "" {
		answer.Next = v.BaseURL + "/v1/me/history?after=" + own.next
	}
	return personal(c, http.StatusOK, answer)
}

func (v *service) received(c echo.Context, own cabinet, a applications.Application) (receivedView, error) {
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return receivedView{}, err
	}
	service, _ := kase.Rules.Service(a.Service) // there when the case was made
	view := receivedView{
		ID: a.ID, Number: a.Number, Service: namedView{service.ID, service.Name}, Channel: channelOf(service, a.Route),
		OpenedAt: a.OpenedAt, RegisteredAt: a.RegisteredAt, Ended: a.Ended, Documents: []issuedView{}, Link: v.applicationLinks(a).Self,
	}
	if view.For, err = forWhom(own.acting, a, own.at); err != nil {
		return view, err
	}
	if a.Ended != "" {
		view.EndedAt = a.Entries[len(a.Entries)-1].At
	}
	for _, e := range a.Entries {
		if e.Document == "" {
			continue
		}
		issued, err := v.issuedView(c, e.Document)
		if err != nil {
			return view, err
		}
		view.Documents = append(view.Documents, issued)
	}
	return view, nil
}

// issuedView tells how a document stands. Of one whose content was erased the number and
// the kind are left.
func (v *service) issuedView(c echo.Context, number string) (issuedView, error) {
	view := issuedView{Number: number, Check: v.BaseURL + "/check/" + number}
	n, err := documents.ParseNumber(number)
	if err != nil {
		return view, err
	}
	view.Kind = n.Kind
	rec, life, err := v.Registry.DocumentAndLife(contextOf(c), number)
	if errors.Is(err, registry.ErrErased) {
		view.Erased = true
		return view, nil
	}
	if err != nil {
		return view, err
	}
	view.IssuedOn, view.Status = rec.IssuedOn(), publicStatusOf(life.Standing(v.now()))
	view.Erased = !rec.ErasedAt.IsZero()
	return view, nil
}
