package changes

import (
	"slices"

	"tamga/signing/pades"
)

// maxStructureDepth is how deep the parts of the structure tree may lie that change;
// programs add to its root, or to the element of the document below it.
const maxStructureDepth = 8

// structure compares the structure trees (14.7.2): what a visible signature adds is an
// element for its own widget, and the way from the widget to it. Nothing that was
// there may say anything else.
func (s *step) structure(old, new value) error {
	root := new.get("StructTreeRoot").object
	if s.untouched(old.get("StructTreeRoot").object, root) {
		if changes, err := s.changesWithin(root); err != nil || !changes {
			return err
		}
	}
	before, after, err := s.pair(old, new, "StructTreeRoot")
	if err != nil || before.dict() == nil || after.dict() == nil || before.ref != after.ref || before.ref == (pades.Ref{}) {
		return err // what differs is an entry of the catalog
	}
	return s.structureNode(before, after, 0)
}

// changesWithin says whether what the root of the structure refers to changes.
func (s *step) changesWithin(root pades.Object) (bool, error) {
	o, err := s.whole(s.new, root)
	found := false
	eachRef(o, func(ref pades.Ref) {
		_, changed := s.changes[ref.Number]
		found = found || changed
	})
	return found, err
}

// structureNode compares the root or an element: only children may be added.
func (s *step) structureNode(before, after value, depth int) error {
	if depth > maxStructureDepth {
		s.find(after.ref, CodeStructure, Never, "the structure changes too deep to be compared")
		return nil
	}
	if _, changed := s.changes[after.ref.Number]; changed {
		s.judged(after.ref, structureRole)
		s.find(after.ref, CodeStructure, FormFilling, "the structure grows")
	}
	for _, key := range s.differing(before.dict(), after.dict()) {
		switch {
		case key == "K":
		case key == "ParentTree" && depth == 0:
		case key == "ParentTreeNextKey" && depth == 0:
			if ok, err := s.typed(before, after, key, isInteger); err != nil {
				return err
			} else if ok {
				continue
			}
			fallthrough
		default:
			s.find(after.ref, CodeStructure, Never, "/%s of the structure changes", key)
		}
	}
	if err := s.children(before, after, depth); err != nil || depth > 0 {
		return err
	}
	old, new, err := s.pair(before, after, "ParentTree")
	if err != nil {
		return err
	}
	return s.parentTree(old, new, 0)
}

// children compares what hangs below a node: the same as before, in their order, and
// then new elements of signature fields.
func (s *step) children(before, after value, depth int) error {
	was, err := s.listed(s.old, before.get("K"))
	if err != nil {
		return err
	}
	is, err := s.listed(s.new, after.get("K"))
	if err != nil {
		return err
	}
	if len(is) < len(was) {
		s.find(after.ref, CodeStructure, Never, "elements of the structure are removed")
		return nil
	}
	for i, kid := range was {
		if !s.equal(kid.object, is[i].object) {
			s.find(after.ref, CodeStructure, Never, "an element of the structure becomes another")
			return nil
		}
		// The elements that change are found from the root: most do not, and what is
		// below those changes only where they do.
		ref, ok := kid.object.(pades.Ref)
		if _, changed := s.changes[ref.Number]; !ok || !changed || s.same(ref.Number) {
			continue
		}
		old, err := s.before(kid)
		if err != nil {
			return err
		}
		new, err := s.after(is[i])
		if err != nil {
			return err
		}
		if old.dict() == nil || new.dict() == nil || s.name(s.old, old.dict(), "S") == "" {
			s.find(ref, CodeStructure, Never, "an element of the structure is or becomes something else")
			continue
		}
		if err := s.structureNode(old, new, depth+1); err != nil {
			return err
		}
	}
	for _, kid := range is[len(was):] {
		if err := s.newElement(kid); err != nil {
			return err
		}
	}
	return nil
}

// listed returns the children that an entry names: one, or an array of them, which may
// be an object of its own.
func (s *step) listed(revision int, v value) ([]value, error) {
	resolve := s.after
	if revision == s.old {
		resolve = s.before
	}
	list := v
	if ref, ok := v.object.(pades.Ref); ok {
		o, err := s.object(revision, ref)
		if err != nil {
			return nil, err
		}
		if _, array := o.(pades.Array); array {
			if list, err = resolve(v); err != nil {
				return nil, err
			}
		}
	}
	array, ok := list.object.(pades.Array)
	if !ok && list.object == nil {
		return nil, nil
	}
	if !ok {
		return []value{list}, nil
	}
	kids := make([]value, len(array))
	for i, o := range array {
		kids[i] = value{object: o, use: use{list.holder, onward(list.way, element)}}
	}
	return kids, nil
}

