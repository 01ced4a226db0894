package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents/applications"
)

// errNoCopy means that no stamped copy was made out.
var errNoCopy = errors.New("no stamped copy of the application was made out")

// copyView is the stamped copy of an application, with the norm of the regulation.
type copyView struct {
	Document  string            `json:"document"`
	Step      string            `json:"step"`
	By        string            `json:"by"` // who has received the application
	Number    string            `json:"number"`
	From      time.Time         `json:"from"` // when the time began to run
	At        time.Time         `json:"at"`
	Due       time.Time         `json:"due,omitzero"`
	Late      bool              `json:"late"`
	TookSecs  float64           `json:"took_seconds"`
	MostSecs  float64           `json:"norm_seconds,omitempty"`
	CopyLinks map[string]string `json:"links"`
}

// copyOf answers GET /v1/applications/{application}/copy.
func (v *service) copyOf(c echo.Context) error {
	a, k, err := v.stamped(c)
	if err != nil {
		return err
	}
	self := v.applicationLinks(a).Self + "/copy"
	view := copyView{
		Document: k.Document, Step: k.Step, By: k.By, Number: a.Number, From: k.From, At: k.At, Due: k.Due, Late: k.Late(),
		TookSecs: k.At.Sub(k.From).Seconds(), CopyLinks: map[string]string{"self": self, "pdf": self + ".pdf"},
	}
	if !k.Due.IsZero() {
		view.MostSecs = k.Due.Sub(k.From).Seconds()
	}
	return personal(c, http.StatusOK, view)
}

// copyFile answers GET /v1/applications/{application}/copy.pdf.
func (v *service) copyFile(c echo.Context) error {
	_, k, err := v.stamped(c)
	if err != nil {
		return err
	}
	return v.file(c, k.Document)
}

// stamped returns the application that a request is about, and its stamped copy.
func (v *service) stamped(c echo.Context) (applications.Application, applications.Copy, error) {
	a, err := v.shown(c, "copy")
	if err != nil {
		return a, applications.Copy{}, err
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return a, applications.Copy{}, err
	}
	k, ok := kase.Copy()
	if !ok {
		return a, k, errNoCopy
	}
	return a, k, nil
}
