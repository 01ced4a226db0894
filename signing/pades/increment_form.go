package pades

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// formField is a field of the newest revision.
type formField struct {
	ref       Ref
	dict      Dict
	name      string // fully qualified
	signature bool
	filled    bool // has a value of its own
}

// formFields returns every field that has a name of its own. The tree of a
// sound document is readable and without loops.
func (u *increment) formFields() ([]formField, error) {
	form, err := u.doc.ResolveDict(u.newest, u.catalogEntry("AcroForm"))
	if err != nil {
		return nil, err
	}
	var fields []formField
	var walk func(list Object, parent formField, depth int) error
	walk = func(list Object, parent formField, depth int) error {
		refs, err := u.references(list)
		if err != nil || depth > maxFieldDepth {
			return err
		}
		for _, ref := range refs {
			dict, err := u.doc.ResolveDict(u.newest, ref)
			if err != nil {
				return err
			}
			f := formField{ref: ref, dict: dict, name: parent.name, signature: parent.signature}
			if ft := u.resolved(dict.Get("FT")); ft != nil {
				f.signature = ft == Object(Name("Sig"))
			}
			if t, ok := u.resolved(dict.Get("T")).(String); ok {
				f.name = strings.TrimPrefix(parent.name+"."+t.Text(), ".")
				f.filled = u.resolved(dict.Get("V")) != nil
				fields = append(fields, f)
			}
			if err := walk(dict.Get("Kids"), f, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	err = walk(form.Get("Fields"), formField{}, 0)
	return fields, err
}

// catalogEntry returns an entry of the catalog as the newest revision has it.
func (u *increment) catalogEntry(key Name) Object {
	catalog, err := u.doc.Catalog(u.newest)
	if err != nil {
		return nil // extend has read it
	}
	return catalog.Get(key)
}

func (u *increment) resolved(o Object) Object {
	o, err := u.doc.Resolve(u.newest, o)
	if err != nil {
		return nil
	}
	return o
}

// references reads an array of references; null is an empty one.
func (u *increment) references(o Object) ([]Ref, error) {
	o, err := u.doc.Resolve(u.newest, o)
	if err != nil || o == nil {
		return nil, err
	}
	array, ok := o.(Array)
	if !ok {
		return nil, syntaxError(-1, "array expected, %T found", o)
	}
	refs := make([]Ref, len(array))
	for i, e := range array {
		if refs[i], ok = e.(Ref); !ok {
			return nil, syntaxError(-1, "reference expected in an array, %T found", e)
		}
	}
	return refs, nil
}

// field gives the signature a field: the empty one of that name, or a new one. A
// name of "" takes the first free SignatureN.
func (u *increment) field(name string, signature Ref, looks *Appearance) (formField, error) {
	fields, err := u.formFields()
	if err != nil {
		return formField{}, fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	if name == "" {
		name = freeName(fields)
	}
	if i := slices.IndexFunc(fields, func(f formField) bool { return f.name == name }); i >= 0 {
		f := fields[i]
		if !f.signature || f.filled {
			return f, fmt.Errorf("%w: %q is signed already or not for signatures", ErrField, name)
		}
		if err := u.seedValue(f); err != nil {
			return f, err
		}
		return f, cmp.Or(u.fill(f, signature, looks), u.setForm(nil))
	}
	return u.newField(name, signature, looks)
}

// fill gives an empty field its signature, and its widget, if it is another object,
// the appearance.
func (u *increment) fill(f formField, signature Ref, looks *Appearance) error {
	filled := u.spelled(f.dict).with("V", signature)
	if looks == nil {
		u.write(f.ref, filled)
		return nil
	}
	w, err := u.doc.widgetOf(f)
	if err != nil {
		return err
	}
	if w.ref == f.ref {
		u.write(f.ref, u.dressed(filled, w.dict, looks))
		return nil
	}
	u.write(f.ref, filled)
	u.write(w.ref, u.dressed(u.spelled(w.dict), w.dict, looks))
	return nil
}

func freeName(fields []formField) string {
	for n := 1; ; n++ {
		name := "Signature" + strconv.Itoa(n)
		if !slices.ContainsFunc(fields, func(f formField) bool { return f.name == name }) {
			return name
		}
	}
}

// seedValue refuses a field whose seed value dictionary (12.7.4.5) demands
// something, as this package does not know how to keep such demands.
func (u *increment) seedValue(f formField) error {
	seed, err := u.doc.ResolveDict(u.newest, f.dict.Get("SV"))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrField, err)
	}
	if flags := u.resolved(seed.Get("Ff")); flags != nil && flags != Object(Integer(0)) {
		return fmt.Errorf("%w: %q demands what is not supported here", ErrField, f.name)
	}
	return nil
}

// newField adds a field that is its own widget to the annotations of a page
// (12.7.4.5).
func (u *increment) newField(name string, signature Ref, looks *Appearance) (formField, error) {
	f := formField{name: name, signature: true}
	if strings.Contains(name, ".") {
		return f, fmt.Errorf("%w: %q has a full stop", ErrField, name)
	}
	title, err := textString(name)
	if err != nil {
		return f, fmt.Errorf("%w: %w", ErrField, err)
	}
	if looks == nil {
		if looks, err = u.unseen(); err != nil {
			return f, err
		}
	}
	page, err := u.doc.ResolveDict(u.newest, looks.Page)
	if key, differ := page.twoValues(); differ {
		err = syntaxError(-1, "duplicate key /%s in page %s", key, looks.Page)
	}
	if err != nil {
		return f, fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	f.ref = u.next()
	widget := Dict{
		{Key: "Type", Value: Name("Annot")}, {Key: "Subtype", Value: Name("Widget")},
		{Key: "FT", Value: Name("Sig")}, {Key: "T", Value: title},
		{Key: "F", Value: Integer(flagPrint | flagLocked)}, {Key: "Rect", Value: looks.Rect.array()},
		{Key: "P", Value: looks.Page}, {Key: "V", Value: signature},
	}
	changed := u.spelled(page)
	if looks.visible() {
		if widget, changed, err = u.tagged(f.ref, widget, changed, looks); err != nil {
			return f, fmt.Errorf("%w: %w", ErrUnsound, err)
		}
	} else {
		changed = u.ordered(changed)
	}
	u.write(f.ref, u.dressed(widget, widget, looks))
	annotations, direct, err := u.appended(page.Get("Annots"), f.ref)
	if err != nil {
		return f, fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	if direct {
		changed = changed.with("Annots", annotations)
	}
	if direct || changed.Name("Tabs") != page.Name("Tabs") {
		u.write(looks.Page, changed)
	}
	return f, u.setForm(&f.ref)
}

// appended puts a reference at the end of an array. An array that is an object
// of its own is written as such; else the caller keeps it.
func (u *increment) appended(array Object, ref Ref) (result Object, direct bool, err error) {
	value, err := u.doc.Resolve(u.newest, array)
	if err != nil {
		return nil, false, err
	}
	list, ok := value.(Array)
	if !ok && value != nil {
		return nil, false, syntaxError(-1, "array expected, %T found", value)
	}
	longer := append(list[:len(list):len(list)], ref)
	place, ok := array.(Ref)
	if !ok || value == nil {
		return longer, true, nil
	}
	// A page's annotations and the form's fields may be one array.
	if !u.has(place) {
		u.write(place, longer)
	}
	return place, false, nil
}

// setForm says in the AcroForm (12.7.2) that there are signatures and that the
// file must only be appended to, and adds a field. Everything else in it stays.
func (u *increment) setForm(field *Ref) error {
	const signaturesExist, appendOnly = 1, 2
	entry := u.catalogEntry("AcroForm")
	old, err := u.doc.ResolveDict(u.newest, entry)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	form, changed := u.spelled(old), false
	flags, _ := u.resolved(old.Get("SigFlags")).(Integer)
	if want := flags | signaturesExist | appendOnly; want != flags {
		form, changed = form.with("SigFlags", want), true
	}
	if field != nil {
		fields, direct, err := u.appended(old.Get("Fields"), *field)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUnsound, err)
		}
		if direct {
			form, changed = form.with("Fields", fields), true
		}
	}
	place, indirect := entry.(Ref)
	switch {
	case !changed:
	case old == nil:
		u.setCatalog("AcroForm", u.add(form))
	case indirect:
		u.write(place, form)
	default:
		u.setCatalog("AcroForm", form)
	}
	return nil
}
