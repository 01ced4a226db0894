package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"reflect"
	"testing"

	"tamga/certs/der"
)

// A key that the short way reads is the key that the long way reads.
func TestUsualKeys(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []any{&rsaKey.PublicKey, &p256.PublicKey} {
		spki, err := MarshalPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		usual, left := 0, 0
		for i := range 8 * len(spki) {
			changed := bytes.Clone(spki)
			changed[i/8] ^= 1 << (i % 8)
			if sameKey(t, changed) {
				usual++
			} else {
				left++
			}
		}
		if !sameKey(t, spki) || left == 0 {
			t.Errorf("%T: the key itself is not read, or %d of %d changed ones", key, usual, usual+left)
		}
	}
}

// sameKey reports whether the short way reads the key, which the long way must
// then read the same.
func sameKey(t *testing.T, spki []byte) bool {
	t.Helper()
	r, err := der.Inside(spki, der.SequenceTag)
	if err != nil {
		return false
	}
	alg, err := r.Expect(der.SequenceTag)
	if err != nil {
		return false
	}
	bits, err := r.Expect(der.BitString)
	if err != nil || !r.Empty() {
		return false
	}
	contents, unused, err := der.ParseBitString(bits.Body)
	if err != nil || unused > 0 {
		return false
	}
	got := usualKey(alg.Raw, contents)
	if got == nil {
		return false
	}
	want, err := ParsePublicKey(spki)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%x: %v, want %v, %v", spki, got, want, err)
	}
	return true
}
