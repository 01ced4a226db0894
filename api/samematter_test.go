package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// What the party has about the same matter is shown to officials and to nobody else, is
// told with their tasks, and is decided on by a signed act; of another role none is.
func TestSameMatterOfPersons(t *testing.T) {
	w := openOffice(t)
	applicant, executor := w.session("applicant"), w.session("executor")
	first := w.opened(applicant)
	at := w.examined(applicant)
	shown := w.ask("GET", at, executor, nil)
	twins, _ := shown.body["same_matter"].([]any)
	if len(twins) != 1 || twins[0].(map[string]any)["name"] != idOf(first) || twins[0].(map[string]any)["kind"] != "application" || twins[0].(map[string]any)["decided"] != nil {
		t.Fatalf("the executor is shown %v", twins)
	}
	if same := twins[0].(map[string]any)["same"].([]any); len(same) != 1 || same[0].(map[string]any)["id"] != "monument" {
		t.Errorf("the same is %v", same)
	}
	if got := w.ask("GET", at, applicant, nil).body["same_matter"]; got != nil {
		t.Errorf("the applicant is shown %v", got)
	}
	if got := w.looks(first, applicant); len(got) != 1 || !strings.HasSuffix(got[0], " EXECUTOR same_matter") {
		t.Errorf("looks at the other are %q", got)
	}
	marks := func() any {
		tasks, _ := w.ask("GET", "/v1/tasks", executor, nil).body["tasks"].([]any)
		if len(tasks) != 1 {
			t.Fatalf("tasks are %v", tasks)
		}
		return tasks[0].(map[string]any)["same_matter_undecided"]
	}
	if got := marks(); got != 1.0 {
		t.Errorf("of the task %v are undecided", got)
	}
	decide := func(who, name, outcome string, key string) said {
		values := map[string]any{"reason": "Басқа кезең.", "considered": []string{name}}
		body := map[string]any{"decision": outcome, "reason": "Басқа кезең.", "considered": []string{name}}
		if key != "" {
			act := w.ask("POST", at+"/act", who, map[string]any{"step": "same_matter", "outcome": outcome, "values": values})
			if act.code != http.StatusOK {
				return act
			}
			body["signature"] = w.signed(act.text("text"), key)
		}
		return w.ask("POST", at+"/same-matter", who, body)
	}
	w.refused("not signed", decide(executor, idOf(first), "goes_on", ""), http.StatusUnprocessableEntity, "act_signature")
	w.refused("by the applicant", decide(applicant, idOf(first), "goes_on", "applicant"), http.StatusForbidden, "no_duty")
	w.refused("by the registrar", decide(w.session("registrar"), idOf(first), "goes_on", "registrar"), http.StatusForbidden, "no_duty")
	w.refused("by a stranger", decide(w.session("stranger"), idOf(first), "goes_on", "stranger"), http.StatusNotFound, "application_not_found")
	w.refused("about another", decide(executor, idOf(at), "goes_on", "executor"), http.StatusConflict, "same_matter_undecided")
	w.refused("otherwise", decide(executor, idOf(first), "perhaps", "executor"), http.StatusUnprocessableEntity, "unknown_outcome")
	w.stands(decide(executor, idOf(first), "goes_on", "executor"), "S-P-c3")
	if got := marks(); got != nil {
		t.Errorf("of the task %v are undecided after the decision", got)
	}
	decided := w.ask("GET", at, executor, nil).body["same_matter"].([]any)[0].(map[string]any)["decided"].(map[string]any)
	if decided["decision"] != "goes_on" || decided["role"] != "EXECUTOR" || decided["reason"] != "Басқа кезең." {
		t.Errorf("decided is %v", decided)
	}
}
