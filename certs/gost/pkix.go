package gost

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
)

// ErrNotGOST means that a key has an algorithm identifier of another family,
// so another package may know it.
var ErrNotGOST = errors.New("not a key of a GOST family")

// ErrMalformedKey is wrapped by every refusal of a GOST key whose encoding is
// not the one of its family.
var ErrMalformedKey = errors.New("malformed GOST key")

// gammaHeader precedes the coordinates in a Gamma public key. It holds, among
// other things, the algorithm 0xaa3a, the magic number "EC1" and the length of
// the key, 512 bits.
var gammaHeader = []byte{0x06, 0x02, 0, 0, 0x3a, 0xaa, 0, 0, 0, 'E', 'C', '1', 0, 0x02, 0, 0}

// algorithmIdentifier is a key's AlgorithmIdentifier that has been understood.
type algorithmIdentifier struct {
	algorithm Algorithm
	gamma     bool
}

// ParsePKIXPublicKey reads a DER SubjectPublicKeyInfo of the 2004 family, the
// 2015 family or Gamma. Another family gives ErrNotGOST; every deviation from
// the encoding of the family is an error, and the key is checked as NewPublicKey
// does.
func ParsePKIXPublicKey(spki []byte) (*PublicKey, error) {
	fields, err := sequence(spki, 2, 2)
	if err != nil {
		return nil, fmt.Errorf("%w: SubjectPublicKeyInfo: %w", ErrMalformedKey, err)
	}
	id, err := parseAlgorithmIdentifier(fields[0].FullBytes)
	if err != nil {
		return nil, err
	}
	var bits asn1.BitString
	if err := unmarshal(fields[1].FullBytes, &bits); err != nil {
		return nil, fmt.Errorf("%w: subjectPublicKey: %w", ErrMalformedKey, err)
	}
	if bits.BitLength != 8*len(bits.Bytes) {
		return nil, fmt.Errorf("%w: subjectPublicKey is not a whole number of bytes", ErrMalformedKey)
	}
	raw, err := id.coordinates(bits.Bytes)
	if err != nil {
		return nil, err
	}
	return NewPublicKey(id.algorithm.Curve(), raw)
}

// coordinates unpacks the content of subjectPublicKey.
func (id algorithmIdentifier) coordinates(content []byte) ([]byte, error) {
	if id.gamma {
		raw, ok := bytes.CutPrefix(content, gammaHeader)
		if !ok {
			return nil, fmt.Errorf("%w: unknown header of a Gamma public key", ErrMalformedKey)
		}
		return raw, nil
	}
	var raw []byte
	if err := unmarshal(content, &raw); err != nil {
		return nil, fmt.Errorf("%w: coordinates: %w", ErrMalformedKey, err)
	}
	return raw, nil
}

// MarshalPKIXPublicKey returns the DER SubjectPublicKeyInfo of a key in the
// encoding of its family; a key read from Gamma's is written as a key of the
// 2004 family, which it is.
func MarshalPKIXPublicKey(k *PublicKey) ([]byte, error) {
	content, err := asn1.Marshal(k.Bytes())
	if err != nil {
		return nil, fmt.Errorf("encoding coordinates: %w", err)
	}
	der, err := asn1.Marshal(struct {
		Algorithm marshalledIdentifier
		Key       asn1.BitString
	}{identifierOf(k.Algorithm()), asn1.BitString{Bytes: content, BitLength: 8 * len(content)}})
	if err != nil {
		return nil, fmt.Errorf("encoding SubjectPublicKeyInfo: %w", err)
	}
	return der, nil
}

// marshalledIdentifier is the AlgorithmIdentifier of a key as it is written.
type marshalledIdentifier struct {
	Key        asn1.ObjectIdentifier
	Parameters struct{ Curve, Hash asn1.ObjectIdentifier }
}

func identifierOf(a Algorithm) (id marshalledIdentifier) {
	f := a.facts()
	id.Key = f.key[0]
	id.Parameters.Curve, id.Parameters.Hash = f.parameters[0], f.parameters[1]
	return id
}

// parseAlgorithmIdentifier reads the AlgorithmIdentifier of a key and requires
// the parameters that belong to it.
func parseAlgorithmIdentifier(der []byte) (id algorithmIdentifier, err error) {
	fields, err := sequence(der, 1, 2)
	if err != nil {
		return id, fmt.Errorf("%w: AlgorithmIdentifier: %w", ErrMalformedKey, err)
	}
	var key asn1.ObjectIdentifier
	if err := unmarshal(fields[0].FullBytes, &key); err != nil {
		return id, fmt.Errorf("%w: algorithm: %w", ErrMalformedKey, err)
	}
	id = algorithmIdentifier{algorithm: ByKeyOID(key), gamma: key.Equal(oidGammaKey)}
	if id.algorithm == 0 {
		return id, fmt.Errorf("%w: %v", ErrNotGOST, key)
	}
	if len(fields) != 2 {
		return id, fmt.Errorf("%w: no parameters", ErrMalformedKey)
	}
	if id.gamma {
		if !bytes.Equal(fields[1].FullBytes, asn1.NullBytes) {
			return id, fmt.Errorf("%w: the parameters of a Gamma key are not NULL", ErrMalformedKey)
		}
		return id, nil
	}
	return id, checkParameters(id.algorithm, fields[1].FullBytes)
}

// checkParameters requires the pair of curve and hash of the algorithm.
func checkParameters(a Algorithm, der []byte) error {
	fields, err := sequence(der, 2, 2)
	if err != nil {
		return fmt.Errorf("%w: parameters: %w", ErrMalformedKey, err)
	}
	for i, want := range a.facts().parameters {
		var got asn1.ObjectIdentifier
		if err := unmarshal(fields[i].FullBytes, &got); err != nil {
			return fmt.Errorf("%w: parameters: %w", ErrMalformedKey, err)
		}
		if !got.Equal(want) {
			return fmt.Errorf("%w: parameter set %v instead of %v for %v", ErrMalformedKey, got, want, a)
		}
	}
	return nil
}

// sequence returns the elements of a DER SEQUENCE, which must be the whole
// input and have a number of elements in the given range. The standard decoder
// of structures would pass over surplus elements.
func sequence(der []byte, least, most int) ([]asn1.RawValue, error) {
	var outer asn1.RawValue
	if err := unmarshal(der, &outer); err != nil {
		return nil, err
	}
	if outer.Class != asn1.ClassUniversal || outer.Tag != asn1.TagSequence || !outer.IsCompound {
		return nil, errors.New("not a SEQUENCE")
	}
	var fields []asn1.RawValue
	for rest := outer.Bytes; len(rest) > 0; {
		if len(fields) == most {
			return nil, fmt.Errorf("more than %d elements", most)
		}
		var field asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &field); err != nil {
			return nil, err
		}
		fields = append(fields, field)
	}
	if len(fields) < least {
		return nil, fmt.Errorf("%d elements instead of %d", len(fields), least)
	}
	return fields, nil
}

// unmarshal decodes one DER value that must be the whole input.
func unmarshal(der []byte, v any) error {
	rest, err := asn1.Unmarshal(der, v)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%d trailing bytes", len(rest))
	}
	return nil
}
