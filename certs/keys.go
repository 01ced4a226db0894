package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"tamga/certs/der"
	"tamga/certs/gost"
)

// ParsePrivateKey reads a PKCS#8 private key of any family that signs. The
// error is [ErrAlgorithm] for a key that is well formed and does not sign.
func ParsePrivateKey(pkcs8 []byte) (crypto.Signer, error) {
	national, err := gost.ParsePKCS8PrivateKey(pkcs8)
	if err == nil {
		return national, nil
	}
	if !errors.Is(err, gost.ErrNotGOST) {
		return nil, fmt.Errorf("private key: %w", err)
	}
	key, err := x509.ParsePKCS8PrivateKey(pkcs8)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%w: a private key that does not sign", ErrAlgorithm)
	}
	return signer, nil
}

// MarshalPublicKey returns the subjectPublicKeyInfo of a key of any family.
func MarshalPublicKey(pub crypto.PublicKey) ([]byte, error) {
	if k, ok := pub.(*gost.PublicKey); ok {
		return gost.MarshalPKIXPublicKey(k)
	}
	return x509.MarshalPKIXPublicKey(pub)
}

// ParsePublicKey reads a subjectPublicKeyInfo of any family we know. The error
// names the algorithm, or the curve, that is not known.
func ParsePublicKey(spki []byte) (crypto.PublicKey, error) {
	id, bits, err := splitKey(spki)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	switch {
	case gost.ByKeyOID(id.OID) != 0:
		k, err := gost.ParsePKIXPublicKey(spki)
		if err != nil {
			return nil, err // and not a nil *gost.PublicKey
		}
		return k, nil
	case id.OID.Equal(oidRSAPSS):
		k, err := parsePSSKey(id, bits)
		if err != nil {
			return nil, err
		}
		return k, nil
	}
	pub, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return nil, keyError(id, err)
	}
	switch k := pub.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		return pub, nil
	case *dsaKey:
		if err := plausibleDSA(k); err != nil {
			return nil, err
		}
		return pub, nil
	}
	return nil, fmt.Errorf("public key: keys of %v do not sign", id.OID)
}

// splitKey takes a subjectPublicKeyInfo apart.
func splitKey(spki []byte) (id AlgorithmIdentifier, bits []byte, err error) {
	r, err := der.Inside(spki, der.SequenceTag)
	if err != nil {
		return id, nil, err
	}
	alg, err := r.Expect(der.SequenceTag)
	if err != nil {
		return id, nil, err
	}
	if id, err = ParseAlgorithmIdentifier(alg.Raw); err != nil {
		return id, nil, err
	}
	e, err := r.Expect(der.BitString)
	if err != nil {
		return id, nil, err
	}
	bits, _, err = der.ParseBitString(e.Body)
	return id, bits, err
}

// keyError says why the library does not read a key.
func keyError(id AlgorithmIdentifier, err error) error {
	known := slices.ContainsFunc([]asn1.ObjectIdentifier{oidRSA, oidECKey, oidEd25519, oidDSAKey}, id.OID.Equal)
	if !known {
		return fmt.Errorf("public key: keys of the algorithm %v are not known", id.OID)
	}
	if curve, bad := der.NewReader(id.Parameters).ReadOID(); bad == nil && id.OID.Equal(oidECKey) {
		return fmt.Errorf("public key on the curve %v: %w", curve, err)
	}
	return fmt.Errorf("public key: %w", err)
}

// The algorithm identifiers of the most frequent keys, complete elements.
const (
	rsaKeyID  = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"
	p256KeyID = "\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
)

// usualKey reads the most frequent keys in their usual form, without what
// [ParsePublicKey] spends on others. Nil means that it is for that to say.
func usualKey(alg, bits []byte) crypto.PublicKey {
	switch string(alg) {
	case rsaKeyID:
		if k := usualRSAKey(bits); k != nil {
			return k
		}
	case p256KeyID:
		if k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), bits); err == nil {
			return k
		}
	}
	return nil
}

func usualRSAKey(bits []byte) *rsa.PublicKey {
	r, err := der.Inside(bits, der.SequenceTag)
	if err != nil {
		return nil
	}
	n, err := r.Expect(der.Integer)
	if err != nil || !positive(n.Body) {
		return nil
	}
	e, err := r.Expect(der.Integer)
	if err != nil || !positive(e.Body) || len(e.Body) > 4 || !r.Empty() {
		return nil
	}
	exponent := 0
	for _, b := range e.Body {
		exponent = exponent<<8 | int(b)
	}
	k := &struct {
		rsa.PublicKey
		modulus big.Int
	}{PublicKey: rsa.PublicKey{E: exponent}}
	k.N = k.modulus.SetBytes(n.Body)
	return &k.PublicKey
}

// positive reports whether the contents of an INTEGER are those of a number
// above zero, in its shortest form.
func positive(b []byte) bool {
	return len(b) > 0 && b[0] < 0x80 && (b[0] > 0 || len(b) > 1 && b[1] >= 0x80)
}
