package api_test

import (
	"net/http"
	"testing"
)

// Whoever applies fills the form in as often as he likes until he signs it: what is signed
// is what was filled in last, and changes no more. Others have no part in it.
func TestFormIsKept(t *testing.T) {
	w := openOffice(t)
	applicant, executor := w.session("applicant"), w.session("executor")
	at := w.opened(applicant)
	form := func(monument string) map[string]any {
		return map[string]any{"form": map[string]any{"monument": monument}}
	}
	w.refused("a stranger", w.ask("PUT", at+"/form", w.session("stranger"), form("Басқа")), http.StatusNotFound, "application_not_found")
	w.refused("an official", w.ask("PUT", at+"/form", executor, form("Басқа")), http.StatusForbidden, "no_duty")
	w.refused("no object", w.ask("PUT", at+"/form", applicant, map[string]any{"form": "text"}), http.StatusBadRequest, "invalid_parameter")
	for _, monument := range []string{"Ақорда", "Ақорда", "Айша бибі"} {
		if a := w.ask("PUT", at+"/form", applicant, form(monument)); a.code != http.StatusOK || a.text("form.monument") != monument {
			t.Fatalf("%d %v", a.code, a.body)
		}
	}
	w.stands(w.enters(at, applicant, "S-P-p1", "done", ""), "S-P-p3")
	w.stands(w.enters(at, applicant, "S-P-p3", "done", "applicant"), "S-P-p5")
	if a := w.ask("PUT", at+"/form", applicant, form("Арыстан баб")); a.code != http.StatusOK {
		t.Fatalf("after a signature that was offered: %d %v", a.code, a.body)
	}
	w.stands(w.enters(at, applicant, "S-P-p5", "done", "applicant"), "S-P-p6")
	w.refused("what was signed", w.ask("PUT", at+"/form", applicant, form("Басқа")), http.StatusConflict, "form_signed")
	if a := w.ask("GET", at, applicant, nil); a.text("form.monument") != "Арыстан баб" {
		t.Errorf("the form is %v", a.body)
	}
	if err := w.server.Registry.VerifyLog(t.Context()); err != nil {
		t.Errorf("the log: %v", err)
	}
}

// What came of an application is shown and fetched by its applicant, and nobody else's is.
func TestDocumentsOfApplications(t *testing.T) {
	w := openOffice(t)
	applicant, stranger := w.session("applicant"), w.session("stranger")
	at := w.opened(applicant)
	w.enters(at, applicant, "S-P-p1", "done", "")
	w.stands(w.enters(at, applicant, "S-P-p3", "done", "applicant-expired"), "refused")
	list := w.ask("GET", at+"/documents", applicant, nil)
	all, _ := list.body["documents"].([]any)
	if len(all) != 1 {
		t.Fatalf("%d %v", list.code, list.body)
	}
	number := all[0].(map[string]any)["number"].(string)
	if kind := all[0].(map[string]any)["kind"]; kind != "notice" {
		t.Errorf("it is a %v", kind)
	}
	if file := w.ask("GET", at+"/documents/"+number+".pdf", applicant, nil); file.code != http.StatusOK {
		t.Errorf("the file: %d %v", file.code, file.body)
	}
	w.refused("a stranger's list", w.ask("GET", at+"/documents", stranger, nil), http.StatusNotFound, "application_not_found")
	w.refused("a stranger's file", w.ask("GET", at+"/documents/"+number+".pdf", stranger, nil), http.StatusNotFound, "application_not_found")
	other := w.opened(applicant)
	w.refused("of another application", w.ask("GET", other+"/documents/"+number+".pdf", applicant, nil), http.StatusNotFound, "not_found")
	w.refused("not as a file", w.ask("GET", at+"/documents/"+number, applicant, nil), http.StatusNotFound, "not_found")
}
