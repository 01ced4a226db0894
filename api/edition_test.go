package api_test

import (
	"net/http"
	"strings"
	"testing"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/regulation"
)

// TestWithoutEditionNothingIsIssued answers between two editions of the rules:
// issuing is refused with its own reason and takes no number, the service says that
// it cannot issue, and goes on with all else. When one is in force the same request
// is granted, and the document tells by which.
func TestWithoutEditionNothingIsIssued(t *testing.T) {
	s, header := everyRight(t)
	header["Idempotency-Key"] = "one"
	good := s.server.Registry.Layouts
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	ended := law.Printing()
	for i := range ended {
		ended[i].Until = documents.Date{Year: 2016, Month: 1, Day: 1}
	}
	s.server.Registry.Layouts, err = pdf.Compile(pdf.Options{CheckURL: func(string) string { return "https://tamga.example/check" }, Editions: ended})
	if err != nil {
		t.Fatal(err)
	}
	if status, body := s.post(t, "/v1/documents", s.values["licence"], header); status != http.StatusServiceUnavailable || !strings.Contains(body, `"code":"no_edition"`) {
		t.Errorf("%d %s", status, body)
	}
	for path, want := range map[string]int{"/readyz/issue": http.StatusServiceUnavailable, "/readyz/verify": http.StatusOK} {
		if status, body := s.get(t, path, nil); status != want || want != http.StatusOK && !strings.Contains(body, "none is in force on 2026-") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	s.server.Registry.Layouts = good
	status, body := s.post(t, "/v1/documents", s.values["licence"], header)
	if status != http.StatusCreated || !strings.Contains(body, "26000001") {
		t.Errorf("%d %s", status, body)
	}
	for name, h := range map[string]map[string]string{"whole": header, "public": nil} {
		if status, body := s.get(t, "/v1/documents/26000001", h); status != http.StatusOK || !strings.Contains(body, `"edition":"2026-draft@`) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}
