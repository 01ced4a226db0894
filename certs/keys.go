package certs

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"

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
