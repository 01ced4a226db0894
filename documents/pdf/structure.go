package pdf

import "tamga/documents"

// tag is a standard structure type (ISO 32000-1, 14.8.4).
type tag uint8

const (
	tagDocument tag = iota
	tagSect
	tagP
	tagH1
	tagH2
	tagTable
	tagTR
	tagTH
	tagTD
	tagL
	tagLI
	tagLbl
	tagLBody
	tagFigure
	tagForm
	tagCaption
)

var tagNames = [...]string{
	tagDocument: "Document", tagSect: "Sect", tagP: "P", tagH1: "H1", tagH2: "H2", tagTable: "Table", tagTR: "TR",
	tagTH: "TH", tagTD: "TD", tagL: "L", tagLI: "LI", tagLbl: "Lbl", tagLBody: "LBody", tagFigure: "Figure",
	tagForm: "Form", tagCaption: "Caption",
}

// scope of a header cell.
type scope uint8

const (
	noScope scope = iota
	rowScope
	columnScope
)

// none is no element: what belongs to none is an artifact.
const none int32 = -1

// element is a structure element: a container of others, or a leaf with marked
// content.
type element struct {
	tag                   tag
	scope                 scope
	lang                  documents.Lang // "" is that of the parent
	alt                   string
	box                   [4]float64 // of a figure: left, top, right, bottom in points from the upper left corner
	parent                int32
	firstChild, lastChild int32
	next                  int32
	firstMark, lastMark   int32
	firstPage             int32
}

// mark is a marked-content sequence; its number on its page is its place among
// the marks of the page.
type mark struct {
	elem, page, mcid, next int32
}

// element adds an element at the end of its parent.
func (s *setter) element(t tag, parent int32) int32 {
	n := int32(len(s.elements))
	s.elements = append(s.elements, element{tag: t, parent: parent, firstChild: none, lastChild: none, next: none, firstMark: none, lastMark: none, firstPage: none})
	if parent != none {
		p := &s.elements[parent]
		if p.lastChild == none {
			p.firstChild = n
		} else {
			s.elements[p.lastChild].next = n
		}
		p.lastChild = n
	}
	return n
}

// figure adds a figure with its alternative text.
func (s *setter) figure(parent int32, alt string) int32 {
	e := s.element(tagFigure, parent)
	s.elements[e].alt = alt
	return e
}

// header adds a header cell.
func (s *setter) header(row int32, c scope) int32 {
	e := s.element(tagTH, row)
	s.elements[e].scope = c
	return e
}

// mark notes the next marked-content sequence of a page, and returns its number.
func (s *setter) mark(elem int32, page int) int32 {
	p := &s.pages[page]
	mcid := int32(len(s.marks) - p.firstMark)
	n := int32(len(s.marks))
	s.marks = append(s.marks, mark{elem: elem, page: int32(page), mcid: mcid, next: none})
	e := &s.elements[elem]
	if e.lastMark == none {
		e.firstMark, e.firstPage = n, int32(page)
	} else {
		s.marks[e.lastMark].next = n
	}
	e.lastMark = n
	return mcid
}

// structure writes the elements, the parent tree and the root.
func (f *file) structure(s *setter) {
	for i := range s.elements {
		f.element(s, i)
	}
	f.open(objStructure)
	f.str("<</Type/StructTreeRoot/K ").num(f.elem(0)).str(" 0 R/ParentTree ").num(objParentTree).
		str(" 0 R/ParentTreeNextKey ").num(s.used + 1).str(">>")
	f.close()
	f.open(objParentTree)
	f.str("<</Nums[")
	if !f.k.preview {
		f.str("0 ").num(f.elem(f.form)).str(" 0 R")
	}
	for i := range s.used {
		f.str(" ").num(i + 1).str("[")
		to := len(s.marks)
		if i+1 < s.used {
			to = s.pages[i+1].firstMark
		}
		for _, m := range s.marks[s.pages[i].firstMark:to] {
			f.num(f.elem(int(m.elem))).str(" 0 R ")
		}
		f.str("]")
	}
	f.str("]>>")
	f.close()
}

// elem is the object number of an element.
func (f *file) elem(i int) int { return f.firstElement + i }

func (f *file) element(s *setter, i int) {
	e := &s.elements[i]
	f.open(f.elem(i))
	f.str("<</S/").str(tagNames[e.tag]).str("/P ")
	if e.parent == none {
		f.num(objStructure)
	} else {
		f.num(f.elem(int(e.parent)))
	}
	f.str(" 0 R")
	if e.lang != "" {
		f.str("/Lang(").str(string(e.lang)).str("-KZ)")
	}
	if e.alt != "" {
		f.str("/Alt")
		f.out = appendTextString(f.out, e.alt)
	}
	switch {
	case e.scope == rowScope:
		f.str("/A<</O/Table/Scope/Row>>")
	case e.scope == columnScope:
		f.str("/A<</O/Table/Scope/Column>>")
	case e.tag == tagFigure:
		f.str("/A<</O/Layout/Placement/Block/BBox[")
		for i, v := range [4]float64{e.box[0], pageHeight - e.box[3], e.box[2], pageHeight - e.box[1]} {
			if i > 0 {
				f.str(" ")
			}
			f.out = appendNumber(f.out, v)
		}
		f.str("]>>")
	}
	switch {
	case e.tag == tagForm:
		f.form = i
		f.str("/Pg ").num(objFirstPage).str(" 0 R/K<</Type/OBJR/Obj ").num(f.k.widget).str(" 0 R>>")
	case e.firstMark != none:
		f.content(s, e)
	case e.firstChild != none && e.firstChild == e.lastChild:
		f.str("/K ").num(f.elem(int(e.firstChild))).str(" 0 R")
	case e.firstChild != none:
		f.str("/K[")
		for c := e.firstChild; c != none; c = s.elements[c].next {
			f.num(f.elem(int(c))).str(" 0 R ")
		}
		f.str("]")
	}
	f.str(">>")
	f.close()
}

// content writes the marked content of a leaf.
func (f *file) content(s *setter, e *element) {
	f.str("/Pg ").num(f.sheet(int(e.firstPage))).str(" 0 R/K")
	if e.firstMark == e.lastMark {
		f.str(" ").num(int(s.marks[e.firstMark].mcid))
		return
	}
	f.str("[")
	for n := e.firstMark; n != none; n = s.marks[n].next {
		m := s.marks[n]
		if m.page == e.firstPage {
			f.num(int(m.mcid)).str(" ")
			continue
		}
		f.str("<</Type/MCR/Pg ").num(f.sheet(int(m.page))).str(" 0 R/MCID ").num(int(m.mcid)).str(">>")
	}
	f.str("]")
}
