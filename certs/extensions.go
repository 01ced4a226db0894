package certs

import (
	"encoding/asn1"
	"errors"

	"tamga/certs/der"
)

// KeyUsage is the set of key usage bits (RFC 5280 section 4.2.1.3).
type KeyUsage uint16

// The key usage bits. NonRepudiation, contentCommitment in newer texts, is
// what makes a key of the national authority a signing key.
const (
	DigitalSignature KeyUsage = 1 << iota
	NonRepudiation
	KeyEncipherment
	DataEncipherment
	KeyAgreement
	KeyCertSign
	CRLSign
	EncipherOnly
	DecipherOnly
)

// Names returns the names of the bits that are set, as RFC 5280 writes them.
func (u KeyUsage) Names() []string {
	all := []string{
		"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
		"keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
	}
	var names []string
	for i, name := range all {
		if u&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

var (
	oidExtSubjectKeyID      = asn1.ObjectIdentifier{2, 5, 29, 14}
	oidExtKeyUsage          = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidExtSubjectAltName    = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidExtBasicConstraints  = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidExtNameConstraints   = asn1.ObjectIdentifier{2, 5, 29, 30}
	oidExtCRLDP             = asn1.ObjectIdentifier{2, 5, 29, 31}
	oidExtPolicies          = asn1.ObjectIdentifier{2, 5, 29, 32}
	oidExtPolicyMappings    = asn1.ObjectIdentifier{2, 5, 29, 33}
	oidExtAuthorityKeyID    = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidExtPolicyConstraints = asn1.ObjectIdentifier{2, 5, 29, 36}
	oidExtExtKeyUsage       = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidExtFreshestCRL       = asn1.ObjectIdentifier{2, 5, 29, 46}
	oidExtInhibitAnyPolicy  = asn1.ObjectIdentifier{2, 5, 29, 54}
	oidExtAuthorityInfo     = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 1}
	oidExtNoCheck           = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}
	oidAccessOCSP           = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1}
	oidAccessIssuers        = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 2}
)

// maxExtensions is more than any certificate, list or response has.
const maxExtensions = 128

// ParseExtensions reads the body of an explicit [n] Extensions field, of a
// certificate or of a revocation list. An extension that stands twice is an
// error (RFC 5280 section 4.2).
func ParseExtensions(body []byte) (exts []Extension, err error) {
	outer, err := der.One(body)
	if err != nil {
		return nil, err
	}
	if outer.Tag != der.SequenceTag {
		return nil, der.ErrSyntax
	}
	r := der.NewReader(outer.Body)
	for exts = make([]Extension, 0, r.Count(maxExtensions)); !r.Empty(); {
		e, err := parseExtension(r)
		if err != nil {
			return nil, err
		}
		if exts, err = appendExtension(exts, e); err != nil {
			return nil, err
		}
	}
	return exts, nil
}

// EncodeExtensions writes extensions under a tag: a SEQUENCE, or the implicit [n] of
// a timestamp (RFC 3161).
func EncodeExtensions(tag der.Tag, exts []Extension) []byte {
	list := make([][]byte, len(exts))
	for i, e := range exts {
		var critical []byte
		if e.Critical {
			critical = der.Bool(true)
		}
		list[i] = der.Sequence(der.OID(e.ID), critical, der.Octets(e.Value))
	}
	return der.Encode(tag, list...)
}

func appendExtension(exts []Extension, e Extension) ([]Extension, error) {
	for _, have := range exts {
		// The last arcs of two extensions nearly always differ.
		if n := len(e.ID); n == len(have.ID) && have.ID[n-1] == e.ID[n-1] && have.ID.Equal(e.ID) {
			return nil, errors.New("extension " + e.ID.String() + " stands twice")
		}
	}
	if len(exts) == maxExtensions {
		return nil, errors.New("too many extensions")
	}
	return append(exts, e), nil
}

func parseExtension(r *der.Reader) (Extension, error) {
	seq, err := r.Enter(der.SequenceTag)
	if err != nil {
		return Extension{}, err
	}
	var e Extension
	if e.ID, err = seq.ReadOID(); err != nil {
		return Extension{}, err
	}
	if crit, ok, err := seq.Optional(der.Boolean); err != nil {
		return Extension{}, err
	} else if ok {
		// An explicit FALSE is not DER, but real authorities write it.
		if e.Critical, err = der.ParseBool(crit.Body); err != nil {
			return Extension{}, err
		}
	}
	value, err := seq.Expect(der.OctetString)
	if err != nil {
		return Extension{}, err
	}
	e.Value = value.Body
	return e, seq.Done()
}

func (c *Certificate) readKeyUsage(b []byte) error {
	e, err := der.One(b)
	if err != nil {
		return err
	}
	if e.Tag != der.BitString {
		return der.ErrSyntax
	}
	// Unused bits that are set are tolerated nowhere else in DER; here too.
	bits, _, err := der.ParseBitString(e.Body)
	if err != nil {
		return err
	}
	for i := range 9 {
		if i/8 < len(bits) && bits[i/8]&(0x80>>(i%8)) != 0 {
			c.KeyUsage |= 1 << i
		}
	}
	c.HasKeyUsage = true
	return nil
}

func (c *Certificate) readBasicConstraints(b []byte) error {
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return err
	}
	c.BasicConstraints = true
	if ca, ok, err := r.Optional(der.Boolean); err != nil {
		return err
	} else if ok {
		if c.CA, err = der.ParseBool(ca.Body); err != nil {
			return err
		}
	}
	if !r.Empty() {
		if c.MaxPathLen, err = r.ReadInt(); err != nil {
			return err
		}
	}
	return r.Done()
}

func (c *Certificate) readExtKeyUsage(b []byte) error {
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return err
	}
	if r.Empty() {
		return der.ErrSyntax // for nothing, which is not the same as for anything
	}
	for !r.Empty() {
		oid, err := r.ReadOID()
		if err != nil {
			return err
		}
		c.ExtKeyUsage = append(c.ExtKeyUsage, oid)
	}
	return nil
}

func (c *Certificate) readSubjectKeyID(b []byte) error {
	e, err := der.One(b)
	if err != nil {
		return err
	}
	if e.Tag != der.OctetString {
		return der.ErrSyntax
	}
	c.SubjectKeyID = e.Body
	return nil
}

func (c *Certificate) readAuthorityKeyID(b []byte) error {
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return err
	}
	if id, ok, err := r.Optional(der.Context(0)); err != nil {
		return err
	} else if ok {
		c.AuthorityKeyID = id.Body
	}
	return nil
}

func (c *Certificate) readAuthorityInfo(b []byte) error {
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return err
	}
	for !r.Empty() {
		access, err := r.Enter(der.SequenceTag)
		if err != nil {
			return err
		}
		method, err := access.ReadOID()
		if err != nil {
			return err
		}
		place, err := access.Next()
		if err != nil {
			return err
		}
		switch {
		case place.Tag != der.Context(6):
		case method.Equal(oidAccessOCSP):
			c.OCSPURLs = append(c.OCSPURLs, string(place.Body))
		case method.Equal(oidAccessIssuers):
			c.IssuerURLs = append(c.IssuerURLs, string(place.Body))
		}
	}
	return nil
}
