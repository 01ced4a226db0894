package api_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/conditions"
	"tamga/documents/people/cast"
	"tamga/documents/rulebook"
)

// openOffice opens a town whose programs answer the conditions of applications.
func openOffice(t *testing.T) *town {
	t.Helper()
	return openTown(t).office()
}

// office has the programs of a town answer the conditions of applications.
func (w *town) office() *town {
	t := w.t
	t.Helper()
	w.server.Applications = &applications.Book{
		Register: w.server.Registry, Rulebook: &rulebook.Book{Store: w.server.Registry.Store}, Verifier: w.server.People.Verifier,
	}
	(&conditions.Answers{People: w.server.People, Letterhead: letterhead()}).Wire(w.server.Applications)
	w.start(t)
	var all []string
	for _, m := range cast.Members(w.now()) {
		if m.Fault == cast.Good {
			all = append(all, m.Name)
		}
	}
	w.registered(all...)
	return w
}

func letterhead() documents.Letter {
	return documents.Letter{
		Authority:  documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"},
		Requisites: documents.Text{KK: "Астана қ., Орынбор к-сі, 8", RU: "г. Астана, ул. Орынбор, 8"},
		Position:   documents.Text{KK: "Төраға", RU: "Председатель"}, Signatory: "Әбілов Ғ.Ү.",
	}
}

// applicantOfCast is the applicant of the cast as applications name him.
func applicantOfCast() map[string]any {
	return map[string]any{"natural": map[string]any{"surname": "ӨМІРЗАҚОВ", "given_name": "ЕРЖАН", "patronymic": "БОЛАТҰЛЫ", "iin": "851300399990"}}
}

// opened opens an application for the approval of works by the portal, for the applicant
// of the cast, by whoever is signed in.
func (w *town) opened(token string) string {
	w.t.Helper()
	a := w.ask("POST", "/v1/applications", token, map[string]any{
		"service": "SRA", "channel": "portal", "form": map[string]any{"monument": "Бәйтерек"},
		"applicant": applicantOfCast(),
	})
	if a.code != http.StatusCreated {
		w.t.Fatalf("open: %d %v", a.code, a.body)
	}
	return "/v1/applications/" + a.text("id")
}

// enters enters a step as whoever is signed in, signed by a key of the cast where one is
// named.
func (w *town) enters(at, token, step, outcome, key string) said {
	w.t.Helper()
	body := map[string]any{"step": step, "outcome": outcome}
	if key != "" {
		act := w.ask("POST", at+"/act", token, body)
		if act.code != http.StatusOK {
			return act
		}
		body["signature"] = w.signed(act.text("text"), key)
	}
	return w.ask("POST", at+"/entries", token, body)
}

// stands holds that an entry was made, and where the application stands after what the
// programs have done.
func (w *town) stands(a said, step string) {
	w.t.Helper()
	if at := a.text("application.position.step") + a.text("application.position.end"); a.code != http.StatusCreated || at != step {
		w.t.Errorf("%d: it stands at %q, want %q: %v", a.code, at, step, a.body)
	}
}

