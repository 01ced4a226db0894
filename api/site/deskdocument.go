package site

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tamga/language"
	"tamga/language/words"
)

// content is the document of a step as the interface knows it before an official has
// written anything.
type content struct {
	Kind     string                    `json:"kind"`
	Ground   string                    `json:"ground"`
	Law      *language.Text            `json:"law"`
	Needed   bool                      `json:"needed"`
	Fixed    bool                      `json:"fixed"`
	Document map[string]map[string]any `json:"document"`
	Signers  []contentSigner           `json:"signers"`
}

type contentSigner struct {
	Name     string `json:"name"`
	Position paper  `json:"position"`
	By       string `json:"by"`
}

// part is something that an official writes in a document. List holds the parts of each
// row of a table.
type part struct {
	Name, Kind string
	Optional   bool
	List       []part
}

// objectParts are what is said of a cultural object. It is read only.
var objectParts = []part{
	{Name: "name", Kind: "both"}, {Name: "author", Kind: "both", Optional: true}, {Name: "date", Kind: "both"}, {Name: "material", Kind: "both"},
	{Name: "technique", Kind: "both"}, {Name: "size", Kind: "both"}, {Name: "inventory", Kind: "line", Optional: true},
}

// partsOf are what an official writes, by kinds of documents. What is not here follows from
// the application. It is read only.
var partsOf = map[string][]part{
	"licence":          {{Name: "activity", Kind: "both"}, {Name: "special_conditions", Kind: "lines", Optional: true}, {Name: "place", Kind: "both"}},
	"refusal":          {{Name: "reason", Kind: "lines"}},
	"notice":           {{Name: "detail", Kind: "lines", Optional: true}},
	"application_copy": {{Name: "application_text", Kind: "lines"}, {Name: "attachments", Kind: "lines", Optional: true}, {Name: "registrar", Kind: "line"}},
	"conclusion": {
		{Name: "place", Kind: "both"}, {Name: "grounds", Kind: "lines"},
		{Name: "objects", Kind: "list", List: []part{{Name: "name", Kind: "both"}, {Name: "date", Kind: "both"}, {Name: "inventory", Kind: "line", Optional: true}, {Name: "finding", Kind: "both"}}},
		{Name: "members", Kind: "list", List: []part{{Name: "role", Kind: "both"}, {Name: "name", Kind: "line"}, {Name: "position", Kind: "both"}}},
	},
	"approval": {
		{Name: "applicant_address", Kind: "both"}, {Name: "monument", Kind: "both"}, {Name: "monument_address", Kind: "both"}, {Name: "project", Kind: "both"},
		{Name: "project_number", Kind: "line", Optional: true}, {Name: "conditions", Kind: "lines", Optional: true},
	},
	"export_certificate": {
		{Name: "purpose", Kind: "purpose"}, {Name: "country", Kind: "both"}, {Name: "receiver", Kind: "both", Optional: true}, {Name: "place", Kind: "both"},
		{Name: "return_by", Kind: "date"}, {Name: "conclusion_number", Kind: "line"}, {Name: "conclusion_date", Kind: "date"},
		{Name: "objects", Kind: "list", List: objectParts},
	},
}

// hearingParts are what the notice of a hearing says besides. It is read only.
var hearingParts = []part{{Name: "hearing/held_at", Kind: "moment"}, {Name: "hearing/place", Kind: "both"}}

// letterParts are who writes. It is read only.
var letterParts = []part{{Name: "authority", Kind: "both"}, {Name: "requisites", Kind: "both"}, {Name: "position", Kind: "both", Optional: true}}

// parts are what an official writes in the document of a step.
func (c content) parts() []part {
	all := slices.Clone(partsOf[c.Kind])
	if c.Kind == "notice" && c.Document["notice"]["hearing"] != nil {
		all = append(all, hearingParts...)
	}
	return all
}

// writes are the parts about whoever writes.
func (c content) writes() []part {
	if c.Kind == "licence" {
		return []part{{Name: "licensor", Kind: "both"}}
	}
	return letterParts
}

// typedField is a part with what stands in it.
type typedField struct {
	Name     string // of the field: a JSON pointer
	Label    string // a key of words
	Kind     string
	Optional bool
	Row      int // of a table, from 1; zero for none
	KK, RU   string
	Value    string
	Choices  []choice
	Wrong    bool
}

