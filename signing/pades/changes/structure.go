package changes

import (
	"tamga/signing/pades"
)

// maxStructureNodes bounds the nodes of a number tree that are read in a step.
const maxStructureNodes = 1 << 16

// structure judges what a step does to the structure tree (14.7): in a tagged file
// the widget of a new signature field gets an element of its own. Everything that
// was there stays as it was and where it was. An element may be referred to from
// anywhere, since all that differs is that children follow in /K, which no program
// takes for anything else when it is no number and no boolean.
func (s *step) structure() error {
	root := func(revision int) value {
		return value{object: s.doc.Revisions[revision].Trailer}
	}
	old, new, err := s.pair(root(s.old), root(s.new), "Root")
	if err != nil || old.dict().Get("StructTreeRoot") == nil {
		return err
	}
	before, after, err := s.pair(old, new, "StructTreeRoot")
	if err != nil || before.dict() == nil || after.dict() == nil || before.ref != after.ref || before.ref == (pades.Ref{}) {
		return err // which the catalog's comparison has reported
	}
	t := &structureStep{step: s, elements: map[pades.Ref]bool{}}
	if err := t.tops(before, after); err != nil {
		return err
	}
	for _, n := range s.order {
		change := s.changes[n]
		if change.Freed || change.New || s.claimed[n] {
			continue
		}
		if err := t.element(change.Ref); err != nil {
			return err
		}
	}
	return t.parents(before, after)
}

// structureStep is the part of a step that is about the structure.
type structureStep struct {
	*step
	elements map[pades.Ref]bool // the new elements of new signature fields
	nodes    int
}

// tops compares the root of the tree.
func (t *structureStep) tops(before, after value) error {
	t.tree = after.ref.Number
	t.judged(after.ref, structureRole)
	for _, key := range t.differing(before.dict(), after.dict()) {
		switch key {
		case "K", "ParentTree": // see kids and parents
		case "ParentTreeNextKey":
			was, _ := t.entry(t.old, before.dict(), key).(pades.Integer)
			is, ok := t.entry(t.new, after.dict(), key).(pades.Integer)
			if !ok || is < was {
				t.find(after.ref, CodeStructure, Never, "/%s of the structure tree becomes another thing", key)
			}
		default:
			t.find(after.ref, CodeStructure, Never, "/%s of the structure tree changes", key)
		}
	}
	return t.kids(before, after)
}

// element compares an element of the structure that is written anew.
func (t *structureStep) element(ref pades.Ref) error {
	old, err := t.object(t.old, ref)
	if err != nil {
		return err
	}
	new, err := t.object(t.new, ref)
	if err != nil {
		return err
	}
	before, after := valueOf(ref, old), valueOf(ref, new)
	before.ref, after.ref = ref, ref
	if !isElement(before.dict()) || !isElement(after.dict()) {
		return nil
	}
	t.judged(ref, structureRole)
	for _, key := range t.differing(before.dict(), after.dict()) {
		if key != "K" {
			t.find(ref, CodeStructure, Never, "/%s of structure element %s changes", key, ref)
		}
	}
	return t.kids(before, after)
}

// isElement says whether a dictionary is written as an element, whose type may be
// left out (table 323).
func isElement(dict pades.Dict) bool {
	_, parent := dict.Get("P").(pades.Ref)
	return parent && dict.Name("S") != "" && (dict.Get("Type") == nil || dict.Name("Type") == "StructElem")
}

// kids compares the children of an element or of the root: what was there comes
// first, and what follows are elements of new signature fields.
func (t *structureStep) kids(old, new value) error {
	if t.untouched(old.dict().Get("K"), new.dict().Get("K")) {
		return nil
	}
	before, err := t.children(t.old, old, t.before)
	if err != nil {
		return err
	}
	after, err := t.children(t.new, new, t.after)
	if err != nil || t.equal(before.object, after.object) && before.ref == after.ref {
		return err
	}
	was, is := t.list(old.dict().Get("K"), before), t.list(new.dict().Get("K"), after)
	if was == nil || len(is) < len(was) || !t.equal(was, is[:len(was)]) {
		t.find(new.ref, CodeStructure, Never, "the children of structure element %s are removed, replaced or reordered", new.ref)
		return nil
	}
	for _, o := range is[len(was):] {
		ref, _ := o.(pades.Ref)
		if err := t.newElement(ref, new.ref); err != nil {
			return err
		}
	}
	return nil
}

// children resolves /K. An array is part of what has it, and is followed; an only
// child is an element, which is judged by itself.
func (t *structureStep) children(revision int, of value, follow func(value) (value, error)) (value, error) {
	kids, err := t.resolve(revision, of.get("K"), func(pades.Ref) {})
	if _, list := kids.object.(pades.Array); err != nil || !list {
		return kids, err
	}
	return follow(of.get("K"))
}

// list returns children as a list; nil when they are what a program could take for
// another entry of the name.
func (t *structureStep) list(entry pades.Object, kids value) pades.Array {
	switch o := kids.object.(type) {
	case pades.Array:
		return append(pades.Array{}, o...)
	case nil:
		return pades.Array{}
	case pades.Dict:
		return pades.Array{entry}
	}
	return nil
}

