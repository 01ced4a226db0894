package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tamga/documents"
)

// face is a cut of the typeface.
type face uint8

const (
	regular face = iota
	bold
	italic
	faceCount
)

// topRune bounds the characters we set: everything of use to the three
// languages lies below.
const topRune = 0x2c80

// alphabet is how many characters the fonts of a file have, each more than the one
// before. Nearly every document can do with the common ones, and its file is half as
// large.
type alphabet uint8

const (
	common alphabet = iota
	european
	world
	alphabetCount
)

// faces are the metrics of the embedded fonts: the advance of every character
// in thousandths of the type size, zero where there is no glyph.
type faces struct {
	advance [faceCount][topRune]uint16
	needs   [topRune]alphabet // the smallest that has the character
}

// has reports whether the upright faces can show the character.
func (f *faces) has(r rune) bool {
	return r >= 0 && r < topRune && f.advance[regular][r] != 0 && f.advance[bold][r] != 0
}

// printable returns what the fonts of an alphabet are asked to show: all that
// the documents may contain, but for what is shown as something else.
func printable(a alphabet) []rune {
	var all []rune
	for r := rune(' '); r < topRune; r++ {
		if documents.Printable(r) && shown(r) == r && alphabetOf(r) <= a {
			all = append(all, r)
		}
	}
	return all
}

// alphabetOf returns the smallest alphabet that has a character: the usual ASCII,
// Kazakh and Russian with their punctuation; what Europe writes besides.
func alphabetOf(r rune) alphabet {
	const rare = "$*<>[\\]^`{|}~"
	const kazakh, signs = "ӘәҒғҚқҢңӨөҰұҮүҺһІі", "«»–—“”„’‘…№§°·×"
	switch {
	case r < 0x7F && !strings.ContainsRune(rare, r), r >= 'А' && r <= 'я', r == 'Ё', r == 'ё',
		strings.ContainsRune(kazakh, r), strings.ContainsRune(signs, r):
		return common
	case r < 0x180, r >= 0x400 && r < 0x460, r >= 0x2000 && r < 0x2300, r == 'Ґ', r == 'ґ':
		return european
	}
	return world
}

const (
	nbsp       = '\u00A0'
	narrowNBSP = '\u202F'
	figureNBSP = '\u2007'
	nbHyphen   = '\u2011'
)

// clean prepares one text of a document: it is composed (NFC), runs of white
// space become one space, and every character is checked. Only a text that may
// have several paragraphs keeps its line feeds.
func (f *faces) clean(field, s string, paragraphs bool) (string, error) {
	if len(s) > MaxFieldLength && utf8.RuneCountInString(s) > MaxFieldLength {
		return "", &TooLongError{Field: field, Length: len(s), Limit: MaxFieldLength}
	}
	foreign, neat := f.inspect(s, paragraphs)
	if foreign >= 0 { // what the fonts have is composed
		s = documents.Composed(s)
		foreign, neat = f.inspect(s, paragraphs)
	}
	if foreign >= 0 {
		return "", &MissingGlyphError{Field: field, Rune: foreign}
	}
	if !neat {
		s = tidy(s)
	}
	return s, nil
}

// inspect returns the first character that cannot be printed, or -1, and
// whether the white space is as it should be.
func (f *faces) inspect(s string, paragraphs bool) (foreign rune, neat bool) {
	neat = true
	space := true // a space here would be superfluous
	for i, r := range s {
		switch {
		case r == ' ':
			neat = neat && !space
			space = true
			continue
		case r == '\n' && paragraphs, r == '\r' && paragraphs && strings.HasPrefix(s[i:], "\r\n"),
			r == narrowNBSP, r == figureNBSP:
			neat = false
		case r == nbsp:
			neat = neat && !space
		case r == utf8.RuneError || r == softHyphen || !f.has(shown(r)):
			return r, false
		}
		space = false
	}
	return -1, neat && (!space || s == "")
}

