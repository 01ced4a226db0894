package pdf

import (
	"slices"

	"tamga/documents"
)

// Content is what a document of any kind says: values for the fields that its
// layout declares, in both languages.
type Content struct {
	// Layout is the name of the layout, such as "licence".
	Layout string
	// Number stands in the upper right corner of every page. Required.
	Number string
	// Fields are the values by name. A field that the layout does not declare
	// is not printed; one that it requires must be here and not empty.
	Fields map[string]documents.Text
	// Tables are lists by name, such as the objects of a certificate.
	Tables map[string]Table
	// Photographs are printed where the layout says, in their order.
	Photographs []Photograph
}

// Table is a list: named columns and rows of as many cells.
type Table struct {
	Columns []string
	Rows    [][]documents.Text
}

// Same is a text that is the same in both languages, such as a date or a name.
func Same(s string) documents.Text { return documents.Text{KK: s, RU: s} }

// content checks and cleans all that a layout prints of a content, in the order
// of the layout's fields. The values are appended to dst, one for each field.
func (c *cleaner) content(l *layout, in *Content, dst []documents.Text) []documents.Text {
	for i := range l.fields {
		f := &l.fields[i]
		v, ok := in.Fields[f.Name]
		if ok {
			v = documents.Text{KK: c.text(f.kk, v.KK, f.Lines), RU: c.text(f.ru, v.RU, f.Lines)}
		}
		if c.err == nil && !f.Optional && (v.KK == "" || v.RU == "") {
			c.err = &MissingFieldError{Field: f.at}
		}
		if c.err == nil && f.Max > 0 {
			c.limit(f.kk, v.KK, f.Max)
			c.limit(f.ru, v.RU, f.Max)
		}
		dst = append(dst, v)
	}
	return dst
}

// MaxRows is how many rows a table of a document may have, and MaxPhotographs
// how many photographs.
const (
	MaxRows        = 5000
	MaxPhotographs = 60
)

// table checks and cleans a table, returning its cells in the order of the
// columns that the layout prints.
func (c *cleaner) table(name string, t Table, columns []string) [][]documents.Text {
	if c.err == nil && len(t.Rows) > MaxRows {
		c.err = &TooLongError{Field: "/tables/" + name, Length: len(t.Rows), Limit: MaxRows}
	}
	if c.err != nil {
		return nil
	}
	at := make([]int, len(columns))
	for i, column := range columns {
		if at[i] = slices.Index(t.Columns, column); at[i] < 0 && column != rowNumber {
			c.err = &MissingFieldError{Field: "/tables/" + name + "/" + column}
			return nil
		}
	}
	rows := make([][]documents.Text, len(t.Rows))
	cells := make([]documents.Text, len(t.Rows)*len(columns))
	for i, row := range t.Rows {
		rows[i] = cells[i*len(columns) : (i+1)*len(columns)]
		for j, k := range at {
			field := func() string { return "/tables/" + name + "/" + itoa(i) + "/" + columns[j] }
			switch {
			case k < 0:
				rows[i][j] = Same(itoa(i + 1))
			case k >= len(row):
				c.err = &MissingFieldError{Field: field()}
			default:
				rows[i][j] = c.cell(field, row[k])
			}
			if c.err != nil {
				return nil
			}
		}
	}
	return rows
}

// maxCell is the longest text of a cell: more does not fit a column.
const maxCell = 2000

func (c *cleaner) cell(field func() string, t documents.Text) documents.Text {
	var out documents.Text
	for _, lang := range languages {
		text, err := c.faces.clean("", t.In(lang), false)
		if err != nil || len(text) > 4*maxCell {
			c.text(field()+"/"+string(lang), t.In(lang), false) // again, for the error to name the field
			if c.err == nil {
				c.limit(field()+"/"+string(lang), text, maxCell)
			}
			return t
		}
		c.alphabet = max(c.alphabet, c.faces.alphabet(text))
		if lang == documents.KK {
			out.KK = text
		} else {
			out.RU = text
		}
	}
	return out
}

// languages are those of the documents, in the order of their pages. Read only.
var languages = [...]documents.Lang{documents.KK, documents.RU}

// MissingFieldError says that a field is empty without which the document
// cannot be printed.
type MissingFieldError struct {
	Field string // JSON pointer
}

func (e *MissingFieldError) Error() string { return e.Field + ": is required and empty" }

// Unwrap makes the error an ErrIncomplete.
func (e *MissingFieldError) Unwrap() error { return ErrIncomplete }
