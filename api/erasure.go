package api

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/people"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

func (v *service) erasureRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	e.POST("/v1/applications/:application/erasure/act", v.erasureText)
	e.POST("/v1/applications/:application/erasure", v.eraseApplication)
	get("/v1/applications/:application/erasure", v.erasureOf)
}

// erasureRequest asks to erase an application. The order has the members of an event of
// documents.
type erasureRequest struct {
	Role      string              `json:"role"` // in which one acts; an administrator's when left out
	Ground    applications.Ground `json:"ground"`
	Order     documents.NewEvent  `json:"order"`
	Signature strictjson.Bytes    `json:"signature"` // CMS over the text of .../erasure/act
}

// askedErasure reads a request of a person who is signed in by key and has the duty.
func (v *service) askedErasure(c echo.Context) (req applications.EraseRequest, err error) {
	s, err := v.signedInByKey(c)
	if err != nil {
		return req, err
	}
	who, err := v.asker(c, "")
	if err != nil {
		return req, err
	}
	body := erasureRequest{Role: people.Administrator, Ground: applications.GroundOrder}
	if err := v.readJSON(c, &body); err != nil {
		return req, err
	}
	if body.Order.Kind == "" {
		body.Order.Kind = documents.EventErased
	}
	mine := func(d people.Duty) bool { return d.Role == body.Role && d.Provider == "" }
	a, err := v.Applications.Application(contextOf(c), c.Param("application"))
	if err == nil {
		kase, err := v.Applications.Case(contextOf(c), a)
		if err != nil {
			return req, err
		}
		service, _ := kase.Rules.Service(kase.Service)
		mine = func(d people.Duty) bool {
			return d.Role == body.Role && (d.Provider == "" || d.Provider == service.ProviderID)
		}
	}
	if !slices.ContainsFunc(who.duties, mine) {
		return req, &fault{is: errNoDuty, detail: body.Role}
	}
	if err != nil && !errors.Is(err, applications.ErrErased) { // he may ask again for what he has erased
		return req, err
	}
	req = applications.EraseRequest{
		Client: who.client, Application: c.Param("application"), Ground: body.Ground, Order: body.Order, Signature: body.Signature,
		Actor: applications.Actor{Role: body.Role, Person: s.Person.Name(), ID: s.Person.ID},
	}
	return req, nil
}

// erasureText answers POST /v1/applications/{application}/erasure/act: what is signed to
// erase it, and what would go. Nothing is erased.
func (v *service) erasureText(c echo.Context) error {
	req, err := v.askedErasure(c)
	if err != nil {
		return err
	}
	all, err := v.Applications.Erasing(contextOf(c), req)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, struct {
		Text      []byte                    `json:"text"` // in base64; what is signed
		Goes      []applications.ErasedRows `json:"goes"`
		Documents []string                  `json:"documents"`
		Left      []string                  `json:"left,omitempty"` // documents that repeat theirs, erased each by itself
	}{all.Act, all.Rows, all.Documents, all.Left})
}

// eraseApplication answers POST /v1/applications/{application}/erasure.
func (v *service) eraseApplication(c echo.Context) error {
	req, err := v.askedErasure(c)
	if err != nil {
		return err
	}
	done, replayed, err := v.Applications.Erase(contextOf(c), req)
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "application erased", "trace_id", traceID(c), "application", done.ID, "client", req.Client, "replayed", replayed)
	if replayed {
		c.Response().Header().Set("Idempotency-Replayed", "true")
	}
	return personal(c, http.StatusCreated, v.erasureView(done, true))
}

// erasureView is what stays of an application that was erased.
type erasureView struct {
	ID           string              `json:"id"`
	Number       string              `json:"number,omitempty"`
	Edition      string              `json:"edition"`
	Service      string              `json:"service"`
	Route        string              `json:"route"`
	OpenedAt     time.Time           `json:"opened_at"`
	RegisteredAt time.Time           `json:"registered_at,omitzero"`
	Ended        regulation.End      `json:"ended"`
	Entries      []erasedEntry       `json:"entries"`
	ErasedAt     time.Time           `json:"erased_at"`
	Ground       applications.Ground `json:"ground"`
	OrderNumber  string              `json:"order_number"`
	OrderDate    documents.Date      `json:"order_date"`
	// For administrators: the certificate in the CMS names the ИИН of an official.
	Person string `json:"person,omitempty"`
	Act    []byte `json:"act,omitempty"`
	CMS    []byte `json:"cms,omitempty"`
}

// erasedEntry is a step that was done.
type erasedEntry struct {
	Seq      int       `json:"seq"`
	Step     string    `json:"step"`
	Outcome  string    `json:"outcome"`
	Role     string    `json:"role"`
	At       time.Time `json:"at"`
	Document string    `json:"document,omitempty"`
}

func (v *service) erasureView(e applications.Erasure, whole bool) erasureView {
	view := erasureView{
		ID: e.ID, Number: e.Number, Edition: e.Edition, Service: e.Service, Route: e.Route, OpenedAt: e.OpenedAt, RegisteredAt: e.RegisteredAt,
		Ended: e.Ended, Entries: []erasedEntry{}, ErasedAt: e.At, Ground: e.Ground, OrderNumber: e.Order.OrderNumber, OrderDate: e.Order.OrderDate,
	}
	for _, d := range e.Entries {
		view.Entries = append(view.Entries, erasedEntry{d.Seq, d.Step, d.Outcome, d.Actor.Role, d.At, d.Document})
	}
	if whole {
		view.Person, view.Act, view.CMS = e.Person, e.Act, e.Signature
	}
	return view
}

// erasureOf answers GET /v1/applications/{application}/erasure: the record of an
// application that was erased, in which nobody is named but, for administrators, who has
// signed it.
func (v *service) erasureOf(c echo.Context) error {
	who, err := v.asker(c, store.ScopeApply)
	if err != nil {
		return err
	}
	done, err := v.Applications.Erasure(contextOf(c), c.Param("application"))
	if err != nil {
		return err
	}
	whole := slices.ContainsFunc(who.duties, func(d people.Duty) bool { return d.Role == people.Administrator })
	return personal(c, http.StatusOK, v.erasureView(done, whole))
}
