package api_test

import (
	"html"
	"maps"
	"net/http"
	"regexp"
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

// TestPagesLeadSomewhere follows what the pages lead to, their styles and pictures
// first: nothing that the service writes into an address is refused by it.
func TestPagesLeadSomewhere(t *testing.T) {
	s, header := everyRight(t)
	if status, answer := s.post(t, "/v1/documents", s.values["licence"], header); status != http.StatusCreated {
		t.Fatal(status, answer)
	}
	s.server.Demo, s.server.Examples = true, []string{"26000001"}
	s.start(t)
	leads := regexp.MustCompile(`(?:href|src)="([^"#]+)"`)
	seen, todo := map[string]bool{}, []string{"/", "/check", "/check/file", "/check/26000001?at=2026-01-01", "/offline", "/layouts", "/problems/busy", "/check/99999999"}
	for len(todo) > 0 {
		address := todo[0]
		todo = todo[1:]
		if seen[address] {
			continue
		}
		seen[address] = true
		status, page := s.get(t, address, map[string]string{"Accept": "text/html"})
		if absent := address == "/check/99999999"; (status != http.StatusOK) != absent && address != "/check/file" {
			t.Errorf("%s: %d %.200s", address, status, page)
		}
		if !strings.Contains(page, "<html") {
			continue
		}
		for _, found := range leads.FindAllStringSubmatch(page, -1) {
			if to := html.UnescapeString(found[1]); strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "/check/99999999?") {
				todo = append(todo, to)
			}
		}
	}
	for _, kind := range []string{"/static/style.css?", "/static/mark.svg?", "/layouts/", "/check/26000001?lang=ru"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(seen)), func(a string) bool { return strings.HasPrefix(a, kind) }) {
			t.Errorf("no page leads to %s", kind)
		}
	}
}
