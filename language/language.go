// Package language is the languages that people are spoken to in, and what is said
// in all of them: one statement is a [Text], whoever makes it, the judge, the
// register or a page. The phrases themselves are those of tamga/language/words. What
// is issued has two languages only: see documents.Text.
package language

import (
	"strings"
)

// Lang is a language, by its code of ISO 639-1.
type Lang string

// The languages, in the order in which they are shown.
const (
	KK Lang = "kk"
	RU Lang = "ru"
	EN Lang = "en"
)

// All returns the languages in their order.
func All() []Lang { return []Lang{KK, RU, EN} }

// Known reports whether people are spoken to in a language.
func (l Lang) Known() bool { return l == KK || l == RU || l == EN }

// Name is what a language calls itself; a language that is not known has none.
func (l Lang) Name() string {
	switch l {
	case KK:
		return "Қазақша"
	case RU:
		return "Русский"
	case EN:
		return "English"
	}
	return ""
}

// Text is one statement in the three languages.
type Text struct {
	KK string `json:"kk"`
	RU string `json:"ru"`
	EN string `json:"en"`
}

// In returns the statement in a language; in any that is not known, the Kazakh one.
func (t Text) In(l Lang) string {
	switch l {
	case RU:
		return t.RU
	case EN:
		return t.EN
	}
	return t.KK
}

// Of returns the place of the statement in a language; of any that is not known, of
// the Kazakh one.
func (t *Text) Of(l Lang) *string {
	switch l {
	case RU:
		return &t.RU
	case EN:
		return &t.EN
	}
	return &t.KK
}

// Same is a statement that is the same in every language: a number, a date in
// figures, a name.
func Same(s string) Text { return Text{KK: s, RU: s, EN: s} }

// Put returns the statement with a value at the place of a name in braces, as
// {number}.
func (t Text) Put(name string, value Text) Text {
	place := "{" + name + "}"
	return Text{
		KK: strings.ReplaceAll(t.KK, place, value.KK),
		RU: strings.ReplaceAll(t.RU, place, value.RU),
		EN: strings.ReplaceAll(t.EN, place, value.EN),
	}
}

// Whole reports whether nothing is missing in any language.
func (t Text) Whole() bool { return t.KK != "" && t.RU != "" && t.EN != "" }