// tidy removes superfluous white space. No-break spaces of all widths become
// the common one; they are kept, since they say where not to break.
func tidy(s string) string {
	s = strings.NewReplacer("\r\n", "\n", string(narrowNBSP), string(nbsp), string(figureNBSP), string(nbsp)).Replace(s)
	var out strings.Builder
	for paragraph := range strings.SplitSeq(s, "\n") {
		paragraph = strings.Join(strings.FieldsFunc(paragraph, func(r rune) bool { return r == ' ' }), " ")
		if paragraph = strings.Trim(paragraph, " \u00A0"); paragraph == "" {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(paragraph)
	}
	return out.String()
}

// line is a set line of text.
type line struct {
	text   string
	width  int  // thousandths of the type size
	spaces int  // that can be widened
	last   bool // of its paragraph: not to be stretched
	hyphen bool // a hyphen that is no part of the text follows
}

// width measures a text in thousandths of the type size.
func (f *faces) width(c face, s string) int {
	w := 0
	for _, r := range s {
		w += f.of(c, r)
	}
	return w
}

func (f *faces) of(c face, r rune) int {
	if r = shown(r); r < 0 || r >= topRune {
		return 0
	}
	return int(f.advance[c][r])
}

// shown returns the character whose glyph is drawn for r: the signs that only
// forbid a break look like those that allow it.
func shown(r rune) rune {
	switch r {
	case nbsp:
		return ' '
	case nbHyphen:
		return '-'
	}
	return r
}

// measure is a column: how wide in thousandths of the type size, and by how
// much the first line of a paragraph is indented.
type measure struct {
	face   face
	width  int
	indent int
	hyphen bool     // words may be divided
	whole  []string // but not those of these names
}

// wrap breaks a cleaned text into lines, appended to dst. It breaks at spaces
// and after hyphens; it avoids breaks that tear apart what is read together
// (№ and the number, initials, a dash at the start of a line); a word that is
// wider than the column is broken by force, so nothing is ever cut.
func (f *faces) wrap(dst []line, s string, m measure) []line {
	for paragraph := range strings.SplitSeq(s, "\n") {
		dst = f.wrapParagraph(dst, paragraph, m)
	}
	return dst
}

func (f *faces) wrapParagraph(dst []line, s string, m measure) []line {
	room := m.width - m.indent
	for {
		l, next := f.firstLine(s, m, room)
		dst = append(dst, l)
		if next >= len(s) {
			return dst
		}
		s, room = s[next:], m.width
	}
}

// breakPoint is where a line may end and the next begin, and how wide and how
// full of spaces the line is then.
type breakPoint struct{ end, next, width, spaces int }

// firstLine returns the first line of s and where the next one begins.
func (f *faces) firstLine(s string, m measure, room int) (line, int) {
	var good, poor breakPoint // the longest lines seen, by the quality of their ends
	var prev rune
	w, spaces, word := 0, 0, 0
	for i, r := range s {
		if r == ' ' {
			here := breakPoint{end: i, next: i + 1, width: w, spaces: spaces}
			if torn(s[:i], s[i+1:]) {
				poor = here
			} else {
				good = here
			}
			word = i + 1
		}
		advance := f.of(m.face, r)
		if w+advance > room && r != ' ' {
			if m.hyphen && room-good.width > room/14 && !m.keeps(s[word:]) { // a hole would be left
				cut, width := f.divide(s[word:], m.face, room, f.width(m.face, s[:word]))
				if cut > 0 && strings.ContainsAny(s[word:], " ") { // the last word would leave half of itself alone
					return line{text: s[:word+cut], width: width, spaces: strings.Count(s[:word], " "), hyphen: true}, word + cut
				}
			}
			switch {
			case good.end > 0:
				return line{text: s[:good.end], width: good.width, spaces: good.spaces}, good.next
			case poor.end > 0:
				return line{text: s[:poor.end], width: poor.width, spaces: poor.spaces}, poor.next
			case i > 0:
				return line{text: s[:i], width: w, spaces: spaces}, i
			}
		}
		w += advance
		if r == ' ' || r == nbsp {
			spaces++
		}
		if r == '-' && unicode.IsLetter(prev) && i+1 < len(s) && s[i+1] != ' ' || r == '/' && i > word+8 {
			good = breakPoint{end: i + 1, next: i + 1, width: w, spaces: spaces}
		}
		prev = r
	}
	return line{text: strings.TrimRight(s, " "), width: w, spaces: spaces, last: true}, len(s)
}

// keeps reports whether the first word of s is one of a name that is never divided.
func (m *measure) keeps(s string) bool {
	word, _, _ := strings.Cut(s, " ")
	word = strings.Trim(word, "«»„“\"(),.;:")
	if namesBody(word) {
		return true
	}
	for _, name := range m.whole {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// divide returns where the first word of s is best divided if the line already
// has a width, and the width of the line with its hyphen; 0 if it cannot be.
func (f *faces) divide(s string, c face, room, before int) (cut, width int) {
	end := strings.IndexAny(s, " \u00A0\n")
	if end < 0 {
		end = len(s)
	}
	hyphen := f.of(c, '-')
	w := before
	for i, r := range s[:end] {
		if w+hyphen > room {
			break
		}
		if i > 0 && divisible(s[:end], i) {
			cut, width = i, w+hyphen
		}
		w += f.of(c, r)
	}
	return cut, width
}

// torn reports whether a break between the two texts would be ugly: after № or
// any word of one character, after an initial or a short abbreviation such as
// «г.» and «ул.», between «БСН» and its digits, between digits and their unit or
// what they count, within a date, or before a dash.
func torn(before, after string) bool {
	if strings.HasPrefix(after, "—") || strings.HasPrefix(after, "–") {
		return true
	}
	word := before[strings.LastIndexByte(before, ' ')+1:]
	if small, _ := utf8.DecodeRuneInString(after); unicode.IsLower(small) && counts(word, after) {
		return true
	}
	if len(after) > 0 && after[0] >= '0' && after[0] <= '9' && utf8.RuneCountInString(word) <= 3 {
		return true
	}
	if n := len(before); n > 0 && (before[n-1] >= '0' && before[n-1] <= '9' || strings.Trim(word, "IVX") == "") && measured(after) {
		return true
	}
	letters := utf8.RuneCountInString(strings.Trim(word, "«(„“\"."))
	return letters <= 1 || letters == 2 && strings.HasSuffix(word, ".")
}

// counts reports whether a word is a number that is read with the word behind it:
// «20 қарашадағы», «4 зат», «2026 жылғы», «2026 года».
func counts(word, after string) bool {
	for i := range len(word) {
		if word[i] < '0' || word[i] > '9' {
			return false
		}
	}
	year := len(word) == 4 && (strings.HasPrefix(after, "жыл") || strings.HasPrefix(after, "год"))
	return year || len(word) == 1 || len(word) == 2
}

// measured reports whether a text begins with a short word with a full stop,
// such as «ж.», «г.», or with a unit: it belongs to the number before it.
func measured(after string) bool {
	word, _, _ := strings.Cut(after, " ")
	n := utf8.RuneCountInString(strings.TrimRight(word, ".,;:"))
	return n == 1 && strings.Contains(word, ".") || n <= 2 && (strings.HasPrefix(word, "см") || strings.HasPrefix(word, "мм") || strings.HasPrefix(word, "м.") || strings.HasPrefix(word, "кг"))
}
