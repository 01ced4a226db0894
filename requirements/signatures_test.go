package requirements_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/documents"
	"tamga/documents/registry/registrytest"
	"tamga/documents/regulation"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// applicantIIN is the number under which the persons of these tests apply.
const applicantIIN = "850101400011"

// applicants are the keys of persons who apply: a good one, and three that are bad each
// in one way.
func applicants(demo *ca.Authority) (map[string]creation.Key, error) {
	keys := map[string]creation.Key{}
	for name, p := range map[string]ca.Person{
		"good":      {IIN: applicantIIN, NotAfter: registrytest.LifeUntil()},
		"expired":   {IIN: applicantIIN, NotAfter: time.Date(2013, time.January, 1, 0, 0, 0, 0, time.UTC)},
		"revoked":   {IIN: applicantIIN, NotAfter: registrytest.LifeUntil()},
		"another's": {IIN: "900701300108", NotAfter: registrytest.LifeUntil()},
	} {
		p.Surname, p.GivenName, p.NotBefore = "Сейітқали", "Айгүл", registrytest.LifeFrom()
		h, err := demo.Issue(p)
		if err != nil {
			return nil, err
		}
		keys[name] = creation.Key{Signer: h.Key, Certificate: h.Certificate, Chain: []*certs.Certificate{demo.Issuing()}}
	}
	demo.Revoke(keys["revoked"].Certificate.Serial, revokedAt(), revocation.KeyCompromise)
	return keys, nil
}

func revokedAt() time.Time { return time.Date(2012, time.June, 1, 0, 0, 0, 0, time.UTC) }

// signed is a text signed by a key of the applicants, now.
func (o *office) signed(text, key string) []byte {
	o.t.Helper()
	a, err := makeAuthority()
	must(o.t, err)
	at := o.clock.Now()
	if end := a.applicants[key].Certificate.NotAfter; at.After(end) {
		at = end.Add(-time.Hour) // nobody signs with a key that has expired
	}
	file, err := signtest.Sign(creation.CMS{Content: []byte(text), Claim: true}, a.applicants[key], at)
	must(o.t, err)
	return file
}

// R05: the certificate of a signature is looked at in three ways, its validity, its
// revocation and its number, and each failure alone refuses the application.
func TestRequirementR05(t *testing.T) {
	o := begin(t, in2013)
	facts := map[string]signing.Facts{
		"good":      {ValidityPeriod: signing.FactEstablished, NotRevoked: signing.FactEstablished, IdentityMatch: signing.FactEstablished},
		"expired":   {ValidityPeriod: signing.FactRefuted, NotRevoked: signing.FactEstablished, IdentityMatch: signing.FactEstablished},
		"revoked":   {ValidityPeriod: signing.FactEstablished, NotRevoked: signing.FactRefuted, IdentityMatch: signing.FactEstablished},
		"another's": {ValidityPeriod: signing.FactEstablished, NotRevoked: signing.FactEstablished, IdentityMatch: signing.FactRefuted},
	}
	for name, want := range facts {
		got := o.post("/v1/verify/cms", "", map[string]any{"cms": o.signed("өтініш", name), "iin": applicantIIN})
		var verdict struct {
			Acceptance string
			Signers    []struct{ Facts signing.Facts }
		}
		must(t, json.Unmarshal(got.body, &verdict))
		if len(verdict.Signers) != 1 || verdict.Signers[0].Facts != want || (verdict.Acceptance == "accepted") != (name == "good") {
			t.Errorf("a signature by the %s key: %+v, want %+v", name, verdict, want)
		}
	}
	for _, f := range []struct {
		at, service       string
		condition, notice string
	}{{in2013, "LIC-ISSUE", "L-P-c3", "L-P-p7"}, {in2015, "TEC", "T-P-c2", "T-P-p4"}, {in2015, "SRA", "S-P-c2", "S-P-p4"}} {
		o := begin(t, f.at)
		if got := o.enter(o.lead(f.service, regulation.Portal, f.condition).ID, act{step: f.condition, outcome: "fail"}); got.code != "failed_check" {
			t.Errorf("%s fails by nothing: %d %s", f.condition, got.status, got.code)
		}
		for check, printed := range map[regulation.Check]documents.FailedCheck{
			regulation.CheckSignaturePeriod: documents.FailedPeriod, regulation.CheckSignatureRevoked: documents.FailedRevoked,
			regulation.CheckSignatureIdentity: documents.FailedIdentity,
		} {
			a := o.lead(f.service, regulation.Portal, f.condition)
			a = o.does(a.ID, act{step: f.condition, outcome: "fail", failed: check}, act{step: f.notice, outcome: "done"})
			steps := o.entries(a.ID)
			var names []string
			for _, e := range steps {
				names = append(names, e.Step)
			}
			o.goesNoFurther(a.ID, "RF-SIG", names...)
			if n := o.document(a.Documents[0]).Content.Notice; n == nil || n.FailedCheck != printed || a.Number != "" {
				t.Errorf("%s fails by %s: %+v, № %q", f.condition, check, n, a.Number)
			}
		}
	}
}

