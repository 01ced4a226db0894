package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// filledIn are the fields of the form for the approval of restoration work.
func filledIn() url.Values {
	return url.Values{
		"/form/address": {"010000, Астана, Қабанбай батыр даңғылы, 5"}, "/form/monument": {"Айша бибі кесенесі"}, "/form/works": {"Әріптер: ә ғ қ ң ө ұ ү һ і"},
		"/form/licence": {"26000001"}, "/form/email": {"erjan@example.kz"}, "keep": {""},
	}
}

// begun is a draft for a service, whose form is filled in by nobody yet: its path.
func (v *visitor) begun(service string) string {
	v.t.Helper()
	v.get("/services/" + service)
	v.expect(http.StatusOK, "/services/"+service, "1414")
	v.get("/cabinet/apply/" + service)
	v.submit("/cabinet/apply/"+service, "", nil)
	path, ok := strings.CutSuffix(v.at, "/form")
	if !ok || v.status != http.StatusOK {
		v.t.Fatalf("begun: %d %s: %s", v.status, v.at, v.page)
	}
	return path
}

// Somebody applies without scripts: he fills the form in, leaves and comes back, attaches
// files, sees what he signs, and signs it; the application is sent.
func TestApply(t *testing.T) {
	v := as(t, "applicant")
	path := v.begun("SRA")
	v.submit(path+"/form", "", url.Values{"keep": {""}})
	v.expect(http.StatusUnprocessableEntity, path+"/form", "Monument: ")
	v.submit(path+"/form", "", filledIn())
	v.expect(http.StatusOK, path+"/files", "Attach documents")
	v.get(path + "/form")
	if values, _ := v.filled(path + "/form"); values.Get("/form/works") != "Әріптер: ә ғ қ ң ө ұ ү һ і" {
		t.Errorf("kept is %q", values)
	}
	v.get(path + "/files")
	values, _ := v.filled(path + "/files")
	v.send(path+"/files", values, nil)
	v.expect(http.StatusUnprocessableEntity, path+"/files", "No file is chosen")
	pdf := []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n98\n%%EOF\n")
	values, _ = v.filled(path + "/files")
	v.send(path+"/files", values, []upload{{"file", "лицензия.pdf", pdf}, {"file", "ескерту.txt", []byte("Мәтін")}})
	v.expect(http.StatusOK, path+"/files", "лицензия.pdf", "ескерту.txt")
	v.get(path)
	v.expect(http.StatusOK, path, "To send the application", "being filled in")
	v.submit(path+"/ready", "", nil)
	v.expect(http.StatusOK, path+"/sign", "Айша бибі кесенесі", "лицензия.pdf", "tamga application act 1", "First your certificate is checked")
	v.submit(path+"/sign", "", nil)
	v.expect(http.StatusUnprocessableEntity, path+"/sign", "The signature is missing")
	v.submit(path+"/sign", "applicant", nil)
	v.expect(http.StatusOK, path+"/sign", "Your certificate is good", "Not revoked: confirmed")
	v.submit(path+"/sign", "applicant", nil)
	v.expect(http.StatusOK, path, "sent, being registered", "Progress")
	v.get(path + "/diagram.svg")
	if v.status != http.StatusOK || v.headers.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("the diagram: %d %s", v.status, v.headers.Get("Content-Type"))
	}
	v.get("/cabinet")
	v.expect(http.StatusOK, "/cabinet", "sent, being registered")
	v.get("/cabinet/history")
	v.expect(http.StatusOK, "/cabinet/history", "Approval of restoration work")
	v.get(path + "/looks")
	v.expect(http.StatusOK, path+"/looks", "Nobody has looked")
	v.get("/cabinet/messages")
	v.expect(http.StatusOK, "/cabinet/messages")
}

// A licence is paid for before it is signed; a signature by a key that has run out refuses
// the application, with the three facts and what to do, and the next is begun filled in.
func TestApplyForALicence(t *testing.T) {
	v := as(t, "applicant")
	path := v.begun("LIC-ISSUE")
	v.submit(path+"/form", "", url.Values{"/form/subtype": {"archaeological"}, "/form/address": {"Астана"}, "/form/experience": {"Үш маман"}, "keep": {""}})
	v.expect(http.StatusOK, path+"/files")
	v.get(path + "/payment")
	v.submit(path+"/payment", "", nil)
	v.expect(http.StatusOK, path+"/payment", "not paid yet", "To the payment gateway")
	v.get(path + "/gateway")
	v.submit(path+"/gateway", "", nil)
	v.expect(http.StatusOK, path+"/payment", "State paid")
	v.get(path)
	v.submit(path+"/ready", "", nil)
	v.expect(http.StatusOK, path+"/sign", "archaeological work")
	v.submit(path+"/sign", "applicant-expired", nil)
	v.expect(http.StatusOK, path, "Validity period: not confirmed", "Get a new one", "Not revoked: not told yet", "It names the applicant: confirmed", "Apply again with these data")
	documents := strings.Split(v.page, path+"/results/")
	if len(documents) < 2 {
		t.Fatalf("no notice: %s", v.text())
	}
	number, _, _ := strings.Cut(documents[1], ".pdf")
	v.get(path + "/results/" + number + ".pdf")
	if v.status != http.StatusOK || !strings.HasPrefix(v.page, "%PDF-") {
		t.Errorf("the notice: %d", v.status)
	}
	v.get(path + "/questionnaire")
	v.submit(path+"/questionnaire", "", url.Values{"quality": {"3"}})
	v.expect(http.StatusUnprocessableEntity, path+"/questionnaire")
	v.submit(path+"/questionnaire", "", url.Values{"quality": {"3"}, "accessibility": {"2"}})
	v.expect(http.StatusOK, path+"/questionnaire", "Thank you")
	v.get("/cabinet/apply/LIC-ISSUE?from=" + strings.TrimPrefix(path, "/cabinet/applications/"))
	v.submit("/cabinet/apply/LIC-ISSUE", "", nil)
	if values, _ := v.filled(strings.TrimSuffix(v.at, "/form") + "/form"); values.Get("/form/experience") != "Үш маман" || values.Get("/form/subtype") != "archaeological" {
		t.Errorf("the renewal is filled in with %v", values)
	}
}

// While the payment gateway does not answer, the page of the payment says so and offers to
// ask again; nobody is led past the payment meanwhile.
func TestPaymentGatewayAway(t *testing.T) {
	v := as(t, "applicant")
	path := v.begun("LIC-ISSUE")
	v.submit(path+"/form", "", url.Values{"/form/subtype": {"archaeological"}, "/form/address": {"Астана"}, "/form/experience": {"Үш маман"}, "keep": {""}})
	gateway := func(behaviour string) {
		answer, err := http.Post(v.url+"/demo/gateways/control", "application/json", strings.NewReader(`{"system":"PSHEP","behaviour":"`+behaviour+`"}`))
		if err != nil || answer.StatusCode != http.StatusNoContent {
			t.Fatalf("%v %v", answer, err)
		}
		answer.Body.Close()
	}
	gateway("fail")
	defer gateway("answer")
	v.get(path + "/payment")
	v.submit(path+"/payment", "", nil)
	v.expect(http.StatusServiceUnavailable, path+"/payment", "Please correct the following", "waiting for the payment gateway", "Check the payment")
	v.get(path)
	if strings.Contains(v.page, path+"/ready") {
		t.Error("one may sign without having paid")
	}
	gateway("answer")
	v.get(path + "/payment")
	v.submit(path+"/payment", "", nil)
	v.expect(http.StatusOK, path+"/payment", "not paid yet", "To the payment gateway")
}
