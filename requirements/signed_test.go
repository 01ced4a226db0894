package requirements_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"tamga/documents"
	"tamga/documents/regulation"
)

// R06: the applicant's signature covers the form as it was filled in, and every file;
// one byte of either that is another breaks it.
func TestRequirementR06(t *testing.T) {
	for _, f := range []struct{ at, service, step, after string }{
		{in2013, "LIC-ISSUE", "L-P-p8", "L-P-p9"}, {in2015, "TEC", "T-P-p5", "T-P-p6"}, {in2015, "SRA", "S-P-p5", "S-P-p6"},
	} {
		o := begin(t, f.at)
		one, other := o.filedWith(f.service, f.step, "Рұқсат беруіңізді сұраймын."), o.filedWith(f.service, f.step, "Рұқсат беруіңізді сұраймын!")
		text := o.actOf(one, f.step)
		var app struct{ Form json.RawMessage }
		o.get("/v1/applications/"+one, &app)
		if sum := sha256.Sum256(app.Form); !strings.Contains(string(text), hex.EncodeToString(sum[:])) {
			t.Errorf("%s: the form %s is not among what is signed: %s", f.step, app.Form, text)
		}
		signature := o.signed(string(text), "good")
		if got := o.enterSigned(other, f.step, signature); got.code != "act_signature" {
			t.Errorf("%s: the signature over a form counts for another: %d %s", f.step, got.status, got.code)
		}
		var files [2]string
		for i, content := range []string{"Жоба, 1-бет", "Жоба, 2-бет"} {
			files[i] = o.attaches(one, content)
			if got := o.enterSigned(one, f.step, signature); got.code != "act_signature" {
				t.Errorf("%s: a file more is covered by a signature before it: %d %s", f.step, got.status, got.code)
			}
			signature = o.signed(string(o.actOf(one, f.step)), "good")
		}
		covered := o.actOf(one, f.step)
		if got := o.ask(http.MethodDelete, "/v1/applications/"+one+"/attachments/"+files[0], o.keyed("out "+f.step), nil); got.status >= http.StatusBadRequest {
			t.Fatalf("%d %s", got.status, got.body)
		}
		o.attaches(one, "Жоба, 1-беT") // one letter is another
		if got := o.enterSigned(one, f.step, signature); got.code != "act_signature" || string(o.actOf(one, f.step)) == string(covered) {
			t.Errorf("%s: another file is covered: %d %s", f.step, got.status, got.code)
		}
		got := o.enterSigned(one, f.step, o.signed(string(o.actOf(one, f.step)), "good"))
		if a := o.app(one); got.status != http.StatusCreated || a.Position.Step != f.after {
			t.Errorf("%s signed over what stands: %d %s, at %v", f.step, got.status, got.body, a.Position)
		}
	}
}

// filedWith opens an application of a person, with a text in its form, and leads it to a
// step.
func (o *office) filedWith(service, step, text string) string {
	o.t.Helper()
	person := documents.Holder{Natural: &documents.NaturalPerson{Surname: "Сейітқали", GivenName: "Айгүл", Patronymic: "Ғалымқызы", IIN: applicantIIN}}
	got := o.post("/v1/applications", "", map[string]any{
		"service": service, "channel": regulation.Portal, "applicant": filled(o.t, person), "form": map[string]string{"text": text},
	})
	if got.status != http.StatusCreated {
		o.t.Fatalf("%d %s", got.status, got.body)
	}
	var a application
	must(o.t, json.Unmarshal(got.body, &a))
	return o.leadOn(a, service, regulation.Portal, step).ID
}

// asApplicant is the request of a step that the applicant does.
func asApplicant(step string) map[string]any {
	return map[string]any{"step": step, "outcome": "done", "role": "APPLICANT", "person": "Person of APPLICANT"}
}

// actOf is what the applicant signs at a step.
func (o *office) actOf(id, step string) []byte {
	o.t.Helper()
	got := o.post("/v1/applications/"+id+"/act", "*", asApplicant(step))
	var act struct{ Text []byte }
	if got.status != http.StatusOK || json.Unmarshal(got.body, &act) != nil || len(act.Text) == 0 {
		o.t.Fatalf("%d %s", got.status, got.body)
	}
	return act.Text
}

func (o *office) enterSigned(id, step string, signature []byte) answer {
	o.t.Helper()
	body := asApplicant(step)
	body["signature"] = signature
	return o.post("/v1/applications/"+id+"/entries", "*", body)
}

// attaches attaches a text, and returns its id.
func (o *office) attaches(id, content string) string {
	o.t.Helper()
	got := o.post("/v1/applications/"+id+"/attachments", "", map[string]any{"name": "жоба.txt", "content": []byte(content)})
	var file struct{ ID string }
	if got.status != http.StatusCreated || json.Unmarshal(got.body, &file) != nil {
		o.t.Fatalf("%d %s", got.status, got.body)
	}
	return file.ID
}

func (o *office) keyed(key string) map[string]string {
	head := o.own()
	head["Idempotency-Key"] = key
	return head
}
