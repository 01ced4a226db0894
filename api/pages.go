package api

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"tamga/api/web"
	"tamga/documents"
	"tamga/documents/registry"
	"tamga/signing"
)

// frame is what surrounds a page. The links to the other languages lead to the
// same page or, from the answer to a form, back to the start of the check. They
// never repeat an address as it was sent.
func (v *service) frame(c echo.Context) web.Frame {
	path := "/check"
	switch c.Path() {
	case "/":
		path = "/"
	case "/problems/:code":
		path = c.Request().URL.Path // the code is one of ours by now
	case "/check/:number":
		if n, err := documents.ParseNumber(c.Param("number")); err == nil {
			path = "/check/" + n.String
		}
	}
	return web.Frame{Lang: pageLanguage(c), Path: path, Host: v.host, Demo: v.Demo}
}

// page answers with a page.
func (v *service) page(c echo.Context, status int, body []byte, err error) error {
	if err != nil {
		return err
	}
	localised(c, pageLanguage(c))
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.HTMLBlob(status, body)
}

func (v *service) startPage(c echo.Context) error {
	body, err := v.pages.Start(v.frame(c), web.Start{Examples: v.Examples})
	return v.page(c, http.StatusOK, body, err)
}

func (v *service) formPage(c echo.Context) error {
	body, err := v.pages.Form(v.frame(c), web.Form{})
	return v.page(c, http.StatusOK, body, err)
}

// findDocument answers the form of the check: to the page of the document, or
// the form again. The number travels in the body, because people type other
// numbers there too.
func (v *service) findDocument(c echo.Context) error {
	form, err := readFields(c)
	if err != nil {
		return err
	}
	number, err := documents.ParseNumber(form.Get("number"))
	if err != nil {
		body, err := v.pages.Form(v.frame(c), web.Form{Wrong: true})
		return v.page(c, http.StatusUnprocessableEntity, body, err)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Redirect(http.StatusSeeOther, "/check/"+number.String+"?lang="+string(pageLanguage(c)))
}

// readFields reads the few short fields of a page's form.
func readFields(c echo.Context) (url.Values, error) {
	if _, _, err := contentType(c, echo.MIMEApplicationForm); err != nil {
		return nil, err
	}
	const longest = 4 << 10
	raw, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, longest))
	if err != nil {
		return nil, bodyError(err)
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, &fault{is: errMalformed, detail: "the form is broken"}
	}
	return form, nil
}

// checkPage answers GET /check/{number}.
func (v *service) checkPage(c echo.Context) error {
	answer, err := v.check(c, c.Param("number"), v.now())
	if errors.Is(err, registry.ErrNotFound) {
		body, err := v.pages.Absent(v.frame(c))
		return v.page(c, http.StatusNotFound, body, err)
	}
	if err != nil {
		return err
	}
	body, err := v.pages.Result(v.frame(c), result(answer, pageLanguage(c)))
	return v.page(c, http.StatusOK, body, err)
}

// downloadPDF answers the form for the file: the file to whoever knows the
// owner's number, the same neutral page to everyone else.
func (v *service) downloadPDF(c echo.Context) error {
	form, err := readFields(c)
	if err != nil {
		return err
	}
	rec, _, err := v.unlock(c, c.Param("number"), secret{owner: form.Get("owner"), code: form.Get("owner")})
	if errors.Is(err, registry.ErrNotFound) {
		body, err := v.pages.Absent(v.frame(c))
		return v.page(c, http.StatusNotFound, body, err)
	}
	if err != nil {
		return err
	}
	file, err := v.Registry.PDF(contextOf(c), rec.Number)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return sendPDF(c, "attachment", rec.Number, file)
}

// onlyDigits drops the spaces and dashes that people write between digits.
func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// result words an answer for the page.
func result(a checkAnswer, lang web.Lang) web.Result {
	r := web.Result{
		Kind: string(a.Kind), Number: a.Number, Banner: banner(a, lang),
		Facts: facts(a, lang), CheckedAt: printedTime(a.CheckedAt),
		OwnerKey: "owner_holder", Download: a.Integrity != signing.CheckFailed,
	}
	status := web.CheckRow{Tone: web.Good, Title: "row_status", State: "in_force",
		Note: "status_note", At: printedTime(a.CheckedAt)}
	if r.Banner.Tone != web.Good {
		// What the register says is told, and not in the colour of good news.
		status.Tone = web.Info
	}
	if a.Kind == documents.KindRefusal {
		r.OwnerKey, r.Withheld, status.State = "owner_applicant", true, "registered"
	}
	r.Checks = []web.CheckRow{integrityRow(a), signatureRow(a), status}
	return r
}

