// Package cms reads and writes CMS SignedData (RFC 5652): the container, and
// nothing about whether a signature in it is right or whom it is by.
//
// The reader is strict. [Read] takes what came as DER or BER, makes it DER and
// takes it apart into the very bytes that were signed; what was not DER is read
// by a second reader too. [Maker] and [Draft] write.
package cms

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"

	"tamga/certs/der"
)

// Limits on what one CMS may contain, so that a hostile one costs little.
const (
	maxSigners      = 100
	maxCertificates = 200
	maxRevocation   = 200
	maxAttributes   = 64

	maxShared  = 256 << 10 // of content beside which the rest of a file is not copied
	maxDigests = 32
)

// ErrNotSignedData says that the bytes are a CMS of another kind.
var ErrNotSignedData = errors.New("not a CMS SignedData")

// SignedData is a CMS SignedData (RFC 5652 section 5.1) taken apart into the
// bytes that were signed.
type SignedData struct {
	Version      int
	ContentType  asn1.ObjectIdentifier
	Content      []byte
	Attached     bool
	Certificates [][]byte // in the order of the container
	CRLs         [][]byte // revocation lists (RFC 5280)
	OCSPs        [][]byte // OCSPResponse of other revocation information (RFC 5940)
	Signers      []SignerInfo

	// CertificateSet and RevocationSet are every element of certificates and
	// crls as it stands, of whatever choice: what archive timestamps count.
	CertificateSet [][]byte
	RevocationSet  [][]byte
	// Digests are the digestAlgorithms, a hint for one-pass processing and no
	// more.
	Digests []asn1.ObjectIdentifier
}

// Read takes a SignedData apart that is DER or BER, with nothing after it. The
// error is [der.ErrTooManyElements] for a container made to be costly,
// [ErrNotSignedData] for a CMS of another kind.
//
// DER can be read in one way only. What is not DER has a second reader confirm,
// once it is DER, what was understood: two readers that disagree end the
// matter.
func Read(ber []byte) (*SignedData, error) { return read(ber, confirm) }

func read(ber []byte, second func(normal []byte, own *SignedData) error) (*SignedData, error) {
	normal, err := der.FromBER(ber)
	if err != nil {
		return nil, err
	}
	sd, err := parseSignedData(normal)
	if err != nil {
		return nil, err
	}
	if &normal[0] != &ber[0] {
		if err := second(normal, sd); err != nil {
			return nil, err
		}
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
	sd := &SignedData{Version: version}
	if err := sd.parseDigests(r); err != nil {
		return nil, fmt.Errorf("digestAlgorithms: %w", err)
	}
	if err := sd.parseContent(r); err != nil {
		return nil, fmt.Errorf("encapContentInfo: %w", err)
	}
	if len(sd.Content) > maxShared {
		// What is kept of a certificate must not keep a large file, whose
		// memory may be gone by then.
		r = der.NewReader(bytes.Clone(r.Rest()))
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

func (sd *SignedData) parseDigests(r *der.Reader) error {
	set, err := r.Enter(der.SetTag)
	if err != nil {
		return err
	}
	for n := 0; !set.Empty(); n++ {
		if n == maxDigests {
			return errors.New("too many")
		}
		alg, err := set.Enter(der.SequenceTag)
		if err != nil {
			return err
		}
		oid, err := alg.ReadOID()
		if err != nil {
			return err
		}
		sd.Digests = append(sd.Digests, oid)
	}
	return nil
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
	const usual = 4
	all, others := make([][]byte, 0, usual), false
	for r := der.NewReader(b); !r.Empty(); {
		e, err := r.Next()
		if err != nil {
			return fmt.Errorf("certificates: %w", err)
		}
		if len(all) == maxCertificates {
			return errors.New("too many certificates")
		}
		all, others = append(all, e.Raw), others || e.Tag != der.SequenceTag
	}
	sd.CertificateSet, sd.Certificates = all, all
	if others { // attribute certificates and the like name no signer
		sd.Certificates = slices.DeleteFunc(slices.Clone(all), func(raw []byte) bool { return raw[0] != byte(der.SequenceTag) })
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
		if len(sd.RevocationSet) == maxRevocation {
			return errors.New("too much revocation information")
		}
		sd.RevocationSet = append(sd.RevocationSet, e.Raw)
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

// RevocationChoice tells the two kinds of a RevocationInfoChoice apart that
// are understood: a revocation list, or an OCSPResponse (RFC 5940). Both are
// nil for any other.
func RevocationChoice(raw []byte) (crl, response []byte) {
	e, err := der.One(raw)
	if err != nil {
		return nil, nil
	}
	if e.Tag == der.SequenceTag {
		return raw, nil
	}
	other := der.NewReader(e.Body)
	format, err := other.ReadOID()
	if err != nil || !format.Equal(OIDOCSPResponse) {
		return nil, nil
	}
	info, err := other.Next()
	if err != nil {
		return nil, nil
	}
	return nil, info.Raw
}
