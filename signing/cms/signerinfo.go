package cms

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/der"
)

// SignerInfo is a SignerInfo (RFC 5652 section 5.3).
type SignerInfo struct {
	Version      int
	Issuer       []byte // DER of the name; nil when the signer is named by key identifier
	Serial       *big.Int
	SubjectKeyID []byte
	Digest       certs.AlgorithmIdentifier
	Algorithm    certs.AlgorithmIdentifier
	Signed       []Attribute
	SignedDER    []byte // the SET OF that was hashed; nil without signed attributes
	Signature    []byte
	Unsigned     []Attribute
	// Fixed is everything from version to signature, as it stands: what
	// unsigned attributes that come later do not change.
	Fixed []byte

	rawSerial []byte // complete element
}

// ParseSignerInfo reads one SignerInfo in DER with nothing after it, such as a
// countersignature is.
func ParseSignerInfo(raw []byte) (SignerInfo, error) {
	r := der.NewReader(raw)
	si, err := parseSignerInfo(r)
	if err != nil {
		return si, err
	}
	return si, r.Done()
}

func parseSignerInfo(infos *der.Reader) (SignerInfo, error) {
	var si SignerInfo
	r, err := infos.Enter(der.SequenceTag)
	if err != nil {
		return si, err
	}
	all := r.Rest()
	if si.Version, err = r.ReadInt(); err != nil || si.Version != 1 && si.Version != 3 {
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
	si.Fixed = all[:len(all)-len(r.Rest())]
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
	serial, err := ias.Expect(der.Integer)
	if err != nil {
		return err
	}
	si.rawSerial = serial.Raw
	if si.Serial, err = der.ParseInteger(serial.Body); err != nil {
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
		return len(c.SubjectKeyID) > 0 && string(si.SubjectKeyID) == string(c.SubjectKeyID)
	}
	return string(si.Issuer) == string(c.Issuer.Raw) && si.Serial.Cmp(c.Serial) == 0
}

// Has reports whether the signer has a signed attribute.
func (si *SignerInfo) Has(id asn1.ObjectIdentifier) bool {
	return slices.ContainsFunc(si.Signed, func(a Attribute) bool { return a.ID.Equal(id) })
}

// Archived reports whether the signer has an archive timestamp of the present
// form (EN 319 122-1 section 5.5.3).
func (si *SignerInfo) Archived() bool {
	return slices.ContainsFunc(si.Unsigned, func(a Attribute) bool { return a.ID.Equal(OIDArchiveTimestampV3) })
}

// MayName reports whether the signer names the certificate with these bytes,
// as far as can be told without reading all of it. What cannot be told at a
// glance may be named.
func (si *SignerInfo) MayName(certificate []byte) bool {
	if si.SubjectKeyID != nil {
		return bytes.Contains(certificate, si.SubjectKeyID)
	}
	outer, err := der.NewReader(certificate).Enter(der.SequenceTag)
	if err != nil {
		return true
	}
	tbs, err := outer.Enter(der.SequenceTag)
	if err != nil {
		return true
	}
	if _, _, err := tbs.Optional(der.ContextConstructed(0)); err != nil {
		return true
	}
	serial, err := tbs.Next()
	return err != nil || bytes.Equal(serial.Raw, si.rawSerial)
}
