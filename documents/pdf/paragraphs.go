package pdf

import (
	"fmt"
	"slices"
	"strings"

	"tamga/documents"
)

// blockTags are the tags of texts; of L every paragraph is an item of the list.
var blockTags = map[string]tag{"": tagP, "P": tagP, "H1": tagH1, "H2": tagH2, "L": tagL}

// paragraphs is a text; every line of its fields is a paragraph.
type paragraphs struct {
	text          template
	style         style
	tag           tag
	align         align
	x, width      float64
	indent        float64
	before, after float64
	balance, keep bool
	sentence      bool
	lang          documents.Lang
	ready         []line // of a fixed text
}

func (c *compiler) text(at string, b *blockSpec) *paragraphs {
	p := &paragraphs{style: c.style(at, b.Style, "body"), align: c.align(at, b.Align), before: b.Before, after: b.After,
		balance: b.Balance, keep: b.Keep, indent: b.Indent * mm, sentence: b.Full, lang: documents.Lang(b.Lang)}
	if !slices.Contains([]string{"", "kk", "ru"}, b.Lang) {
		c.fail(at, "unknown language %q", b.Lang)
	}
	tag, ok := blockTags[b.Tag]
	if !ok {
		c.fail(at, "unknown tag %q: want P, H1, H2 or L", b.Tag)
	}
	p.tag = tag
	if b.Text == nil {
		c.fail(at, "no text")
	}
	p.x, p.width = c.column(at, b)
	p.text = c.printed(at+".text", b.Text, p.style)
	if p.align == justify {
		c.layout.used.add(p.style.face, string(softHyphen))
	}
	if p.text.fixed && !p.balance && len(p.text.parts) > 0 {
		fixed := p.text.parts[0].text
		if p.sentence {
			fixed = sentence(fixed)
			c.layout.used.add(p.style.face, ".")
		}
		p.ready = c.faces.wrap(nil, fixed, p.measure())
	}
	return p
}

func (b *paragraphs) measure() measure {
	m := b.style.measure(b.width)
	m.indent, m.hyphen = int(b.indent*1000/b.style.size), b.align == justify
	return m
}

// lines returns the lines of the text.
func (b *paragraphs) lines(s *setter, v *values) []line {
	if b.ready != nil {
		return b.ready
	}
	text := b.text.text(v)
	if text == "" {
		return nil
	}
	if b.sentence {
		text = sentence(text)
	}
	if b.balance {
		return s.balanced(text, b.measure())
	}
	m := b.measure()
	m.whole = v.names
	return s.wrap(text, m)
}

func (b *paragraphs) set(s *setter, v *values, parent int32) {
	lines := b.lines(s, v)
	tag := b.tag
	if tag == tagL && len(lines) > 0 {
		tag, parent = tagLBody, s.element(tagL, parent)
	}
	for len(lines) > 0 {
		n := 1 + slices.IndexFunc(lines, func(l line) bool { return l.last })
		if n == 0 {
			n = len(lines)
		}
		if tag == tagLBody {
			s.into = s.element(tag, s.element(tagLI, parent))
		} else {
			s.into = s.element(tag, parent)
		}
		s.elements[s.into].lang = b.lang
		b.paragraph(s, lines[:n], n == len(lines))
		lines = lines[n:]
	}
}

// paragraph sets one paragraph. At least two lines of it stay together at the
// foot and at the top of a page; only the final paragraph keeps with what follows.
func (b *paragraphs) paragraph(s *setter, lines []line, final bool) {
	for i, l := range lines {
		x, width, up := b.x, b.width, 0.0
		if i == 0 {
			x, width, up = x+b.indent, width-b.indent, b.before
		}
		last := i == len(lines)-1
		s.begin()
		s.put(b.style, b.align, x, width, up+b.style.size, l)
		height := up + b.style.leading
		if last {
			height += b.after
		}
		s.end(height, !last && (i == 0 || i == len(lines)-2 || b.tag == tagH1 || b.tag == tagH2) || last && final && b.keep)
	}
}

// sentence ends a reason with a full stop if nothing else ends it.
func sentence(reason string) string {
	if reason == "" || strings.ContainsAny(reason[len(reason)-1:], ".!?:;") || strings.HasSuffix(reason, "…") {
		return reason
	}
	return reason + "."
}

// columns are texts beside each other, each with an edge and width of its own.
type columns struct {
	columns       []column
	before, after float64
	height        float64 // at least
	keep          bool
}

type column struct {
	paragraphs
	valign valign
}

type valign uint8

const (
	top valign = iota
	middle
	bottom
)

func (c *compiler) columns(at string, b *blockSpec) *columns {
	out := &columns{before: b.Before, after: b.After, keep: b.Keep, height: b.Height * mm}
	for i := range b.Columns {
		place := fmt.Sprintf("%s.columns[%d]", at, i)
		k := column{paragraphs: *c.text(place, &b.Columns[i])}
		v, ok := map[string]valign{"": top, "top": top, "middle": middle, "bottom": bottom}[b.Columns[i].VAlign]
		if !ok {
			c.fail(place, "unknown vertical alignment %q", b.Columns[i].VAlign)
		}
		k.valign = v
		out.columns = append(out.columns, k)
	}
	if len(out.columns) == 0 || len(out.columns) > maxColumns {
		c.fail(at, "want 1 to %d columns", maxColumns)
	}
	return out
}

const maxColumns = 12

// set puts a strip for each line, so that even a very long column can be
// divided; but usually all stay together.
func (b *columns) set(s *setter, v *values, parent int32) {
	var lines [maxColumns][]line
	var elems [maxColumns]int32
	height, rows := b.height, 0
	leading := b.columns[0].style.leading
	for i := range b.columns {
		k := &b.columns[i]
		lines[i] = k.paragraphs.lines(s, v)
		rows = max(rows, len(lines[i]))
		leading = max(leading, k.style.leading)
		if len(lines[i]) > 0 {
			elems[i] = s.element(k.tag, parent)
			s.elements[elems[i]].lang = k.lang
		}
	}
	margin := max(0, height-float64(rows)*leading) / 2
	s.space(b.before+margin, true)
	for row := range rows {
		s.begin()
		for i := range b.columns {
			k := &b.columns[i]
			free := rows - len(lines[i])
			up := 0.0
			switch k.valign {
			case middle:
				up, free = float64(free%2)*leading/2, free/2
			case top:
				free = 0
			}
			if n := row - free; n >= 0 && n < len(lines[i]) {
				s.into = elems[i]
				s.put(k.style, k.align, k.x, k.width, up+k.style.size, lines[i][n])
			}
		}
		s.end(leading, row < rows-1)
	}
	s.space(margin+b.after, b.keep)
	if rows > 0 {
		s.strips[len(s.strips)-2].keep = true
	}
}