// elementKeys are what the element of a signature field may have (14.7.2, 14.9.3).
var elementKeys = []pades.Name{"Type", "S", "P", "Pg", "K", "Alt", "Lang", "T"}

// newElement judges an element that is added: a form field whose widget is new with
// this step, and nothing else.
func (s *step) newElement(v value) error {
	ref, ok := v.object.(pades.Ref)
	if !ok || !s.isNew(ref) {
		s.find(ref, CodeStructure, Never, "what is added to the structure is no new element")
		return nil
	}
	kid, err := s.after(v)
	if err != nil {
		return err
	}
	dict := kid.dict()
	for _, e := range dict {
		if !slices.Contains(elementKeys, e.Key) {
			s.find(ref, CodeStructure, Never, "the new element of the structure has /%s", e.Key)
		}
	}
	if dict.Name("S") != "Form" {
		s.find(ref, CodeStructure, Never, "the new element of the structure is %q, not of a form", dict.Name("S"))
	}
	kids, err := s.listed(s.new, kid.get("K"))
	if err != nil {
		return err
	}
	if len(kids) != 1 {
		s.find(ref, CodeStructure, Never, "the new element of the structure has not one part")
		return nil
	}
	part, err := s.after(kids[0])
	if err != nil {
		return err
	}
	widget, _ := part.dict().Get("Obj").(pades.Ref)
	if part.dict().Name("Type") != "OBJR" || s.widgets[widget] == nil {
		s.find(ref, CodeStructure, Never, "the new element of the structure is not about the widget of a new signature field")
		return nil
	}
	s.elements[ref] = true
	s.find(ref, CodeStructure, FormFilling, "the structure gets an element for a signature field")
	return nil
}

// parentTree compares number trees (7.9.7): entries may be added that lead to the new
// elements.
func (s *step) parentTree(before, after value, depth int) error {
	if s.equal(before.object, after.object) && depth > 0 && before.ref == after.ref {
		return nil
	}
	if before.object != nil && before.dict() == nil || after.object != nil && after.dict() == nil || depth > maxStructureDepth {
		s.find(after.ref, CodeStructure, Never, "the tree of structural parents is malformed")
		return nil
	}
	for _, key := range s.differing(before.dict(), after.dict()) {
		ok := key == "Nums" || key == "Kids"
		if key == "Limits" {
			var err error
			if ok, err = s.typed(before, after, key, arrayOf(isInteger)); err != nil {
				return err
			}
		}
		if !ok {
			s.find(after.ref, CodeStructure, Never, "/%s of the tree of structural parents changes", key)
		}
	}
	if err := s.numbers(before, after); err != nil {
		return err
	}
	was, err := s.listed(s.old, before.get("Kids"))
	if err != nil {
		return err
	}
	is, err := s.listed(s.new, after.get("Kids"))
	if err != nil {
		return err
	}
	for i, kid := range is {
		var old value
		switch {
		case i < len(was) && s.equal(was[i].object, kid.object):
			ref, _ := kid.object.(pades.Ref)
			if _, changed := s.changes[ref.Number]; !changed {
				continue
			}
			if old, err = s.before(was[i]); err != nil {
				return err
			}
		case i < len(was):
			s.find(after.ref, CodeStructure, Never, "a node of the tree of structural parents becomes another")
			return nil
		}
		new, err := s.after(kid)
		if err != nil {
			return err
		}
		if err := s.parentTree(old, new, depth+1); err != nil {
			return err
		}
	}
	if len(is) < len(was) {
		s.find(after.ref, CodeStructure, Never, "nodes of the tree of structural parents are removed")
	}
	return nil
}

// numbers compares the pairs of one node: those that were there, and new ones that lead
// to new elements.
func (s *step) numbers(before, after value) error {
	was, err := s.listed(s.old, before.get("Nums"))
	if err != nil {
		return err
	}
	is, err := s.listed(s.new, after.get("Nums"))
	if err != nil {
		return err
	}
	for i := 0; i < len(is); i += 2 {
		if len(was) > 1 && i+1 < len(is) && s.equal(was[0].object, is[i].object) && s.equal(was[1].object, is[i+1].object) {
			was = was[2:]
			continue
		}
		number, isNumber := is[i].object.(pades.Integer)
		if i+1 == len(is) || !isNumber || number < 0 {
			s.find(after.ref, CodeStructure, Never, "an entry of the tree of structural parents is malformed")
			return nil
		}
		element, _ := is[i+1].object.(pades.Ref)
		if !s.elements[element] {
			s.find(after.ref, CodeStructure, Never, "an entry of the tree of structural parents leads to no new element")
		}
	}
	if len(was) > 0 {
		s.find(after.ref, CodeStructure, Never, "an entry of the tree of structural parents changes")
	}
	return nil
}
