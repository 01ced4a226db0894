package documents

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FullName returns the name of the holder without numbers or address: the full
// name of an organisation, or the surname, given name and patronymic of a
// person. A person's name is the same in both languages.
func (h Holder) FullName(lang Lang) string {
	switch {
	case h.Legal != nil:
		return h.Legal.Name.In(lang)
	case h.Natural != nil:
		return joinPresent(" ", h.Natural.Surname, h.Natural.GivenName, h.Natural.Patronymic)
	}
	return ""
}

// Requisites returns the whole row «Берілді» of the licence form: of an
// organisation the full name, the address and the БСН (БИН); of a person the
// full name and the ЖСН (ИИН); of a foreigner what stands in the place of these.
// It holds personal data and belongs on the document itself only, never on a public
// page.
func (h Holder) Requisites(lang Lang) string {
	address := ""
	if h.Legal != nil {
		address = h.Legal.Address.In(lang)
	}
	return joinPresent(", ", h.FullName(lang), address, h.identification(lang))
}

// PublicName returns what a public page may show of the holder: the full name
// of an organisation, or a person's surname and initials, «Сейітқали Ә. Б.», which no
// line may part.
func (h Holder) PublicName(lang Lang) string {
	if h.Natural == nil {
		return h.FullName(lang)
	}
	return joinPresent(noBreak, h.Natural.Surname, initial(h.Natural.GivenName), initial(h.Natural.Patronymic))
}

// noBreak is a space at which no line ends.
const noBreak = "\u00a0"

// initial returns the first letter of a name as a capital with a full stop.
func initial(name string) string {
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(name))
	if !unicode.IsLetter(r) {
		return ""
	}
	return string(unicode.ToUpper(r)) + "."
}

func joinPresent(separator string, parts ...string) string {
	present := make([]string, 0, len(parts))
	for _, p := range parts {
		if p != "" {
			present = append(present, p)
		}
	}
	return strings.Join(present, separator)
}
