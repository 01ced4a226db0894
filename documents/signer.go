package documents

import (
	"slices"
	"strings"
	"unicode"

	"tamga/certs"
)

// Codes of what a document prints and the certificate of its signature does not
// say.
const (
	CodeSigner    = "signer"    // another person's name
	CodeAuthority = "authority" // another organisation
	CodeRight     = "right"     // no right to sign for an organisation
)

// CheckSigner reports, as an *[InvalidError], what the document prints of who
// signs it and the certificate that it will be signed with does not say: the
// name, the authority, and a БСН/БИН of the authority where its requisites have
// one. The position is in no certificate and is not compared.
//
// A name agrees when the surname is the certificate's and what stands beside it,
// before or after, are its other names in their order, whole or as initials. An
// authority agrees when it is the organisation of the certificate in either
// language, or the end of its Kazakh or the beginning of its Russian name: what
// is printed may be less than what is certified, and never more, nor one half
// of what «және» or «и» joins. Letter case,
// quotation marks and Latin letters that pass for Cyrillic make no difference.
//
// A document that prints nobody, as programs make them, names nobody. Nor is a
// duplicate compared by name: it is the licence word by word.
func (d Draft) CheckSigner(id certs.Identity) error {
	b := d.body()
	if b == nil {
		return nil
	}
	c := &checker{at: "/" + string(b.kind())}
	p := d.printedSigner()
	if p.name != "" && !NamesPerson(p.name, id) {
		c.fail(p.nameAt, CodeSigner, "is not the name in the certificate that signs the document")
	}
	if p.authority != (Text{}) && !namesOrganisation(p.authority, id.Organisation) {
		c.fail(p.authorityAt, CodeAuthority, "is not the organisation in the certificate that signs the document")
	}
	if !agreesBIN(p.requisites, id.BIN) {
		c.fail("/requisites", CodeAuthority, "has a BIN that is not that of the certificate that signs the document")
	}
	return c.result()
}

// CheckRight reports, as an *[InvalidError], that the certificate of a person gives no
// right to sign a document for the authority that it prints: it is not of an
// organisation, or its holder is neither the first head nor somebody with the right to
// sign. A document that prints no authority needs no such right.
func (d Draft) CheckRight(id certs.Identity) error {
	p := d.printedSigner()
	if p.authority == (Text{}) || id.BIN != "" && (slices.Contains(id.Roles, certs.RoleHead) || slices.Contains(id.Roles, certs.RoleSignRight)) {
		return nil
	}
	c := &checker{at: "/" + string(d.body().kind())}
	c.fail(p.authorityAt, CodeRight, "the certificate gives no right to sign for an organisation")
	return c.result()
}

// printedSigner is what a document prints of who signs it.
type printedSigner struct {
	nameAt, name string
	authorityAt  string
	authority    Text
	requisites   Text
}

func (d Draft) printedSigner() printedSigner {
	letter := func(l Letter) printedSigner {
		return printedSigner{"/signatory", l.Signatory, "/authority", l.Authority, l.Requisites}
	}
	switch {
	case d.Licence != nil:
		return printedSigner{nameAt: "/head", name: d.Licence.Head, authorityAt: "/licensor", authority: d.Licence.Licensor}
	case d.Refusal != nil:
		r := d.Refusal
		return letter(Letter{Authority: r.Authority, Requisites: r.Requisites, Signatory: r.Signatory})
	case d.ExportCertificate != nil:
		return letter(d.ExportCertificate.Letter)
	case d.Approval != nil:
		return letter(d.Approval.Letter)
	case d.ApplicationCopy != nil:
		return letter(d.ApplicationCopy.Letter)
	case d.Acceptance != nil:
		return letter(d.Acceptance.Letter)
	case d.Notice != nil:
		return letter(d.Notice.Letter)
	case d.Conclusion != nil:
		return letter(d.Conclusion.Letter)
	case d.Summary != nil:
		return letter(d.Summary.Letter)
	case d.History != nil:
		return letter(d.History.Letter)
	case d.PaperCopy != nil:
		return printedSigner{nameAt: "/head", name: d.PaperCopy.Head, authorityAt: "/authority", authority: d.PaperCopy.Authority}
	case d.Duplicate != nil && d.Duplicate.Licence != nil:
		return printedSigner{authorityAt: "/licence/licensor", authority: d.Duplicate.Licence.Licensor}
	}
	return printedSigner{} // a questionnaire is nobody's statement
}

// NamesPerson reports whether a printed name, whole or with initials, is that of a
// certificate: see [Draft.CheckSigner].
func NamesPerson(printed string, id certs.Identity) bool {
	surname := nameWords(id.Surname)
	others := append(nameWords(id.GivenName), nameWords(id.Patronymic)...)
	words := nameWords(printed)
	n := len(surname)
	if n == 0 || len(words) < n {
		return false
	}
	return slices.Equal(words[:n], surname) && names(words[n:], others) ||
		slices.Equal(words[len(words)-n:], surname) && names(words[:len(words)-n], others)
}

