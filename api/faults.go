package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/attachments"
	"tamga/documents/gateways"
	"tamga/documents/gateways/inbox"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// How an error finds its row of the table, and what may be told of it beside.

// refusal is a reason for which a step is refused, as a row of the table; the empty one
// is that of all reasons that have no row of their own.
type refusal applications.Reason

func (r refusal) Error() string { return "the step is refused: " + string(r) }

// unattached is a reason for which a file is not taken, as a row of the table; the empty
// one is that of all reasons that have no row of their own.
type unattached attachments.Reason

func (r unattached) Error() string { return "the file is not taken: " + string(r) }

// refusalOf returns the row of a step that is refused.
func refusalOf(refused *applications.RefusedError) outcome {
	return firstOf(refused, refusal(refused.Reason), refusal(""))
}

// firstOf returns the row of the first of reasons that has one.
func firstOf(err error, reasons ...error) outcome {
	all := outcomes()
	for _, reason := range reasons {
		if i := slices.IndexFunc(all, func(o outcome) bool { return o.is == reason }); i >= 0 {
			return all[i]
		}
	}
	return internal(err)
}

// outcomeOf finds the row of an error.
func outcomeOf(err error) outcome {
	var refused *applications.RefusedError
	if errors.As(err, &refused) {
		return refusalOf(refused)
	}
	var file *attachments.RefusedError
	if errors.As(err, &file) {
		return firstOf(file, unattached(file.Reason), unattached(""))
	}
	var signature *registry.SignatureError
	if errors.As(err, &signature) {
		return firstOf(signature, unsigned(signature.Reason))
	}
	var invalid *documents.InvalidError
	if errors.As(err, &invalid) {
		return invalidDocument(err)
	}
	var heard *inbox.RefusedError
	if errors.As(err, &heard) {
		return firstOf(heard, unheard(heard.Code), unheard(""))
	}
	if reasons := peopleReasons(err); len(reasons) > 0 {
		return firstOf(err, reasons...)
	}
	var away *gateways.UndecidedError
	if errors.As(err, &away) {
		return firstOf(away, errGatewayAway)
	}
	for _, o := range outcomes() {
		if errors.Is(err, o.is) || o.is == errNoRegister && store.Unavailable(err) {
			return o
		}
	}
	return internal(err)
}

// fault is an error of ours with what may be told of it.
type fault struct {
	is     error
	detail string // English; repeats nothing that may be personal
	fields []FieldError
	after  int // seconds, for Retry-After
}

func (f *fault) Error() string {
	if f.detail == "" {
		return f.is.Error()
	}
	return fmt.Sprintf("%v: %s", f.is, f.detail)
}

func (f *fault) Unwrap() error { return f.is }

// badField says what is wrong with one parameter.
func badField(pointer, code, detail string) error {
	return &fault{is: errParameter, fields: []FieldError{{Pointer: pointer, Code: code, Detail: detail}}}
}

// fromEcho translates the router's errors and the body reader's into ours.
func fromEcho(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return fmt.Errorf("%w: %w", errBodyTooLarge, err)
	case errors.Is(err, echo.ErrNotFound):
		return errNoRoute
	case errors.Is(err, echo.ErrMethodNotAllowed):
		return errMethod
	}
	return err
}

// hungUp reports whether the error is only that the client went away.
func hungUp(c echo.Context, err error) bool {
	return errors.Is(err, context.Canceled) && contextOf(c).Err() != nil
}
