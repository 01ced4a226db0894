package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/signtest"
)

// The check and its page say of an act of a court whose it is, its number and date, and
// whether the register holds its paper; whoever reads documents whole finds it.
func TestPapersOfActs(t *testing.T) {
	s := open(t, signtest.New(t, ca.ECDSA))
	rec, _ := s.issued(t, "refusal")
	other, _ := s.issued(t, "licence")
	order := map[string]any{
		"event": "appealed", "order_number": "2а-17", "order_date": "2026-01-15", "signatory": "Әбдіғали Ж.С.",
		"reason": map[string]any{"kk": "шағым", "ru": "жалоба"}, "position": map[string]any{"kk": "Төраға", "ru": "Председатель"},
		"decided_by": map[string]any{"kk": "Астана қаласының соты", "ru": "Суд города Астаны"},
	}
	sends := func(key string, paper map[string]any, file string) (int, string) {
		t.Helper()
		order["paper"], order["paper_file"] = paper, file
		if file == "" {
			delete(order, "paper_file")
		}
		raw, err := json.Marshal(order)
		if err != nil {
			t.Fatal(err)
		}
		return s.post(t, "/v1/documents/"+rec.Number+"/events", string(raw), map[string]string{
			"Authorization": "Bearer " + s.values["key.status"], "Idempotency-Key": key, "If-Match": "*", "Content-Type": "application/json",
		})
	}
	digest := strings.Repeat("ab", 32)
	if code, body := sends("a", map[string]any{"sha256": digest}, "AAAA"); code != http.StatusUnprocessableEntity || !strings.Contains(body, `"/paper_file"`) || !strings.Contains(body, `"digest"`) {
		t.Errorf("another file: %d %s", code, body)
	}
	if code, body := sends("b", map[string]any{"sha256": digest, "number": other.Number}, ""); code != http.StatusUnprocessableEntity || !strings.Contains(body, `"/paper/sha256"`) {
		t.Errorf("the digest of no document: %d %s", code, body)
	}
	for key, paper := range map[string]map[string]any{"c": {"sha256": digest}, "d": {"number": other.Number}} {
		if code, body := sends(key, paper, ""); code != http.StatusCreated {
			t.Fatalf("%s: %d %s", key, code, body)
		}
	}
	code, body := s.get(t, "/v1/check/"+rec.Number, nil)
	for _, want := range []string{`"held":false`, `"held":true`, `"order_number":"2а-17"`, `"order_date":"2026-01-15"`, "Суд города Астаны"} {
		if code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("the check does not say %s: %d %s", want, code, body)
		}
	}
	for lang, words := range map[string][2]string{
		"kk": {"шешімнің қағазы тізілімде сақталған", "шешімнің қағазы тізілімде сақталмаған"},
		"ru": {"бумага решения хранится в реестре", "бумаги решения нет в реестре"},
	} {
		code, page := s.get(t, "/check/"+rec.Number+"?lang="+lang, nil)
		if code != http.StatusOK || !strings.Contains(page, words[0]) || !strings.Contains(page, words[1]) || !strings.Contains(page, "2а-17") {
			t.Errorf("the page in %s does not say it: %d", lang, code)
		}
	}
	code, body = s.get(t, "/v1/documents/"+rec.Number+"/events", map[string]string{"Authorization": "Bearer " + s.values["key.read"]})
	if code != http.StatusOK || !strings.Contains(body, `/v1/documents/`+other.Number+`"`) {
		t.Errorf("who reads it whole is told %d %s", code, body)
	}
}
