// Package cms reads and writes CMS SignedData (RFC 5652): the container, and
// nothing about whether a signature in it is right or whom it is by.
//
// The reader is strict. [Read] takes what came as DER or BER, makes it DER,
// takes it apart into the very bytes that were signed, and has a second reader
// confirm it; [Container.Build] writes.
package cms

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/der"
)

// Identifiers of CMS (RFC 5652), its attributes (RFC 5652, RFC 5035, RFC 3161)
// and PAdES.
var (
	OIDData                 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	OIDSignedData           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	OIDContentType          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	OIDMessageDigest        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	OIDSigningTime          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	OIDSigningCertificate   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	OIDSigningCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	OIDOCSPResponse         = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 16, 2}
	OIDSignatureTimestamp   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
)

// Limits on what one CMS may contain, so that a hostile one costs little.
const (
	maxSigners      = 100
	maxCertificates = 200
	maxRevocation   = 200
	maxAttributes   = 64
)

// ErrNotSignedData says that the bytes are a CMS of another kind.
var ErrNotSignedData = errors.New("not a CMS SignedData")

// SignedData is a CMS SignedData (RFC 5652 section 5.1) taken apart into the
// bytes that were signed.
type SignedData struct {
	ContentType  asn1.ObjectIdentifier
	Content      []byte
	Attached     bool
	Certificates [][]byte // in the order of the container
	CRLs         [][]byte // revocation lists (RFC 5280)
	OCSPs        [][]byte // OCSPResponse of other revocation information (RFC 5940)
	Signers      []SignerInfo
}

// SignerInfo is a SignerInfo (RFC 5652 section 5.3).
type SignerInfo struct {
	Issuer       []byte // DER of the name; nil when the signer is named by key identifier
	Serial       *big.Int
	SubjectKeyID []byte
	Digest       certs.AlgorithmIdentifier
	Algorithm    certs.AlgorithmIdentifier
	Signed       []Attribute
	SignedDER    []byte // the SET OF that was hashed; nil without signed attributes
	Signature    []byte
	Unsigned     []Attribute
}

// Attribute is an attribute with its values.
type Attribute struct {
	ID     asn1.ObjectIdentifier
	Values [][]byte // complete elements
}

// Read takes a SignedData apart that is DER or BER, with nothing after it, and
// has a second reader confirm it. The error is [der.ErrTooManyElements] for a
// container made to be costly, [ErrNotSignedData] for a CMS of another kind.
func Read(ber []byte) (*SignedData, error) {
	normal, err := der.FromBER(ber)
	if err != nil {
		return nil, err
	}
	sd, err := parseSignedData(normal)
	if err != nil {
		return nil, err
	}
	if err := confirm(normal, sd); err != nil {
		return nil, err
	}
	return sd, nil
}

// parseSignedData reads a CMS SignedData in DER, with nothing after it.
func parseSignedData(b []byte) (*SignedData, error) {
	outer, err := der.One(b)
	if err != nil {
		return nil, err
	}
	if outer.Tag != der.SequenceTag {
		return nil, ErrNotSignedData
	}
	info := der.NewReader(outer.Body)
	if oid, err := info.ReadOID(); err != nil || !oid.Equal(OIDSignedData) {
		return nil, ErrNotSignedData
	}
	explicit, err := info.Expect(der.ContextConstructed(0))
	if err != nil {
		return nil, err
	}
	if err := info.Done(); err != nil {
		return nil, err
	}
	inner, err := der.One(explicit.Body)
	if err != nil || inner.Tag != der.SequenceTag {
		return nil, ErrNotSignedData
	}
	return parseSignedDataBody(der.NewReader(inner.Body))
}

func parseSignedDataBody(r *der.Reader) (*SignedData, error) {
	version, err := r.ReadInt()
	if err != nil || version < 1 || version > 5 {
		return nil, errors.New("SignedData of an unknown version")
	}
	if _, err := r.Expect(der.SetTag); err != nil {
		return nil, fmt.Errorf("digestAlgorithms: %w", err)
	}
	sd := &SignedData{}
	if err := sd.parseContent(r); err != nil {
		return nil, fmt.Errorf("encapContentInfo: %w", err)
	}
	if set, ok, err := r.Optional(der.ContextConstructed(0)); err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	} else if ok {
		if err := sd.parseCertificates(set.Body); err != nil {
			return nil, err
		}
	}
	if set, ok, err := r.Optional(der.ContextConstructed(1)); err != nil {
		return nil, fmt.Errorf("crls: %w", err)
	} else if ok {
		if err := sd.parseRevocation(set.Body); err != nil {
			return nil, fmt.Errorf("crls: %w", err)
		}
	}
	infos, err := r.Enter(der.SetTag)
	if err != nil {
		return nil, fmt.Errorf("signerInfos: %w", err)
	}
	if err := r.Done(); err != nil {
		return nil, err
	}
	for n := 1; !infos.Empty(); n++ {
		if n > maxSigners {
			return nil, errors.New("too many signers")
		}
		si, err := parseSignerInfo(infos)
		if err != nil {
			return nil, fmt.Errorf("signer %d: %w", n, err)
		}
		sd.Signers = append(sd.Signers, si)
	}
	return sd, nil
}

func (sd *SignedData) parseContent(r *der.Reader) error {
	encap, err := r.Enter(der.SequenceTag)
	if err != nil {
		return err
	}
	if sd.ContentType, err = encap.ReadOID(); err != nil {
		return err
	}
	if content, ok, err := encap.Optional(der.ContextConstructed(0)); err != nil {
		return err
	} else if ok {
		octets, err := der.One(content.Body)
		if err != nil {
			return err
		}
		if octets.Tag != der.OctetString {
			return errors.New("the content is no OCTET STRING")
		}
		sd.Content, sd.Attached = octets.Body, true
	}
	return encap.Done()
}

