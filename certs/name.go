package certs

import (
	"encoding/asn1"
	"strings"

	"tamga/certs/der"
)

// Name is a distinguished name (RFC 5280 section 4.1.2.4), made by [ParseName].
// Names are compared with [Name.Equal].
type Name struct {
	Raw        []byte
	Attributes []NameAttribute

	key string // comparable form of every relative name, one after another
}

// NameAttribute is one attribute of a name, in the order of the certificate.
type NameAttribute struct {
	Type  asn1.ObjectIdentifier
	Value string
}

// The attribute types that the national profile uses.
var (
	oidCommonName             = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidSurname                = asn1.ObjectIdentifier{2, 5, 4, 4}
	oidSerialNumber           = asn1.ObjectIdentifier{2, 5, 4, 5}
	oidCountry                = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidLocality               = asn1.ObjectIdentifier{2, 5, 4, 7}
	oidProvince               = asn1.ObjectIdentifier{2, 5, 4, 8}
	oidOrganisationIdentifier = asn1.ObjectIdentifier{2, 5, 4, 97}
	oidOrganisation           = asn1.ObjectIdentifier{2, 5, 4, 10}
	oidOrganisationUnit       = asn1.ObjectIdentifier{2, 5, 4, 11}
	oidBusinessCategory       = asn1.ObjectIdentifier{2, 5, 4, 15}
	oidGivenName              = asn1.ObjectIdentifier{2, 5, 4, 42}
	oidUserID                 = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}
	oidDomainComponent        = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}
	oidEmail                  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
)

// ParseName reads a distinguished name from its DER.
func ParseName(raw []byte) (Name, error) {
	n := Name{Raw: raw}
	e, err := der.One(raw)
	if err != nil || e.Tag != der.SequenceTag {
		return Name{}, fieldError("name", err)
	}
	rdns := der.NewReader(e.Body)
	n.Attributes = make([]NameAttribute, 0, rdns.Count(maxExtensions))
	var room [512]byte // enough for most, so that only what is kept is on the heap
	key := room[:0]
	for !rdns.Empty() {
		rdn, err := rdns.Enter(der.SetTag)
		if err != nil || rdn.Empty() {
			return Name{}, fieldError("name", err)
		}
		if key, err = appendRelative(key, rdn, &n); err != nil {
			return Name{}, fieldError("name", err)
		}
	}
	n.key = string(key)
	return n, nil
}

// readAttribute takes the next attribute from rdn, and appends its comparable
// form to key.
func (n *Name) readAttribute(key []byte, rdn *der.Reader) ([]byte, error) {
	seq, err := rdn.Enter(der.SequenceTag)
	if err != nil {
		return nil, err
	}
	id, err := seq.Expect(der.ObjectID)
	if err != nil {
		return nil, err
	}
	oid, err := der.ParseOID(id.Body)
	if err != nil {
		return nil, err
	}
	value, err := seq.Next()
	if err != nil {
		return nil, err
	}
	if !seq.Empty() {
		return nil, seq.Done()
	}
	text, isText := der.ParseText(value)
	if !isText {
		text = "#" + hexString(value.Raw)
	}
	n.Attributes = append(n.Attributes, NameAttribute{Type: oid, Value: text})
	key, start := appendLength(key)
	key = append(key, id.Body...)
	setLength(key, start)
	if !isText {
		return appendBytes(key, value.Raw), nil
	}
	return appendText(key, text, value.Raw), nil
}

// First returns the first value of an attribute, or "".
func (n Name) First(oid asn1.ObjectIdentifier) string {
	for _, a := range n.Attributes {
		if a.Type.Equal(oid) {
			return a.Value
		}
	}
	return ""
}

// all returns every value of an attribute.
func (n Name) all(oid asn1.ObjectIdentifier) []string {
	var values []string
	for _, a := range n.Attributes {
		if a.Type.Equal(oid) {
			values = append(values, a.Value)
		}
	}
	return values
}

// CommonName returns the common name, or "".
func (n Name) CommonName() string { return n.First(oidCommonName) }

// String returns the name for people to read, the IIN and the like masked.
func (n Name) String() string {
	short := []struct {
		oid  asn1.ObjectIdentifier
		name string
	}{
		{oidCommonName, "CN"}, {oidSurname, "SN"}, {oidGivenName, "GN"},
		{oidSerialNumber, "serialNumber"}, {oidOrganisation, "O"}, {oidOrganisationIdentifier, "organizationIdentifier"}, {oidOrganisationUnit, "OU"},
		{oidCountry, "C"}, {oidLocality, "L"}, {oidProvince, "ST"}, {oidUserID, "UID"},
		{oidDomainComponent, "DC"}, {oidBusinessCategory, "businessCategory"}, {oidEmail, "E"},
	}
	parts := make([]string, 0, len(n.Attributes))
	for _, a := range n.Attributes {
		label := a.Type.String()
		for _, s := range short {
			if s.oid.Equal(a.Type) {
				label = s.name
			}
		}
		value := a.Value
		if a.Type.Equal(oidSerialNumber) && strings.HasPrefix(value, "IIN") {
			value = "IIN" + IIN(value[3:]).String()
		} else if a.Type.Equal(oidSerialNumber) && identifierForm.MatchString(value) {
			value = Identifier(value).String()
		}
		parts = append(parts, label+"="+value)
	}
	return strings.Join(parts, ", ")
}
