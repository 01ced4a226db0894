package changes

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tamga/signing/pades"
)

// overlaps judges where new visible signature fields lie: not over other
// annotations and not over what their page shows, as they could cover or complete
// it. A field that was there when the signature was made has its place by that
// signature.
func (s *step) overlaps() error {
	widgets := slices.SortedFunc(maps.Keys(s.widgets), func(a, b pades.Ref) int { return cmp.Compare(a.Number, b.Number) })
	for _, ref := range widgets {
		w := s.widgets[ref]
		page := cmp.Or(w.shown.Number, w.page.Number)
		if !w.visible || page == 0 {
			continue
		}
		if err := s.overlap(ref, w, pades.Ref{Number: page}); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) overlap(ref pades.Ref, w *newField, page pades.Ref) error {
	o, err := s.object(s.new, page)
	if err != nil {
		return err
	}
	dict, ok := o.(pades.Dict)
	if !ok || !s.pages[page] {
		s.find(ref, CodeField, Never, "the new field %q is on no page", w.name)
		return nil
	}
	over, err := s.over(dict, w.rect, ref)
	if err != nil {
		return err
	}
	if over.annotation != nil {
		s.find(ref, CodeOverlap, Never, "the new field %q lies over annotation %s", w.name, *over.annotation)
	}
	if over.content {
		s.find(ref, CodeOverlapContent, Never, "the new field %q lies over what page %s shows, or that cannot be told", w.name, page)
	}
	return nil
}

// beneath is what a page has at the place of a field.
type beneath struct {
	annotation *pades.Ref // the first one there
	content    bool       // or what the content shows there cannot be told
}

// over looks for what a page has within a rectangle, besides one annotation.
func (s *step) over(page pades.Dict, rect rectangle, but pades.Ref) (b beneath, err error) {
	annots, err := s.resolve(s.new, value{object: page.Get("Annots")}, func(pades.Ref) {})
	if err != nil {
		return b, err
	}
	list, _ := annots.object.(pades.Array)
	for _, o := range list {
		a, err := s.resolve(s.new, value{object: o}, func(pades.Ref) {})
		if err != nil {
			return b, err
		}
		if a.ref == but && a.ref != (pades.Ref{}) {
			continue
		}
		r, visible, err := s.annotationAt(a.dict())
		if err != nil {
			return b, err
		}
		if visible && r.overlaps(rect) {
			b.annotation = &a.ref
			break
		}
	}
	b.content, err = s.shownAt(page, rect)
	return b, err
}

// ErrOccupied means that a page shows something at a place, or that it cannot be told
// whether it does.
var ErrOccupied = errors.New("the page shows something there, or it cannot be told")

// Free says whether a page of the newest revision shows nothing within a rectangle,
// in its own coordinates, besides one annotation, which may be zero; else it is an
// ErrOccupied that says what. It is asked as of new visible fields: what is not
// followed exactly counts as shown.
func Free(doc *pades.Document, page pades.Ref, r pades.Rectangle, but pades.Ref) error {
	newest := len(doc.Revisions) - 1
	c := newComparison(doc, newest)
	s := &step{comparison: c, old: newest, new: newest}
	o, err := s.object(newest, page)
	if err != nil {
		return err
	}
	dict, ok := o.(pades.Dict)
	if !ok {
		return fmt.Errorf("%w: %s is no page", ErrOccupied, page)
	}
	b, err := s.over(dict, rectangle{r.Left, r.Bottom, r.Right, r.Top, true}, but)
	switch {
	case cmp.Or(err, c.failed) != nil:
		return fmt.Errorf("%w: %w", ErrOccupied, cmp.Or(err, c.failed))
	case b.annotation != nil:
		return fmt.Errorf("%w: annotation %s", ErrOccupied, *b.annotation)
	case b.content:
		return fmt.Errorf("%w: the content of page %s", ErrOccupied, page)
	}
	return nil
}

// annotationAt returns where an annotation is seen. One that says no place, or has
// no appearance, so that programs draw it by its other entries, may be anywhere.
func (s *step) annotationAt(a pades.Dict) (r rectangle, visible bool, err error) {
	if a == nil {
		return r, false, nil
	}
	o := s.entry(s.new, a, "Rect")
	if r, visible = s.rectangle(s.new, o); o != nil && !r.known {
		return r, true, nil
	}
	looks := s.entry(s.new, a, "AP")
	if looks != nil {
		bounded, err := s.boundedLooks(a)
		if err != nil || !bounded || !r.known {
			return rectangle{}, true, err
		}
	}
	turned := 0.0
	if s.upright(a) {
		turned = max(r.right-r.left, r.top-r.bottom)
	}
	switch s.name(s.new, a, "Subtype") {
	case "Link":
		return s.framed(r, a).grown(turned), r.known, nil
	case "Widget", "Popup":
		return r.grown(turned), visible, nil
	case "Watermark":
		if a.Get("FixedPrint") != nil { // says where it is on paper
			return rectangle{}, true, nil
		}
	case "Text":
		// An icon of its own size hangs on the corner.
		return r.grown(max(maxIcon, turned)), true, nil
	}
	if dict, _ := looks.(pades.Dict); s.entry(s.new, dict, "N") == nil {
		return rectangle{}, true, nil
	}
	switch s.name(s.new, a, "Subtype") {
	case "Highlight", "Underline", "Squiggly", "StrikeOut":
		return s.marked(r, a).grown(turned), true, nil
	}
	return r.grown(turned), visible, nil
}

// upright says whether an annotation keeps its size or stays upright whatever
// becomes of the page, hanging on a corner of its rectangle. Notes always do
// (12.5.6.4).
func (s *step) upright(a pades.Dict) bool {
	if s.name(s.new, a, "Subtype") == "Text" {
		return true
	}
	flags, ok := s.entry(s.new, a, "F").(pades.Integer)
	return flags&(flagNoZoom|flagNoRotate) != 0 || !ok && a.Get("F") != nil
}

// marked adds what a text markup marks (12.5.6.10): programs draw some of them anew
// from that, with rounded ends, although they have an appearance.
func (s *step) marked(r rectangle, a pades.Dict) rectangle {
	o := s.entry(s.new, a, "QuadPoints")
	list, ok := o.(pades.Array)
	if o == nil {
		return r
	}
	marks := noPath
	for i := 0; i+1 < len(list); i += 2 {
		x, isX := number(s.resolved(s.new, list[i]))
		y, isY := number(s.resolved(s.new, list[i+1]))
		ok = ok && isX && isY
		marks.add(x, y)
	}
	if !ok || len(list)%2 != 0 {
		return rectangle{}
	}
	r.join(marks.grown((marks.top - marks.bottom) / 4))
	return r
}

// framed adds the border of a link (12.5.4), half of which is outside.
func (s *step) framed(r rectangle, a pades.Dict) rectangle {
	border, _ := s.entry(s.new, a, "Border").(pades.Array)
	style, _ := s.entry(s.new, a, "BS").(pades.Dict)
	width := 1.0
	for _, o := range slices.Concat(border[min(len(border), 2):], pades.Array{style.Get("W")}) {
		if n, ok := number(s.resolved(s.new, o)); ok {
			width = max(width, n)
		}
	}
	return r.grown(width / 2)
}

// maxIcon is how large programs draw the icon of a note.
const maxIcon = 32
