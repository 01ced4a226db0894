package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"tamga/documents/store"
)

// resultRequest is the body of POST /v1/applications/{application}/result/prepare: the
// step that signs what was handed up, and what is known of the signature.
type resultRequest struct {
	Step    string        `json:"step"`
	Outcome string        `json:"outcome"`
	Role    string        `json:"role"`
	Person  string        `json:"person"`
	Signer  signerRequest `json:"signer"`
}

// prepareResult answers POST /v1/applications/{application}/result/prepare: what the
// signer of a result signs by his own key, before the entry that brings it.
func (v *service) prepareResult(c echo.Context) error {
	who, err := v.asker(c, store.ScopeEnter)
	if err != nil {
		return err
	}
	seen, err := applicationMatch(c)
	if err != nil {
		return err
	}
	var body resultRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	elsewhere, err := body.Signer.elsewhere()
	if err != nil {
		return err
	}
	req, err := v.requested(c, asking{who, seen, entryRequest{Step: body.Step, Outcome: body.Outcome, Role: body.Role, Person: body.Person}})
	if err != nil {
		return err
	}
	req.IdempotencyKey = "result" // of a request that is not kept
	p, err := v.Applications.PrepareResult(contextOf(c), req, elsewhere)
	if err != nil {
		return notAllowed(err)
	}
	v.Log.InfoContext(contextOf(c), "result prepared", "trace_id", traceID(c), "application", req.Application, "number", p.Number)
	return personal(c, http.StatusOK, v.describePreparation(p))
}
