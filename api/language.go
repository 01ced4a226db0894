package api

import (
	"github.com/labstack/echo/v4"

	"tamga/api/site"
	"tamga/api/web"
)

// preferred returns the language that the client prefers among ours (RFC 9110
// section 12.5.4), or fallback when it names none of them.
func preferred(c echo.Context, fallback web.Lang) web.Lang {
	return site.Preferred(c.Request(), fallback)
}

// pageLanguage is the language of a page.
func pageLanguage(c echo.Context) web.Lang { return site.Language(c.Request()) }

// localised tells caches and readers the language of an answer.
func localised(c echo.Context, lang web.Lang) {
	c.Response().Header().Set("Content-Language", string(lang))
	c.Response().Header().Add("Vary", "Accept-Language")
}
