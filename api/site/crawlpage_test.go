package site_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"tamga/documents/people/cast"
	"tamga/signing/signtest"
)

// node is an element of a page.
type node struct {
	name     string
	attr     map[string]string
	children []*node
	text     string // of a text, whose name is empty
}

// inline is what a page that is kept as a file holds of itself.
var inline = regexp.MustCompile(`(?s)(<(?:script|style)[^>]*>)(.*?)(</(?:script|style)>)`)

// parsed reads a page of ours, whose elements are all closed but those that HTML closes
// itself.
func parsed(page string) (*node, error) {
	d := xml.NewDecoder(strings.NewReader(inline.ReplaceAllString(page, "$1$3")))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	root := &node{}
	open := []*node{root}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		last := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			n := &node{name: token.Name.Local, attr: map[string]string{}}
			for _, a := range token.Attr {
				n.attr[a.Name.Local] = a.Value
			}
			last.children = append(last.children, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			last.children = append(last.children, &node{text: string(token)})
		}
	}
}

// all are the elements of some names in a node, itself included, in their order.
func (n *node) all(names ...string) []*node {
	var found []*node
	if slices.Contains(names, n.name) {
		found = append(found, n)
	}
	for _, child := range n.children {
		found = append(found, child.all(names...)...)
	}
	return found
}

// first is the first element of a name; an empty one where there is none.
func (n *node) first(name string) *node {
	if all := n.all(name); len(all) > 0 {
		return all[0]
	}
	return &node{}
}

// words are what a node says to people in the language of its page: no examples of
// machines, and nothing that stands in another language or that somebody typed.
func (n *node) words(lang string) string {
	_, keys := n.attr["data-demo-key"]
	_, hidden := n.attr["hidden"]
	apart := n.attr["translate"] == "no" || n.attr["lang"] != "" && n.attr["lang"] != lang
	if keys || hidden || apart || slices.Contains([]string{"pre", "code", "textarea"}, n.name) {
		return " "
	}
	said := n.text + " "
	for _, child := range n.children {
		said += child.words(lang)
	}
	return said
}

// said is all that a node says.
func (n *node) said() string {
	text := n.text
	for _, child := range n.children {
		text += child.said()
	}
	return text
}

// ids are the names of the places of a page, each as often as it stands there.
func (n *node) ids() []string {
	var all []string
	if id := n.attr["id"]; id != "" {
		all = append(all, id)
	}
	for _, child := range n.children {
		all = append(all, child.ids()...)
	}
	return all
}

const longestPage = 100 << 10 // bytes

// judged says what is wrong with a page of a language.
func judged(page, lang string) (*node, []string) {
	n, err := parsed(page)
	if err != nil {
		return &node{}, []string{"is no page: " + err.Error()}
	}
	var wrong []string
	if kept := strings.Contains(page, "<style"); len(page) > longestPage && !kept {
		wrong = append(wrong, fmt.Sprintf("has %d bytes", len(page)))
	}
	if got := n.first("html").attr["lang"]; got != lang {
		wrong = append(wrong, "is in "+got)
	}
	title, service, _ := strings.Cut(n.first("title").said(), " — ")
	if title == "" || service == "" {
		wrong = append(wrong, "has the title "+n.first("title").said())
	}
	if heads := len(n.all("h1")); heads != 1 {
		wrong = append(wrong, fmt.Sprintf("has %d headings of the first level", heads))
	}
	ways := 0
	for _, place := range append(n.all("nav"), n.all("main")...) {
		if place.attr["class"] != "languages" {
			ways += len(place.all("a", "button"))
		}
	}
	if ways == 0 {
		wrong = append(wrong, "has no way on")
	}
	ids := n.ids()
	slices.Sort(ids)
	for i, id := range ids {
		if i > 0 && ids[i-1] == id {
			wrong = append(wrong, "has two places called "+id)
		}
	}
	for _, a := range n.all("a") {
		if place, within := strings.CutPrefix(a.attr["href"], "#"); within && !slices.Contains(ids, place) {
			wrong = append(wrong, "has no place called "+place)
		}
	}
	return n, append(wrong, misspoken(n.words(lang), lang)...)
}

var (
	mixed    = regexp.MustCompile(`[\p{Latin}\p{Cyrillic}]*(\p{Latin}\p{Cyrillic}|\p{Cyrillic}\p{Latin})[\p{Latin}\p{Cyrillic}]*`)
	latin    = regexp.MustCompile(`(^|[^\p{L}\d./@_-])([a-z]{3,})($|[^\p{L}\d./@_-])`)
	unfilled = regexp.MustCompile(`\{[a-z_]+\}|%!|&lt;no value|<no value`)
)

