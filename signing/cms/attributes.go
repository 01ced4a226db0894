package cms

import (
	"encoding/asn1"
	"errors"
	"fmt"

	"tamga/certs/der"
)

// Identifiers of CMS (RFC 5652), its attributes (RFC 5652, RFC 5035, RFC 3161,
// RFC 6211), CAdES (EN 319 122-1) and PAdES.
var (
	OIDData                = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	OIDSignedData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	OIDContentType         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	OIDMessageDigest       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	OIDSigningTime         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	OIDCountersignature    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 6}
	OIDAlgorithmProtection = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 52}
	OIDOCSPResponse        = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 16, 2}

	OIDSigningCertificate   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	OIDSigningCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	OIDContentHints         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 4}
	OIDSignaturePolicy      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 15}
	OIDCommitmentType       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 16}

	OIDSignatureTimestamp = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
	OIDContentTimestamp   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 20}
	OIDCertificateValues  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 23}
	OIDRevocationValues   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 24}
	OIDArchiveTimestampV1 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 27}
	OIDArchiveTimestampV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 48}
	OIDArchiveTimestampV3 = asn1.ObjectIdentifier{0, 4, 0, 1733, 2, 4}
	OIDArchiveHashIndex   = asn1.ObjectIdentifier{0, 4, 0, 1733, 2, 5}  // TS 101 733 V2.2.1 section 6.4.2
	OIDArchiveHashIndexV2 = asn1.ObjectIdentifier{0, 4, 0, 19122, 1, 4} // EN 319 122-1 V1.0.0
	OIDArchiveHashIndexV3 = asn1.ObjectIdentifier{0, 4, 0, 19122, 1, 5}
	OIDAdobeRevocation    = asn1.ObjectIdentifier{1, 2, 840, 113583, 1, 1, 8}
)

// Attribute is an attribute with its values.
type Attribute struct {
	ID     asn1.ObjectIdentifier
	Values [][]byte // complete elements
}

// parseAttributes reads a set of attributes and returns it also as the DER SET
// OF that signatures are made over (RFC 5652 section 5.4).
func parseAttributes(b []byte) ([]Attribute, []byte, error) {
	const usual = 8
	attrs, raw := make([]Attribute, 0, usual), make([][]byte, 0, usual)
	first := make([][]byte, 0, usual) // nearly every attribute has one value
	for r := der.NewReader(b); !r.Empty(); {
		e, err := r.Expect(der.SequenceTag)
		if err != nil {
			return nil, nil, err
		}
		if len(raw) == maxAttributes {
			return nil, nil, errors.New("too many attributes")
		}
		raw = append(raw, e.Raw)
		in := der.NewReader(e.Body)
		var a Attribute
		if a.ID, err = in.ReadOID(); err != nil {
			return nil, nil, err
		}
		values, err := in.Enter(der.SetTag)
		if err != nil {
			return nil, nil, err
		}
		if err := in.Done(); err != nil {
			return nil, nil, err
		}
		for !values.Empty() {
			v, err := values.Next()
			if err != nil {
				return nil, nil, err
			}
			if a.Values == nil && len(first) < cap(first) {
				first = append(first, v.Raw)
				a.Values = first[len(first)-1 : len(first) : len(first)]
				continue
			}
			a.Values = append(a.Values, v.Raw)
		}
		attrs = append(attrs, a)
	}
	return attrs, der.Set(raw...), nil
}

// Single returns the value of an attribute that must stand once with one
// value. found is false when it does not stand at all.
func Single(attrs []Attribute, id asn1.ObjectIdentifier) (value []byte, found bool, err error) {
	for _, a := range attrs {
		if !a.ID.Equal(id) {
			continue
		}
		if found {
			return nil, true, fmt.Errorf("attribute %v stands more than once", id)
		}
		if len(a.Values) != 1 {
			return nil, true, fmt.Errorf("attribute %v has %d values, not one", id, len(a.Values))
		}
		value, found = a.Values[0], true
	}
	return value, found, nil
}

// DER returns the attribute's encoding.
func (a Attribute) DER() []byte {
	return der.Sequence(der.OID(a.ID), der.Set(a.Values...))
}
