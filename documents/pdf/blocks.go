package pdf

import (
	"fmt"
	"strconv"
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
	left   float64 // edges of the text on the pages that the blocks stand on
	right  float64
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
		case p.field == fieldCount || p.field == fieldSheets:
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
	x = c.left + b.X*mm
	width = b.Width * mm
	if b.Width == 0 {
		width = c.right - x
	}
	if b.X < 0 || width < 3*mm || x+width > c.right+0.1 {
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
			left, right := c.left, c.right
			out = append(out, c.condition(at, b, group(c.blocks("blocks."+b.Name, named))))
			if b.If != "" { // what follows may stand on the pages before
				c.left, c.right = left, right
			}
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
			x: c.left + b.X*mm, size: b.Width * mm, up: b.Before}
	case "box":
		return c.box(at, b)
	case "choice":
		return c.choice(at, b)
	case "fit":
		return c.fit(at, b)
	case "page":
		return c.turn(at, b)
	}
	c.fail(at, "unknown block %q", b.Block)
	return group(nil)
}

// condition wraps a block that is there only if a field is filled, or is not.
func (c *compiler) condition(at string, b *blockSpec, inner block) block {
	if b.If == "" {
		return inner
	}
	f := &conditional{inner: inner}
	for _, name := range strings.Fields(b.If) {
		name, not := strings.CutPrefix(name, "!")
		name, most, counted := strings.Cut(name, ">")
		q := question{not: not, field: c.layout.field(name), table: name}
		switch {
		case counted:
			n, err := strconv.Atoi(most)
			if q.field, q.most = fieldCount, n; err != nil || n < 1 || c.layout.tables[name] == nil {
				c.fail(at+".if", "want a table that is printed before, > and a number")
			}
		case name == photographs || name == sheetsAttached || name == attachedData || c.layout.tables[name] != nil:
			q.field = fieldCount
		case q.field < 0:
			c.fail(at+".if", "unknown field %q", name)
		}
		f.all = append(f.all, q)
	}
	return f
}

// conditional is a block that may be left out.
type conditional struct {
	inner block
	all   []question // that must all hold
}

// question is whether a field is filled, or something is there.
type question struct {
	field int
	table string
	most  int // rows that the table has more than
	not   bool
}

func (b *conditional) holds(v *values) bool {
	for _, q := range b.all {
		if q.holds(v) == q.not {
			return false
		}
	}
	return true
}

func (q question) holds(v *values) bool {
	switch {
	case q.field >= 0:
		return v.fields[q.field].KK != ""
	case q.table == photographs:
		return len(v.photos) > 0
	case q.table == attachedData:
		return v.data
	case q.table == sheetsAttached:
		v.counted = true
		return v.attached[v.lang] > 0
	}
	return len(v.tables[q.table]) > q.most
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

// fit compiles the blocks for either place.
func (c *compiler) fit(at string, b *blockSpec) block {
	f := &fit{layout: c.layout, here: c.blocks(at+".blocks", b.Blocks)}
	left, right := c.left, c.right
	named, ok := c.layout.spec.Blocks[b.Name]
	if !ok || len(named) == 0 || named[0].Block != "page" || named[0].If != "" {
		c.fail(at, "blocks %q that begin a new page are needed", b.Name)
	}
	f.apart = c.blocks("blocks."+b.Name, named)
	c.left, c.right = left, right // what follows may stand on the pages before
	return f
}

// turn compiles the beginning of a page: after it the edges are those of its paper.
func (c *compiler) turn(at string, b *blockSpec) block {
	kinds := map[string]look{"": nextLook, "annex": annexLook, "wide": wideLook}
	k, ok := kinds[b.Kind]
	switch {
	case !ok:
		c.fail(at, "unknown page %q", b.Kind)
	case k == wideLook && c.layout.spec.Wide == nil:
		c.fail(at, "wide must be given, here or in a base")
	case k == wideLook && b.If != "":
		c.fail(at, "a page in landscape has no condition; a list of blocks that begins with it may have one")
	case k == wideLook:
		c.left, c.right = c.layout.spec.Wide.Left*mm, c.layout.spec.Wide.Right*mm
	default:
		c.left, c.right = c.layout.left, c.layout.right
	}
	return &turn{look: k}
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
