package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tamga/browsertest"
)

// Somebody signs in by a phone in the browser, which goes on by itself; the pages are
// accessible in every language.
func TestPhone(t *testing.T) {
	as(t, "applicant") // is registered
	b := browsertest.Open(t, "")
	start := func(lang string) {
		b.Run(t, browsertest.Visit(open(t)+"/sign-in?lang="+lang), browsertest.Click("#by-phone"), browsertest.Click(signInButton), browsertest.See(".qr"))
	}
	code := func() string {
		return b.Ask(t, `document.querySelector('a[href^="/telephone"]').getAttribute("href")`)
	}
	for _, lang := range []string{"ru", "en", "kk"} {
		start(lang)
		b.Accessible(t)
		b.Picture(t, "phone-"+lang)
	}
	b.Run(t, browsertest.Size(320, 700))
	if wide := b.Ask(t, `String(document.documentElement.scrollWidth > innerWidth)`); wide != "false" {
		t.Error("the code is wider than a phone")
	}
	b.Picture(t, "phone-320")
	b.Run(t, browsertest.Size(1200, 1100))

	phone := browsertest.Open(t, "")
	phone.Run(t, browsertest.Visit(open(t)+code()), browsertest.Fill("#key", "applicant"))
	phone.Accessible(t)
	phone.Picture(t, "telephone")
	phone.Run(t, browsertest.Click(`form[action="/telephone"] button`), browsertest.See(".banner.good"))
	b.Run(t, browsertest.At("/cabinet"))
	b.Quiet(t, "13579")
	phone.Quiet(t)
}

// Without scripts an application is signed by a phone: the button goes on once the phone
// has signed, and shows the code again before; what is wrong with the key is told as ever.
func TestApplyByPhone(t *testing.T) {
	v := as(t, "applicant")
	path := v.begun("SRA")
	v.submit(path+"/form", "", filledIn())
	v.get(path)
	v.submit(path+"/ready", "", nil)
	byPhone := url.Values{"by": {"phone"}}
	demo := visit(t)
	telephone := func(key string) {
		t.Helper()
		_, rest, _ := strings.Cut(v.page, `href="/telephone?code=`)
		code, _, _ := strings.Cut(rest, `"`)
		demo.get("/telephone?code=" + strings.ReplaceAll(code, "&amp;", "&"))
		demo.submit("/telephone", "", url.Values{"key": {key}})
	}
	v.submit(path+"/sign", "", byPhone)
	v.expect(http.StatusOK, path+"/sign", "scan this code")
	v.submit(path+"/sign", "", nil)
	v.expect(http.StatusOK, path+"/sign", "Nothing is signed yet")
	telephone("stranger")
	demo.expect(http.StatusOK, "/telephone", "Signed.")
	telephone("applicant") // a second phone, with the same code
	demo.expect(http.StatusForbidden, "", "it was signed before")
	v.submit(path+"/sign", "", nil)
	v.expect(http.StatusOK, path, "The certificate names somebody else")
	demo.get("/telephone?code=" + url.QueryEscape("https://elsewhere.example/v1/signings/1/phone/2"))
	demo.expect(http.StatusNotFound, "")

	path = v.begun("SRA")
	v.submit(path+"/form", "", filledIn())
	v.get(path)
	v.submit(path+"/ready", "", nil)
	for _, says := range []string{"Your certificate is good", "sent, being registered"} {
		v.submit(path+"/sign", "", byPhone)
		telephone("applicant")
		v.submit(path+"/sign", "", nil)
		v.expect(http.StatusOK, "", says)
	}
}
