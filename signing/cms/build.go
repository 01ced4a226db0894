package cms

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/der"
)

// Maker makes signatures with one key: whole containers with [Maker.Make], or
// a signer for a container that exists, with [Maker.MakeSigner]. What does not
// change from one signature to the next is encoded once. It may be used by
// many goroutines if its key may.
type Maker struct {
	signer      crypto.Signer
	certificate *certs.Certificate
	chain       []*certs.Certificate
	scheme      scheme
	form        form
	// Attributes, encoded: content-type for id-data, signing-certificate-v2,
	// and message-digest up to the digest.
	dataType, ess, digestHead []byte
	digestSize                int
}

// form is what all containers of a maker have in common, as the library wrote
// it, cut at the places where they differ.
type form struct {
	digests      []byte // digestAlgorithms
	certificates []byte // the field of the container
	signer       []byte // version, sid, digestAlgorithm
	algorithm    []byte // signatureAlgorithm
}

// Options choose among the ways a key can sign.
type Options struct {
	// PSS makes an RSA key sign by RSASSA-PSS (SHA-256, a salt of 32 bytes)
	// instead of PKCS #1 v1.5.
	PSS bool
}

// NewMaker prepares a key, its certificate, and the certificates that shall
// travel with it. It does not ask whether they belong together.
func NewMaker(signer crypto.Signer, c *certs.Certificate, chain []*certs.Certificate, opt Options) (*Maker, error) {
	s, err := schemeOf(c.PublicKey, opt.PSS)
	if err != nil {
		return nil, err
	}
	m := &Maker{signer: signer, certificate: c, chain: slices.Clone(chain), scheme: s}
	m.ess = Attribute{ID: OIDSigningCertificateV2, Values: [][]byte{SigningCertificateV2(c)}}.DER()
	m.dataType = contentType(OIDData)
	m.digestSize = s.digest.New().Size()
	whole := messageDigest(make([]byte, m.digestSize))
	m.digestHead = whole[:len(whole)-m.digestSize]
	b, err := container{certificate: c, chain: chain, algorithm: s.id, digest: s.digestIdentifier()}.build()
	if err != nil {
		return nil, err
	}
	m.form, err = cut(b)
	return m, err
}

func (s scheme) digestIdentifier() certs.AlgorithmIdentifier {
	return certs.AlgorithmIdentifier{OID: s.digest.OID, Parameters: der.NullValue()}
}

// For reports whether the maker was made for these.
func (m *Maker) For(signer crypto.Signer, c *certs.Certificate, chain []*certs.Certificate) bool {
	return m.signer == signer && m.certificate == c && slices.Equal(m.chain, chain)
}

// Digest returns the digest that the key signs: the one to hash content with.
func (m *Maker) Digest() certs.Digest { return m.scheme.digest }

// Certificates returns the signer's certificate and those that travel with it.
func (m *Maker) Certificates() [][]byte {
	list := [][]byte{m.certificate.Raw}
	for _, c := range m.chain {
		list = append(list, c.Raw)
	}
	return list
}

// cut takes the common parts out of a container.
func cut(b []byte) (form, error) {
	var f form
	d, err := Edit(b)
	if err != nil {
		return f, fmt.Errorf("prepare CMS: %w", err)
	}
	if len(d.Signers) != 1 {
		return f, errors.New("prepare CMS: the library wrote no signer")
	}
	si := &d.Signers[0]
	f.digests = der.Encode(der.SetTag, d.digests...)
	f.certificates = der.Encode(der.ContextConstructed(0), d.certificates...)
	f.signer = slices.Concat(si.version, si.sid, si.digest)
	f.algorithm = si.algorithm
	return f, nil
}

// ToSign is what a signature is made over.
type ToSign struct {
	// Type is the content type; nil means [OIDData].
	Type asn1.ObjectIdentifier
	// Content goes into the container; nil makes a detached signature.
	Content []byte
	// MessageDigest is that of the content, by [Maker.Digest].
	MessageDigest []byte
	// Attributes are signed besides content-type, message-digest and
	// signing-certificate-v2, which every signature has.
	Attributes []Attribute
	// OmitCertificates leaves the certificates out of the container, as
	// timestamp requests may ask.
	OmitCertificates bool
	// Unsigned, if not nil, is given the signature value, and returns the
	// attributes that the signer shall carry.
	Unsigned func(signature []byte) ([]Attribute, error)
}

