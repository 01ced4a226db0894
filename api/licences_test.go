package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tamga/api"
	"tamga/certs/ca"
	"tamga/signing/signtest"
)

// The public finds licences of organisations, and never a person's; no number of a person
// is taken, and nobody takes the whole list at once.
func TestLicences(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	s.server.Limits = api.DefaultLimits()
	s.server.Limits.Lists = 24
	s.start(t)
	header := map[string]string{"Authorization": "Bearer " + s.values["key.issue"], "Content-Type": "application/json"}
	var numbers []string
	for i, body := range []string{s.values["licence"], s.values["person"], s.values["licence"]} {
		header["Idempotency-Key"] = fmt.Sprint("licences-", i)
		status, answer := s.post(t, "/v1/documents", body, header)
		var made struct{ Number string }
		if err := json.Unmarshal([]byte(answer), &made); err != nil || status != http.StatusCreated {
			t.Fatal(status, answer)
		}
		numbers = append(numbers, made.Number)
	}
	type page struct {
		Licences []struct {
			Number, Region string
			Holder         struct{ BIN string }
			Status         struct{ Code string }
		}
		Next string
	}
	ask := func(query string) (p page, body string) {
		t.Helper()
		status, body := s.get(t, "/v1/licences"+query, nil)
		if err := json.Unmarshal([]byte(body), &p); err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %s", query, status, body)
		}
		return p, body
	}
	got, body := ask("")
	if len(got.Licences) != 2 || got.Licences[0].Number != numbers[2] || got.Licences[1].Number != numbers[0] || got.Next != "" {
		t.Fatalf("%s", body)
	}
	bin := got.Licences[0].Holder.BIN
	if strings.Contains(body, s.values["iin"]) || strings.Contains(body, numbers[1]) || strings.Contains(body, "address") || bin == "" || got.Licences[0].Status.Code != "in_force" {
		t.Errorf("%s", body)
	}
	first, _ := ask("?limit=1")
	if len(first.Licences) != 1 || first.Next != numbers[2] {
		t.Errorf("%+v", first)
	}
	if second, _ := ask("?limit=1&after=" + first.Next); len(second.Licences) != 1 || second.Licences[0].Number != numbers[0] || second.Next != "" {
		t.Errorf("%+v", second)
	}
	for query, want := range map[string]int{
		"?bin=" + bin: 2, "?status=in_force&bin=" + bin: 2, "?status=suspended": 0, "?issued_from=2099-01-01": 0, "?region=" + got.Licences[0].Region: 2,
	} {
		if p, body := ask(query); len(p.Licences) != want {
			t.Errorf("%s: %s, want %d", query, body, want)
		}
	}
	for query, code := range map[string]string{
		"?bin=" + s.values["iin"]: "person", "?name=a+" + s.values["iin"]: "person", "?activity=" + s.values["iin"]: "person", "?after=" + s.values["iin"]: "person",
		"?bin=1": "digits", "?region=99": "unknown", "?status=void": "unknown", "?issued_to=1.1.2026": "date", "?after=26999999": "unknown", "?limit=500": "range",
		"?iin=" + s.values["iin"]: "unknown_field",
	} {
		status, body := s.get(t, "/v1/licences"+query, nil)
		if status != http.StatusBadRequest || !strings.Contains(body, `"code":"`+code+`"`) || strings.Contains(body, s.values["iin"]) {
			t.Errorf("%s: %d %s, want %s", query, status, body, code)
		}
	}
	if strings.Contains(s.log.String(), s.values["iin"]) {
		t.Error("the log holds the number of a person")
	}
	for range 40 {
		if status, body := s.get(t, "/v1/licences", nil); status == http.StatusTooManyRequests {
			if !strings.Contains(body, "too_many_requests") {
				t.Error(body)
			}
			return
		}
	}
	t.Error("the list can be taken at once")
}