func (sd *SignedData) parseCertificates(b []byte) error {
	for r := der.NewReader(b); !r.Empty(); {
		e, err := r.Next()
		if err != nil {
			return fmt.Errorf("certificates: %w", err)
		}
		if e.Tag != der.SequenceTag {
			continue // attribute certificates and the like name no signer
		}
		if len(sd.Certificates) == maxCertificates {
			return errors.New("too many certificates")
		}
		sd.Certificates = append(sd.Certificates, e.Raw)
	}
	return nil
}

// parseRevocation reads RevocationInfoChoices (RFC 5652 section 10.2.1). Other
// formats than those of RFC 5940 are passed over.
func (sd *SignedData) parseRevocation(b []byte) error {
	for r := der.NewReader(b); !r.Empty(); {
		e, err := r.Next()
		if err != nil {
			return err
		}
		if len(sd.CRLs)+len(sd.OCSPs) == maxRevocation {
			return errors.New("too much revocation information")
		}
		if e.Tag == der.SequenceTag {
			sd.CRLs = append(sd.CRLs, e.Raw)
			continue
		}
		if e.Tag != der.ContextConstructed(1) {
			return errors.New("revocation information of an unknown choice")
		}
		other := der.NewReader(e.Body)
		format, err := other.ReadOID()
		if err != nil {
			return err
		}
		info, err := other.Next()
		if err != nil {
			return err
		}
		if format.Equal(OIDOCSPResponse) {
			sd.OCSPs = append(sd.OCSPs, info.Raw)
		}
	}
	return nil
}

func parseSignerInfo(infos *der.Reader) (SignerInfo, error) {
	var si SignerInfo
	r, err := infos.Enter(der.SequenceTag)
	if err != nil {
		return si, err
	}
	version, err := r.ReadInt()
	if err != nil || version != 1 && version != 3 {
		return si, errors.New("SignerInfo of an unknown version")
	}
	if err := si.parseIdentifier(r); err != nil {
		return si, fmt.Errorf("sid: %w", err)
	}
	if si.Digest, err = readAlgorithm(r); err != nil {
		return si, fmt.Errorf("digestAlgorithm: %w", err)
	}
	if e, ok, err := r.Optional(der.ContextConstructed(0)); err != nil {
		return si, fmt.Errorf("signedAttrs: %w", err)
	} else if ok {
		if si.Signed, si.SignedDER, err = parseAttributes(e.Body); err != nil {
			return si, fmt.Errorf("signedAttrs: %w", err)
		}
	}
	if si.Algorithm, err = readAlgorithm(r); err != nil {
		return si, fmt.Errorf("signatureAlgorithm: %w", err)
	}
	sig, err := r.Expect(der.OctetString)
	if err != nil {
		return si, fmt.Errorf("signature: %w", err)
	}
	si.Signature = sig.Body
	if e, ok, err := r.Optional(der.ContextConstructed(1)); err != nil {
		return si, fmt.Errorf("unsignedAttrs: %w", err)
	} else if ok {
		if si.Unsigned, _, err = parseAttributes(e.Body); err != nil {
			return si, fmt.Errorf("unsignedAttrs: %w", err)
		}
	}
	return si, r.Done()
}

// parseIdentifier reads how the signer is named: by issuer and serial number,
// or by subject key identifier.
func (si *SignerInfo) parseIdentifier(r *der.Reader) error {
	if e, ok, err := r.Optional(der.Context(0)); err != nil {
		return err
	} else if ok {
		si.SubjectKeyID = e.Body
		return nil
	}
	ias, err := r.Enter(der.SequenceTag)
	if err != nil {
		return err
	}
	issuer, err := ias.Expect(der.SequenceTag)
	if err != nil {
		return err
	}
	si.Issuer = issuer.Raw
	if si.Serial, err = ias.ReadInteger(); err != nil {
		return err
	}
	return ias.Done()
}

func readAlgorithm(r *der.Reader) (certs.AlgorithmIdentifier, error) {
	e, err := r.Expect(der.SequenceTag)
	if err != nil {
		return certs.AlgorithmIdentifier{}, err
	}
	return certs.ParseAlgorithmIdentifier(e.Raw)
}

// parseAttributes reads a set of attributes and returns it also as the DER SET
// OF that signatures are made over (RFC 5652 section 5.4).
func parseAttributes(b []byte) ([]Attribute, []byte, error) {
	var attrs []Attribute
	var raw [][]byte
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

// ClaimedTime returns the signing-time Attribute, the signer's own word.
func (si *SignerInfo) ClaimedTime() time.Time {
	v, found, err := Single(si.Signed, OIDSigningTime)
	if err != nil || !found {
		return time.Time{}
	}
	t, err := der.NewReader(v).ReadTime()
	if err != nil {
		return time.Time{}
	}
	return t
}

// Names reports whether the certificate is the one that the signer is named
// by.
func (si *SignerInfo) Names(c *certs.Certificate) bool {
	if si.SubjectKeyID != nil {
		return string(si.SubjectKeyID) == string(c.SubjectKeyID)
	}
	return string(si.Issuer) == string(c.Issuer.Raw) && si.Serial.Cmp(c.Serial) == 0
}

// Has reports whether the signer has a signed attribute.
func (si *SignerInfo) Has(id asn1.ObjectIdentifier) bool {
	return slices.ContainsFunc(si.Signed, func(a Attribute) bool { return a.ID.Equal(id) })
}

// DER returns the attribute's encoding.
func (a Attribute) DER() []byte {
	return der.Sequence(der.OID(a.ID), der.Set(a.Values...))
}
