package api_test

import (
	"net/http"
	"testing"
	"time"
)

// beside does something beside the steps as whoever is signed in, signed by a key of the
// cast where one is named.
func (w *town) beside(at, token, act, key string, values map[string]any) said {
	w.t.Helper()
	body := map[string]any{"step": act, "outcome": "done"}
	if values != nil {
		body["values"] = values
	}
	if key != "" {
		text := w.ask("POST", at+"/act", token, body)
		if text.code != http.StatusOK {
			return text
		}
		body["signature"] = w.signed(text.text("text"), key)
	}
	return w.ask("POST", at+"/entries", token, body)
}

// given enters the registration of an application, which accepts it.
func (w *town) given(at string) said {
	w.t.Helper()
	town := func(kk, ru string) map[string]any { return map[string]any{"kk": kk, "ru": ru} }
	return w.ask("POST", at+"/entries", w.session("registrar"), map[string]any{"step": "S-aP1", "outcome": "done", "document": map[string]any{"acceptance": map[string]any{
		"authority": town("Мәдениет комитеті", "Комитет культуры"), "requisites": town("Астана қ., Орынбор к-сі, 8", "г. Астана, ул. Орынбор, 8"),
		"applicant": applicantOfCast(), "service": town("«Жобаны келісу»", "«Согласование проекта»"),
	}}})
}

// examined leads an application to the executor.
func (w *town) examined(applicant string) string {
	w.t.Helper()
	at := w.opened(applicant)
	w.enters(at, applicant, "S-P-p1", "done", "")
	w.enters(at, applicant, "S-P-p3", "done", "applicant")
	w.stands(w.enters(at, applicant, "S-P-p5", "done", "applicant"), "S-P-p6")
	w.stands(w.given(at), "S-P-c3")
	w.stands(w.enters(at, w.session("head"), "S-aP2", "done", ""), "S-P-c3")
	return at
}

// A service that was told nothing of its applications has persons sign what they enter.
func TestDefaultServiceHasPersonsSign(t *testing.T) {
	w := openTown(t)
	w.registered("applicant")
	applicant := w.session("applicant")
	at := w.opened(applicant)
	reason := map[string]any{"reason": "Енді керек емес."}
	w.stands(w.enters(at, applicant, "S-P-p1", "done", ""), "S-P-c1")
	w.refused("unsigned", w.beside(at, applicant, "withdraw", "", reason), http.StatusUnprocessableEntity, "act_signature")
	if a := w.beside(at, applicant, "withdraw", "applicant", reason); a.code != http.StatusCreated {
		t.Errorf("signed: %d %v", a.code, a.body)
	}
}

// An application is withdrawn by who may sign for the applicant, signed; the role is that
// of the act. After that nothing is done.
func TestWithdrawal(t *testing.T) {
	w := openOffice(t)
	applicant, executor := w.session("applicant"), w.session("executor")
	at := w.examined(applicant)
	reason := map[string]any{"reason": "Енді керек емес."}
	w.refused("an official withdraws", w.beside(at, executor, "withdraw", "executor", reason), http.StatusForbidden, "may_not_act")
	w.refused("unsigned", w.beside(at, applicant, "withdraw", "", reason), http.StatusUnprocessableEntity, "act_signature")
	w.refused("signed by another", w.beside(at, applicant, "withdraw", "stranger", reason), http.StatusUnprocessableEntity, "act_signature")
	w.refused("a stranger", w.beside(at, w.session("stranger"), "withdraw", "stranger", reason), http.StatusNotFound, "application_not_found")
	a := w.beside(at, applicant, "withdraw", "applicant", reason)
	w.stands(a, "withdrawn")
	if a.text("application.ended") != "withdrawn" || a.text("entry.role") != "APPLICANT" {
		t.Errorf("%v", a.body)
	}
	w.refused("withdrawn twice", w.beside(at, applicant, "withdraw", "applicant", reason), http.StatusConflict, "application_ended")
	w.refused("examined afterwards", w.ask("POST", at+"/entries", executor, map[string]any{"step": "S-aP3", "outcome": "incomplete", "role": "EXECUTOR"}), http.StatusConflict, "application_ended")
	if tasks, _ := w.ask("GET", "/v1/tasks", executor, nil).body["tasks"].([]any); len(tasks) != 0 {
		t.Errorf("the executor has %v", tasks)
	}
}

