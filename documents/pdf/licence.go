package pdf

import (
	"math"
	"slices"
	"strings"

	"tamga/documents"
)

// licenceRow is a labelled element of the licence with the small caption below
// its value.
type licenceRow struct{ label, caption string }

// licenceText are the fixed texts of the licence form: order № 159, annex 3,
// part 1, in Kazakh; our translation in Russian.
type licenceText struct {
	title        string
	date, number string
	rows         [6]licenceRow // 5 to 10 of the form
	paperNote    string
	paperRows    [2]licenceRow // 11 and 12
	stamp        string        // 13
	paperDate    string        // 14
	paperGround  string        // 15
}

var licenceTexts = map[documents.Lang]*licenceText{
	documents.KK: {
		title:  "МЕМЛЕКЕТТІК ЛИЦЕНЗИЯ",
		date:   "Лицензияның берілген күні",
		number: "Лицензия нөмірі",
		rows: [6]licenceRow{
			{"Берілді", "(заңды тұлғаның толық аты, мекен-жайы, БСН реквизиттері / жеке тұлғаның тегі, аты, әкесінің аты толығымен, ЖСН реквизиттері)"},
			{"Қызмет түрі", "(«Лицензиялау туралы» Қазақстан Республикасының Заңына сәйкес қызмет түрінің атауы)"},
			{"Лицензия қолданылуының айырықша жағдайлары", "(«Лицензиялау туралы» Қазақстан Республикасы Заңының 9-1-бабына сәйкес)"},
			{"Лицензиар", "(лицензиардың толық атауы)"},
			{"Басшы (уәкілетті тұлға)", "(лицензиар басшысының (уәкілетті адамның) тегі және аты-жөні)"},
			{"Берілген жері", "(берілген жер)"},
		},
		paperNote: "Лицензияның қағаз көшірмесі расталған кезде ғана толтырылады; электрондық түпнұсқада толтырылмайды",
		paperRows: [2]licenceRow{
			{"Құжатты қағаз тасымалдаушысында растаған мемлекеттік орган", "(лицензиардың толық атауы)"},
			{"Құжатты қағаз тасымалдаушысында растаған басшы (уәкілетті адам)", "(басшының (уәкілетті адамның) Т.А.Ә.)"},
		},
		stamp:       "Мөр орны",
		paperDate:   "Лицензияның расталған күні: «___» _________________20__г.",
		paperGround: "Берілген құжат 2012 жылдың 10 шілдесіндегі ҚР «Лицензиялау туралы» Заңының 10-бабы негізінде лицензиармен расталған",
	},
	documents.RU: {
		title:  "ГОСУДАРСТВЕННАЯ ЛИЦЕНЗИЯ",
		date:   "Дата выдачи лицензии",
		number: "Номер лицензии",
		rows: [6]licenceRow{
			{"Выдана", "(полное наименование, местонахождение, реквизиты БИН юридического лица / полностью фамилия, имя, отчество, реквизиты ИИН физического лица)"},
			{"На занятие", "(наименование вида деятельности в соответствии с Законом Республики Казахстан «О лицензировании»)"},
			{"Особые условия действия лицензии", "(в соответствии со статьей 9-1 Закона Республики Казахстан «О лицензировании»)"},
			{"Лицензиар", "(полное наименование лицензиара)"},
			{"Руководитель (уполномоченное лицо)", "(фамилия и инициалы руководителя (уполномоченного лица) лицензиара)"},
			{"Место выдачи", "(место выдачи)"},
		},
		paperNote: "Заполняется только при заверении бумажной копии лицензии; на электронном подлиннике не заполняется",
		paperRows: [2]licenceRow{
			{"Государственный орган, заверивший документ на бумажном носителе", "(полное наименование лицензиара)"},
			{"Руководитель (уполномоченное лицо), заверивший документ на бумажном носителе", "(Ф.И.О. руководителя (уполномоченного лица))"},
		},
		stamp:       "Место печати",
		paperDate:   "Дата заверения лицензии: «___» _________________ 20__ г.",
		paperGround: "Данный документ заверен лицензиаром на основании статьи 10 Закона РК «О лицензировании» от 10 июля 2012 года",
	},
}

