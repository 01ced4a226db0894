package pdf

import (
	"fmt"
	"strings"

	"tamga/documents"
)

// values are what one language of a document is filled with.
type values struct {
	lang   documents.Lang
	number string
	fields []documents.Text
	tables map[string][][]documents.Text
	photos []*picture
	names  []string // that are never divided, in the language of the page
	data   bool     // the document is attached for machines
	buf    []byte

	counted  bool                   // the pages say how many they are
	sheets   int                    // pages of the document
	attached map[documents.Lang]int // those after the first section of a language
}

// Fields that every content has: its number, the count of each table's rows and of
// the photographs, as {objects.count} and {photographs.count}, and that of the
// pages, {sheets}, or only of those attached to the first of a language.
const (
	fieldNumber = -1 - iota
	fieldCount
	fieldSheets
)

const sheetsAttached = "sheets.attached"

// attachedData is what a block asks for with if that speaks of what is attached.
const attachedData = "data"

// template is a text with places for fields.
type template struct {
	parts []part
	fixed bool // no places
}

// part is a piece of fixed text, or a place.
type part struct {
	text  string // fixed text, or the table that is counted
	field int
	place bool
	lang  documents.Lang // "" is that of the page
}

// templates are a text in both languages.
type templates [2]template

// text fills the places. A text without places costs nothing.
func (t *template) text(v *values) string {
	if len(t.parts) == 0 {
		return ""
	}
	if len(t.parts) == 1 {
		return t.parts[0].value(v)
	}
	v.buf = v.buf[:0]
	for i := range t.parts {
		v.buf = append(v.buf, t.parts[i].value(v)...)
	}
	return string(v.buf)
}

func (p *part) value(v *values) string {
	switch {
	case !p.place:
		return p.text
	case p.field == fieldNumber:
		return v.number
	case p.field == fieldCount && p.text == photographs:
		return itoa(len(v.photos))
	case p.field == fieldCount:
		return itoa(len(v.tables[p.text]))
	case p.field == fieldSheets:
		v.counted = true
		if p.text == sheetsAttached {
			return itoa(v.attached[v.lang])
		}
		return itoa(v.sheets)
	case p.lang != "":
		return v.fields[p.field].In(p.lang)
	}
	return v.fields[p.field].In(v.lang)
}

const photographs = "photographs"

// parseTemplate reads a text of the layout; lang is the language of the page,
// in which texts of the layout are inserted.
func (l *layout) parseTemplate(text string, lang documents.Lang) (template, error) {
	for range 8 { // texts may use texts, but not for ever
		before, rest, ok := strings.Cut(text, "{@")
		if !ok {
			break
		}
		name, after, ok := strings.Cut(rest, "}")
		own, known := l.spec.Texts[name]
		if l.in.elsewhere(name) {
			l.says[said{name, lang}] = true
		}
		if ok && !known && l.in.elsewhere(name) {
			known, l.unsaid = true, name
		}
		if !ok || !known {
			return template{}, fmt.Errorf("unknown text {@%s}", name)
		}
		text = before + own.In(lang) + after
	}
	t := template{fixed: true}
	for text != "" {
		before, rest, ok := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return template{}, fmt.Errorf("a } without its {")
		}
		if before != "" {
			t.parts = append(t.parts, part{text: before})
		}
		if !ok {
			break
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			return template{}, fmt.Errorf("a { without its }")
		}
		p, err := l.place(name, lang)
		if err != nil {
			return template{}, err
		}
		t.parts = append(t.parts, p)
		t.fixed = false
		text = after
	}
	return t, nil
}

func (l *layout) place(name string, on documents.Lang) (part, error) {
	p := part{place: true}
	if name == "number" {
		p.field = fieldNumber
		return p, nil
	}
	if name == "sheets" || name == sheetsAttached {
		p.field, p.text = fieldSheets, name
		return p, nil
	}
	if table, ok := strings.CutSuffix(name, ".count"); ok {
		p.field, p.text = fieldCount, table
		return p, nil
	}
	if base, lang, ok := strings.Cut(name, "."); ok {
		if lang != string(documents.KK) && lang != string(documents.RU) {
			return p, fmt.Errorf("unknown language %q of field {%s}", lang, name)
		}
		name, p.lang = base, documents.Lang(lang)
	}
	if p.field = l.field(name); p.field < 0 {
		return p, fmt.Errorf("unknown field {%s}: it must be declared in fields", name)
	}
	if l.prints != nil {
		l.prints[said{name, on}] = true
	}
	return p, nil
}
