package changes

import (
	"slices"
	"strings"

	"tamga/signing/pades"
)

// Entries that an appearance stream may have (8.10.2). Optional content,
// reference XObjects and what else could change what is seen are not among them.
var appearanceKeys = []pades.Name{
	"Type", "Subtype", "FormType", "Name", "BBox", "Matrix", "Resources", "Group",
	"Length", "Filter", "DecodeParms",
}

// appearances compares how the fields look whose value this step sets.
func (s *step) appearances() error {
	for _, n := range s.order {
		f := s.form.fields[s.changes[n].Ref]
		if f == nil || !s.signed[f.ref] || s.isNew(f.ref) {
			continue
		}
		v, err := s.object(s.new, f.ref)
		if err != nil {
			return err
		}
		field, _ := v.(pades.Dict)
		on := 0
		for _, ref := range f.widgets {
			shown, err := s.widget(f, ref, field)
			if err != nil {
				return err
			}
			if shown {
				on++
			}
		}
		if value := s.name(s.new, field, "V"); f.kind == "Btn" && value != "" && value != "Off" && on == 0 && len(f.widgets) > 0 {
			s.find(f.ref, CodeAppearance, Never, "no button of %q shows its value %q", f.name, value)
		}
	}
	return nil
}

// widget judges how one widget of a field with a new value looks. shown says that
// a button shows the value.
func (s *step) widget(f *field, ref pades.Ref, field pades.Dict) (shown bool, err error) {
	old, err := s.object(s.old, ref)
	if err != nil {
		return false, err
	}
	new, err := s.object(s.new, ref)
	if err != nil {
		return false, err
	}
	before, after := valueOf(ref, old), valueOf(ref, new)
	if f.kind == "Btn" {
		state, value := s.name(s.new, after.dict(), "AS"), s.name(s.new, field, "V")
		if state != "" && state != "Off" && state != value {
			s.find(ref, CodeAppearance, Never, "button %q shows the state %q, its value is %q", f.name, state, value)
		}
		return state == value, s.ready(ref, after.dict())
	}
	changed, err := s.newAppearance(f, before, after, field)
	if f.kind == "Tx" && !changed && !s.form.regenerated && before.dict().Get("AP") != nil {
		s.find(ref, CodeAppearance, Never, "field %q has a new value and still shows the old one", f.name)
	}
	return false, err
}

// newAppearance compares the appearance dictionaries (12.5.5) of a widget and
// says whether what is seen changes. The normal appearance may be a new stream,
// or the one that was there written anew; never an older object that lay ready.
func (s *step) newAppearance(f *field, before, after value, field pades.Dict) (bool, error) {
	old, new, err := s.pair(before, after, "AP")
	if err != nil || new.object == nil && old.object == nil {
		return false, err
	}
	if _, ok := new.object.(pades.Dict); !ok {
		s.find(f.ref, CodeAppearance, Never, "the appearance of field %q becomes %s", f.name, typeName(new.object))
		return true, nil
	}
	for _, key := range s.differing(old.dict(), new.dict()) {
		if key != "N" {
			s.find(f.ref, CodeAppearance, Never, "/%s of the appearance of field %q changes", key, f.name)
		}
	}
	was, is, err := s.pair(old, new, "N")
	if err != nil {
		return false, err
	}
	change, touched := s.changes[is.ref.Number]
	if was.ref == is.ref && !touched {
		return false, nil
	}
	stream, ok := is.object.(*pades.Stream)
	if !ok || !s.bounded(stream) || !touched || !change.New && was.ref != is.ref {
		s.find(is.ref, CodeAppearance, Never, "the new appearance of field %q is no stream of its own", f.name)
		return true, nil
	}
	s.placed(f.ref, after.dict())
	for _, e := range stream.Dict {
		if !slices.Contains(appearanceKeys, e.Key) {
			s.find(is.ref, CodeAppearance, Never, "the appearance of field %q has /%s", f.name, e.Key)
		}
	}
	if f.kind != "Sig" {
		if err := s.confined(f, was, is.ref, stream, field); err != nil {
			return true, err
		}
	}
	return true, s.adopt(stream)
}

// looks judges the appearances of a new field or of a comment: each must be a form
// that says where it ends, as programs do not clip one that does not; and there
// must be a place for it.
func (s *step) looks(ref pades.Ref, annotation pades.Dict) error {
	s.placed(ref, annotation)
	bounded, err := s.boundedLooks(annotation)
	if err == nil && !bounded {
		s.find(ref, CodeAppearance, Never, "an appearance of %s is no form with a /BBox", ref)
	}
	return err
}

// boundedLooks says whether everything in the appearance dictionary (12.5.5) of an
// annotation is such a form.
func (s *step) boundedLooks(annotation pades.Dict) (bool, error) {
	o, err := s.whole(s.new, annotation.Get("AP"))
	dict, ok := o.(pades.Dict)
	if err != nil || !ok {
		return false, err
	}
	for _, e := range dict {
		if e.Key != "N" && e.Key != "R" && e.Key != "D" {
			continue
		}
		o, err := s.whole(s.new, e.Value)
		if err != nil {
			return false, err
		}
		states, ok := o.(pades.Dict)
		if !ok {
			states = pades.Dict{{Key: e.Key, Value: o}}
		}
		for _, state := range states {
			o, err := s.whole(s.new, state.Value)
			if err != nil {
				return false, err
			}
			if stream, ok := o.(*pades.Stream); o != nil && (!ok || !s.bounded(stream)) {
				return false, nil
			}
		}
	}
	return true, nil
}

