package site_test

import (
	"net/http"
	"testing"

	"tamga/browsertest"
	"tamga/language"
)

// The pages of the desk are ones that everybody can use, in each language, and fit a
// telephone: the queue, an application, and a step with its document.
func TestDeskForEverybody(t *testing.T) {
	name := as(t, "applicant").sent()
	registrar := as(t, "registrar")
	registrar.get("/desk/applications/" + name)
	registrar.expect(http.StatusOK, "")
	link := linkToAct.FindStringSubmatch(registrar.page)
	if link == nil {
		t.Fatal(registrar.text())
	}
	url, b := open(t), browsertest.Open(t, "")
	inBrowser(t, b, url, "registrar")
	for picture, path := range map[string]string{"desk": "/desk?", "desk-application": "/desk/applications/" + name + "?", "desk-act": "/desk/applications/" + name + "/act?outcome=done&step=S-aP1&"} {
		for _, lang := range language.All() {
			b.Run(t, browsertest.Size(1200, 1100), browsertest.Visit(url+path+"lang="+string(lang)), browsertest.See("h1"))
			b.Accessible(t)
			b.Picture(t, picture+"-"+string(lang))
		}
		b.Run(t, browsertest.Size(360, 800))
		noSideways(t, b, 360)
		b.Picture(t, picture+"-360")
		b.Run(t, browsertest.Size(320, 800))
		noSideways(t, b, 320)
		b.Dark(t, true)
		b.Picture(t, picture+"-dark")
		b.Dark(t, false)
	}
}
