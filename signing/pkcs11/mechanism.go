//go:build pkcs11

package pkcs11

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"

	"github.com/miekg/pkcs11"

	"tamga/certs"
	"tamga/certs/der"
)

// describe reads the public part of the key, which stands beside it under the
// same CKA_ID, or in its certificate.
func (k *Key) describe(s pkcs11.SessionHandle, key pkcs11.ObjectHandle) error {
	attrs, err := k.module.GetAttributeValue(s, key, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_ID, nil)})
	if err != nil {
		return fmt.Errorf("read the key's attributes: %w", err)
	}
	id := pkcs11.NewAttribute(pkcs11.CKA_ID, attrs[0].Value)
	beside := func(class uint) ([]pkcs11.ObjectHandle, error) {
		return find(k.module, s, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, class), id})
	}
	certificates, err := beside(pkcs11.CKO_CERTIFICATE)
	if err != nil {
		return err
	}
	for _, c := range certificates {
		if attrs, err := k.module.GetAttributeValue(s, c, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil)}); err == nil {
			k.certificates = append(k.certificates, attrs[0].Value)
		}
	}
	publics, err := beside(pkcs11.CKO_PUBLIC_KEY)
	if err != nil {
		return err
	}
	if len(publics) == 1 {
		k.public, err = k.readPublic(s, publics[0])
		return err
	}
	if len(k.certificates) == 1 {
		c, err := certs.Parse(k.certificates[0])
		if err != nil {
			return fmt.Errorf("%w: the certificate beside it: %w", ErrKey, err)
		}
		k.public = c.PublicKey
		return usable(k.public)
	}
	return fmt.Errorf("%w: its public part is not beside it", ErrKey)
}

func usable(pub crypto.PublicKey) error {
	switch pub.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey:
		return nil
	}
	return fmt.Errorf("%w: %s", ErrMechanism, certs.KeyName(pub))
}

// readPublic reads a public key object.
func (k *Key) readPublic(s pkcs11.SessionHandle, h pkcs11.ObjectHandle) (crypto.PublicKey, error) {
	read := func(types ...uint) ([]*pkcs11.Attribute, error) {
		var template []*pkcs11.Attribute
		for _, t := range types {
			template = append(template, pkcs11.NewAttribute(t, nil))
		}
		attrs, err := k.module.GetAttributeValue(s, h, template)
		if err != nil {
			return nil, fmt.Errorf("read the public key: %w", err)
		}
		return attrs, nil
	}
	if attrs, err := read(pkcs11.CKA_MODULUS, pkcs11.CKA_PUBLIC_EXPONENT); err == nil {
		e := new(big.Int).SetBytes(attrs[1].Value)
		if !e.IsInt64() || e.Int64() > 1<<31-1 {
			return nil, fmt.Errorf("%w: an exponent out of range", ErrMechanism)
		}
		return &rsa.PublicKey{N: new(big.Int).SetBytes(attrs[0].Value), E: int(e.Int64())}, nil
	}
	attrs, err := read(pkcs11.CKA_EC_PARAMS, pkcs11.CKA_EC_POINT)
	if err != nil {
		return nil, fmt.Errorf("%w: neither RSA nor ECDSA", ErrMechanism)
	}
	return ecPublic(attrs[0].Value, attrs[1].Value)
}

// ecPublic reads the curve's name and the point, an OCTET STRING; some tokens
// leave its header out.
func ecPublic(params, point []byte) (crypto.PublicKey, error) {
	curves := []struct {
		oid   asn1.ObjectIdentifier
		curve elliptic.Curve
	}{
		{asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}, elliptic.P256()},
		{asn1.ObjectIdentifier{1, 3, 132, 0, 34}, elliptic.P384()},
		{asn1.ObjectIdentifier{1, 3, 132, 0, 35}, elliptic.P521()},
	}
	if e, err := der.One(point); err == nil && e.Tag == der.OctetString {
		point = e.Body
	}
	for _, c := range curves {
		if string(der.OID(c.oid)) == string(params) {
			pub, err := ecdsa.ParseUncompressedPublicKey(c.curve, point)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrKey, err)
			}
			return pub, nil
		}
	}
	return nil, fmt.Errorf("%w: a curve that is not known", ErrMechanism)
}

// hashes are the digests that a token is told of.
var hashes = map[crypto.Hash]struct {
	digest    certs.Digest
	hash, mgf uint
}{
	crypto.SHA256: {certs.SHA256, pkcs11.CKM_SHA256, pkcs11.CKG_MGF1_SHA256},
	crypto.SHA384: {certs.SHA384, pkcs11.CKM_SHA384, pkcs11.CKG_MGF1_SHA384},
	crypto.SHA512: {certs.SHA512, pkcs11.CKM_SHA512, pkcs11.CKG_MGF1_SHA512},
}

// mechanism chooses how the token signs, and what it is given. The mechanisms
// that hash by themselves are not used: the digest is made here.
func mechanism(pub crypto.PublicKey, digest []byte, opts crypto.SignerOpts) ([]*pkcs11.Mechanism, []byte, error) {
	if opts == nil {
		return nil, nil, fmt.Errorf("%w: the digest is not named", ErrMechanism)
	}
	h, ok := hashes[opts.HashFunc()]
	if !ok || len(digest) != opts.HashFunc().Size() {
		return nil, nil, fmt.Errorf("%w: over a digest of %d bytes", ErrMechanism, len(digest))
	}
	switch pub.(type) {
	case *rsa.PublicKey:
		pss, ok := opts.(*rsa.PSSOptions)
		if !ok {
			// DigestInfo, RFC 8017 section 9.2
			info := der.Sequence(der.Algorithm(h.digest.OID), der.Octets(digest))
			return []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS, nil)}, info, nil
		}
		salt := pss.SaltLength
		if salt <= 0 {
			salt = len(digest)
		}
		params := pkcs11.NewPSSParams(h.hash, h.mgf, uint(salt))
		return []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS_PSS, params)}, digest, nil
	case *ecdsa.PublicKey:
		return []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_ECDSA, nil)}, digest, nil
	}
	return nil, nil, fmt.Errorf("%w: %s", ErrMechanism, certs.KeyName(pub))
}

// finish turns what the token returns into what crypto.Signer promises.
func finish(pub crypto.PublicKey, raw []byte) ([]byte, error) {
	k, ok := pub.(*ecdsa.PublicKey)
	if !ok {
		return raw, nil
	}
	size := (k.Curve.Params().BitSize + 7) / 8
	if len(raw) != 2*size {
		return nil, fmt.Errorf("%w: a signature of %d bytes", ErrMechanism, len(raw))
	}
	halves := slices.Collect(slices.Chunk(raw, size))
	return der.Sequence(der.Int(new(big.Int).SetBytes(halves[0])), der.Int(new(big.Int).SetBytes(halves[1]))), nil
}
