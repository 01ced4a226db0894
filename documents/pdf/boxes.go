package pdf

import "fmt"

// box is a framed block, such as a stamp of registration.
type box struct {
	inner         group
	x, width      float64
	before, after float64
}

func (c *compiler) box(at string, b *blockSpec) block {
	x, width := c.column(at, b)
	return &box{inner: c.blocks(at+".blocks", b.Blocks), x: x, width: width, before: b.Before, after: b.After}
}

func (b *box) set(s *setter, v *values, parent int32) {
	s.begin()
	at := len(s.items)
	s.shape(frameBox, b.x, b.x+b.width, b.before, 0)
	s.end(b.before+6, true)
	from := len(s.strips)
	b.inner.set(s, v, parent)
	for i := from; i < len(s.strips); i++ {
		s.strips[i].keep = true
	}
	s.items[at].height = s.height(from, len(s.strips)) + 12
	s.space(6+b.after, false)
}

// choice is a question with answers to tick.
type choice struct {
	question *paragraphs
	answers  []template
	style    style
	chosen   template
	x, width float64
	after    float64
}

func (c *compiler) choice(at string, b *blockSpec) block {
	q := *b
	q.Style = or(b.Style, "strong")
	q.Keep = true
	k := &choice{question: c.text(at, &q), style: c.style(at, b.Kind, "body"), after: b.After}
	k.x, k.width = c.column(at, b)
	k.chosen = c.template(at+".value", b.Value)
	for i := range b.Items {
		a := c.printed(fmt.Sprintf("%s.items[%d]", at, i), &b.Items[i], k.style)
		if !a.fixed || len(a.parts) != 1 {
			c.fail(at+".items", "answers have no fields")
			return k
		}
		k.answers = append(k.answers, a)
	}
	if len(k.answers) == 0 {
		c.fail(at, "a choice has items")
	}
	return k
}

func (b *choice) set(s *setter, v *values, parent int32) {
	b.question.set(s, v, parent)
	list := s.element(tagL, parent)
	chosen := b.chosen.text(v)
	for i := range b.answers {
		text := b.answers[i].text(v)
		lines := s.wrap(text, b.style.measure(b.width-14*mm))
		li := s.element(tagLI, list)
		s.into = s.element(tagLBody, li)
		for j, l := range lines {
			s.begin()
			if j == 0 {
				k := emptyBox
				if chosen == itoa(i+1) {
					k = tickedBox
				}
				s.shape(k, b.x+5*mm, b.x+5*mm+9, 2.5, 9)
			}
			s.put(b.style, left, b.x+11*mm, b.width-14*mm, b.style.size, l)
			s.end(b.style.leading+2, j < len(lines)-1 || i < len(b.answers)-1)
		}
	}
	s.space(b.after, false)
}

// photos are photographs in columns, numbered, with their captions.
type photos struct {
	columns       int
	x, width      float64
	height        float64
	before, after float64
	caption       style
	word          template
}

func (c *compiler) photos(at string, b *blockSpec) block {
	p := &photos{columns: 2, height: b.Height * mm, before: b.Before, after: b.After, caption: c.style(at, b.Style, "small"), word: c.printed(at+".text", b.Text, c.style(at, b.Style, "small"))}
	p.x, p.width = c.column(at, b)
	if b.Height < 20 || b.Height > 180 {
		c.fail(at, "the height of photographs is 20 to 180")
	}
	c.layout.used.whole[p.caption.face] = true
	return p
}

// gutter is the room between photographs.
const gutter = 6 * mm

func (b *photos) set(s *setter, v *values, parent int32) {
	width := (b.width - gutter*float64(b.columns-1)) / float64(b.columns)
	s.space(b.before, true)
	for from := 0; from < len(v.photos); from += b.columns {
		var lines [4][]line
		var elems [4]int32
		n := min(b.columns, len(v.photos)-from)
		s.begin()
		for i := range n {
			p := v.photos[from+i]
			scale := min(width/float64(p.width), b.height/float64(p.height))
			w, h := float64(p.width)*scale, float64(p.height)*scale
			x := b.x + float64(i)*(width+gutter) + (width-w)/2
			fig := s.figure(parent, p.alt.In(v.lang))
			s.items = append(s.items, item{shape: photograph, image: int32(from + i), x: x, x2: x + w, dy: b.height - h, height: h, elem: fig})
			elems[i] = s.element(tagP, parent)
			lines[i] = s.wrap(itoa(from+i+1)+". "+p.caption.In(v.lang), b.caption.measure(width))
		}
		s.end(b.height+3, true)
		rows := max(len(lines[0]), len(lines[1]))
		for j := range rows {
			s.begin()
			for i := range n {
				if j < len(lines[i]) {
					s.into = elems[i]
					s.put(b.caption, centre, b.x+float64(i)*(width+gutter), width, b.caption.size, lines[i][j])
				}
			}
			s.end(b.caption.leading, j < rows-1)
		}
		s.space(8, false)
	}
	s.space(b.after, false)
}
