package creation

import (
	"errors"
	"fmt"

	"tamga/signing/creation/appearance"
	"tamga/signing/pades"
	"tamga/signing/pades/changes"
)

// ErrPlace means that a stamp cannot stand where it was ordered: see the error that it
// wraps.
var ErrPlace = errors.New("the stamp cannot be put there")

// stampPlace is where a stamp goes, in the coordinates of its page.
type stampPlace struct {
	page   pades.Page
	rect   pades.Rectangle
	widget pades.Ref // of a field that is there, else zero
}

// appearance draws the stamp that was ordered, nil when none was. Where the page shows
// something already nothing is drawn: it could cover or complete what it says.
func (s revisionSigner) appearance() (*pades.Appearance, error) {
	if s.Stamp == nil {
		return nil, nil
	}
	at, err := s.stampPlace()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlace, err)
	}
	if !at.rect.Within(at.page.Box) {
		width, height := at.page.Shown()
		return nil, fmt.Errorf("%w: it is not within the page, which is %.0f by %.0f points", ErrPlace, width, height)
	}
	if err := changes.Free(s.doc, at.page.Ref, at.rect, at.widget); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlace, err)
	}
	width, height := at.rect.Width()*at.page.Unit, at.rect.Height()*at.page.Unit
	if at.page.Turned%180 != 0 {
		width, height = height, width
	}
	drawn, err := appearance.Draw(width, height, *s.Stamp, appearance.Facts{
		Signer: s.certificate.Identity(), Serial: fmt.Sprintf("%x", s.certificate.Serial), Reason: s.Reason, Time: s.at,
	})
	if err != nil {
		return nil, err
	}
	m := at.page.Upright()
	drawn.Form.Dict = append(drawn.Form.Dict, pades.Entry{Key: "Matrix", Value: pades.Array{
		pades.Integer(m[0]), pades.Integer(m[1]), pades.Integer(m[2]), pades.Integer(m[3]), pades.Integer(0), pades.Integer(0),
	}})
	return &pades.Appearance{Page: at.page.Ref, Rect: at.rect, Form: drawn.Form, Parts: drawn.Parts, Text: drawn.Text}, nil
}

// stampPlace finds the place that was ordered: that of the field, or a rectangle on a
// page.
func (s revisionSigner) stampPlace() (at stampPlace, err error) {
	ordered := s.Stamp
	if ordered.Place == (pades.Rectangle{}) && ordered.Page == 0 {
		field, err := s.doc.FieldPlace(s.Field)
		return stampPlace{field.Page, field.Rect, field.Widget}, err
	}
	if s.Field != "" {
		if _, err := s.doc.FieldPlace(s.Field); err == nil {
			return at, fmt.Errorf("%w: field %q has a place of its own", appearance.ErrStamp, s.Field)
		}
	}
	r := ordered.Place
	if r.Width() <= 0 || r.Height() <= 0 {
		return at, fmt.Errorf("%w: its rectangle has no area", appearance.ErrStamp)
	}
	pages, err := s.doc.Pages(len(s.doc.Revisions) - 1)
	if err != nil {
		return at, err
	}
	number := ordered.Page - 1
	if ordered.Page < 0 {
		number = len(pages) + ordered.Page
	}
	if at.page, err = s.doc.Page(number); err != nil {
		return at, err
	}
	at.rect = at.page.FromShown(r)
	return at, nil
}
