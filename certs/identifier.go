package certs

import (
	"errors"
	"regexp"
	"strings"
	"unicode"
)

// Identifier names a person or an organisation that has no IIN or BIN, as
// certificates do (EN 319 412-1, 5.1.3 and 5.1.4): three letters for what the number
// is (PAS a passport, IDC an identity card, PNO a personal number, TIN a taxpayer's;
// NTR an entry in a register of trade, VAT, LEI), two for the country that gave it, a
// hyphen and the number, such as PASDE-C01X00T47. It may be personal data like an
// [IIN]; String therefore masks it. The value itself is string(n).
type Identifier string

// ErrIdentifier means that a text is no identifier of EN 319 412-1.
var ErrIdentifier = errors.New("not an identifier of EN 319 412-1, such as PASDE-C01X00T47")

// identifierForm leaves out the schemes that a country defines for itself (XX:), whose
// meaning nobody else knows.
var identifierForm = regexp.MustCompile(`^(PAS|IDC|PNO|TIN|TAX|NTR|VAT|PSD|LEI)[A-Z]{2}-[^\x00-\x1f\x7f]{1,100}$`)

// ParseIdentifier reads an identifier.
func ParseIdentifier(s string) (Identifier, error) {
	if !identifierForm.MatchString(s) || plainIdentifier(s[identifierKind+1:]) == "" {
		return "", ErrIdentifier
	}
	return Identifier(s), nil
}

// identifierKind is how long the beginning is that says what the number is, and
// whose.
const identifierKind = 5

// String masks all of the number but its last two characters.
func (n Identifier) String() string {
	if len(n) <= identifierKind {
		return ""
	}
	number := []rune(string(n[identifierKind+1:]))
	shown := max(len(number)-2, 0)
	if len(number) < 6 { // of a short one two letters are too much
		shown = len(number)
	}
	return string(n[:identifierKind+1]) + strings.Repeat("•", shown) + string(number[shown:])
}

// plainIdentifier takes away what makes no other number: spaces, hyphens, small
// letters.
func plainIdentifier(number string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, number)
}

// Match is how what a certificate says compares with what is asked.
type Match int

// The ways of comparing. A certificate that says nothing of the kind does not tell.
const (
	MatchUntold Match = iota
	MatchAgrees
	MatchDiffers
)

// Match compares the identifiers of a certificate with one: those of the same kind and
// country agree or differ, those of another kind or country tell nothing, since a
// person may have several documents.
func (id Identity) Match(n Identifier) Match {
	match := MatchUntold
	for _, has := range id.Identifiers {
		if len(n) <= identifierKind || len(has) <= identifierKind || has[:identifierKind] != string(n[:identifierKind]) {
			continue
		}
		if plainIdentifier(has[identifierKind:]) == plainIdentifier(string(n[identifierKind:])) {
			return MatchAgrees
		}
		match = MatchDiffers
	}
	return match
}

// identifiersOf returns what a name says by EN 319 412-1 of a person and of an
// organisation.
func identifiersOf(n Name) []string {
	var all []string
	for _, value := range append(n.all(oidSerialNumber), n.all(oidOrganisationIdentifier)...) {
		if identifierForm.MatchString(value) {
			all = append(all, value)
		}
	}
	return all
}
