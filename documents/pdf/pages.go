package pdf

import (
	"strconv"

	"tamga/documents"
)

// newPage ends the page before and opens one, with the marks that its
// background has.
func (s *setter) newPage(l *layout, lang documents.Lang, k look) {
	s.endPage()
	if s.used == len(s.pages) {
		s.pages = append(s.pages, page{})
	}
	p := &s.pages[s.used]
	s.used++
	p.content, p.shapes, p.lang, p.look, p.firstMark = p.content[:0], p.shapes[:0], lang, k, len(s.marks)
	s.ink, s.open = unknown, none
	if k == firstLook {
		for _, e := range s.check.fixed {
			s.mark(e, s.used-1)
		}
	}
	s.address(l, k)
}

func (s *setter) page() *page { return &s.pages[s.used-1] }

// endPage closes what is open on the page.
func (s *setter) endPage() {
	if s.used == 0 {
		return
	}
	s.endGrid()
	s.close()
	p := s.page()
	if len(p.shapes) > 0 {
		p.content = append(p.content, "/Artifact BMC\n"...)
		p.content = append(p.content, p.shapes...)
		p.content = append(p.content, "EMC\n"...)
		p.shapes = p.shapes[:0]
	}
}

// paginate writes the number of the document in the upper right corner of every
// page, and "n / N" at its foot.
func (s *setter) paginate(l *layout, number string) {
	corner, foot := l.styles["corner"], l.styles["page_number"]
	for i := range s.used {
		p := &s.pages[i]
		var room [24]byte
		n := append(strconv.AppendInt(room[:0], int64(i+1), 10), " / "...)
		n = strconv.AppendInt(n, int64(s.used), 10)
		p.content = append(p.content, "/Artifact<</Type/Pagination/Subtype/Header>>BDC\n"...)
		s.corner(p, corner, l, number)
		p.content = append(p.content, "EMC\n/Artifact<</Type/Pagination/Subtype/Footer>>BDC\n"...)
		text := pageNumber(n)
		p.content = append(p.content, inks[foot.ink]...)
		x, y := (pageWidth-foot.points(s.faces.width(foot.face, text)))/2, 286.5*mm
		if p.look == wideLook {
			_, right, line := l.wideAddress(s.faces, p.lang)
			x, y = right-foot.points(s.faces.width(foot.face, text)), line+p.look.drop()
		}
		p.content = appendText(p.content, item{style: foot, text: text, x: x}, y)
		p.content = append(p.content, "EMC\n"...)
	}
}

const numberSign = "№ "

// corner writes the number of the document.
func (s *setter) corner(p *page, t style, l *layout, number string) {
	right, y := l.right, 15.5*mm
	if p.look == wideLook {
		right, y = l.spec.Wide.Right*mm, wideHead+p.look.drop()
	}
	sign := t.points(s.faces.width(t.face, numberSign))
	x := right - sign - t.points(s.faces.width(t.face, number))
	p.content = append(p.content, inks[t.ink]...)
	p.content = appendText(p.content, item{style: t, text: numberSign, x: x}, y)
	p.content = appendText(p.content, item{style: t, text: number, x: x + sign}, y)
}

// pageNumber returns "n / N"; those of short documents are constants.
func pageNumber(n []byte) string {
	switch string(n) {
	case "1 / 1":
		return "1 / 1"
	case "1 / 2":
		return "1 / 2"
	case "2 / 2":
		return "2 / 2"
	}
	return string(n)
}
