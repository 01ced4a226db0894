package pdf

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"tamga/documents"
	"tamga/language/words"
)

// projectMark stands on the first page of a form that is ours and not the
// regulation's.
func projectMark() documents.Text { return documents.OnPaper(words.Of("paper.project")) }

// specimenMark stands across every page of what is printed by an edition of the
// rules that is not in force.
func specimenMark() documents.Text { return documents.OnPaper(words.Of("paper.specimen")) }

// previewMark stands across every page of what is only looked at before it is issued.
func previewMark() documents.Text { return documents.OnPaper(words.Of("paper.preview")) }

// mark is what is written across every page; nothing on documents of an edition in
// force.
func (in *surroundings) mark() string {
	text := specimenMark()
	switch {
	case in.preview:
		text = previewMark()
	case !in.edition.Specimen:
		return ""
	}
	return text.KK + " / " + text.RU
}

// side tells the fixed backgrounds of a document's pages apart.
type side struct {
	lang documents.Lang
	look look
}

// role is what a marked piece of a first page's background is, in the order in
// which the pieces are drawn and numbered.
type role uint8

const (
	roleSpecimen role = iota
	roleEmblem
	roleProject
	roleNote
	roleCheck
	roleQR
)

// roles returns those that the first pages of a layout have.
func (l *layout) roles() []role {
	var all []role
	if l.in.mark() != "" {
		all = append(all, roleSpecimen)
	}
	if l.hasEmblem() {
		all = append(all, roleEmblem)
	}
	if l.isProject() {
		all = append(all, roleProject)
	}
	return append(all, roleNote, roleCheck, roleQR)
}

// hasEmblem reports whether the first pages have an emblem; one of no size is
// how a layout takes away that of its base.
func (l *layout) hasEmblem() bool { return l.spec.Emblem != nil && l.spec.Emblem.Size > 0 }

func (l *layout) isProject() bool { return l.spec.Project != nil && *l.spec.Project }

// sheet draws the background of a page: frame, emblem, foot, the head of the
// pages after the first. On a first page what is to be read is marked with the
// numbers of its roles; on the others it repeats, and is an artifact.
func (l *layout) sheet(g *stage, at side) {
	if at.look == wideLook {
		if l.spec.Wide != nil { // else it has no such pages
			l.wideSheet(g, at.lang)
		}
		return
	}
	next := 0
	mark := func(tag string) {
		if at.look != firstLook {
			g.RawWriteStr("/Artifact<</Type/Pagination/Subtype/Footer>>BDC")
			return
		}
		g.RawWriteStr(fmt.Sprintf("/%s<</MCID %d>>BDC", tag, next))
		next++
	}
	end := func() { g.RawWriteStr("EMC") }

	if text := l.in.mark(); text != "" {
		mark("P")
		watermark(g, text, firstLook)
		end()
	}
	g.RawWriteStr("/Artifact BMC")
	if l.spec.Frame != nil && *l.spec.Frame {
		border(g)
	}
	gilded(g, l.left-2*mm, l.right+2*mm, l.spec.Foot.Top*mm)
	if at.look == nextLook {
		g.text(l.styles["running"], l.left, 15.5*mm, l.spec.Running.In(at.lang))
		gilded(g, l.left-2*mm, l.right+2*mm, 18*mm)
	}
	end()
	if l.hasEmblem() && at.look != nextLook {
		mark("Figure")
		g.RawWriteStr(xobject("Em", l.emblemBox()))
		end()
	}
	if l.isProject() && at.look == firstLook {
		mark("P")
		g.text(l.styles["running"], l.left, 15.5*mm, projectMark().In(at.lang))
		end()
	}
	note := l.styles["note"]
	x, y := l.noteLeft(), l.noteTop()
	mark("P")
	for _, line := range g.faces.wrap(nil, l.spec.Foot.Note.In(at.lang), note.measure(l.right-x)) {
		g.text(note, x, y, line.text)
		y += note.leading
	}
	end()
	mark("P")
	g.text(note, x, y+4, l.spec.Foot.Check.In(at.lang))
	end()
	mark("Figure")
	g.RawWriteStr(xobject("Qr", l.qrBox()))
	end()
}

func (l *layout) emblemBox() [4]float64 {
	e := l.spec.Emblem
	x := (pageWidth - e.Size*mm) / 2
	return [4]float64{x, e.Top * mm, x + e.Size*mm, (e.Top + e.Size) * mm}
}

func (l *layout) qrBox() [4]float64 {
	x, y, size := l.left-2*mm, (l.spec.Foot.Top+2.2)*mm, l.spec.Foot.QR*mm
	return [4]float64{x, y, x + size, y + size}
}

func (l *layout) noteLeft() float64 { return l.qrBox()[2] + 3*mm }
func (l *layout) noteTop() float64  { return l.spec.Foot.Top*mm + 8.5*mm }

