package pdf

import (
	"strconv"
	"tamga/documents"
)

// Geometry of the paper, in points. The origin is the upper left corner while
// a page is set; the writer turns it over.
const (
	mm         = 72 / 25.4
	pageWidth  = 210 * mm
	pageHeight = 297 * mm
	leftEdge   = 23 * mm
	rightEdge  = 187 * mm
)

// ink is a colour of the documents.
type ink uint8

const (
	unknown ink = iota // the page's colour has not been set yet
	black
	grey
	blue
)

// operators of the inks, in a grey or RGB device space.
var inks = [...]string{black: "0 g\n", grey: "0.4 g\n", blue: "0.055 0.196 0.384 rg\n"}

// style is how a text looks.
type style struct {
	face face
	size float64
	ink  ink
}

// measure returns the column of that width, in points, for wrap.
func (t style) measure(width float64) measure {
	return measure{face: t.face, width: int(width * 1000 / t.size)}
}

// item is one thing drawn in a strip: a text with its baseline dy below the
// strip's top, or, without a text, a rule from x to x2.
type item struct {
	style
	text  string
	x, x2 float64
	dy    float64
	extra int // widening of spaces, thousandths of the size
	shape shape
}

// shape is what an item without a text draws.
type shape uint8

const (
	thinRule   shape = iota
	gildedRule       // double, from x to x2
	stampPlace       // a dotted circle between x and x2
)

// strip is a horizontal slice of the flow that is never divided. Pages break
// between strips, but not after one that keeps with the next.
type strip struct {
	height   float64
	slack    float64 // part of the height to be given up if that saves a page
	from, to int     // its items
	keep     bool
}

// page is a page being set.
type page struct {
	content []byte
	lang    documents.Lang
	first   bool // of its language
}

// setter is the composing stick: the scratch space in which one document is
// set. It is reused; nothing of a document outlives reset.
type setter struct {
	faces  *faces
	items  []item
	strips []strip
	lines  []line
	pages  []page
	used   int // of pages
	ink    ink // current on the page
	file   file
}

func (s *setter) reset() {
	s.used = 0
	s.clear()
}

// clear forgets the flow, and with it all texts of the document.
func (s *setter) clear() {
	clear(s.items)
	clear(s.lines)
	s.items, s.strips, s.lines = s.items[:0], s.strips[:0], s.lines[:0]
}

// wrap sets a text in lines that stay valid until clear.
func (s *setter) wrap(text string, m measure) []line {
	from := len(s.lines)
	s.lines = s.faces.wrap(s.lines, text, m)
	return s.lines[from:len(s.lines):len(s.lines)]
}

// balanced is wrap for headings: it narrows the column as long as that takes no
// more lines, so that no word is left alone on the last one.
func (s *setter) balanced(text string, m measure) []line {
	from := len(s.lines)
	best := s.wrap(text, m)
	for width := m.width * 15 / 16; len(best) > 1 && width > m.width/2; width -= m.width / 16 {
		s.lines = s.lines[:from+len(best)]
		narrow := s.wrap(text, measure{face: m.face, width: width})
		if len(narrow) != len(best) {
			break
		}
		copy(best, narrow)
	}
	s.lines = s.lines[:from+len(best)]
	return best
}

// begin opens a strip; what is put until end belongs to it.
func (s *setter) begin() { s.strips = append(s.strips, strip{from: len(s.items)}) }

func (s *setter) end(height float64, keep bool) {
	t := &s.strips[len(s.strips)-1]
	t.height, t.to, t.keep = height, len(s.items), keep
}

// space is an empty strip.
func (s *setter) space(height float64, keep bool) {
	s.begin()
	s.end(height, keep)
}

// left, right and centre put a line of text into the open strip, at x.
func (s *setter) left(t style, x, dy float64, text string) {
	if text != "" {
		s.items = append(s.items, item{style: t, text: text, x: x, dy: dy})
	}
}

