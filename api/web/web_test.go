package web

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"tamga/language"
	"tamga/language/words"
)

// everyPage writes every page in a language, with everything that it can show.
func everyPage(t *testing.T, p *Pages, lang Lang) map[string]string {
	t.Helper()
	f := Frame{Lang: lang, Path: "/check", Host: "tamga.example", Demo: true}
	result := Result{
		Title: "Licence", Number: "26000001", Day: "2026-06-01", Confirmed: true,
		History: []Happening{
			{What: "issued", Effective: "01.06.2026", Recorded: "01.06.2026", Order: "№ 1", Link: "26000002"},
			{What: "expired", Effective: "02.06.2026"},
		},
		CheckedAt: "01.06.2026", Withheld: true, Download: true,
		Banner: Banner{Tone: Bad, Title: "altered", Note: "altered_note", Reason: "<reason>", At: "now", Link: "26000002"},
		Checks: []CheckRow{{Tone: Unclear, Title: "row_integrity", State: "not_known", Note: "status_note", At: "now"}},
		Facts:  []Fact{{Label: "fact_holder", Value: `<b>"&'`, Lang: "kk"}, {Label: "fact_sha256", Value: "00", Code: true}},
	}
	all := map[string]string{}
	add := func(name string, page []byte, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = string(page)
	}
	page, err := p.Start(f, Start{Examples: []string{"26000001"}})
	add("start", page, err)
	page, err = p.Form(f, Form{Wrong: true, File: "upload_empty"})
	add("form", page, err)
	page, err = p.Result(f, result)
	add("result", page, err)
	page, err = p.Result(f, Result{Banner: Banner{Tone: Bad, Title: "not_ours", Note: "not_ours_note"}, CheckedAt: "now"})
	add("not ours", page, err)
	page, err = p.Absent(f)
	add("absent", page, err)
	page, err = p.Message(f, Message{Title: "title", Detail: "detail", Trace: "trace"})
	add("message", page, err)
	page, err = p.Layouts(f, Layouts{[]SpecimenGroup{{Title: "layouts_permits", Specimens: []Specimen{
		{Name: "licence", Words: "specimen_licence", Layout: "licence"},
		{Name: "permit", Layout: "<b>\""},
	}}}, []Layout{{Name: "licence", Version: "<reason>", Digest: "00"}}})
	add("layouts", page, err)
	return all
}

func TestPages(t *testing.T) {
	p, err := Compile()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range language.All() {
		for name, page := range everyPage(t, p, lang) {
			for _, want := range []string{
				"<!DOCTYPE html>", `<html lang="` + string(lang) + `">`, "<title>", `<main id="content"`, "</html>",
				`aria-current="true"`, `name="viewport"`,
			} {
				if !strings.Contains(page, want) {
					t.Errorf("%s %s lacks %s", name, lang, want)
				}
			}
			for _, refused := range []string{"<script", " style=", " onclick", "http://", "https://", "<b>\"", "<reason>", "ZgotmplZ", "<no value>"} {
				if strings.Contains(page, refused) {
					t.Errorf("%s %s holds %s", name, lang, refused)
				}
			}
			if strings.Count(page, "<h1") != 1 {
				t.Errorf("%s %s has not one first heading", name, lang)
			}
			wellNested(t, name, page)
		}
	}
}

var tag = regexp.MustCompile(`<(/?)([a-z][a-z0-9]*)[^>]*?(/?)>`)

// wellNested insists on closed elements in their order.
func wellNested(t *testing.T, name, page string) {
	t.Helper()
	var open []string
	for _, m := range tag.FindAllStringSubmatch(page, -1) {
		switch element := m[2]; {
		case m[3] == "/" || strings.Contains(" meta link img input ", " "+element+" "):
		case m[1] == "":
			open = append(open, element)
		case len(open) == 0 || open[len(open)-1] != element:
			t.Errorf("%s: </%s> closes %v", name, element, open)
			return
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) != 0 {
		t.Errorf("%s: not closed: %v", name, open)
	}
}

// Every phrase that a template names exists.
func TestWords(t *testing.T) {
	said := words.Room("page")
	entries, err := files.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	var templates bytes.Buffer
	for _, e := range entries {
		b, err := files.ReadFile("templates/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		templates.Write(b)
	}
	for _, m := range regexp.MustCompile(`\bt "([a-z0-9_]+)"`).FindAllStringSubmatch(templates.String(), -1) {
		if _, ok := said[m[1]]; !ok {
			t.Errorf("no words for %q", m[1])
		}
	}
}
