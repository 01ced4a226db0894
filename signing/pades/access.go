package pades

import (
	"bytes"
	"slices"
)

// maxRefChain is how many references may follow each other; one is normal.
const maxRefChain = 16

// Object returns an object as revision left it. An object that is free,
// undefined, or of another generation is nil, the null object (7.3.10).
func (d *Document) Object(revision int, ref Ref) (Object, error) {
	i := d.locate(ref, revision)
	if i < 0 {
		return nil, nil
	}
	return d.body(i)
}

// Resolve returns o itself, or what it refers to in revision when it is a Ref.
func (d *Document) Resolve(revision int, o Object) (Object, error) {
	for range maxRefChain {
		ref, ok := o.(Ref)
		if !ok {
			return o, nil
		}
		var err error
		if o, err = d.Object(revision, ref); err != nil {
			return nil, err
		}
	}
	return nil, syntaxError(-1, "references refer to each other in a circle")
}

// ResolveDict is Resolve for a dictionary; null gives nil, another type an error.
func (d *Document) ResolveDict(revision int, o Object) (Dict, error) {
	o, err := d.Resolve(revision, o)
	if err != nil || o == nil {
		return nil, err
	}
	dict, ok := o.(Dict)
	if !ok {
		return nil, syntaxError(-1, "dictionary expected, %T found", o)
	}
	return dict, nil
}

// Catalog returns the document catalog (7.7.2) of a revision.
func (d *Document) Catalog(revision int) (Dict, error) {
	catalog, err := d.ResolveDict(revision, d.Revisions[revision].Trailer.Get("Root"))
	if err == nil && catalog == nil {
		err = syntaxError(-1, "the document has no catalog")
	}
	return catalog, err
}

// Objects returns the objects in use in a revision, by number.
func (d *Document) Objects(revision int) []Ref {
	var refs []Ref
	for i, v := range d.versions {
		if i+1 < len(d.versions) && d.versions[i+1].number == v.number && int(d.versions[i+1].revision) <= revision {
			continue
		}
		if int(v.revision) <= revision && v.kind != entryFree {
			refs = append(refs, v.ref())
		}
	}
	return refs
}

// Change is an object that a revision lists in its own cross-reference.
type Change struct {
	Ref Ref
	// Freed says that the revision removes the object.
	Freed bool
	// New says that no object of this number was in use before.
	New bool
}

// Changed returns what a revision lists in its own cross-reference, by number:
// an object that is not in it reads the same as in the revision before. For the
// oldest revision these are all objects. Objects listed again at the same place
// are left out.
func (d *Document) Changed(revision int) []Change {
	var changes []Change
	for i, v := range d.versions {
		if int(v.revision) != revision {
			continue
		}
		before := version{}
		if i > 0 && d.versions[i-1].number == v.number {
			before = d.versions[i-1]
		}
		freed := v.kind == entryFree
		if freed && before.kind == entryFree || d.samePlace(before, v) || int(v.origin) != i {
			continue
		}
		changes = append(changes, Change{Ref: v.ref(), Freed: freed, New: before.kind == entryFree})
	}
	return changes
}

// samePlace says whether two compressed versions are the same text.
func (d *Document) samePlace(a, b version) bool {
	if a.kind != entryCompressed || b.kind != entryCompressed || a.offset != b.offset || a.limit != b.limit {
		return false
	}
	first, second := d.find(uint32(a.offset), int(a.revision)), d.find(uint32(b.offset), int(b.revision))
	return d.versions[first].origin == d.versions[second].origin
}

// RawStream returns the encoded bytes of a stream of this document, decrypted where it
// is encrypted and can be.
func (d *Document) RawStream(s *Stream) []byte {
	data, err := d.opened(s)
	if err != nil {
		return d.file[s.Start:s.End]
	}
	return data
}

// opened returns the encoded bytes of a stream, decrypted.
func (d *Document) opened(s *Stream) ([]byte, error) {
	data := d.file[s.Start:s.End]
	if s.sealed == nil {
		return data, nil
	}
	return s.sealed.open(data)
}

// StreamData returns the decoded bytes of a stream of this document, at most
// 64 MiB of them and at most 100 for each encoded byte after the first MiB. It
// knows no filters of images.
func (d *Document) StreamData(s *Stream) ([]byte, error) {
	data, err := d.opened(s)
	if err != nil {
		return nil, err
	}
	return decodeChain(data, s.Dict, maxInflated)
}

// Pages returns the pages of a revision in their order (7.7.3.2). A page tree
// that is circular, names an object twice, or has one that is a page for some
// programs only, is an error.
func (d *Document) Pages(revision int) ([]Ref, error) {
	return d.walkPages(revision, func(Ref, Dict) {})
}

