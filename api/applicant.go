package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

func (v *service) applicantRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	e.PUT("/v1/applications/:application/form", v.changeForm)
	get("/v1/applications/:application/documents", v.applicationDocuments)
	get("/v1/applications/:application/documents/:number", v.applicationDocument) // {number}.pdf
}

// formRequest is a form that is filled in anew.
type formRequest struct {
	Form strictjson.Object `json:"form"`
}

// changeForm answers PUT /v1/applications/{application}/form: until somebody has signed it,
// whoever applies fills the form in as often as he likes.
func (v *service) changeForm(c echo.Context) error {
	if _, err := v.asker(c, store.ScopeApply); err != nil {
		return err
	}
	seen, err := applicationMatch(c)
	if err != nil {
		return err
	}
	var body formRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	a, who, err := v.asked(c)
	if err != nil {
		return err
	}
	if who.isPerson() && a.Client != who.client && !v.isApplicant(who, a) {
		return &fault{is: errNoDuty, detail: regulation.ForApplicant}
	}
	a, err = v.Applications.ChangeForm(contextOf(c), applications.FormRequest{
		Application: a.ID, AnyState: seen.any, Last: seen.lastOf(len(a.Entries)), Form: json.RawMessage(body.Form),
	})
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "form kept", "trace_id", traceID(c), "application", a.ID, "client", who.client)
	view, err := v.viewed(c, a)
	if err != nil {
		return err
	}
	c.Response().Header().Set("ETag", applicationTag(a))
	return personal(c, http.StatusOK, view)
}

// applicationDocuments answers GET /v1/applications/{application}/documents: what came of
// it, in the order of its entries, for whom it concerns.
func (v *service) applicationDocuments(c echo.Context) error {
	a, err := v.shown(c, "documents")
	if err != nil {
		return err
	}
	answer := struct {
		Documents []issuedView `json:"documents"`
	}{[]issuedView{}}
	for _, number := range documentsOf(a) {
		issued, err := v.issuedView(c, number)
		if err != nil {
			return err
		}
		answer.Documents = append(answer.Documents, issued)
	}
	return personal(c, http.StatusOK, answer)
}

// documentsOf are the numbers of the documents that came of an application.
func documentsOf(a applications.Application) (all []string) {
	for _, e := range a.Entries {
		if e.Document != "" {
			all = append(all, e.Document)
		}
	}
	return all
}

// applicationDocument answers GET /v1/applications/{application}/documents/{number}.pdf:
// the signed file of a document that came of it.
func (v *service) applicationDocument(c echo.Context) error {
	a, who, err := v.asked(c)
	if err != nil {
		return err
	}
	typed, isPDF := strings.CutSuffix(c.Param("number"), ".pdf")
	n, err := documents.ParseNumber(typed)
	if err != nil || !isPDF || !slices.Contains(documentsOf(a), n.String) {
		return errNoRoute
	}
	if err := v.looked(c, a, who, "document"); err != nil {
		return err
	}
	file, err := v.Registry.PDF(contextOf(c), n.String)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return sendPDF(c, "attachment", n.String, file)
}
