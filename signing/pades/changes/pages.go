package changes

import (
	"maps"
	"slices"

	"tamga/signing/pades"
)

// pagesChanged judges the pages that are written anew, and those whose array of
// annotations is.
func (s *step) pagesChanged() error {
	for _, n := range s.order {
		change := s.changes[n]
		if s.pages[change.Ref] && !change.Freed && !change.New && !s.anywhere[n] {
			if err := s.page(change.Ref); err != nil {
				return err
			}
		}
		for _, holder := range slices.Sorted(maps.Keys(s.uses.in[n])) {
			ref := pades.Ref{Number: holder}
			if !s.pages[ref] {
				continue
			}
			o, err := s.object(s.old, ref)
			if err != nil {
				return err
			}
			if page, _ := o.(pades.Dict); page.Get("Annots") == pades.Object(change.Ref) {
				if err := s.page(ref); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// page compares a page of both revisions: only its annotations may differ.
func (s *step) page(ref pades.Ref) error {
	if s.paged[ref] {
		return nil
	}
	s.paged[ref] = true
	old, err := s.object(s.old, ref)
	if err != nil {
		return err
	}
	new, err := s.object(s.new, ref)
	if err != nil {
		return err
	}
	before, after := value{object: old, holder: ref.Number}, value{object: new, holder: ref.Number}
	if before.dict() == nil || after.dict() == nil {
		return nil
	}
	s.claim(ref)
	s.anywhere[ref.Number] = true
	for _, key := range s.differing(before.dict(), after.dict()) {
		if key != "Annots" {
			s.find(ref, pageCode(key), Never, "/%s of page %s changes", key, ref)
		}
	}
	if s.untouched(before.dict().Get("Annots"), after.dict().Get("Annots")) {
		return nil
	}
	return s.pageAnnotations(ref, before, after)
}

// pageCode names a change by the entry of the page (7.7.3.3).
func pageCode(key pades.Name) string {
	switch key {
	case "MediaBox", "CropBox", "BleedBox", "TrimBox", "ArtBox", "Rotate", "UserUnit":
		return CodePageBox
	case "Contents":
		return CodeContent
	case "Resources":
		return CodeResources
	case "AA":
		return CodeAction
	case "Parent", "Type", "Kids", "Count":
		return CodePageTree
	}
	return CodePage
}

// pageAnnotations compares the annotations of a page. Those that stay keep their
// order, which is the order in which they cover each other.
func (s *step) pageAnnotations(page pades.Ref, before, after value) error {
	old, new, err := s.pair(before, after, "Annots")
	if err != nil {
		return err
	}
	was, _ := old.object.(pades.Array)
	is, ok := new.object.(pades.Array)
	if !ok && new.object != nil {
		s.find(page, CodePage, Never, "/Annots of page %s is not an array", page)
		return nil
	}
	rest := is
	for _, o := range was {
		if i := slices.IndexFunc(rest, func(x pades.Object) bool { return s.equal(x, o) }); i == 0 {
			rest = rest[1:]
			continue
		} else if i > 0 {
			s.find(page, CodeAnnotation, Never, "the annotations of page %s are reordered", page)
			return nil
		}
		if err := s.annotationRemoved(page, o); err != nil {
			return err
		}
	}
	for _, o := range rest {
		if err := s.annotationAdded(page, o); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) annotationRemoved(page pades.Ref, o pades.Object) error {
	a, err := s.resolve(s.old, value{object: o}, func(pades.Ref) {})
	if err != nil {
		return err
	}
	needs := Never
	if isComment(a.dict()) {
		needs = Annotations
	}
	s.find(a.ref, CodeAnnotationRemoved, needs, "an annotation of page %s is removed", page)
	return nil
}

func (s *step) annotationAdded(page pades.Ref, o pades.Object) error {
	ref, _ := o.(pades.Ref)
	if w := s.widgets[ref]; w != nil {
		if w.shown != (pades.Ref{}) || w.page != (pades.Ref{}) && w.page != page {
			s.find(ref, CodeAnnotation, Never, "the widget of field %q is on two pages", w.name)
		}
		w.shown = page
		return nil
	}
	a, err := s.resolve(s.new, value{object: o}, func(pades.Ref) {})
	if err != nil {
		return err
	}
	if !isComment(a.dict()) || ref != (pades.Ref{}) && !s.isNew(ref) {
		code := CodeAnnotation
		if a.dict().Get("A") != nil || a.dict().Get("AA") != nil {
			code = CodeAction
		}
		s.find(ref, code, Never, "page %s shows an annotation that is no new comment", page)
		return nil
	}
	s.claim(ref)
	s.find(ref, CodeAnnotation, Annotations, "a comment is added to page %s", page)
	return s.adoptComment(a)
}

// adoptComment takes in what hangs on a new comment: its appearance and its
// pop-up window.
func (s *step) adoptComment(a value) error {
	for _, e := range a.dict() {
		switch e.Key {
		case "P", "IRT", "Parent", "Popup":
		default:
			if err := s.adopt(e.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// comments are the annotations that people make with a pen (12.5.6): none acts,
// none brings media or files.
var comments = []pades.Name{
	"Text", "FreeText", "Line", "Square", "Circle", "Polygon", "PolyLine", "Highlight", "Underline",
	"Squiggly", "StrikeOut", "Stamp", "Caret", "Ink", "Popup",
}

func isComment(a pades.Dict) bool {
	return slices.Contains(comments, a.Name("Subtype")) && a.Get("A") == nil && a.Get("AA") == nil && a.Get("OC") == nil
}

// annotations judges comments that are written anew.
func (s *step) annotations() error {
	for _, n := range s.order {
		change := s.changes[n]
		if change.Freed || change.New || s.anywhere[n] || !s.onPage(n) {
			continue
		}
		old, err := s.object(s.old, change.Ref)
		if err != nil {
			return err
		}
		new, err := s.object(s.new, change.Ref)
		if err != nil {
			return err
		}
		before, after := value{object: old, holder: n}, value{object: new, holder: n}
		if before.dict().Name("Type") != "Annot" || !isComment(before.dict()) || !isComment(after.dict()) ||
			before.dict().Name("Subtype") != after.dict().Name("Subtype") {
			continue
		}
		if !s.equal(before.dict().Get("P"), after.dict().Get("P")) {
			s.find(change.Ref, CodeAnnotationChanged, Never, "a comment moves to another page")
		}
		s.claim(change.Ref)
		s.anywhere[n] = true
		s.find(change.Ref, CodeAnnotationChanged, Annotations, "a comment changes")
		if err := s.adoptComment(after); err != nil {
			return err
		}
	}
	return nil
}

// onPage says whether an object is an annotation of a page and nothing else: no
// part of the page but its annotations refers to it.
func (s *step) onPage(n uint32) bool {
	shown := false
	for holder, count := range s.uses.in[n] {
		o, err := s.object(s.old, pades.Ref{Number: holder})
		if err != nil {
			return false
		}
		dict, _ := o.(pades.Dict)
		switch _, array := o.(pades.Array); {
		case array:
			shown = true
		case s.pages[pades.Ref{Number: holder}]:
			eachRef(dict.Get("Annots"), func(ref pades.Ref) {
				if ref.Number == n {
					count--
				}
			})
			if shown = true; count != 0 {
				return false
			}
		case dict.Name("Type") != "Annot" && dict.Name("Type") != "OBJR":
			return false
		}
	}
	return shown
}
