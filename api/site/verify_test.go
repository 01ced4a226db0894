package site_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tamga/browsertest"
)

// sample is a file of the demonstration.
func sample(t *testing.T, name string) string {
	t.Helper()
	open(t)
	return filepath.Join(demo.dir, "var", "samples", name)
}

// stranger is somebody with a browser without scripts.
type stranger struct {
	t      *testing.T
	client *http.Client
	lang   string
}

func unknown(t *testing.T, lang string) *stranger {
	t.Helper()
	open(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &stranger{t, &http.Client{Jar: jar}, lang}
}

// answered is what a person sees.
type answered struct {
	status int
	header http.Header
	body   string
}

func (p *stranger) do(method, path, media string, body io.Reader) answered {
	p.t.Helper()
	r, err := http.NewRequest(method, open(p.t)+path, body)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Accept-Language", p.lang)
	r.Header.Set("Accept", "text/html")
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	response, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answered{response.StatusCode, response.Header, string(raw)}
}

func (p *stranger) visit(path string) answered {
	p.t.Helper()
	return p.do(http.MethodGet, path, "", nil)
}

var csrfField = regexp.MustCompile(`name="csrf" value="([0-9a-f]+)"`)

// send sends a form of a page with files, by field, and values.
func (p *stranger) send(page, action string, files map[string][]byte, values map[string]string) answered {
	p.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if found := csrfField.FindStringSubmatch(p.visit(page).body); found != nil {
		_ = form.WriteField("csrf", found[1])
	}
	for name, value := range values {
		_ = form.WriteField(name, value)
	}
	for name, file := range files {
		part, err := form.CreateFormFile(name, "file")
		if err == nil {
			_, err = part.Write(file)
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		p.t.Fatal(err)
	}
	return p.do(http.MethodPost, action, form.FormDataContentType(), &body)
}

// has fails unless an answer has a status and holds texts.
func (a answered) has(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d: %.300s", a.status, status, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
}

func readSample(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Whoever has a browser without scripts verifies a signature and sees first whether to
// take it, then who signed what, and what would mend it.
func TestVerifyWithoutScripts(t *testing.T) {
	p := unknown(t, "en")
	attached, detached := readSample(t, sample(t, "application-gost.cms")), readSample(t, sample(t, "application-gost.p7s"))
	text := readSample(t, sample(t, "application.txt"))
	verify := func(files map[string][]byte, values map[string]string) answered {
		t.Helper()
		return p.send("/verify", "/verify", files, values)
	}
	good := verify(map[string][]byte{"file": attached}, nil)
	good.has(t, http.StatusOK, "The signature is valid", "ҚҰНАНБАЕВА ҮМІТ ҺАМИТҚЫЗЫ", "«ҰЛЫ ДАЛА МҰРАСЫ» ЖШС", "250040999988",
		"acting for an organisation, head of the organisation", "proved by nothing", "The document inside the file is signed", "RFC 5280 §6.1", "not kept")
	if strings.Contains(good.body, "901300499989") || !strings.Contains(good.body, "••••••••••89") {
		t.Error("the page shows the number of a person")
	}
	if len(good.body) > 100<<10 {
		t.Errorf("the page has %d bytes", len(good.body))
	}
	verify(map[string][]byte{"file": detached}, nil).has(t, http.StatusOK, "could not be confirmed", "Choose the signed document too", "was not given")
	verify(map[string][]byte{"file": detached, "document": text}, nil).has(t, http.StatusOK, "The signature is valid", "The document that you gave is signed")
	verify(map[string][]byte{"file": detached, "document": append(text, '!')}, nil).has(t, http.StatusOK, "The signature is not valid", "differs from the signed one")
	verify(map[string][]byte{"file": text}, nil).has(t, http.StatusOK, "There is no signature to verify", "Choose the file that carries the signature")
	verify(nil, nil).has(t, http.StatusUnprocessableEntity, `href="#file"`, "Choose the file with the signature")
	verify(map[string][]byte{"file": {}}, nil).has(t, http.StatusUnprocessableEntity, `href="#file"`, "This file is empty")
	verify(map[string][]byte{"file": detached}, map[string]string{"digests": "SHA-256:00"}).has(t, http.StatusBadRequest, `role="alert"`)

	key := readSample(t, filepath.Join(demo.dir, "var", "keys", "applicant-gost.pem"))
	if bytes.Contains(key, []byte("PRIVATE KEY")) {
		verify(map[string][]byte{"file": key}, nil).has(t, http.StatusOK, "Give it to nobody")
	}
	authority, err := filepath.Glob(filepath.Join(demo.dir, "var", "trust", "gost-2015", "*.cer"))
	if err != nil || len(authority) == 0 {
		t.Fatalf("no certificate: %v", err)
	}
	verify(map[string][]byte{"file": readSample(t, authority[0])}, nil).has(t, http.StatusOK, "certificate", "Revocation lists")
}

// Files of every kind have an answer that reads as one, good ones and bad ones, whatever
// they hold.
func TestVerifyManyFiles(t *testing.T) {
	var files []string
	for _, from := range []string{filepath.Join("..", "..", "signing", "testdata", "cases"), filepath.Join("..", "..", "..", "shared", "cases")} {
		_ = filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				files = append(files, path)
			}
			return nil // one of them need not be there
		})
	}
	if len(files) < 20 {
		t.Fatalf("only %d files", len(files))
	}
	number := regexp.MustCompile(`(^|[^0-9a-f])[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9]{7}([^0-9a-f]|$)`)
	empty := regexp.MustCompile(`<(p|li|dd|h3)( [^>]*)?>\s*</`)
	for i, file := range files {
		p := unknown(t, []string{"kk", "ru", "en"}[i%3])
		got := p.send("/verify", "/verify", map[string][]byte{"file": readSample(t, file)}, nil)
		if got.status == http.StatusUnprocessableEntity && strings.HasPrefix(filepath.Base(file), "empty") {
			continue
		}
		got.has(t, http.StatusOK, `id="answer"`, `class="verdict"`)
		if strings.Contains(got.body, `class="banner good"`) && strings.Contains(file, "pdf") {
			t.Errorf("%s: is taken, and no authority of it is trusted here", file)
		}
		if !strings.Contains(got.body, `class="banner good"`) && !strings.Contains(got.body, `class="advice"`) {
			t.Errorf("%s: no advice", file)
		}
		if found := empty.FindString(got.body); found != "" {
			t.Errorf("%s: the page says nothing in %s", file, found)
		}
		if found := number.FindString(got.body); found != "" {
			t.Errorf("%s: the page shows the number %s", file, found)
		}
		if len(got.body) > 100<<10 {
			t.Errorf("%s: the page has %d bytes", file, len(got.body))
		}
	}
}

