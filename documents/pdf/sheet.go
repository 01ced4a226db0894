package pdf

import (
	"fmt"

	"tamga/documents"
)

// Places that all documents share.
const (
	emblemSize = 27 * mm
	footTop    = 251 * mm // the rule above the foot of every page
	qrLeft     = leftEdge - 2*mm
	qrTop      = footTop + 3*mm
	noteLeft   = qrLeft + qrSide + 4*mm
	noteTop    = qrTop + 5*mm
)

var noteStyle = style{face: regular, size: 8.5, ink: grey}

// equivalence is the sentence about the paper document (Law № 370-II of 7
// January 2003, article 7 ¶1), and checkAt what stands before the address.
var (
	equivalence = documents.Text{
		KK: "Осы құжат «Электрондық құжат және электрондық цифрлық қолтаңба туралы» Қазақстан Республикасының " +
			"2003 жылғы 7 қаңтардағы № 370-II Заңы 7-бабының 1-тармағына сәйкес қағаз тасығыштағы құжатпен бірдей.",
		RU: "Данный документ согласно пункту 1 статьи 7 Закона Республики Казахстан от 7 января 2003 года № 370-II " +
			"«Об электронном документе и электронной цифровой подписи» равнозначен документу на бумажном носителе.",
	}
	checkAt = documents.Text{
		KK: "Құжаттың түпнұсқалығын QR-код арқылы немесе мына мекенжайда тексеруге болады:",
		RU: "Подлинность документа можно проверить по QR-коду или по адресу:",
	}
)

// foot draws the foot of a page: a rule, the equivalence sentence and the
// caption of the check address. It returns the baseline of the address.
func foot(g *stage, lang documents.Lang) float64 {
	gilded(g, leftEdge-2*mm, rightEdge+2*mm, footTop)
	y := noteTop
	for _, l := range g.faces.wrap(nil, equivalence.In(lang), noteStyle.measure(rightEdge-noteLeft)) {
		g.text(noteStyle, noteLeft, y, l.text)
		y += 11
	}
	y += 4
	g.text(noteStyle, noteLeft, y, checkAt.In(lang))
	return y + 12
}

// gilded draws the double rule of the documents, gold over blue.
func gilded(g *stage, x, x2, y float64) {
	g.SetDrawColor(196, 150, 40)
	g.SetLineWidth(1.1)
	g.Line(x, y, x2, y)
	g.SetDrawColor(0, 110, 150)
	g.SetLineWidth(0.4)
	g.Line(x, y+1.8, x2, y+1.8)
}

// runningTitle heads the pages after the first.
func runningTitle(g *stage, title string) {
	g.text(style{face: regular, size: 9, ink: grey}, leftEdge, 15.5*mm, title)
	gilded(g, leftEdge-2*mm, rightEdge+2*mm, 18*mm)
}

// address puts the check address on all pages set since from; a long one takes
// several lines.
func (s *setter) address(from int, url string, y float64) {
	t := style{face: bold, size: 8.5, ink: blue}
	s.clear()
	s.begin()
	for i, l := range s.wrap(url, t.measure(rightEdge-noteLeft)) {
		s.left(t, noteLeft, y+float64(i)*10.5, l.text)
	}
	s.end(0, false)
	for i := from; i < s.used; i++ {
		s.ink = unknown
		s.draw(&s.pages[i], s.strips[0], 0)
	}
}

// background wraps what was drawn for a page into a marked, self-contained
// piece of content, places the QR code on it, and the emblem on a first page.
func background(drawn []byte, s side, emblemTop float64) []byte {
	out := fmt.Appendf(nil, "q\n/Span<</Lang(%s-KZ)>>BDC\n%sEMC\nQ\n", s.lang, drawn)
	out = appendXObject(out, "Qr", qrLeft, qrTop, qrSide)
	if s.first {
		out = appendXObject(out, "Em", (pageWidth-emblemSize)/2, emblemTop, emblemSize)
	}
	return out
}

func appendXObject(dst []byte, name string, x, y, side float64) []byte {
	return fmt.Appendf(dst, "q %.2f 0 0 %.2[1]f %.2[2]f %.2f cm /%s Do Q\n", side, x, pageHeight-y-side, name)
}
