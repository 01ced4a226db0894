package pdf

import (
	"fmt"
	"strings"

	"tamga/documents"
)

// block is a piece of the flow, compiled for one language.
type block interface {
	// set puts the strips of the block; parent is the element it belongs to.
	set(s *setter, v *values, parent int32)
}

// compiler turns the blocks of a layout into what can be set.
type compiler struct {
	layout *layout
	faces  *faces
	lang   documents.Lang
	err    error
}

func (c *compiler) fail(place, format string, args ...any) {
	if c.err == nil {
		c.err = &LayoutError{File: c.layout.file, Place: place, Problem: fmt.Sprintf(format, args...)}
	}
}

func (c *compiler) style(place, name, fallback string) style {
	if name == "" {
		name = fallback
	}
	s, ok := c.layout.styles[name]
	if !ok {
		c.fail(place, "unknown style %q", name)
		return style{size: 10, leading: 12}
	}
	return s
}

func (c *compiler) align(place, name string) align {
	a, ok := alignNames[name]
	if !ok {
		c.fail(place, "unknown alignment %q", name)
	}
	return a
}

func (c *compiler) template(place string, t *documents.Text) template {
	if t == nil {
		return template{fixed: true}
	}
	out, err := c.layout.parseTemplate(t.In(c.lang), c.lang)
	if err != nil {
		c.fail(place+"."+string(c.lang), "%s", err)
	}
	return out
}

// printed is template for a text that is printed in a style: its fixed parts
// must have glyphs.
func (c *compiler) printed(place string, t *documents.Text, in style) template {
	out := c.template(place, t)
	for _, p := range out.parts {
		switch {
		case !p.place:
			for _, r := range p.text {
				if r != '\n' && !c.faces.has(shown(r)) {
					c.fail(place+"."+string(c.lang), "character %U cannot be printed", r)
				}
			}
			c.layout.used.add(in.face, p.text)
		case p.field == fieldCount:
			c.layout.used.add(in.face, "0123456789")
		default:
			c.layout.used.whole[in.face] = true
		}
	}
	return out
}

// column returns the edges of a block: x and width in millimetres from the left
// edge of the text; no width is all that is left.
func (c *compiler) column(place string, b *blockSpec) (x, width float64) {
	x = c.layout.left + b.X*mm
	width = b.Width * mm
	if b.Width == 0 {
		width = c.layout.right - x
	}
	if b.X < 0 || width < 3*mm || x+width > c.layout.right+0.1 {
		c.fail(place, "does not fit between the edges of the text")
	}
	return x, width
}

// blocks compiles a list of blocks. Rows that follow each other are one table.
func (c *compiler) blocks(place string, specs []blockSpec) []block {
	var out []block
	for i := 0; i < len(specs) && c.err == nil; i++ {
		at := fmt.Sprintf("%s[%d]", place, i)
		b := &specs[i]
		if b.Block == "use" {
			named, ok := c.layout.spec.Blocks[b.Name]
			if !ok {
				c.fail(at, "unknown blocks %q", b.Name)
			}
			out = append(out, c.condition(at, b, group(c.blocks("blocks."+b.Name, named))))
			continue
		}
		if b.Block == "row" {
			t := &rows{}
			for ; i < len(specs) && specs[i].Block == "row"; i++ {
				t.rows = append(t.rows, c.row(fmt.Sprintf("%s[%d]", place, i), &specs[i]))
			}
			i--
			out = append(out, t)
			continue
		}
		out = append(out, c.condition(at, b, c.block(at, b)))
	}
	return out
}

