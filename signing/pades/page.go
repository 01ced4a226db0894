package pades

import (
	"errors"
	"fmt"
	"math"
)

// ErrPage means that a page is not there, or says no sensible size.
var ErrPage = errors.New("not a page to put something on")

// Rectangle is a box in points or in the coordinates of a page (7.9.5).
type Rectangle struct{ Left, Bottom, Right, Top float64 }

// Width of the rectangle.
func (r Rectangle) Width() float64 { return r.Right - r.Left }

// Height of the rectangle.
func (r Rectangle) Height() float64 { return r.Top - r.Bottom }

// Within says whether the rectangle lies in another one.
func (r Rectangle) Within(o Rectangle) bool {
	return o.Left <= r.Left && r.Right <= o.Right && o.Bottom <= r.Bottom && r.Top <= o.Top
}

// Page is a page of the newest revision, with what it inherits (7.7.3.3).
type Page struct {
	Ref Ref
	// Box is what is shown of it, in its own coordinates: the CropBox within the
	// MediaBox.
	Box Rectangle
	// Turned is by how many degrees it is turned clockwise: 0, 90, 180 or 270.
	Turned int
	// Unit is the length of its units, in points.
	Unit float64
}

// maxPageSide is far above real pages, in units; ISO 32000-1, annex C has 14 400.
const maxPageSide = 1e6

// Page returns a page of the newest revision, counted from zero, or ErrPage.
func (d *Document) Page(number int) (Page, error) {
	pages, err := d.Pages(len(d.Revisions) - 1)
	if err != nil {
		return Page{}, err
	}
	if number < 0 || number >= len(pages) {
		return Page{}, fmt.Errorf("%w: number %d of %d", ErrPage, number+1, len(pages))
	}
	return d.pageOf(pages[number])
}

func (d *Document) pageOf(ref Ref) (Page, error) {
	p := Page{Ref: ref, Unit: 1}
	media, err := d.inherited(ref, "MediaBox")
	if err != nil {
		return p, err
	}
	var ok bool
	if p.Box, ok = d.rectangle(media); !ok {
		return p, fmt.Errorf("%w: /MediaBox of page %s is no rectangle", ErrPage, ref)
	}
	crop, err := d.inherited(ref, "CropBox")
	if err != nil {
		return p, err
	}
	if crop != nil {
		c, ok := d.rectangle(crop)
		p.Box = Rectangle{max(p.Box.Left, c.Left), max(p.Box.Bottom, c.Bottom), min(p.Box.Right, c.Right), min(p.Box.Top, c.Top)}
		if !ok || p.Box.Width() <= 0 || p.Box.Height() <= 0 {
			return p, fmt.Errorf("%w: /CropBox of page %s shows nothing of it", ErrPage, ref)
		}
	}
	rotate, err := d.inherited(ref, "Rotate")
	if err != nil {
		return p, err
	}
	turned, isNumber := rotate.(Integer)
	if rotate != nil && !isNumber || turned%90 != 0 {
		return p, fmt.Errorf("%w: /Rotate of page %s is no multiple of 90", ErrPage, ref)
	}
	p.Turned = int((turned%360 + 360) % 360)
	page, err := d.ResolveDict(len(d.Revisions)-1, ref)
	if err != nil {
		return p, err
	}
	if unit := page.Get("UserUnit"); unit != nil {
		if p.Unit, ok = d.number(unit); !ok || p.Unit <= 0 || p.Unit > 75_000 {
			return p, fmt.Errorf("%w: /UserUnit of page %s is no length", ErrPage, ref)
		}
	}
	return p, nil
}

// inherited returns an entry of a page of the newest revision, its own or of a node
// above.
func (d *Document) inherited(ref Ref, key Name) (Object, error) {
	newest := len(d.Revisions) - 1
	o := Object(ref)
	// Pages has found the tree to be one, but not that its nodes name the parents
	// that they hang on.
	for range maxPageDepth {
		node, err := d.ResolveDict(newest, o)
		if err != nil || node == nil {
			return nil, err
		}
		value, err := d.Resolve(newest, node.Get(key))
		if err != nil || value != nil {
			return value, err
		}
		if o = node.Get("Parent"); o == nil {
			return nil, nil
		}
	}
	return nil, fmt.Errorf("%w: page %s hangs deeper than %d", ErrPage, ref, maxPageDepth)
}

// maxPageDepth is far above the depth of real page trees, which is below ten.
const maxPageDepth = 64

func (d *Document) rectangle(o Object) (r Rectangle, ok bool) {
	list, isArray := o.(Array)
	if !isArray || len(list) != 4 {
		return r, false
	}
	var n [4]float64
	for i, o := range list {
		if n[i], ok = d.number(o); !ok || math.Abs(n[i]) > maxPageSide {
			return r, false
		}
	}
	r = Rectangle{min(n[0], n[2]), min(n[1], n[3]), max(n[0], n[2]), max(n[1], n[3])}
	return r, r.Width() > 0 && r.Height() > 0
}

// number resolves a number of the newest revision.
func (d *Document) number(o Object) (float64, bool) {
	o, err := d.Resolve(len(d.Revisions)-1, o)
	if err != nil {
		return 0, false
	}
	switch o := o.(type) {
	case Integer:
		return float64(o), true
	case Real:
		return float64(o), true
	}
	return 0, false
}

// Shown returns how wide and how high the page is as people see it, in points.
func (p Page) Shown() (width, height float64) {
	width, height = p.Box.Width()*p.Unit, p.Box.Height()*p.Unit
	if p.Turned%180 != 0 {
		width, height = height, width
	}
	return width, height
}

// FromShown returns where on the page a rectangle is that is given in points from the
// lower left corner of the page as people see it.
func (p Page) FromShown(r Rectangle) Rectangle {
	l, b, rt, t := r.Left/p.Unit, r.Bottom/p.Unit, r.Right/p.Unit, r.Top/p.Unit
	switch p.Turned {
	case 90:
		return Rectangle{p.Box.Right - t, p.Box.Bottom + l, p.Box.Right - b, p.Box.Bottom + rt}
	case 180:
		return Rectangle{p.Box.Right - rt, p.Box.Top - t, p.Box.Right - l, p.Box.Top - b}
	case 270:
		return Rectangle{p.Box.Left + b, p.Box.Top - rt, p.Box.Left + t, p.Box.Top - l}
	}
	return Rectangle{p.Box.Left + l, p.Box.Bottom + b, p.Box.Left + rt, p.Box.Bottom + t}
}

// Upright is the matrix of a form XObject that is to stand upright on the page as
// people see it; its translation is left to the rectangle of the annotation.
func (p Page) Upright() [4]float64 {
	switch p.Turned {
	case 90:
		return [4]float64{0, 1, -1, 0}
	case 180:
		return [4]float64{-1, 0, 0, -1}
	case 270:
		return [4]float64{0, -1, 1, 0}
	}
	return [4]float64{1, 0, 0, 1}
}