func (s *setter) right(t style, x, dy float64, text string) {
	s.left(t, x-t.points(s.faces.width(t.face, text)), dy, text)
}

func (s *setter) centre(t style, x, dy float64, text string) {
	s.left(t, x-t.points(s.faces.width(t.face, text))/2, dy, text)
}

// rule puts a thin line into the open strip.
func (s *setter) rule(x, x2, dy float64) {
	s.items = append(s.items, item{x: x, x2: x2, dy: dy})
}

// gild puts the double rule of the documents into the open strip.
func (s *setter) gild(x, x2, dy float64) {
	s.items = append(s.items, item{x: x, x2: x2, dy: dy, shape: gildedRule})
}

// stamp puts the place of a round stamp into the open strip, its centre at dy.
func (s *setter) stamp(x, x2, dy float64) {
	s.items = append(s.items, item{x: x, x2: x2, dy: dy, shape: stampPlace})
}

// points turns a measured width into points.
func (t style) points(width int) float64 { return float64(width) * t.size / 1000 }

// frame is the part of the pages of one language into which text flows.
type frame struct {
	lang     documents.Lang
	firstTop float64
	nextTop  float64
	bottom   float64
}

// flow sets the strips on pages. The strips from pinned on (none if it is
// len(s.strips)) belong together and stand at the bottom of the page.
func (s *setter) flow(f frame, pinned int) {
	s.squeeze(f.bottom - f.firstTop)
	p := s.newPage(f.lang, true)
	y := f.firstTop
	top := y
	for i := 0; i < len(s.strips); {
		end := s.unit(i)
		if i == pinned {
			end = len(s.strips)
		}
		height := s.height(i, end)
		if y+height > f.bottom && y > top {
			p = s.newPage(f.lang, false)
			y = f.nextTop
			top = y
		}
		if i == pinned && y+height < f.bottom && y > top {
			y = f.bottom - height
		}
		for ; i < end; i++ {
			if y+s.strips[i].height > f.bottom && y > top { // a unit taller than a page
				p = s.newPage(f.lang, false)
				y = f.nextTop
			}
			s.draw(p, s.strips[i], y)
			y += s.strips[i].height
		}
	}
}

// squeeze gives up slack if that lets the whole flow stand on one page.
func (s *setter) squeeze(room float64) {
	excess, slack := s.height(0, len(s.strips))-room, 0.0
	for _, t := range s.strips {
		slack += t.slack
	}
	if excess <= 0 || excess > slack {
		return
	}
	for i := range s.strips {
		s.strips[i].height -= s.strips[i].slack * excess / slack
	}
}

// unit returns the end of the strips that stay together with strip i.
func (s *setter) unit(i int) int {
	for i < len(s.strips)-1 && s.strips[i].keep {
		i++
	}
	return i + 1
}

func (s *setter) height(from, to int) float64 {
	h := 0.0
	for _, t := range s.strips[from:to] {
		h += t.height
	}
	return h
}

// newPage opens a page. The pointer is good until the next newPage.
func (s *setter) newPage(lang documents.Lang, first bool) *page {
	if s.used == len(s.pages) {
		s.pages = append(s.pages, page{})
	}
	p := &s.pages[s.used]
	s.used++
	p.content, p.lang, p.first = p.content[:0], lang, first
	p.content = append(p.content, "/Span<</Lang("...)
	p.content = append(p.content, lang...)
	p.content = append(p.content, "-KZ)>>BDC\n"...)
	s.ink = unknown
	return p
}

// paginate ends the pages: the number of the document in the upper right
// corner of each, and "n / N" at its foot.
func (s *setter) paginate(number string) {
	corner := style{face: bold, size: 9.5, ink: blue}
	foot := style{face: regular, size: 8.5, ink: grey}
	s.clear()
	for i := range s.used {
		p := &s.pages[i]
		s.begin()
		s.right(corner, rightEdge, 15.5*mm, "№ "+number)
		s.centre(foot, pageWidth/2, 284.5*mm, strconv.Itoa(i+1)+" / "+strconv.Itoa(s.used))
		s.end(0, false)
		s.ink = unknown
		s.draw(p, s.strips[i], 0)
		p.content = append(p.content, "EMC\n"...)
	}
}

