package requirements_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tamga/documents"
	"tamga/documents/regulation"
)

// numberOf is the number of a document that was issued.
func numberOf(t *testing.T, a answer) string {
	t.Helper()
	var issued struct{ Number string }
	must(t, json.Unmarshal(a.body, &issued))
	return issued.Number
}

// R11: at the provider the state databases are asked about the applicant through the
// gateway; without data there is a notice and no registration.
func TestRequirementR11(t *testing.T) {
	for _, f := range []struct {
		at, service              string
		channel                  regulation.Channel
		asks, condition, notice  string
		registers, after, system string
	}{
		{in2013, "LIC-ISSUE", regulation.Provider, "L-U-p4", "L-U-c2", "L-U-p5", "L-a1", "L-U-p6", "GBDUL"},
		{in2013, "LIC-ISSUE", regulation.Centre, "L-C-p3", "L-C-c1", "L-C-p4", "L-a1", "L-C-p5", "GBDFL"},
		{in2015, "TEC", regulation.Provider, "T-U-p3", "T-U-c1", "T-U-p4", "T-aU1", "T-U-p5", "GBDUL"},
		{in2015, "SRA", regulation.Provider, "S-U-p3", "S-U-c1", "S-U-p4", "S-aU1", "S-U-p5", "GBDFL"},
	} {
		o := begin(t, f.at)
		id := o.lead(f.service, f.channel, f.condition).ID
		_, asks := o.step(f.asks)
		_, condition := o.step(f.condition)
		if !slices.Contains(asks.Systems, "SHEP") || !slices.Contains(asks.Systems, "GBDFL") || !slices.Contains(asks.Systems, "GBDUL") ||
			!slices.Equal(condition.Checks, []regulation.Check{regulation.CheckPersonKnown}) {
			t.Errorf("%s asks %v, and %s asks %v", f.asks, asks.Systems, f.condition, condition.Checks)
		}
		if got := o.enter(id, act{step: f.condition, outcome: "ok", role: "STAFF"}); got.code != "step_of_another" {
			t.Errorf("an official answers for the database at %s: %d %s", f.condition, got.status, got.code)
		}
		for _, s := range []string{f.registers, f.after} {
			if got := o.enter(id, act{step: s, outcome: "done"}); got.code != "step_not_here" {
				t.Errorf("%s before the database has answered: %d %s", s, got.status, got.code)
			}
		}
		o.does(id, act{step: f.condition, outcome: "fail", role: f.system})
		if got := o.enter(id, act{step: f.registers, outcome: "done"}); got.code != "step_not_here" {
			t.Errorf("%s without data: %d %s", f.registers, got.status, got.code)
		}
		a := o.does(id, act{step: f.notice, outcome: "done"})
		var steps []string
		for _, e := range o.entries(id) {
			steps = append(steps, e.Step)
		}
		o.goesNoFurther(id, "RF-NODATA", steps...)
		if a.Number != "" {
			t.Errorf("№ %s is registered", a.Number)
		}
	}
}

// R16: the applicant sees how the service ended, with its result, among the applications.
func TestRequirementR16(t *testing.T) {
	o := begin(t, in2013)
	issued := o.issue("LIC-ISSUE", regulation.Portal)
	going := o.lead("LIC-ISSUE", regulation.Portal, "L-a2")
	var told struct{ Applications []application }
	o.get("/v1/applications", &told)
	if len(told.Applications) != 2 {
		t.Fatalf("%d applications", len(told.Applications))
	}
	first, second := told.Applications[0], told.Applications[1]
	if first.ID != issued.ID || first.Ended != regulation.EndIssued || first.last() != issued.last() || second.ID != going.ID || second.Ended != "" {
		t.Errorf("told is %+v", told.Applications)
	}
	if d := o.document(first.last()); d.Kind != documents.KindLicence {
		t.Errorf("the result is a %s", d.Kind)
	}
	other, err := o.db.AddClient(t.Context(), "other", []string{"applications.apply"})
	must(t, err)
	o.key = other
	o.get("/v1/applications", &told)
	if got := o.ask(http.MethodGet, "/v1/applications/"+issued.ID, o.own(), nil); got.code != "application_not_found" || len(told.Applications) != 0 {
		t.Errorf("another sees it: %d %s, %d", got.status, got.code, len(told.Applications))
	}
}

