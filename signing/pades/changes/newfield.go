package changes

import (
	"slices"
	"strings"

	"tamga/signing/pades"
)

// newField is the widget of a signature field that a step adds.
type newField struct {
	name    string
	needs   Level
	visible bool
	rect    rectangle
	page    pades.Ref // /P, zero when it has none
	shown   pades.Ref // the page whose annotations list it
}

// Entries that a new signature field and its widget may have (12.7.3.1, 12.7.4.5,
// 12.5.6.19). An action is not among them.
var fieldKeys = []pades.Name{
	"Type", "Subtype", "FT", "T", "TU", "TM", "V", "F", "Ff", "Rect", "P", "AP", "AS", "MK", "BS", "Border",
	"DA", "DR", "Q", "StructParent", "Lock", "SV", "Parent", "Kids", "M", "NM", "C", "H", "Contents",
}

// addField judges a field that was not there.
func (s *step) addField(ref pades.Ref, parent *field) error {
	s.claim(ref)
	o, err := s.object(s.new, ref)
	if err != nil {
		return err
	}
	dict, ok := o.(pades.Dict)
	if !ok || s.name(s.new, dict, "FT") != "Sig" {
		s.find(ref, CodeFormChanged, Never, "a field is added that is no signature field")
		return nil
	}
	n := s.comparison.newField(s.new, ref, dict, parent)
	s.checkName(n, dict, parent)
	widgets, err := s.newWidgets(n, dict)
	if err != nil {
		return err
	}
	needs, code := FormFilling, CodeSignatureField
	visible := slices.ContainsFunc(widgets, func(w *newField) bool { return w.visible })
	if v := dict.Get("V"); v != nil {
		if needs, code, err = s.newSignature(n, v, visible); err != nil {
			return err
		}
	}
	for _, w := range widgets {
		w.name, w.needs = n.name, needs
	}
	s.findField(ref, n, visible, code, needs, "added")
	s.form.add(n)
	s.form.names[n.name] = true
	return nil
}

// checkName refuses a name that another field has or that reads like a field
// under another (12.7.3.2), and a parent that is not the one it hangs on.
func (s *step) checkName(n *field, dict pades.Dict, parent *field) {
	text, ok := s.entry(s.new, dict, "T").(pades.String)
	if !ok || text.Malformed || len(text.Value) == 0 || strings.Contains(text.Text(), ".") || s.form.names[n.name] {
		s.find(n.ref, CodeFieldName, Never, "the new field's name %q is none, or is taken", n.name)
	}
	above, has := dict.Lookup("Parent")
	if has != (parent != nil) || has && above.Value != pades.Object(parent.ref) {
		s.find(n.ref, CodeField, Never, "the new field %q names another parent than the one it hangs on", n.name)
	}
}

// newWidgets returns the widgets of a new field: itself, or its kids.
func (s *step) newWidgets(n *field, dict pades.Dict) ([]*newField, error) {
	ref := n.ref
	if err := s.checkEntries(ref, dict); err != nil {
		return nil, err
	}
	kids := dict.Get("Kids")
	if kids == nil {
		w := s.newWidget(ref, dict)
		return []*newField{w}, nil
	}
	list, err := s.after(value{object: kids})
	if err != nil {
		return nil, err
	}
	array, ok := list.object.(pades.Array)
	if !ok || len(array) > 1 {
		s.find(ref, CodeField, Never, "the new signature field has not one widget")
		return nil, nil
	}
	var widgets []*newField
	for _, o := range array {
		kid, ok := o.(pades.Ref)
		if !ok || !s.isNew(kid) {
			s.find(ref, CodeField, Never, "the widget of the new signature field is no new object")
			continue
		}
		s.claim(kid)
		o, err := s.object(s.new, kid)
		if err != nil {
			return nil, err
		}
		widget, ok := o.(pades.Dict)
		if !ok || widget.Get("T") != nil || widget.Get("Kids") != nil || widget.Get("Parent") != pades.Object(ref) {
			s.find(kid, CodeField, Never, "the widget of the new signature field is not its own")
			continue
		}
		if err := s.checkEntries(kid, widget); err != nil {
			return nil, err
		}
		widgets = append(widgets, s.newWidget(kid, widget))
		n.widgets = append(n.widgets, kid)
		s.form.add(&field{ref: kid, owner: n, name: n.name, kind: "Sig", leaf: true})
	}
	return widgets, nil
}

