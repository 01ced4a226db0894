package cms

// This is the only file that knows go.mozilla.org/pkcs7. The library is used
// for the container, in both directions, and for nothing else: it checks no
// trust, believes the signing time that the signer claims, and knows neither
// GOST nor RSASSA-PSS nor signers named by key identifier. What a signature is
// made over, and whether it is right, is decided by our own code.

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"

	"go.mozilla.org/pkcs7"

	"tamga/certs"
	"tamga/certs/der"
)

// errTwoReadings means that the library and our own reader see two different
// things in one file. Such a file was made to be read differently by different
// programs; it is not judged.
var errTwoReadings = errors.New("two readers disagree about the contents")

// confirm reads the container a second time, with the library, and compares
// what both readers must see alike: the content, the certificates and the
// signers. The library is the narrower of the two: a container that it does not
// read to the end (other revocation information than lists, signers named by key
// identifier) is judged on our own reading alone.
func confirm(ber []byte, own *SignedData) error {
	lib, ok := parseWithLibrary(ber)
	// The library passes over the error that ended its reading, and has set what
	// stands last, the signers, only when there was none.
	if !ok || lib.Signers == nil {
		return nil
	}
	if own.Attached && !bytes.Equal(lib.Content, own.Content) || !own.Attached && len(lib.Content) > 0 {
		return fmt.Errorf("%w: content", errTwoReadings)
	}
	if len(lib.Certificates) != len(own.Certificates) {
		return fmt.Errorf("%w: number of certificates", errTwoReadings)
	}
	for i, c := range lib.Certificates {
		if !bytes.Equal(c.Raw, own.Certificates[i]) {
			return fmt.Errorf("%w: certificate %d", errTwoReadings, i+1)
		}
	}
	if len(lib.Signers) != len(own.Signers) {
		return fmt.Errorf("%w: number of signers", errTwoReadings)
	}
	for i, s := range lib.Signers {
		if !bytes.Equal(s.EncryptedDigest, own.Signers[i].Signature) ||
			own.Signers[i].Serial == nil || s.IssuerAndSerialNumber.SerialNumber.Cmp(own.Signers[i].Serial) != 0 {
			return fmt.Errorf("%w: signer %d", errTwoReadings, i+1)
		}
	}
	return nil
}

// parseWithLibrary guards the library: its parser has panicked on strangers'
// bytes before.
func parseWithLibrary(b []byte) (p *pkcs7.PKCS7, ok bool) {
	defer func() {
		if recover() != nil {
			p, ok = nil, false
		}
	}()
	p, err := pkcs7.Parse(b)
	return p, err == nil
}

// container is what goes into a SignedData of one signer.
type container struct {
	content     []byte // nil when detached
	certificate *certs.Certificate
	chain       []*certs.Certificate
	digest      certs.AlgorithmIdentifier
	algorithm   certs.AlgorithmIdentifier
	signedAttrs []Attribute // in the order of DER
	signature   []byte
}

// build encodes the container with the library. The library would also hash
// and sign, but only with its own choice of algorithms and with a signing-time
// attribute, which PAdES forbids; so the signer is filled in ready made.
//
// The library works by reflection, which costs as much as a P-256 signature.
// So a [Maker] has it build one container, and puts into that what differs; the
// result is the same, byte for byte.
func (c container) build() ([]byte, error) {
	sd, err := pkcs7.NewSignedData(c.content)
	if err != nil {
		return nil, fmt.Errorf("build CMS: %w", err)
	}
	for _, cert := range append([]*certs.Certificate{c.certificate}, c.chain...) {
		sd.AddCertificate(&x509.Certificate{Raw: cert.Raw})
	}
	digest, err := libraryAlgorithm(c.digest)
	if err != nil {
		return nil, err
	}
	algorithm, err := libraryAlgorithm(c.algorithm)
	if err != nil {
		return nil, err
	}
	inner := sd.GetSignedData()
	inner.DigestAlgorithmIdentifiers = []pkix.AlgorithmIdentifier{digest}
	inner.SignerInfos = slices.Grow(inner.SignerInfos, 1)[:1]
	si := &inner.SignerInfos[0]
	si.Version = 1
	si.IssuerAndSerialNumber.IssuerName = asn1.RawValue{FullBytes: c.certificate.Issuer.Raw}
	si.IssuerAndSerialNumber.SerialNumber = c.certificate.Serial
	si.DigestAlgorithm, si.DigestEncryptionAlgorithm = digest, algorithm
	si.EncryptedDigest = c.signature
	si.AuthenticatedAttributes = slices.Grow(si.AuthenticatedAttributes, len(c.signedAttrs))[:len(c.signedAttrs)]
	for i, a := range c.signedAttrs {
		si.AuthenticatedAttributes[i].Type = a.ID
		si.AuthenticatedAttributes[i].Value = asn1.RawValue{FullBytes: der.Set(a.Values...)}
	}
	if c.content == nil {
		sd.Detach()
	}
	out, err := sd.Finish()
	if err != nil {
		return nil, fmt.Errorf("build CMS: %w", err)
	}
	return out, nil
}

func libraryAlgorithm(a certs.AlgorithmIdentifier) (pkix.AlgorithmIdentifier, error) {
	out := pkix.AlgorithmIdentifier{Algorithm: a.OID}
	if a.Parameters == nil {
		return out, nil
	}
	if _, err := asn1.Unmarshal(a.Parameters, &out.Parameters); err != nil {
		return out, fmt.Errorf("build CMS: algorithm parameters: %w", err)
	}
	return out, nil
}
