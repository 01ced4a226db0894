// Package web is the pages that people see in a browser: templates and static
// files, embedded. What they say is in tamga/language/words, in the rooms "page"
// and "offline"; here a key is what stands after the room.
//
// [Compile] parses everything once; the methods of [Pages] then write one page
// each from values that are already fit for the public. The package knows
// nothing of HTTP, of the register and of signatures: what a page may say is
// decided by its caller, tamga/api.
//
// Pages work without JavaScript, load nothing from elsewhere, and keep to a
// content security policy without inline styles or scripts. The one exception is
// [Pages.Offline], which is a program in one file and has a policy of its own.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"

	"tamga/language"
	"tamga/language/words"
)

//go:embed templates/*.html static/* offline
var files embed.FS

// Lang is a language of the pages, and Label a phrase in all of them.
type (
	Lang  = language.Lang
	Label = language.Text
)

// The languages.
const (
	KK = language.KK
	RU = language.RU
	EN = language.EN
)

// Pages are the compiled templates. They are safe for concurrent use.
type Pages struct {
	byName  map[pageKey]*template.Template
	static  map[string]Asset
	offline *offline
}

type pageKey struct {
	name string
	lang Lang
}

// Asset is a static file with its media type and a tag of its content.
type Asset struct {
	Body        []byte
	ContentType string
	Tag         string
}

// Compile parses the templates. An error means that the program
// was built from broken files.
func Compile() (*Pages, error) {
	said := words.Room("page")
	p := &Pages{byName: map[pageKey]*template.Template{}}
	var err error
	if p.static, err = readStatic(); err != nil {
		return nil, err
	}
	names, err := pageNames()
	if err != nil {
		return nil, err
	}
	for _, lang := range language.All() {
		for _, name := range names {
			t, err := p.parse(name, lang, said)
			if err != nil {
				return nil, fmt.Errorf("page %s: %w", name, err)
			}
			p.byName[pageKey{name, lang}] = t
		}
	}
	if p.offline, err = compileOffline(p, said); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Pages) parse(name string, lang Lang, said map[string]Label) (*template.Template, error) {
	return p.parseFiles("frame.html", lang, said, append(slices.Clone(parts), "templates/"+name+".html")...)
}

// parts are the templates that pages are put together from. It is read only.
var parts = []string{"templates/frame.html", "templates/icons.html", "templates/parts.html", "templates/sign.html", "templates/verifying.html"}

// pageNames are the names of the pages: of the templates that are not parts.
func pageNames() ([]string, error) {
	found, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range found {
		if !slices.Contains(parts, f) {
			names = append(names, strings.TrimSuffix(path.Base(f), ".html"))
		}
	}
	return names, nil
}

// parseFiles parses a template with those that it uses.
func (p *Pages) parseFiles(name string, lang Lang, said map[string]Label, from ...string) (*template.Template, error) {
	functions := template.FuncMap{
		// t says a phrase in the language of the page: of the room "page", or of
		// another when the key names it. What follows are the values of its places,
		// each after its name.
		"t": func(key string, values ...string) (string, error) {
			label, ok := said[key]
			if strings.Contains(key, ".") {
				label = words.Of(key)
				ok = label != Label{}
			}
			if !ok || len(values)%2 != 0 {
				return "", fmt.Errorf("no words for %q with %d values", key, len(values))
			}
			for i := 0; i < len(values); i += 2 {
				label = label.Put(values[i], language.Same(values[i+1]))
			}
			return label.In(lang), nil
		},
		// says is a text of the rules or of a document, in the language of the page.
		"says": func(text Label) string { return text.In(lang) },
		"asset": func(name string) (string, error) {
			a, ok := p.static[name]
			if !ok {
				return "", fmt.Errorf("no static file %q", name)
			}
			return "/static/" + name + "?v=" + a.Tag, nil
		},
		"add":       func(a, b int) int { return a + b },
		"saved":     saved,
		"languages": func() []link { return languages(lang) },
	}
	return template.New(name).Funcs(functions).ParseFS(files, from...)
}

// link is one link of the switcher, in the language's own name.
type link struct {
	Lang    Lang
	Name    string
	Current bool
}

func languages(current Lang) []link {
	var all []link
	for _, l := range language.All() {
		all = append(all, link{l, l.Name(), l == current})
	}
	return all
}

func readStatic() (map[string]Asset, error) {
	entries, err := fs.ReadDir(files, "static")
	if err != nil {
		return nil, err
	}
	types := map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}
	all := map[string]Asset{}
	for _, e := range entries {
		body, err := files.ReadFile("static/" + e.Name())
		if err != nil {
			return nil, err
		}
		all[e.Name()] = asset(body, types[path.Ext(e.Name())])
	}
	// What the page offline holds in itself, other pages load when somebody scans.
	for _, name := range []string{"scan.js", "jsqr/jsQR.js"} {
		body, err := files.ReadFile("offline/" + name)
		if err != nil {
			return nil, err
		}
		all[path.Base(name)] = asset(body, types[".js"])
	}
	return all, nil
}

func asset(body []byte, media string) Asset {
	sum := sha256.Sum256(body)
	return Asset{Body: body, ContentType: media, Tag: hex.EncodeToString(sum[:6])}
}

// Static returns a static file by its name.
func (p *Pages) Static(name string) (Asset, bool) {
	a, ok := p.static[name]
	return a, ok
}

// Frame is what every page has around its content.
type Frame struct {
	Lang Lang
	Path string // of this page, without a query; the language links lead to it
	// At is the day or moment that the page was asked about, which the language
	// links keep; empty for today.
	At string
	// Query is what else the address of the page asked, encoded, which they keep too.
	Query template.URL
	Host  string // the address that people should see in their browser
	Demo  bool   // say that nothing here has legal force

	// Of the pages of [tamga/api/site].
	Nav    []Place  // where whoever is signed in may go
	Person string   // who is signed in; empty for nobody
	CSRF   string   // what a form must send along
	Style  string   // a class of the body: "broad" for pages with tables
	Script []string // names of static files that the page gains by, but does without
}

// Place is a link of the navigation. Title is a key of words.
type Place struct {
	Path    string
	Title   string
	Current bool
}

// page is what the templates see.
type page struct {
	Frame
	View any
}

// Render writes the page of a template by its name, such as "sign-in", from values
// that are fit for whoever sees it. An error means that the template and its view do not
// fit together.
func (p *Pages) Render(name string, f Frame, view any) ([]byte, error) {
	return p.render(name, f, view)
}

func (p *Pages) render(name string, f Frame, view any) ([]byte, error) {
	t, ok := p.byName[pageKey{name, f.Lang}]
	if !ok {
		return nil, fmt.Errorf("no page %s in language %q", name, f.Lang)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, page{f, view}); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return out.Bytes(), nil
}
