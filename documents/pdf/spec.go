package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"tamga/documents"
	"tamga/jsonfile"
)

// A layout is a JSON file that a designer edits. Lengths are millimetres,
// sizes of type and the room around blocks are points. Texts are given in both
// languages; {name} in a text stands for a field of the content, {name.kk} for
// its Kazakh form on every page, {@name} for one of the layout's own texts.

// layoutSpec is a layout file. A layout with a base takes all from the base
// that it does not say itself; texts and styles are merged by name.
type layoutSpec struct {
	Name    string                    `json:"name"`
	Version string                    `json:"version"`
	Base    string                    `json:"base,omitempty"`
	Project *bool                     `json:"project,omitempty"` // the form is ours, and says so
	Title   *documents.Text           `json:"title,omitempty"`   // of the file
	Author  string                    `json:"author,omitempty"`  // a field
	Subject *documents.Text           `json:"subject,omitempty"`
	Running *documents.Text           `json:"running,omitempty"` // head of the pages after the first
	Frame   *bool                     `json:"frame,omitempty"`
	Emblem  *emblemSpec               `json:"emblem,omitempty"`
	Page    *pageSpec                 `json:"page,omitempty"`
	Wide    *wideSpec                 `json:"wide,omitempty"`
	Styles  map[string]styleSpec      `json:"styles,omitempty"`
	Texts   map[string]documents.Text `json:"texts,omitempty"`
	Blocks  map[string][]blockSpec    `json:"blocks,omitempty"` // to be used by name
	Fields  []fieldSpec               `json:"fields,omitempty"`
	Body    []blockSpec               `json:"body,omitempty"`
	Foot    *footSpec                 `json:"foot,omitempty"`
}

type emblemSpec struct {
	Top  float64        `json:"top"`
	Size float64        `json:"size"`
	Alt  documents.Text `json:"alt"`
}

// pageSpec is where text may stand on a page.
type pageSpec struct {
	Left     float64 `json:"left"`
	Right    float64 `json:"right"`
	FirstTop float64 `json:"first_top"` // baseline of the first line of the first page
	NextTop  float64 `json:"next_top"`
	Bottom   float64 `json:"bottom"` // from the upper edge
}

// wideSpec is where text may stand on a page in landscape, and where its foot is:
// a sentence and the check address, without a code.
type wideSpec struct {
	Left   float64 `json:"left"`
	Right  float64 `json:"right"`
	Top    float64 `json:"top"`
	Bottom float64 `json:"bottom"` // from the upper edge, as the foot
	Foot   float64 `json:"foot"`
}

// footSpec is the foot of every page.
type footSpec struct {
	Top   float64        `json:"top"`
	QR    float64        `json:"qr"` // side, quiet zone included
	Note  documents.Text `json:"note"`
	Check documents.Text `json:"check"`
	QRAlt documents.Text `json:"qr_alt"`
	// Address stands before the check address where there is no code.
	Address documents.Text `json:"address"`
}

type styleSpec struct {
	Face    string  `json:"face"`
	Size    float64 `json:"size"`
	Leading float64 `json:"leading"`
	Ink     string  `json:"ink"`
}

// fieldSpec declares a field of the content.
type fieldSpec struct {
	Name     string `json:"name"`
	Optional bool   `json:"optional,omitempty"`
	Lines    bool   `json:"lines,omitempty"` // paragraphs are kept
	Max      int    `json:"max,omitempty"`   // characters
	Whole    bool   `json:"whole,omitempty"` // its words are never divided
}