// purposes are what cultural objects may be taken out of the country for, as documents
// name them. It is read only.
var purposes = []string{"exhibition", "touring", "restoration", "research", "presentation", "international_event", "own_works"}

// choicesOf are the values of a part that is chosen.
func choicesOf(p part) (all []choice) {
	if p.Kind != "purpose" {
		return nil
	}
	for _, id := range purposes {
		all = append(all, choice{id, words.Of("purpose." + id)})
	}
	return all
}

// ID is the id of the field.
func (f typedField) ID() string { return FieldID(f.Name) }

// fields are the parts with what stands in the document.
func (c content) fields(parts []part, wrong []Wrong) (all []typedField) {
	for _, p := range parts {
		if p.Kind != "list" {
			all = append(all, c.field(p, "", 0, wrong))
			continue
		}
		for row := range max(1, c.rows(p.Name)) {
			for _, cell := range p.List {
				all = append(all, c.field(cell, p.Name+"/"+strconv.Itoa(row)+"/", row+1, wrong))
			}
		}
	}
	return all
}

func (c content) field(p part, before string, row int, wrong []Wrong) typedField {
	path := before + p.Name
	f := typedField{Name: "/document/" + c.Kind + "/" + path, Label: "desk.f_" + p.Name[strings.LastIndexByte(p.Name, '/')+1:], Kind: p.Kind, Optional: p.Optional, Row: row, Choices: choicesOf(p)}
	switch stands := standsAt(c.Document[c.Kind], path).(type) {
	case map[string]any:
		f.KK, _ = stands["kk"].(string)
		f.RU, _ = stands["ru"].(string)
	case string:
		f.Value = stands
	}
	if f.Kind == "moment" {
		f.Value = strings.TrimSuffix(localTime(f.Value), "Z")
	}
	f.Wrong = slices.ContainsFunc(wrong, func(w Wrong) bool { return strings.HasPrefix(w.Field, f.ID()) })
	return f
}

// rows is how many rows a table of the document has.
func (c content) rows(list string) int {
	rows, _ := c.Document[c.Kind][list].([]any)
	return len(rows)
}

