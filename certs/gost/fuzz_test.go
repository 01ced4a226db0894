package gost

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzParsePKIXPublicKey asserts an answer, and that a key has one encoding.
func FuzzParsePKIXPublicKey(f *testing.F) {
	for _, v := range readKeys(f) {
		f.Add(unhex(f, v.PKIX))
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		k, err := ParsePKIXPublicKey(der)
		if err != nil {
			if !errors.Is(err, ErrNotGOST) && !errors.Is(err, ErrMalformedKey) && !errors.Is(err, ErrInvalidKey) {
				t.Errorf("unclassified error %v", err)
			}
			return
		}
		again, err := MarshalPKIXPublicKey(k)
		if err != nil {
			t.Fatal(err)
		}
		gamma := mustMarshal(t, oidGammaKey)
		if !bytes.Equal(again, der) && !bytes.Contains(der, gamma) {
			t.Errorf("%x is read as the key %x", der, again)
		}
		k.Verify(make([]byte, k.Curve().Size()), der)
	})
}

// FuzzParsePKCS8PrivateKey asserts an answer, and that a key which is read can
// be written and read again.
func FuzzParsePKCS8PrivateKey(f *testing.F) {
	for _, v := range readKeys(f) {
		f.Add(unhex(f, v.PKCS8))
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		k, err := ParsePKCS8PrivateKey(der)
		if err != nil {
			if !errors.Is(err, ErrNotGOST) && !errors.Is(err, ErrMalformedKey) && !errors.Is(err, ErrInvalidKey) {
				t.Errorf("unclassified error %v", err)
			}
			return
		}
		again, err := MarshalPKCS8PrivateKey(k)
		if err != nil {
			t.Fatal(err)
		}
		if other, err := ParsePKCS8PrivateKey(again); err != nil || !other.Equal(k) {
			t.Errorf("%x is written as %x: %v", der, again, err)
		}
	})
}

// FuzzVerify asserts that both ways to verify agree, and that the textbook
// accepts what they accept.
func FuzzVerify(f *testing.F) {
	var cases []signingCase
	readJSON(f, "testdata/signatures.json", &cases)
	keys := make([]*PublicKey, len(curves))
	for i, c := range curves {
		for _, v := range cases {
			if v.Curve == c.Name() {
				var err error
				if keys[i], err = NewPublicKey(c, unhex(f, v.Public)); err != nil {
					f.Fatal(err)
				}
				f.Add(uint8(i), unhex(f, v.Digest), unhex(f, v.Signature))
			}
		}
	}
	tables := make([]*PublicKey, len(keys))
	for i, k := range keys {
		tables[i] = k.Precompute()
	}
	f.Fuzz(func(t *testing.T, curve uint8, digest, sig []byte) {
		key := keys[int(curve)%len(keys)]
		accepted := key.Verify(digest, sig)
		if tables[int(curve)%len(keys)].Verify(digest, sig) != accepted {
			t.Errorf("Verify(%x, %x) = %v, otherwise with a table", digest, sig, accepted)
		}
		if r := newReference(key.curve); accepted && !r.verify(r.point(&key.point), digest, sig) {
			t.Errorf("Verify(%x, %x) = %v, but not for the textbook", digest, sig, accepted)
		}
	})
}
