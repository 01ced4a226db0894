package site_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// crawler is somebody who follows every link and sends every form.
type crawler struct {
	*visitor
	who, lang string
	queue     []link         // that are to be followed
	visited   map[string]int // how often addresses of a shape were
	sent      map[string]int // how often forms of a shape were sent
	last      []sending      // forms that end something, which are sent at the end
	reached   func(string)   // hears of every page that a link leads to
}

// link is an address, and that of the page that names it.
type link struct{ path, from string }

// sending is a form with what is to be sent.
type sending struct {
	method, action, shape string
	page, head            string // the address that it stands on, and the heading there
	values                url.Values
	files                 []upload
}

// Pages of one shape, which differ in what they are about, are visited so often by one
// crawler, and forms of one shape are sent so often filled in.
const (
	visitsOfShape = 3
	sendsOfShape  = 2
)

// ending are the actions that end what a crawler lives by: his session, his application.
var ending = regexp.MustCompile(`/(sign-out|withdraw|password)$`)

// The members that crawl, in the order in which an application passes them; nobody comes
// first and last.
var crawlers = []string{"", "applicant", "company-head", "company-employee", "representative", "registrar", "operator", "executor", "member-1", "head", "signer", "administrator-1", ""}

// Everybody, in every language, goes wherever a link leads, and whatever form he sends is
// answered by a page in his language, with a way on. It runs when the other tests of the
// demonstration have, since it registers everybody and enters whatever can be.
func TestCrawl(t *testing.T) {
	t.Parallel()
	shapes := map[string]bool{}
	for i, who := range crawlers {
		for j, lang := range []string{"kk", "ru", "en"} {
			c := &crawler{visitor: visit(t), who: who, lang: lang, visited: map[string]int{}, sent: map[string]int{}, reached: func(at string) { path, _, _ := strings.Cut(at, "?"); shapes[shape(path)] = true }}
			c.client.Transport = from(byte(2 + 3*i + j))
			c.begin()
			c.crawl()
		}
	}
	for _, path := range []string{"/", "/check", "/sign-in", "/register", "/password", "/services", "/services/*", "/verify", "/licences", "/state", "/desk", "/desk/applications/*", "/cabinet", "/cabinet/history", "/cabinet/messages", "/cabinet/apply/*",
		"/cabinet/applications/*", "/cabinet/applications/*/form", "/cabinet/applications/*/files", "/cabinet/applications/*/payment", "/cabinet/applications/*/sign", "/cabinet/applications/*/looks"} {
		if !shapes[path] {
			t.Errorf("no link leads to %s", path)
		}
	}
}

// from goes out from an address of this machine: whoever asks too often is refused, and each
// crawler is somebody else.
func from(last byte) http.RoundTripper {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, last)}}
	return &http.Transport{DialContext: dialer.DialContext}
}

// begin chooses the language, and signs in whoever is somebody.
func (c *crawler) begin() {
	c.t.Helper()
	c.get("/?lang=" + c.lang)
	c.queue = []link{{path: "/"}}
	if c.who == "" {
		c.queue = append(c.queue, link{path: "/sign-in"})
		return
	}
	c.get("/register?next=/cabinet")
	c.submit("/register", c.who, nil)
	c.expect(http.StatusOK, "/cabinet")
	c.queue = append(c.queue, link{path: "/cabinet"})
}

// crawl goes wherever links lead, does what ends something, and goes on from there.
func (c *crawler) crawl() {
	c.follow()
	slices.SortStableFunc(c.last, func(a, b sending) int { return strings.Count(b.action, "/") - strings.Count(a.action, "/") })
	for _, s := range c.last {
		c.put(s)
		c.follow()
	}
}

func (c *crawler) follow() {
	for len(c.queue) > 0 {
		path, from := c.queue[0].path, c.queue[0].from
		c.queue = c.queue[1:]
		if c.visited[shape(path)] >= visitsOfShape || c.visited["="+path] > 0 {
			continue
		}
		c.visited[shape(path)]++
		c.visited["="+path]++
		c.get(path)
		if c.status >= http.StatusBadRequest {
			said := c.text()
			if c.get(from); strings.Contains(c.page, path) { // else what was sent since has taken the link away
				c.wrong("a link leads to " + path + ", which says: " + said)
			}
			continue
		}
		c.read(path)
	}
}

// wrong tells what is wrong at the page that was answered last.
func (c *crawler) wrong(what string) {
	c.t.Helper()
	c.t.Errorf("%q in %s, %s (%d): %.500s", c.who, c.lang, c.at, c.status, what)
}