// checkEntries judges the entries of a new field or widget and takes in what
// hangs on its appearance.
func (s *step) checkEntries(ref pades.Ref, dict pades.Dict) error {
	for _, e := range dict {
		if !slices.Contains(fieldKeys, e.Key) && !private(e.Key) {
			code := CodeField
			if e.Key == "A" || e.Key == "AA" {
				code = CodeAction
			}
			s.find(ref, code, Never, "the new signature field has /%s", e.Key)
		}
		switch e.Key {
		case "V", "P", "Parent", "Kids":
			continue
		case "StructParent":
			if _, ok := e.Value.(pades.Integer); !ok || !s.tagged() {
				s.find(ref, CodeField, Never, "the new signature field has a /StructParent that is no number, or belongs to no structure")
			}
		case "Contents": // what the annotation is, in words
			if !isText(s.comparison, s.new, e.Value) {
				s.find(ref, CodeField, Never, "the new signature field has a /Contents that is no text")
			}
		case "AP":
			if err := s.looks(ref, dict); err != nil {
				return err
			}
		}
		if err := s.adopt(e.Value); err != nil {
			return err
		}
	}
	if sub := s.name(s.new, dict, "Subtype"); sub != "Widget" && (sub != "" || dict.Get("Rect") != nil || dict.Get("AP") != nil) {
		s.find(ref, CodeField, Never, "the new signature field is an annotation of type %q", sub)
	}
	return nil
}

// tagged says whether the document had a structure tree before.
func (s *step) tagged() bool {
	catalog, err := s.doc.Catalog(s.old)
	return err == nil && catalog.Get("StructTreeRoot") != nil
}

func (s *step) newWidget(ref pades.Ref, dict pades.Dict) *newField {
	w := &newField{}
	o, err := s.whole(s.new, dict.Get("Rect"))
	w.rect, w.visible = s.rectangle(s.new, o)
	// What cannot be read may be anywhere.
	if err != nil || o != nil && !w.rect.known {
		w.visible = true
		s.find(ref, CodeField, Never, "the rectangle of the new signature field is malformed")
	}
	// On a turned or enlarged page it would be elsewhere.
	if w.visible && s.upright(dict) {
		s.find(ref, CodeField, Never, "the new signature field is not where its rectangle says")
	}
	w.page, _ = dict.Get("P").(pades.Ref)
	s.widgets[ref] = w
	return w
}

// newSignature judges the value that a signature field gets: a signature of this
// revision, which covers it whole.
func (s *step) newSignature(n *field, v pades.Object, visible bool) (Level, string, error) {
	ref, ok := v.(pades.Ref)
	i := slices.IndexFunc(s.doc.Signatures, func(x pades.Signature) bool { return ok && x.ID == ref })
	if i < 0 || !s.isNew(ref) {
		s.find(ref, CodeSignatureChanged, Never, "the value of signature field %q is no new signature", n.name)
		return Never, CodeSignature, nil
	}
	s.claim(ref)
	n.owner.filled = true
	s.signed[n.ref] = true
	x := s.doc.Signatures[i]
	if x.FieldID != n.ref || x.DictRevision != s.new || x.Revision != s.new {
		s.find(ref, CodeSignatureRange, Never, "the signature of field %q does not cover the revision that brings it", n.name)
	}
	if x.DocMDP != 0 || x.Certification {
		s.find(ref, CodeCertification, Never, "field %q is certified after another signature", n.name)
	}
	if err := s.adopt(x.Dict); err != nil {
		return Never, CodeSignature, err
	}
	if x.Kind == pades.KindTimestamp && !visible {
		return LTV, CodeTimestamp, nil
	}
	return FormFilling, CodeSignature, nil
}
