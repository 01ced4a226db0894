package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"tamga/api/web"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/attachments"
	"tamga/documents/gateways/inbox"
	"tamga/documents/registry"
	"tamga/language/words"
	"tamga/signing"
)

// Problem is the body of every error (RFC 9457).
type Problem struct {
	Type     string       `json:"type"`
	Title    string       `json:"title"` // in the language of the answer
	Status   int          `json:"status"`
	Detail   string       `json:"detail,omitempty"` // English, for developers
	Instance string       `json:"instance"`         // this occurrence; never the address asked for
	Code     string       `json:"code"`             // never translated
	Errors   []FieldError `json:"errors,omitempty"`
	// Signature is what was found of the signature that was refused.
	Signature *FoundSignature `json:"signature,omitempty"`
	TraceID   string          `json:"trace_id"`
	// Message is the title once more, where phones look for it.
	Message string `json:"message,omitempty"`
}

// FoundSignature is the three facts about the certificate of whoever has signed, and the
// question that decided.
type FoundSignature struct {
	Facts   signing.Facts     `json:"facts"`
	Decided signing.CheckName `json:"decided_by,omitempty"`
}

// FieldError says what is wrong with one field of the request. It does not
// repeat the value.
type FieldError struct {
	Pointer string `json:"pointer"` // JSON pointer (RFC 6901) into the body; of a form, "/" and the field's name
	Code    string `json:"code"`
	Title   string `json:"title"`  // what the code says, in the language of the answer
	Detail  string `json:"detail"` // English, for developers
	// Offset is where in a body of JSON it stands, in bytes; absent when that is
	// not known.
	Offset *int64 `json:"offset,omitempty"`
}

const problemType = "application/problem+json"

// fail answers with the problem that an error is. Pages answer with a page if
// that is what the client prefers.
func (v *service) fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	defer v.linger(c)()
	err = fromEcho(err)
	o := outcomeOf(err)
	if o.status >= http.StatusInternalServerError && !hungUp(c, err) {
		v.Log.ErrorContext(contextOf(c), "request failed",
			"trace_id", traceID(c), "route", c.Path(), "code", o.code, "error", err.Error())
	}
	v.failureHeaders(c, err, o)
	if page, ok := v.failurePage(c, o); ok {
		localised(c, pageLanguage(c))
		v.send(c, o.status, echo.MIMETextHTMLCharsetUTF8, page)
		return
	}
	lang := preferred(c, web.EN)
	p := v.problem(c, err, o, lang)
	body, encodeErr := json.Marshal(p)
	if encodeErr != nil {
		body = []byte(`{"status":500,"code":"internal"}`)
	}
	localised(c, lang)
	v.send(c, o.status, problemType, append(body, '\n'))
}

func (v *service) problem(c echo.Context, err error, o outcome, lang web.Lang) Problem {
	p := Problem{
		Type: v.BaseURL + "/problems/" + o.code, Title: o.title.In(lang), Status: o.status,
		Instance: "urn:uuid:" + asUUID(traceID(c)), Code: o.code, TraceID: traceID(c),
	}
	var f *fault
	var invalid *documents.InvalidError
	var signature *registry.SignatureError
	var refused *applications.RefusedError
	var erased *applications.ErasedError
	var file *attachments.RefusedError
	var heard *inbox.RefusedError
	switch {
	case o.status >= http.StatusInternalServerError || o.code == "document_not_found":
		// One text for all: nothing may be learnt from the difference.
	case errors.As(err, &signature):
		p.Detail = signature.Error()
		if errors.As(err, &invalid) {
			p.Errors = fieldsOf(invalid)
		}
	case errors.As(err, &invalid):
		p.Detail = "the document lacks something or holds what cannot be printed; see errors"
		p.Errors = fieldsOf(invalid)
	case errors.As(err, &refused):
		p.Detail = refused.Detail
	case errors.As(err, &erased):
		p.Detail = erased.Error() + "; see /v1/applications/" + erased.Application + "/erasure"
	case errors.As(err, &file):
		p.Detail = file.Detail
	case errors.As(err, &heard):
		p.Detail = heard.Error()
	case errors.As(err, &f):
		p.Detail, p.Errors = f.detail, f.fields
		if p.Detail == "" {
			p.Detail = f.is.Error()
		}
	default:
		p.Detail = cmp.Or(peopleDetail(err), o.is.Error())
	}
	if strings.HasPrefix(c.Path(), "/v1/signings/:signing/") {
		p.Message = p.Title
	}
	if found := (*signing.Unaccepted)(nil); errors.As(err, &found) {
		p.Signature = &FoundSignature{found.Facts, found.Check}
	}
	room := "field."
	if o.is == errRule {
		room = "rule."
	}
	p.Errors = slices.Clone(p.Errors)
	for i := range p.Errors {
		p.Errors[i].Title = words.Of(room + p.Errors[i].Code).In(lang)
	}
	return p
}

