package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

func (v *service) applicationRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	e.POST("/v1/applications", v.openApplication)
	get("/v1/applications", v.listApplications)
	get("/v1/applications/:application", v.application)
	get("/v1/applications/:application/entries", v.entries)
	e.POST("/v1/applications/:application/entries", v.enterStep)
	get("/v1/applications/:application/entries/:seq/proof", v.entryProof)
	get("/v1/applications/:application/entries/:seq/signature", v.entrySignature)
	e.POST("/v1/applications/:application/act", v.actText)
	e.POST("/v1/applications/:application/result/prepare", v.prepareResult)
	e.POST("/v1/applications/:application/advance", v.advanceApplication)
	get("/v1/applications/:application/diagram.svg", v.applicationDiagram)
	get("/v1/tasks", v.tasks)
	e.POST("/v1/applications/:application/same-matter", v.decideSameMatter)
	get("/v1/applications/:application/looks", v.looks)
	get("/v1/applications/:application/copy", v.copyOf)
	get("/v1/applications/:application/copy.pdf", v.copyFile)
	v.erasureRoutes(e, get)
	v.moveRoutes(e, get)
}

// openRequest asks for a new application.
type openRequest struct {
	Service   string             `json:"service"`
	Channel   regulation.Channel `json:"channel"`
	Applicant documents.Holder   `json:"applicant"`
	Form      strictjson.Object  `json:"form"`
}

// openApplication answers POST /v1/applications.
func (v *service) openApplication(c echo.Context) error {
	who, err := v.asker(c, store.ScopeApply)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	var body openRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	unvouched, err := v.unvouched(c, who, body)
	if err != nil {
		return err
	}
	a, replayed, err := v.Applications.Open(contextOf(c), applications.OpenRequest{
		Client: who.client, IdempotencyKey: key, Service: body.Service, Channel: body.Channel, Applicant: body.Applicant, Form: []byte(body.Form),
		Unvouched: unvouched,
	})
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "application opened", "trace_id", traceID(c), "application", a.ID, "service", a.Service, "client", who.client, "replayed", replayed)
	view, err := v.viewed(c, a)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Location", view.Links.Self)
	h.Set("ETag", applicationTag(a))
	if replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	return personal(c, http.StatusCreated, view)
}

// application answers GET /v1/applications/{id or number}.
func (v *service) application(c echo.Context) error {
	who, err := v.asker(c, store.ScopeApply)
	if err != nil {
		return err
	}
	a, err := v.shownTo(c, who, "application")
	if err != nil {
		return err
	}
	view, err := v.viewed(c, a)
	if err != nil {
		return err
	}
	if view.SameMatter, err = v.sameMatter(c, who, a); err != nil {
		return err
	}
	if unchanged(c, applicationTag(a, twinNames(view.SameMatter)...), "private, no-cache") {
		return c.NoContent(http.StatusNotModified)
	}
	return c.JSON(http.StatusOK, view)
}

// asked returns the application that a request is about, for whom it concerns: to all
// others it is not there.
func (v *service) asked(c echo.Context) (applications.Application, asker, error) {
	who, err := v.asker(c, store.ScopeApply)
	if err != nil {
		return applications.Application{}, who, err
	}
	a, err := v.askedBy(c, who)
	return a, who, err
}

// askedBy is asked for one whose right was looked at before.
func (v *service) askedBy(c echo.Context, who asker) (applications.Application, error) {
	a, err := v.Applications.Application(contextOf(c), c.Param("application"))
	if err != nil {
		return a, err
	}
	concerned, err := v.concerned(c, who, a)
	if err == nil && !concerned {
		err = applications.ErrNotFound
	}
	return a, err
}

// applicationTag names a state of an application. It ends with the number of its last
// entry, which is what If-Match is compared with. What else an answer has that no entry
// tells is named beside it.
func applicationTag(a applications.Application, beside ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{"application", a.ID, a.Number, a.Edition}, beside...), "\n")))
	return `"` + hex.EncodeToString(sum[:12]) + "-" + strconv.Itoa(len(a.Entries)) + `"`
}

// listApplications answers GET /v1/applications: those that the asker has opened, in
// their order; ?going are those that have not ended.
func (v *service) listApplications(c echo.Context) error {
	who, err := v.asker(c, store.ScopeApply)
	if err != nil {
		return err
	}
	chosen := applications.Chosen{Client: who.client, After: c.QueryParam("after")}
	switch going := c.QueryParam("going"); going {
	case "":
	case "true":
		chosen.Going = true
	default:
		return badField("/going", "unknown", "is true, or left out")
	}
	if chosen.Limit, err = limitOf(c); err != nil {
		return err
	}
	list, err := v.Applications.List(contextOf(c), chosen)
	if err != nil {
		return err
	}
	answer := struct {
		Applications []applicationView `json:"applications"`
		Next         string            `json:"next,omitempty"`
	}{Applications: []applicationView{}}
	for _, a := range list {
		concerned, err := v.concerned(c, who, a)
		if err != nil {
			return err
		}
		if !concerned {
			continue // which he has opened, and no longer sees
		}
		view, err := v.viewed(c, a)
		if err != nil {
			return err
		}
		answer.Applications = append(answer.Applications, view)
	}
	if n := len(list); n > 0 && n == chosen.Most() {
		answer.Next = v.BaseURL + "/v1/applications?after=" + list[n-1].ID
	}
	return personal(c, http.StatusOK, answer)
}

// limitOf is how much of a list is wanted; zero when nobody says it.
func limitOf(c echo.Context) (int, error) {
	limit := c.QueryParam("limit")
	if limit == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(limit)
	if err != nil || n < 1 || n > 200 {
		return 0, badField("/limit", "range", "is a number from 1 to 200")
	}
	return n, nil
}
