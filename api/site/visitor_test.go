package site_test

import (
	"bytes"
	"encoding/base64"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tamga/signing"
	"tamga/signing/creation"
)

// visitor is a browser without scripts, and whoever sits before it: cookies, forms and
// keys of the demonstration.
type visitor struct {
	t      *testing.T
	url    string
	client *http.Client
	// The page that was answered last.
	status  int
	page    string
	at      string // its path with its query
	headers http.Header
}

// visit begins with an empty jar.
func visit(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, url: open(t), client: &http.Client{Jar: jar, Timeout: time.Minute}}
}

// as is a visitor who has registered and signed in by a key.
func as(t *testing.T, key string) *visitor {
	t.Helper()
	v := visit(t)
	v.get("/register?next=/services")
	v.submit("/register", key, nil)
	v.expect(http.StatusOK, "/services")
	return v
}

func (v *visitor) get(path string) {
	v.t.Helper()
	req, err := http.NewRequest(http.MethodGet, v.url+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	v.do(req)
}

func (v *visitor) do(req *http.Request) {
	v.t.Helper()
	if req.Header.Get("Accept-Language") == "" {
		req.Header.Set("Accept-Language", "en")
	}
	req.Header.Set("Accept", "text/html")
	answer, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.status, v.page, v.at, v.headers = answer.StatusCode, string(body), answer.Request.URL.RequestURI(), answer.Header
}

// expect fails unless the page is this one, which says these texts.
func (v *visitor) expect(status int, path string, texts ...string) {
	v.t.Helper()
	if v.status != status || path != "" && v.at != path {
		v.t.Fatalf("%s answered %d, want %s with %d: %s", v.at, v.status, path, status, v.text())
	}
	for _, text := range texts {
		if !strings.Contains(v.text(), text) {
			v.t.Errorf("%s does not say %q: %s", v.at, text, v.text())
		}
	}
}

var (
	tags   = regexp.MustCompile(`(?s)<head>.*?</head>|<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
	forms  = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
	fields = regexp.MustCompile(`<input[^>]*>`)
	areas  = regexp.MustCompile(`(?s)<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>`)
	chosen = regexp.MustCompile(`(?s)<select[^>]*name="([^"]*)".*?</select>`)
	option = regexp.MustCompile(`<option[^>]*value="([^"]*)"[^>]* selected`)
	texts  = regexp.MustCompile(`data-text="([^"]*)" data-from="([^"]*)" data-detached="([^"]*)"`)
)

// text is what the page says.
func (v *visitor) text() string {
	return spaces.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(v.page, " ")), " ")
}

// attribute is the value of an attribute of a tag.
func attribute(tag, name string) string {
	m := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}

// filled are the fields of the form with an action, as the page has filled them in, and
// its markup.
func (v *visitor) filled(action string) (url.Values, string) {
	v.t.Helper()
	for _, m := range forms.FindAllStringSubmatch(v.page, -1) {
		if html.UnescapeString(m[1]) != action {
			continue
		}
		values := url.Values{}
		for _, tag := range fields.FindAllString(m[2], -1) {
			kind, name := attribute(tag, "type"), attribute(tag, "name")
			ticked := strings.Contains(tag, " checked")
			if name == "" || kind == "file" || (kind == "checkbox" || kind == "radio") && !ticked {
				continue
			}
			values.Add(name, attribute(tag, "value"))
		}
		for _, area := range areas.FindAllStringSubmatch(m[2], -1) {
			values.Add(area[1], html.UnescapeString(area[2]))
		}
		for _, list := range chosen.FindAllStringSubmatch(m[2], -1) {
			if o := option.FindStringSubmatch(list[0]); o != nil {
				values.Add(list[1], html.UnescapeString(o[1]))
			}
		}
		return values, m[2]
	}
	v.t.Fatalf("%s has no form %s: %s", v.at, action, v.text())
	return nil, ""
}

// submit sends the form with an action, changed by some values; its texts are signed by a
// key unless that is empty.
func (v *visitor) submit(action, key string, changed url.Values) {
	v.t.Helper()
	values, markup := v.filled(action)
	for name, all := range changed {
		values[name] = all
	}
	if asked := texts.FindAllStringSubmatch(markup, -1); key != "" && len(asked) > 0 {
		values["cms"] = nil
		for _, text := range asked {
			values.Add("cms", base64.StdEncoding.EncodeToString(v.signAs(key, v.toSign(text), text[3] == "true")))
		}
	}
	v.send(action, values, nil)
}

// upload is a file of a form.
type upload struct {
	field, name string
	content     []byte
}

// send sends a form.
func (v *visitor) send(action string, values url.Values, files []upload) {
	v.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, all := range values {
		for _, value := range all {
			_ = w.WriteField(name, value) // a buffer takes everything
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f.field, f.name)
		if err != nil {
			v.t.Fatal(err)
		}
		_, _ = part.Write(f.content)
	}
	_ = w.Close()
	req, err := http.NewRequest(http.MethodPost, v.url+action, &body)
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	v.do(req)
}

// toSign is the text that a page wants signed: in it, or at an address.
func (v *visitor) toSign(asked []string) []byte {
	v.t.Helper()
	if asked[2] != "" {
		answer, err := v.client.Get(v.url + html.UnescapeString(asked[2]))
		if err != nil {
			v.t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			v.t.Fatal(err)
		}
		return text
	}
	text, err := base64.StdEncoding.DecodeString(html.UnescapeString(asked[1]))
	if err != nil {
		v.t.Fatal(err)
	}
	return text
}

// sign signs by a key of the demonstration, as NCALayer does.
func (v *visitor) sign(name string, text []byte) []byte {
	v.t.Helper()
	return v.signAs(name, text, false)
}

// signAs is sign with or without the text in the signature.
func (v *visitor) signAs(name string, text []byte, detached bool) []byte {
	v.t.Helper()
	raw, err := os.ReadFile(filepath.Join(demo.dir, "var", "keys", name+".pem"))
	if err != nil {
		v.t.Fatal(err)
	}
	key, err := creation.ParseKeyPEM(raw)
	if err != nil {
		v.t.Fatal(err)
	}
	at := time.Now()
	if !key.Certificate.ValidAt(at) {
		at = key.Certificate.NotAfter
	}
	alone := creation.Services{Verifier: &signing.Verifier{Now: func() time.Time { return at }}}
	made, err := creation.Make(v.t.Context(), alone, creation.Order{Form: creation.CMS{Content: text, Claim: true, Detached: detached}, Key: key, Time: at})
	if err != nil {
		v.t.Fatal(err)
	}
	return made.File
}

// forget takes a cookie away, as when it has run out.
func (v *visitor) forget(name string) {
	v.t.Helper()
	u, err := url.Parse(v.url)
	if err != nil {
		v.t.Fatal(err)
	}
	v.client.Jar.SetCookies(u, []*http.Cookie{{Name: name, Path: "/", MaxAge: -1}})
}