func fieldsOf(invalid *documents.InvalidError) (all []FieldError) {
	for _, e := range invalid.Fields {
		all = append(all, FieldError{Pointer: e.Pointer, Code: e.Code, Detail: e.Detail})
	}
	return all
}

// failureHeaders sets what the status calls for besides the body.
func (v *service) failureHeaders(c echo.Context, err error, o outcome) {
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	switch o.status {
	case http.StatusUnauthorized:
		challenge := `Bearer realm="tamga"`
		if !errors.Is(err, errNoCredentials) {
			challenge += `, error="invalid_token"`
		}
		h.Set("WWW-Authenticate", challenge)
	case http.StatusForbidden:
		if !errors.Is(err, errScope) {
			return // no other key would do
		}
		challenge := `Bearer realm="tamga", error="insufficient_scope"`
		if f := (*fault)(nil); errors.As(err, &f) {
			challenge += `, scope="` + f.detail + `"`
		}
		h.Set("WWW-Authenticate", challenge)
	case http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		after := 2
		if f := (*fault)(nil); errors.As(err, &f) && f.after > 0 {
			after = f.after
		}
		h.Set("Retry-After", strconv.Itoa(after))
	}
}

// failurePage returns a page for people who look at pages.
func (v *service) failurePage(c echo.Context, o outcome) ([]byte, bool) {
	if strings.HasPrefix(c.Request().URL.Path, "/v1/") || !prefersPage(c.Request().Header.Get("Accept")) {
		return nil, false
	}
	if o.code == "document_not_found" {
		page, err := v.pages.Absent(v.frame(c))
		return page, err == nil
	}
	lang := pageLanguage(c)
	f := v.frame(c)
	said := web.Message{Title: o.title.In(lang), Trace: traceID(c), Back: f.Path}
	if seconds, err := strconv.Atoi(c.Response().Header().Get("Retry-After")); err == nil && o.status != http.StatusConflict {
		said.Retry = web.TryAgain(seconds).In(lang)
	}
	page, err := v.pages.Message(f, said)
	return page, err == nil
}

// prefersPage reports whether an Accept header names HTML; programs that take
// anything get the problem.
func prefersPage(accept string) bool { return strings.Contains(accept, "text/html") }

// send writes a complete body.
func (v *service) send(c echo.Context, status int, contentType string, body []byte) {
	// Its length lets a client that is still sending know that the answer is here;
	// without one its end would come only when nothing is taken any more.
	c.Response().Header().Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	if err := c.Blob(status, contentType, body); err != nil && !hungUp(c, err) {
		v.Log.WarnContext(contextOf(c), "answer not written", "trace_id", traceID(c), "error", err.Error())
	}
}

// asUUID writes 32 hexadecimal digits in the form of a UUID.
func asUUID(id string) string {
	if len(id) != 32 {
		return id
	}
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}
