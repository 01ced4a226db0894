package certs_test

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
)

// A certificate whose key cannot be read has no key: not one that looks like a
// key and is none.
func TestUnreadableKeysAreAbsent(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		a := newAuthority(t, family)
		raw := a.Issuing().Raw
		at := bytes.Index(raw, a.Issuing().KeyBits)
		unreadable := 0
		for i := range a.Issuing().KeyBits {
			bad := bytes.Clone(raw)
			bad[at+i] ^= 0x40
			c, err := certs.Parse(bad)
			if err != nil {
				continue
			}
			if (c.PublicKey == nil) != (c.KeyError != nil) {
				t.Fatalf("%s, byte %d: key %v, error %v", family, i, c.PublicKey, c.KeyError)
			}
			if c.PublicKey == nil {
				unreadable++
			}
			if err := a.Issuing().CheckSignatureFrom(c); !errors.Is(err, certs.ErrSignature) && !errors.Is(err, certs.ErrAlgorithm) {
				t.Fatalf("%s, byte %d: under a changed key: %v", family, i, err)
			}
		}
		if family != ca.RSA && unreadable == 0 {
			t.Errorf("%s: every changed point is on the curve", family)
		}
	}
}

// Schemes and digests of different families are not combined.
func TestSignerInfoAlgorithms(t *testing.T) {
	id := func(oid asn1.ObjectIdentifier) certs.AlgorithmIdentifier {
		return certs.AlgorithmIdentifier{OID: oid, Parameters: der.NullValue()}
	}
	rsaKey, ecKey := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	tests := []struct {
		signature, digest asn1.ObjectIdentifier
		ok                bool
	}{
		{rsaKey, certs.SHA256.OID, true},
		{ecKey, certs.SHA384.OID, true},
		{rsaKey, certs.Streebog512.OID, false},
		{ecKey, certs.GOST34311.OID, false},
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, certs.SHA256.OID, true},
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, certs.SHA512.OID, false},
		{asn1.ObjectIdentifier{1, 2, 398, 99}, certs.SHA256.OID, false},
		{rsaKey, asn1.ObjectIdentifier{1, 2, 398, 99}, false},
	}
	for _, test := range tests {
		_, err := certs.SignerInfoAlgorithm(id(test.signature), id(test.digest))
		if (err == nil) != test.ok || err != nil && !errors.Is(err, certs.ErrAlgorithm) {
			t.Errorf("%v over %v: %v", test.signature, test.digest, err)
		}
	}
}
