package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"tamga/api"
)

// TestQueriesOfEveryRoute walks over all routes, pages and services of others
// included: a parameter that counts for nothing is refused by each of them, also
// beside one that counts, and nothing is refused that counts.
func TestQueriesOfEveryRoute(t *testing.T) {
	s, header := everyRight(t)
	s.server.Demo, s.server.OCSP = true, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	s.start(t)
	routes := api.AllRoutes(s.server)
	for _, needed := range []string{"GET /", "GET /check/:number", "POST /check/file", "POST /tsa", "GET /ocsp/*", "GET /livez", "GET /static/:name", "GET /layouts/:name", "POST /v1/sign/cms", "GET /version"} {
		if _, there := routes[needed]; !there {
			t.Errorf("%s is not looked at", needed)
		}
	}
	for route, taken := range routes {
		method, path, _ := strings.Cut(route, " ")
		address := strings.NewReplacer(":number", "26000001", ":id", "1", ":name", "page.css", ":code", "ABCD", "*", "MA==").Replace(path)
		ask := func(query string) (int, string) { return s.do(t, method, address+query, "", header) }
		refused := []string{"?colour=red", "?iin=900701300108", "?colour", "?AT=2026-06-01", "?LANG=kk", "?%zz", "?lang=kk;at=1"}
		for _, name := range taken {
			refused = append(refused, "?"+name+"=kk&"+name+"=kk", "?"+name+"=kk&colour=red", "?utm=x&"+name+"=kk")
		}
		if !slices.Contains(taken, "lang") {
			refused = append(refused, "?utm_source=mail", "?lang=kk")
		}
		if !slices.Contains(taken, "at") {
			refused = append(refused, "?at=2026-06-01")
		}
		for _, query := range refused {
			status, answer := ask(query)
			if status != http.StatusBadRequest || method != http.MethodHead && !strings.Contains(answer, "unknown_field") && !strings.Contains(answer, "duplicate") && !strings.Contains(answer, "malformed") {
				t.Errorf("%s %s%s: %d %.200s", method, address, query, status, answer)
			}
		}
		if !slices.Contains(taken, "lang") {
			continue
		}
		plain, _ := ask("")
		for _, query := range []string{"?lang=ru", "?lang=", "?utm_source=mail&utm_campaign=x", "?lang=ru&fbclid=x&yclid=y"} {
			if status, answer := ask(query); status != plain || status == http.StatusBadRequest && strings.Contains(answer, "unknown_field") {
				t.Errorf("%s %s%s: %d, without it %d: %.200s", method, address, query, status, plain, answer)
			}
		}
	}
	if status, _ := s.get(t, "/nowhere?colour=red", header); status != http.StatusNotFound {
		t.Errorf("an address that there is not: %d", status)
	}
}

// TestQueryOfPageRefused holds that whoever misspells the day of a check is told,
// in a page, and not answered about today.
func TestQueryOfPageRefused(t *testing.T) {
	s, _ := everyRight(t)
	status, page := s.get(t, "/check/26000001?day=2026-01-01", map[string]string{"Accept": "text/html"})
	if status != http.StatusBadRequest || !strings.Contains(page, "<html") {
		t.Errorf("%d %.300s", status, page)
	}
}
