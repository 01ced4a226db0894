package pades

// tagged puts the widget of a visible field into the structure of a tagged document
// (14.7, 14.8.4.5), and returns what this makes of the widget and of its page.
func (u *increment) tagged(ref Ref, widget, page Dict, looks *Appearance) (Dict, Dict, error) {
	description, err := textString(looks.Text)
	if err != nil {
		return nil, nil, err
	}
	widget = widget.with("TU", description)
	place, marked, err := u.structure()
	if err != nil {
		return nil, nil, err
	}
	if !marked {
		return widget, page, nil
	}
	root, err := u.doc.ResolveDict(u.newest, place)
	if err != nil {
		return nil, nil, err
	}
	key, err := u.nextParent(root)
	if err != nil {
		return nil, nil, err
	}
	parent, namespace, err := u.formParent(place, root)
	if err != nil {
		return nil, nil, err
	}
	entries := Dict{
		{Key: "Type", Value: Name("StructElem")}, {Key: "S", Value: Name("Form")}, {Key: "P", Value: parent},
		{Key: "Pg", Value: looks.Page}, {Key: "Alt", Value: description},
		{Key: "K", Value: Dict{{Key: "Type", Value: Name("OBJR")}, {Key: "Obj", Value: ref}, {Key: "Pg", Value: looks.Page}}},
	}
	if namespace != nil {
		entries = entries.with("NS", namespace)
		widget = widget.with("Contents", description) // for an element without a label (ISO 14289-2, 8.10.2.3)
	}
	element := u.add(entries)
	changed := u.spelled(root).with("ParentTreeNextKey", key+1)
	if kids, err := u.adopted(parent, place, element); err != nil {
		return nil, nil, err
	} else if kids != nil {
		changed = changed.with("K", kids)
	}
	tree, err := u.parentTree(root.Get("ParentTree"), key, element)
	if err != nil {
		return nil, nil, err
	}
	if tree != nil {
		changed = changed.with("ParentTree", tree)
	}
	u.write(place, changed)
	widget = widget.with("StructParent", key)
	if len(u.doc.Signatures) > 0 {
		return widget, page, nil // which no signature lets change
	}
	// Annotations are read in the order of the structure (ISO 14289-1, 7.18.3).
	return widget, page.with("Tabs", Name("S")), nil
}

// namespacePDF2 is that of the structure types of PDF 2.0 (ISO 32000-2, 14.8.6.2).
const namespacePDF2 = "http://iso.org/pdf2/ssn"

// formParent returns the element that an element of a form belongs below: the root,
// or what alone may stand there, a document in the namespace of PDF 2.0 (ISO 14289-2,
// 8.2.5.2), with its namespace.
func (u *increment) formParent(place Ref, root Dict) (parent Ref, namespace Object, err error) {
	kid := root.Get("K")
	if kids, ok := u.resolved(kid).(Array); ok && len(kids) == 1 {
		kid = kids[0]
	}
	only, ok := kid.(Ref)
	document, isDict := u.resolved(kid).(Dict)
	if !ok || !isDict || u.resolved(document.Get("S")) != Object(Name("Document")) {
		return place, nil, nil
	}
	if key, differ := document.twoValues(); differ {
		return Ref{}, nil, syntaxError(-1, "duplicate key /%s in structure element %s", key, only)
	}
	space, _ := u.resolved(document.Get("NS")).(Dict)
	name, _ := u.resolved(space.Get("NS")).(String)
	if string(name.Value) != namespacePDF2 {
		return place, nil, nil
	}
	return only, document.Get("NS"), nil
}

// adopted puts an element below another one. What this makes of the children of the
// root, which is not written yet, is returned; nil for nothing.
func (u *increment) adopted(parent, root, element Ref) (Object, error) {
	above, err := u.doc.ResolveDict(u.newest, parent)
	if err != nil {
		return nil, err
	}
	kids, direct, err := u.appendedKid(above.Get("K"), element)
	if err != nil || !direct {
		return nil, err
	}
	if parent == root {
		return kids, nil
	}
	u.write(parent, u.spelled(above).with("K", kids))
	return nil, nil
}

// structure returns where that of a tagged document stands.
func (u *increment) structure() (place Ref, marked bool, err error) {
	marks, err := u.doc.ResolveDict(u.newest, u.catalogEntry("MarkInfo"))
	if err != nil {
		return Ref{}, false, err
	}
	place, ok := u.catalogEntry("StructTreeRoot").(Ref)
	return place, ok && u.resolved(marks.Get("Marked")) == Object(true), nil
}

// ordered is a page of a tagged document that gets an annotation which nobody sees:
// it too must be read in the order of the structure (ISO 14289-1, 7.18.3). What
// another order was said for, or a signature covers, stays as it is.
func (u *increment) ordered(page Dict) Dict {
	_, marked, err := u.structure()
	if err != nil || !marked || len(u.doc.Signatures) > 0 || page.Get("Tabs") != nil {
		return page
	}
	return page.with("Tabs", Name("S"))
}

// appendedKid is appended for what may be a single child instead of an array.
func (u *increment) appendedKid(kids Object, ref Ref) (result Object, direct bool, err error) {
	value, err := u.doc.Resolve(u.newest, kids)
	if err != nil {
		return nil, false, err
	}
	if _, isArray := value.(Array); isArray || value == nil {
		return u.appended(kids, ref)
	}
	return Array{kids, ref}, true, nil
}

// parentTree adds an entry to the number tree (7.9.7) from structural parents to
// elements. It returns what the tree becomes when it is not an object of its own.
func (u *increment) parentTree(tree Object, key Integer, element Ref) (Object, error) {
	dict, err := u.doc.ResolveDict(u.newest, tree)
	if err != nil {
		return nil, err
	}
	entry := Array{key, element}
	changed := u.spelled(dict)
	if kids, ok := u.resolved(dict.Get("Kids")).(Array); ok {
		leaf := u.add(Dict{{Key: "Nums", Value: entry}, {Key: "Limits", Value: Array{key, key}}})
		changed = changed.with("Kids", append(kids[:len(kids):len(kids)], leaf))
	} else {
		numbers, _ := u.resolved(dict.Get("Nums")).(Array)
		changed = changed.with("Nums", append(numbers[:len(numbers):len(numbers)], entry...))
	}
	if place, ok := tree.(Ref); ok && dict != nil {
		u.write(place, changed)
		return nil, nil
	}
	return changed, nil
}

// maxTreeNodes bounds the nodes of a number tree that are read.
const maxTreeNodes = 1 << 16

// nextParent returns a key that the tree of structural parents does not have.
func (u *increment) nextParent(root Dict) (Integer, error) {
	next, _ := u.resolved(root.Get("ParentTreeNextKey")).(Integer)
	nodes := 0
	for stack := []Object{root.Get("ParentTree")}; len(stack) > 0; {
		node, err := u.doc.ResolveDict(u.newest, stack[len(stack)-1])
		stack = stack[:len(stack)-1]
		if err != nil {
			return 0, err
		}
		if nodes++; nodes > maxTreeNodes {
			return 0, syntaxError(-1, "the tree of structural parents has more than %d nodes", maxTreeNodes)
		}
		numbers, _ := u.resolved(node.Get("Nums")).(Array)
		for i := 0; i+1 < len(numbers); i += 2 {
			if n, ok := u.resolved(numbers[i]).(Integer); ok && n < maxObjects {
				next = max(next, n+1)
			}
		}
		kids, _ := u.resolved(node.Get("Kids")).(Array)
		stack = append(stack, kids...)
	}
	return next, nil
}