// Persons do their own steps with their own keys, and programs answer the conditions: by
// the session, by the duty, by the certificate.
func TestApplicationOfPersons(t *testing.T) {
	w := openOffice(t)
	applicant, stranger := w.session("applicant"), w.session("stranger")
	at := w.opened(applicant)
	w.refused("a stranger reads it", w.ask("GET", at, stranger, nil), http.StatusNotFound, "application_not_found")
	w.refused("a stranger begins it", w.enters(at, stranger, "S-P-p1", "done", ""), http.StatusNotFound, "application_not_found")
	w.stands(w.enters(at, applicant, "S-P-p1", "done", ""), "S-P-p3")
	w.refused("a step of a program", w.ask("POST", at+"/entries", w.values["key.apply"], map[string]any{"step": "S-P-c1", "outcome": "ok", "role": "PEP", "person": "x"}), http.StatusNotFound, "application_not_found")
	w.refused("nothing is signed", w.enters(at, applicant, "S-P-p3", "done", ""), http.StatusUnprocessableEntity, "act_signature")
	login := w.enters(at, applicant, "S-P-p3", "done", "applicant-login")
	w.refused("a key for logging in signs", login, http.StatusUnprocessableEntity, "act_signature")
	if found := login.text("signature.decided_by"); found != "key_usage" {
		t.Errorf("a key for logging in: %q has decided", found)
	}
	w.stands(w.enters(at, applicant, "S-P-p3", "done", "applicant"), "S-P-p5")
	another := w.enters(at, applicant, "S-P-p5", "done", "stranger")
	w.refused("another signs", another, http.StatusUnprocessableEntity, "act_signature")
	if whose, period := another.text("signature.facts.identity_match"), another.text("signature.facts.validity_period"); whose != "refuted" || period != "established" {
		t.Errorf("another signs: found %q and %q", whose, period)
	}
	w.refused("in another's name", w.ask("POST", at+"/entries", applicant, map[string]any{"step": "S-P-p5", "outcome": "done", "person": "Бөтен"}), http.StatusBadRequest, "invalid_parameter")
	w.stands(w.enters(at, applicant, "S-P-p5", "done", "applicant"), "S-P-p6")
	w.refused("the applicant registers", w.enters(at, applicant, "S-aP1", "done", ""), http.StatusForbidden, "no_duty")
	executor := w.session("executor")
	w.refused("the executor registers", w.ask("POST", at+"/entries", executor, map[string]any{"step": "S-aP1", "outcome": "done", "role": "REGISTRAR"}), http.StatusForbidden, "no_duty")
	signature := w.ask("GET", at+"/entries/5/signature", executor, nil)
	act, err := base64.StdEncoding.DecodeString(signature.text("act"))
	if err != nil || !strings.Contains(string(act), `"kind": "tamga application act 1"`) || signature.text("verdict.acceptance") != "accepted" {
		t.Errorf("what was signed: %d %s %v", signature.code, act, signature.body)
	}
}

// The log-in of whoever may not act for the applicant fails, and is told by a notice.
func TestLogInOfAStranger(t *testing.T) {
	w := openOffice(t)
	stranger := w.session("stranger")
	at := w.opened(stranger)
	a := w.enters(at, stranger, "S-P-p1", "done", "")
	w.stands(a, "refused")
	documents, _ := a.body["application"].(map[string]any)["documents"].([]any)
	if len(documents) != 1 {
		t.Fatalf("documents are %v", documents)
	}
	d := w.ask("GET", "/v1/documents/"+documents[0].(string), w.values["key.read"], nil)
	if d.text("content.notice.ground") != "RF-AUTH" || d.text("status.code") != "in_force" {
		t.Errorf("told is %v", d.body)
	}
}

// Each of the three facts about a certificate alone refuses the application.
func TestSignatureOfferedByBadKeys(t *testing.T) {
	w := openOffice(t)
	applicant := w.session("applicant")
	for key, check := range map[string]string{
		"applicant-expired": "signature.period", "applicant-revoked": "signature.revoked", "stranger": "signature.identity",
	} {
		at := w.opened(applicant)
		w.stands(w.enters(at, applicant, "S-P-p1", "done", ""), "S-P-p3")
		w.stands(w.enters(at, applicant, "S-P-p3", "done", key), "refused")
		entries, _ := w.ask("GET", at+"/entries", applicant, nil).body["entries"].([]any)
		if c := entries[3].(map[string]any); c["step"] != "S-P-c2" || c["outcome"] != "fail" || c["failed"] != check || c["stated"] != nil {
			t.Errorf("%s: %v", key, c)
		}
	}
}