// A receipt is had by a button, signed, for people and for programs.
func TestVerifyReceipt(t *testing.T) {
	p := unknown(t, "ru")
	detached, text := readSample(t, sample(t, "application-gost.p7s")), readSample(t, sample(t, "application.txt"))
	files := map[string][]byte{"file": detached, "document": text}
	pdf := p.send("/verify", "/verify/receipt", files, map[string]string{"as": "pdf"})
	pdf.has(t, http.StatusOK, "%PDF-", "/ByteRange")
	if d := pdf.header.Get("Content-Disposition"); !regexp.MustCompile(`^attachment; filename="receipt-[0-9a-f]{32}\.pdf"$`).MatchString(d) {
		t.Errorf("the receipt is sent as %q", d)
	}
	var answer struct {
		Acceptance string `json:"acceptance"`
		Receipt    struct {
			CMS []byte `json:"cms"`
		} `json:"receipt"`
	}
	got := p.send("/verify", "/verify/receipt", files, map[string]string{"as": "json"})
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil || answer.Acceptance != "accepted" || len(answer.Receipt.CMS) == 0 {
		t.Errorf("%v, %+v", err, answer)
	}
	p.send("/verify", "/verify", map[string][]byte{"file": answer.Receipt.CMS}, nil).has(t, http.StatusOK, "Подпись действительна")
	p.send("/verify", "/verify/receipt", nil, nil).has(t, http.StatusUnprocessableEntity, `href="#file"`)
}

