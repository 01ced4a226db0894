package pdf

import "tamga/documents"

// room is where the pages of a section have their text, in points from the upper
// edge, and how those after the first look.
type room struct {
	first, next, bottom float64
	turned              look
}

func (l *layout) room(begin look) room {
	if begin == wideLook {
		w := l.spec.Wide
		return room{first: w.Top * mm, next: w.Top * mm, bottom: w.Bottom * mm, turned: wideLook}
	}
	r := room{first: l.page.NextTop * mm, next: l.page.NextTop * mm, bottom: l.page.Bottom * mm, turned: nextLook}
	if begin != nextLook {
		r.first = l.page.FirstTop * mm
	}
	return r
}

// leastShare is how much of a page the last page of a section has at least: less
// would be a sheet for a line, or for a signature alone.
const leastShare = 1.0 / 5

// least is the height of what a last page has at least.
func (r room) least() float64 { return (r.bottom - r.next) * leastShare }

// section sets strips that begin on a new page.
func (s *setter) section(l *layout, lang documents.Lang, from, to int) {
	begin := s.strips[from].look
	r := l.room(begin)
	s.trim(from, to)
	s.squeeze(from, to, r.bottom-r.first-0.1)
	s.divide(from, to, r)
	for n, at := range s.breaks {
		end, top := to, r.first
		if n+1 < len(s.breaks) {
			end = s.breaks[n+1]
		}
		if n == 0 {
			s.newPage(l, lang, begin)
		} else {
			s.newPage(l, lang, r.turned)
			top = s.repeatHeads(at, r.next)
		}
		s.fillPage(at, end, top, r.bottom)
	}
	s.endPage()
}

// fillPage draws strips on the page just opened.
func (s *setter) fillPage(from, to int, top, bottom float64) {
	y := top
	for i := from; i < to; i++ {
		if s.strips[i].pin && (i == from || !s.strips[i-1].keep) {
			if height := s.height(i, s.unit(i, to)); y+height < bottom && y > top {
				y = bottom - height
			}
		}
		s.draw(s.strips[i], y)
		y += s.strips[i].height
	}
}

// divide finds the strips with which pages begin.
func (s *setter) divide(from, to int, r room) {
	s.breaks = append(s.breaks[:0], from)
	for i := s.fill(from, to, r.bottom-r.first); i < to; {
		s.breaks = append(s.breaks, i)
		i = s.fill(i, to, r.bottom-r.next-s.headsHeight(i))
	}
	s.even(to, r)
}

// fill returns the first strip that no longer stands on a page with so much room,
// which begins with strip i. Only a unit taller than a page is divided.
func (s *setter) fill(i, to int, room float64) int {
	y := 0.0
	for i < to {
		end := s.unit(i, to)
		if y+s.height(i, end) > room && y > 0 {
			return i
		}
		for ; i < end; i++ {
			if y+s.strips[i].height > room && y > 0 {
				return i
			}
			y += s.strips[i].height
		}
	}
	return to
}

// even moves the end of the last page but one to a last page that would be nearly
// empty, if both then have enough.
func (s *setter) even(to int, r room) {
	n := len(s.breaks) - 1
	if n == 0 || s.height(s.breaks[n], to) >= r.least() {
		return
	}
	for i := s.breaks[n] - 1; i > s.breaks[n-1]; i-- {
		if s.strips[i-1].keep || s.height(i, to) < r.least() {
			continue
		}
		if s.height(i, to)+s.headsHeight(i) <= r.bottom-r.next && s.height(s.breaks[n-1], i) >= r.least() {
			s.breaks[n] = i
		}
		return
	}
}

// pagesOf returns how many pages a section takes.
func (s *setter) pagesOf(from, to int, r room) int {
	for to > from+1 && s.trailing(from, to) {
		to--
	}
	height := s.height(from, to)
	for _, t := range s.strips[from:to] {
		height -= t.slack
	}
	if height <= r.bottom-r.first-0.1 {
		return 1
	}
	s.divide(from, to, r)
	return len(s.breaks)
}