// draw writes the operators of a strip whose top is at y.
func (s *setter) draw(p *page, t strip, y float64) {
	for _, it := range s.items[t.from:t.to] {
		if it.text == "" {
			p.content = appendShape(p.content, it, y+it.dy)
			continue
		}
		if it.ink != s.ink {
			s.ink = it.ink
			p.content = append(p.content, inks[it.ink]...)
		}
		p.content = appendText(p.content, it, y+it.dy)
	}
}

// appendText writes one line of text with its baseline at y.
func appendText(dst []byte, it item, y float64) []byte {
	dst = append(dst, "BT/F"...)
	dst = append(dst, '0'+byte(it.face), ' ')
	dst = appendNumber(dst, it.size)
	dst = append(dst, " Tf "...)
	dst = appendNumber(dst, it.x)
	dst = append(dst, ' ')
	dst = appendNumber(dst, pageHeight-y)
	dst = append(dst, " Td "...)
	if it.extra == 0 {
		dst = append(appendHex(dst, it.text), "Tj ET\n"...)
		return dst
	}
	return append(appendStretched(dst, it.text, it.extra), "TJ ET\n"...)
}

// appendShape writes a rule or a circle at y.
func appendShape(dst []byte, it item, y float64) []byte {
	switch it.shape {
	case gildedRule:
		dst = appendLine(append(dst, "0.769 0.588 0.157 RG 1.1 w "...), it, y)
		return appendLine(append(dst, "0 0.431 0.588 RG 0.4 w "...), it, y+1.8)
	case stampPlace:
		dst = append(dst, "q 0.55 G 0.6 w [0.1 2.4] 0 d 1 J "...)
		return append(appendCircle(dst, (it.x+it.x2)/2, y, (it.x2-it.x)/2), "S Q\n"...)
	default:
		return appendLine(append(dst, "0.55 G 0.5 w "...), it, y)
	}
}

// appendCircle writes a circle as four curves.
func appendCircle(dst []byte, x, y, r float64) []byte {
	const k = 0.5523 // of the radius: the usual approximation of a quarter
	dst = appendPoints(dst, " m ", x+r, y)
	dst = appendPoints(dst, " c ", x+r, y+k*r, x+k*r, y+r, x, y+r)
	dst = appendPoints(dst, " c ", x-k*r, y+r, x-r, y+k*r, x-r, y)
	dst = appendPoints(dst, " c ", x-r, y-k*r, x-k*r, y-r, x, y-r)
	return appendPoints(dst, " c ", x+k*r, y-r, x+r, y-k*r, x+r, y)
}

// appendPoints writes points, and the operator that takes them.
func appendPoints(dst []byte, operator string, points ...float64) []byte {
	for i := 0; i < len(points); i += 2 {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(appendNumber(dst, points[i]), ' ')
		dst = appendNumber(dst, pageHeight-points[i+1])
	}
	return append(dst, operator...)
}

func appendLine(dst []byte, it item, y float64) []byte {
	dst = appendPoints(dst, " m ", it.x, y)
	return appendPoints(dst, " l S\n", it.x2, y)
}

// appendNumber writes a length in hundredths of a point, which is finer than
// any printer.
func appendNumber(dst []byte, v float64) []byte {
	n := int(v*100 + 0.5)
	if v < 0 {
		n = int(v*100 - 0.5)
	}
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	dst = strconv.AppendInt(dst, int64(n/100), 10)
	if c := n % 100; c != 0 {
		dst = append(dst, '.', '0'+byte(c/10))
		if c%10 != 0 {
			dst = append(dst, '0'+byte(c%10))
		}
	}
	return dst
}

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }
