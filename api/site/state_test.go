package site_test

import (
	"net/http"
	"strings"
	"testing"

	"tamga/browsertest"
)

// The page says how everything stands that the service asks outside, and what it can do.
func TestState(t *testing.T) {
	p := unknown(t, "en")
	page := p.visit("/state")
	page.has(t, http.StatusOK, "Verifying signatures: <span class=\"state\">works", "State database of natural persons", "Payment gateway", "Lists of revoked certificates",
		"up to date", "Age of the list", "Timestamp authority", "root authority", "Certificate valid until")
	if strings.Contains(page.body, "http://") {
		t.Error("the page names addresses inside")
	}
	url, b := open(t), browsertest.Open(t, "")
	for _, lang := range []string{"kk", "ru", "en"} {
		b.Run(t, browsertest.Size(1200, 1100), browsertest.Visit(url+"/state?lang="+lang), browsertest.See("h1"))
		b.Accessible(t)
		b.Picture(t, "state-"+lang)
		b.Run(t, browsertest.Size(320, 700))
		noSideways(t, b, 320)
	}
	b.Picture(t, "state-320")
	b.Dark(t, true)
	b.Accessible(t)
	b.Picture(t, "state-dark")
	b.Quiet(t)
}
