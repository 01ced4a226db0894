package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

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
const topRune = 0x2300

// alphabet is how many characters the fonts of a file have. Nearly every
// document can do with the common ones, and its file is half as large.
type alphabet uint8

const (
	common alphabet = iota
	full
	alphabetCount
)

// faces are the metrics of the embedded fonts: the advance of every character
// in thousandths of the type size, zero where there is no glyph.
type faces struct {
	advance [faceCount][topRune]uint16
	common  [topRune]bool // set in the fonts of the common alphabet
}

// has reports whether the upright faces can show the character.
func (f *faces) has(r rune) bool {
	return r >= 0 && r < topRune && f.advance[regular][r] != 0 && f.advance[bold][r] != 0
}

// printable returns what the fonts of an alphabet are asked to show: all that
// the documents may contain, but for what is shown as something else, or of
// that only ASCII, Kazakh and Russian with their punctuation.
func printable(a alphabet) []rune {
	const kazakh, signs = "ӘәҒғҚқҢңӨөҰұҮүҺһІі", "«»–—“”„’‘…№§°·"
	var all []rune
	for r := rune(' '); r < topRune; r++ {
		usual := r < 0x7F || r >= 'А' && r <= 'я' || r == 'Ё' || r == 'ё' ||
			strings.ContainsRune(kazakh, r) || strings.ContainsRune(signs, r)
		if documents.Printable(r) && shown(r) == r && (usual || a == full) {
			all = append(all, r)
		}
	}
	return all
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
	if foreign >= 0 && !norm.NFC.IsNormalString(s) { // what the fonts have is composed
		s = norm.NFC.String(s)
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
		case r == utf8.RuneError || !f.has(shown(r)):
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
	text  string
	width int  // thousandths of the type size
	last  bool // of its paragraph: not to be stretched
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
		end, next := f.breakAt(s, m.face, room)
		text := strings.TrimRight(s[:end], " ")
		dst = append(dst, line{text: text, width: f.width(m.face, text), last: next >= len(s)})
		if next >= len(s) {
			return dst
		}
		s, room = s[next:], m.width
	}
}

// breakAt returns where the first line of s ends and where the next begins.
func (f *faces) breakAt(s string, c face, room int) (end, next int) {
	good, poor := -1, -1 // ends of the best lines seen, by their quality
	goodNext, poorNext := 0, 0
	w, prev := 0, rune(0)
	for i, r := range s {
		if r == ' ' {
			if torn(s[:i], s[i+1:]) {
				poor, poorNext = i, i+1
			} else {
				good, goodNext = i, i+1
			}
		}
		if w += f.of(c, r); w > room && r != ' ' {
			switch {
			case good > 0:
				return good, goodNext
			case poor > 0:
				return poor, poorNext
			case i > 0:
				return i, i
			}
		}
		if r == '-' && unicode.IsLetter(prev) && i+1 < len(s) && s[i+1] != ' ' {
			good, goodNext = i+1, i+1
		}
		prev = r
	}
	return len(s), len(s)
}

// torn reports whether a break between the two texts would be ugly: after № or
// any word of one character, after an initial or a short abbreviation such as
// «г.» and «ул.», between «БСН» and its digits, or before a dash.
func torn(before, after string) bool {
	if strings.HasPrefix(after, "—") || strings.HasPrefix(after, "–") {
		return true
	}
	word := before[strings.LastIndexByte(before, ' ')+1:]
	if len(after) > 0 && after[0] >= '0' && after[0] <= '9' && utf8.RuneCountInString(word) <= 3 {
		return true
	}
	letters := utf8.RuneCountInString(strings.Trim(word, "«(„“\"."))
	return letters <= 1 || letters == 2 && strings.HasSuffix(word, ".")
}

const hexDigits = "0123456789ABCDEF"

// appendHex writes a text as the hexadecimal string of a font: two bytes a
// character, its UTF-16 code, which is also its CID.
func appendHex(dst []byte, s string) []byte {
	dst = append(dst, '<')
	for _, r := range s {
		r = shown(r)
		dst = append(dst, hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
	}
	return append(dst, '>')
}

// appendStretched writes a text for TJ, with every space widened by extra
// thousandths of the type size.
func appendStretched(dst []byte, s string, extra int) []byte {
	dst = append(dst, '[')
	for {
		i := strings.IndexAny(s, " \u00A0")
		if i < 0 {
			break
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		dst = appendHex(dst, s[:i+size])
		dst = appendInt(dst, -extra)
		s = s[i+size:]
	}
	dst = appendHex(dst, s)
	return append(dst, ']')
}
