package creation

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"

	"tamga/certs"
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
			signer, err := certs.ParsePrivateKey(block.Bytes)
			if err != nil {
				return Key{}, fmt.Errorf("%w: %w", ErrKeyFile, err)
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
	public, err := certs.MarshalPublicKey(k.Signer.Public())
	if err != nil {
		return Key{}, err
	}
	for _, c := range all {
		switch own, err := certs.MarshalPublicKey(c.PublicKey); {
		case err == nil && bytes.Equal(own, public) && k.Certificate == nil:
			k.Certificate = c
		case !c.SelfIssued():
			k.Chain = append(k.Chain, c)
		}
	}
	if k.Certificate == nil {
		return Key{}, fmt.Errorf("%w: no certificate belongs to the private key", ErrKeyFile)
	}
	return NewKey(k.Signer, k.Certificate, k.Chain), nil
}
