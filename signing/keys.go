package signing

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"tamga/certs"
	"tamga/certs/gost"
)

// ErrKeyFile is wrapped by errors about key files that cannot be used.
var ErrKeyFile = errors.New("key file not usable")

// ParseKeyPEM reads a signing key kept as PEM: one PKCS#8 "PRIVATE KEY" (RSA,
// ECDSA or GOST), the certificate that belongs to it, and any certificates
// above that one, in any order.
func ParseKeyPEM(b []byte) (Key, error) {
	var key Key
	var all []*certs.Certificate
	for rest := b; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		switch block.Type {
		case "CERTIFICATE":
			c, err := certs.Parse(block.Bytes)
			if err != nil {
				return Key{}, fmt.Errorf("%w: %w", ErrKeyFile, err)
			}
			all = append(all, c)
		case "PRIVATE KEY":
			if key.Signer != nil {
				return Key{}, fmt.Errorf("%w: more than one private key", ErrKeyFile)
			}
			signer, err := parsePrivateKey(block.Bytes)
			if err != nil {
				return Key{}, err
			}
			key.Signer = signer
		default:
			return Key{}, fmt.Errorf("%w: unexpected block %q", ErrKeyFile, block.Type)
		}
	}
	return key.withCertificates(all)
}

// withCertificates finds the key's certificate among several and keeps the
// others as its chain, except self-signed ones, which no verifier needs sent.
func (k Key) withCertificates(all []*certs.Certificate) (Key, error) {
	if k.Signer == nil {
		return Key{}, fmt.Errorf("%w: no private key", ErrKeyFile)
	}
	public, err := publicKeyBytes(k.Signer.Public())
	if err != nil {
		return Key{}, err
	}
	for _, c := range all {
		switch own, err := publicKeyBytes(c.PublicKey); {
		case err == nil && bytes.Equal(own, public) && k.Certificate == nil:
			k.Certificate = c
		case !c.SelfIssued():
			k.Chain = append(k.Chain, c)
		}
	}
	if k.Certificate == nil {
		return Key{}, fmt.Errorf("%w: no certificate belongs to the private key", ErrKeyFile)
	}
	return k, nil
}

func publicKeyBytes(pub crypto.PublicKey) ([]byte, error) {
	if k, ok := pub.(*gost.PublicKey); ok {
		return gost.MarshalPKIXPublicKey(k)
	}
	return x509.MarshalPKIXPublicKey(pub)
}

func parsePrivateKey(pkcs8 []byte) (crypto.Signer, error) {
	k, err := gost.ParsePKCS8PrivateKey(pkcs8)
	if err == nil {
		return k, nil
	}
	if !errors.Is(err, gost.ErrNotGOST) {
		return nil, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	other, err := x509.ParsePKCS8PrivateKey(pkcs8)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	signer, ok := other.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%w: a key of type %T does not sign", ErrKeyFile, other)
	}
	return signer, nil
}
