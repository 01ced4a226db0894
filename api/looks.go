package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// lookView is that somebody saw the personal data of an application.
type lookView struct {
	Person string    `json:"person"` // a person's id, or the client by which he asked
	Role   string    `json:"role"`
	Why    string    `json:"why"`
	At     time.Time `json:"at"`
}

// looks answers GET /v1/applications/{application}/looks: who looked at what of it, for
// whom it concerns.
func (v *service) looks(c echo.Context) error {
	a, _, err := v.asked(c)
	if err != nil {
		return err
	}
	all, err := v.Applications.Looks(contextOf(c), a.ID)
	if err != nil {
		return err
	}
	answer := struct {
		Looks []lookView `json:"looks"`
	}{[]lookView{}}
	for _, l := range all {
		answer.Looks = append(answer.Looks, lookView{l.Person, l.Role, l.Why, l.At})
	}
	return personal(c, http.StatusOK, answer)
}
