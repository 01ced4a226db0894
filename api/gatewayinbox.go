package api

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"tamga/documents/gateways"
	"tamga/documents/gateways/inbox"
	"tamga/documents/gateways/message"
	"tamga/signing/spool"
)

// The media types of messages.
const (
	mediaSOAP11 = "text/xml"
	mediaSOAP12 = "application/soap+xml"
)

// takeMessage answers POST /v1/gateway/messages and /v1/gateway/soap: a message of
// another system, which its signature lets in and no key.
func (v *service) takeMessage(form gateways.Form) echo.HandlerFunc {
	return func(c echo.Context) error {
		taken := []string{echo.MIMEApplicationJSON}
		if form == gateways.FormSOAP {
			taken = []string{mediaSOAP11, mediaSOAP12}
		}
		if _, _, err := contentType(c, taken...); err != nil {
			return err
		}
		body, err := v.receive(c, message.MaxSize)
		if err != nil {
			return err
		}
		var a inbox.Answer
		err = spool.Guard(func() error {
			a, err = v.Inbox.Take(contextOf(c), form, body.Bytes())
			return err
		})
		err = errors.Join(err, body.Close())
		return v.answerMessage(c, form, a, err)
	}
}

// answerMessage sends what a message is answered. In the envelope whatever is refused is
// a fault, with the status that SOAP 1.1 gives it.
func (v *service) answerMessage(c echo.Context, form gateways.Form, a inbox.Answer, err error) error {
	var refused *inbox.RefusedError
	if errors.As(err, &refused) {
		a.Code = refused.Code
	} else if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "message taken", "trace_id", traceID(c), "form", form, "sender", a.Sender, "code", a.Code,
		"application", a.Application, "replayed", a.Replayed)
	c.Response().Header().Set("Cache-Control", "no-store")
	switch {
	case form == gateways.FormJSON && err != nil:
		return err
	case form == gateways.FormJSON:
		return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, a.Body)
	case err != nil:
		a.Body = message.SOAPFault(refused.Code, refused.Detail)
	}
	status := http.StatusOK
	if a.Code != message.Success {
		status = http.StatusInternalServerError
	}
	return c.Blob(status, mediaSOAP11+"; charset=utf-8", a.Body)
}

// unheard is a code by which a message of nobody who is known is refused, as a row of
// the table; the empty one is that of all codes that have no row of their own.
type unheard message.Code

func (u unheard) Error() string { return "the message is refused: " + string(u) }
