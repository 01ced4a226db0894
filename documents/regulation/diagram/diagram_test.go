package diagram_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"tamga/documents/regulation"
	"tamga/documents/regulation/diagram"
	"tamga/language"
)

func law(t *testing.T) *regulation.Law {
	t.Helper()
	editions, err := regulation.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	l, err := regulation.Compile(editions...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// drawn is what a drawing holds: the ids of its groups with the texts in each.
type drawn struct {
	groups map[string]string
	texts  string
	paths  int
}

// read reads a drawing as the XML that it must be.
func read(t *testing.T, b []byte) drawn {
	t.Helper()
	d := drawn{groups: map[string]string{}}
	group, depth := "", 0
	for r := xml.NewDecoder(bytes.NewReader(b)); ; {
		token, err := r.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, b)
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			if e.Name.Local == "g" {
				group = e.Attr[0].Value
				d.groups[group] = ""
			}
			if e.Name.Local == "path" {
				d.paths++
			}
			for _, a := range e.Attr {
				if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					t.Errorf("%s of %s is %s", a.Name.Local, e.Name.Local, a.Value)
				}
				if e.Name.Local == "rect" && group != "" && (a.Name.Local == "fill" || a.Name.Local == "stroke-dasharray") {
					d.groups[group] += a.Value + "|"
				}
			}
		case xml.EndElement:
			depth--
			if e.Name.Local == "g" {
				group = ""
			}
		case xml.CharData:
			d.texts += string(e) + " "
			if group != "" {
				d.groups[group] += string(e)
			}
		}
	}
	if depth != 0 {
		t.Errorf("%d elements are open", depth)
	}
	return d
}

// Every route of every edition is drawn in every language, with every step, its
// notices and the legend of its kind.
func TestEveryRouteIsDrawn(t *testing.T) {
	legends := map[regulation.RouteKind]language.Text{
		regulation.SystemRoute: {KK: "Хабарлама ағымы", RU: "Поток сообщений", EN: "Flow of messages"},
		regulation.ActionRoute: {KK: "таңдау нұсқасы", RU: "вариант выбора", EN: "choice"},
	}
	drawings := 0
	for _, e := range law(t).Editions() {
		for i := range e.Routes {
			r := &e.Routes[i]
			for _, lang := range language.All() {
				drawings++
				d := read(t, diagram.Draw(e, r, diagram.Options{Language: lang}))
				for _, s := range r.Steps {
					text, ok := d.groups[s.ID]
					if !ok || s.Notice != "" && !strings.Contains(text, s.Notice) {
						t.Errorf("%s %s in %s: step %s is not drawn, or not its notice: %q", e.ID, r.ID, lang, s.ID, text)
					}
					first, _, _ := strings.Cut(s.Name.In(lang), " ")
					if !strings.Contains(text, first) {
						t.Errorf("%s %s in %s: step %s does not say %q: %q", e.ID, r.ID, lang, s.ID, first, text)
					}
				}
				if len(d.groups) != len(r.Steps) || !strings.Contains(d.texts, legends[r.Kind].In(lang)) || !strings.Contains(d.texts, r.Title.In(lang)) {
					t.Errorf("%s %s in %s: %d groups of %d steps, or no legend or title", e.ID, r.ID, lang, len(d.groups), len(r.Steps))
				}
			}
		}
	}
	if drawings != (4+8+12)*3 {
		t.Errorf("%d drawings", drawings)
	}
}

// The position of an application is lit, what it has passed is shaded, and
// nothing else is.
func TestLitPosition(t *testing.T) {
	e, r, ok := law(t).Route("T-aP")
	if !ok {
		t.Fatal("there is no T-aP")
	}
	plain := read(t, diagram.Draw(e, r, diagram.Options{Language: language.KK}))
	lit := read(t, diagram.Draw(e, r, diagram.Options{Language: language.KK, Made: []regulation.WalkedExit{{Step: "T-aP1", On: "done"}, {Step: "T-aP2", On: "done"}, {Step: "T-aP3", On: "complete"}}, At: "T-aP4"}))
	changed := 0
	for id, text := range lit.groups {
		if text != plain.groups[id] {
			changed++
		}
	}
	if changed != 4 || !strings.HasPrefix(strings.TrimSpace(lit.groups["T-aP4"]), "#ffe7a3|") || !strings.HasPrefix(strings.TrimSpace(lit.groups["T-aP3"]), "#dcefe2|") || !strings.HasPrefix(strings.TrimSpace(lit.groups["T-aP5"]), "#ffffff|") {
		t.Errorf("%d steps are lit: %v", changed, lit.groups)
	}
	if !strings.Contains(plain.groups["T-aP-d1"], "5 3|") || strings.Contains(plain.groups["T-aP1"], "5 3|") {
		t.Error("what is a proposal is not told from what stands in the seeds")
	}
}

// Where an application stands and what it has passed is told without colour too, on
// every route, and to whoever does not see the drawing.
func TestLitWithoutColour(t *testing.T) {
	for _, e := range law(t).Editions() {
		for i := range e.Routes {
			r := &e.Routes[i]
			first, second := r.Steps[0], r.Steps[1]
			plain := colourless.ReplaceAllString(string(diagram.Draw(e, r, diagram.Options{Language: language.RU})), "")
			opt := diagram.Options{Language: language.RU, At: second.ID, Made: []regulation.WalkedExit{{Step: first.ID, On: first.Exits[0].On}}}
			lit := colourless.ReplaceAllString(string(diagram.Draw(e, r, opt)), "")
			for _, s := range []regulation.Step{first, second} {
				if groupOf(plain, s.ID) == groupOf(lit, s.ID) {
					t.Errorf("%s %s: step %s is told by its colour alone", e.ID, r.ID, s.ID)
				}
			}
			if third := r.Steps[2].ID; groupOf(plain, third) != groupOf(lit, third) {
				t.Errorf("%s %s: step %s is marked, and was not passed", e.ID, r.ID, third)
			}
			for _, said := range []string{"пройдено: " + first.ID, "заявление находится здесь: " + second.ID} {
				if !strings.Contains(lit, said) || strings.Contains(plain, said) {
					t.Errorf("%s %s: nobody reads %q aloud", e.ID, r.ID, said)
				}
			}
		}
	}
}

// colourless finds the colours of a drawing.
var colourless = regexp.MustCompile(`#[0-9a-f]{6}`)

// groupOf is how a step is drawn.
func groupOf(svg, id string) string {
	_, rest, _ := strings.Cut(svg, `<g id="`+id+`"`)
	group, _, _ := strings.Cut(rest, "</g>")
	return group
}

// A text of an operator stays a text, however long and whatever it holds.
func TestHostileTexts(t *testing.T) {
	e, r, _ := law(t).Route("S-aU")
	changed := *r
	changed.Steps = append([]regulation.Step{}, r.Steps...)
	for i, text := range []string{`<script>alert("1")</script>`, strings.Repeat("ұзын", 400), strings.Repeat("сөз ", 400), "\x00\x01"} {
		changed.Steps[i].Name = language.Text{KK: text, RU: text, EN: text}
	}
	b := diagram.Draw(e, &changed, diagram.Options{Language: language.RU})
	if read(t, b); bytes.Contains(b, []byte("<script")) {
		t.Error("a text has become an element")
	}
}
