package changes

import (
	"slices"

	"tamga/signing/pades"
)

// rest judges what no part of the document has claimed, and whether what was
// claimed has another part besides.
func (s *step) rest() error {
	var parts map[uint32]string
	var referred map[uint32]bool
	for _, n := range s.order {
		change := s.changes[n]
		if change.Freed || !change.New && !s.sameGeneration(change.Ref) {
			continue // reported
		}
		switch {
		case s.claimed[n]:
		case change.New:
			if referred == nil {
				var err error
				if referred, err = s.referred(); err != nil {
					return err
				}
			}
			s.leftover(change.Ref, referred[n])
		default:
			if parts == nil {
				var err error
				if parts, err = s.parts(); err != nil {
					return err
				}
			}
			s.unexplained(change.Ref, parts[n])
		}
	}
	return s.checkUses(s.old, s.walked)
}

// referred returns the numbers to which the objects of this revision refer.
func (s *step) referred() (map[uint32]bool, error) {
	numbers := map[uint32]bool{}
	for _, n := range s.order {
		change := s.changes[n]
		if change.Freed {
			continue
		}
		o, err := s.object(s.new, change.Ref)
		if err != nil {
			return nil, err
		}
		eachRef(o, func(r pades.Ref) {
			if _, changed := s.changes[r.Number]; changed && r.Number != n {
				numbers[r.Number] = true
			}
		})
	}
	return numbers, nil
}

// leftover judges a new object that no recognised part refers to. When nothing at
// all refers to it, it is there for nobody.
func (s *step) leftover(ref pades.Ref, referred bool) {
	switch {
	case !referred && s.uses.of(ref.Number) == 0:
		s.find(ref, CodeUnreferenced, LTV, "nothing refers to the new object %s", ref)
	case s.never == 0:
		s.find(ref, CodeNewObject, Never, "object %s is added in no known part", ref)
	}
}

// unexplained reports a change by the part that the object had.
func (s *step) unexplained(ref pades.Ref, code string) {
	switch code {
	case CodePageTree:
		s.pageTree(ref)
		return
	case "":
		code = CodeObject
	}
	s.find(ref, code, Never, "object %s changes", ref)
}

// pageTree reports how the pages change with a node of their tree.
func (s *step) pageTree(ref pades.Ref) {
	code := CodePageTree
	after, err := s.doc.Pages(s.new)
	before, _ := s.doc.Pages(s.old)
	if err == nil && !slices.Equal(before, after) {
		code = CodePageReordered
		if slices.ContainsFunc(before, func(p pades.Ref) bool { return !slices.Contains(after, p) }) {
			code = CodePageRemoved
		}
		if slices.ContainsFunc(after, func(p pades.Ref) bool { return !s.pages[p] }) {
			code = CodePageAdded
		}
	}
	if old, err := s.wholeDict(s.old, ref); err == nil && code == CodePageTree {
		new, _ := s.wholeDict(s.new, ref)
		for _, key := range s.differing(old, new) {
			if box := pageCode(key); box != CodePage {
				code = box
			}
		}
	}
	s.find(ref, code, Never, "the page tree changes at %s", ref)
}

// parts names, for the objects of the older revision, the code of a change to
// them. It is asked only when something is forbidden anyway.
func (s *step) parts() (map[uint32]string, error) {
	parts := map[uint32]string{}
	type item struct {
		object pades.Object
		code   string
	}
	var stack []item
	push := func(o pades.Object, code string) { stack = append(stack, item{o, code}) }
	visit := func() error {
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			var fresh []pades.Ref
			eachPart(i.object, i.code, func(o pades.Object, code string) { push(o, code) }, func(ref pades.Ref) { fresh = append(fresh, ref) })
			for _, ref := range fresh {
				if parts[ref.Number] != "" {
					continue
				}
				parts[ref.Number] = i.code
				o, err := s.object(s.old, ref)
				if err != nil {
					return err
				}
				push(o, i.code)
			}
		}
		return nil
	}
	catalog, err := s.doc.Catalog(s.old)
	if err != nil {
		return nil, err
	}
	if err := s.pageParts(parts, catalog.Get("Pages"), push, visit); err != nil {
		return nil, err
	}
	for ref, f := range s.form.fields {
		parts[ref.Number] = CodeField
		if f.filled {
			parts[ref.Number] = CodeSignatureChanged
		}
	}
	for _, e := range []struct {
		key  pades.Name
		code string
	}{
		{"DSS", CodeDSSChanged}, {"AcroForm", CodeFormChanged}, {"OpenAction", CodeAction}, {"AA", CodeAction}, {"Names", CodeAction},
		{"StructTreeRoot", CodeStructure},
	} {
		push(catalog.Get(e.key), e.code)
		if err := visit(); err != nil {
			return nil, err
		}
	}
	push(catalog, CodeCatalog)
	for _, x := range s.doc.Signatures {
		parts[x.ID.Number] = CodeSignatureChanged
	}
	return parts, visit()
}

// pageParts names what belongs to the pages.
func (s *step) pageParts(parts map[uint32]string, root pades.Object, push func(pades.Object, string), visit func() error) error {
	for p := range s.pages {
		parts[p.Number] = CodePage
	}
	for nodes := []pades.Object{root}; len(nodes) > 0; {
		ref, ok := nodes[len(nodes)-1].(pades.Ref)
		nodes = nodes[:len(nodes)-1]
		if !ok || parts[ref.Number] == CodePageTree {
			continue
		}
		o, err := s.object(s.old, ref)
		if err != nil {
			return err
		}
		dict, _ := o.(pades.Dict)
		if !s.pages[ref] {
			parts[ref.Number] = CodePageTree
		}
		for _, e := range []struct {
			key  pades.Name
			code string
		}{{"Contents", CodeContent}, {"Resources", CodeResources}, {"Annots", CodeAnnotationChanged}} {
			push(dict.Get(e.key), e.code)
			if err := visit(); err != nil {
				return err
			}
		}
		kids, err := s.resolve(s.old, value{object: dict.Get("Kids")}, func(r pades.Ref) { parts[r.Number] = CodePageTree })
		if err != nil {
			return err
		}
		list, _ := kids.object.(pades.Array)
		nodes = append(nodes, list...)
	}
	return nil
}

// eachPart splits an object into parts with a code of their own, and the
// references left.
func eachPart(o pades.Object, code string, part func(pades.Object, string), ref func(pades.Ref)) {
	dict, ok := o.(pades.Dict)
	if s, stream := o.(*pades.Stream); stream {
		dict, ok = s.Dict, true
	}
	if !ok {
		eachEntry(o, func(e pades.Object) { eachPart(e, code, part, ref) }, ref)
		return
	}
	for _, e := range dict {
		switch {
		case e.Key == "Parent" || e.Key == "P":
		case e.Key == "Font" && code == CodeResources:
			part(e.Value, CodeFont)
		case e.Key == "XObject" && code == CodeResources:
			part(e.Value, CodeXObject)
		case e.Key == "AP":
			part(e.Value, CodeAppearance)
		case e.Key == "A" || e.Key == "AA":
			part(e.Value, CodeAction)
		default:
			eachPart(e.Value, code, part, ref)
		}
	}
}

func eachEntry(o pades.Object, entry func(pades.Object), ref func(pades.Ref)) {
	switch o := o.(type) {
	case pades.Ref:
		ref(o)
	case pades.Array:
		for _, e := range o {
			entry(e)
		}
	}
}