// banner is the worst of what was found.
func banner(a checkAnswer, lang web.Lang) web.Banner {
	switch {
	case a.Integrity == signing.CheckFailed || a.Signature.Indication == signing.TotalFailed:
		return web.Banner{Tone: web.Bad, Title: "altered", Note: "altered_note", Reason: summary(a, lang)}
	case a.Integrity != signing.CheckPassed || a.Signature.Indication != signing.TotalPassed:
		return web.Banner{Tone: web.Unclear, Title: "unclear", Note: "unclear_note", Reason: summary(a, lang)}
	case a.Kind == documents.KindRefusal:
		return web.Banner{Tone: web.Info, Title: "authentic", Note: "authentic_note"}
	}
	return web.Banner{Tone: web.Good, Title: "in_force", Note: "in_force_note"}
}

func summary(a checkAnswer, lang web.Lang) string { return web.Label(a.Signature.Summary).In(lang) }

func integrityRow(a checkAnswer) web.CheckRow {
	row := web.CheckRow{Title: "row_integrity"}
	switch a.Integrity {
	case signing.CheckPassed:
		row.Tone, row.State, row.Note = web.Good, "unchanged", "unchanged_note"
	case signing.CheckFailed:
		row.Tone, row.State, row.Note = web.Bad, "changed", "changed_note"
	default:
		row.Tone, row.State = web.Unclear, "not_known"
	}
	return row
}

func signatureRow(a checkAnswer) web.CheckRow {
	row := web.CheckRow{Title: "row_signature"}
	switch a.Signature.Indication {
	case signing.TotalPassed:
		row.Tone, row.State = web.Good, "confirmed"
		row.Note, row.At = "confirmed_note", printedTime(a.Signature.SignedAt)
	case signing.TotalFailed:
		row.Tone, row.State = web.Bad, "not_confirmed"
	default:
		row.Tone, row.State = web.Unclear, "not_known"
	}
	return row
}

// facts lists what the page shows, in the order of the form.
func facts(a checkAnswer, lang web.Lang) []web.Fact {
	// No document is issued in English: its page shows the Kazakh text.
	text, marked := documents.KK, ""
	switch lang {
	case web.RU:
		text = documents.RU
	case web.EN:
		marked = "kk"
	}
	list := []web.Fact{
		{Label: "fact_number", Value: a.Number},
		{Label: "fact_issued", Value: a.IssuedOn.Printed()},
	}
	if a.Kind == documents.KindLicence {
		list = append(list, web.Fact{Label: "fact_licensor", Value: a.Authority.In(text), Lang: marked})
	} else {
		list = append(list, web.Fact{Label: "fact_authority", Value: a.Authority.In(text), Lang: marked})
	}
	if a.Holder != nil {
		list = append(list, web.Fact{Label: "fact_holder", Value: a.Holder.Name.In(text), Lang: marked})
		if a.Holder.BIN != "" {
			list = append(list, web.Fact{Label: "fact_bin", Value: string(a.Holder.BIN)})
		}
	}
	if a.Activity != nil {
		list = append(list, web.Fact{Label: "fact_activity", Value: a.Activity.In(text), Lang: marked})
	}
	return append(list,
		web.Fact{Label: "fact_signatory", Value: a.Signatory.Name, Lang: marked},
		web.Fact{Label: "fact_position", Value: a.Signatory.Position.In(text), Lang: marked},
		web.Fact{Label: "fact_signed_at", Value: printedTime(a.Signature.SignedAt)},
		web.Fact{Label: "fact_sha256", Value: a.SHA256, Code: true},
	)
}

// static answers GET /static/{name}. Pages name files with the tag of their
// content, so that a copy never goes stale.
func (v *service) static(c echo.Context) error {
	asset, ok := v.pages.Static(c.Param("name"))
	if !ok {
		return errNoRoute
	}
	if unchanged(c, `"`+asset.Tag+`"`, "public, max-age=31536000, immutable") {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, asset.ContentType, asset.Body)
}

// problemPage answers GET /problems/{code}: what the type of a problem means.
func (v *service) problemPage(c echo.Context) error {
	lang := pageLanguage(c)
	for _, o := range append(outcomes(), invalidDocument(nil), internal(nil)) {
		if o.code == c.Param("code") {
			body, err := v.pages.Message(v.frame(c), web.Message{
				Title: o.title.In(lang), Detail: http.StatusText(o.status) + " · " + o.code,
			})
			return v.page(c, http.StatusOK, body, err)
		}
	}
	return errNoRoute
}
