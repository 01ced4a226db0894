package gost

import (
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
)

// ParsePKCS8PrivateKey reads a DER PrivateKeyInfo (RFC 5208) of the 2004
// family, the 2015 family or Gamma; attributes are allowed and passed over.
// Another family gives ErrNotGOST.
func ParsePKCS8PrivateKey(der []byte) (*PrivateKey, error) {
	fields, err := sequence(der, 3, 4)
	if err != nil {
		return nil, fmt.Errorf("%w: PrivateKeyInfo: %w", ErrMalformedKey, err)
	}
	var version int
	if err := unmarshal(fields[0].FullBytes, &version); err != nil || version != 0 {
		return nil, fmt.Errorf("%w: PrivateKeyInfo is not of version 0", ErrMalformedKey)
	}
	id, err := parseAlgorithmIdentifier(fields[1].FullBytes)
	if err != nil {
		return nil, err
	}
	var content []byte
	if err := unmarshal(fields[2].FullBytes, &content); err != nil {
		return nil, fmt.Errorf("%w: privateKey: %w", ErrMalformedKey, err)
	}
	if len(fields) == 4 && (fields[3].Class != asn1.ClassContextSpecific || fields[3].Tag != 0) {
		return nil, fmt.Errorf("%w: something other than attributes after the private key", ErrMalformedKey)
	}
	d, err := id.number(content)
	if err != nil {
		return nil, err
	}
	return NewPrivateKey(id.algorithm.Curve(), d)
}

// number unpacks the content of privateKey to the little-endian number. Gamma
// writes SEQUENCE{INTEGER 1, big-endian OCTET STRING}, the 2004 family a
// (big-endian) INTEGER, the 2015 family a little-endian OCTET STRING.
func (id algorithmIdentifier) number(content []byte) ([]byte, error) {
	var d []byte
	switch {
	case id.gamma:
		fields, err := sequence(content, 2, 2)
		if err != nil {
			return nil, fmt.Errorf("%w: Gamma private key: %w", ErrMalformedKey, err)
		}
		var version int
		if err := unmarshal(fields[0].FullBytes, &version); err != nil || version != 1 {
			return nil, fmt.Errorf("%w: Gamma private key is not of version 1", ErrMalformedKey)
		}
		if err := unmarshal(fields[1].FullBytes, &d); err != nil {
			return nil, fmt.Errorf("%w: Gamma private key: %w", ErrMalformedKey, err)
		}
		slices.Reverse(d)
	case id.algorithm == A2004:
		n := new(big.Int)
		if err := unmarshal(content, &n); err != nil {
			return nil, fmt.Errorf("%w: private number: %w", ErrMalformedKey, err)
		}
		size := id.algorithm.Curve().Size()
		if n.Sign() < 0 || n.BitLen() > 8*size {
			return nil, fmt.Errorf("%w: private number is negative or longer than %d bytes", ErrInvalidKey, size)
		}
		d = n.FillBytes(make([]byte, size))
		slices.Reverse(d)
	default:
		if err := unmarshal(content, &d); err != nil {
			return nil, fmt.Errorf("%w: private number: %w", ErrMalformedKey, err)
		}
	}
	return d, nil
}

// MarshalPKCS8PrivateKey returns the DER PrivateKeyInfo of a key in the
// encoding of its family, without encryption.
func MarshalPKCS8PrivateKey(k *PrivateKey) ([]byte, error) {
	var number any = k.Bytes()
	algorithm := k.public.Algorithm()
	if algorithm == A2004 {
		b := k.Bytes()
		slices.Reverse(b)
		number = new(big.Int).SetBytes(b)
	}
	content, err := asn1.Marshal(number)
	if err != nil {
		return nil, fmt.Errorf("encoding private number: %w", err)
	}
	der, err := asn1.Marshal(struct {
		Version   int
		Algorithm marshalledIdentifier
		Key       []byte
	}{0, identifierOf(algorithm), content})
	if err != nil {
		return nil, fmt.Errorf("encoding PrivateKeyInfo: %w", err)
	}
	return der, nil
}
