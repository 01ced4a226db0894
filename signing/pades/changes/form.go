package changes

import (
	"tamga/signing/pades"
)

const maxFieldDepth = 64

// form is the field tree (12.7.3) of one revision.
type form struct {
	fields map[pades.Ref]*field
	// numbers are those of the fields' objects.
	numbers map[uint32]bool
	names   map[string]bool
	// readOnly are the names of fields that nobody may fill.
	readOnly map[string]bool
	// regenerated says that viewers make the appearances anew
	// (/NeedAppearances).
	regenerated bool
	// appearance is the default appearance string of the form.
	appearance pades.String
	// fonts are those of its default resources.
	fonts map[pades.Ref]bool
}

// field is a node of the tree: a field, or a widget of one.
type field struct {
	ref pades.Ref
	// owner is the field itself, or for a widget without a name the one above.
	owner *field
	name  string
	kind  pades.Name
	flags int64
	depth int
	// filled says that a signature field has its signature.
	filled bool
	leaf   bool
	// above says that there are fields below, which inherit its value.
	above bool
	// widgets are the annotations of a field, itself among them when it has no
	// kids.
	widgets []pades.Ref
}

// readForm walks the field tree of a revision.
func (c *comparison) readForm(revision int) (*form, error) {
	f := &form{fields: map[pades.Ref]*field{}, numbers: map[uint32]bool{}, names: map[string]bool{}, readOnly: map[string]bool{}}
	catalog, err := c.doc.Catalog(revision)
	if err != nil {
		return nil, err
	}
	dict, err := c.wholeDict(revision, catalog.Get("AcroForm"))
	if err != nil || dict == nil {
		return f, err
	}
	f.regenerated, _ = c.entry(revision, dict, "NeedAppearances").(bool)
	if err := c.readDefaults(revision, f); err != nil {
		return nil, err
	}
	return f, c.readFields(revision, f, nil, dict.Get("Fields"))
}

// readDefaults reads what the form's fields are drawn by.
func (c *comparison) readDefaults(revision int, f *form) error {
	catalog, err := c.doc.Catalog(revision)
	if err != nil {
		return err
	}
	dict, err := c.wholeDict(revision, catalog.Get("AcroForm"))
	if err != nil {
		return err
	}
	f.appearance, _ = c.entry(revision, dict, "DA").(pades.String)
	f.fonts, err = c.fontsOf(revision, dict.Get("DR"))
	return err
}

func (f *form) add(n *field) {
	f.fields[n.ref], f.numbers[n.ref.Number] = n, true
}

// fontsOf returns the fonts that a resource dictionary refers to.
func (c *comparison) fontsOf(revision int, resources pades.Object) (map[pades.Ref]bool, error) {
	dict, err := c.wholeDict(revision, resources)
	if err != nil {
		return nil, err
	}
	fonts, err := c.wholeDict(revision, dict.Get("Font"))
	if err != nil {
		return nil, err
	}
	refs := map[pades.Ref]bool{}
	for _, e := range fonts {
		if ref, ok := e.Value.(pades.Ref); ok {
			refs[ref] = true
		}
	}
	return refs, nil
}

// readFields adds the fields of an array and what is below them.
func (c *comparison) readFields(revision int, f *form, parent *field, o pades.Object) error {
	if ref, ok := o.(pades.Ref); ok {
		var err error
		if o, err = c.object(revision, ref); err != nil {
			return err
		}
	}
	list, _ := o.(pades.Array)
	for _, o := range list {
		ref, ok := o.(pades.Ref)
		if !ok || f.fields[ref] != nil {
			continue // the reader has reported it
		}
		o, err := c.object(revision, ref)
		if err != nil {
			return err
		}
		dict, ok := o.(pades.Dict)
		if !ok {
			continue
		}
		n := c.newField(revision, ref, dict, parent)
		f.add(n)
		f.names[n.name] = true
		f.readOnly[n.name] = f.readOnly[n.name] || n.flags&flagReadOnly != 0
		if kids := dict.Get("Kids"); kids != nil && n.depth < maxFieldDepth {
			if err := c.readFields(revision, f, n, kids); err != nil {
				return err
			}
		}
	}
	return nil
}

// newField reads a node with what it inherits from its parent.
func (c *comparison) newField(revision int, ref pades.Ref, dict pades.Dict, parent *field) *field {
	n := &field{ref: ref, leaf: dict.Get("Kids") == nil}
	if parent != nil {
		n.name, n.kind, n.flags, n.depth = parent.name, parent.kind, parent.flags, parent.depth+1
	}
	resolve := func(key pades.Name) pades.Object { return c.entry(revision, dict, key) }
	text, named := resolve("T").(pades.String)
	n.owner = n
	if parent != nil && named {
		parent.above = true
	}
	switch {
	case !named && parent != nil:
		n.owner = parent.owner
	case parent != nil && parent.name != "":
		n.name = parent.name + "." + text.Text()
	default:
		n.name = text.Text()
	}
	if kind, ok := resolve("FT").(pades.Name); ok {
		n.kind = kind
	}
	if flags, ok := resolve("Ff").(pades.Integer); ok {
		n.flags = int64(flags)
	}
	if n.leaf {
		n.owner.widgets = append(n.owner.widgets, ref)
	}
	n.filled = n.kind == "Sig" && dict.Get("V") != nil
	if n.filled {
		n.owner.filled = true
	}
	return n
}