// addressTop is the baseline of the check address.
func (l *layout) addressTop(f *faces, lang documents.Lang) float64 {
	note := l.styles["note"]
	lines := f.wrap(nil, l.spec.Foot.Note.In(lang), note.measure(l.right-l.noteLeft()))
	return l.noteTop() + float64(len(lines)+1)*note.leading + 4
}

func xobject(name string, box [4]float64) string {
	return fmt.Sprintf("q %.2f 0 0 %.2f %.2f %.2f cm /%s Do Q", box[2]-box[0], box[3]-box[1], box[0], pageHeight-box[3], name)
}

// address puts the check address on the page just opened; a long one takes
// several lines.
func (s *setter) address(l *layout, k look) {
	t := l.styles["address"]
	x, right, y := l.noteLeft(), l.right, s.check.y
	p := s.page()
	if k == wideLook {
		x, right, y = l.wideAddress(s.faces, p.lang)
	}
	elem := none
	if k == firstLook {
		elem = s.check.elem
	}
	s.enter(p, elem)
	s.ink = t.ink
	p.content = append(p.content, inks[t.ink]...)
	from := len(s.lines)
	for i, line := range s.wrap(s.check.url, t.measure(right-x-k.reserved())) {
		p.content = appendText(p.content, item{style: t, text: line.text, x: x}, k.drop()+y+float64(i)*t.leading)
	}
	s.lines = s.lines[:from]
	s.close()
}

// watermark writes across the page what it is, below all else.
func watermark(g *stage, text string, k look) {
	const size, steep = 62, 50
	g.SetFont(family, cuts[bold].style, size)
	g.SetTextColor(240, 206, 206)
	width, height := k.paper()
	x, y := width/2, height/2
	g.TransformBegin()
	slope := float64(steep)
	if k == wideLook {
		slope = 90 - steep
	}
	g.TransformRotate(slope, x, y)
	g.Text(x-g.GetStringWidth(text)/2, y+size/3, text)
	g.TransformEnd()
}

// gilded draws the double rule of the documents, gold over blue.
func gilded(g *stage, x, x2, y float64) {
	g.SetDrawColor(196, 150, 40)
	g.SetLineWidth(1.1)
	g.Line(x, y, x2, y)
	g.SetDrawColor(0, 110, 150)
	g.SetLineWidth(0.4)
	g.Line(x, y+1.8, x2, y+1.8)
}

// border draws the frame of the licence with its corners.
func border(g *stage) {
	const out, in = 8.5 * mm, 10 * mm
	g.SetDrawColor(0, 110, 150)
	g.SetLineWidth(1.6)
	g.Rect(out, out, pageWidth-2*out, pageHeight-2*out, "D")
	g.SetDrawColor(196, 150, 40)
	g.SetLineWidth(0.6)
	g.Rect(in, in, pageWidth-2*in, pageHeight-2*in, "D")
	g.SetLineCapStyle("round")
	g.SetLineWidth(1.5)
	for i, corner := range [4][2]float64{{in, in}, {pageWidth - in, in}, {pageWidth - in, pageHeight - in}, {in, pageHeight - in}} {
		ramHorns(g, spoke{corner[0], corner[1], math.Pi * (0.75 + 0.5*float64(i))}, 4, 0.6)
	}
	g.SetLineCapStyle("butt")
}

// rounded shortens the numbers of drawn content to so many decimals: gofpdf
// writes more than any printer shows.
func rounded(content []byte, decimals int) []byte {
	var out []byte
	for row := range bytes.SplitAfterSeq(content, []byte("\n")) {
		places := decimals
		if bytes.HasSuffix(row, []byte("g\n")) || bytes.HasSuffix(row, []byte("G\n")) {
			places = 3 // of a colour
		}
		if bytes.HasSuffix(row, []byte(" w\n")) {
			places = max(decimals, 1)
		}
		if bytes.Contains(row, []byte("<")) || bytes.Contains(row, []byte("(")) {
			out = append(out, row...) // a string, or our own marks
			continue
		}
		for i, word := range bytes.Split(row, []byte(" ")) {
			if i > 0 {
				out = append(out, ' ')
			}
			number, end := bytes.CutSuffix(word, []byte("\n"))
			if v, err := strconv.ParseFloat(string(number), 64); err == nil && bytes.Contains(number, []byte(".")) {
				number = shortened(v, places)
			}
			out = append(out, number...)
			if end {
				out = append(out, '\n')
			}
		}
	}
	return out
}

// shortened writes a number with at most so many decimals.
func shortened(v float64, decimals int) []byte {
	number := strconv.AppendFloat(nil, v, 'f', decimals, 64)
	if bytes.Contains(number, []byte(".")) {
		number = bytes.TrimSuffix(bytes.TrimRight(number, "0"), []byte("."))
	}
	if string(number) == "-0" {
		return []byte("0")
	}
	return number
}
