package api

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"tamga/documents"
)

// queries are the parameters that routes take in their addresses; the others take
// none. It is read only.
var queries = map[string][]string{
	"/v1/check/:number":                         {"at", "source"},
	"/v1/documents/:number":                     {"source"},
	"/v1/licences":                              {"bin", "name", "activity", "region", "status", "issued_from", "issued_to", "after", "limit"},
	"/v1/elsewhere":                             {"batch", "after", "limit"},
	"/v1/elsewhere/imports":                     {"dry_run"},
	"/v1/questionnaire":                         {"service"},
	"/v1/questionnaire/results":                 {"service", "year"},
	"/v1/calendar":                              {"year", "from", "term"},
	"/v1/services":                              {"on", "edition"},
	"/v1/regulation/:edition/:route":            {"language"},
	"/v1/applications":                          {"going", "after", "limit"},
	"/v1/tasks":                                 {"role", "service", "after", "limit"},
	"/v1/people":                                {"after", "limit"},
	"/v1/me/applications":                       {"going", "after", "limit"},
	"/v1/me/history":                            {"after", "limit"},
	"/v1/me/messages":                           {"after", "limit"},
	"/v1/applications/:application/diagram.svg": {"language", "route"},
	"/":                      {"lang"},
	"/check":                 {"lang"},
	"/check/file":            {"lang"},
	"/check/:number":         {"lang", "at", "source"},
	"/check/:number/:code":   {"lang"},
	"/check/:number/pdf":     {"lang"},
	"/check/:number/receipt": {"lang"},
	"/layouts":               {"lang"},
	"/offline":               {"lang"},
	"/problems/:code":        {"lang"},
	"/static/:name":          {"v"}, // the version that the pages name, so that it may be kept for ever
}

// tracking are the parameters, or their beginnings, that mail programs and social
// networks put into the links that people send one another. Nobody asks anything with
// them. It is read only.
var tracking = []string{"utm_", "fbclid", "gclid", "yclid", "ysclid", "msclkid", "igshid", "_openstat"}

// onlyKnownQuery refuses parameters in an address that count for nothing there or
// stand twice: whoever sends one takes it to be asked. The programming interface
// refuses empty ones too, which forms of pages send; pages pass over tracking.
func (v *service) onlyKnownQuery(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !namesSomething(c) {
			return errNoRoute
		}
		if raw := c.Request().URL.RawQuery; raw != "" && c.Path() != "" {
			if err := checkQuery(raw, c.Path()); err != nil {
				return err
			}
		}
		return next(c)
	}
}

// namesSomething reports whether what an address of the programming interface names could
// be a name at all: no database takes what is not UTF-8, or NUL. Numbers of documents are
// read by their own rules.
func namesSomething(c echo.Context) bool {
	if !strings.HasPrefix(c.Path(), "/v1/") {
		return true
	}
	for i, value := range c.ParamValues() {
		if names := c.ParamNames(); i < len(names) && names[i] != "number" && !isText(value) {
			return false
		}
	}
	return true
}

// isText reports whether a text is one that a database takes.
func isText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

func checkQuery(raw, route string) error {
	given, err := url.ParseQuery(raw)
	if err != nil {
		return &fault{is: errMalformed, detail: "the query of the address is broken"}
	}
	taken := queries[route]
	page := slices.Contains(taken, "lang")
	for name, values := range given {
		switch {
		case page && slices.ContainsFunc(tracking, func(begin string) bool { return tracks(name, begin) }):
		case !slices.Contains(taken, name):
			// The name is not repeated: people type personal numbers anywhere.
			return badField("", "unknown_field", "parameters taken in this address: "+strings.Join(taken, ", "))
		case len(values) > 1:
			return badField("/"+name, "duplicate", "stands twice")
		case !page && !utf8.ValidString(values[0]):
			return badField("/"+name, documents.CodeEncoding, "is not UTF-8")
		case !page && !isText(values[0]):
			return badField("/"+name, documents.CodeCharacter, "has a NUL in it")
		case !page && strings.TrimSpace(values[0]) == "":
			return badField("/"+name, "required", "is there and empty: what is not meant is left out")
		}
	}
	return nil
}

// tracks reports whether a parameter is one of tracking.
func tracks(name, known string) bool {
	return name == known || strings.HasSuffix(known, "_") && strings.HasPrefix(name, known)
}
