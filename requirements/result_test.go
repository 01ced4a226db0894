package requirements_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// The head asks over HTTP for what to sign, signs it by a key, and the entry brings the
// result into force; what another has signed changes nothing.
func TestResultSignedOverHTTP(t *testing.T) {
	o := begin(t, "2026-06-22T10:00")
	id := o.leadOn(o.open("SRA", regulation.Provider), "SRA", regulation.Provider, "S-aU4").ID
	at := "/v1/applications/" + id
	step := map[string]any{"step": "S-aU4", "outcome": "signed", "role": "HEAD", "person": "Әбдіғали Жанар Серікқызы"}
	var p struct {
		Number, Status string
		ToSign         []byte `json:"to_sign"`
	}
	before := o.app(id).Position
	prepare := func() {
		t.Helper()
		got := o.post(at+"/result/prepare", "*", step)
		if got.status != http.StatusOK || json.Unmarshal(got.body, &p) != nil || p.Status != "prepared" {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	prepare()
	number := p.Number
	if prepare(); p.Number != number {
		t.Errorf("prepared again as %s, not as %s", p.Number, number)
	}
	enter := func(key creation.Key) answer {
		t.Helper()
		file, err := signtest.Sign(creation.CMS{Content: p.ToSign, Detached: true, Claim: true}, key, o.clock.Now())
		must(t, err)
		body := map[string]any{"result_cms": file}
		for name, value := range step {
			body[name] = value
		}
		return o.post(at+"/entries", "*", body)
	}
	a, err := makeAuthority()
	must(t, err)
	if got := enter(a.applicants["good"]); got.code != "signature_signer" || o.app(id).Position != before {
		t.Errorf("signed by another: %d %s, at %v", got.status, got.code, o.app(id).Position)
	}
	if got := o.post(at+"/result/prepare", "*", map[string]any{"step": "S-aU4", "outcome": "signed", "role": "EXECUTOR", "person": "x"}); got.code != "step_of_another" {
		t.Errorf("prepared by the executor: %d %s", got.status, got.code)
	}
	if got := o.post(at+"/result/prepare", `"0"`, step); got.status != http.StatusPreconditionFailed {
		t.Errorf("on another state: %d %s", got.status, got.code)
	}
	apart, err := signtest.Sign(creation.CMS{Content: p.ToSign, Detached: true, Claim: true}, a.head, o.clock.Now())
	must(t, err)
	if got := o.post("/v1/documents/"+number+"/signature", "", map[string]any{"cms": apart}); got.code != "signature_with_step" {
		t.Errorf("signed apart from the step: %d %s", got.status, got.code)
	}
	if got := enter(a.head); got.status != http.StatusCreated {
		t.Fatalf("%d %s", got.status, got.body)
	}
	rec, err := o.book.Register.Document(t.Context(), number)
	if err != nil || rec.Status != documents.StatusInForce {
		t.Errorf("%s is %s %v", number, rec.Status, err)
	}
}