// R07: an application is registered after its signature is found valid, and then gets
// one number that no other has, now or later.
func TestRequirementR07(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		o := beginOn(t, dsn, in2013)
		unsigned := o.lead("LIC-ISSUE", regulation.Portal, "L-P-p8").ID
		for _, step := range []string{"L-a1", "L-P-p9"} {
			if got := o.enter(unsigned, act{step: step, outcome: "done"}); got.code != "step_not_here" {
				t.Errorf("%s before the signature: %d %s", step, got.status, got.code)
			}
		}
		refused := o.lead("LIC-ISSUE", regulation.Portal, "L-P-c3").ID
		o.does(refused, act{step: "L-P-c3", outcome: "fail", failed: regulation.CheckSignatureRevoked})
		if a := o.does(refused, act{step: "L-P-p7", outcome: "done"}); a.Number != "" || o.app(unsigned).Number != "" {
			t.Errorf("without a valid signature: № %q, № %q", a.Number, o.app(unsigned).Number)
		}
		numbers := map[string]bool{}
		for n, f := range []struct {
			channel regulation.Channel
			before  string
		}{{regulation.Portal, "L-a1"}, {regulation.Provider, "L-a1"}, {regulation.Centre, "L-a1"}, {regulation.Portal, "L-a1"}} {
			a := o.lead("LIC-ISSUE", f.channel, f.before)
			if a.Number != "" {
				t.Errorf("%s: № %s before the registration", f.channel, a.Number)
			}
			a = o.does(a.ID, act{step: "L-a1", outcome: "done"})
			numbers[a.Number] = true
			if len(numbers) != n+1 || len(a.Number) != len("KZ08RLA13000001") || a.RegisteredAt.IsZero() {
				t.Errorf("№ %q is registered %v", a.Number, a.RegisteredAt)
			}
			if got := o.enter(a.ID, act{step: "L-a1", outcome: "done"}); got.code != "step_not_here" || o.app(a.ID).Number != a.Number {
				t.Errorf("registered twice: %d %s", got.status, got.code)
			}
			if o.app(a.Number).ID != a.ID {
				t.Errorf("№ %s is another's", a.Number)
			}
		}
		o.registerTogether(numbers, 6)
		if len(numbers) != 10 {
			t.Errorf("numbers are %v", numbers)
		}
	})
}

// registerTogether registers some applications at the same time, and adds their numbers.
func (o *office) registerTogether(numbers map[string]bool, n int) {
	o.t.Helper()
	type request struct {
		path string
		head map[string]string
	}
	var all []request
	for range n {
		id := o.lead("LIC-ISSUE", regulation.Portal, "L-a1").ID
		head := o.own()
		head["Idempotency-Key"], head["If-Match"] = "together "+id, o.get("/v1/applications/"+id, nil).head.Get("ETag")
		all = append(all, request{"/v1/applications/" + id + "/entries", head})
	}
	body := map[string]any{"step": "L-a1", "outcome": "done", "role": "REGISTRAR", "person": "Person of REGISTRAR", "document": filled(o.t, o.acceptance())}
	answers := make([]answer, n)
	var done sync.WaitGroup
	for i, r := range all {
		done.Go(func() { answers[i] = o.ask(http.MethodPost, r.path, r.head, body) })
	}
	done.Wait()
	for _, a := range answers {
		var entered struct{ Application application }
		must(o.t, json.Unmarshal(a.body, &entered))
		if a.status != http.StatusCreated || entered.Application.Number == "" {
			o.t.Errorf("registered together: %d %s", a.status, a.body)
		}
		numbers[entered.Application.Number] = true
	}
}

