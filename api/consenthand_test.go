package api_test

import (
	"net/http"
	"testing"
	"time"
)

// byHand enters the condition as a member of staff, signed by a key of the cast where one
// is named.
func (o *counter) byHand(at, token, key string) said {
	o.t.Helper()
	body := map[string]any{"step": "T-U-c1", "outcome": "ok", "role": "STAFF"}
	if key != "" {
		act := o.ask("POST", at+"/act", token, body)
		if act.code != http.StatusOK {
			return act
		}
		body["signature"] = o.signed(act.text("text"), key)
	}
	return o.ask("POST", at+"/entries", token, body)
}

// Where a person refuses, or does not answer in time, the database is not asked, and a
// member of staff enters by hand, under his signature, what he was shown.
func TestStaffEntersWithoutConsent(t *testing.T) {
	for state, come := range map[string]func(t *testing.T, o *counter, at string){
		"refused": func(t *testing.T, o *counter, at string) {
			if a := o.consents(at, map[string]any{"decision": "refuse"}); a.text("state") != "refused" {
				t.Errorf("refuse: %d %v", a.code, a.body)
			}
		},
		"lapsed": func(t *testing.T, o *counter, _ string) {
			o.ahead.Add(int64(24 * time.Hour))
			if _, err := o.server.Applications.Retry(t.Context()); err != nil {
				t.Fatal(err)
			}
			o.staff, o.owner = o.session("registrar"), o.session("applicant")
		},
	} {
		t.Run(state, func(t *testing.T) {
			o := openCounter(t)
			at := o.waiting()
			o.refused("before it is decided", o.byHand(at, o.staff, "registrar"), http.StatusForbidden, "step_of_program")
			come(t, o, at)
			a := o.ask("GET", at, o.staff, nil)
			waits, _ := a.body["waits"].([]any)
			if len(waits) != 1 || waits[0].(map[string]any)["by_hand"] != true || a.text("position.step") != "T-U-c1" {
				t.Fatalf("it waits: %v", a.body)
			}
			if c := o.ask("GET", at+"/consent", o.owner, nil); c.text("state") != state {
				t.Errorf("the consent: %v", c.body)
			}
			o.refused("given after all", o.consents(at, map[string]any{"decision": "send_code"}), http.StatusConflict, "consent_decided")
			o.refused("by the executor", o.byHand(at, o.session("executor"), "executor"), http.StatusForbidden, "no_duty")
			o.refused("unsigned", o.byHand(at, o.staff, ""), http.StatusUnprocessableEntity, "act_signature")
			done := o.byHand(at, o.staff, "registrar")
			if done.code != http.StatusCreated || done.text("entry.role") != "STAFF" || done.text("application.position.step") == "T-U-c1" {
				t.Errorf("by hand: %d %v", done.code, done.body)
			}
			if n := o.asked.Load(); n != 0 {
				t.Errorf("the database was asked %d times", n)
			}
		})
	}
}
