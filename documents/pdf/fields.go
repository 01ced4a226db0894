package pdf

import (
	"unicode/utf8"

	"tamga/documents"
)

// cleaner prepares the texts of a document and remembers the first that cannot
// be printed.
type cleaner struct {
	faces    *faces
	err      error
	alphabet alphabet // what all texts so far need
}

// limit refuses a text of more characters than its field may have.
func (c *cleaner) limit(field, s string, most int) {
	if c.err == nil && len(s) > most && utf8.RuneCountInString(s) > most {
		c.err = &TooLongError{Field: field, Length: len(s), Limit: most}
	}
}

func (c *cleaner) line(field string, s string) string { return c.text(field, s, false) }

func (c *cleaner) text(field, s string, paragraphs bool) string {
	if c.err != nil {
		return s
	}
	s, c.err = c.faces.clean(field, s, paragraphs)
	if c.err == nil {
		c.alphabet = max(c.alphabet, c.faces.alphabet(s))
	}
	return s
}

func (c *cleaner) both(field string, t documents.Text, paragraphs bool) documents.Text {
	return documents.Text{KK: c.text(field+"/kk", t.KK, paragraphs), RU: c.text(field+"/ru", t.RU, paragraphs)}
}

// alphabet returns the smallest alphabet that is enough for a cleaned text.
func (f *faces) alphabet(s string) alphabet {
	most := common
	for _, r := range s {
		if r != '\n' {
			most = max(most, f.needs[shown(r)])
		}
	}
	return most
}