// What is signed covers the form and every file: whatever was attached, or taken out,
// after the text was made is not covered by its signature.
func TestActCoversFiles(t *testing.T) {
	w := openOffice(t)
	applicant := w.session("applicant")
	at := w.opened(applicant)
	w.stands(w.enters(at, applicant, "S-P-p1", "done", ""), "S-P-p3")
	w.stands(w.enters(at, applicant, "S-P-p3", "done", "applicant"), "S-P-p5")
	body := map[string]any{"step": "S-P-p5", "outcome": "done"}
	act := w.ask("POST", at+"/act", applicant, body)
	file := w.ask("POST", at+"/attachments", applicant, map[string]any{"name": "жоба.txt", "content": []byte("Жоба.")})
	if file.code != http.StatusCreated {
		t.Fatalf("%d %v", file.code, file.body)
	}
	body["signature"] = w.signed(act.text("text"), "applicant")
	w.refused("a file more", w.ask("POST", at+"/entries", applicant, body), http.StatusUnprocessableEntity, "act_signature")
	text, err := base64.StdEncoding.DecodeString(w.ask("POST", at+"/act", applicant, map[string]any{"step": "S-P-p5", "outcome": "done"}).text("text"))
	if err != nil || !strings.Contains(string(text), file.text("sha256")) || !strings.Contains(string(text), "form_sha256") {
		t.Errorf("what is signed is %s", text)
	}
	w.stands(w.enters(at, applicant, "S-P-p5", "done", "applicant"), "S-P-p6")
}

// The tasks of an official are those of his duties, each with how its due time was
// counted; whoever has no duty has none.
func TestTasks(t *testing.T) {
	w := openOffice(t)
	applicant := w.session("applicant")
	at := w.opened(applicant)
	w.enters(at, applicant, "S-P-p1", "done", "")
	w.enters(at, applicant, "S-P-p3", "done", "applicant")
	w.stands(w.enters(at, applicant, "S-P-p5", "done", "applicant"), "S-P-p6")
	tasks, _ := w.ask("GET", "/v1/tasks", w.session("registrar"), nil).body["tasks"].([]any)
	if len(tasks) != 1 {
		t.Fatalf("the registrar has %v", tasks)
	}
	task := tasks[0].(map[string]any)
	due, _ := task["due"].([]any)
	if task["step"].(map[string]any)["id"] != "S-aP1" || task["due_at"] == nil || len(due) == 0 || len(due[0].(map[string]any)["how"].([]any)) == 0 {
		t.Errorf("the task is %v", task)
	}
	for _, m := range []string{"executor", "stranger", "operator", "administrator-1"} {
		if tasks, _ := w.ask("GET", "/v1/tasks", w.session(m), nil).body["tasks"].([]any); len(tasks) != 0 {
			t.Errorf("%s has %v", m, tasks)
		}
	}
	w.refused("a program has none", w.ask("GET", "/v1/tasks", w.values["key.apply"], nil), http.StatusUnauthorized, "session_required")
	w.refused("nobody has none", w.ask("GET", "/v1/tasks", "", nil), http.StatusUnauthorized, "unauthorized")
}

// A duty and a power of attorney count from the moment in which they are given, and not
// from the next second.
func TestDutyCountsAtOnce(t *testing.T) {
	w := openOffice(t)
	w.ahead.Add(int64(500 * time.Millisecond))
	applicant := w.session("applicant")
	at := w.opened(applicant)
	stranger, administrator := w.session("stranger"), w.session("administrator-1")
	w.refused("without a duty", w.ask("GET", at, stranger, nil), http.StatusNotFound, "application_not_found")
	me := w.ask("GET", "/v1/me", stranger, nil).text("session.person.id")
	given := w.ask("POST", "/v1/duties", administrator, map[string]any{"person": me, "role": "REGISTRAR", "provider": "culture-department"})
	if given.code != http.StatusCreated {
		t.Fatalf("%d %v", given.code, given.body)
	}
	if a := w.ask("GET", at, stranger, nil); a.code != http.StatusOK {
		t.Errorf("with the duty: %d %v", a.code, a.body)
	}
	if a := w.ask("POST", "/v1/duties/"+given.text("id")+"/end", administrator, nil); a.code != http.StatusOK {
		t.Fatalf("%d %v", a.code, a.body)
	}
	w.refused("after its end", w.ask("GET", at, stranger, nil), http.StatusNotFound, "application_not_found")
}
