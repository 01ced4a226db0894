package api

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/site"
	"tamga/api/web"
	"tamga/documents"
	"tamga/documents/registry"
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
	case "/check/:number", "/check/:number/:code":
		if n, err := documents.ParseNumber(c.Param("number")); err == nil {
			path = "/check/" + n.String
		}
	}
	return web.Frame{Lang: pageLanguage(c), Path: path, At: v.askedAbout(c), Host: v.host, Demo: v.Demo, Nav: web.PublicPlaces(c.Request().URL.Path)}
}

// answerFrame surrounds an answer, which is the first thing to read on a phone.
func (v *service) answerFrame(c echo.Context) web.Frame {
	f := v.frame(c)
	f.Style = "answer"
	return f
}

// askedAbout is the moment that a check page was asked about, written anew; empty
// for today, and for what is refused.
func (v *service) askedAbout(c echo.Context) string {
	if c.Path() != "/check/:number" {
		return ""
	}
	day := c.QueryParam("at")
	at, err := documents.ParseMoment(day, v.now())
	if err != nil || at.IsZero() {
		return ""
	}
	if d, err := documents.ParseDate(day); err == nil {
		return d.String()
	}
	return at.Format(time.RFC3339)
}

// page answers with a page.
func (v *service) page(c echo.Context, status int, body []byte, err error) error {
	if err != nil {
		return err
	}
	localised(c, pageLanguage(c))
	site.KeepLanguage(c.Response(), c.Request())
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.HTMLBlob(status, body)
}

func (v *service) startPage(c echo.Context) error {
	body, err := v.pages.Start(v.frame(c), web.Start{Examples: v.Examples})
	return v.page(c, http.StatusOK, body, err)
}

func (v *service) formPage(c echo.Context) error {
	return v.askForNumber(c, http.StatusOK, web.Form{})
}

// scanning is what the page that asks for a number may do besides: look at pictures and
// through the camera, by its own scripts.
const scanning = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' blob:; media-src blob:; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// askForNumber answers with the page that asks for a number, a code or a file.
func (v *service) askForNumber(c echo.Context, status int, view web.Form) error {
	f := v.frame(c)
	f.Script = []string{"check.js"}
	c.Response().Header().Set("Content-Security-Policy", scanning)
	c.Response().Header().Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
	body, err := v.pages.Form(f, view)
	return v.page(c, status, body, err)
}

// findDocument answers the form of the check: to the page of the document, or
// the form again. The number travels in the body, because people type other
// numbers there too. With a second fact the answer is the page itself, since
// that must not get into an address.
func (v *service) findDocument(c echo.Context) error {
	form, err := v.readFields(c)
	if err != nil {
		return err
	}
	number, err := documents.ParseNumber(form.Get("number"))
	if err != nil {
		rec, _, err := v.lookUp(c, form.Get("number"))
		if number.String = rec.Number; err != nil && !errors.Is(err, registry.ErrNotFound) {
			return err
		}
	}
	if number.String == "" {
		return v.askForNumber(c, http.StatusUnprocessableEntity, web.Form{Wrong: true})
	}
	if fact := form.Get("owner"); strings.TrimSpace(fact) != "" {
		answer, err := v.checkWithSecret(c, number.String, secret{owner: fact, code: fact}, time.Time{})
		return v.resultPage(c, answer, "", err)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Redirect(http.StatusSeeOther, "/check/"+number.String+"?lang="+string(pageLanguage(c)))
}

// findFile answers the form with a file.
func (v *service) findFile(c echo.Context) error {
	_, parameters, err := contentType(c, echo.MIMEMultipartForm)
	if err != nil {
		return err
	}
	answer, err := v.checkUpload(c, parameters["boundary"])
	if errors.Is(err, errParameter) {
		return v.askForNumber(c, http.StatusUnprocessableEntity, web.Form{File: "upload_empty"})
	}
	return v.resultPage(c, answer, "", err)
}

// checkCodePage answers the address of the QR code: number and check code.
func (v *service) checkCodePage(c echo.Context) error {
	answer, err := v.checkWithSecret(c, c.Param("number"), secret{code: c.Param("code")}, time.Time{})
	return v.resultPage(c, answer, "", err)
}

// resultPage shows an answer, or that there is none. A day that is refused stands
// beside the answer of today, with the key of what is wrong with it.
func (v *service) resultPage(c echo.Context, answer checkAnswer, dayWrong string, err error) error {
	if errors.Is(err, registry.ErrNotFound) {
		body, err := v.pages.Absent(v.answerFrame(c))
		return v.page(c, http.StatusNotFound, body, err)
	}
	if err != nil {
		return err
	}
	shown := result(answer, pageLanguage(c))
	ours := answer.UploadedFile == nil || answer.UploadedFile.Ours
	shown.Receipt = shown.Number != "" && ours && v.ReceiptKey.Signer != nil
	shown.Today, shown.DayWrong = documents.CivilDate(v.now()).String(), dayWrong
	status := http.StatusOK
	if dayWrong != "" {
		status = http.StatusBadRequest
	}
	body, err := v.pages.Result(v.answerFrame(c), shown)
	return v.page(c, status, body, err)
}

// readFields reads the few short fields of a page's form.
func (v *service) readFields(c echo.Context) (url.Values, error) {
	if _, _, err := contentType(c, echo.MIMEApplicationForm); err != nil {
		return nil, err
	}
	const longest = 4 << 10
	body, err := v.receive(c, longest)
	if err != nil {
		return nil, err
	}
	defer body.Close() // it is short, and so in memory
	form, err := url.ParseQuery(string(body.Bytes()))
	if err != nil {
		return nil, &fault{is: errMalformed, detail: "the form is broken"}
	}
	return form, nil
}

// checkPage answers GET /check/{number}, with ?at= for another day beside today.
func (v *service) checkPage(c echo.Context) error {
	at, err := documents.ParseMoment(c.QueryParam("at"), v.now())
	wrong := ""
	switch {
	case errors.Is(err, documents.ErrMomentToCome):
		wrong = "day_to_come"
	case err != nil:
		wrong = "day_wrong"
	}
	answer, err := v.check(c, c.Param("number"), at)
	return v.resultPage(c, answer, wrong, err)
}

// downloadPDF answers the form for the file: the file to whoever knows the check
// code, which is printed on the document alone, the same neutral page to
// everyone else.
func (v *service) downloadPDF(c echo.Context) error {
	form, err := v.readFields(c)
	if err != nil {
		return err
	}
	rec, _, err := v.unlock(c, c.Param("number"), secret{code: form.Get("code")})
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

// checkReceiptPage answers the form for a receipt of the check: signed, as a PDF for
// people, or as the answer of /v1/check with the receipt in it.
func (v *service) checkReceiptPage(c echo.Context) error {
	form, err := v.readFields(c)
	if err != nil {
		return err
	}
	answer, err := v.check(c, c.Param("number"), time.Time{})
	if errors.Is(err, registry.ErrNotFound) {
		return v.resultPage(c, answer, "", err)
	}
	if err != nil {
		return err
	}
	if err := v.addReceipt(contextOf(c), &answer, true); err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	name := "receipt-" + answer.Receipt.ID
	if form.Get("as") == "json" {
		c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`.json"`)
		return c.JSON(http.StatusOK, answer)
	}
	return sendPDF(c, "attachment", name, answer.Receipt.PDF)
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
				Title: o.title.In(lang), Detail: strconv.Itoa(o.status) + " · " + o.code,
			})
			return v.page(c, http.StatusOK, body, err)
		}
	}
	return errNoRoute
}
