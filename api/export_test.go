package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/registry"
)

// Wait makes the server wait longer for bodies, so that a test is about what it says
// and not about how busy the machine is.
func (s *Server) Wait(longer time.Duration) { s.leisure = longer }

// RequestBodies are the bodies of JSON of every address that takes one.
func RequestBodies() map[string]any {
	return map[string]any{
		"/v1/verify/cms":                                  verifyRequest{},
		"/v1/verify/pdf":                                  verifyRequest{},
		"/v1/verify/xml":                                  verifyRequest{},
		"/v1/verify/auto":                                 verifyRequest{},
		"/v1/verify/batch":                                verifyRequest{},
		"/v1/sign/cms":                                    signRequest{},
		"/v1/sign/pdf":                                    signRequest{},
		"/v1/sign/xml":                                    signRequest{},
		"/v1/sign/batch":                                  signRequest{},
		"/v1/extend":                                      extendRequest{},
		"/v1/extend/batch":                                extendRequest{},
		"/v1/timestamps":                                  timestampRequest{},
		"/v1/certificates/inspect":                        certificateRequest{},
		"/v1/documents":                                   documents.Draft{},
		"/v1/documents/:number/events":                    documents.NewEvent{},
		"/v1/documents/preview":                           documents.Draft{},
		"/v1/documents/prepare":                           prepareRequest{},
		"/v1/documents/:number/prepare-again":             signerRequest{},
		"/v1/documents/:number/signature":                 signatureRequest{},
		"/v1/check":                                       checkRequest{},
		"/v1/applications":                                openRequest{},
		"/v1/applications/:application/entries":           entryRequest{},
		"/v1/applications/:application/attachments":       attachRequest{},
		"/v1/sessions/challenge":                          challengeRequest{},
		"/v1/sessions":                                    signInRequest{},
		"/v1/accounts":                                    enrolRequest{},
		"/v1/accounts/password":                           enrolRequest{},
		"/v1/signings":                                    signingRequest{},
		"/v1/people":                                      knownRequest{},
		"/v1/duties":                                      dutyRequest{},
		"/v1/powers":                                      powerRequest{},
		"/v1/applications/:application/consent":           consentRequest{},
		"/v1/applications/:application/form":              formRequest{},
		"/v1/applications/:application/draft":             stepRequest{},
		"/v1/applications/:application/preview":           previewRequest{},
		"/v1/applications/:application/act":               entryRequest{},
		"/v1/applications/:application/erasure/act":       erasureRequest{},
		"/v1/applications/:application/erasure":           erasureRequest{},
		"/v1/applications/:application/result/prepare":    resultRequest{},
		"/v1/elsewhere":                                   licenceEntry{},
		"/v1/elsewhere/text":                              licenceText{},
		"/v1/elsewhere/:act/decision":                     decisionRequest{},
		"/v1/elsewhere/imports/:batch/decision":           decisionRequest{},
		"/v1/elsewhere/imports/:batch/text":               importText{},
		"/v1/elsewhere/imports/:batch/signature":          importSignature{},
		"/v1/elsewhere/:act/text":                         decisionRequest{},
		"/v1/questionnaire":                               answerRequest{},
		"/v1/documents/:number/corrections":               correctionRequest{},
		"/v1/documents/:number/corrections/text":          documents.NewCorrection{},
		"/v1/documents/:number/corrections/:act/text":     decisionRequest{},
		"/v1/documents/:number/corrections/:act/decision": decisionRequest{},
		"/v1/applications/:application/same-matter":       sameMatterRequest{},
	}
}

// RequestForms are the parts of every address that takes a form.
func RequestForms() map[string][]string {
	verify := func(file string, more ...string) []string {
		return append([]string{file, "iin", "bin", "identifier", "role", "at", "receipt", "receipt_pdf", "report", "policy"}, more...)
	}
	return map[string][]string{
		"/v1/verify/cms":  verify("cms", "content", "digest"),
		"/v1/verify/pdf":  verify("pdf"),
		"/v1/verify/xml":  verify("xml", "content", "digest"),
		"/v1/verify/auto": verify("file", "content", "digest"),
		"/v1/check":       {"file", "number", "at", "receipt"},
		"/v1/applications/:application/attachments": {"file", "name", "item", "replaces"},
	}
}

// Queries are the addresses of the programming interface that can be got, with
// the parameters that each takes.
func Queries() map[string][]string {
	all := map[string][]string{}
	for _, r := range Routes() {
		if r.Method == http.MethodGet {
			all[r.Path] = queries[r.Path]
		}
	}
	return all
}

// AllRoutes are all routes, pages included, of a service that offers everything, and
// the parameters that each takes in its address.
func AllRoutes(s *Server) map[string][]string {
	v := &service{Server: *s}
	e := echo.New()
	v.routes(e)
	all := map[string][]string{}
	for _, r := range e.Routes() {
		all[r.Method+" "+r.Path] = queries[r.Path]
	}
	return all
}

// Routes are the routes of the programming interface.
func Routes() []*echo.Route {
	e := echo.New()
	(&service{Server: Server{Registry: &registry.Registry{}}}).routes(e)
	return slices.DeleteFunc(e.Routes(), func(r *echo.Route) bool { return len(r.Path) < 4 || r.Path[:4] != "/v1/" })
}
