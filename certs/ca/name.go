package ca

import (
	"encoding/asn1"
	"fmt"
	"strings"
	"unicode/utf8"

	"tamga/certs/der"
)

var (
	oidCommonName       = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidSurname          = asn1.ObjectIdentifier{2, 5, 4, 4}
	oidSerialNumber     = asn1.ObjectIdentifier{2, 5, 4, 5}
	oidCountry          = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidOrganisation     = asn1.ObjectIdentifier{2, 5, 4, 10}
	oidOrganisationUnit = asn1.ObjectIdentifier{2, 5, 4, 11}
	oidGivenName        = asn1.ObjectIdentifier{2, 5, 4, 42}
	oidUserID           = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}
)

// attribute is one attribute of a subject, in the profile's order.
type attribute struct {
	oid   asn1.ObjectIdentifier
	value string
}

// distinguishedName encodes a name, one attribute to a relative name. Empty
// attributes are left out. Country and serial number are PrintableStrings, all
// others UTF8Strings, as the national profile has them.
func distinguishedName(attributes []attribute) ([]byte, error) {
	var list [][]byte
	for _, a := range attributes {
		if a.value == "" {
			continue
		}
		value := der.Text(a.value)
		if a.oid.Equal(oidCountry) || a.oid.Equal(oidSerialNumber) {
			if !printable(a.value) {
				return nil, fmt.Errorf("%w: attribute %v is no PrintableString", ErrInvalid, a.oid)
			}
			value = der.Encode(der.PrintableString, []byte(a.value))
		}
		if !utf8.ValidString(a.value) {
			return nil, fmt.Errorf("%w: attribute %v is not UTF-8", ErrInvalid, a.oid)
		}
		list = append(list, der.Set(der.Sequence(der.OID(a.oid), value)))
	}
	return der.Sequence(list...), nil
}

// authorityName encodes the name of an authority. It cannot fail: the texts are
// ours, and a label that is not UTF-8 is mended.
func authorityName(what string, f Family, label string) []byte {
	cn := what + " (" + f.String() + ") " + strings.ToValidUTF8(label, "")
	return der.Sequence(
		der.Set(der.Sequence(der.OID(oidCommonName), der.Text(cn))),
		der.Set(der.Sequence(der.OID(oidCountry), der.Encode(der.PrintableString, []byte("KZ")))),
	)
}

// printable reports whether s may stand in a PrintableString (X.680 section
// 41.4).
func printable(s string) bool {
	for _, c := range s {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case strings.ContainsRune(" '()+,-./:=?", c):
		default:
			return false
		}
	}
	return true
}
