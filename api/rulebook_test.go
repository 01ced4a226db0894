package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"tamga/documents/pdf"
	"tamga/documents/rulebook"
	"tamga/documents/store"
)

// TestRowsThatCannotBeUsed answers when a row of the register does not compile: with
// what hangs on it refused by its own reason, and all else going on.
func TestRowsThatCannotBeUsed(t *testing.T) {
	s, header := everyRight(t)
	header["Idempotency-Key"] = "one"
	reg := s.server.Registry
	reg.Layouts = nil
	reg.Rulebook = &rulebook.Book{Store: reg.Store, Pages: &pdf.Options{CheckURL: func(string) string { return "https://tamga.example/check" }}}
	row, err := reg.Rulebook.Enter(t.Context(), rulebook.Entry{Kind: rulebook.KindCalendar, Content: []byte(`{"years": [{"year": 2029}]}`), By: "Әсел"})
	if err == nil {
		err = reg.Rulebook.Confirm(t.Context(), row.ID, "Бота")
	}
	if err != nil {
		t.Fatal(err)
	}
	if status, body := s.get(t, "/v1/calendar", nil); status != http.StatusOK || !strings.Contains(body, `"year":2029`) {
		t.Errorf("%d %s", status, body)
	}
	if status, body := s.get(t, "/readyz/issue", nil); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	err = reg.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE rules SET sha256 = 'another'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/v1/calendar", "/v1/services", "/v1/regulation", "/v1/regulation/2026-draft"} {
		if status, body := s.get(t, path, nil); status != http.StatusServiceUnavailable || !strings.Contains(body, `"code":"rules_unusable"`) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if status, body := s.post(t, "/v1/documents", s.values["licence"], header); status != http.StatusServiceUnavailable || !strings.Contains(body, `"code":"rules_unusable"`) {
		t.Errorf("issuing: %d %s", status, body)
	}
	if status, body := s.get(t, "/readyz/issue", nil); status != http.StatusServiceUnavailable || !strings.Contains(body, row.ID) {
		t.Errorf("%d %s", status, body)
	}
	if status, body := s.get(t, "/readyz/verify", nil); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
}
