package changes

import (
	"slices"

	"tamga/signing/pades"
)

// Flags of annotations (12.5.3) and of fields (12.7.3.1).
const (
	flagNoZoom   = 1 << 3
	flagNoRotate = 1 << 4
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
			if f == nil || change.Freed || s.same(n) || change.New || (f.owner != f) != widgets {
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
	before, after := valueOf(f.ref, old), valueOf(f.ref, new)
	if before.dict() == nil || after.dict() == nil {
		return nil // left to what the object was
	}
	s.judged(f.ref, fieldRole)
	switch {
	case f.above:
		return s.fieldGroup(f, before, after)
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

// fieldGroup judges a field that only holds others, which inherit what it says.
func (s *step) fieldGroup(f *field, before, after value) error {
	for _, key := range s.differing(before.dict(), after.dict()) {
		switch {
		case key == "Kids":
		case private(key):
			if err := s.privateEntry(f.ref, key, after.dict().Get(key)); err != nil {
				return err
			}
		default:
			s.find(f.ref, CodeField, Never, "/%s of the field group %q changes", key, f.name)
		}
	}
	return s.fieldList(before.get("Kids"), after.get("Kids"), f)
}

// Types of the entries of a field that may change with its value, or when it is
// signed.
var fieldTypes = map[pades.Name]kind{
	"M": isText, "AS": isName, "I": arrayOf(isInteger), "AP": isDict,
	"Type": isName, "DA": isText, "F": isInteger, "Ff": isInteger,
}

// fieldEntry judges the type of an entry of a field that differs.
func (s *step) fieldEntry(f *field, before, after value, key pades.Name) error {
	if private(key) {
		return s.privateEntry(f.ref, key, after.dict().Get(key))
	}
	if fieldTypes[key] == nil {
		return nil
	}
	ok, err := s.typed(before, after, key, fieldTypes[key])
	if err != nil {
		return err
	}
	if !ok {
		s.find(f.ref, CodeField, Never, "/%s of field %q is not of its type", key, f.name)
	}
	if key == "AP" {
		return nil // see newAppearance
	}
	return s.adopt(after.dict().Get(key))
}

// signatureField judges an empty signature field, or its widget, that is written
// anew: it may only receive a signature. Also one that receives a timestamp is
// filled: it was not made for evidence that anybody may add.
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
		needs = max(needs, FormFilling)
	} else if !s.signed[f.owner.ref] {
		s.find(f.ref, CodeField, Never, "the empty signature field %q changes without being signed", f.name)
		return nil
	}
	for _, key := range s.differing(before.dict(), after.dict()) {
		if err := s.fieldEntry(f, before, after, key); err != nil {
			return err
		}
		if !s.signedEntry(f, before.dict(), after.dict(), key) {
			s.find(f.ref, CodeField, Never, "/%s of signature field %q changes", key, f.name)
		}
	}
	s.findField(f.ref, f, false, code, needs, "signed")
	return s.ready(f.ref, after.dict())
}

// signedEntry says whether an entry of a signature field or its widget may differ
// as it does when the field is signed.
func (s *step) signedEntry(f *field, before, after pades.Dict, key pades.Name) bool {
	switch key {
	case "V":
		return f.owner == f
	case "M", "AP":
		return true
	case "Type":
		// Programs that sign complete the widget.
		return before.Get(key) == nil && s.name(s.new, after, key) == "Annot"
	case "DA":
		return before.Get(key) == nil
	case "F", "Ff":
		return s.harmlessFlags(key, before, after)
	}
	return private(key)
}

// harmlessFlags says whether flags change only as programs that sign set them:
// a widget is printed (bit 3) and locked (bit 8), a field is read-only (bit 1).
func (s *step) harmlessFlags(key pades.Name, old, new pades.Dict) bool {
	before, _ := s.entry(s.old, old, key).(pades.Integer)
	after, ok := s.entry(s.new, new, key).(pades.Integer)
	if key == "Ff" {
		return ok && after&^flagReadOnly == before&^flagReadOnly
	}
	return ok && after&^(4|128) == before&^(4|128)
}

// anyVisible says whether a field or one of its widgets has an area.
func (s *step) anyVisible(f *field, dict pades.Dict) (bool, error) {
	seen := func(dict pades.Dict) bool {
		o, err := s.whole(s.new, dict.Get("Rect"))
		r, visible := s.rectangle(s.new, o)
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
	if s.form.readOnly[f.name] {
		s.find(f.ref, CodeLocked, Never, "the read-only field %q changes", f.name)
	}
	for _, key := range keys {
		if err := s.fieldEntry(f, before, after, key); err != nil {
			return err
		}
		switch {
		case key == "V" && f.owner == f:
			ok, err := s.typed(before, after, key, f.valueKind())
			if err != nil {
				return err
			}
			if !ok {
				s.find(f.ref, CodeField, Never, "the value of field %q is or becomes none of its type", f.name)
				continue
			}
			if err := s.adopt(after.dict().Get(key)); err != nil {
				return err
			}
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
		case key == "I" && f.kind == "Ch", key == "M", private(key):
		default:
			s.find(f.ref, CodeField, Never, "/%s of field %q changes", key, f.name)
		}
	}
	s.findField(f.ref, f, false, CodeFieldValue, FormFilling, "filled")
	return nil
}

// valueKind is the type of a field's value (12.7.4). A stream, which a text may
// be, could be one that the pages show; a push button has none.
func (f *field) valueKind() kind {
	switch {
	case f.kind == "Tx":
		return isText
	case f.kind == "Ch":
		return either(isText, arrayOf(isText))
	case f.kind == "Btn" && f.flags&flagPush == 0:
		return isName
	}
	return func(*comparison, int, pades.Object) bool { return false }
}