// walkPages is Pages and calls visit for every node of the tree and every page.
func (d *Document) walkPages(revision int, visit func(Ref, Dict)) ([]Ref, error) {
	catalog, err := d.Catalog(revision)
	if err != nil {
		return nil, err
	}
	root, ok := catalog.Get("Pages").(Ref)
	if !ok {
		return nil, syntaxError(-1, "the catalog names no page tree")
	}
	var pages []Ref
	seen := map[Ref]bool{}
	for stack := []Ref{root}; len(stack) > 0; {
		ref := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[ref] {
			return nil, syntaxError(-1, "the page tree reaches object %s twice", ref)
		}
		seen[ref] = true
		kids, isNode, err := d.kids(revision, ref, visit)
		if err != nil {
			return nil, err
		}
		if !isNode {
			pages = append(pages, ref)
			continue
		}
		slices.Reverse(kids)
		stack = append(stack, kids...)
	}
	return pages, nil
}

// kids returns the children of a node of the page tree; a page is no node.
func (d *Document) kids(revision int, ref Ref, visit func(Ref, Dict)) (kids []Ref, isNode bool, err error) {
	o, err := d.Object(revision, ref)
	if err != nil {
		return nil, false, err
	}
	node, ok := o.(Dict)
	if !ok {
		return nil, false, syntaxError(-1, "object %s in the page tree is not a dictionary", ref)
	}
	visit(ref, node)
	entry, ok := node.Lookup("Kids")
	if kind := node.Name("Type"); ok && kind == "Page" || !ok && kind == "Pages" {
		return nil, false, syntaxError(-1, "object %s in the page tree is a page by its type or by its children, not by both", ref)
	}
	if !ok {
		return nil, false, nil
	}
	list, err := d.Resolve(revision, entry.Value)
	if err != nil {
		return nil, false, err
	}
	array, ok := list.(Array)
	if !ok {
		return nil, false, syntaxError(-1, "the children of object %s in the page tree are not an array", ref)
	}
	for _, o := range array {
		kid, ok := o.(Ref)
		if !ok {
			return nil, false, syntaxError(-1, "a child of object %s in the page tree is not a reference", ref)
		}
		kids = append(kids, kid)
	}
	return kids, true, nil
}

// pages reports what would let another program show other pages.
func (r *reader) pages() {
	known := map[Ref]bool{}
	_, err := r.d.walkPages(r.newest, func(ref Ref, node Dict) {
		r.ambiguous(node, ref)
		own := node.Get("Resources")
		if at, ok := own.(Ref); ok && known[at] {
			return
		} else if ok {
			known[at] = true
		}
		resources, _ := r.resolve(own).(Dict)
		r.ambiguous(resources, ref)
		for _, e := range resources {
			category, _ := r.resolve(e.Value).(Dict)
			r.ambiguous(category, ref)
		}
	})
	if err != nil {
		r.failed(CodePageTree, "", err)
	}
}

// ambiguous reports a key that a dictionary of a page names twice with different
// values, of which programs take the one or the other.
func (r *reader) ambiguous(dict Dict, page Ref) {
	if key, differ := dict.twoValues(); differ {
		r.report(CodeDuplicateKey, "/%s of page %s has two values", key, page)
	}
}

// checkKeys reports a key that a dictionary names twice: with different values,
// of which programs take the one or the other, or with the same, as programs write
// that add an entry without looking.
func (r *reader) checkKeys(dict Dict, where string) {
	key, twice := dict.Duplicate()
	if !twice {
		return
	}
	if other, differ := dict.twoValues(); differ {
		r.report(CodeDuplicateKey, "/%s of %s has two values", other, where)
	} else if !r.repeated {
		r.repeated = true
		r.tolerate(CodeDuplicateKey, "/%s of %s is there twice, with the same value", key, where)
	}
}

// twoValues returns a key that a dictionary names twice with different values.
func (d Dict) twoValues() (Name, bool) {
	if _, twice := d.Duplicate(); !twice {
		return "", false
	}
	first := map[Name]Object{}
	for _, e := range d {
		if o, twice := first[e.Key]; twice && !alike(o, e.Value) {
			return e.Key, true
		}
		first[e.Key] = e.Value
	}
	return "", false
}

// alike says whether two values are written alike. Streams are never values.
func alike(a, b Object) bool {
	switch a := a.(type) {
	case Array:
		b, ok := b.(Array)
		return ok && slices.EqualFunc(a, b, alike)
	case Dict:
		b, ok := b.(Dict)
		return ok && slices.EqualFunc(a, b, func(x, y Entry) bool { return x.Key == y.Key && alike(x.Value, y.Value) })
	case String:
		b, ok := b.(String)
		return ok && bytes.Equal(a.Value, b.Value)
	}
	switch b.(type) {
	case Array, Dict, String:
		return false
	}
	return a == b
}
