package changes

import (
	"cmp"
	"maps"
	"slices"

	"tamga/signing/pades"
)

// regenerated judges what the form's default resources get: programs draw fields
// and free text that have no appearance by what their default appearance strings
// (12.7.3.3) name, so that what was signed would look different.
func (s *step) regenerated() error {
	if len(s.brought) == 0 && !s.defaulted {
		return nil
	}
	if err := s.drawnAnewOnPages(); err != nil {
		return err
	}
	return s.readDefaults(s.new, s.form)
}

func (s *step) drawnAnewOnPages() error {
	pages := slices.SortedFunc(maps.Keys(s.pages), func(a, b pades.Ref) int { return cmp.Compare(a.Number, b.Number) })
	for _, page := range pages {
		o, err := s.object(s.old, page)
		if err != nil {
			return err
		}
		dict, _ := o.(pades.Dict)
		list, _ := s.entry(s.old, dict, "Annots").(pades.Array)
		for _, o := range list {
			a, err := s.resolve(s.old, value{object: o}, func(pades.Ref) {})
			if err != nil {
				return err
			}
			if s.drawnAnew(a) {
				s.find(a.ref, CodeFormChanged, Never, "annotation %s would be drawn by what the form's default resources get", a.ref)
			}
		}
	}
	return nil
}

// drawnAnew says whether an annotation of the older revision is drawn by what is
// new among the defaults.
func (s *step) drawnAnew(a value) bool {
	f := s.form.fields[a.ref]
	if f != nil && s.signed[f.owner.ref] {
		return false // as it is judged by its new value
	}
	switch s.name(s.old, a.dict(), "Subtype") {
	case "Widget":
		if f != nil && f.kind == "Sig" {
			return false
		}
	case "FreeText":
	default:
		return false
	}
	looks, _ := s.entry(s.old, a.dict(), "AP").(pades.Dict)
	if s.entry(s.old, looks, "N") != nil && !s.form.regenerated {
		return false
	}
	if s.blank(a.dict()) {
		return false
	}
	if s.ticked(a.dict()) {
		return true // in a font for marks that no default appearance has to name
	}
	da, ok := s.attribute(a.dict(), "DA").(pades.String)
	if !ok {
		if da = s.form.appearance; da.Value == nil {
			return true
		}
	}
	found := false
	err := scanContent(da.Value, func(_ string, args []operand) error {
		found = found || slices.ContainsFunc(args, func(a operand) bool { return a.kind == nameOperand && s.brought[a.name] })
		return nil
	})
	return found || err != nil
}

// blank says whether a text field has nothing to show.
func (s *step) blank(widget pades.Dict) bool {
	if s.attribute(widget, "FT") != pades.Object(pades.Name("Tx")) {
		return false
	}
	o := s.attribute(widget, "V")
	text, ok := o.(pades.String)
	return o == nil || ok && len(text.Value) == 0
}

// ticked says whether a button shows a mark.
func (s *step) ticked(widget pades.Dict) bool {
	if s.attribute(widget, "FT") != pades.Object(pades.Name("Btn")) {
		return false
	}
	return slices.ContainsFunc([]pades.Object{s.entry(s.old, widget, "AS"), s.attribute(widget, "V")}, func(state pades.Object) bool {
		return state != nil && state != pades.Object(pades.Name("Off"))
	})
}

// attribute returns an entry of a field of the older revision, or of one above it.
func (s *step) attribute(field pades.Dict, key pades.Name) pades.Object {
	for range maxFieldDepth {
		if o := s.entry(s.old, field, key); o != nil {
			return o
		}
		field, _ = s.entry(s.old, field, "Parent").(pades.Dict)
	}
	return nil
}