// blockSpec is a piece of a page; which entries it may have depends on its
// kind.
type blockSpec struct {
	Block  string  `json:"block"`
	If     string  `json:"if,omitempty"` // fields without which the block is left out; !field: with which
	Before float64 `json:"before,omitempty"`
	After  float64 `json:"after,omitempty"`
	Keep   bool    `json:"keep,omitempty"`  // on one page with what follows
	Slack  float64 `json:"slack,omitempty"` // of the room after it, if that saves a page

	Name    string           `json:"name,omitempty"`
	Tag     string           `json:"tag,omitempty"`
	Style   string           `json:"style,omitempty"`
	Align   string           `json:"align,omitempty"`
	VAlign  string           `json:"valign,omitempty"`
	Lang    string           `json:"lang,omitempty"`
	X       float64          `json:"x,omitempty"`
	Width   float64          `json:"width,omitempty"`
	Height  float64          `json:"height,omitempty"`
	Indent  float64          `json:"indent,omitempty"`
	Padding float64          `json:"padding,omitempty"` // of the cells of a table, in points
	Balance bool             `json:"balance,omitempty"`
	Whole   bool             `json:"whole,omitempty"` // a column whose words are never divided
	Full    bool             `json:"full,omitempty"`  // a text that ends with a full stop
	Text    *documents.Text  `json:"text,omitempty"`
	Label   *documents.Text  `json:"label,omitempty"`
	Value   *documents.Text  `json:"value,omitempty"`
	Caption *documents.Text  `json:"caption,omitempty"`
	Kind    string           `json:"kind,omitempty"`
	Source  string           `json:"source,omitempty"`
	Columns []blockSpec      `json:"columns,omitempty"`
	Blocks  []blockSpec      `json:"blocks,omitempty"`
	Items   []documents.Text `json:"items,omitempty"`
}

// readSpec reads a layout file. Errors name the file and the line.
func readSpec(name string, data []byte) (*layoutSpec, error) {
	spec := &layoutSpec{}
	if err := jsonfile.Read(data, spec); err != nil {
		return nil, &LayoutError{File: name, Line: lineOf(data, err), Problem: err.Error()}
	}
	return spec, nil
}

// lineOf returns the line of a mistake, from one.
func lineOf(data []byte, err error) int {
	var told *jsonfile.Error
	if !errors.As(err, &told) {
		return 0
	}
	return 1 + bytes.Count(data[:min(int(told.Offset), len(data))], []byte("\n"))
}

// LayoutError says what is wrong with a layout, and where.
type LayoutError struct {
	File    string
	Line    int    // 0 if the mistake is not one of syntax
	Place   string // such as body[3].text.kk
	Problem string
}

// Error gives file, place and problem.
func (e *LayoutError) Error() string {
	switch {
	case e.Line > 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem)
	case e.Place != "":
		return fmt.Sprintf("%s: %s: %s", e.File, e.Place, e.Problem)
	}
	return e.File + ": " + e.Problem
}

// over lays a layout over its base.
func (s *layoutSpec) over(base *layoutSpec) *layoutSpec {
	out := *base
	out.Name, out.Version, out.Base = s.Name, s.Version, s.Base
	pick(&out.Project, s.Project)
	pick(&out.Title, s.Title)
	pick(&out.Subject, s.Subject)
	pick(&out.Running, s.Running)
	pick(&out.Frame, s.Frame)
	pick(&out.Emblem, s.Emblem)
	pick(&out.Page, s.Page)
	pick(&out.Wide, s.Wide)
	pick(&out.Foot, s.Foot)
	if s.Author != "" {
		out.Author = s.Author
	}
	if s.Body != nil {
		out.Body = s.Body
	}
	out.Styles = merged(base.Styles, s.Styles)
	out.Texts = merged(base.Texts, s.Texts)
	out.Blocks = merged(base.Blocks, s.Blocks)
	out.Fields = slices.Clone(base.Fields)
	for _, f := range s.Fields {
		same := func(g fieldSpec) bool { return g.Name == f.Name }
		if i := slices.IndexFunc(out.Fields, same); i >= 0 {
			out.Fields[i] = f
		} else {
			out.Fields = append(out.Fields, f)
		}
	}
	return &out
}

func pick[T any](to **T, from *T) {
	if from != nil {
		*to = from
	}
}

func merged[T any](base, over map[string]T) map[string]T {
	out := map[string]T{}
	for k, v := range base {
		out[k] = v
	}
	for k, v := range over {
		out[k] = v
	}
	return out
}