// read judges a page that was answered, follows its links and sends its forms.
func (c *crawler) read(from string) {
	if media := c.headers.Get("Content-Type"); !strings.HasPrefix(media, "text/html") {
		if c.page == "" {
			c.wrong(from + " is empty, " + media)
		}
		return
	}
	page, wrong := judged(c.page, c.lang)
	for _, w := range wrong {
		c.wrong("the page " + w)
	}
	at := c.at
	c.reached(at)
	for _, n := range page.all("a", "img", "iframe", "script", "link") {
		c.link(at, n.attr["href"]+n.attr["src"])
	}
	for _, number := range personal() {
		if strings.Contains(at, number) {
			c.wrong("a personal number stands in the address")
		}
	}
	for _, f := range page.all("form") {
		c.form(at, page.first("h1").said(), f)
	}
}

// link queues an address of ours that a page names.
func (c *crawler) link(at, href string) {
	u, err := url.Parse(href)
	if err != nil {
		c.wrong("a link leads to " + href)
		return
	}
	for _, number := range personal() {
		if strings.Contains(href, number) {
			c.wrong("a personal number stands in the link " + href)
		}
	}
	if u.Scheme != "" && u.Scheme+"://"+u.Host != c.url || href == "" || strings.HasPrefix(href, "#") {
		return
	}
	base, _ := url.Parse(at)
	u = base.ResolveReference(u)
	u.Scheme, u.Host, u.User, u.Fragment = "", "", nil, ""
	if asked := u.Query(); asked.Has("lang") {
		if asked.Get("lang") != c.lang {
			c.other(u)
			return
		}
		asked.Del("lang")
		u.RawQuery = asked.Encode()
	}
	c.queue = append(c.queue, link{u.RequestURI(), at})
}

// others are the pages whose links to other languages were followed.
var others sync.Map

// other follows a link to another language, once for pages of a shape.
func (c *crawler) other(u *url.URL) {
	lang := u.Query().Get("lang")
	if _, done := others.LoadOrStore(c.who+lang+shape(u.Path), true); done {
		return
	}
	elsewhere := &visitor{t: c.t, url: c.url, client: c.client}
	elsewhere.get(u.RequestURI())
	if elsewhere.status >= http.StatusBadRequest || !strings.Contains(elsewhere.page, `<html lang="`+lang+`"`) {
		c.wrong("the link to another language, " + u.RequestURI() + ", leads to: " + elsewhere.text())
	}
	elsewhere.get("/?lang=" + c.lang)
}

// form sends a form of a page as often as it can be sent: as it is, and filled in, by each
// of its buttons.
func (c *crawler) form(at, head string, f *node) {
	base, _ := url.Parse(at)
	for _, button := range append(f.all("button"), &node{attr: map[string]string{"type": "none"}}) {
		action := f.attr["action"]
		if own := button.attr["formaction"]; own != "" {
			action = own
		}
		u, err := base.Parse(action)
		if err != nil {
			c.wrong("a form goes to " + action)
			continue
		}
		s := sending{method: strings.ToUpper(f.attr["method"]), action: u.RequestURI(), page: at, head: head}
		if button.attr["type"] == "none" { // empty: as somebody who has typed nothing sends it
			s.shape = s.method + " " + shape(s.action) + " empty"
			s.values, s.files = c.values(f, false)
			if c.sent[s.shape] == 0 && !ending.MatchString(u.Path) {
				c.put(s)
			}
			continue
		}
		if button.attr["type"] == "button" {
			continue
		}
		s.shape = s.method + " " + shape(s.action) + " " + button.attr["name"] + button.attr["value"]
		s.values, s.files = c.values(f, true)
		if name := button.attr["name"]; name != "" {
			s.values.Set(name, button.attr["value"])
		}
		switch {
		case ending.MatchString(u.Path) && c.sent[s.shape] == 0:
			c.sent[s.shape]++
			c.last = append(c.last, s)
		case !ending.MatchString(u.Path) && c.sent[s.shape] < sendsOfShape:
			c.put(s)
		}
	}
}

