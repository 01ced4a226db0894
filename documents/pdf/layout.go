package pdf

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"tamga/documents"
)

// layout is a compiled layout.
type layout struct {
	spec    *layoutSpec
	file    string
	in      *surroundings
	unsaid  string        // a text that it uses and its edition does not have
	says    map[said]bool // the sentences of the law
	prints  map[said]bool // the fields on its pages
	fields  []field
	page    pageSpec
	left    float64 // edges of the text, in points
	right   float64
	styles  map[string]style
	title   templates
	subject templates
	author  int
	blocks  [2][]block // of the Kazakh and of the Russian pages
	tables  map[string][]string
	used    usage
	digest  string

	files [alphabetCount][1 << lookCount]struct { // by alphabet and the looks of the pages
		once sync.Once
		file *skeleton
		err  error
	}
	build func(*layout, alphabet, looks) (*skeleton, error)
	// preview is the same layout for what is only looked at, compiled when it is
	// first needed.
	preview func() (*layout, error)
}

// field is a declared field with the JSON pointers that errors name it by.
type field struct {
	fieldSpec
	at, kk, ru string
}

func fieldsOf(specs []fieldSpec) []field {
	all := make([]field, len(specs))
	for i, f := range specs {
		at := "/fields/" + f.Name
		all[i] = field{f, at, at + "/kk", at + "/ru"}
	}
	return all
}

// usage is what the fonts of a layout must have: fixed characters, and in some
// faces all that a document may contain.
type usage struct {
	fixed [faceCount]map[rune]bool
	whole [faceCount]bool
}

func (u *usage) add(c face, text string) {
	if u.fixed[c] == nil {
		u.fixed[c] = map[rune]bool{}
	}
	for _, r := range text {
		u.fixed[c][shown(r)] = true
	}
}

// LayoutInfo names the layout with which a document is printed, so that it can
// be stored beside it.
type LayoutInfo struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Digest  string `json:"digest"`  // SHA-256 of all that the layout consists of, hexadecimal
	Edition string `json:"edition"` // of the rules, with its digest
}

func newLayout(file string, spec *layoutSpec, in *surroundings) (*layout, error) {
	l := &layout{spec: spec, file: file, in: in, fields: fieldsOf(spec.Fields), author: -1, styles: map[string]style{}, tables: map[string][]string{}, says: map[said]bool{}}
	fail := func(place, format string, args ...any) error {
		return &LayoutError{File: file, Place: place, Problem: fmt.Sprintf(format, args...)}
	}
	if spec.Page == nil || spec.Foot == nil || spec.Title == nil || spec.Subject == nil || spec.Running == nil {
		return nil, fail("", "page, foot, title, subject and running must be given, here or in a base")
	}
	l.page = *spec.Page
	l.left, l.right = l.page.Left*mm, l.page.Right*mm
	if p := l.page; p.Left < 5 || p.Right > 205 || p.Right-p.Left < 60 || p.FirstTop < 10 || p.NextTop < 10 ||
		p.Bottom > spec.Foot.Top || p.Bottom-max(p.FirstTop, p.NextTop) < 60 || spec.Foot.Top > 270 || spec.Foot.QR < 15 || spec.Foot.QR > 40 {
		return nil, fail("page", "the text has no sound place on the paper")
	}
	if err := spec.Wide.check(); err != nil {
		return nil, fail("wide", "%v", err)
	}
	for name, s := range spec.Styles {
		c, ok := faceNames[s.Face]
		i, known := inkNames[s.Ink]
		if !ok || !known || s.Size < 4 || s.Size > 60 || s.Leading < s.Size*0.8 || s.Leading > 120 {
			return nil, fail("styles."+name, "face %q, ink %q, size %g, leading %g: want regular, bold or italic; black, grey or blue; 4 to 60; at least 0.8 of the size",
				s.Face, s.Ink, s.Size, s.Leading)
		}
		l.styles[name] = style{face: c, size: s.Size, leading: s.Leading, ink: i}
	}
	for _, name := range []string{"corner", "page_number", "note", "address", "running"} {
		if _, ok := l.styles[name]; !ok {
			return nil, fail("styles", "style %q is needed", name)
		}
	}
	for i, field := range spec.Fields {
		if field.Name == "" || field.Name == "number" || strings.ContainsAny(field.Name, ".{}@!/ ") || field.Max < 0 ||
			slices.ContainsFunc(spec.Fields[:i], func(g fieldSpec) bool { return g.Name == field.Name }) {
			return nil, fail(fmt.Sprintf("fields[%d]", i), "%q is no name for a field, or is there twice", field.Name)
		}
	}
	if spec.Author != "" {
		if l.author = l.field(spec.Author); l.author < 0 {
			return nil, fail("author", "unknown field %q", spec.Author)
		}
	}
	if err := l.footNote(); err != nil {
		return nil, fail("foot.note", "%v", err)
	}
	for i, lang := range languages {
		c := &compiler{layout: l, faces: in.faces, lang: lang, left: l.left, right: l.right}
		l.title[i] = c.template("title", spec.Title)
		l.subject[i] = c.template("subject", spec.Subject)
		if l.prints == nil {
			l.prints = map[said]bool{} // title and subject are no page
		}
		l.blocks[i] = c.blocks("body", spec.Body)
		if c.err != nil {
			return nil, c.err
		}
		l.useFixed(lang)
	}
	return l, l.sign()
}

