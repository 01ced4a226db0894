package pdf

import (
	"tamga/documents"
	"tamga/language/words"
)

// rows are labels with their values, each over a line with a small caption: a
// table whose rows have a header cell and a data cell.
type rows struct{ rows []row }

// row is one label with its value.
type row struct {
	only                   *conditional // nil if it is always there
	label, caption         []line
	again                  []line // the label where the value goes on, on another page
	value                  template
	labelStyle, valueStyle style
	captionStyle           style
	left, split, right     float64
	before, after, slack   float64
	room                   float64 // for an empty value
	keep                   bool
	ruled                  bool
}

func (c *compiler) row(at string, b *blockSpec) row {
	r := row{
		labelStyle: c.style(at, b.Style, "label"), valueStyle: c.style(at, or(b.Kind, "value"), "value"),
		captionStyle: c.style(at, "", "caption"), left: c.left, right: c.right,
		before: b.Before, after: b.After, slack: b.Slack, keep: b.Keep, room: b.Height * mm, ruled: b.Full || b.Caption != nil,
	}
	if b.Label == nil || b.Value == nil {
		c.fail(at, "a row has a label and a value")
		return r
	}
	split := labelWidth
	if b.X != 0 {
		split = b.X
	}
	r.split = r.left + split*mm
	if r.split > r.right-30*mm {
		c.fail(at, "no room for the value")
	}
	label, caption := c.printed(at+".label", b.Label, r.labelStyle), c.printed(at+".caption", b.Caption, r.captionStyle)
	if !label.fixed || !caption.fixed {
		c.fail(at, "label and caption have no fields")
		return r
	}
	r.value = c.printed(at+".value", b.Value, r.valueStyle)
	if len(label.parts) > 0 {
		text := label.parts[0].text
		r.label = c.faces.wrap(nil, text, r.labelStyle.measure(r.split-r.left-2*mm))
		text += " " + goesOn().In(c.lang)
		c.layout.used.add(r.labelStyle.face, text)
		r.again = c.faces.wrap(nil, text, r.labelStyle.measure(r.right-r.left))
	}
	if len(caption.parts) > 0 {
		r.caption = c.faces.wrap(nil, caption.parts[0].text, r.captionStyle.measure(r.right-r.split))
	}
	if b.If != "" {
		r.only = c.condition(at, b, nil).(*conditional)
	}
	return r
}

// labelWidth is where the value of a row begins, in millimetres, unless the row
// says so itself.
const labelWidth = 58.0

// goesOn marks the label of a row whose value goes on from the page before.
func goesOn() documents.Text { return documents.OnPaper(words.Of("paper.goes_on")) }

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func (b *rows) set(s *setter, v *values, parent int32) {
	table := none
	for i := range b.rows {
		r := &b.rows[i]
		if r.only != nil && !r.only.holds(v) {
			continue
		}
		if table == none {
			table = s.element(tagTable, parent)
		}
		r.set(s, v, s.element(tagTR, table))
	}
}

// set sets a label with its value, the line under it and the caption. Label
// and first line of the value stay together, and so do the last line and the
// caption.
func (r *row) set(s *setter, v *values, tr int32) {
	head, data := s.header(tr, rowScope), s.element(tagTD, tr)
	lines := s.wrap(r.value.text(v), r.valueStyle.measure(r.right-r.split))
	if len(lines) == 1 && lines[0].text == "" {
		lines = lines[:0]
	}
	lead := r.valueStyle.leading
	again := int32(0)
	if len(lines) > 2 && len(r.again) > 0 { // the first two lines stay together
		again = r.heading(s)
	}
	for i, l := range lines {
		up := 0.0
		s.begin()
		if i > 0 {
			s.strips[len(s.strips)-1].again = again
		}
		if i == 0 {
			up = r.before
		}
		r.labelLine(s, head, i, up)
		s.into = data
		s.put(r.valueStyle, left, r.split, r.right-r.split, up+r.valueStyle.size, l)
		s.end(up+lead, i == 0 || i >= len(lines)-2)
	}
	s.begin()
	up := 0.0 // from the top of this strip to that of the first line that is left
	if len(lines) == 0 {
		up = r.before + r.room
		r.labelLine(s, head, 0, r.before)
	}
	for i := max(len(lines), 1); i < len(r.label); i++ {
		s.into = head
		s.put(r.labelStyle, left, r.left, r.split-r.left, float64(i-len(lines))*r.labelStyle.leading+r.labelStyle.size+r.beforeEmpty(lines), r.label[i])
	}
	height := up
	if r.ruled {
		s.shape(thinRule, r.split, r.right, up+1.2, 0)
		height = up + 2
	}
	s.into = data
	for i, l := range r.caption {
		s.put(r.captionStyle, left, r.split, r.right-r.split, up+8.6+float64(i)*r.captionStyle.leading, l)
		height = up + 8.6 + float64(i+1)*r.captionStyle.leading - r.captionStyle.size
	}
	if free := len(r.label) - len(lines); free > 0 {
		height = max(height, float64(free)*r.labelStyle.leading+r.beforeEmpty(lines))
	}
	s.end(height+r.after, r.keep)
	s.strips[len(s.strips)-1].slack = r.slack
}

// heading prepares the label that stands above a value which goes on, and returns
// its number, counted from one.
func (r *row) heading(s *setter) int32 {
	h := strip{from: len(s.items), height: float64(len(r.again))*r.labelStyle.leading + 2}
	s.into = none
	for i, l := range r.again {
		s.put(r.labelStyle, left, r.left, r.right-r.left, float64(i)*r.labelStyle.leading+r.labelStyle.size, l)
	}
	h.to = len(s.items)
	s.again = append(s.again, h)
	return int32(len(s.again))
}

func (r *row) labelLine(s *setter, head int32, i int, up float64) {
	if i < len(r.label) {
		s.into = head
		s.put(r.labelStyle, left, r.left, r.split-r.left, up+r.valueStyle.size, r.label[i])
	}
}

func (r *row) beforeEmpty(lines []line) float64 {
	if len(lines) == 0 {
		return r.before
	}
	return 0
}
