package pdf

import (
	"strings"

	"tamga/documents"
)

// refusalText are the fixed texts of the reasoned refusal: order № 159, annex
// 3, part 2, in Kazakh, the body as corrected for printing; our translation in
// Russian. The body reads: authority, opening, date, middle, number, end.
type refusalText struct {
	title, number, date  string
	opening, middle, end string
}

var refusalTexts = map[documents.Lang]*refusalText{
	documents.KK: {
		title: "НЕГІЗДЕЛГЕН БАС ТАРТУ", number: "Нөмері", date: "Берілген күні:",
		opening: " Сіздің ", middle: " жылғы №\u00A0", end: " өтінішіңізді қарап, келесіні хабарлайды:",
	},
	documents.RU: {
		title: "МОТИВИРОВАННЫЙ ОТКАЗ", number: "Номер:", date: "Дата выдачи:",
		opening: ", рассмотрев Ваше заявление от ", middle: " года №\u00A0", end: ", сообщает следующее:",
	},
}

// Places and styles of the refusal.
const (
	refusalEmblemTop = 17 * mm
	headWidth        = 62 * mm
	headSize         = 11
	headLeading      = 13.5
	bodyLeading      = 17.5
	indent           = 12.5 * mm
)

var (
	headStyle       = style{face: bold, size: headSize, ink: blue}
	requisitesStyle = style{face: regular, size: 9, ink: grey}
	refusalTitle    = style{face: bold, size: 16, ink: blue}
	bodyStyle       = style{face: regular, size: 12, ink: black}
	strongStyle     = style{face: bold, size: 12, ink: black}
)

// refusalSheet is the refusal of one language.
type refusalSheet struct {
	lang     documents.Lang
	text     *refusalText
	addressY float64
}

func newRefusalSheet(lang documents.Lang) *refusalSheet {
	return &refusalSheet{lang: lang, text: refusalTexts[lang]}
}

// draw draws what is the same on every refusal.
func (h *refusalSheet) draw(g *stage, first bool) {
	h.addressY = foot(g, h.lang)
	if !first {
		runningTitle(g, h.text.title)
	}
}

// set sets the pages of the refusal in the sheet's language.
func (h *refusalSheet) set(s *setter, d documents.Refusal, url string) {
	from := s.used
	s.clear()
	h.head(s, d)
	h.opening(s, d)
	number := d.ApplicationNumber
	s.paragraph(d.Authority.In(h.lang)+h.text.opening+d.ApplicationDate.Printed()+h.text.middle+number+h.text.end, true)
	for reason := range strings.SplitSeq(sentence(d.Reason.In(h.lang)), "\n") {
		s.paragraph(reason, false)
	}
	for i := max(0, len(s.strips)-2); i < len(s.strips); i++ {
		s.strips[i].keep = true // no signature on a page of its own
	}
	h.signature(s, d)
	s.flow(frame{lang: h.lang, firstTop: refusalEmblemTop, nextTop: 29 * mm, bottom: footTop - 5*mm}, len(s.strips))
	s.address(from, url, h.addressY)
}

// head sets the letterhead: the authority in Kazakh on the left of the emblem
// and in Russian on the right, level with it, and its requisites under a rule.
func (h *refusalSheet) head(s *setter, d documents.Refusal) {
	column := headStyle.measure(headWidth)
	kk, ru := s.balanced(d.Authority.KK, column), s.balanced(d.Authority.RU, column)
	rows := max(len(kk), len(ru))
	margin := max(0, (emblemSize-float64(rows)*headLeading)/2)
	s.space(margin, true)
	for i := range rows {
		s.begin()
		for j, lines := range [][]line{kk, ru} {
			k := i - (rows-len(lines))/2 // the shorter name is centred too
			if k >= 0 && k < len(lines) {
				s.centre(headStyle, [2]float64{leftEdge + headWidth/2, rightEdge - headWidth/2}[j], headSize, lines[k].text)
			}
		}
		s.end(headLeading, true)
	}
	s.space(margin+4*mm, true)
	s.begin()
	s.gild(leftEdge, rightEdge, 0)
	s.end(13, true)
	for _, l := range s.wrap(d.Requisites.In(h.lang), requisitesStyle.measure(rightEdge-leftEdge)) {
		s.begin()
		s.centre(requisitesStyle, pageWidth/2, 0, l.text)
		s.end(11, true)
	}
}

// opening sets title, number, date and applicant.
func (h *refusalSheet) opening(s *setter, d documents.Refusal) {
	s.begin()
	s.centre(refusalTitle, pageWidth/2, 30, h.text.title)
	s.end(60, true)
	s.begin()
	s.right(bodyStyle, rightEdge, 0, h.text.number+" "+d.Number)
	s.end(bodyLeading, true)
	s.begin()
	s.left(bodyStyle, leftEdge, 0, h.text.date+" "+d.IssuedOn.Printed())
	s.end(bodyLeading+6, true)
	for _, l := range s.balanced(d.Applicant.FullName(h.lang), strongStyle.measure(95*mm)) {
		s.begin()
		s.right(strongStyle, rightEdge, 0, l.text)
		s.end(15.5, true)
	}
	s.space(14, true)
}

// paragraph sets justified text with an indented first line. At least two lines
// of it stay together at the foot and at the top of a page.
func (s *setter) paragraph(text string, withNext bool) {
	m := bodyStyle.measure(rightEdge - leftEdge)
	m.indent = int(indent * 1000 / bodyStyle.size)
	lines := s.wrap(text, m)
	for i, l := range lines {
		x, room := float64(leftEdge), m.width
		if i == 0 {
			x, room = x+indent, room-m.indent
		}
		s.begin()
		s.left(bodyStyle, x, 0, l.text)
		if spaces := strings.Count(l.text, " ") + strings.Count(l.text, "\u00A0"); !l.last && spaces > 0 {
			if extra := (room - l.width) / spaces; extra < 700 { // else better ragged than torn
				s.items[len(s.items)-1].extra = extra
			}
		}
		last := i == len(lines)-1
		s.end(bodyLeading, !last && (i == 0 || i == len(lines)-2) || last && withNext)
	}
}

// sentence ends a reason with a full stop if nothing else ends it.
func sentence(reason string) string {
	if reason == "" || strings.ContainsAny(reason[len(reason)-1:], ".!?:;") || strings.HasSuffix(reason, "…") {
		return reason
	}
	return reason + "."
}

// signature sets position and name of who signs, kept in one piece.
func (h *refusalSheet) signature(s *setter, d documents.Refusal) {
	s.space(26, true)
	lines := s.wrap(d.Position.In(h.lang), strongStyle.measure(95*mm))
	names := s.wrap(d.Signatory, strongStyle.measure(62*mm))
	for i := range max(len(lines), len(names)) {
		s.begin()
		if i < len(lines) {
			s.left(strongStyle, leftEdge, 0, lines[i].text)
		}
		if j := i - max(0, len(lines)-len(names)); j >= 0 && j < len(names) {
			s.right(strongStyle, rightEdge, 0, names[j].text)
		}
		s.end(15.5, true)
	}
	s.space(0, false)
}