// R27: a certificate needs the conclusion of the commission that the objects are cultural
// values; one that they are not never leads to a certificate.
func TestRequirementR27(t *testing.T) {
	for c, prefix := range map[regulation.Channel]string{regulation.Portal: "T-aP", regulation.Provider: "T-aU"} {
		o := begin(t, in2015)
		none := o.lead("TEC", c, prefix+"4").ID
		if got := o.enter(none, act{step: prefix + "5", outcome: "done"}); got.code != "step_not_here" {
			t.Errorf("%s5 without a conclusion: %d %s", prefix, got.status, got.code)
		}
		a := o.does(none, act{step: prefix + "4", outcome: "no_value"})
		without := o.conclusion(a)
		if without.Recognised || without.Number == "" {
			t.Errorf("the conclusion is %+v", without)
		}
		for _, s := range []string{prefix + "5", prefix + "6", prefix + "7"} {
			_, of := o.step(s)
			if got := o.enter(none, act{step: s, outcome: of.Exits[0].On}); got.code != "step_not_here" {
				t.Errorf("%s after that: %d %s", s, got.status, got.code)
			}
		}
		a = o.finish(a, "TEC", c, regulation.EndRefused)
		for _, number := range a.Documents {
			if d := o.document(number); d.Kind == documents.KindExportCertificate {
				t.Errorf("%s is a certificate", number)
			}
		}
		if n := o.document(a.last()).Content.Notice; n == nil || n.Ground != documents.NoticeNoValue || n.ConclusionNumber != without.Number {
			t.Errorf("the answer is %+v", n)
		}
		// Nor by naming the conclusion of another application, or none.
		good := o.lead("TEC", c, prefix+"5")
		for name, number := range map[string]string{"of another": without.Number, "missing": ""} {
			e := o.draft(good, act{}, move{Issues: string(documents.KindExportCertificate)}).ExportCertificate
			if e.ConclusionNumber = number; number == "" {
				e.ConclusionDate = documents.Date{}
			}
			got := o.enter(good.ID, act{step: prefix + "5", outcome: "done", draft: &documents.Draft{ExportCertificate: e}})
			if got.code != "invalid_document" || !strings.Contains(string(got.body), "/export_certificate/conclusion_number") || o.app(good.ID).Ended != "" {
				t.Errorf("a certificate by a conclusion that is %s: %d %s", name, got.status, got.body)
			}
		}
		if a := o.finish(o.app(good.ID), "TEC", c, regulation.EndIssued); o.document(a.last()).Kind != documents.KindExportCertificate {
			t.Errorf("recognised objects get %s", a.last())
		}
	}
}

// R30: the public check shows no personal number, address, contact, attachment or
// subject of a certificate; the roles of the provider are apart, and whoever has
// examined does not sign.
func TestRequirementR30(t *testing.T) {
	o := begin(t, in2015)
	holder := documents.Holder{Natural: &documents.NaturalPerson{
		Surname: "Сейітқали", GivenName: "Айгүл", Patronymic: "Ғалымқызы", IIN: "900701300108",
	}}
	id := o.open("TEC", regulation.Portal, holder).ID
	if got := o.post("/v1/applications/"+id+"/attachments", "", map[string]any{"name": "құпия-келісімшарт.txt", "content": []byte("Екі тараптың құпиясы.")}); got.status != http.StatusCreated {
		t.Fatalf("%d %s", got.status, got.body)
	}
	a := o.leadOn(o.app(id), "TEC", regulation.Portal, "T-aP4")
	a = o.does(a.ID, act{step: "T-aP4", outcome: "recognised", person: "Әлихан Бөкейхан"}, act{step: "T-aP5", outcome: "done"})
	if got := o.enter(a.ID, act{step: "T-aP6", outcome: "signed", person: "Әлихан Бөкейхан"}); got.code != "four_eyes" {
		t.Errorf("one person does acts 4 and 6: %d %s", got.status, got.code)
	}
	for _, role := range []string{"REGISTRAR", "EXECUTOR", "COMMISSION", "APPLICANT"} {
		if got := o.enter(a.ID, act{step: "T-aP6", outcome: "signed", role: role}); got.code != "step_of_another" {
			t.Errorf("%s signs: %d %s", role, got.status, got.code)
		}
	}
	a = o.does(a.ID, act{step: "T-aP6", outcome: "signed"}, act{step: "T-aP7", outcome: "done"})
	for _, number := range a.Documents {
		for _, path := range []string{"/v1/check/" + number, "/check/" + number, "/v1/documents/" + number} {
			got := o.ask(http.MethodGet, path, map[string]string{"Accept-Language": "kk"}, nil)
			if got.status != http.StatusOK || !strings.Contains(string(got.body), number) {
				t.Errorf("%s: %d", path, got.status)
			}
			for _, secret := range []string{"900701300108", "850101400011", "120741000014", "Айгүл", "Ғалымқызы", "құпия", "Орынбор", "SERIALNUMBER", "Серікқызы", a.Number, "CN="} {
				if strings.Contains(string(got.body), secret) {
					t.Errorf("%s tells %q", path, secret)
				}
			}
		}
	}
	if got := o.ask(http.MethodGet, "/v1/applications/"+a.ID+"/attachments", nil, nil); got.code != "unauthorized" {
		t.Errorf("the public reads the attachments: %d %s", got.status, got.code)
	}
}
