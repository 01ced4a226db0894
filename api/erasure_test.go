package api_test

import (
	"net/http"
	"strings"
	"testing"

	"tamga/api"
)

// destroys is an order to erase, as JSON.
func destroys(number string) map[string]any {
	return map[string]any{
		"order_number": number, "order_date": "2026-01-15", "signatory": "Әбдіғали Ж.С.",
		"reason":   map[string]any{"kk": "сақтау мерзімі өтті", "ru": "истёк срок хранения"},
		"position": map[string]any{"kk": "Төраға", "ru": "Председатель"},
	}
}

// erases signs the text that erases an application, and sends it.
func (w *town) erases(at, token, member, number string) said {
	w.t.Helper()
	body := map[string]any{"order": destroys(number), "ground": "order"}
	a := w.ask("POST", at+"/erasure/act", token, body)
	if a.code != http.StatusOK {
		return a
	}
	body["signature"] = w.signed(a.text("text"), member)
	return w.ask("POST", at+"/erasure", token, body)
}

// An administrator erases an application that has ended, with his signature, and nobody
// else does; then every door of applications says so, with the record, and nothing more.
func TestEraseApplication(t *testing.T) {
	w := openOffice(t)
	applicant, administrator, stranger := w.session("applicant"), w.session("administrator-1"), w.session("stranger")
	at := w.opened(applicant)
	w.stands(w.enters(at, applicant, "S-P-p1", "done", ""), "S-P-p3")
	w.refused("it goes on", w.erases(at, administrator, "administrator-1", "7"), http.StatusConflict, "application_pending")
	w.stands(w.beside(at, applicant, "withdraw", "applicant", map[string]any{"reason": "ойым өзгерді"}), "withdrawn")
	w.refused("not erased yet", w.ask("GET", at+"/erasure", administrator, nil), http.StatusNotFound, "application_not_found")
	for member, token := range map[string]string{"applicant": applicant, "head": w.session("head")} {
		w.refused("by the "+member, w.erases(at, token, member, "7"), http.StatusForbidden, "no_duty")
	}
	w.refused("by a program", w.ask("POST", at+"/erasure", w.values["key.apply"], map[string]any{"order": destroys("7")}), http.StatusUnauthorized, "session_required")
	w.refused("in another role", w.ask("POST", at+"/erasure", administrator, map[string]any{"order": destroys("7"), "role": "HEAD"}), http.StatusForbidden, "no_duty")
	w.refused("for its age", w.ask("POST", at+"/erasure/act", administrator, map[string]any{"order": destroys("7"), "ground": "retention"}), http.StatusConflict, "application_retained")
	w.refused("unsigned", w.ask("POST", at+"/erasure", administrator, map[string]any{"order": destroys("7")}), http.StatusUnprocessableEntity, "act_signature")
	w.refused("signed by another", w.erases(at, administrator, "administrator-2", "7"), http.StatusUnprocessableEntity, "act_signature")
	tried := w.ask("POST", at+"/erasure/act", administrator, map[string]any{"order": destroys("7")})
	if goes, _ := tried.body["goes"].([]any); tried.code != http.StatusOK || len(goes) < 3 {
		t.Errorf("it would take away %d %v", tried.code, tried.body)
	}
	if a := w.ask("GET", at, applicant, nil); a.code != http.StatusOK || a.text("form.monument") != "Бәйтерек" {
		t.Errorf("tried only: %d %v", a.code, a.body)
	}
	done := w.erases(at, administrator, "administrator-1", "7")
	if done.code != http.StatusCreated || done.text("ended") != "withdrawn" || done.text("cms") == "" || done.text("order_number") != "7" {
		t.Fatalf("erased: %d %v", done.code, done.body)
	}
	w.refused("by another order", w.ask("POST", at+"/erasure/act", administrator, map[string]any{"order": destroys("8")}), http.StatusGone, "application_erased")
	again := w.ask("POST", at+"/erasure", administrator, map[string]any{"order": destroys("7")})
	if again.code != http.StatusCreated || again.head.Get("Idempotency-Replayed") != "true" {
		t.Errorf("asked again: %d %v", again.code, again.body)
	}
	w.gone(at, map[string]string{"the applicant": applicant, "a stranger": stranger, "an official": w.session("executor"), "an administrator": administrator, "a program": w.values["key.apply"]})
	for _, path := range []string{"/v1/applications", "/v1/me/applications", "/v1/me/history", "/v1/me/messages"} {
		a := w.ask("GET", path, applicant, nil)
		for name := range a.body {
			if list, ok := a.body[name].([]any); a.code != http.StatusOK || ok && len(list) != 0 {
				t.Errorf("%s: %d %v", path, a.code, a.body)
			}
		}
	}
	record := w.ask("GET", at+"/erasure", stranger, nil)
	if entries, _ := record.body["entries"].([]any); record.code != http.StatusOK || len(entries) < 2 || record.text("cms") != "" || record.text("act") != "" || record.text("person") != "" {
		t.Errorf("the record: %d %v", record.code, record.body)
	}
	if err := w.server.Registry.VerifyLog(t.Context()); err != nil {
		t.Error(err)
	}
}

// gone holds that every address of an application answers that it was erased.
func (w *town) gone(at string, sessions map[string]string) {
	w.t.Helper()
	bodies := map[string]any{
		"/entries": map[string]any{"step": "x", "outcome": "done"}, "/act": map[string]any{"step": "x", "outcome": "done"},
		"/result/prepare": map[string]any{"step": "x", "outcome": "done"}, "/contact": map[string]any{"language": "kk"},
		"/attachments": map[string]any{"name": "a.txt", "content": "eA=="}, "/consent": map[string]any{"decision": "refused"},
		"/form": map[string]any{"form": map[string]any{"monument": "x"}}, "/same-matter": map[string]any{"decision": "goes_on"},
		"/draft": map[string]any{"step": "x", "outcome": "done"}, "/preview": map[string]any{"step": "x", "outcome": "done"},
	}
	const all = "/v1/applications/:application"
	doors := 0
	for _, r := range api.Routes() {
		rest, ok := strings.CutPrefix(r.Path, all)
		if !ok || strings.HasPrefix(rest, "/erasure") {
			continue
		}
		doors++
		path := at + strings.NewReplacer(":seq", "1", ":attachment", "0a").Replace(rest)
		for who, token := range sessions {
			if r.Method == http.MethodHead {
				continue // as GET, without the body
			}
			w.refused(r.Method+" "+rest+" by "+who, w.ask(r.Method, path, token, bodies[rest]), http.StatusGone, "application_erased")
		}
	}
	if doors < 15 {
		w.t.Errorf("%d doors were tried", doors)
	}
}