// footNote puts the layout's own texts into the note of the foot, which has no
// fields: it stands on every page before a document is known.
func (l *layout) footNote() error {
	foot := *l.spec.Foot
	for _, lang := range languages {
		note, err := l.parseTemplate(foot.Note.In(lang), lang)
		switch {
		case err != nil:
			return err
		case !note.fixed:
			return errors.New("the note has no fields")
		}
		text := note.text(&values{lang: lang})
		if lang == documents.KK {
			foot.Note.KK = text
		} else {
			foot.Note.RU = text
		}
	}
	l.spec.Foot = &foot
	return nil
}

// useFixed notes the characters of what every page shows.
func (l *layout) useFixed(lang documents.Lang) {
	note, running := l.styles["note"].face, l.styles["running"].face
	l.used.add(note, l.spec.Foot.Note.In(lang)+l.spec.Foot.Check.In(lang)+l.spec.Foot.Address.In(lang))
	l.used.add(running, l.spec.Running.In(lang)+projectMark().In(lang))
	if mark := l.in.mark(); mark != "" {
		l.used.add(bold, mark)
	}
	l.used.add(l.styles["page_number"].face, "0123456789 /")
	l.used.add(l.styles["corner"].face, numberCharacters)
	l.used.add(l.styles["address"].face, addressCharacters)
}

// numberCharacters are those of the usual numbers of documents.
const numberCharacters = "№ -/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// addressCharacters are those of the usual check addresses.
const addressCharacters = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-._:/?#&=%+@"

// sign computes the digest of all that the layout consists of: the file with
// its bases, and what stands outside of it.
func (l *layout) sign() error {
	whole, err := json.Marshal(l.spec)
	if err != nil {
		return fmt.Errorf("layout %s: %w", l.spec.Name, err)
	}
	whole = append(whole, l.in.digest[:]...)
	if l.in.edition.Specimen {
		whole = append(whole, specimenMark().KK...)
	}
	sum := sha256.Sum256(whole)
	l.digest = hex.EncodeToString(sum[:])
	return nil
}

func (l *layout) field(name string) int {
	return slices.IndexFunc(l.fields, func(f field) bool { return f.Name == name })
}

// skeleton returns the constant objects for an alphabet and some looks, made when first needed.
func (l *layout) skeleton(a alphabet, used looks) (*skeleton, error) {
	slot := &l.files[a][used]
	slot.once.Do(func() { slot.file, slot.err = l.build(l, a, used) })
	return slot.file, slot.err
}

// Info returns what a document signed on a day is printed with. Errors are those
// of [Layouts.Prepare].
func (l *Layouts) Info(layout string, on documents.Date) (LayoutInfo, error) {
	c, err := l.layout(layout, on)
	if err != nil {
		return LayoutInfo{}, err
	}
	return LayoutInfo{Name: c.spec.Name, Version: c.spec.Version, Digest: c.digest, Edition: c.in.edition.Name}, nil
}

// Names returns the names of all layouts, sorted.
func (l *Layouts) Names() []string {
	all := map[string]bool{}
	for _, e := range l.editions {
		for name := range e.layouts {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Fields returns the names of the fields that a layout requires and of those
// that it may have, in the order of its declaration; of one that is another in
// another time, as it is last.
func (l *Layouts) Fields(layout string) (required, optional []string) {
	i := slices.IndexFunc(l.editions, func(e edition) bool { return e.layouts[layout] != nil })
	if i < 0 {
		return nil, nil
	}
	for j := range l.editions {
		if l.editions[j].layouts[layout] != nil {
			i = j
		}
	}
	for _, f := range l.editions[i].layouts[layout].fields {
		if f.Optional {
			optional = append(optional, f.Name)
		} else {
			required = append(required, f.Name)
		}
	}
	return required, optional
}
