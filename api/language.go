package api

import (
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"tamga/api/web"
)

// preferred returns the language that the client prefers among ours (RFC 9110
// section 12.5.4), or fallback when it names none of them.
func preferred(c echo.Context, fallback web.Lang) web.Lang {
	best, bestWeight := fallback, 0.0
	for _, part := range strings.Split(c.Request().Header.Get("Accept-Language"), ",") {
		tag, parameters, _ := strings.Cut(part, ";")
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		weight := quality(parameters)
		if web.Lang(primary).Known() && weight > bestWeight {
			best, bestWeight = web.Lang(primary), weight
		}
	}
	return best
}

func quality(parameters string) float64 {
	value, ok := strings.CutPrefix(strings.TrimSpace(parameters), "q=")
	if !ok {
		return 1
	}
	q, err := strconv.ParseFloat(value, 64)
	if err != nil || q < 0 || q > 1 {
		return 0
	}
	return q
}

// pageLanguage is the language of a page: the one chosen by its link, else the
// preferred one, else Kazakh.
func pageLanguage(c echo.Context) web.Lang {
	if chosen := web.Lang(c.QueryParam("lang")); chosen.Known() {
		return chosen
	}
	return preferred(c, web.KK)
}

// localised tells caches and readers the language of an answer.
func localised(c echo.Context, lang web.Lang) {
	c.Response().Header().Set("Content-Language", string(lang))
	c.Response().Header().Add("Vary", "Accept-Language")
}
