package pdf

import (
	"errors"

	"tamga/documents"
)

// paper returns the size of a page in points.
func (k look) paper() (width, height float64) {
	if k == wideLook {
		return pageHeight, pageWidth
	}
	return pageWidth, pageHeight
}

// size is paper as a MediaBox has it.
func (k look) size() string {
	if k == wideLook {
		return "841.89 595.28"
	}
	return "595.28 841.89"
}

// drop is how much lower than it stands on its page something is set: the pages in
// landscape are the lower part of those in portrait, so that one height of paper
// turns all upside down.
func (k look) drop() float64 {
	_, height := k.paper()
	return pageHeight - height
}

// check returns what is wrong with the places of pages in landscape.
func (w *wideSpec) check() error {
	if w != nil && (w.Left < 5 || w.Right > 292 || w.Right-w.Left < 100 || w.Top < 15 || w.Bottom-w.Top < 60 || w.Bottom > w.Foot || w.Foot > 195) {
		return errors.New("the text has no sound place on the paper")
	}
	return nil
}

// wideHead is the baseline of the running head of a page in landscape.
const wideHead = 11.5 * mm

// wideSheet draws the background of a page in landscape: a head, and a slim foot
// without a code, since the first page has one. All of it repeats.
func (l *layout) wideSheet(g *stage, lang documents.Lang) {
	w := l.spec.Wide
	left, right := w.Left*mm, w.Right*mm
	g.RawWriteStr("/Artifact<</Type/Pagination/Subtype/Footer>>BDC")
	if text := l.in.mark(); text != "" {
		watermark(g, text, wideLook)
	}
	g.text(l.styles["running"], left, wideHead, l.spec.Running.In(lang))
	gilded(g, left-2*mm, right+2*mm, wideHead+2*mm)
	gilded(g, left-2*mm, right+2*mm, w.Foot*mm)
	note := l.styles["note"]
	y := l.wideNote()
	for _, line := range g.faces.wrap(nil, l.spec.Foot.Note.In(lang), note.measure(right-left)) {
		g.text(note, left, y, line.text)
		y += note.leading
	}
	g.text(note, left, y, l.spec.Foot.Address.In(lang))
	g.RawWriteStr("EMC")
}

func (l *layout) wideNote() float64 { return l.spec.Wide.Foot*mm + 4.4*mm }

// wideAddress returns where the check address stands on a page in landscape: from x,
// with room for the number of the page before the right edge, on the baseline y.
func (l *layout) wideAddress(f *faces, lang documents.Lang) (x, right, y float64) {
	w, note := l.spec.Wide, l.styles["note"]
	left, edge := w.Left*mm, w.Right*mm
	lines := f.wrap(nil, l.spec.Foot.Note.In(lang), note.measure(edge-left))
	x = left + note.points(f.width(note.face, l.spec.Foot.Address.In(lang))) + 4
	return x, edge, l.wideNote() + float64(len(lines))*note.leading
}

// reserved is the room that the line of the check address leaves to the number of
// the page.
func (k look) reserved() float64 {
	if k == wideLook {
		return 20 * mm
	}
	return 0
}