// values are what a form is sent with.
func (c *crawler) values(f *node, filled bool) (url.Values, []upload) {
	values, files := url.Values{}, []upload(nil)
	for _, n := range f.all("input", "textarea", "select") {
		name := n.attr["name"]
		_, disabled := n.attr["disabled"]
		_, ticked := n.attr["checked"]
		kind := n.attr["type"]
		switch {
		case name == "" || name == "cms" || name == "cms_file" || disabled:
		case n.name == "select":
			values.Add(name, choice(n, filled))
		case kind == "hidden":
			values.Add(name, n.attr["value"])
		case kind == "file" && filled:
			files = append(files, upload{name, "құжат.pdf", []byte("%PDF-1.4\n%%EOF\n")})
		case kind == "file":
			files = append(files, upload{name, "", nil})
		case kind == "checkbox" && (filled || ticked), kind == "radio" && (ticked || filled && !values.Has(name)):
			if values.Del(name); kind == "checkbox" || n.attr["value"] != "" {
				values.Add(name, n.attr["value"])
			}
		case kind == "checkbox" || kind == "radio":
		case filled:
			values.Add(name, plausible(n))
		default:
			values.Add(name, "")
		}
	}
	if filled && c.who != "" {
		for _, n := range f.all("div") {
			if data, from := n.attr["data-text"], n.attr["data-from"]; data+from != "" {
				values.Add("cms", base64.StdEncoding.EncodeToString(c.sign(c.who, c.toSign([]string{"", data, from}))))
			}
		}
	}
	return values, files
}

// choice is what is chosen in a list: the last choice, or what the page has chosen.
func choice(list *node, filled bool) string {
	options := list.all("option")
	if len(options) == 0 {
		return ""
	}
	for _, o := range options {
		if _, chosen := o.attr["selected"]; chosen && (!filled || o.attr["value"] != "") {
			return o.attr["value"]
		}
	}
	if filled {
		return options[len(options)-1].attr["value"]
	}
	return options[0].attr["value"]
}

// plausible is what somebody may type into a field.
func plausible(n *node) string {
	if given := n.attr["value"] + n.said(); strings.TrimSpace(given) != "" {
		return given
	}
	switch n.attr["type"] {
	case "email":
		return "ulpan@example.kz"
	case "tel":
		return "+77015550101"
	case "date":
		return time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	case "datetime-local":
		return time.Now().AddDate(0, 1, 0).Format("2006-01-02T15:04")
	case "number":
		if least := n.attr["min"]; least != "" {
			return least
		}
		return "1"
	case "password":
		return "" // what is wrong is counted, and refused after a while
	}
	return "Әріптер: ә ғ қ ң ө ұ ү һ і"
}

// put sends a form; whatever answers it is a page of the same language, which says what
// is wrong where anything is.
func (c *crawler) put(s sending) {
	c.sent[s.shape]++
	var body bytes.Buffer
	address, media := c.url+s.action, ""
	switch {
	case s.method != http.MethodPost:
		s.method = http.MethodGet
		address += "?" + s.values.Encode()
	case len(s.files) > 0 || s.values.Has("cms"):
		w := multipart.NewWriter(&body)
		for name, all := range s.values {
			for _, value := range all {
				_ = w.WriteField(name, value) // a buffer takes everything
			}
		}
		for _, f := range s.files {
			if part, err := w.CreateFormFile(f.field, f.name); err == nil {
				_, _ = part.Write(f.content)
			}
		}
		_ = w.Close()
		media = w.FormDataContentType()
	default:
		body.WriteString(s.values.Encode())
		media = "application/x-www-form-urlencoded"
	}
	req, err := http.NewRequest(s.method, address, io.Reader(&body))
	if err != nil {
		c.t.Fatal(err)
	}
	if media != "" {
		req.Header.Set("Content-Type", media)
	}
	c.do(req)
	c.answered(s)
}

// answered judges the answer to a form, and goes on from it.
func (c *crawler) answered(s sending) {
	page := &node{}
	if strings.HasPrefix(c.headers.Get("Content-Type"), "text/html") {
		page, _ = judged(c.page, c.lang)
	}
	switch {
	case c.status >= http.StatusInternalServerError:
		c.wrong(s.shape + " of " + s.page + " failed: " + c.text())
	case c.status >= http.StatusBadRequest && page.name == "" && len(page.all("main")) == 0:
		c.wrong(s.shape + " of " + s.page + " is refused without a page: " + c.page)
	case c.status >= http.StatusBadRequest && !strings.Contains(c.page, `role="alert"`) && page.first("h1").said() == s.head:
		c.wrong(s.shape + " of " + s.page + " is refused without saying why: " + c.text())
	}
	c.read(s.shape)
}
