package documents

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"tamga/certs"
)

// NormaliseKazakh repairs what keyboards, old texts and copying leave in
// Kazakh and Russian text, so that it compares and prints as one: Latin «i» in
// a Cyrillic word becomes «і» (U+0456), and the other Latin letters that pass
// for Cyrillic ones likewise; a non-breaking space becomes a space; runs of
// white space, line breaks included, become one space; letters and the accents
// beside them, as files from other systems split them, become one letter. A word with any Latin letter that has no
// Cyrillic twin, such as «COVID», keeps its Latin letters.
//
// The originals of order № 159 need it: 555 of their 1019 «і» are Latin.
func NormaliseKazakh(s string) string {
	s = Composed(strings.Join(strings.Fields(s), " "))
	var b strings.Builder
	b.Grow(len(s))
	runes := []rune(s)
	for start := 0; start < len(runes); {
		end := start
		for end < len(runes) && unicode.IsLetter(runes[end]) {
			end++
		}
		if end == start {
			end++
		}
		for _, r := range oneScript(runes[start:end]) {
			b.WriteRune(r)
		}
		start = end
	}
	return b.String()
}

// oneScript turns the Latin letters of a word into Cyrillic ones if the word
// is Cyrillic otherwise, and returns it as it is if not.
func oneScript(word []rune) []rune {
	cyrillic := false
	for _, r := range word {
		if unicode.Is(unicode.Cyrillic, r) {
			cyrillic = true
		} else if _, ok := cyrillicTwin(r); !ok {
			return word
		}
	}
	if !cyrillic {
		return word
	}
	out := make([]rune, len(word))
	for i, r := range word {
		out[i] = r
		if twin, ok := cyrillicTwin(r); ok {
			out[i] = twin
		}
	}
	return out
}

// cyrillicTwin returns the Cyrillic letter that a Latin letter looks like. «Y»
// is left out: it passes for both «У» and «Ү».
func cyrillicTwin(r rune) (rune, bool) {
	const latin, cyrillic = "iIaceopxhABCEHKMOPTXəƏɵƟ", "іІасеорхһАВСЕНКМОРТХәӘөӨ"
	at := strings.IndexRune(latin, r)
	if at < 0 {
		return 0, false
	}
	return []rune(cyrillic)[utf8.RuneCountInString(latin[:at])], true
}

// normaliseLines does the work of NormaliseKazakh line by line, so that the
// paragraphs of a long text survive. Empty lines go.
func normaliseLines(s string) string {
	s = strings.ReplaceAll(s, "\r", "\n")
	lines := make([]string, 0, strings.Count(s, "\n")+1)
	for line := range strings.SplitSeq(s, "\n") {
		if line = NormaliseKazakh(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (l *Licence) kind() Kind             { return KindLicence }
func (l *Licence) head() (*string, *Date) { return &l.Number, &l.IssuedOn }

func (l *Licence) normalise() {
	l.Holder = l.Holder.normalise()
	l.Activity = l.Activity.each(NormaliseKazakh)
	l.SpecialConditions = l.SpecialConditions.each(normaliseLines)
	l.Licensor = l.Licensor.each(NormaliseKazakh)
	l.Head = NormaliseKazakh(l.Head)
	l.Place = l.Place.each(NormaliseKazakh)
	l.Replaces = trimNumber(l.Replaces)
	if l.Annex != nil {
		a := *l.Annex
		a.normalise(l.Holder)
		l.Annex = &a
	}
}

func (a *Annex) normalise(of Holder) {
	a.Number = cmp.Or(strings.TrimSpace(a.Number), "001")
	a.Ground = a.Ground.each(NormaliseKazakh)
	a.HolderAddress = a.HolderAddress.each(NormaliseKazakh)
	if a.HolderAddress == (Text{}) && of.Legal != nil {
		a.HolderAddress = of.Legal.Address
	}
}

func (r *Refusal) kind() Kind             { return KindRefusal }
func (r *Refusal) head() (*string, *Date) { return &r.Number, &r.IssuedOn }

func (r *Refusal) normalise() {
	r.Authority = r.Authority.each(NormaliseKazakh)
	r.Requisites = r.Requisites.each(NormaliseKazakh)
	r.Applicant = r.Applicant.normalise()
	r.ApplicationNumber = NormaliseKazakh(r.ApplicationNumber)
	r.Reason = r.Reason.each(normaliseLines)
	r.Position = r.Position.each(NormaliseKazakh)
	r.Signatory = NormaliseKazakh(r.Signatory)
	r.Heard.normalise()
}

func (h Holder) normalise() Holder {
	var out Holder
	if h.Legal != nil {
		out.Legal = &LegalEntity{
			Name:    h.Legal.Name.each(NormaliseKazakh),
			Address: h.Legal.Address.each(NormaliseKazakh),
			BIN:     certs.BIN(strings.TrimSpace(string(h.Legal.BIN))),

			Registration: h.Legal.Registration.normalised(),
		}
	}
	if h.Natural != nil {
		out.Natural = &NaturalPerson{
			Surname:    NormaliseKazakh(h.Natural.Surname),
			GivenName:  NormaliseKazakh(h.Natural.GivenName),
			Patronymic: NormaliseKazakh(h.Natural.Patronymic),
			IIN:        certs.IIN(strings.TrimSpace(string(h.Natural.IIN))),
			Document:   h.Natural.Document.normalised(),
		}
	}
	return out
}

func (t Text) each(f func(string) string) Text {
	return Text{KK: f(t.KK), RU: f(t.RU)}
}
