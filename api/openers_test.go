package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// lists are the ids of the applications that whoever is signed in has in his cabinet, in
// his history, and among those that he has opened.
func (w *town) lists(token string) map[string][]string {
	w.t.Helper()
	all := map[string][]string{}
	for path, key := range map[string]string{"/v1/me/applications": "applications", "/v1/me/history": "history", "/v1/applications": "applications", "/v1/me/messages": "messages"} {
		a := w.ask("GET", path, token, nil)
		if a.code != http.StatusOK {
			w.t.Fatalf("%s: %d %v", path, a.code, a.body)
		}
		all[path] = []string{}
		for _, one := range a.body[key].([]any) {
			id, _ := one.(map[string]any)["id"].(string)
			if key == "messages" {
				id, _ = one.(map[string]any)["application"].(string)
			}
			if !slices.Contains(all[path], id) {
				all[path] = append(all[path], id)
			}
		}
	}
	return all
}

func wantLists(t *testing.T, what string, got map[string][]string, want []string, opened []string) {
	t.Helper()
	for _, path := range []string{"/v1/me/applications", "/v1/me/history"} {
		if !slices.Equal(slices.Sorted(slices.Values(got[path])), slices.Sorted(slices.Values(want))) {
			t.Errorf("%s: %s has %v, want %v", what, path, got[path], want)
		}
	}
	if !slices.Equal(slices.Sorted(slices.Values(got["/v1/applications"])), slices.Sorted(slices.Values(opened))) {
		t.Errorf("%s: opened are %v, want %v", what, got["/v1/applications"], opened)
	}
}

func idOf(at string) string { return strings.TrimPrefix(at, "/v1/applications/") }

// What somebody has opened who may not act for the party is a draft of his own: it is in
// no list of the party, which does not see it, and no other application is shown beside
// it. What the party itself, a program or an official has opened is.
func TestStrangersDraft(t *testing.T) {
	w := openOffice(t)
	stranger, applicant, registrar := w.session("stranger"), w.session("applicant"), w.session("registrar")
	his := w.opened(stranger)
	own := w.opened(applicant)
	wantLists(t, "the party", w.lists(applicant), []string{idOf(own)}, []string{idOf(own)})
	w.refused("the party reads the draft", w.ask("GET", his, applicant, nil), http.StatusNotFound, "application_not_found")
	if a := w.ask("GET", his, stranger, nil); a.code != http.StatusOK {
		t.Errorf("who has opened it reads it: %d %v", a.code, a.body)
	}
	wantLists(t, "the stranger", w.lists(stranger), []string{}, []string{idOf(his)})
	beside := func(what string, want ...string) {
		t.Helper()
		twins, _ := w.ask("GET", own, w.session("executor"), nil).body["same_matter"].([]any)
		got := []string{}
		for _, one := range twins {
			got = append(got, one.(map[string]any)["name"].(string))
		}
		if !slices.Equal(got, append([]string{}, want...)) {
			t.Errorf("%s: shown beside it are %v, want %v", what, got, want)
		}
	}
	beside("a stranger's draft")
	if a := w.ask("PUT", his+"/contact", stranger, map[string]any{"language": "kk", "email": "stranger@example.kz"}); a.code != http.StatusOK {
		t.Fatalf("%d %v", a.code, a.body)
	}
	w.stands(w.enters(his, stranger, "S-P-p1", "done", ""), "refused")
	lists := w.lists(applicant)
	wantLists(t, "after the log-in was refused, the party", lists, []string{idOf(own)}, []string{idOf(own)})
	if slices.Contains(lists["/v1/me/messages"], idOf(his)) {
		t.Errorf("the party is told of it: %v", lists["/v1/me/messages"])
	}
	w.refused("the party reads it then", w.ask("GET", his, applicant, nil), http.StatusNotFound, "application_not_found")

	at := w.ask("POST", "/v1/applications", registrar, map[string]any{
		"service": "SRA", "channel": "provider", "form": map[string]any{"monument": "«БӘЙТЕРЕК»"}, "applicant": applicantOfCast(),
	})
	if at.code != http.StatusCreated {
		t.Fatalf("%d %v", at.code, at.body)
	}
	wantLists(t, "with one that an official has opened, the party", w.lists(applicant), []string{idOf(own), at.text("id")}, []string{idOf(own)})
	beside("one that an official has opened", at.text("id"))
}

// Whoever acts for a party by a power of attorney sees what he has opened for it as long
// as he may act; after that it is the party's alone, but for a draft that no log-in was
// accepted on.
func TestOpenerWithoutPower(t *testing.T) {
	w := openOffice(t)
	head, representative := w.session("company-head"), w.session("representative")
	given := w.ask("POST", "/v1/powers", head, map[string]any{
		"principal": organisation(), "representative": map[string]any{"iin": string(castMember(t, "representative").IIN)},
		"kind": "document", "number": "7", "issued_on": "2026-05-01", "valid_until": "2026-12-31", "may": "sign",
	})
	if given.code != http.StatusCreated {
		t.Fatalf("%d %v", given.code, given.body)
	}
	open := func(monument string) string {
		a := w.ask("POST", "/v1/applications", representative, map[string]any{
			"service": "SRA", "channel": "portal", "form": map[string]any{"monument": monument}, "applicant": organisation(),
		})
		if a.code != http.StatusCreated {
			t.Fatalf("%d %v", a.code, a.body)
		}
		return "/v1/applications/" + a.text("id")
	}
	sent, draft := open("Бәйтерек"), open("Ақорда")
	w.stands(w.enters(sent, representative, "S-P-p1", "done", ""), "S-P-p3")
	both := []string{idOf(sent), idOf(draft)}
	wantLists(t, "while he may act", w.lists(representative), both, both)
	if a := w.ask("POST", "/v1/powers/"+given.text("id")+"/end", head, nil); a.code != http.StatusOK {
		t.Fatalf("%d %v", a.code, a.body)
	}
	w.refused("he reads it without the power", w.ask("GET", sent, representative, nil), http.StatusNotFound, "application_not_found")
	w.refused("he goes on without the power", w.enters(sent, representative, "S-P-p3", "done", "representative"), http.StatusNotFound, "application_not_found")
	if a := w.ask("GET", draft, representative, nil); a.code != http.StatusOK {
		t.Errorf("his draft: %d %v", a.code, a.body)
	}
	wantLists(t, "without the power", w.lists(representative), []string{}, []string{idOf(draft)})
	wantLists(t, "the party", w.lists(head), both, []string{})
}
