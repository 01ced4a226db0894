package pkcs12

import (
	"bytes"
	"errors"
	"testing"

	"tamga/certs/ca"
	"tamga/certs/der"
)

// fuzzIterations keeps one execution short.
const fuzzIterations = 5000

// answers asserts that a reader gives a result or one of the named errors.
func answers(t *testing.T, err error) {
	if err != nil && !errors.Is(err, ErrPassword) && !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrUnsupported) {
		t.Errorf("an error of no kind: %v", err)
	}
}

// FuzzRead offers strangers' bytes twice: as a file, which the integrity code
// stops, and as the safes in a file whose integrity code is right, which lets
// them through to everything behind it.
func FuzzRead(f *testing.F) {
	h := person(f, authority(f, ca.GOST2015))
	for _, seed := range seeds(f, h) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, file := range [][]byte{b, pfx(b)} {
			s, err := read(file, testPassword, fuzzIterations)
			answers(t, err)
			if err == nil {
				for _, e := range s.Entries {
					if e.Certificate == nil || !fits(e.Key, e.Certificate) {
						t.Error("an entry whose key is not its certificate's")
					}
				}
			}
			_, err = Describe(file)
			answers(t, err)
		}
	})
}

// seeds are safes and a file.
func seeds(f testing.TB, h ca.Holder) [][]byte {
	safes := der.Sequence(
		plainSafe(shroudedBag(f, h.Key, 2, localID("1"), friendly("кілт"))),
		encryptedSafe(f, certificateBag(h.Certificate, localID("1"))),
	)
	return [][]byte{
		safes, pfx(safes),
		der.Sequence(plainSafe(bagOf(1, plainKey(f, h.Key)), certificateBag(h.Certificate))),
		der.Sequence(plainSafe(bagOf(6, der.Sequence(bagOf(5, der.NullValue()))))),
		{0x30, 0x80, 0x30, 0x80, 0x06, 0x01, 0x2a, 0xa0, 0x80, 0x24, 0x80, 0x04, 0x00, 0, 0, 0, 0, 0, 0, 0, 0},
	}
}

// TestBitFlips changes every bit of a store in turn: none is believed, unless
// it stands where nothing is signed and nothing depends on it.
func TestBitFlips(t *testing.T) {
	h := person(t, authority(t, ca.ECDSA))
	safes := der.Sequence(
		plainSafe(shroudedBag(t, h.Key, 2, localID("1"))),
		encryptedSafe(t, certificateBag(h.Certificate, localID("1"))),
	)
	file := pfx(safes)
	at := bytes.Index(file, safes)
	for i := range 8 * len(file) {
		changed := bytes.Clone(file)
		changed[i/8] ^= 1 << (i % 8)
		_, err := read(changed, testPassword, fuzzIterations)
		answers(t, err)
		if inside := i/8 >= at && i/8 < at+len(safes); inside && !errors.Is(err, ErrPassword) {
			t.Fatalf("bit %d of the safes: %v", i, err)
		}
		changed = bytes.Clone(safes)
		if i/8 < len(changed) {
			changed[i/8] ^= 1 << (i % 8)
			_, err = read(pfx(changed), testPassword, fuzzIterations)
			answers(t, err)
		}
	}
	for n := range len(file) {
		if _, err := read(file[:n], testPassword, fuzzIterations); !errors.Is(err, ErrMalformed) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
}
