package ocsp

import (
	"bytes"
	"encoding/asn1"
	"math/big"

	"tamga/certs"
	"tamga/certs/der"
)

// CertID names a certificate by its issuer and serial number (RFC 6960 section
// 4.1.1).
type CertID struct {
	HashAlgorithm  certs.AlgorithmIdentifier
	IssuerNameHash []byte // of the issuer field of the certificate
	IssuerKeyHash  []byte // of the contents of the issuer's key BIT STRING
	Serial         *big.Int
}

// NewCertID names a certificate under a digest algorithm. The issuer
// contributes its key. For national keys the hashed contents begin with the
// header of the inner OCTET STRING, as the national responder has it.
func NewCertID(cert, issuer *certs.Certificate, digest certs.Digest) CertID {
	return CertID{
		HashAlgorithm:  certs.AlgorithmIdentifier{OID: digest.OID, Parameters: der.NullValue()},
		IssuerNameHash: digest.Sum(cert.Issuer.Raw),
		IssuerKeyHash:  digest.Sum(issuer.KeyBits),
		Serial:         cert.Serial,
	}
}

// Equal compares all four parts. NULL parameters of the hash algorithm are the
// same as none.
func (id CertID) Equal(other CertID) bool {
	return id.HashAlgorithm.Equal(other.HashAlgorithm) &&
		bytes.Equal(id.IssuerNameHash, other.IssuerNameHash) &&
		bytes.Equal(id.IssuerKeyHash, other.IssuerKeyHash) &&
		id.Serial.Cmp(other.Serial) == 0
}

// names reports whether id names the certificate under whatever digest it uses.
func (id CertID) names(cert, issuer *certs.Certificate) bool {
	digest, ok := certs.DigestByOID(id.HashAlgorithm.OID)
	return ok && id.Serial.Cmp(cert.Serial) == 0 && id.Equal(NewCertID(cert, issuer, digest))
}

// DER returns the encoding.
func (id CertID) DER() []byte {
	return der.Sequence(id.HashAlgorithm.DER(), der.Octets(id.IssuerNameHash), der.Octets(id.IssuerKeyHash), der.Int(id.Serial))
}

func readCertID(r *der.Reader) (CertID, error) {
	seq, err := r.Enter(der.SequenceTag)
	if err != nil {
		return CertID{}, messageError("certID", err)
	}
	alg, err := seq.Expect(der.SequenceTag)
	if err != nil {
		return CertID{}, messageError("hashAlgorithm", err)
	}
	var id CertID
	if id.HashAlgorithm, err = certs.ParseAlgorithmIdentifier(alg.Raw); err != nil {
		return CertID{}, messageError("hashAlgorithm", err)
	}
	name, err := seq.Expect(der.OctetString)
	if err != nil {
		return CertID{}, messageError("issuerNameHash", err)
	}
	key, err := seq.Expect(der.OctetString)
	if err != nil {
		return CertID{}, messageError("issuerKeyHash", err)
	}
	id.IssuerNameHash, id.IssuerKeyHash = name.Body, key.Body
	if id.Serial, err = seq.ReadInteger(); err != nil {
		return CertID{}, messageError("serialNumber", err)
	}
	if err := seq.Done(); err != nil {
		return CertID{}, messageError("end of certID", err)
	}
	return id, nil
}

// readExtensions reads an explicit [n] Extensions field if it is there. RFC
// 5280 allows no empty list.
func readExtensions(r *der.Reader, n byte) ([]certs.Extension, error) {
	field, ok, err := r.Optional(der.ContextConstructed(n))
	if err != nil || !ok {
		return nil, err
	}
	exts, err := certs.ParseExtensions(field.Body)
	if err == nil && len(exts) == 0 {
		err = der.ErrSyntax
	}
	return exts, err
}

// nonceIn returns the nonce among extensions; false when there is none. A
// nonce that RFC 9654 section 2.1 does not allow is an error.
func nonceIn(exts []certs.Extension) ([]byte, bool, error) {
	value, ok := extension(exts, oidNonce)
	if !ok {
		return nil, false, nil
	}
	e, err := der.One(value)
	if err != nil || e.Tag != der.OctetString {
		return nil, true, messageError("nonce", err)
	}
	if len(e.Body) == 0 || len(e.Body) > maxNonce {
		return nil, true, messageError("length of the nonce", nil)
	}
	return e.Body, true, nil
}

func extension(exts []certs.Extension, id asn1.ObjectIdentifier) ([]byte, bool) {
	for _, e := range exts {
		if e.ID.Equal(id) {
			return e.Value, true
		}
	}
	return nil, false
}

func nonceExtension(nonce []byte) []byte {
	return der.Sequence(der.OID(oidNonce), der.Octets(der.Octets(nonce)))
}