// standsAt is what stands at a path in a document.
func standsAt(doc any, path string) any {
	for _, step := range strings.Split(path, "/") {
		switch here := doc.(type) {
		case map[string]any:
			doc = here[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(here) {
				return nil
			}
			doc = here[i]
		default:
			return nil
		}
	}
	return doc
}

// put writes a text into a document, at a path of objects.
func put(doc map[string]any, path, text string) {
	steps := strings.Split(path, "/")
	for _, step := range steps[:len(steps)-1] {
		next, ok := doc[step].(map[string]any)
		if !ok {
			next = map[string]any{}
			doc[step] = next
		}
		doc = next
	}
	doc[steps[len(steps)-1]] = text
}

// most rows that a table of a form has.
const mostRows = 100

// typed puts what was typed into the document.
func (v *visit) typed(c content) content {
	doc := maps.Clone(c.Document[c.Kind])
	if doc == nil {
		return c
	}
	begins := "/document/" + c.Kind + "/"
	if !v.form.Has("typed") {
		return c
	}
	for _, p := range append(c.parts(), c.writes()...) {
		if p.Kind != "list" {
			v.typedInto(doc, p, begins+p.Name, p.Name)
			continue
		}
		var rows []any
		asked, _ := strconv.Atoi(v.form.Get("rows-" + p.Name))
		for i := range min(asked, mostRows) {
			row, filled := map[string]any{}, false
			for _, cell := range p.List {
				filled = v.typedInto(row, cell, begins+p.Name+"/"+strconv.Itoa(i)+"/"+cell.Name, cell.Name) || filled
			}
			if filled {
				rows = append(rows, row)
			}
		}
		if v.form.Get("add") == p.Name {
			rows = append(rows, map[string]any{})
		}
		doc[p.Name] = append([]any{}, rows...)
	}
	c.Document = map[string]map[string]any{c.Kind: doc}
	v.signedBy(c, doc)
	return c
}

// typedInto puts one part into an object; it reports whether anything was typed.
func (v *visit) typedInto(doc map[string]any, p part, name, path string) bool {
	text := func(field string) string {
		return strings.TrimSpace(strings.ReplaceAll(v.form.Get(field), "\r\n", "\n"))
	}
	switch p.Kind {
	case "both", "lines":
		put(doc, path+"/kk", text(name+"/kk"))
		put(doc, path+"/ru", text(name+"/ru"))
		return text(name+"/kk")+text(name+"/ru") != ""
	case "moment":
		put(doc, path, instant(text(name)))
	default:
		put(doc, path, text(name))
	}
	return text(name) != ""
}

// signedBy puts whoever was chosen to sign into the document.
func (v *visit) signedBy(c content, doc map[string]any) {
	i, err := strconv.Atoi(v.form.Get("signer"))
	if err != nil || i < 0 || i >= len(c.Signers) {
		return
	}
	if c.Kind == "licence" {
		doc["head"] = c.Signers[i].Name
		return
	}
	doc["signatory"] = c.Signers[i].Name
	if c.Signers[i].Position != (paper{}) {
		doc["position"] = map[string]any{"kk": c.Signers[i].Position.KK, "ru": c.Signers[i].Position.RU}
	}
}

// contentOf is the document of a move, with what was typed.
func (v *visit) contentOf(a application, m ownMove) (content, error) {
	var c content
	body := deedOf{Step: m.Step, Outcome: m.Outcome, Role: m.Role}
	err := v.ask(question{Method: http.MethodPost, Path: a.of("/draft"), Body: body}, &c)
	if c.Kind == "application_copy" && c.Document[c.Kind]["registrar"] == "" {
		c.Document[c.Kind]["registrar"] = initials(v.who.Session.Person.Natural)
	}
	return v.typed(c), err
}

// zeroTime is a moment that was never set.
const zeroTime = "0001-01-01T00:00:00Z"

// filledIn is a document without what is empty in it: the interface takes what is there and
// empty for a mistake.
func filledIn(doc any) any {
	switch here := doc.(type) {
	case map[string]any:
		all := map[string]any{}
		for name, value := range here {
			if value = filledIn(value); value != nil {
				all[name] = value
			}
		}
		if len(all) > 0 {
			return all
		}
		return nil
	case []any:
		var all []any
		for _, value := range here {
			if value = filledIn(value); value != nil {
				all = append(all, value)
			}
		}
		if all == nil {
			return nil
		}
		return all
	case string:
		if here == "" || here == zeroTime {
			return nil
		}
	}
	return doc
}

// initials is a surname with initials, as documents print officials.
func initials(n natural) string {
	name := n.Surname
	for _, other := range []string{n.GivenName, n.Patronymic} {
		if r, size := utf8.DecodeRuneInString(other); size > 0 {
			name += " " + string(unicode.ToUpper(r)) + "."
		}
	}
	return name
}

// about are the errors of a form whose fields are those of a document.
func (v *visit) about(err error) ([]Wrong, error) {
	all, err := wrongs(err)
	for i := range all {
		if all[i].Field != "" && !strings.HasPrefix(all[i].Field, "document-") {
			all[i].Field = "document-" + all[i].Field
		}
		if name := words.Of("desk.f_" + lastPart(all[i].Field)).In(v.lang); name != "" {
			all[i].Text = name + ": " + all[i].Text
		}
	}
	return all, err
}

// leading are the errors, each with a field only where the page has it: who signs is chosen
// in a list, and what the service fills in is no field.
func (a actView) leading() []Wrong {
	all := slices.Clone(a.Errors)
	for i, wrong := range all {
		here := func(f typedField) bool {
			return strings.TrimSuffix(strings.TrimSuffix(wrong.Field, "-kk"), "-ru") == f.ID()
		}
		switch part := lastPart(wrong.Field); {
		case !strings.HasPrefix(wrong.Field, "document-") || slices.ContainsFunc(a.Fields, here) || slices.ContainsFunc(a.Writes, here):
		case len(a.Content.Signers) > 0 && slices.Contains([]string{"signatory", "head", "position"}, part):
			all[i].Field = "signer"
		default:
			all[i].Field = ""
		}
	}
	return all
}

// lastPart is the name of the part that a field is of.
func lastPart(field string) string {
	for _, end := range []string{"-kk", "-ru"} {
		field = strings.TrimSuffix(field, end)
	}
	return field[strings.LastIndexByte(field, '-')+1:]
}