// acceptance is what the registrar writes at the portal.
func (o *office) acceptance() *documents.Draft {
	c := written(o.t)
	c.Acceptance.Letter, c.Acceptance.Applicant = letter(), c.Applicant
	return &documents.Draft{Acceptance: &c.Acceptance}
}

// results are how the services end: with what, and signed by whom.
var results = []struct {
	at, service string
	channel     regulation.Channel
	kind        documents.Kind
	signs       []string
}{
	{in2013, "LIC-ISSUE", regulation.Portal, documents.KindLicence, []string{"AUTH_SIGNER"}},
	{in2013, "LIC-REISSUE", regulation.Provider, documents.KindLicence, []string{"AUTH_SIGNER"}},
	{in2013, "LIC-ISSUE", regulation.Centre, documents.KindLicence, []string{"AUTH_SIGNER"}},
	{in2015, "TEC", regulation.Portal, documents.KindExportCertificate, []string{"HEAD"}},
	{in2015, "TEC", regulation.Provider, documents.KindExportCertificate, []string{"HEAD"}},
	{in2015, "SRA", regulation.Portal, documents.KindApproval, []string{"HEAD", "AUTH_SIGNER"}},
	{in2015, "SRA", regulation.Provider, documents.KindApproval, []string{"HEAD", "AUTH_SIGNER"}},
}

// R09: the result is an electronic document signed by the authorised person (licence),
// by the head (certificate), by either of them (approval).
func TestRequirementR09(t *testing.T) {
	for _, f := range results {
		o := begin(t, f.at)
		app := o.open(f.service, f.channel)
		signing := ""
		for _, m := range o.way(f.service, f.channel, app.Position, func(p regulation.Place) bool { return p.End == regulation.EndIssued }) {
			a := o.does(app.ID, act{step: m.Step.ID, outcome: m.Exit.On})
			if i := slices.IndexFunc(a.Next, func(n move) bool { return n.Outcome == "signed" }); i >= 0 {
				signing = a.Next[i].Step
				if !slices.Equal(a.Next[i].Signs, f.signs) {
					t.Errorf("%s by %s: %s is signed by %v, want %v", f.service, f.channel, signing, a.Next[i].Signs, f.signs)
				}
				if got := o.enter(app.ID, act{step: signing, outcome: "signed", role: "EXECUTOR"}); got.code != "step_of_another" {
					t.Errorf("the executor signs %s: %d %s", signing, got.status, got.code)
				}
			}
		}
		if signing == "" {
			t.Errorf("nobody signs the result of %s by %s", f.service, f.channel)
		}
		a := o.app(app.ID)
		result := a.Documents[len(a.Documents)-1]
		if d := o.document(result); d.Kind != f.kind || d.Status.Code != documents.StatusInForce || a.Ended != regulation.EndIssued {
			t.Errorf("%s by %s ends %q with a %s that is %s", f.service, f.channel, a.Ended, d.Kind, d.Status.Code)
		}
		if signers := o.signersOf(result); !slices.Equal(signers, []string{"Әбдіғали Жанар"}) {
			t.Errorf("%s is signed by %q", result, signers)
		}
	}
	// A document that prints another than who signs it is not made.
	o := begin(t, in2013)
	a := o.lead("LIC-ISSUE", regulation.Portal, "L-a3")
	c := written(t)
	c.Licence.Holder, c.Licence.Licensor, c.Licence.Head = c.Applicant, letter().Authority, "Бөтенов Б.Б."
	o.does(a.ID, act{step: "L-a3", outcome: "prepared", draft: &documents.Draft{Licence: &c.Licence}})
	got := o.enter(a.ID, act{step: "L-a4", outcome: "signed"})
	if got.code != "invalid_document" || !strings.Contains(string(got.body), `"pointer":"/licence/head","code":"signer"`) || o.app(a.ID).Ended != "" {
		t.Errorf("a licence that prints another: %d %s", got.status, got.body)
	}
}