// The executor pauses with a reason and an end, signed, and goes on; while it is paused
// nothing else is done.
func TestPausedByExecutor(t *testing.T) {
	w := openOffice(t)
	applicant, executor := w.session("applicant"), w.session("executor")
	at := w.examined(applicant)
	until := func(days int) map[string]any {
		return map[string]any{"reason": "Сараптама күтілуде.", "until": w.now().AddDate(0, 0, days).UTC().Format(time.RFC3339)}
	}
	w.refused("the applicant pauses", w.beside(at, applicant, "pause", "applicant", until(3)), http.StatusForbidden, "no_duty")
	w.refused("unsigned", w.beside(at, executor, "pause", "", until(3)), http.StatusUnprocessableEntity, "act_signature")
	w.refused("too long", w.beside(at, executor, "pause", "executor", until(90)), http.StatusUnprocessableEntity, "unknown_outcome")
	w.refused("without a reason", w.beside(at, executor, "pause", "executor", map[string]any{"until": until(3)["until"]}), http.StatusUnprocessableEntity, "unknown_outcome")
	w.refused("not paused yet", w.beside(at, executor, "resume", "", nil), http.StatusConflict, "step_not_here")
	w.stands(w.beside(at, executor, "pause", "executor", until(3)), "S-P-c3")
	w.refused("paused twice", w.beside(at, executor, "pause", "executor", until(3)), http.StatusConflict, "application_paused")
	w.refused("examined while it is paused", w.enters(at, executor, "S-aP3", "incomplete", "executor"), http.StatusConflict, "application_paused")
	tasks, _ := w.ask("GET", "/v1/tasks", executor, nil).body["tasks"].([]any)
	if len(tasks) != 1 || tasks[0].(map[string]any)["state"] != "paused" || tasks[0].(map[string]any)["paused_until"] != until(3)["until"] {
		t.Errorf("the executor has %v", tasks)
	}
	w.stands(w.beside(at, executor, "resume", "", nil), "S-P-c3")
	tasks, _ = w.ask("GET", "/v1/tasks", executor, nil).body["tasks"].([]any)
	if len(tasks) != 1 || tasks[0].(map[string]any)["state"] == "paused" {
		t.Errorf("the executor has %v", tasks)
	}
}

// The head hands an application to another executor, whose task it is from then on.
func TestHandedToAnother(t *testing.T) {
	w := openOffice(t)
	executor, head, other := w.session("executor"), w.session("head"), w.session("stranger")
	me := w.ask("GET", "/v1/me", other, nil)
	id, name := me.text("session.person.id"), me.text("session.person.name")
	duty := w.ask("POST", "/v1/duties", w.session("administrator-1"), map[string]any{"person": id, "role": "EXECUTOR", "provider": "culture-department"})
	if duty.code != http.StatusCreated {
		t.Fatalf("%d %v", duty.code, duty.body)
	}
	at := w.examined(w.session("applicant"))
	handed := map[string]any{"reason": "Еңбек демалысы.", "person_id": id, "person": name}
	w.refused("by the executor", w.beside(at, executor, "reassign", "", handed), http.StatusForbidden, "no_duty")
	w.refused("to nobody", w.beside(at, head, "reassign", "", map[string]any{"reason": "x"}), http.StatusUnprocessableEntity, "unknown_outcome")
	second := w.ask("POST", "/v1/duties", w.session("administrator-1"), map[string]any{
		"person": w.ask("GET", "/v1/me", head, nil).text("session.person.id"), "role": "AUTH_SIGNER", "provider": "culture-department",
	})
	if second.code != http.StatusCreated {
		t.Fatalf("%d %v", second.code, second.body)
	}
	w.refused("in one of two roles that he has, without naming it", w.beside(at, head, "reassign", "", handed), http.StatusForbidden, "no_duty")
	if ended := w.ask("POST", "/v1/duties/"+second.text("id")+"/end", w.session("administrator-1"), nil); ended.code != http.StatusOK {
		t.Fatalf("%d %v", ended.code, ended.body)
	}
	w.stands(w.beside(at, head, "reassign", "", handed), "S-P-c3")
	w.refused("the first one examines", w.enters(at, executor, "S-aP3", "incomplete", "executor"), http.StatusForbidden, "handed_to_another")
	for token, want := range map[string]int{executor: 0, other: 1} {
		tasks, _ := w.ask("GET", "/v1/tasks", token, nil).body["tasks"].([]any)
		if len(tasks) != want || want == 1 && tasks[0].(map[string]any)["handed_to_you"] != true {
			t.Errorf("%d tasks: %v", want, tasks)
		}
	}
}
