package documents

import (
	"crypto/subtle"
	"strings"
	"unicode"

	"tamga/certs"
	"tamga/language/words"
)

// PersonalNumber is the number of a document that identifies a person. It is
// personal data like an ЖСН/ИИН: it must not reach logs, metrics, addresses or
// public pages; String therefore masks it. The value itself is string(n).
type PersonalNumber string

// String masks all but the last two characters, so that a number printed by
// accident says little.
func (n PersonalNumber) String() string {
	letters := []rune(string(n))
	shown := max(len(letters)-2, 0)
	if len(letters) < 6 { // of a short one two letters are too much
		shown = len(letters)
	}
	return strings.Repeat("•", shown) + string(letters[shown:])
}

// IdentityDocument names a person who has no ЖСН/ИИН, as foreigners have none before
// they live or work in Kazakhstan: a document, and the country that gave it.
type IdentityDocument struct {
	Kind    DocumentKind   `json:"kind"`
	Number  PersonalNumber `json:"number"`
	Country Country        `json:"country"`
}

// DocumentKind is what sort of document identifies a person.
type DocumentKind string

// The documents by which foreigners are known (law of 29 January 2013 № 73-V, article
// 6, and what other countries give).
const (
	Passport             DocumentKind = "passport"
	IdentityCard         DocumentKind = "identity_card"
	ResidencePermit      DocumentKind = "residence_permit"
	StatelessCertificate DocumentKind = "stateless_certificate"
	RefugeeCertificate   DocumentKind = "refugee_certificate"
)

// Label returns the words for a kind of document. An unknown one has none.
func (k DocumentKind) Label() Label { return words.Of("identity_document." + string(k)) }

// Registration names an organisation that has no БСН/БИН: its number in the register
// of the country that it belongs to. It stands in a public register.
type Registration struct {
	Number  string  `json:"number"`
	Country Country `json:"country"`
}

// Foreign reports whether the holder is named by what another country gave.
func (h Holder) Foreign() bool {
	return h.Natural != nil && h.Natural.Document != nil || h.Legal != nil && h.Legal.Registration != nil
}

// IdentifiedBy returns the words, in the genitive, for what a holder of its kind is
// identified by.
func (h Holder) IdentifiedBy() Label {
	if h.Foreign() {
		return words.Of("holder.identified_by.foreign")
	}
	return words.Of("holder.identified_by.ours")
}

// identification returns the number of the holder as documents print it, with what
// it is; nothing when there is none.
func (h Holder) identification(lang Lang) string {
	number := h.number()
	if number == "" {
		return ""
	}
	// A phrase is filled in for one language: every licence prints one in each.
	said := func(key string) string { return words.Of(key).In(lang) }
	phrase := ""
	switch {
	case h.Natural != nil && h.Natural.Document != nil:
		d := h.Natural.Document
		phrase = strings.Replace(said("holder.identity_document"), "{country}", d.Country.Label().In(lang), 1)
		phrase = strings.Replace(phrase, "{document}", d.Kind.Label().In(lang), 1)
	case h.Natural != nil:
		phrase = said("holder.iin")
	case h.Legal.Registration != nil:
		phrase = strings.Replace(said("holder.registration"), "{country}", h.Legal.Registration.Country.Label().In(lang), 1)
	default:
		phrase = said("holder.bin")
	}
	return strings.Replace(phrase, "{number}", number, 1)
}

// key is what two holders are compared by: a number, with what it is and who gave it.
// It is nothing where any of these is missing, which is nobody's.
func (h Holder) key() string {
	of := func(parts ...string) string {
		for _, p := range parts {
			if p == "" {
				return ""
			}
		}
		return strings.Join(parts, "\n")
	}
	switch {
	case h.Natural != nil && h.Natural.Document != nil:
		d := h.Natural.Document
		return of("document", string(d.Kind), string(d.Country), plainNumber(string(d.Number)))
	case h.Natural != nil:
		return of("iin", string(h.Natural.IIN))
	case h.Legal != nil && h.Legal.Registration != nil:
		return of("registration", string(h.Legal.Registration.Country), plainNumber(h.Legal.Registration.Number))
	case h.Legal != nil:
		return of("bin", string(h.Legal.BIN))
	}
	return ""
}

// Identity is what two holders are told apart by, however their names are written: a
// number, with what it is and who gave it; empty where any of these is missing. It
// holds personal data, and stays out of logs and addresses.
func (h Holder) Identity() string { return h.key() }

