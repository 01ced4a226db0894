package signing

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"

	"tamga/certs"
	"tamga/certs/der"
)

// Identifiers of CMS (RFC 5652), its attributes (RFC 5652, RFC 5035, RFC 3161)
// and PAdES.
var (
	oidData                 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSigningCertificate   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidSignatureTimestamp   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
)

// Limits on what one CMS may contain, so that a hostile one costs little.
const (
	maxSigners      = 100
	maxCertificates = 200
	maxAttributes   = 64
)

// errNotSignedData says that the bytes are a CMS of another kind.
var errNotSignedData = errors.New("not a CMS SignedData")

// signedData is a CMS SignedData (RFC 5652 section 5.1) taken apart into the
// bytes that were signed.
type signedData struct {
	contentType  asn1.ObjectIdentifier
	content      []byte
	attached     bool
	certificates [][]byte
	signers      []signerInfo
}

// signerInfo is a SignerInfo (RFC 5652 section 5.3).
type signerInfo struct {
	issuer       []byte // DER of the name; nil when the signer is named by key identifier
	serial       *big.Int
	subjectKeyID []byte
	digest       certs.AlgorithmIdentifier
	algorithm    certs.AlgorithmIdentifier
	signed       []attribute
	signedDER    []byte // the SET OF that was hashed; nil without signed attributes
	signature    []byte
	unsigned     []attribute
}

type attribute struct {
	id     asn1.ObjectIdentifier
	values [][]byte // complete elements
}

// parseSignedData reads a CMS SignedData in DER, with nothing after it.
func parseSignedData(b []byte) (*signedData, error) {
	outer, err := der.One(b)
	if err != nil {
		return nil, err
	}
	if outer.Tag != der.SequenceTag {
		return nil, errNotSignedData
	}
	info := der.NewReader(outer.Body)
	if oid, err := info.ReadOID(); err != nil || !oid.Equal(oidSignedData) {
		return nil, errNotSignedData
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
		return nil, errNotSignedData
	}
	return parseSignedDataBody(der.NewReader(inner.Body))
}

func parseSignedDataBody(r *der.Reader) (*signedData, error) {
	version, err := r.ReadInt()
	if err != nil || version < 1 || version > 5 {
		return nil, errors.New("SignedData of an unknown version")
	}
	if _, err := r.Expect(der.SetTag); err != nil {
		return nil, fmt.Errorf("digestAlgorithms: %w", err)
	}
	sd := &signedData{}
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
	if _, _, err := r.Optional(der.ContextConstructed(1)); err != nil {
		return nil, fmt.Errorf("crls: %w", err)
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
		sd.signers = append(sd.signers, si)
	}
	return sd, nil
}

func (sd *signedData) parseContent(r *der.Reader) error {
	encap, err := r.Enter(der.SequenceTag)
	if err != nil {
		return err
	}
	if sd.contentType, err = encap.ReadOID(); err != nil {
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
		sd.content, sd.attached = octets.Body, true
	}
	return encap.Done()
}

func (sd *signedData) parseCertificates(b []byte) error {
	for r := der.NewReader(b); !r.Empty(); {
		e, err := r.Next()
		if err != nil {
			return fmt.Errorf("certificates: %w", err)
		}
		if e.Tag != der.SequenceTag {
			continue // attribute certificates and the like name no signer
		}
		if len(sd.certificates) == maxCertificates {
			return errors.New("too many certificates")
		}
		sd.certificates = append(sd.certificates, e.Raw)
	}
	return nil
}

func parseSignerInfo(infos *der.Reader) (signerInfo, error) {
	var si signerInfo
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
	if si.digest, err = readAlgorithm(r); err != nil {
		return si, fmt.Errorf("digestAlgorithm: %w", err)
	}
	if e, ok, err := r.Optional(der.ContextConstructed(0)); err != nil {
		return si, fmt.Errorf("signedAttrs: %w", err)
	} else if ok {
		if si.signed, si.signedDER, err = parseAttributes(e.Body); err != nil {
			return si, fmt.Errorf("signedAttrs: %w", err)
		}
	}
	if si.algorithm, err = readAlgorithm(r); err != nil {
		return si, fmt.Errorf("signatureAlgorithm: %w", err)
	}
	sig, err := r.Expect(der.OctetString)
	if err != nil {
		return si, fmt.Errorf("signature: %w", err)
	}
	si.signature = sig.Body
	if e, ok, err := r.Optional(der.ContextConstructed(1)); err != nil {
		return si, fmt.Errorf("unsignedAttrs: %w", err)
	} else if ok {
		if si.unsigned, _, err = parseAttributes(e.Body); err != nil {
			return si, fmt.Errorf("unsignedAttrs: %w", err)
		}
	}
	return si, r.Done()
}

// parseIdentifier reads how the signer is named: by issuer and serial number,
// or by subject key identifier.
func (si *signerInfo) parseIdentifier(r *der.Reader) error {
	if e, ok, err := r.Optional(der.Context(0)); err != nil {
		return err
	} else if ok {
		si.subjectKeyID = e.Body
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
	si.issuer = issuer.Raw
	if si.serial, err = ias.ReadInteger(); err != nil {
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
func parseAttributes(b []byte) ([]attribute, []byte, error) {
	var attrs []attribute
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
		var a attribute
		if a.id, err = in.ReadOID(); err != nil {
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
			a.values = append(a.values, v.Raw)
		}
		attrs = append(attrs, a)
	}
	return attrs, der.Set(raw...), nil
}

// single returns the value of an attribute that must stand once with one
// value. found is false when it does not stand at all.
func single(attrs []attribute, id asn1.ObjectIdentifier) (value []byte, found bool, err error) {
	for _, a := range attrs {
		if !a.id.Equal(id) {
			continue
		}
		if found {
			return nil, true, fmt.Errorf("attribute %v stands more than once", id)
		}
		if len(a.values) != 1 {
			return nil, true, fmt.Errorf("attribute %v has %d values, not one", id, len(a.values))
		}
		value, found = a.values[0], true
	}
	return value, found, nil
}

// claimedTime returns the signing-time attribute, the signer's own word.
func (si *signerInfo) claimedTime() time.Time {
	v, found, err := single(si.signed, oidSigningTime)
	if err != nil || !found {
		return time.Time{}
	}
	t, err := der.NewReader(v).ReadTime()
	if err != nil {
		return time.Time{}
	}
	return t
}

// names reports whether the certificate is the one that the signer is named
// by.
func (si *signerInfo) names(c *certs.Certificate) bool {
	if si.subjectKeyID != nil {
		return string(si.subjectKeyID) == string(c.SubjectKeyID)
	}
	return string(si.issuer) == string(c.Issuer.Raw) && si.serial.Cmp(c.Serial) == 0
}
