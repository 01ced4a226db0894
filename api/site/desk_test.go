package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// sent is an application for the approval of restoration work that its applicant has
// signed: how it is called.
func (v *visitor) sent() string {
	v.t.Helper()
	path := v.begun("SRA")
	v.submit(path+"/form", "", filledIn())
	v.get(path)
	v.submit(path+"/ready", "", nil)
	v.submit(path+"/sign", "applicant", nil)
	v.submit(path+"/sign", "applicant", nil)
	v.expect(http.StatusOK, path, "sent, being registered")
	return strings.TrimPrefix(path, "/cabinet/applications/")
}

// does has an official do a step: a document is written by what is given, and what is to be
// signed is signed by a key.
func (v *visitor) does(application, outcome, key string, typed url.Values) {
	v.t.Helper()
	v.get("/desk/applications/" + application)
	for _, m := range linkToAct.FindAllStringSubmatch(v.page, -1) {
		at := strings.ReplaceAll(m[1], "&amp;", "&")
		if strings.HasSuffix(at, "outcome="+outcome) || strings.Contains(at, "outcome="+outcome+"&") {
			v.get(at)
			v.expect(http.StatusOK, "")
			path, _, _ := strings.Cut(at, "?")
			v.submit(path, "", typed)
			if strings.Contains(v.page, `name="signing"`) {
				v.submit(path, key, nil)
			}
			return
		}
	}
	v.t.Fatalf("%s: nothing ends in %s: %s", v.at, outcome, v.text())
}

// An approval goes through the desk: each does what his role may, four eyes are seen before
// they are hit, who comes too late is told who was first, and the head signs the result by
// her own key.
func TestDesk(t *testing.T) {
	name := as(t, "applicant").sent()
	registrar, executor, head := as(t, "registrar"), as(t, "executor"), as(t, "head")
	executor.get("/desk")
	executor.expect(http.StatusOK, "/desk")
	registrar.get("/desk")
	registrar.expect(http.StatusOK, "/desk", "Approval of restoration work", "What is to be done")
	late := as(t, "registrar")
	late.get("/desk/applications/" + name)
	registrar.does(name, "done", "", nil)
	late.get(registrar.at + "/act?step=S-aP1&outcome=done")
	late.expect(http.StatusConflict, "", "ТӨЛЕГЕНОВ НҰРБОЛ ҚАЙРАТҰЛЫ was first", "Look at the application again")
	registrar.expect(http.StatusOK, "", "being examined", "Notice that the request was accepted")
	number := strings.TrimPrefix(registrar.at, "/desk/applications/")
	if number == name {
		t.Fatalf("no number was given: %s", registrar.text())
	}
	executor.get("/desk/applications/" + number)
	executor.expect(http.StatusOK, "", "Who is signed in does not have this duty")
	head.does(number, "done", "", nil)
	executor.get("/desk/applications/" + number)
	executor.does(number, "prepared", "executor", url.Values{"/document/approval/monument/ru": {""}})
	executor.expect(http.StatusUnprocessableEntity, "", "Monument: ")
	values, _ := executor.filled("/desk/applications/" + number + "/act")
	if values.Get("/document/approval/monument/kk") != "Айша бибі кесенесі" {
		t.Errorf("what was typed is lost: %v", values)
	}
	whole := url.Values{
		"/document/approval/monument/ru": {"Мавзолей Айша-биби"}, "/document/approval/monument_address/kk": {"Астана қ., Кенесары к-сі, 65"},
		"/document/approval/monument_address/ru": {"г. Астана, ул. Кенесары, 65"}, "/document/approval/applicant_address/ru": {"Астана"},
		"/document/approval/project/ru": {"Проект"},
	}
	executor.does(number, "prepared", "executor", whole)
	executor.expect(http.StatusOK, "/desk/applications/"+number, "Result examined", "Who is signed in does not have this duty")
	head.get("/desk/applications/" + number + "/act?outcome=signed&step=S-aP4")
	if !strings.Contains(head.page, `value="own" checked`) {
		t.Error("the head does not sign the result by her own key")
	}
	head.does(number, "signed", "head", nil)
	head.expect(http.StatusOK, "/desk/applications/"+number, "Approval of scientific restoration work")
	registrar.does(number, "done", "", nil)
	registrar.expect(http.StatusOK, "/desk/applications/"+number, "result issued", "СЕЙІТҚАЛИ ӘСЕМ")
}

var linkToAct = regexp.MustCompile(`href="(/desk/applications/[^"]*/act\?[^"]*)"`)

// At the counter an official opens an application for a person, with what is wrong said and
// nothing lost, fills its form in, and goes on with it on the desk.
func TestCounter(t *testing.T) {
	v := as(t, "registrar")
	v.get("/desk/new")
	v.expect(http.StatusOK, "/desk/new", "Approval of restoration work")
	const page = "/desk/new/SRA/provider"
	v.get(page)
	who := url.Values{"/applicant/natural/surname": {"ӨМІРЗАҚОВ"}, "/applicant/natural/given_name": {"ЕРЖАН"}, "/applicant/natural/patronymic": {"БОЛАТҰЛЫ"}, "/applicant/natural/iin": {"851300399991"}}
	v.submit(page, "", who)
	v.expect(http.StatusUnprocessableEntity, page, "Please correct")
	if values, _ := v.filled(page); values.Get("/applicant/natural/surname") != "ӨМІРЗАҚОВ" {
		t.Errorf("what was typed is lost: %v", values)
	}
	v.submit(page, "", url.Values{"/applicant/natural/iin": {"851300399990"}})
	v.expect(http.StatusOK, "", "Fill in the form", "Attach a scan", "Channel provider")
	opened := v.at
	v.get(strings.Replace(opened, "/desk/", "/cabinet/", 1) + "/form")
	v.submit(strings.Replace(opened, "/desk/", "/cabinet/", 1)+"/form", "", filledIn())
	v.expect(http.StatusOK, "", "Attach documents")
	v.get(opened)
	v.expect(http.StatusOK, opened, "Айша бибі кесенесі")
	v.does(strings.TrimPrefix(opened, "/desk/applications/"), "done", "registrar", nil)
	v.expect(http.StatusOK, "")
}