// captions returns all texts that are set in italic.
func captions() string {
	var all strings.Builder
	for _, lang := range []documents.Lang{documents.KK, documents.RU} {
		t := licenceTexts[lang]
		all.WriteString(t.paperNote)
		for _, r := range slices.Concat(t.rows[:], t.paperRows[:]) {
			all.WriteString(r.caption)
		}
	}
	return all.String()
}

// Places and styles of the licence.
const (
	licenceEmblemTop = 17.5 * mm
	licenceTitle     = 53.3 * mm
	licenceDate      = 65.5 * mm
	valueLeft        = 76 * mm
	paperLeft        = 106 * mm
	stampSize        = 25 * mm
)

var (
	titleStyle   = style{face: bold, size: 21, ink: blue}
	labelStyle   = style{face: bold, size: 11, ink: blue}
	valueStyle   = style{face: regular, size: 12, ink: black}
	captionStyle = style{face: italic, size: 7.5, ink: grey}
	smallStyle   = style{face: regular, size: 9, ink: black}
)

const (
	leading      = 14.8
	smallLeading = 10.8
	captionLead  = 8.6
)

// licenceSheet is the licence of one language: its fixed texts, broken into
// lines.
type licenceSheet struct {
	lang     documents.Lang
	text     *licenceText
	rows     [6]rowLines
	paper    [2]rowLines
	ground   []line
	addressY float64
}

// rowLines are the lines of a row's label and caption.
type rowLines struct{ label, caption []line }

func newLicenceSheet(f *faces, lang documents.Lang) *licenceSheet {
	t := licenceTexts[lang]
	h := &licenceSheet{lang: lang, text: t}
	for i, r := range t.rows {
		h.rows[i] = rowLines{
			label:   f.wrap(nil, r.label, labelStyle.measure(valueLeft-leftEdge-2*mm)),
			caption: f.wrap(nil, r.caption, captionStyle.measure(rightEdge-valueLeft)),
		}
	}
	for i, r := range t.paperRows {
		h.paper[i] = rowLines{
			label:   f.wrap(nil, r.label, smallStyle.measure(paperLeft-leftEdge-6*mm)),
			caption: f.wrap(nil, r.caption, captionStyle.measure(rightEdge-paperLeft-4*mm)),
		}
	}
	h.ground = f.wrap(nil, t.paperGround, smallStyle.measure(rightEdge-leftEdge-stampSize-14*mm))
	return h
}

// draw draws what is the same on every licence.
func (h *licenceSheet) draw(g *stage, first bool) {
	border(g)
	h.addressY = foot(g, h.lang)
	if !first {
		runningTitle(g, h.text.title)
		return
	}
	g.centred(titleStyle, pageWidth/2, licenceTitle, h.text.title)
	flourish(g, pageWidth/2, licenceTitle+4.6*mm)
	g.text(labelStyle, leftEdge, licenceDate, h.text.date)
	g.text(labelStyle, 118*mm, licenceDate, h.text.number)
}

// set sets the pages of the licence in the sheet's language.
func (h *licenceSheet) set(s *setter, d documents.Licence, url string) {
	from := s.used
	s.clear()
	s.begin() // beside the labels that the background has
	s.left(valueStyle, leftEdge+labelStyle.points(s.faces.width(labelStyle.face, h.text.date))+8, 0, d.IssuedOn.Printed())
	s.left(valueStyle, 118*mm+labelStyle.points(s.faces.width(labelStyle.face, h.text.number))+8, 0, d.Number)
	s.end(11*mm, false)
	values := [6]string{
		d.Holder.Requisites(h.lang), d.Activity.In(h.lang), d.SpecialConditions.In(h.lang),
		d.Licensor.In(h.lang), d.Head, d.Place.In(h.lang),
	}
	for i, v := range values {
		s.row(h.rows[i], v)
	}
	pinned := len(s.strips)
	h.paperBlock(s)
	s.flow(frame{lang: h.lang, firstTop: licenceDate, nextTop: 27 * mm, bottom: footTop - 4*mm}, pinned)
	s.address(from, url, h.addressY)
}

