package pdf

import "tamga/documents"

// Geometry of the paper, in points. The origin is the upper left corner while
// a page is set; the writer turns it over.
const (
	mm         = 72 / 25.4
	pageWidth  = 210 * mm
	pageHeight = 297 * mm
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
var inks = [...]string{black: "0 g\n", grey: "0.35 g\n", blue: "0.055 0.196 0.384 rg\n"}

var inkNames = map[string]ink{"black": black, "grey": grey, "blue": blue}

// style is how a text looks.
type style struct {
	face    face
	size    float64
	leading float64
	ink     ink
}

// measure returns the column of that width, in points, for wrap.
func (t style) measure(width float64) measure {
	return measure{face: t.face, width: int(width * 1000 / t.size)}
}

// points turns a measured width into points.
func (t style) points(width int) float64 { return float64(width) * t.size / 1000 }

// item is one thing drawn in a strip, dy below its top: a line of text on its
// baseline, a photograph, or a shape from x to x2.
type item struct {
	style
	text   string
	x, x2  float64
	dy     float64
	height float64
	extra  int // widening of spaces, thousandths of the size
	elem   int32
	image  int32
	hyphen bool
	shape  shape
}

// shape is what an item draws.
type shape uint8

const (
	glyphs shape = iota
	thinRule
	gildedRule // double, from x to x2
	stampPlace // a dotted circle between x and x2
	frameBox   // a rectangle as high as height
	emptyBox   // a small square to tick
	tickedBox
	flourish
	photograph
)

// strip is a horizontal slice of the flow that is never divided. Pages break
// between strips, but not after one that keeps with the next.
type strip struct {
	height   float64
	slack    float64 // part of the height to be given up if that saves a page
	from, to int     // its items
	table    int32   // whose rows it belongs to, counted from one
	again    int32   // label to be repeated if a page begins here, counted from one
	keep     bool
	pin      bool // with what it keeps with, it stands at the bottom of the page
	look     look // of a new page that begins here
}

// look is which background a page has.
type look uint8

const (
	samePage  look = iota // no page begins
	firstLook             // of a language: with emblem
	annexLook             // with emblem too, which is only decoration there
	nextLook
	wideLook // in landscape
	lookCount
)

// looks is a set of them, a bit each.
type looks uint8

// grid is the frame of a table that goes on.
type grid struct {
	columns      []float64 // edges
	head, headTo int       // strips of the header
	table        int32
	top, bottom  float64
}

// page is a page being set.
type page struct {
	content   []byte
	shapes    []byte // drawn as one artifact
	lang      documents.Lang
	look      look
	attached  bool // it belongs to no first section
	firstMark int
}

// setter is the composing stick: the scratch space in which one document is
// set. It is reused; nothing of a document outlives reset.
type setter struct {
	faces    *faces
	items    []item
	strips   []strip
	lines    []line
	grids    []grid
	again    []strip // labels of rows that may go on
	breaks   []int   // strips with which the pages of a section begin
	pages    []page
	elements []element
	marks    []mark
	used     int   // of pages
	ink      ink   // current on the page
	into     int32 // element of the items put
	open     int32 // element whose marked content is open on the page
	asides   bool  // what is drawn is a repetition, an artifact
	grid     grid  // on the page
	file     file
	values   values
	check    checkSpot
}

func (s *setter) reset() {
	s.restart()
	v := &s.values
	clear(v.fields)
	clear(v.photos)
	clear(v.names)
	*v = values{fields: v.fields[:0], photos: v.photos[:0], names: v.names[:0], buf: v.buf[:0]}
	s.check = checkSpot{fixed: s.check.fixed[:0]}
	s.clear()
}

// restart forgets the pages, and keeps what they are filled with.
func (s *setter) restart() {
	s.used = 0
	clear(s.elements)
	s.elements, s.marks = s.elements[:0], s.marks[:0]
}

// clear forgets the flow, and with it all texts of the document.
func (s *setter) clear() {
	clear(s.items)
	clear(s.lines)
	s.items, s.strips, s.lines, s.grids, s.again = s.items[:0], s.strips[:0], s.lines[:0], s.grids[:0], s.again[:0]
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
func (s *setter) begin() *strip {
	s.strips = append(s.strips, strip{from: len(s.items)})
	return &s.strips[len(s.strips)-1]
}

func (s *setter) end(height float64, keep bool) {
	t := &s.strips[len(s.strips)-1]
	t.height, t.to, t.keep = height, len(s.items), keep
}

// space is an empty strip.
func (s *setter) space(height float64, keep bool) {
	s.begin()
	s.end(height, keep)
}

// align is where in its column a line stands.
type align uint8

const (
	left align = iota
	right
	centre
	justify
)

var alignNames = map[string]align{"": left, "left": left, "right": right, "centre": centre, "justify": justify}

// put puts a line into the open strip, in the column from x on.
func (s *setter) put(t style, a align, x, width, dy float64, l line) {
	if l.text == "" {
		return
	}
	it := item{style: t, text: l.text, x: x, dy: dy, elem: s.into, hyphen: l.hyphen}
	switch gap := width - t.points(l.width); a {
	case right:
		it.x += gap
	case centre:
		it.x += gap / 2
	case justify:
		if l.spaces > 0 && !l.last && gap > 0 {
			if extra := int(gap * 1000 / t.size / float64(l.spaces)); extra < 700 { // else better ragged than torn
				it.extra = extra
			}
		}
	}
	s.items = append(s.items, it)
}

// shape puts a shape into the open strip.
func (s *setter) shape(h shape, x, x2, dy, height float64) {
	s.items = append(s.items, item{shape: h, x: x, x2: x2, dy: dy, height: height, elem: none})
}

// flow sets the strips on pages of one language.
func (s *setter) flow(l *layout, lang documents.Lang) {
	for from := 0; from < len(s.strips); {
		first := s.used
		to := from + 1
		for to < len(s.strips) && s.strips[to].look == samePage {
			to++
		}
		s.section(l, lang, from, to)
		for i := first; i < s.used; i++ {
			s.pages[i].attached = from > 0
		}
		from = to
	}
}