// trailing reports whether a section that ends before strip to ends with empty
// room that nothing holds.
func (s *setter) trailing(from, to int) bool {
	t := s.strips[to-1]
	return to-1 > from && t.from == t.to && !s.strips[to-2].keep
}

// trim takes away the empty room at the end of a section, which would take a page
// of its own.
func (s *setter) trim(from, to int) {
	for ; s.trailing(from, to); to-- {
		s.strips[to-1].height, s.strips[to-1].slack = 0, 0
	}
}

// heads are what a page that begins with strip i repeats: the header of a table, the
// label of a row.
func (s *setter) heads(i int) (header, label []strip) {
	if t := s.strips[i].table; t > 0 && i > s.grids[t-1].headTo {
		header = s.strips[s.grids[t-1].head:s.grids[t-1].headTo]
	}
	if a := s.strips[i].again; a > 0 {
		label = s.again[a-1 : a]
	}
	return header, label
}

func (s *setter) headsHeight(i int) float64 {
	h := 0.0
	header, label := s.heads(i)
	for _, t := range header {
		h += t.height
	}
	for _, t := range label {
		h += t.height
	}
	return h
}

// repeatHeads draws at the top of a page what it repeats, as an artifact, and
// returns where the rest begins.
func (s *setter) repeatHeads(i int, y float64) float64 {
	s.asides = true
	header, label := s.heads(i)
	for _, all := range [2][]strip{header, label} {
		for _, t := range all {
			s.draw(t, y)
			y += t.height
		}
	}
	s.asides = false
	return y
}

// squeeze gives up slack if that lets the whole section stand on one page.
func (s *setter) squeeze(from, to int, room float64) {
	excess, slack := s.height(from, to)-room, 0.0
	for _, t := range s.strips[from:to] {
		slack += t.slack
	}
	if excess <= 0 || excess > slack {
		return
	}
	for i := from; i < to; i++ {
		s.strips[i].height -= s.strips[i].slack * excess / slack
	}
}

// unit returns the end of the strips that stay together with strip i.
func (s *setter) unit(i, to int) int {
	for i < to-1 && s.strips[i].keep {
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

// fit is blocks that stand here if that takes no other page, else on pages of
// their own; if those would be nearly empty, here all the same.
type fit struct {
	layout *layout
	here   group
	apart  group
}

func (b *fit) set(s *setter, v *values, parent int32) {
	from := len(s.strips) - 1
	for s.strips[from].look == samePage {
		from--
	}
	r := b.layout.room(s.strips[from].look)
	before, start := s.pagesOf(from, len(s.strips), r), s.point(parent)
	b.here.set(s, v, parent)
	if s.pagesOf(from, len(s.strips), r) == before {
		return
	}
	s.back(start)
	b.apart.set(s, v, parent)
	if next := start.strips; next < len(s.strips) && s.strips[next].look != samePage {
		if r := b.layout.room(s.strips[next].look); s.height(next, len(s.strips)) < r.least() {
			s.back(start)
			b.here.set(s, v, parent)
		}
	}
}

// point is how far the flow has come.
type point struct {
	items, strips, lines, grids, again, elements int
	parent, last                                 int32
}

func (s *setter) point(parent int32) point {
	return point{len(s.items), len(s.strips), len(s.lines), len(s.grids), len(s.again), len(s.elements), parent, s.elements[parent].lastChild}
}

// back takes away what was put since a point.
func (s *setter) back(p point) {
	s.items, s.strips, s.lines, s.grids, s.again, s.elements =
		s.items[:p.items], s.strips[:p.strips], s.lines[:p.lines], s.grids[:p.grids], s.again[:p.again], s.elements[:p.elements]
	e := &s.elements[p.parent]
	if e.lastChild = p.last; p.last == none {
		e.firstChild = none
	} else {
		s.elements[p.last].next = none
	}
}
