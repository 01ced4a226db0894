package pdf

import "strconv"

// draw writes the operators of a strip whose top is at y on the last page.
func (s *setter) draw(t strip, y float64) {
	y += s.page().look.drop()
	if t.table > 0 {
		g := s.grids[t.table-1]
		if s.grid.table != t.table {
			s.endGrid()
			s.grid = g
			s.grid.table, s.grid.top = t.table, y
		}
		s.grid.bottom = y + t.height
	} else {
		s.endGrid()
	}
	p := s.page()
	for _, it := range s.items[t.from:t.to] {
		switch it.shape {
		case glyphs:
			s.enter(p, it.elem)
			if it.ink != s.ink {
				s.ink = it.ink
				p.content = append(p.content, inks[it.ink]...)
			}
			p.content = appendText(p.content, it, y+it.dy)
		case photograph:
			s.enter(p, it.elem)
			s.elements[it.elem].box = [4]float64{it.x, y + it.dy, it.x2, y + it.dy + it.height}
			p.content = append(p.content, "q "...)
			p.content = appendNumber(p.content, it.x2-it.x)
			p.content = append(p.content, " 0 0 "...)
			p.content = appendNumber(p.content, it.height)
			p.content = append(p.content, ' ')
			p.content = appendNumber(p.content, it.x)
			p.content = append(p.content, ' ')
			p.content = appendNumber(p.content, pageHeight-y-it.dy-it.height)
			p.content = append(p.content, " cm /Im"...)
			p.content = append(appendInt(p.content, int(it.image)), " Do Q\n"...)
		default:
			p.shapes = appendShape(p.shapes, it, y+it.dy)
		}
	}
}

// enter opens the marked content of an element, closing that of another.
func (s *setter) enter(p *page, elem int32) {
	if s.asides {
		elem = none
	}
	if elem == s.open && elem != none {
		return
	}
	s.close()
	if elem == none {
		p.content = append(p.content, "/Artifact BMC\n"...)
		s.open = artifact
		return
	}
	s.open = elem
	p.content = append(p.content, '/')
	p.content = append(p.content, tagNames[s.elements[elem].tag]...)
	p.content = append(p.content, "<</MCID "...)
	p.content = appendInt(p.content, int(s.mark(elem, s.used-1)))
	p.content = append(p.content, ">>BDC\n"...)
}

// artifact says that an artifact is open.
const artifact int32 = -2

func (s *setter) close() {
	if s.open != none {
		p := s.page()
		p.content = append(p.content, "EMC\n"...)
		s.open = none
	}
}

// endGrid draws the outline of the table on the page.
func (s *setter) endGrid() {
	g := s.grid
	if g.table == 0 {
		return
	}
	p := s.page()
	p.shapes = append(p.shapes, "0.55 G 0.5 w "...)
	for _, x := range g.columns {
		p.shapes = appendPoints(p.shapes, " m ", x, g.top)
		p.shapes = appendPoints(p.shapes, " l ", x, g.bottom)
	}
	last := g.columns[len(g.columns)-1]
	for _, y := range []float64{g.top, g.bottom} {
		p.shapes = appendPoints(p.shapes, " m ", g.columns[0], y)
		p.shapes = appendPoints(p.shapes, " l ", last, y)
	}
	p.shapes = append(p.shapes, "S\n"...)
	s.grid = grid{}
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
		dst = appendString(dst, it.text, it.hyphen)
		return append(dst, "Tj ET\n"...)
	}
	return append(appendStretched(dst, it.text, it.extra, it.hyphen), "TJ ET\n"...)
}

// appendShape writes a rule, a box or a circle at y.
func appendShape(dst []byte, it item, y float64) []byte {
	switch it.shape {
	case gildedRule:
		dst = appendLine(append(dst, "0.769 0.588 0.157 RG 1.1 w "...), it, y)
		return appendLine(append(dst, "0 0.431 0.588 RG 0.4 w "...), it, y+1.8)
	case stampPlace:
		dst = append(dst, "q 0.55 G 0.6 w [0.1 2.4] 0 d 1 J "...)
		return append(appendCircle(dst, (it.x+it.x2)/2, y, (it.x2-it.x)/2), "S Q\n"...)
	case frameBox:
		dst = append(dst, "0.055 0.196 0.384 RG 1.2 w "...)
		return append(appendBox(dst, it.x, y, it.x2, y+it.height), "S\n"...)
	case emptyBox, tickedBox:
		dst = append(dst, "0.3 G 0.7 w "...)
		dst = appendBox(dst, it.x, y, it.x2, y+it.height)
		if it.shape == tickedBox {
			dst = appendPoints(dst, " m ", it.x+2, y+2)
			dst = appendPoints(dst, " l ", it.x2-2, y+it.height-2)
			dst = appendPoints(dst, " m ", it.x2-2, y+2)
			dst = appendPoints(dst, " l ", it.x+2, y+it.height-2)
		}
		return append(dst, "S\n"...)
	case flourish:
		return appendFlourish(dst, (it.x+it.x2)/2, y)
	default:
		return appendLine(append(dst, "0.55 G 0.5 w "...), it, y)
	}
}

// appendFlourish writes the small ornament under a title.
func appendFlourish(dst []byte, x, y float64) []byte {
	dst = append(dst, "0.769 0.588 0.157 RG 0.769 0.588 0.157 rg 0.8 w "...)
	for _, side := range []float64{-1, 1} {
		dst = appendPoints(dst, " m ", x+side*42*mm, y)
		dst = appendPoints(dst, " l ", x+side*4*mm, y)
	}
	dst = append(dst, "S "...)
	dst = appendPoints(dst, " m ", x-6, y)
	for _, p := range [][2]float64{{x, y - 3.6}, {x + 6, y}, {x, y + 3.6}} {
		dst = appendPoints(dst, " l ", p[0], p[1])
	}
	return append(dst, "h f\n"...)
}

func appendBox(dst []byte, x, y, x2, y2 float64) []byte {
	dst = appendPoints(dst, " ", x, y2)
	dst = append(appendNumber(dst, x2-x), ' ')
	return append(appendNumber(dst, y2-y), " re "...)
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

func itoa(n int) string { return strconv.Itoa(n) }
