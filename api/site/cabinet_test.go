package site_test

import (
	"os"
	"path/filepath"
	"testing"

	"tamga/browsertest"
)

// inBrowser registers by a key in a browser and signs in.
func inBrowser(t *testing.T, b *browsertest.Browser, url, key string) {
	t.Helper()
	b.Run(t, browsertest.Visit(url+"/register?lang=kk&next=/services"), browsertest.Fill("#demo-key", key),
		browsertest.Click(`form[action="/register"] button`), browsertest.See("form.who"))
}

// each looks at a page in every language: axe finds nothing, and no width scrolls sideways.
func each(t *testing.T, b *browsertest.Browser, name, url string) {
	t.Helper()
	for _, lang := range []string{"kk", "ru", "en"} {
		b.Run(t, browsertest.Visit(url+"?lang="+lang), browsertest.See("h1"))
		b.Accessible(t)
		b.Picture(t, name+"-"+lang)
	}
	b.Run(t, browsertest.Size(360, 800))
	noSideways(t, b, 360)
	b.Picture(t, name+"-360")
	b.Run(t, browsertest.Size(320, 800))
	noSideways(t, b, 320)
	b.Run(t, browsertest.Size(1200, 1100))
	b.Dark(t, true)
	b.Accessible(t)
	b.Picture(t, name+"-dark")
	b.Dark(t, false)
}

// An applicant goes through all pages of an application in a browser: from the choice of
// the service to what becomes of it. Each page is accessible in every language.
func TestCabinetInABrowser(t *testing.T) {
	url, b := open(t), browsertest.Open(t, "")
	each(t, b, "register", url+"/register")
	each(t, b, "password", url+"/password")
	each(t, b, "services", url+"/services")
	each(t, b, "service", url+"/services/LIC-ISSUE")
	inBrowser(t, b, url, "applicant")
	each(t, b, "apply", url+"/cabinet/apply/LIC-ISSUE")
	b.Run(t, browsertest.Click(`form[action="/cabinet/apply/LIC-ISSUE"] button`), browsertest.At("/form"))
	form := b.Ask(t, "location.pathname")
	one := form[:len(form)-len("/form")]
	b.Run(t, browsertest.Fill("#form-subtype", "archaeological"), browsertest.Fill("#form-address", "Астана, Орынбор көшесі, 8"),
		browsertest.Press("#form-experience", "Үш маман, ə: әғқңөұүһі"), browsertest.Until("[data-kept]", "What you typed is kept"))
	each(t, b, "form", url+form)
	if got := b.Ask(t, `document.getElementById("form-experience").value`); got != "Үш маман, ə: әғқңөұүһі" {
		t.Errorf("kept while it was typed is %q", got)
	}
	b.Run(t, browsertest.Click(`form[data-keep] button`), browsertest.At("/files"))
	file := filepath.Join(t.TempDir(), "құжат.txt")
	if err := os.WriteFile(file, []byte("Мамандар тізімі"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Run(t, browsertest.Upload("#file-qualification", file), browsertest.Click("#item-qualification form[data-upload] button"),
		browsertest.Until("#item-qualification h2", "attached"))
	each(t, b, "files", url+one+"/files")
	each(t, b, "draft", url+one)
	b.Run(t, browsertest.Visit(url+one+"/payment"), browsertest.Click(`form[action$="/payment"] button`), browsertest.Until("dl", "not paid yet"))
	each(t, b, "payment", url+one+"/payment")
	each(t, b, "gateway", url+one+"/gateway")
	b.Run(t, browsertest.Click(`form[action$="/gateway"] button`), browsertest.At("/payment"), browsertest.Until("dl", "paid"), browsertest.Visit(url+one),
		browsertest.Click(`form[action$="/ready"] button`), browsertest.At("/sign"))
	each(t, b, "sign", url+one+"/sign")
	b.Run(t, browsertest.Click(`form[action$="/sign"] button`), browsertest.Until(".lead", "Your certificate is good"))
	each(t, b, "sign-last", url+one+"/sign")
	b.Run(t, browsertest.Click(`form[action$="/sign"] button`), browsertest.Until("main", "being registered"))
	at := b.Ask(t, "location.pathname")
	each(t, b, "application", url+at)
	each(t, b, "looks", url+at+"/looks")
	b.Run(t, browsertest.Visit(url+at+"/withdraw?lang=kk"), browsertest.Fill("#reason", "Енді керек емес"), browsertest.Click(`form[action$="/withdraw"] button`),
		browsertest.See(".exact, summary"))
	b.Accessible(t)
	b.Picture(t, "withdraw-sign-kk")
	each(t, b, "withdraw", url+at+"/withdraw")
	each(t, b, "cabinet", url+"/cabinet")
	each(t, b, "history", url+"/cabinet/history")
	each(t, b, "messages", url+"/cabinet/messages")
	refused(t, b, url)
	b.Quiet(t, "127.0.0.1:13579", "localhost:13579")
}

// refused signs an application by a key that has run out: the page tells all three facts,
// and what to do.
func refused(t *testing.T, b *browsertest.Browser, url string) {
	t.Helper()
	b.Run(t, browsertest.Visit(url+"/cabinet/apply/SRA"), browsertest.Click(`form[action="/cabinet/apply/SRA"] button`), browsertest.At("/form"),
		browsertest.Fill("#form-monument", "Айша бибі"), browsertest.Fill("#form-works", "Күмбезді бекіту"), browsertest.Fill("#form-address", "Тараз"),
		browsertest.Fill("#form-licence", "26000001"), browsertest.Click("form[data-keep] button"), browsertest.At("/files"))
	files := b.Ask(t, "location.pathname")
	one := files[:len(files)-len("/files")]
	b.Run(t, browsertest.Visit(url+one), browsertest.Click(`form[action$="/ready"] button`), browsertest.At("/sign"),
		browsertest.Fill("#demo-key", "applicant-expired"), browsertest.Click(`form[action$="/sign"] button`), browsertest.Until(".checks", "Get a new one"))
	each(t, b, "refused", url+one)
}