func (c *compiler) block(at string, b *blockSpec) block {
	switch b.Block {
	case "text":
		return c.text(at, b)
	case "lines":
		return c.columns(at, b)
	case "rule":
		return c.rule(at, b)
	case "space":
		return &gap{height: b.Height, keep: b.Keep, slack: b.Slack}
	case "table":
		return c.table(at, b)
	case "photographs":
		return c.photos(at, b)
	case "group":
		return &pinned{blocks: c.blocks(at+".blocks", b.Blocks), pin: b.Kind == "bottom", keep: b.Keep}
	case "stamp_place":
		return &stampSpot{text: c.printed(at+".text", b.Text, c.style(at, b.Style, "small")), style: c.style(at, b.Style, "small"),
			x: c.layout.left + b.X*mm, size: b.Width * mm, up: b.Before}
	case "box":
		return c.box(at, b)
	case "choice":
		return c.choice(at, b)
	case "page":
		return &turn{look: map[bool]look{true: annexLook, false: nextLook}[b.Kind == "annex"]}
	}
	c.fail(at, "unknown block %q", b.Block)
	return group(nil)
}

// condition wraps a block that is there only if a field is filled, or is not.
func (c *compiler) condition(at string, b *blockSpec, inner block) block {
	if b.If == "" {
		return inner
	}
	name, not := strings.CutPrefix(b.If, "!")
	f := &conditional{inner: inner, not: not, field: c.layout.field(name), table: name}
	if name == photographs || c.layout.tables[name] != nil {
		f.field = fieldCount
	} else if f.field < 0 {
		c.fail(at+".if", "unknown field %q", name)
	}
	return f
}

// conditional is a block that may be left out.
type conditional struct {
	inner block
	field int
	table string
	not   bool
}

func (b *conditional) holds(v *values) bool {
	switch {
	case b.field >= 0:
		return (v.fields[b.field].KK != "") != b.not
	case b.table == photographs:
		return (len(v.photos) > 0) != b.not
	}
	return (len(v.tables[b.table]) > 0) != b.not
}

func (b *conditional) set(s *setter, v *values, parent int32) {
	if b.holds(v) {
		b.inner.set(s, v, parent)
	}
}

// group is blocks after each other.
type group []block

func (b group) set(s *setter, v *values, parent int32) {
	for _, inner := range b {
		inner.set(s, v, parent)
	}
}

// pinned is blocks that stay together, perhaps at the bottom of the page.
type pinned struct {
	blocks    group
	pin, keep bool
}

func (b *pinned) set(s *setter, v *values, parent int32) {
	from := len(s.strips)
	b.blocks.set(s, v, parent)
	for i := from; i < len(s.strips); i++ {
		s.strips[i].keep = i < len(s.strips)-1 || b.keep
	}
	if from < len(s.strips) {
		s.strips[from].pin = b.pin
	}
}

// gap is empty room.
type gap struct {
	height, slack float64
	keep          bool
}

func (b *gap) set(s *setter, _ *values, _ int32) {
	s.space(b.height, b.keep)
	s.strips[len(s.strips)-1].slack = b.slack
}

// turn begins a new page.
type turn struct{ look look }

func (b *turn) set(s *setter, _ *values, _ int32) {
	s.begin().look = b.look
	s.end(0, true)
}

// rule is a line across the column.
type rule struct {
	shape         shape
	x, x2         float64
	before, after float64
}

func (c *compiler) rule(at string, b *blockSpec) block {
	kinds := map[string]shape{"": thinRule, "thin": thinRule, "gilded": gildedRule, "flourish": flourish}
	k, ok := kinds[b.Kind]
	if !ok {
		c.fail(at, "unknown rule %q", b.Kind)
	}
	x, width := c.column(at, b)
	return &rule{shape: k, x: x, x2: x + width, before: b.Before, after: b.After}
}

func (b *rule) set(s *setter, _ *values, _ int32) {
	s.begin()
	s.shape(b.shape, b.x, b.x2, b.before, 0)
	s.end(b.before+b.after, true)
}

// stampSpot is the dotted place of a round seal; it takes no room of its own.
type stampSpot struct {
	text        template
	style       style
	x, size, up float64
}

func (b *stampSpot) set(s *setter, v *values, parent int32) {
	s.begin()
	s.shape(stampPlace, b.x, b.x+b.size, -b.up, 0)
	s.into = s.element(tagP, parent)
	text := b.text.text(v)
	l := line{text: text, width: s.faces.width(b.style.face, text)}
	s.put(b.style, centre, b.x, b.size, -b.up+b.style.size/3, l)
	s.end(0, false)
}
