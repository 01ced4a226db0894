package api

import (
	"crypto/subtle"
	"errors"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/signing/spool"
)

// checkRequest is the body of POST /v1/check: a number with a second fact, the
// IIN or BIN of the holder, or the number of what stands in its place, or the check
// code of the document; or the text of
// the document's QR code, which has number and check code. They stay out of
// addresses, which are logged and remembered.
type checkRequest struct {
	Number    string `json:"number"`
	Owner     string `json:"owner"`
	CheckCode string `json:"check_code"`
	QR        string `json:"qr"`
	At        string `json:"at"`
	Receipt   bool   `json:"receipt"` // a signed one is asked for
}

// checkSecret answers POST /v1/check: JSON with a second fact, or a form with
// the file itself.
func (v *service) checkSecret(c echo.Context) error {
	media, parameters, err := contentType(c, echo.MIMEApplicationJSON, echo.MIMEMultipartForm)
	if err != nil {
		return err
	}
	if media == echo.MIMEMultipartForm {
		answer, err := v.checkUpload(c, parameters["boundary"])
		if err != nil {
			return err
		}
		return uncached(c, answer)
	}
	var body checkRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	var sealed *checkedSeal
	if body.QR != "" && body.Number+body.Owner+body.CheckCode == "" {
		if body.Number, body.CheckCode, sealed, err = v.readQR(contextOf(c), body.QR); err != nil {
			return err
		}
		body.QR = ""
	}
	if (body.Owner == "") == (body.CheckCode == "") || body.QR != "" {
		return badField("", "exactly_one", "exactly one of owner, check_code and qr must be given")
	}
	at, err := v.moment("/at", body.At)
	if err != nil {
		return err
	}
	answer, err := v.checkWithSecret(c, body.Number, secret{owner: body.Owner, code: body.CheckCode}, at)
	if err != nil {
		return err
	}
	if err := v.tellSeal(contextOf(c), &answer, sealed); err != nil {
		return err
	}
	if err := v.addReceipt(contextOf(c), &answer, body.Receipt); err != nil {
		return err
	}
	return uncached(c, answer)
}

// checkUpload reads the form with a file and answers about it.
func (v *service) checkUpload(c echo.Context, boundary string) (answer checkAnswer, err error) {
	parts, err := v.readForm(c, boundary, []string{"file"}, "number", "at", "receipt")
	if err != nil {
		return answer, err
	}
	defer func() { err = errors.Join(err, parts.close()) }()
	file := parts.files["file"]
	if file == nil || len(file.Bytes()) == 0 {
		return answer, badField("/file", "required", "is missing or empty")
	}
	at, err := v.moment("/at", parts.values["at"])
	if err != nil {
		return answer, err
	}
	receipt, err := yes("/receipt", parts.values["receipt"])
	if err != nil {
		return answer, err
	}
	err = spool.Guard(func() error {
		answer, err = v.checkFile(c, file.Bytes(), parts.values["number"], at)
		return err
	})
	if err == nil {
		err = v.addReceipt(contextOf(c), &answer, receipt)
	}
	return answer, err
}

// secret is what only the holder of a document, or who was shown it, knows. A
// page takes both in one field.
type secret struct{ owner, code string }

// matches reports whether the secret is that of a document.
func (s secret) matches(rec registry.Record) bool {
	byOwner := rec.Content.Owner().Numbered(s.owner)
	return s.isCode(rec) || byOwner
}

// isCode reports whether the secret is the check code of a document. Only that
// opens anything: a holder's number can be known to many, and that of an
// organisation is public.
func (s secret) isCode(rec registry.Record) bool {
	code, _ := documents.ParseCheckCode(s.code)
	return same(rec.CheckCode, code)
}

// ownerDigits is how many digits an IIN or BIN has.
const ownerDigits = 12

// guessed reports whether the secret may be an owner's number, which can be
// guessed; a check code, which a page takes in the same field, cannot be. A
// number with anything between its digits is one still.
func (s secret) guessed() bool {
	_, isCode := documents.ParseCheckCode(s.code)
	return s.owner != "" && (!isCode || len(documents.Digits(s.owner)) == ownerDigits)
}

// same compares without telling by its time how much of a guess was right.
func same(want, given string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(given)) == 1
}

// unlock finds a document that was issued, for whoever knows a second fact.
// Everything else is the same [registry.ErrNotFound], and counts as a guess if
// it named an owner: an impossible number like a wrong one, whose text is not
// kept.
func (v *service) unlock(c echo.Context, typed string, given secret) (registry.Record, documents.Life, error) {
	if err := v.countCheck(c); err != nil {
		return registry.Record{}, documents.Life{}, err
	}
	rec, life, err := v.numbered(c, typed)
	if err != nil && !errors.Is(err, registry.ErrNotFound) {
		return registry.Record{}, documents.Life{}, err
	}
	number := rec.Number // however the number was typed, guesses at one document are counted together
	if err != nil {
		n, _ := documents.ParseNumber(typed)
		number = n.String
	}
	giveBack := func() {}
	if given.guessed() {
		var wait time.Duration
		var ok bool
		if giveBack, wait, ok = v.guesses.take(clientName(c.RealIP()), number); !ok {
			return registry.Record{}, documents.Life{}, tooMany(wait)
		}
	}
	if err == nil && !given.matches(rec) {
		err = registry.ErrNotFound
	}
	if !errors.Is(err, registry.ErrNotFound) {
		giveBack()
	}
	return rec, life, err
}

// checkWithSecret checks a document for whoever knows a second fact.
func (v *service) checkWithSecret(c echo.Context, typed string, given secret, at time.Time) (checkAnswer, error) {
	rec, life, err := v.unlock(c, typed, given)
	if err != nil {
		return checkAnswer{}, err
	}
	answer, err := v.answerCheck(c, rec, life, at)
	answer.SecondFact = true
	if answer.Holder != nil && given.isCode(rec) {
		answer.Holder.masked(rec.Content.Owner())
	}
	if answer.publicDocument != nil && given.isCode(rec) {
		answer.openActs(life)
	}
	return answer, err
}
