package site_test

import (
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tamga/browsertest"
	"tamga/qr"
)

// codePicture draws a code into a file.
func codePicture(t *testing.T, text string) string {
	t.Helper()
	code, err := new(qr.Encoder).Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	const module, quiet = 6, 4
	side := (code.Size + 2*quiet) * module
	picture := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			row, column := y/module-quiet, x/module-quiet
			dark := row >= 0 && column >= 0 && row < code.Size && column < code.Size && code.Dark(column, row)
			picture.SetGray(x, y, color.Gray{map[bool]uint8{true: 20, false: 240}[dark]})
		}
	}
	path := filepath.Join(t.TempDir(), "code.png")
	file, err := os.Create(path)
	if err == nil {
		err = png.Encode(file, picture)
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// A document is checked by its number, by its code and by its file, in this order; on a
// phone what it is worth today is read first.
func TestCheckPages(t *testing.T) {
	url, b := open(t), browsertest.Open(t, "")
	for _, lang := range []string{"kk", "ru", "en"} {
		for name, path := range map[string]string{"start": "/", "check": "/check", "result": "/check/26000001", "absent": "/check/26999999"} {
			b.Run(t, browsertest.Size(1200, 1100), browsertest.Visit(url+path+"?lang="+lang), browsertest.See("h1"))
			b.Accessible(t)
			b.Picture(t, name+"-"+lang)
			b.Run(t, browsertest.Size(320, 700))
			noSideways(t, b, 320)
			if name == "result" {
				b.Picture(t, "result-320-"+lang)
				if top := b.Ask(t, `String(document.querySelector(".banner").getBoundingClientRect().bottom < 700)`); top != "true" {
					t.Errorf("%s: what the document is worth today is not on the first screen of a phone", lang)
				}
			}
		}
		b.Picture(t, "absent-320-"+lang)
	}
	b.Run(t, browsertest.Visit(url+"/check/26000001?lang=ru"))
	b.Dark(t, true)
	b.Accessible(t)
	b.Picture(t, "result-320-dark")
	b.Quiet(t, "status of 404")

	b.Run(t, browsertest.Size(1200, 1100), browsertest.Visit(url+"/check?lang=en"), browsertest.Upload("#picture", codePicture(t, "https://elsewhere.example/check/26000001")),
		browsertest.Until("[data-status]", "This code leads to another site: elsewhere.example"))
	b.Run(t, browsertest.Upload("#picture", codePicture(t, "any text")), browsertest.Until("[data-status]", "not the code of a document"))
	b.Accessible(t)
	b.Run(t, browsertest.Upload("#picture", codePicture(t, url+"/check/26000001#SEAL")), browsertest.At("/check/26000001#SEAL"), browsertest.See(".banner"))
	b.Quiet(t)
}

// Values that exist only in Kazakh and Russian are readable on the English page, and a
// receipt is had by a button.
func TestCheckInEnglish(t *testing.T) {
	p := unknown(t, "en")
	page := p.visit("/check/26000001")
	page.has(t, http.StatusOK, `<span class="latin" lang="kk-Latn">`, `href="/verify"`, `href="/state"`, "In force")
	for _, part := range strings.Split(page.body, `lang="kk"`)[1:] {
		if value, _, _ := strings.Cut(part, "</dd>"); !strings.Contains(part, "hreflang") && strings.Contains(value, "<dd") && !strings.Contains(value, "latin") {
			t.Errorf("no Latin letters: %.100s", value)
		}
	}
	if in := unknown(t, "kk").visit("/check/26000001"); strings.Contains(in.body, "kk-Latn") {
		t.Error("the Kazakh page has Latin letters")
	}
	const form = "application/x-www-form-urlencoded"
	pdf := p.do(http.MethodPost, "/check/26000001/receipt?lang=en", form, strings.NewReader("as=pdf"))
	pdf.has(t, http.StatusOK, "%PDF-", "/ByteRange")
	if d := pdf.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment; filename=") {
		t.Errorf("the receipt is sent as %q", d)
	}
	var answer struct {
		Number  string `json:"number"`
		Receipt struct {
			CMS []byte `json:"cms"`
		} `json:"receipt"`
	}
	got := p.do(http.MethodPost, "/check/26000001/receipt?lang=en", form, strings.NewReader("as=json"))
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil || answer.Number != "26000001" {
		t.Errorf("%v: %.200s", err, got.body)
	}
	p.send("/verify", "/verify", map[string][]byte{"file": answer.Receipt.CMS}, nil).has(t, http.StatusOK, "The signature is valid")
	p.do(http.MethodPost, "/check/26999999/receipt?lang=en", form, strings.NewReader("as=pdf")).has(t, http.StatusNotFound, "Document not found")
}
