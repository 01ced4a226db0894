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
	cleaned  bool     // the fields of the content have been cleaned one by one
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
	if c.err == nil && c.alphabet == common && !c.faces.usual(s) {
		c.alphabet = full
	}
	return s
}

func (c *cleaner) both(field string, t documents.Text, paragraphs bool) documents.Text {
	return documents.Text{KK: c.text(field+"/kk", t.KK, paragraphs), RU: c.text(field+"/ru", t.RU, paragraphs)}
}

// holder cleans the names of a holder; the argument is not changed.
func (c *cleaner) holder(field string, h documents.Holder) documents.Holder {
	if h.Legal != nil {
		e := *h.Legal
		e.Name = c.both(field+"/legal/name", e.Name, false)
		e.Address = c.both(field+"/legal/address", e.Address, false)
		c.line(field+"/legal/bin", string(e.BIN))
		h.Legal = &e
	}
	if h.Natural != nil {
		p := *h.Natural
		p.Surname = c.line(field+"/natural/surname", p.Surname)
		p.GivenName = c.line(field+"/natural/given_name", p.GivenName)
		p.Patronymic = c.line(field+"/natural/patronymic", p.Patronymic)
		c.line(field+"/natural/iin", string(p.IIN))
		h.Natural = &p
	}
	return h
}

// usual reports whether the common alphabet is enough for a cleaned text.
func (f *faces) usual(s string) bool {
	for _, r := range s {
		if r = shown(r); r != '\n' && !f.common[r] {
			return false
		}
	}
	return true
}

func (c *cleaner) licence(d documents.Licence) documents.Licence {
	d.Number = c.line("/licence/number", d.Number)
	d.Holder = c.holder("/licence/holder", d.Holder)
	d.Activity = c.both("/licence/activity", d.Activity, true)
	d.SpecialConditions = c.both("/licence/special_conditions", d.SpecialConditions, true)
	d.Licensor = c.both("/licence/licensor", d.Licensor, false)
	d.Head = c.line("/licence/head", d.Head)
	d.Place = c.both("/licence/place", d.Place, false)
	return d
}

func (c *cleaner) refusal(d documents.Refusal) documents.Refusal {
	d.Number = c.line("/refusal/number", d.Number)
	d.Authority = c.both("/refusal/authority", d.Authority, false)
	d.Requisites = c.both("/refusal/requisites", d.Requisites, true)
	d.Applicant = c.holder("/refusal/applicant", d.Applicant)
	d.ApplicationNumber = c.line("/refusal/application_number", d.ApplicationNumber)
	d.Reason = c.both("/refusal/reason", d.Reason, true)
	d.Position = c.both("/refusal/position", d.Position, false)
	d.Signatory = c.line("/refusal/signatory", d.Signatory)
	return d
}