// Make signs and returns the container, in DER.
func (m *Maker) Make(in ToSign) ([]byte, error) {
	signer, err := m.MakeSigner(in)
	if err != nil {
		return nil, err
	}
	version, kind := byte(1), OIDData
	if in.Type != nil && !in.Type.Equal(OIDData) {
		version, kind = 3, in.Type // RFC 5652 section 5.1
	}
	var content []byte
	if in.Content != nil {
		content = der.Encode(der.ContextConstructed(0), der.Octets(in.Content))
	}
	certificates := m.form.certificates
	if in.OmitCertificates {
		certificates = nil
	}
	return wrap(
		[]byte{byte(der.Integer), 1, version}, m.form.digests,
		der.Sequence(der.OID(kind), content),
		certificates, der.Encode(der.SetTag, signer),
	), nil
}

// wrap makes a ContentInfo of the parts of a SignedData, which it copies once.
func wrap(parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	kind := der.OID(OIDSignedData)
	inner := der.AppendHeader(nil, der.SequenceTag, n)
	explicit := der.AppendHeader(nil, der.ContextConstructed(0), len(inner)+n)
	n += len(kind) + len(explicit) + len(inner)
	out := der.AppendHeader(make([]byte, 0, n+6), der.SequenceTag, n)
	out = append(append(append(out, kind...), explicit...), inner...)
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func contentType(t asn1.ObjectIdentifier) []byte {
	return Attribute{ID: OIDContentType, Values: [][]byte{der.OID(t)}}.DER()
}

// messageDigest is the function of that name for digests of the usual length.
func (m *Maker) messageDigest(digest []byte) []byte {
	if len(digest) != m.digestSize {
		return messageDigest(digest)
	}
	return slices.Concat(m.digestHead, digest)
}

func messageDigest(digest []byte) []byte {
	return Attribute{ID: OIDMessageDigest, Values: [][]byte{der.Octets(digest)}}.DER()
}

// MakeSigner signs and returns the SignerInfo, in DER.
func (m *Maker) MakeSigner(in ToSign) ([]byte, error) {
	kind := m.dataType
	if in.Type != nil && !in.Type.Equal(OIDData) {
		kind = contentType(in.Type)
	}
	attrs := make([][]byte, 0, 3+len(in.Attributes))
	attrs = append(attrs, kind, m.ess, m.messageDigest(in.MessageDigest))
	for _, a := range in.Attributes {
		attrs = append(attrs, a.DER())
	}
	slices.SortFunc(attrs, bytes.Compare)
	signed := der.Encode(der.SetTag, attrs...)
	signature, err := m.sign(signed)
	if err != nil {
		return nil, err
	}
	var unsigned []byte
	if in.Unsigned != nil {
		list, err := in.Unsigned(signature)
		if err != nil {
			return nil, err
		}
		unsigned = encodeUnsigned(list)
	}
	signed[0] = byte(der.ContextConstructed(0)) // as they stand: RFC 5652 section 5.4
	return der.Sequence(m.form.signer, signed, m.form.algorithm, der.Octets(signature), unsigned), nil
}

func encodeUnsigned(list []Attribute) []byte {
	if len(list) == 0 {
		return nil
	}
	encoded := make([][]byte, len(list))
	for i, a := range list {
		encoded[i] = a.DER()
	}
	slices.SortFunc(encoded, bytes.Compare)
	return der.Encode(der.ContextConstructed(1), encoded...)
}

// sign uses the key once.
func (m *Maker) sign(attributes []byte) ([]byte, error) {
	if !m.scheme.whole {
		attributes = m.scheme.digest.Sum(attributes)
	}
	signature, err := m.signer.Sign(rand.Reader, attributes, m.scheme.opts)
	if err != nil {
		return nil, fmt.Errorf("use signing key: %w", err)
	}
	return signature, nil
}

// SigningTime returns the attribute in which the signer claims a time (RFC 5652
// section 11.3).
func SigningTime(t time.Time) Attribute {
	return Attribute{ID: OIDSigningTime, Values: [][]byte{der.Time(t)}}
}

// SigningCertificateV2 returns the value of the attribute that binds a
// signature to the signer's certificate (RFC 5035 section 3): its SHA-256,
// which is the default and therefore not named, with issuer and serial number.
func SigningCertificateV2(c *certs.Certificate) []byte {
	hash := c.Fingerprint()
	general := der.Sequence(der.Encode(der.ContextConstructed(4), c.Issuer.Raw))
	id := der.Sequence(der.Octets(hash[:]), der.Sequence(general, der.Int(c.Serial)))
	return der.Sequence(der.Sequence(id))
}
