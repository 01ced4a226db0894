package pades

import (
	"bytes"
	"fmt"
	"slices"
)

// Appearance is how the field of a signature looks (12.5.5).
type Appearance struct {
	// Page and Rect are the place of a new field, in the coordinates of the page; an
	// empty field that is filled has its own: see [Document.FieldPlace].
	Page Ref
	Rect Rectangle
	// Form is the form XObject. In it and in Parts, a [Part] refers to one of Parts.
	Form  Content
	Parts []Object
	// Text is what the appearance says, for those who cannot see it.
	Text string
}

// Part stands for a reference to one of the parts of an [Appearance], by its index.
type Part int

// Flags of annotations (12.5.3).
const (
	flagInvisible = 1 << 0
	flagHidden    = 1 << 1
	flagPrint     = 1 << 2
	flagNoView    = 1 << 5
	flagLocked    = 1 << 7
)

func (a *Appearance) visible() bool { return a.Rect != Rectangle{} }

// unseen is the appearance of an invisible field: nothing, in an empty rectangle on
// the first page. PDF/A-1 wants one of every field (ISO 19005-1, 6.9).
func (u *increment) unseen() (*Appearance, error) {
	pages, err := u.doc.Pages(u.newest)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	if len(pages) == 0 {
		return nil, fmt.Errorf("%w: %w", ErrUnsound, syntaxError(-1, "the document has no page"))
	}
	return &Appearance{Page: pages[0], Form: Content{Dict: Dict{
		{Key: "Type", Value: Name("XObject")}, {Key: "Subtype", Value: Name("Form")}, {Key: "BBox", Value: Rectangle{}.array()},
		{Key: "Resources", Value: Dict{}},
	}}}, nil
}

// archivalOne says whether the document calls itself a PDF/A-1 (ISO 19005-1, 6.7.11).
func (u *increment) archivalOne() bool {
	metadata, ok := u.resolved(u.catalogEntry("Metadata")).(*Stream)
	if !ok {
		return false
	}
	text, err := u.doc.StreamData(metadata)
	return err == nil && (bytes.Contains(text, []byte("pdfaid:part>1<")) || bytes.Contains(text, []byte(`pdfaid:part="1"`)) ||
		bytes.Contains(text, []byte(`pdfaid:part='1'`)))
}

func (r Rectangle) array() Array {
	return Array{coordinate(r.Left), coordinate(r.Bottom), coordinate(r.Right), coordinate(r.Top)}
}

// coordinate is an integer where it can be.
func coordinate(x float64) Object {
	if x == float64(int64(x)) {
		return Integer(int64(x))
	}
	return Real(x)
}

// dressed gives a widget its appearance and has it printed. old is the widget as it
// was.
func (u *increment) dressed(widget, old Dict, looks *Appearance) Dict {
	if looks.Form.Dict == nil {
		return widget
	}
	parts := make([]Ref, len(looks.Parts))
	for i := range parts {
		parts[i] = u.next()
	}
	for i, o := range looks.Parts {
		u.write(parts[i], placed(o, parts))
	}
	form := u.add(placed(looks.Form, parts))
	widget = widget.with("AP", Dict{{Key: "N", Value: form}})
	if flags, _ := u.resolved(old.Get("F")).(Integer); flags&flagPrint == 0 {
		widget = widget.with("F", flags|flagPrint)
	}
	return widget
}

// placed replaces the parts in an object by references.
func placed(o Object, parts []Ref) Object {
	switch o := o.(type) {
	case Part:
		return parts[o]
	case Array:
		out := make(Array, len(o))
		for i, e := range o {
			out[i] = placed(e, parts)
		}
		return out
	case Dict:
		out := slices.Clone(o)
		for i := range out {
			out[i].Value = placed(out[i].Value, parts)
		}
		return out
	case Content:
		return Content{Dict: placed(o.Dict, parts).(Dict), Data: o.Data}
	}
	return o
}

// widgetOf returns the one widget of a field, itself or its only kid, which must be
// one that people see.
func (d *Document) widgetOf(f formField) (formField, error) {
	newest := len(d.Revisions) - 1
	w := f
	if kids, err := d.Resolve(newest, f.dict.Get("Kids")); err != nil {
		return w, fmt.Errorf("%w: %w", ErrField, err)
	} else if list, ok := kids.(Array); ok {
		if len(list) != 1 {
			return w, fmt.Errorf("%w: %q is in %d places", ErrField, f.name, len(list))
		}
		w.ref, _ = list[0].(Ref)
		if w.dict, err = d.ResolveDict(newest, list[0]); err != nil {
			return w, fmt.Errorf("%w: %w", ErrField, err)
		}
	}
	flags, err := d.Resolve(newest, w.dict.Get("F"))
	if err != nil {
		return w, fmt.Errorf("%w: %w", ErrField, err)
	}
	if n, _ := flags.(Integer); n&(flagInvisible|flagHidden|flagNoView) != 0 {
		return w, fmt.Errorf("%w: %q is hidden", ErrField, f.name)
	}
	if rect, err := d.Resolve(newest, w.dict.Get("Rect")); err != nil {
		return w, fmt.Errorf("%w: %w", ErrField, err)
	} else if _, ok := d.rectangle(rect); !ok {
		return w, fmt.Errorf("%w: %q has no place on a page", ErrField, f.name)
	}
	return w, nil
}

// FieldPlace is where an empty signature field of the newest revision is.
type FieldPlace struct {
	Widget Ref
	Page   Page
	Rect   Rectangle
}

// FieldPlace returns where the empty signature field of a name is that a signature can
// fill and show itself in; ErrField when there is none.
func (d *Document) FieldPlace(name string) (FieldPlace, error) {
	u := &increment{doc: d, newest: len(d.Revisions) - 1}
	fields, err := u.formFields()
	if err != nil {
		return FieldPlace{}, fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	i := slices.IndexFunc(fields, func(f formField) bool { return f.name == name })
	if i < 0 || !fields[i].signature || fields[i].filled {
		return FieldPlace{}, fmt.Errorf("%w: %q is no empty signature field of the file", ErrField, name)
	}
	w, err := d.widgetOf(fields[i])
	if err != nil {
		return FieldPlace{}, err
	}
	at := FieldPlace{Widget: w.ref}
	rect, err := d.Resolve(u.newest, w.dict.Get("Rect"))
	if err != nil {
		return at, fmt.Errorf("%w: %w", ErrField, err)
	}
	at.Rect, _ = d.rectangle(rect)
	pages, err := d.Pages(u.newest)
	if err != nil {
		return at, fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	for _, ref := range pages {
		page, err := d.ResolveDict(u.newest, ref)
		if err != nil {
			return at, fmt.Errorf("%w: %w", ErrUnsound, err)
		}
		if list, ok := u.resolved(page.Get("Annots")).(Array); ok && slices.Contains(list, Object(w.ref)) {
			at.Page, err = d.pageOf(ref)
			return at, err
		}
	}
	return at, fmt.Errorf("%w: no page shows %q", ErrField, name)
}
