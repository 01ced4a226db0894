// Package language is the languages that people are spoken to in, and what is said
// in all of them: one statement is a [Text], whoever makes it, the judge, the
// register or a page. What is issued has two languages only: see documents.Text.
package language

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

// Whole reports whether nothing is missing in any language.
func (t Text) Whole() bool { return t.KK != "" && t.RU != "" && t.EN != "" }
