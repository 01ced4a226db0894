package changes

import (
	"slices"

	"tamga/signing/pades"
)

// pagesChanged judges the pages that are written anew, and those whose array of
// annotations is.
func (s *step) pagesChanged() error {
	for _, n := range s.order {
		change := s.changes[n]
		if s.pages[change.Ref] && !change.Freed && !change.New && !s.same(n) {
			if err := s.page(change.Ref); err != nil {
				return err
			}
		}
		for _, u := range s.uses.sorted(n) {
			if u.way != "Annots" || !s.isPage(u.holder) {
				continue
			}
			if err := s.page(pades.Ref{Number: u.holder}); err != nil {
				return err
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
	before, after := valueOf(ref, old), valueOf(ref, new)
	if before.dict() == nil || after.dict() == nil {
		return nil
	}
	s.judged(ref, pageRole)
	for _, key := range s.differing(before.dict(), after.dict()) {
		switch {
		case key == "Annots":
		case key == "Tabs" && before.dict().Get(key) == nil && after.dict().Name(key) == "S" && s.tagged():
			// Programs that tag a widget ask for it (ISO 14289-1, 7.18.3).
			s.oddOnce(ref, CodeStructureGrows, "the annotations of page %s get the order of the structure", ref)
		case private(key):
			if err := s.privateEntry(ref, key, after.dict().Get(key)); err != nil {
				return err
			}
		default:
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
	is, _ := new.object.(pades.Array)
	if !s.listsAnnotations(s.old, old.object) || !s.listsAnnotations(s.new, new.object) {
		s.find(page, CodePage, Never, "/Annots of page %s is not an array of annotations", page)
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

// listsAnnotations says whether an object can be the annotations of a page and
// nothing else: no colour space, no function and no content is an array of them.
func (s *step) listsAnnotations(revision int, o pades.Object) bool {
	return o == nil || arrayOf(either(isDict, isNull))(s.comparison, revision, o)
}

func (s *step) annotationRemoved(page pades.Ref, o pades.Object) error {
	a, err := s.resolve(s.old, value{object: o}, func(pades.Ref) {})
	if err != nil {
		return err
	}
	needs := Never
	if s.isComment(s.old, a.dict()) {
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
	if !s.isComment(s.new, a.dict()) || ref != (pades.Ref{}) && !s.isNew(ref) {
		code := CodeAnnotation
		if a.dict().Get("A") != nil || a.dict().Get("AA") != nil {
			code = CodeAction
		}
		s.find(ref, code, Never, "page %s shows an annotation that is no new comment", page)
		return nil
	}
	s.claim(ref)
	s.find(ref, CodeAnnotation, Annotations, "a comment is added to page %s", page)
	for _, e := range a.dict() {
		if err := s.commentEntry(ref, value{}, a, e.Key); err != nil {
			return err
		}
	}
	if err := s.commentLooks(a); err != nil {
		return err
	}
	return s.adoptComment(a)
}

// commentLooks judges how a new or changed comment looks. Without an appearance
// programs draw it by its other entries, wherever these say.
func (s *step) commentLooks(a value) error {
	if o := s.entry(s.new, a.dict(), "AP"); o != nil {
		looks, _ := o.(pades.Dict)
		if s.entry(s.new, looks, "N") == nil {
			s.find(a.ref, CodeAppearance, Never, "a comment has no normal appearance")
		}
		return s.looks(a.ref, a.dict())
	}
	switch kind := s.name(s.new, a.dict(), "Subtype"); kind {
	case "Text", "Popup":
	case "Highlight", "Underline", "Squiggly", "StrikeOut":
		if !s.marksWithin(a.dict()) {
			s.find(a.ref, CodeAppearance, Never, "a comment of type %s has no appearance, and marks more than its rectangle", kind)
		}
	default:
		s.find(a.ref, CodeAppearance, Never, "a comment of type %s has no appearance", kind)
	}
	return nil
}

// marksWithin says whether the text that a comment marks (12.5.6.10) lies within
// its rectangle: some programs leave it to others to draw that.
func (s *step) marksWithin(comment pades.Dict) bool {
	at, _ := s.rectangle(s.new, s.entry(s.new, comment, "Rect"))
	corners, _ := s.entry(s.new, comment, "QuadPoints").(pades.Array)
	if !at.known || len(corners) == 0 || len(corners)%8 != 0 {
		return false
	}
	marked := at
	for i := 0; i < len(corners); i += 2 {
		x, isX := number(s.resolved(s.new, corners[i]))
		y, isY := number(s.resolved(s.new, corners[i+1]))
		if !isX || !isY {
			return false
		}
		marked.add(x, y)
	}
	return marked == at
}

// commentEntry judges an entry of a comment that is new or differs.
func (s *step) commentEntry(ref pades.Ref, before, after value, key pades.Name) error {
	k := commentTypes[key]
	if k == nil {
		s.find(ref, CodeAnnotationChanged, Never, "/%s of a comment is new or changes", key)
		return nil
	}
	ok, err := s.typed(before, after, key, k)
	if err == nil && !ok {
		s.find(ref, CodeAnnotationChanged, Never, "/%s of a comment is not of its type", key)
	}
	return err
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

func (c *comparison) isComment(revision int, a pades.Dict) bool {
	return slices.Contains(comments, c.name(revision, a, "Subtype")) && a.Get("A") == nil && a.Get("AA") == nil && a.Get("OC") == nil
}

// commentTypes are the types of the entries of comments (12.5.2, 12.5.6). What
// acts, what brings files and what belongs to optional content is not among them.
var commentTypes = map[pades.Name]kind{
	"Type": isName, "Subtype": isName, "Rect": arrayOf(isNumber), "Contents": isText, "P": isDict, "NM": isText,
	"M": isText, "F": isInteger, "AP": isDict, "AS": isName, "Border": arrayOf(either(isNumber, arrayOf(isNumber))),
	"C": arrayOf(isNumber), "StructParent": isInteger, "Lang": isText,
	"T": isText, "Popup": isDict, "CA": isNumber, "ca": isNumber, "RC": isText, "CreationDate": isText,
	"IRT": isDict, "Subj": isText, "RT": isName, "IT": isName, "Open": isBoolean, "Name": isName, "Parent": isDict,
	"State": isText, "StateModel": isText, "DA": isText, "Q": isInteger, "DS": isText, "CL": arrayOf(isNumber),
	"BE": isDict, "BS": isDict, "RD": arrayOf(isNumber), "LE": either(isName, arrayOf(isName)), "L": arrayOf(isNumber),
	"IC": arrayOf(isNumber), "LL": isNumber, "LLE": isNumber, "LLO": isNumber, "Cap": isBoolean, "CP": isName,
	"CO": arrayOf(isNumber), "Vertices": arrayOf(isNumber), "QuadPoints": arrayOf(isNumber), "Sy": isName,
	"InkList": arrayOf(arrayOf(isNumber)), "Rotate": isInteger, "BM": isName,
}

// annotations judges comments that are written anew.
func (s *step) annotations() error {
	for _, n := range s.order {
		change := s.changes[n]
		if change.Freed || change.New || s.same(n) {
			continue
		}
		shown, err := s.onPage(n)
		if err != nil {
			return err
		}
		if !shown {
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
		if err := s.comment(change.Ref, valueOf(change.Ref, old), valueOf(change.Ref, new)); err != nil {
			return err
		}
	}
	return nil
}

// comment judges one that is written anew. What is no comment is left unclaimed.
func (s *step) comment(ref pades.Ref, before, after value) error {
	if !s.isComment(s.old, before.dict()) || !s.isComment(s.new, after.dict()) ||
		s.name(s.old, before.dict(), "Subtype") != s.name(s.new, after.dict(), "Subtype") {
		return nil
	}
	s.judged(ref, commentRole)
	for _, key := range s.differing(before.dict(), after.dict()) {
		if key == "P" {
			s.find(ref, CodeAnnotationChanged, Never, "a comment moves to another page")
		}
		if err := s.commentEntry(ref, before, after, key); err != nil {
			return err
		}
	}
	s.find(ref, CodeAnnotationChanged, Annotations, "a comment changes")
	if err := s.commentLooks(value{object: after.object, ref: ref}); err != nil {
		return err
	}
	return s.adoptComment(after)
}

// onPage says whether an object is among the annotations of a page. Whether it is
// anything else is asked when it has been judged.
func (s *step) onPage(n uint32) (bool, error) {
	for _, u := range s.uses.sorted(n) {
		if u.way == "Annots/"+element && s.isPage(u.holder) ||
			u.way == element && s.arrayOf(u.holder, func(a use) bool { return a.way == "Annots" && s.isPage(a.holder) }) {
			return true, nil
		}
	}
	return false, nil
}