// row sets a label with its value, the line under it and the caption. Label
// and first line of the value stay together, and so do the last line and the
// caption.
func (s *setter) row(r rowLines, value string) {
	lines := s.wrap(value, valueStyle.measure(rightEdge-valueLeft))
	for i, l := range lines {
		s.begin()
		if i < len(r.label) {
			s.left(labelStyle, leftEdge, 0, r.label[i].text)
		}
		s.left(valueStyle, valueLeft, 0, l.text)
		s.end(leading, i == 0 || i >= len(lines)-2)
	}
	s.begin()
	up := leading // this strip begins one line below the last baseline
	s.rule(valueLeft, rightEdge, 3.8-up)
	for i, l := range r.caption {
		s.left(captionStyle, valueLeft, 11.4-up+float64(i)*captionLead, l.text)
	}
	height := 11.4 - up + float64(len(r.caption))*captionLead
	for i := len(lines); i < len(r.label); i++ {
		s.left(labelStyle, leftEdge, float64(i-len(lines))*leading, r.label[i].text)
		height = max(height, float64(i-len(lines)+1)*leading)
	}
	s.end(height+18, false)
	s.strips[len(s.strips)-1].slack = 12.5
}

// paperBlock sets rows 11 to 15, which only a certified paper copy fills.
func (h *licenceSheet) paperBlock(s *setter) {
	const left, right = leftEdge, rightEdge
	s.begin()
	s.rule(left, right, 0)
	s.centre(captionStyle, pageWidth/2, 10, h.text.paperNote)
	s.end(27, true)
	for _, r := range h.paper {
		s.begin()
		for i, l := range r.label {
			s.left(smallStyle, left, float64(i)*smallLeading, l.text)
		}
		s.rule(paperLeft, right, smallLeading+1)
		for i, l := range r.caption {
			s.left(captionStyle, paperLeft, smallLeading+9+float64(i)*captionLead, l.text)
		}
		s.end(29, true)
	}
	s.begin()
	stampX := right - stampSize/2 - 3*mm
	s.stamp(stampX-stampSize/2, stampX+stampSize/2, 27)
	s.centre(style{face: regular, size: 9, ink: grey}, stampX, 30, h.text.stamp)
	s.left(smallStyle, left, 20, h.text.paperDate)
	for i, l := range h.ground {
		s.left(smallStyle, left, 43+float64(i)*smallLeading, l.text)
	}
	s.end(61, false)
}

// border draws the frame of the licence with its corners.
func border(g *stage) {
	const out, in = 8.5 * mm, 10 * mm
	g.SetDrawColor(0, 110, 150)
	g.SetLineWidth(1.6)
	g.Rect(out, out, pageWidth-2*out, pageHeight-2*out, "D")
	g.SetDrawColor(196, 150, 40)
	g.SetLineWidth(0.6)
	g.Rect(in, in, pageWidth-2*in, pageHeight-2*in, "D")
	g.SetLineCapStyle("round")
	g.SetLineWidth(1.5)
	for i, corner := range [4][2]float64{{in, in}, {pageWidth - in, in}, {pageWidth - in, pageHeight - in}, {in, pageHeight - in}} {
		ramHorns(g, turn{corner[0], corner[1], math.Pi * (0.75 + 0.5*float64(i))}, 4, 0.6)
	}
	g.SetLineCapStyle("butt")
}

// flourish draws the small ornament under a title.
func flourish(g *stage, x, y float64) {
	g.SetDrawColor(196, 150, 40)
	g.SetFillColor(196, 150, 40)
	g.SetLineWidth(0.8)
	g.Line(x-42*mm, y, x-4*mm, y)
	g.Line(x+4*mm, y, x+42*mm, y)
	g.MoveTo(x-6, y)
	g.LineTo(x, y-3.6)
	g.LineTo(x+6, y)
	g.LineTo(x, y+3.6)
	g.ClosePath()
	g.DrawPath("F")
}
