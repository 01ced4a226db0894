package api

import (
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// queries are the parameters that routes of the programming interface take in
// their addresses. It is read only.
var queries = map[string][]string{
	"/v1/check/:number": {"at"},
}

// onlyKnownQuery refuses parameters in an address of the programming interface
// that count for nothing there, stand twice or are empty: whoever sends one
// takes it to be asked. Pages take what browsers send.
func (v *service) onlyKnownQuery(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if raw := c.Request().URL.RawQuery; raw != "" && strings.HasPrefix(c.Path(), "/v1/") {
			if err := checkQuery(raw, queries[c.Path()]); err != nil {
				return err
			}
		}
		return next(c)
	}
}

func checkQuery(raw string, taken []string) error {
	given, err := url.ParseQuery(raw)
	if err != nil {
		return &fault{is: errMalformed, detail: "the query of the address is broken"}
	}
	for name, values := range given {
		switch {
		case !slices.Contains(taken, name):
			// The name is not repeated: people type personal numbers anywhere.
			return badField("", "unknown_field", "parameters taken in this address: "+strings.Join(taken, ", "))
		case len(values) > 1:
			return badField("/"+name, "duplicate", "stands twice")
		case strings.TrimSpace(values[0]) == "":
			return badField("/"+name, "required", "is there and empty: what is not meant is left out")
		}
	}
	return nil
}
