package api_test

import (
	"net/http"
	"testing"
)

// One's messages are those of one's applications, in pages that tell none twice and leave
// none out; a stranger's are his own.
func TestMyMessages(t *testing.T) {
	w := openOffice(t)
	applicant := w.session("applicant")
	told := map[string]bool{}
	for range 3 {
		at := w.examined(applicant)
		all, _ := w.ask("GET", at+"/messages", applicant, nil).body["messages"].([]any)
		if len(all) == 0 {
			t.Fatal("nothing was told")
		}
		for _, m := range all {
			told[m.(map[string]any)["id"].(string)] = true
		}
	}
	seen := map[string]bool{}
	pages := 0
	for path := "/v1/me/messages?limit=2"; path != ""; pages++ {
		a := w.ask("GET", path, applicant, nil)
		if a.code != http.StatusOK {
			t.Fatalf("%d %v", a.code, a.body)
		}
		for _, one := range a.body["messages"].([]any) {
			m := one.(map[string]any)
			if id := m["id"].(string); seen[id] || !told[id] || m["application"] == "" || m["text"] == "" {
				t.Errorf("told %v", m)
			}
			seen[m["id"].(string)] = true
		}
		if path = a.text("next"); path != "" {
			path = path[len(w.server.BaseURL):] + "&limit=2"
		}
	}
	if len(seen) != len(told) || pages != 2 {
		t.Errorf("%d of %d in %d pages", len(seen), len(told), pages)
	}
	if other, ok := w.ask("GET", "/v1/me/messages", w.session("stranger"), nil).body["messages"].([]any); !ok || len(other) != 0 {
		t.Errorf("a stranger: %v", other)
	}
	w.refused("a program has none", w.ask("GET", "/v1/me/messages", w.values["key.apply"], nil), http.StatusUnauthorized, "session_required")
}