// ready judges the appearances of an annotation, if it has any, that lay ready and
// may now be shown.
func (s *step) ready(ref pades.Ref, annotation pades.Dict) error {
	if s.entry(s.new, annotation, "AP") == nil {
		return nil
	}
	return s.looks(ref, annotation)
}

// placed refuses an appearance without a rectangle to paint it in: programs take the
// whole page.
func (s *step) placed(ref pades.Ref, annotation pades.Dict) {
	if r, _ := s.rectangle(s.new, s.entry(s.new, annotation, "Rect")); !r.known {
		s.find(ref, CodeAppearance, Never, "the appearance of %s has no place", ref)
	}
}

// bounded says whether a stream is a form XObject with what it needs to be placed
// and clipped (8.10.2).
func (s *step) bounded(form *pades.Stream) bool {
	box, _ := s.rectangle(s.new, s.entry(s.new, form.Dict, "BBox"))
	matrix := s.entry(s.new, form.Dict, "Matrix")
	list, _ := matrix.(pades.Array)
	return s.name(s.new, form.Dict, "Subtype") == "Form" && box.known &&
		(form.Dict.Get("Matrix") == nil || len(list) == 6 && arrayOf(isNumber)(s.comparison, s.new, matrix))
}

// confined judges the appearance of a filled field: text in the form's own fonts,
// in those of the old appearance, or in one that every viewer has; and no other
// text than the value where that can be read.
func (s *step) confined(f *field, was value, ref pades.Ref, stream *pades.Stream, field pades.Dict) error {
	resources, err := s.wholeDict(s.new, stream.Dict.Get("Resources"))
	if err != nil {
		return err
	}
	for _, e := range resources {
		if e.Key != "Font" && e.Key != "ProcSet" {
			s.find(ref, CodeAppearance, Never, "the appearance of field %q has resources /%s", f.name, e.Key)
		}
	}
	fonts, err := s.wholeDict(s.new, resources.Get("Font"))
	if err != nil {
		return err
	}
	known := map[pades.Ref]bool{}
	if old, ok := was.object.(*pades.Stream); ok {
		if known, err = s.fontsOf(s.old, old.Dict.Get("Resources")); err != nil {
			return err
		}
	}
	readable := true
	for _, e := range fonts {
		o, err := s.resolve(s.new, value{object: e.Value}, func(pades.Ref) {})
		if err != nil {
			return err
		}
		_, changed := s.changes[o.ref.Number]
		plain := s.plainFont(o.dict())
		readable = readable && plain
		if !plain && (changed || !known[o.ref] && !s.form.fonts[o.ref]) {
			s.find(ref, CodeFont, Never, "the appearance of field %q brings a font of its own", f.name)
		}
	}
	data, err := s.doc.StreamData(stream)
	var shown []byte
	if err == nil {
		shown, err = shownText(data)
	}
	if err != nil {
		s.find(ref, CodeAppearance, Never, "the appearance of field %q cannot be told: %v", f.name, err)
		return nil
	}
	if readable && !s.showsValue(f, field, shown) {
		s.find(ref, CodeAppearance, Never, "the appearance of field %q shows something else than its value", f.name)
	}
	return nil
}

// showsValue says whether a text is what a field with its value shows: a text the
// value itself, a choice its options or what was chosen.
func (s *step) showsValue(f *field, field pades.Dict, shown []byte) bool {
	value := s.texts(s.entry(s.new, field, "V"))
	switch {
	case f.kind == "Tx" && f.flags&flagPassword == 0:
		return sameText(shown, strings.Join(value, ""))
	case f.kind == "Ch":
		return madeOf(shown, append(s.texts(s.entry(s.new, field, "Opt")), value...))
	}
	return true
}

// texts returns the strings in an object: a text, or a list of texts or of lists of
// them.
func (s *step) texts(o pades.Object) []string {
	switch o := o.(type) {
	case pades.String:
		return []string{o.Text()}
	case pades.Array:
		var list []string
		for _, e := range o {
			switch e := s.resolved(s.new, e).(type) {
			case pades.String:
				list = append(list, e.Text())
			case pades.Array:
				for _, part := range e {
					if text, ok := s.resolved(s.new, part).(pades.String); ok {
						list = append(list, text.Text())
					}
				}
			}
		}
		return list
	}
	return nil
}

// plainFont says whether a font is one of the standard ones, with its own
// encoding or a standard one: its codes are then the letters of ASCII.
func (s *step) plainFont(font pades.Dict) bool {
	for _, e := range font {
		switch e.Key {
		case "Type", "Subtype", "BaseFont", "Name":
		case "Encoding":
			switch s.name(s.new, font, e.Key) {
			case "StandardEncoding", "WinAnsiEncoding", "MacRomanEncoding", "PDFDocEncoding":
			default:
				return false
			}
		default:
			return false
		}
	}
	return s.name(s.new, font, "Subtype") == "Type1"
}
