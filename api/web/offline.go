package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"maps"
	"path"
	"regexp"
	"strings"
	"time"

	"tamga/language"
	"tamga/language/words"
)

// Offline is the page that checks documents by their QR codes in the browser
// alone. It is one file that can be saved and opened without any network:
// nothing is loaded, and everything it rests on stands in it.
type Offline struct {
	Lang Lang
	// Host is the address that people should see in their browser, and BaseURL
	// where a saved page finds the service again; both may be empty.
	Host    string
	BaseURL string
	Demo    bool
	// Keys is the JWK set of the keys that make seals (RFC 7517).
	Keys any
	// StatusList is a signed status list; nil if there is none.
	StatusList []byte
	Kinds      map[string]OfflineKind
	ServedAt   time.Time
}

// OfflineKind is what the page must know of a kind of document.
type OfflineKind struct {
	Title Label `json:"title"`
	// GivesRight: being in force is good news.
	GivesRight bool `json:"gives_right"`
	// Copy: its force is that of another document, which its seal does not name.
	Copy bool `json:"copy"`
}

// offline is the page, compiled.
type offline struct {
	byLang map[Lang]*template.Template
	words  map[string]Label
	parts  offlineParts
	hashes string // of what the page runs
	styled string // and of its style
}

// offlineParts are inlined as they are.
type offlineParts struct {
	Style  template.CSS
	Reader template.JS
	Script template.JS
	Mark   template.URL
}

// given is what the script reads.
type given struct {
	Lang       Lang                   `json:"lang"`
	BaseURL    string                 `json:"base_url"`
	ServedAt   int64                  `json:"served_at"`
	Keys       any                    `json:"keys"`
	StatusList string                 `json:"status_list"`
	Kinds      map[string]OfflineKind `json:"kinds"`
	Words      map[string]Label       `json:"words"`
}

// offlinePolicy is what the page may do: run its own scripts, ask its own
// service, look at pictures and through the camera.
const offlinePolicy = "default-src 'none'; script-src %s; style-src %s; connect-src 'self'%s; " +
	"img-src blob: data:; media-src blob:; form-action 'none'; base-uri 'none'"

func compileOffline(p *Pages, said map[string]Label) (*offline, error) {
	own, all := map[string]Label{}, maps.Clone(said)
	for key, phrase := range words.Room("offline") {
		own["offline_"+key] = phrase
	}
	maps.Copy(all, own)
	o := &offline{byLang: map[Lang]*template.Template{}}
	var err error
	if o.parts, err = readOfflineParts(p); err != nil {
		return nil, err
	}
	o.hashes = sourceHash(string(o.parts.Reader)) + " " + sourceHash(string(o.parts.Script))
	o.styled = sourceHash(string(o.parts.Style))
	if o.words, err = saidBy(string(o.parts.Script), own, all); err != nil {
		return nil, err
	}
	for _, lang := range language.All() {
		t, err := p.parseFiles("page.html", lang, all, "offline/page.html", "templates/icons.html")
		if err != nil {
			return nil, fmt.Errorf("page offline: %w", err)
		}
		o.byLang[lang] = t
	}
	return o, nil
}

// readOfflineParts reads the scripts in the order in which they need one
// another. The licence of the reader goes wherever the reader goes.
func readOfflineParts(p *Pages) (offlineParts, error) {
	read := map[string]string{}
	for _, name := range []string{
		"static/style.css", "offline/page.css", "offline/jsqr/jsQR.js", "offline/jsqr/LICENSE",
		"offline/cbor.js", "offline/seal.js", "offline/verdict.js", "offline/scan.js", "offline/page.js",
	} {
		body, err := files.ReadFile(name)
		if err != nil {
			return offlineParts{}, err
		}
		if strings.Contains(string(body), "</") && path.Ext(name) == ".js" {
			return offlineParts{}, fmt.Errorf("%s could end its element", name)
		}
		read[path.Base(name)] = string(body)
	}
	var script strings.Builder
	script.WriteString("\"use strict\";\n{\n")
	for _, name := range []string{"cbor.js", "seal.js", "verdict.js", "scan.js", "page.js"} {
		script.WriteString(read[name])
	}
	script.WriteString("}\n")
	mark, _ := p.Static("mark.svg")
	return offlineParts{
		Style:  template.CSS(read["style.css"] + read["page.css"]),
		Reader: template.JS("/*! jsQR 1.4.0, https://github.com/cozmo/jsQR\n\n" + read["LICENSE"] + "*/\n" + read["jsQR.js"]),
		Script: template.JS(script.String()),
		Mark:   template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(mark.Body)),
	}, nil
}

func sourceHash(body string) string {
	sum := sha256.Sum256([]byte(body))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// wordKey finds whatever in a script or a template may be the key of a phrase.
var wordKey = regexp.MustCompile(`"([a-z][a-z0-9_]*)"`)

// saidBy returns the phrases that the page can say: its own, and those of the
// other pages that its script or its template names.
func saidBy(script string, own, all map[string]Label) (map[string]Label, error) {
	page, err := files.ReadFile("offline/page.html")
	if err != nil {
		return nil, err
	}
	said := maps.Clone(own)
	for _, m := range wordKey.FindAllStringSubmatch(script+string(page), -1) {
		key := m[1]
		if label, ok := all[key]; ok {
			said[key] = label
		} else if strings.HasPrefix(key, "offline_") {
			return nil, fmt.Errorf("no words for %q", key)
		}
	}
	return said, nil
}

// sentence is a text in a language.
type sentence struct {
	Lang Lang
	Text string
}

// Offline writes the page, and returns the content security policy that it
// must be served with.
func (p *Pages) Offline(v Offline) (page []byte, policy string, err error) {
	o := p.offline
	t, ok := o.byLang[v.Lang]
	if !ok {
		return nil, "", fmt.Errorf("no page offline in language %q", v.Lang)
	}
	home := ""
	if v.BaseURL != "" {
		home = " " + v.BaseURL // for a saved page, whose self is nowhere
	}
	view := struct {
		offlineParts
		Given       given
		Policy      string
		Host        string
		Demo        bool
		NeedsScript []sentence
		Tones       []string
	}{
		offlineParts: o.parts, Host: v.Host, Demo: v.Demo,
		Policy: fmt.Sprintf(offlinePolicy, o.hashes, o.styled, home),
		Tones:  []string{"good", "info", "bad", "unclear", "paused", "replaced", "past", "neutral"},
		Given: given{
			Lang: v.Lang, BaseURL: v.BaseURL, ServedAt: v.ServedAt.Unix(), Keys: v.Keys,
			StatusList: base64.StdEncoding.EncodeToString(v.StatusList), Kinds: v.Kinds, Words: o.words,
		},
	}
	for _, lang := range language.All() {
		view.NeedsScript = append(view.NeedsScript, sentence{lang, o.words["offline_needs_script"].In(lang)})
	}
	var out bytes.Buffer
	if err := t.Execute(&out, view); err != nil {
		return nil, "", fmt.Errorf("page offline: %w", err)
	}
	return out.Bytes(), fmt.Sprintf(offlinePolicy, o.hashes, o.styled, "") + "; frame-ancestors 'none'", nil
}
