package pdf

import "fmt"

// rowNumber is the column that counts the rows of a table.
const rowNumber = "#"

// table is a list with a header, which every page repeats.
type table struct {
	source        string
	columns       []tableColumn
	edges         []float64
	style, head   style
	before, after float64
	least         float64 // height of a row
	padding       float64 // above and below the text of a cell
	keep          bool
}

type tableColumn struct {
	head     []line
	align    align
	whole    bool    // its words are never divided
	x, width float64 // of the text
}

// padding is the room between the text of a cell and its edges, in points.
const padding = 3

func (c *compiler) table(at string, b *blockSpec) block {
	t := &table{source: b.Source, style: c.style(at, b.Style, "cell"), head: c.style(at, b.Kind, "cell_head"),
		before: b.Before, after: b.After, least: b.Height * mm, padding: b.Padding, keep: b.Keep}
	if t.padding == 0 {
		t.padding = padding
	}
	if b.Source == "" || len(b.Columns) == 0 || len(b.Columns) > maxColumns {
		c.fail(at, "a table has a source and 1 to %d columns", maxColumns)
		return t
	}
	x := c.left + b.X*mm
	t.edges = append(t.edges, x)
	var names []string
	for i := range b.Columns {
		k := &b.Columns[i]
		place := fmt.Sprintf("%s.columns[%d]", at, i)
		if k.Text == nil || k.Name == "" || k.Width < 6 {
			c.fail(place, "a column has a name, a text and a width of at least 6")
			return t
		}
		head := c.printed(place+".text", k.Text, t.head)
		if !head.fixed || len(head.parts) == 0 {
			c.fail(place+".text", "the head of a column has no fields")
			return t
		}
		width := k.Width * mm
		m := t.head.measure(width - 2*padding)
		m.hyphen = true
		t.columns = append(t.columns, tableColumn{head: c.faces.wrap(nil, head.parts[0].text, m),
			align: c.align(place, k.Align), whole: k.Whole, x: x + padding, width: width - 2*padding})
		x += width
		t.edges = append(t.edges, x)
		names = append(names, k.Name)
	}
	if x > c.right+0.5 {
		c.fail(at, "the columns are %.1f mm wider than the page", (x-c.right)/mm)
	}
	if old := c.layout.tables[b.Source]; old != nil && fmt.Sprint(old) != fmt.Sprint(names) {
		c.fail(at, "table %q is printed twice with other columns", b.Source)
	}
	c.layout.tables[b.Source] = names
	c.layout.used.whole[t.style.face] = true
	c.layout.used.add(t.style.face, string(softHyphen))
	c.layout.used.add(t.head.face, string(softHyphen))
	return t
}

func (b *table) set(s *setter, v *values, parent int32) {
	cells := v.tables[b.source]
	s.space(b.before, true)
	e := s.element(tagTable, parent)
	n := len(s.grids)
	head := len(s.strips)
	var lines [maxColumns][]line
	var elems [maxColumns]int32
	tr := s.element(tagTR, e)
	for i := range b.columns {
		lines[i], elems[i] = b.columns[i].head, s.header(tr, columnScope)
	}
	s.grids = append(s.grids, grid{columns: b.edges, head: head})
	b.strips(s, int32(n+1), b.head, lines, elems, true)
	s.grids[n].headTo = len(s.strips)
	for i := head; i < len(s.strips); i++ {
		s.strips[i].keep = true
	}
	for j, row := range cells {
		tr := s.element(tagTR, e)
		for i := range b.columns {
			k := &b.columns[i]
			m := b.style.measure(k.width)
			m.hyphen, m.whole = !k.whole, v.names
			lines[i], elems[i] = s.wrap(row[i].In(v.lang), m), s.element(tagTD, tr)
		}
		b.strips(s, int32(n+1), b.style, lines, elems, false)
		if b.keep && j == len(cells)-1 {
			s.strips[len(s.strips)-1].keep = true
		}
	}
	s.space(b.after, b.keep)
}

// wholeRow is the number of lines up to which a row is never divided.
const wholeRow = 14

// strips sets a row of cells, a strip for each line.
func (b *table) strips(s *setter, n int32, t style, lines [maxColumns][]line, elems [maxColumns]int32, head bool) {
	count := 1
	for i := range b.columns {
		count = max(count, len(lines[i]))
	}
	for j := range count {
		s.begin().table = n
		up := 0.0
		if j == 0 {
			up = b.padding
		}
		for i := range b.columns {
			k := &b.columns[i]
			if j >= len(lines[i]) {
				continue
			}
			s.into = elems[i]
			a := k.align
			if head {
				a = centre
			}
			s.put(t, a, k.x, k.width, up+t.size, lines[i][j])
		}
		height := up + t.leading
		last := j == count-1
		if last {
			if !head {
				height = max(height, b.least-float64(j)*t.leading)
			}
			height += b.padding - (t.leading-t.size)/2
			s.shape(thinRule, b.edges[0], b.edges[len(b.edges)-1], height, 0)
		}
		s.end(height, !last && (count <= wholeRow || j == 0 || j >= count-2))
	}
}