// names reports whether words are other names in their order, each whole or its
// first letter, and at least the first one where there is any.
func names(words, others []string) bool {
	if len(words) > len(others) || len(words) == 0 && len(others) > 0 {
		return false
	}
	for i, word := range words {
		if initial := fold(string([]rune(others[i])[:1])); word != others[i] && word != initial {
			return false
		}
	}
	return true
}

// nameWords divides a name at spaces and full stops. A hyphen belongs to a name.
func nameWords(s string) []string {
	return foldedWords(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '‑' && r != '\'' && r != '’' })
}

// namesOrganisation reports whether an authority is that of a certificate.
func namesOrganisation(printed Text, certified string) bool {
	whole := organisationWords(certified)
	kk, ru := organisationWords(printed.KK), organisationWords(printed.RU)
	return slices.Equal(kk, whole) && len(kk) > 0 || slices.Equal(ru, whole) && len(ru) > 0 ||
		len(kk) > 1 && len(kk) < len(whole) && slices.Equal(kk, whole[len(whole)-len(kk):]) && whole[len(whole)-len(kk)-1] != "ЖӘНЕ" ||
		len(ru) > 1 && len(ru) < len(whole) && slices.Equal(ru, whole[:len(ru)]) && whole[len(ru)] != "И"
}

// legalForms are what stands before or after the name of a state body and makes
// no difference to which it is. It is read only.
var legalForms = [][]string{
	{"РЕСПУБЛИКАЛЫҚ", "МЕМЛЕКЕТТІК", "МЕКЕМЕСІ"}, {"РЕСПУБЛИКАНСКОЕ", "ГОСУДАРСТВЕННОЕ", "УЧРЕЖДЕНИЕ"},
	{"КОММУНАЛДЫҚ", "МЕМЛЕКЕТТІК", "МЕКЕМЕСІ"}, {"КОММУНАЛЬНОЕ", "ГОСУДАРСТВЕННОЕ", "УЧРЕЖДЕНИЕ"},
	{"МЕМЛЕКЕТТІК", "МЕКЕМЕСІ"}, {"ГОСУДАРСТВЕННОЕ", "УЧРЕЖДЕНИЕ"},
	{"РММ"}, {"РГУ"}, {"КММ"}, {"КГУ"}, {"ММ"}, {"ГУ"},
}

// organisationWords divides the name of an organisation into words, without its
// legal form.
func organisationWords(s string) []string {
	words := foldedWords(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, form := range legalForms {
		n := len(form)
		switch {
		case len(words) > n && slices.Equal(words[:n], form):
			return words[n:]
		case len(words) > n && slices.Equal(words[len(words)-n:], form):
			return words[:len(words)-n]
		}
	}
	return words
}

// foldedWords divides a text and makes words that are one to a reader one.
func foldedWords(s string, between func(rune) bool) []string {
	words := strings.FieldsFunc(NormaliseKazakh(s), between)
	for i, w := range words {
		words[i] = fold(w)
	}
	return words
}

// fold writes a word in capitals, Ё as Е, and in Cyrillic if all its letters
// look it.
func fold(word string) string {
	var b strings.Builder
	for _, r := range word {
		twin, ok := cyrillicTwin(r)
		switch {
		case ok:
			r = twin
		case unicode.Is(unicode.Latin, r):
			return strings.ToUpper(word)
		case r == '‑':
			r = '-'
		case r == '’':
			r = '\''
		}
		if r = unicode.ToUpper(r); r == 'Ё' {
			r = 'Е'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// agreesBIN reports whether every number of twelve digits that requisites call a
// БСН or БИН is that of the certificate, in groups as people write it or whole.
func agreesBIN(requisites Text, certified string) bool {
	for _, text := range []string{requisites.KK, requisites.RU} {
		words := foldedWords(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for i, w := range words {
			if !slices.Contains(labelsOfBIN, w) {
				continue
			}
			if number := numberAfter(words[i+1:]); len(number) == 12 && number != certified {
				return false
			}
		}
	}
	return true
}

// What requisites call a number of an organisation by, the last the beginning of
// its full name, and a number of something else. They are read only.
var (
	labelsOfBIN   = []string{"БСН", "БИН", "BIN", "БИЗНЕС"}
	labelsOfOther = []string{"БСН", "БИН", "BIN", "ЖСН", "ИИН", "ИИК", "ЖСК", "БСК", "БИК", "ТЕЛ", "КБЕ", "КНП", "РНН", "СТН"}
)

// numberAfter returns the digits that follow within a few words, as far as they
// make twelve.
func numberAfter(words []string) string {
	const between = 3 // as in «БСН-і», «БИН организации», «бизнес-идентификационный номер»
	number := ""
	for i, w := range words {
		digits := strings.Trim(w, "0123456789") == ""
		if !digits && (number != "" || i >= between || slices.Contains(labelsOfOther, w)) {
			break
		}
		if digits {
			number += w
		}
		if len(number) >= 12 {
			break
		}
	}
	return number
}