// newElement judges an element that was not there: it holds the widget of a new
// signature field and nothing else.
func (t *structureStep) newElement(ref, parent pades.Ref) error {
	if !t.isNew(ref) {
		t.find(ref, CodeStructure, Never, "a child is added to the structure that is no new element")
		return nil
	}
	t.claim(ref)
	o, err := t.object(t.new, ref)
	if err != nil {
		return err
	}
	dict, _ := o.(pades.Dict)
	whole := valueOf(ref, o)
	for _, e := range dict {
		switch e.Key {
		case "Type", "S", "P", "K", "Pg":
		case "NS":
			if ref, ok := e.Value.(pades.Ref); !ok || t.doc.Size(t.old, ref) == 0 {
				t.find(ref, CodeStructure, Never, "/NS of a new structure element is no namespace of the document")
			}
		case "T", "Alt", "Lang", "ID":
			if !isText(t.comparison, t.new, e.Value) {
				t.find(ref, CodeStructure, Never, "/%s of a new structure element is no text", e.Key)
			}
		default:
			t.find(ref, CodeStructure, Never, "a new structure element has /%s", e.Key)
		}
	}
	if page := dict.Get("Pg"); !isElement(dict) || dict.Name("S") != "Form" || dict.Get("P") != pades.Object(parent) || page != nil && !t.isPageRef(page) {
		t.find(ref, CodeStructure, Never, "object %s is added to the structure and is no element of a form", ref)
	}
	kid, err := t.after(whole.get("K"))
	if err != nil {
		return err
	}
	if list, ok := kid.object.(pades.Array); ok && len(list) == 1 {
		if kid, err = t.after(value{object: list[0], use: use{kid.holder, onward(kid.way, element)}}); err != nil {
			return err
		}
	}
	widget, _ := kid.dict().Get("Obj").(pades.Ref)
	page := kid.dict().Get("Pg")
	if t.name(t.new, kid.dict(), "Type") != "OBJR" || t.widgets[widget] == nil || page != nil && !t.isPageRef(page) {
		t.find(ref, CodeStructure, Never, "a new structure element holds something else than a new signature field")
		return nil
	}
	t.elements[ref] = true
	t.oddOnce(ref, CodeStructureGrows, "the structure of the tagged document gets an element for a new signature field")
	return nil
}

// isPageRef says whether an object refers to a page of the document.
func (t *structureStep) isPageRef(o pades.Object) bool {
	ref, ok := o.(pades.Ref)
	return ok && t.pages[ref]
}

// parents compares the trees that lead from structural parents to elements
// (14.7.4.4), by what they say: they may be written in other nodes.
func (t *structureStep) parents(old, new value) error {
	if t.untouched(old.dict().Get("ParentTree"), new.dict().Get("ParentTree")) && !t.changesBelow(old.dict().Get("ParentTree")) {
		return nil
	}
	was, err := t.numbers(t.old, old.get("ParentTree"), t.before)
	if err != nil {
		return err
	}
	is, err := t.numbers(t.new, new.get("ParentTree"), t.after)
	if err != nil {
		return err
	}
	for key, o := range was {
		if now, there := is[key]; !there || !t.equal(o, now) {
			t.find(new.ref, CodeStructure, Never, "structural parent %d becomes another element", key)
			return nil
		}
	}
	for key, o := range is {
		if _, there := was[key]; there {
			continue
		}
		if ref, _ := o.(pades.Ref); !t.elements[ref] {
			t.find(new.ref, CodeStructure, Never, "structural parent %d is added for something else than a new signature field", key)
			return nil
		}
	}
	return nil
}

// numbers reads a number tree (7.9.7).
func (t *structureStep) numbers(revision int, tree value, follow func(value) (value, error)) (map[pades.Integer]pades.Object, error) {
	found := map[pades.Integer]pades.Object{}
	for stack := []value{tree}; len(stack) > 0; {
		node, err := follow(stack[len(stack)-1])
		stack = stack[:len(stack)-1]
		if err != nil {
			return nil, err
		}
		if t.nodes++; t.nodes > maxStructureNodes {
			return nil, ErrTooComplex
		}
		if node.object != nil && node.dict() == nil {
			t.find(node.ref, CodeStructure, Never, "the tree of structural parents has a node that is no dictionary")
		}
		for _, e := range node.dict() {
			switch e.Key {
			case "Nums", "Kids", "Limits", "Type":
			default:
				t.find(node.ref, CodeStructure, Never, "the tree of structural parents has /%s", e.Key)
			}
		}
		nums, err := follow(node.get("Nums"))
		if err != nil {
			return nil, err
		}
		list, _ := nums.object.(pades.Array)
		for i := 0; i+1 < len(list); i += 2 {
			key, ok := list[i].(pades.Integer)
			if _, twice := found[key]; !ok || twice {
				t.find(node.ref, CodeStructure, Never, "the tree of structural parents has a key that is none, or twice")
			}
			found[key] = list[i+1]
		}
		kids, err := follow(node.get("Kids"))
		if err != nil {
			return nil, err
		}
		below, _ := kids.object.(pades.Array)
		for _, o := range below {
			stack = append(stack, value{object: o, use: use{kids.holder, onward(kids.way, element)}})
		}
	}
	return found, nil
}