// R12: at the provider and in a centre paper documents are marked, scanned and attached;
// in a centre and in 2014 the official signs the form that was entered.
func TestRequirementR12(t *testing.T) {
	for _, f := range []struct {
		at, service string
		channel     regulation.Channel
		step        string
		signs       []string
		by          string
	}{
		{in2013, "LIC-ISSUE", regulation.Provider, "L-U-p6", nil, "STAFF"},
		{in2013, "LIC-ISSUE", regulation.Centre, "L-C-p5", []string{"OPERATOR"}, "OPERATOR"},
		{in2015, "TEC", regulation.Provider, "T-U-p5", []string{"STAFF"}, "STAFF"},
		{in2015, "SRA", regulation.Provider, "S-U-p5", []string{"STAFF"}, "STAFF"},
	} {
		o := begin(t, f.at)
		a := o.lead(f.service, f.channel, f.step)
		if len(a.Next) != 1 || a.Next[0].By.ID != f.by || !slices.Equal(a.Next[0].Signs, f.signs) {
			t.Errorf("%s: next is %+v", f.step, a.Next)
		}
		scan := []byte("%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n")
		got := o.post("/v1/applications/"+a.ID+"/attachments", "", map[string]any{"name": "скан.pdf", "content": scan})
		if got.status != http.StatusCreated {
			t.Fatalf("%s: the scan is not attached: %d %s", f.step, got.status, got.body)
		}
		var file struct {
			ID   string `json:"id"`
			Type string `json:"type"`
		}
		must(t, json.Unmarshal(got.body, &file))
		back := o.get("/v1/applications/"+a.ID+"/attachments/"+file.ID+"/content", nil)
		if file.Type != "application/pdf" || string(back.body) != string(scan) {
			t.Errorf("%s: the scan is a %q of %d bytes", f.step, file.Type, len(back.body))
		}
		o.does(a.ID, act{step: f.step, outcome: "done"})
		registered := o.leadOn(o.app(a.ID), f.service, f.channel, map[string]string{"LIC-ISSUE": "L-a2", "TEC": "T-aU2", "SRA": "S-aU2"}[f.service])
		if late := o.post("/v1/applications/"+registered.ID+"/attachments", "", map[string]any{"name": "кеш.pdf", "content": scan}); late.code != "attachments_closed" {
			t.Errorf("%s: a scan after the registration: %d %s", f.step, late.status, late.code)
		}
	}
}

// R13: the operator of a centre signs and sends the document through the gateway before
// it is registered, and the result comes back through the operator.
func TestRequirementR13(t *testing.T) {
	o := begin(t, in2013)
	id := o.lead("LIC-ISSUE", regulation.Centre, "L-C-p5").ID
	for _, step := range []string{"L-C-p6", "L-a1"} {
		if got := o.enter(id, act{step: step, outcome: "done"}); got.code != "step_not_here" {
			t.Errorf("%s before the operator has signed: %d %s", step, got.status, got.code)
		}
	}
	o.does(id, act{step: "L-C-p5", outcome: "done"})
	if got := o.enter(id, act{step: "L-C-p6", outcome: "done", role: "REGISTRAR"}); got.code != "step_of_another" {
		t.Errorf("the registrar sends: %d %s", got.status, got.code)
	}
	if got := o.enter(id, act{step: "L-a1", outcome: "done"}); got.code != "step_not_here" {
		t.Errorf("registered before it was sent: %d %s", got.status, got.code)
	}
	o.does(id, act{step: "L-C-p6", outcome: "done"})
	a := o.finish(o.app(id), "LIC-ISSUE", regulation.Centre, regulation.EndIssued)
	last := o.entries(id)[a.Last-1]
	_, sent := o.step("L-C-p6")
	_, out := o.step("L-C-p9")
	if last.Under != "L-C-p9" || a.Ended != regulation.EndIssued || !slices.Equal(sent.Systems, []string{"SHEP", "ELIC"}) || !slices.Equal(out.Systems, []string{"CON"}) {
		t.Errorf("it ends %q under %s; sent by %v, handed out at %v", a.Ended, last.Under, sent.Systems, out.Systems)
	}
}
