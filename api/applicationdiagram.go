package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"tamga/documents/regulation/diagram"
	"tamga/language"
)

// applicationDiagram answers GET /v1/applications/{application}/diagram.svg: its route
// with the walked way and the step at which it stands; with ?route=actions that of the
// staff.
func (v *service) applicationDiagram(c echo.Context) error {
	a, _, err := v.asked(c)
	if err != nil {
		return err
	}
	lang := preferred(c, language.KK)
	if chosen := language.Lang(c.QueryParam("language")); chosen != "" {
		if lang = chosen; !lang.Known() {
			return badField("/language", "unknown", "is none of kk, ru, en")
		}
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return err
	}
	actions := false
	switch route := c.QueryParam("route"); route {
	case "", "systems":
	case "actions":
		if actions = len(kase.Walk.Routes()) > 1; !actions {
			return badField("/route", "not_offered", "the route is performed by no actions")
		}
	default:
		return badField("/route", "unknown", "is none of systems, actions")
	}
	localised(c, lang)
	c.Response().Header().Set("Cache-Control", "private, no-cache")
	place := kase.Place()
	route, at := kase.Walk.Routes()[0], place.Step
	if actions {
		route, at = kase.Walk.Routes()[1], place.Action
	}
	return c.Blob(http.StatusOK, "image/svg+xml", diagram.Draw(kase.Rules, route, diagram.Options{Language: lang, At: at, Made: kase.Made(v.Now())}))
}
