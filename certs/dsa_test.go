package certs

import (
	"math/big"
	"strings"
	"testing"
)

// Each size of FIPS 186-4 and its neighbours, and each value at its limits.
func TestPlausibleDSA(t *testing.T) {
	key := func(p, q uint, change func(*dsaKey)) *dsaKey {
		k := &dsaKey{Y: big.NewInt(2)}
		k.P = new(big.Int).SetBit(new(big.Int), int(p)-1, 1)
		k.Q = new(big.Int).SetBit(new(big.Int), int(q)-1, 1)
		k.G = big.NewInt(2)
		if change != nil {
			change(k)
		}
		return k
	}
	less := func(k *dsaKey) *big.Int { return new(big.Int).Sub(k.P, big.NewInt(1)) }
	for _, test := range []struct {
		what string
		key  *dsaKey
		says string
	}{
		{"1024 and 160", key(1024, 160, nil), ""},
		{"3072 and 256", key(3072, 256, nil), ""},
		{"2048 and 224", key(2048, 224, nil), ""},
		{"1023 and 160", key(1023, 160, nil), "not used here"},
		{"3073 and 256", key(3073, 256, nil), "not used here"},
		{"2048 and 159", key(2048, 159, nil), "not used here"},
		{"2048 and 161", key(2048, 161, nil), "not used here"},
		{"2048 and 223", key(2048, 223, nil), "not used here"},
		{"2048 and 225", key(2048, 225, nil), "not used here"},
		{"2048 and 255", key(2048, 255, nil), "not used here"},
		{"2048 and 257", key(2048, 257, nil), "not used here"},
		{"G 0", key(1024, 160, func(k *dsaKey) { k.G.SetInt64(0) }), "out of range"},
		{"G 1", key(1024, 160, func(k *dsaKey) { k.G.SetInt64(1) }), ""},
		{"G negative", key(1024, 160, func(k *dsaKey) { k.G.SetInt64(-1) }), "out of range"},
		{"G below P", key(1024, 160, func(k *dsaKey) { k.G = less(k) }), ""},
		{"G P", key(1024, 160, func(k *dsaKey) { k.G.Set(k.P) }), "out of range"},
		{"Y 0", key(1024, 160, func(k *dsaKey) { k.Y.SetInt64(0) }), "out of range"},
		{"Y 1", key(1024, 160, func(k *dsaKey) { k.Y.SetInt64(1) }), ""},
		{"Y negative", key(1024, 160, func(k *dsaKey) { k.Y.SetInt64(-1) }), "out of range"},
		{"Y below P", key(1024, 160, func(k *dsaKey) { k.Y = less(k) }), ""},
		{"Y P", key(1024, 160, func(k *dsaKey) { k.Y.Set(k.P) }), "out of range"},
	} {
		err := plausibleDSA(test.key)
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.what, err)
		}
	}
}