// misspoken says what a text has that its language has not: words of two scripts, places
// of fields, English words on a page in another language.
func misspoken(text, lang string) []string {
	var wrong []string
	for _, found := range append(mixed.FindAllString(text, -1), unfilled.FindAllString(text, -1)...) {
		wrong = append(wrong, "says "+found)
	}
	if lang == "en" {
		return wrong
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }) {
		if m := latin.FindStringSubmatch(word); m != nil && english()[m[2]] {
			wrong = append(wrong, "says in English "+word)
		}
	}
	return wrong
}

// english are the words that the file of English words has and no other.
var english = sync.OnceValue(func() map[string]bool {
	found, word := map[string]bool{}, regexp.MustCompile(`[a-z]{3,}`)
	for _, lang := range []string{"en", "kk", "ru"} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "language", "words", lang+".json"))
		var phrases map[string]string
		if err == nil {
			err = json.Unmarshal(raw, &phrases)
		}
		if err != nil {
			panic(err)
		}
		for _, phrase := range phrases {
			for _, w := range word.FindAllString(phrase, -1) {
				if lang == "en" {
					found[w] = true
				} else {
					delete(found, w)
				}
			}
		}
	}
	return found
})

var names = regexp.MustCompile(`^([0-9a-f]{16,}|[0-9]{8}|KZ[0-9A-Z]+|[A-Z]+(-[A-Za-z0-9]+)+|SRA|TEC|[0-9]+)(\.[a-z]+)?$`)

// shape is a path without what it is about.
func shape(path string) string {
	path, query, _ := strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if m := names.FindStringSubmatch(part); m != nil {
			parts[i] = "*" + m[3]
		}
	}
	values, _ := url.ParseQuery(query) // what is broken is another page
	if values.Del("lang"); len(values) > 0 {
		var asked []string
		for name := range values {
			asked = append(asked, name)
		}
		slices.Sort(asked)
		return strings.Join(parts, "/") + "?" + strings.Join(asked, "&")
	}
	return strings.Join(parts, "/")
}

// personal are the numbers of the persons of the demonstration.
var personal = sync.OnceValue(func() []string {
	var all []string
	for _, m := range cast.Members(signtest.Now()) {
		all = append(all, string(m.Person.IIN))
	}
	return all
})

// A page that lacks what each must have, or says what its language has not, is noticed.
func TestJudged(t *testing.T) {
	page := func(lang, title, body string) string {
		return `<!DOCTYPE html><html lang="` + lang + `"><head><title>` + title + `</title></head><body><main id="content"><h1>1</h1>` + body + `</main></body></html>`
	}
	for _, c := range []struct{ page, lang, want string }{
		{page("kk", "Тексеру — қызмет", `<a href="/">Басты бет</a>`), "kk", ""},
		{page("en", "Check — service", `<a href="/">Back to the start</a>`), "en", ""},
		{page("kk", "Тексеру — қызмет", `<a href="/">Басты бет</a><pre>signed by the applicant</pre><p lang="en">signed</p>`), "kk", ""},
		{page("ru", "Проверка — сервис", `<a href="/">Назад</a>`), "kk", "is in ru"},
		{page("kk", "", `<a href="/">Басты бет</a>`), "kk", "has the title "},
		{page("kk", "Тексеру — қызмет", `<p>Бет</p>`), "kk", "has no way on"},
		{page("kk", "Тексеру — қызмет", `<h1>2</h1><a href="/">Басты бет</a>`), "kk", "has 2 headings of the first level"},
		{page("kk", "Тексеру — қызмет", `<a id="a" href="#b">Бет</a>`), "kk", "has no place called b"},
		{page("kk", "Тексеру — қызмет", `<a id="content" href="/">Бет</a>`), "kk", "has two places called content"},
		{page("kk", "Тексеру — қызмет", `<a href="/">Лицензиi</a>`), "kk", "says Лицензиi"},
		{page("ru", "Проверка — сервис", `<a href="/">Назад</a> signed`), "ru", "says in English signed"},
		{page("ru", "Проверка — сервис", `<a href="/">Назад</a> {number}`), "ru", "says {number}"},
		{page("ru", "Проверка — сервис", `<a href="/">`+strings.Repeat("н", longestPage)+`</a>`), "ru", "has 204"},
	} {
		_, wrong := judged(c.page, c.lang)
		if c.want == "" && wrong != nil || c.want != "" && (len(wrong) != 1 || !strings.HasPrefix(wrong[0], c.want)) {
			t.Errorf("%.200s: %q, want %q", c.page, wrong, c.want)
		}
	}
}
