package pades

import (
	"bytes"
	"fmt"
	"time"
)

// NewSignature describes a signature to be added to a file.
type NewSignature struct {
	// Time is /M: the claimed time of signing, written with its zone.
	Time time.Time
	// What people see, in any script. Empty ones are left out.
	Name, Reason, Location, ContactInfo string

	// Field is the name of an empty signature field to be filled, or of the new
	// field; "" makes a new one with a name of its own.
	Field string
	// Certify makes the signature a certification of that access permission
	// (DocMDP, 12.8.2.2): 1 no changes, 2 form filling and signing, 3
	// annotations too; 0 makes an approval signature.
	Certify int
	// Lock forbids changes of form fields. A field that carries a /Lock of its
	// own is locked by that one.
	Lock *Lock
	// Appearance is how the field looks; nil makes a new one that nobody sees, and
	// leaves an old one as it is.
	Appearance *Appearance

	// Room is how many bytes of DER the place in the file is to hold.
	Room int
}

// maxRoom bounds the place for one signature.
const maxRoom = 4 << 20

// PrepareSignature adds a revision with an empty PAdES signature
// (ETSI.CAdES.detached; ETSI EN 319 142-1, 6.3) to the file. Whether older
// signatures permit it is not asked here. The errors are ErrUnsound, ErrField,
// ErrNotFirst, ErrPage and ErrRevision.
func (d *Document) PrepareSignature(n NewSignature) (*Prepared, error) {
	if n.Certify < 0 || n.Certify > 3 || n.Room <= 0 || n.Room > maxRoom {
		return nil, fmt.Errorf("%w: permission %d, room for %d bytes", ErrRevision, n.Certify, n.Room)
	}
	u, err := d.extend(2 * n.Room)
	if err != nil {
		return nil, err
	}
	if n.Certify > 0 && len(d.Signatures) > 0 {
		return nil, ErrNotFirst
	}
	id := u.next()
	field, err := u.field(n.Field, id, n.Appearance)
	if err != nil {
		return nil, err
	}
	dict := Dict{
		{Key: "Type", Value: Name("Sig")}, {Key: "Filter", Value: Name("Adobe.PPKLite")},
		{Key: "SubFilter", Value: Name("ETSI.CAdES.detached")},
	}
	if dict, err = n.texts(dict); err != nil {
		return nil, err
	}
	if dict, err = u.transforms(dict, n, field); err != nil {
		return nil, err
	}
	if n.Certify > 0 {
		if err := u.certify(id); err != nil {
			return nil, err
		}
	}
	return u.sign(id, dict, n.Room)
}

// PrepareTimestamp adds a revision with an empty document timestamp
// (ETSI.RFC3161; ETSI EN 319 142-1, 5.4.3) of that room to the file, in a new
// field. The errors are ErrUnsound and ErrRevision.
func (d *Document) PrepareTimestamp(room int) (*Prepared, error) {
	if room <= 0 || room > maxRoom {
		return nil, fmt.Errorf("%w: room for %d bytes", ErrRevision, room)
	}
	u, err := d.extend(2 * room)
	if err != nil {
		return nil, err
	}
	id := u.next()
	looks, err := u.unseen()
	if err != nil {
		return nil, err
	}
	if !u.archivalOne() {
		// Some programs take an appearance for more than evidence, which is all that
		// may follow a certification without changes.
		looks.Form = Content{}
	}
	if _, err := u.field("", id, looks); err != nil {
		return nil, err
	}
	return u.sign(id, Dict{
		{Key: "Type", Value: Name("DocTimeStamp")}, {Key: "Filter", Value: Name("Adobe.PPKLite")},
		{Key: "SubFilter", Value: Name("ETSI.RFC3161")},
	}, room)
}

// texts adds what people see to the signature dictionary (12.8.1).
func (n NewSignature) texts(dict Dict) (Dict, error) {
	m, err := dateString(n.Time)
	if err != nil {
		return nil, err
	}
	dict = append(dict, Entry{Key: "M", Value: m})
	for _, t := range []struct {
		key  Name
		text string
	}{
		{"Name", n.Name}, {"Reason", n.Reason}, {"Location", n.Location}, {"ContactInfo", n.ContactInfo},
	} {
		if t.text == "" {
			continue
		}
		text, err := textString(t.text)
		if err != nil {
			return nil, err
		}
		dict = append(dict, Entry{Key: t.key, Value: text})
	}
	return dict, nil
}

// transforms adds what the signature forbids from now on (12.8.2).
func (u *increment) transforms(dict Dict, n NewSignature, field formField) (Dict, error) {
	var references Array
	if n.Certify > 0 {
		references = append(references, Dict{
			{Key: "Type", Value: Name("SigRef")}, {Key: "TransformMethod", Value: Name("DocMDP")},
			{Key: "TransformParams", Value: Dict{
				{Key: "Type", Value: Name("TransformParams")}, {Key: "P", Value: Integer(n.Certify)}, {Key: "V", Value: Name("1.2")},
			}},
		})
	}
	params, err := u.lockParams(field)
	if err == nil && params == nil && n.Lock != nil {
		params, err = n.Lock.transformParams()
	}
	if err != nil {
		return nil, err
	}
	if params != nil {
		references = append(references, Dict{
			{Key: "Type", Value: Name("SigRef")}, {Key: "TransformMethod", Value: Name("FieldMDP")},
			{Key: "TransformParams", Value: params}, {Key: "Data", Value: u.root},
		})
	}
	if references == nil {
		return dict, nil
	}
	return append(dict, Entry{Key: "Reference", Value: references}), nil
}

// certify names the signature in the catalog (12.8.4).
func (u *increment) certify(id Ref) error {
	perms, err := u.doc.ResolveDict(u.newest, u.catalogEntry("Perms"))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	u.setCatalog("Perms", u.spelled(perms).with("DocMDP", id))
	return nil
}

// rangeWidth is the room for one number of /ByteRange.
const rangeWidth = 10

// sign writes the signature dictionary with a place for the signature, ends the
// revision and makes /ByteRange final.
func (u *increment) sign(id Ref, dict Dict, room int) (*Prepared, error) {
	u.begin(id)
	u.out = appendObject(u.out, u.sealed(id, dict))
	u.out = append(u.out[:len(u.out)-len(">>")], "/ByteRange [0 "...)
	ranges := len(u.out)
	u.out = append(u.out, bytes.Repeat([]byte{' '}, 3*(rangeWidth+1))...)
	u.out = append(u.out, "]/Contents "...)
	p := &Prepared{start: len(u.out)}
	u.out = append(u.out, '<')
	u.out = append(u.out, bytes.Repeat([]byte{'0'}, 2*room)...)
	u.out = append(u.out, '>')
	p.end = len(u.out)
	u.out = append(u.out, ">>\nendobj\n"...)
	if err := u.finish(); err != nil {
		return nil, err
	}
	p.file = u.out
	for i, n := range []int{p.start, p.end, len(p.file) - p.end} {
		if digits := fmt.Append(nil, n); len(digits) <= rangeWidth {
			copy(p.file[ranges+i*(rangeWidth+1):], digits)
			continue
		}
		return nil, fmt.Errorf("%w: the file is too long", ErrRevision)
	}
	return p, nil
}
