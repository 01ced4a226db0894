package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

// looks are who looked at an application, in which role and why.
func (w *town) looks(at, token string) []string {
	w.t.Helper()
	a := w.ask("GET", at+"/looks", token, nil)
	if a.code != http.StatusOK {
		w.t.Fatalf("looks: %d %v", a.code, a.body)
	}
	all := []string{}
	for _, one := range a.body["looks"].([]any) {
		m := one.(map[string]any)
		all = append(all, fmt.Sprint(m["person"], " ", m["role"], " ", m["why"]))
	}
	return all
}

// Whatever an official reads of an application is written down under his id and role, once
// within an hour; the applicant sees it, as administrators do, and nobody else.
func TestOfficialsLooks(t *testing.T) {
	w := openOffice(t)
	applicant, executor, registrar := w.session("applicant"), w.session("executor"), w.session("registrar")
	id := func(token string) string { return w.ask("GET", "/v1/me", token, nil).text("session.person.id") }
	at := w.opened(applicant)
	w.enters(at, applicant, "S-P-p1", "done", "")
	w.stands(w.enters(at, applicant, "S-P-p3", "done", "applicant"), "S-P-p5")
	file := w.ask("POST", at+"/attachments", applicant, map[string]any{"name": "жоба.txt", "content": []byte("Жоба.")})
	w.stands(w.enters(at, applicant, "S-P-p5", "done", "applicant"), "S-P-p6")

	pages := []string{"", "/entries", "/messages", "/entries/5/signature", "/attachments"}
	for _, page := range append(pages, "/contact", "/attachments/"+file.text("id")) {
		w.ask("GET", at+page, applicant, nil)
	}
	if got := w.looks(at, applicant); len(got) != 0 {
		t.Fatalf("the applicant himself: %v", got)
	}
	var want []string
	for _, who := range []struct{ token, role string }{{executor, "EXECUTOR"}, {registrar, "REGISTRAR"}} {
		for range 2 {
			for _, page := range pages {
				if a := w.ask("GET", at+page, who.token, nil); a.code != http.StatusOK {
					t.Fatalf("%s %s: %d %v", who.role, page, a.code, a.body)
				}
			}
		}
		for _, why := range []string{"application", "entries", "messages", "signature", "attachments"} {
			want = append(want, id(who.token)+" "+who.role+" "+why)
		}
	}
	sorted := func(all []string) []string { return slices.Sorted(slices.Values(all)) }
	if got := w.looks(at, applicant); !slices.Equal(sorted(got), sorted(want)) {
		t.Errorf("looks are\n%q, want\n%q", got, want)
	}
	w.ahead.Add(int64(59 * time.Minute))
	executor = w.session("executor")
	administrator := w.session("administrator-1")
	w.ask("GET", at, executor, nil)
	if got := w.looks(at, administrator); len(got) != len(want) {
		t.Errorf("within the hour: %q", got)
	}
	w.ahead.Add(int64(2 * time.Minute))
	w.ask("GET", at, executor, nil)
	w.ask("GET", at+"/contact", executor, nil)
	want = append(want, id(executor)+" EXECUTOR application", id(executor)+" EXECUTOR contact")
	if got := w.looks(at, administrator); !slices.Equal(sorted(got), sorted(want)) {
		t.Errorf("after the hour: %q", got)
	}
	w.refused("an official reads who looked", w.ask("GET", at+"/looks", executor, nil), http.StatusForbidden, "no_duty")
	w.refused("a stranger does", w.ask("GET", at+"/looks", w.session("stranger"), nil), http.StatusNotFound, "application_not_found")
	w.refused("another program does", w.ask("GET", at+"/looks", w.values["key.apply"], nil), http.StatusNotFound, "application_not_found")
	w.refused("nobody does", w.ask("GET", at+"/looks", "", nil), http.StatusUnauthorized, "unauthorized")
	w.refused("an administrator reads the application", w.ask("GET", at, administrator, nil), http.StatusNotFound, "application_not_found")
}

// Payments, the data of attachments, the consent and the questionnaire that an official
// reads are written down as other reads are.
func TestOfficialsOtherLooks(t *testing.T) {
	w := openOffice(t)
	applicant, executor := w.session("applicant"), w.session("executor")
	id := w.ask("GET", "/v1/me", executor, nil).text("session.person.id")
	at := w.opened(applicant)
	w.enters(at, applicant, "S-P-p1", "done", "")
	file := w.ask("POST", at+"/attachments", applicant, map[string]any{"name": "жоба.txt", "content": []byte("Жоба.")})
	for _, token := range []string{applicant, executor, executor} {
		for _, page := range []string{"/payment", "/attachments/" + file.text("id")} {
			if a := w.ask("GET", at+page, token, nil); a.code != http.StatusOK {
				t.Fatalf("%s: %d %v", page, a.code, a.body)
			}
		}
		w.ask("GET", at+"/consent", token, nil) // nobody was asked: the look stays
		w.ask("POST", at+"/questionnaire", token, nil)
	}
	var want []string
	for _, why := range []string{"payment", "attachments", "consent", "questionnaire"} {
		want = append(want, id+" EXECUTOR "+why)
	}
	if got := w.looks(at, applicant); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		t.Errorf("looks are %q, want %q", got, want)
	}
}