// The script computes the digests that browsers do not know, as certs/gost does.
func TestDigests(t *testing.T) {
	url, b := open(t), browsertest.Open(t, "")
	b.Run(t, browsertest.Visit(url+"/verify?lang=en"), browsertest.See("h1"))
	b.Ask(t, `new Promise((ok, no) => document.head.append(Object.assign(document.createElement("script"),
		{src: document.querySelector("form[data-verify]").dataset.digests, onload: () => ok(""), onerror: () => no("away")})))`)
	var vectors []map[string]string
	if err := json.Unmarshal(readSample(t, filepath.Join("..", "..", "certs", "gost", "testdata", "hashes.json")), &vectors); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{"34.311": "GOST 34.311-95", "Streebog-256": "GOST 34.11-2015-256", "Streebog-512": "GOST 34.11-2015-512"}
	compared := 0
	for _, vector := range vectors {
		message, err := hex.DecodeString(vector["message"])
		if err != nil {
			t.Fatal(err)
		}
		bytes, _ := json.Marshal(toInts(message))
		for of, name := range names {
			if vector[of] == "" {
				continue
			}
			compared++
			for _, piece := range []string{"1", "31", "64", "1000000"} {
				got := b.Ask(t, `(() => { const m = Uint8Array.from(`+string(bytes)+`), h = tamgaDigests["`+name+`"]();
					for (let i = 0; i < m.length; i += `+piece+`) h.update(m.subarray(i, i + `+piece+`)); return h.digest(); })()`)
				if got != vector[of] {
					t.Errorf("%s of %s by %s: %s, want %s", name, vector["name"], piece, got, vector[of])
				}
			}
		}
	}
	if compared < 9 {
		t.Errorf("only %d digests were compared", compared)
	}
}

func toInts(raw []byte) []int {
	all := []int{}
	for _, b := range raw {
		all = append(all, int(b))
	}
	return all
}

// In a browser a document need not leave it, the answer comes in place, and a receipt does
// not ask for the files again. The pages are accessible in every language.
func TestVerifyInABrowser(t *testing.T) {
	url, b := open(t), browsertest.Open(t, "")
	for _, lang := range []string{"kk", "ru", "en"} {
		b.Run(t, browsertest.Visit(url+"/verify?lang="+lang), browsertest.See("h1"))
		b.Accessible(t)
		b.Picture(t, "verify-"+lang)
		b.Run(t, browsertest.Upload("#file", sample(t, "application-gost.p7s")), browsertest.Upload("#document", sample(t, "application.txt")),
			browsertest.See("#local"))
		b.Ask(t, `(() => { const send = XMLHttpRequest.prototype.send; XMLHttpRequest.prototype.send = function (body) {
			globalThis.sentContent = String(body.has("document")); globalThis.sentDigests = body.get("digests"); send.call(this, body); }; return ""; })()`)
		b.Run(t, browsertest.Click(`form[data-verify] button`), browsertest.See("#answer.good"))
		if sent := b.Ask(t, "sentContent + sentDigests.slice(0, 20)"); sent != "falseGOST 34.11-2015-512:" {
			t.Errorf("sent: %s", sent)
		}
		b.Accessible(t)
		b.Picture(t, "verdict-"+lang)
		if hidden := b.Ask(t, `String(document.querySelector("[data-choose]").hidden) + document.querySelector("form[data-again]").elements.file.files.length`); hidden != "true1" {
			t.Errorf("a receipt asks for the files again: %s", hidden)
		}
	}
	b.Run(t, browsertest.Visit(url+"/verify?lang=kk"), browsertest.Upload("#file", sample(t, "application-rsa.cms")), browsertest.Click(`form[data-verify] button`), browsertest.See("#answer.good"))
	for _, width := range []int64{360, 320} {
		b.Run(t, browsertest.Size(width, 800))
		b.Ask(t, `(() => { document.querySelectorAll("details").forEach((d) => { d.open = true; }); return ""; })()`)
		noSideways(t, b, width)
		b.Picture(t, "verdict-"+map[int64]string{360: "360", 320: "320"}[width])
	}
	b.Dark(t, true)
	b.Accessible(t)
	b.Picture(t, "verdict-dark")
	b.Quiet(t)
}

// noSideways fails if a page must be scrolled sideways.
func noSideways(t *testing.T, b *browsertest.Browser, width int64) {
	t.Helper()
	if wide := b.Ask(t, "String(document.documentElement.scrollWidth > innerWidth)"); wide != "false" {
		t.Errorf("%s is wider than %d pixels: %s", b.Ask(t, "location.pathname"), width, b.Ask(t, `[...document.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map((e) => e.outerHTML.slice(0, 100)).join(" ")`))
	}
}