// Numbered reports whether a number is that of the holder, however it is written: an
// ЖСН or БСН with anything between its digits, the number of a document or a
// registration with other spaces, capitals or letters that look like its own. The
// answer takes as long for a wrong number as for one that is nearly right.
func (h Holder) Numbered(number string) bool {
	plain := Digits
	if h.Foreign() {
		plain = func(s string) string { return strings.Map(plainNumberRune, s) }
	}
	want := plain(h.number())
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(plain(number))) == 1
}

// number is what the holder is identified by, without what it is.
func (h Holder) number() string {
	switch {
	case h.Natural != nil && h.Natural.Document != nil:
		return string(h.Natural.Document.Number)
	case h.Natural != nil:
		return string(h.Natural.IIN)
	case h.Legal != nil && h.Legal.Registration != nil:
		return h.Legal.Registration.Number
	case h.Legal != nil:
		return string(h.Legal.BIN)
	}
	return ""
}

// Digits drops the spaces and dashes that people write between digits, and all else.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// plainNumber takes away what makes no other number: spaces, small letters, Cyrillic
// letters that look Latin, one dash for another.
func plainNumber(number string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Pd, r) {
			return '-'
		}
		return plainNumberRune(r)
	}, number)
}

// maxForeignNumber is the longest number of another country, in characters.
const maxForeignNumber = 40

func (c *checker) identityDocument(pointer string, d IdentityDocument) {
	if (d.Kind.Label() == Label{}) {
		c.fail(pointer+"/kind", CodeUnknown, "is none of the documents that identify a person")
	}
	c.foreignNumber(pointer+"/number", string(d.Number))
	c.country(pointer+"/country", d.Country)
	if d.Country == Kazakhstan && (d.Kind == Passport || d.Kind == IdentityCard) {
		c.fail(pointer+"/country", CodeNotAccepted, "gives its citizens an IIN, which stands in the place of the document")
	}
}

func (c *checker) registration(pointer string, r Registration) {
	c.foreignNumber(pointer+"/number", r.Number)
	c.country(pointer+"/country", r.Country)
	if r.Country == Kazakhstan {
		c.fail(pointer+"/country", CodeNotAccepted, "gives its organisations a BIN, which stands in the place of the registration")
	}
}

// foreignNumber refuses a number without a digit: it is a mark, or a word.
func (c *checker) foreignNumber(pointer, number string) {
	before := len(c.fields)
	c.text(pointer, number, rule{max: maxForeignNumber})
	if len(c.fields) == before && !strings.ContainsFunc(number, unicode.IsDigit) {
		c.fail(pointer, CodeNumber, "has no digit")
	}
}

func (c *checker) country(pointer string, country Country) {
	switch {
	case country == "":
		c.fail(pointer, CodeRequired, "is empty")
	case country.Label() == Label{}:
		c.fail(pointer, CodeUnknown, "is not the code of a country in two capitals (ISO 3166-1)")
	}
}

// normalised returns a copy whose texts are tidy. Letters of a number are not made
// Cyrillic: they are those of another country.
func (d *IdentityDocument) normalised() *IdentityDocument {
	if d == nil {
		return nil
	}
	return &IdentityDocument{d.Kind, PersonalNumber(tidyNumber(string(d.Number))), tidyCountry(d.Country)}
}

func (r *Registration) normalised() *Registration {
	if r == nil {
		return nil
	}
	return &Registration{tidyNumber(r.Number), tidyCountry(r.Country)}
}

func tidyNumber(s string) string { return Composed(strings.Join(strings.Fields(s), " ")) }

func tidyCountry(c Country) Country { return Country(strings.ToUpper(strings.TrimSpace(string(c)))) }

// Identifier returns what EN 319 412-1 calls a holder without ЖСН and БСН in a
// certificate, such as PASDE-C01X00T47; nothing where it has no name for what the holder
// is known by, and of one that has a number of ours.
func (h Holder) Identifier() certs.Identifier {
	kind, country := "", Country("")
	switch {
	case h.Natural != nil && h.Natural.Document != nil:
		country = h.Natural.Document.Country
		kind = map[DocumentKind]string{Passport: "PAS", IdentityCard: "IDC"}[h.Natural.Document.Kind]
	case h.Legal != nil && h.Legal.Registration != nil:
		kind, country = "NTR", h.Legal.Registration.Country
	}
	if kind == "" {
		return ""
	}
	n, err := certs.ParseIdentifier(kind + string(country) + "-" + strings.ReplaceAll(h.number(), " ", ""))
	if err != nil {
		return ""
	}
	return n
}