// acroForm compares the interactive forms (12.7.2). Its fields may become more;
// nothing else in it says what a signature needs.
func (s *step) acroForm(old, new value) error {
	if old.dict().Get("AcroForm") == nil && new.dict().Get("AcroForm") == nil {
		return nil
	}
	before, after, err := s.pair(old, new, "AcroForm")
	if err != nil {
		return err
	}
	s.forms[before.ref.Number], s.forms[after.ref.Number] = true, true
	delete(s.forms, 0) // written in the catalog
	if _, ok := after.object.(pades.Dict); !ok {
		s.find(after.ref, CodeFormChanged, Never, "the form becomes %s", typeName(after.object))
		return nil
	}
	fresh := before.object == nil
	if before.ref != after.ref && !fresh {
		// The same form in another place is compared all the same.
		s.find(after.ref, CodeForm, LTV, "the form is another object")
	}
	for _, key := range s.differing(before.dict(), after.dict()) {
		if err := s.formEntry(key, before, after, fresh); err != nil {
			return err
		}
	}
	if !fresh {
		if err := s.defaults(before, after); err != nil {
			return err
		}
	}
	if s.untouched(before.dict().Get("Fields"), after.dict().Get("Fields")) {
		return nil
	}
	return s.fieldList(before.get("Fields"), after.get("Fields"), nil)
}

func (s *step) formEntry(key pades.Name, before, after value, fresh bool) error {
	old, changed := before.dict(), after.dict().Get(key)
	switch key {
	case "Fields":
		return nil
	case "SigFlags":
		was, _ := s.entry(s.old, old, key).(pades.Integer)
		flags, ok := s.entry(s.new, after.dict(), key).(pades.Integer)
		if !ok || flags < 0 || flags > 3 || flags&was != was {
			s.find(after.ref, CodeFormChanged, Never, "/SigFlags of the form becomes %v", changed)
		} else {
			s.find(after.ref, CodeForm, LTV, "/SigFlags of the form becomes %d", flags)
		}
		return nil
	case "DR", "DA", "Q":
		// Defaults of a form without fields touch nothing that was signed.
		if fresh {
			s.find(after.ref, CodeForm, LTV, "the form is new and has /%s", key)
			return s.adopt(changed)
		}
		if key == "DR" {
			return nil // see defaults
		}
		if _, text := s.entry(s.new, after.dict(), key).(pades.String); key == "DA" && text && old.Get(key) == nil {
			s.defaulted = true
			s.find(after.ref, CodeForm, FormFilling, "the form gets /DA")
			return nil
		}
	case "NeedAppearances":
		if s.entry(s.new, after.dict(), key) == false && old.Get(key) == nil {
			s.find(after.ref, CodeForm, LTV, "/NeedAppearances of the form becomes false, as it was by default")
			return nil
		}
	}
	if private(key) {
		return s.privateEntry(after.ref, key, changed)
	}
	s.find(after.ref, CodeFormChanged, Never, "/%s of the form changes", key)
	return nil
}

// fieldList compares the fields of the form, or the kids of a field that has no
// part in the page: those that were there stay, in their order, and what follows
// them are new signature fields.
func (s *step) fieldList(old, new value, parent *field) error {
	before, err := s.before(old)
	if err != nil {
		return err
	}
	after, err := s.after(new)
	if err != nil {
		return err
	}
	was, _ := before.object.(pades.Array)
	is, ok := after.object.(pades.Array)
	if !ok && after.object != nil {
		s.find(after.ref, CodeFormChanged, Never, "/%s is not an array", last(new.way))
		return nil
	}
	if len(is) < len(was) || !s.equal(was, is[:len(was)]) {
		s.find(after.ref, CodeFormChanged, Never, "fields are removed, replaced or reordered")
		return nil
	}
	for _, o := range is[len(was):] {
		ref, ok := o.(pades.Ref)
		if !ok || !s.isNew(ref) {
			s.find(ref, CodeFormChanged, Never, "a field is added that is no new object")
			continue
		}
		if err := s.addField(ref, parent); err != nil {
			return err
		}
	}
	return nil
}

// defaults compares the default resources of the form: programs that fill fields
// bring fonts of their own. What was there keeps its name and its meaning.
func (s *step) defaults(old, new value) error {
	before, after, err := s.pair(old, new, "DR")
	if err != nil || before.object == nil && after.object == nil {
		return err
	}
	if before.object == nil {
		s.odd(new.ref, CodeDefaults, FormFilling, "the form gets default resources, which it had none of")
	}
	if after.dict() == nil {
		s.find(after.ref, CodeFormChanged, Never, "/DR of the form is %s", typeName(after.object))
	}
	for _, key := range s.differing(before.dict(), after.dict()) {
		if before.dict().Get(key) != nil && after.dict().Get(key) == nil {
			s.find(after.ref, CodeFormChanged, Never, "/%s of the default resources is removed", key)
		}
	}
	for _, e := range after.dict() {
		if s.untouched(before.dict().Get(e.Key), e.Value) {
			continue
		}
		was, is, err := s.pair(before, after, e.Key)
		if err != nil {
			return err
		}
		if s.equal(was.object, is.object) && was.ref == is.ref {
			continue
		}
		for _, name := range s.differing(was.dict(), is.dict()) {
			if was.dict().Get(name) != nil {
				s.find(is.ref, CodeFormChanged, Never, "/%s /%s of the default resources changes", e.Key, name)
			}
			s.brought[string(name)] = true
		}
		if was.object != nil && was.dict() == nil {
			s.find(is.ref, CodeFormChanged, Never, "/%s of the default resources changes", e.Key)
		}
		s.find(is.ref, CodeForm, FormFilling, "/%s of the default resources grows", e.Key)
		if err := s.adopt(is.object); err != nil {
			return err
		}
	}
	return nil
}
