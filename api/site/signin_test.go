package site_test

import (
	"testing"

	"tamga/browsertest"
)

// The page to sign in is accessible in every language, a key signs by the demonstration's
// signer, and whoever is not registered is told so.
func TestSignIn(t *testing.T) {
	url, b := open(t), browsertest.Open(t, "")
	for _, lang := range []string{"kk", "ru", "en"} {
		b.Run(t, browsertest.Visit(url+"/sign-in?lang="+lang), browsertest.See("h1"))
		b.Accessible(t)
		b.Picture(t, "sign-in-"+lang)
	}
	b.Run(t, browsertest.Fill("#demo-key", "company-employee"), browsertest.Click(`form[action="/sign-in"] button`), browsertest.Until("#errors", "not registered yet"))
	b.Quiet(t, "127.0.0.1:13579", "localhost:13579", "status of 403")
}
