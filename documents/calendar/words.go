package calendar

import (
	"strconv"
	"strings"

	"tamga/documents"
	"tamga/language"
	"tamga/language/words"
)

func join(parts []language.Text, by string) language.Text {
	var kk, ru, en []string
	for _, p := range parts {
		kk, ru, en = append(kk, p.KK), append(ru, p.RU), append(en, p.EN)
	}
	return language.Text{KK: strings.Join(kk, by), RU: strings.Join(ru, by), EN: strings.Join(en, by)}
}

// Label says a reason in words.
func (r Reason) Label() language.Text {
	switch r.Kind {
	case Transfer:
		return words.Of("calendar.transferred").Put("holiday", r.Name).Put("date", language.Same(r.Of.Printed()))
	case Exchanged:
		return words.Of("calendar.exchanged_with").Put("what", r.Name).Put("date", language.Same(r.Of.Printed()))
	}
	return r.Name
}

// MissingYear says that a year is not entered.
func MissingYear(year int) language.Text { return ofYear("calendar.missing", year) }

func ofYear(key string, year int) language.Text {
	return words.Of(key).Put("year", language.Same(strconv.Itoa(year)))
}

// Explain says how a term was counted, a line for each day that decided.
func (n Count) Explain() []language.Text {
	from := language.Same(documents.PrintedTime(n.From))
	lines := []language.Text{words.Of("calendar.counted").Put("from", from).Put("term", n.Term.Label())}
	for _, p := range n.Days {
		if line := p.line(); line.Whole() {
			lines = append(lines, line)
		}
	}
	if n.Provisional {
		lines = append(lines, words.Of("calendar.provisional_term"))
	}
	if n.Missing != 0 {
		return append(lines, MissingYear(n.Missing))
	}
	return append(lines, words.Of("calendar.due").Put("due", language.Same(documents.PrintedTime(n.Due))))
}

// line says what a day counted for; nothing for one that did not matter.
func (p Passed) line() language.Text {
	var counted language.Text
	switch {
	case p.Number != 0:
		counted = words.Of("calendar.working_day").Put("n", language.Same(strconv.Itoa(p.Number)))
	case p.Minutes != 0:
		counted = words.Count("unit.minute", p.Minutes)
	case p.Why != nil:
		counted = words.Of("calendar.not_counted")
	default:
		return language.Text{}
	}
	phrase, why := "calendar.day", language.Text{}
	if p.Why != nil {
		phrase, why = "calendar.day_why", p.Why.Label()
	}
	return words.Of(phrase).Put("date", language.Same(p.Date.Printed())).Put("counted", counted).Put("why", why)
}
