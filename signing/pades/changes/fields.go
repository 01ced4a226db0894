package changes

import (
	"slices"

	"tamga/signing/pades"
)

const (
	flagReadOnly = 1 << 0
	flagPassword = 1 << 13
	flagPush     = 1 << 16
)

// fields judges the fields and widgets that this step writes anew.
func (s *step) fields() error {
	// First the fields themselves, as the widgets of one may change with it.
	for _, widgets := range []bool{false, true} {
		for _, n := range s.order {
			change := s.changes[n]
			f := s.form.fields[change.Ref]
			if f == nil || change.Freed || s.anywhere[n] || change.New || (f.owner != f) != widgets {
				continue
			}
			if err := s.fieldChanged(f); err != nil {
				return err
			}
		}
	}
	return s.appearances()
}

func (s *step) fieldChanged(f *field) error {
	old, err := s.object(s.old, f.ref)
	if err != nil {
		return err
	}
	new, err := s.object(s.new, f.ref)
	if err != nil {
		return err
	}
	before, after := value{object: old, holder: f.ref.Number}, value{object: new, holder: f.ref.Number}
	if before.dict() == nil || after.dict() == nil {
		return nil // left to what the object was
	}
	s.claimed[f.ref.Number], s.anywhere[f.ref.Number] = true, true
	switch {
	case f.kind == "Sig" && f.owner.filled && !s.signed[f.owner.ref]:
		s.find(f.ref, CodeSignatureChanged, Never, "the signed field %q changes", f.name)
		return nil
	case f.kind == "Sig":
		return s.signatureField(f, before, after)
	case f.kind == "" && !f.leaf:
		return s.fieldGroup(f, before, after)
	case f.kind == "":
		s.find(f.ref, CodeField, Never, "a field without a type changes")
		return nil
	}
	return s.fill(f, before, after)
}

// fieldGroup judges a field that only holds others.
func (s *step) fieldGroup(f *field, before, after value) error {
	for _, key := range s.differing(before.dict(), after.dict()) {
		if key != "Kids" {
			s.find(f.ref, CodeField, Never, "/%s of the field group %q changes", key, f.name)
		}
	}
	return s.fieldList(before.get("Kids"), after.get("Kids"), "Kids", f)
}

// signatureField judges an empty signature field, or its widget, that is written
// anew: it may only receive a signature.
func (s *step) signatureField(f *field, before, after value) error {
	needs, code := FormFilling, CodeSignatureField
	if v := after.dict().Get("V"); v != nil && f.owner == f {
		visible, err := s.anyVisible(f, after.dict())
		if err != nil {
			return err
		}
		if needs, code, err = s.newSignature(f, v, visible); err != nil {
			return err
		}
	} else if !s.signed[f.owner.ref] {
		s.find(f.ref, CodeField, Never, "the empty signature field %q changes without being signed", f.name)
		return nil
	}
	for _, key := range s.differing(before.dict(), after.dict()) {
		switch key {
		case "V", "M":
			if f.owner != f && key == "V" {
				s.find(f.ref, CodeField, Never, "a widget gets a value of its own")
			}
		case "AP":
			needs = max(needs, FormFilling)
		case "Type", "DA":
			// Programs that sign complete the widget.
			if was := before.dict().Get(key); was != nil || key == "Type" && after.dict().Name(key) != "Annot" {
				s.find(f.ref, CodeField, Never, "/%s of signature field %q changes", key, f.name)
			}
		case "F", "Ff":
			if !s.harmlessFlags(key, before.dict(), after.dict()) {
				s.find(f.ref, CodeField, Never, "/%s of signature field %q changes", key, f.name)
			}
		default:
			s.find(f.ref, CodeField, Never, "/%s of signature field %q changes", key, f.name)
		}
	}
	s.findField(f.ref, f, false, code, needs, "signed")
	return nil
}

// harmlessFlags says whether flags change only as programs that sign set them:
// a widget is printed (bit 3) and locked (bit 8), a field is read-only (bit 1).
func (s *step) harmlessFlags(key pades.Name, old, new pades.Dict) bool {
	before, _ := old.Get(key).(pades.Integer)
	after, ok := new.Get(key).(pades.Integer)
	if key == "Ff" {
		return ok && after&^flagReadOnly == before&^flagReadOnly
	}
	return ok && after&^(4|128) == before&^(4|128)
}

// anyVisible says whether a field or one of its widgets has an area.
func (s *step) anyVisible(f *field, dict pades.Dict) (bool, error) {
	seen := func(dict pades.Dict) bool {
		o, err := s.doc.Resolve(s.new, dict.Get("Rect"))
		r, visible := rectangleOf(o)
		return visible || err != nil || o != nil && !r.known
	}
	if seen(dict) {
		return true, nil
	}
	kids, err := s.resolve(s.new, value{object: dict.Get("Kids")}, func(pades.Ref) {})
	if err != nil {
		return false, err
	}
	list, _ := kids.object.(pades.Array)
	for _, o := range list {
		kid, err := s.resolve(s.new, value{object: o}, func(pades.Ref) {})
		if err != nil {
			return false, err
		}
		if seen(kid.dict()) {
			return true, nil
		}
	}
	return false, nil
}

// fill judges the new value of a field that is no signature field.
func (s *step) fill(f *field, before, after value) error {
	keys := s.differing(before.dict(), after.dict())
	valued := f.owner == f && slices.Contains(keys, "V")
	if valued {
		s.signed[f.ref] = true
	}
	if f.flags&flagReadOnly != 0 {
		s.find(f.ref, CodeLocked, Never, "the read-only field %q changes", f.name)
	}
	for _, key := range keys {
		switch {
		case key == "V" && f.owner == f:
			s.fieldValue(f, after.dict().Get(key))
		case key == "AS" && f.kind == "Btn":
			if !s.signed[f.owner.ref] {
				s.find(f.ref, CodeAppearance, Never, "button %q shows another state, but its value is the same", f.name)
			}
		case key == "AP" && (f.kind == "Tx" || f.kind == "Ch"):
			if !s.signed[f.owner.ref] {
				s.find(f.ref, CodeAppearance, Never, "field %q looks different, but its value is the same", f.name)
			}
		case key == "AP":
			s.find(f.ref, CodeAppearance, Never, "the appearances of button %q change", f.name)
		case key == "I" && f.kind == "Ch", key == "M":
		default:
			s.find(f.ref, CodeField, Never, "/%s of field %q changes", key, f.name)
		}
	}
	s.findField(f.ref, f, false, CodeFieldValue, FormFilling, "filled")
	return nil
}

// fieldValue judges the type of a value. A stream, which a text may be, could be
// one that the pages show.
func (s *step) fieldValue(f *field, v pades.Object) {
	good := false
	switch v := v.(type) {
	case nil:
		good = true
	case pades.String:
		good = (f.kind == "Tx" || f.kind == "Ch") && !v.Malformed
	case pades.Name:
		good = f.kind == "Btn"
	case pades.Array:
		good = f.kind == "Ch" && !slices.ContainsFunc(v, func(o pades.Object) bool {
			_, text := o.(pades.String)
			return !text
		})
	}
	if !good || f.flags&flagPush != 0 && f.kind == "Btn" {
		s.find(f.ref, CodeField, Never, "the value of field %q becomes %s", f.name, typeName(v))
	}
}
