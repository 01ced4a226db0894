package gost

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"errors"
	"math/big"
	mathrand "math/rand/v2"
	"testing"
	"testing/iotest"
)

// signingCase is a signature of testdata/signatures.json.
type signingCase struct {
	Curve, Private, Public, Digest, Entropy, Signature string
}

// TestSignatures signs again what testdata/signatures.json holds and verifies
// it. The signatures there have been checked by other implementations.
func TestSignatures(t *testing.T) {
	var cases []signingCase
	readJSON(t, "testdata/signatures.json", &cases)
	byName := map[string]*Curve{}
	for _, c := range curves {
		byName[c.Name()] = c
	}
	for _, v := range cases {
		t.Run(v.Curve, func(t *testing.T) {
			key, err := NewPrivateKey(byName[v.Curve], unhex(t, v.Private))
			if err != nil {
				t.Fatal(err)
			}
			if want := unhex(t, v.Public); !bytes.Equal(key.public.Bytes(), want) {
				t.Errorf("public key %x, want %x", key.public.Bytes(), want)
			}
			digest, want := unhex(t, v.Digest), unhex(t, v.Signature)
			var sig []byte
			if entropy := unhex(t, v.Entropy); len(entropy) > 0 {
				sig, err = key.Sign(bytes.NewReader(entropy), digest, nil)
			} else {
				sig, err = key.Sign(nil, digest, nil)
			}
			if err != nil || !bytes.Equal(sig, want) {
				t.Errorf("signature %x, %v, want %x", sig, err, want)
			}
			checkSignature(t, &key.public, digest, want)
		})
	}
}

// TestSignVerify signs ordinary and extreme digests with random keys; the
// textbook verifies them too.
func TestSignVerify(t *testing.T) {
	eachCurve(t, func(t *testing.T, r *reference, random *mathrand.Rand) {
		digests := [][]byte{
			make([]byte, r.Size()),
			bytes.Repeat([]byte{0xff}, r.Size()),
			littleEndian(r.q, r.Size()), // counts as 0, so as 1
			littleEndian(big.NewInt(1), r.Size()),
			littleEndian(randomBelow(random, r.p), r.Size()),
		}
		for _, digest := range digests {
			key, err := GenerateKey(r.Curve, nil)
			if err != nil {
				t.Fatal(err)
			}
			sig, err := key.Sign(rand.Reader, digest, crypto.Hash(0))
			if err != nil {
				t.Fatal(err)
			}
			checkSignatureOn(t, r, key, digest, sig)
			again, err := key.Sign(rand.Reader, digest, nil)
			if err != nil || bytes.Equal(again, sig) {
				t.Errorf("two signatures with randomness are equal (%v)", err)
			}
			fixed, _ := key.Sign(nil, digest, nil)
			if again, _ := key.Sign(nil, digest, nil); !bytes.Equal(again, fixed) {
				t.Error("two signatures without randomness differ")
			}
			checkSignatureOn(t, r, key, digest, fixed)
		}
	})
}

// checkSignatureOn requires a signature to be valid for us and the textbook,
// and for nobody with another key.
func checkSignatureOn(t *testing.T, r *reference, key *PrivateKey, digest, sig []byte) {
	t.Helper()
	if !key.public.Verify(digest, sig) {
		t.Errorf("our signature %x of %x is refused", sig, digest)
	}
	if !r.verify(r.point(&key.public.point), digest, sig) {
		t.Errorf("the textbook refuses our signature %x of %x", sig, digest)
	}
	other, err := GenerateKey(r.Curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if other.public.Verify(digest, sig) {
		t.Error("another key verifies our signature")
	}
}

// TestVerifyRange changes r and s to numbers out of range, most of them equal
// modulo q to the right ones.
func TestVerifyRange(t *testing.T) {
	eachCurve(t, func(t *testing.T, ref *reference, _ *mathrand.Rand) {
		key, err := NewPrivateKey(ref.Curve, littleEndian(big.NewInt(2), ref.Size()))
		if err != nil {
			t.Fatal(err)
		}
		n := ref.Size()
		digest := littleEndian(big.NewInt(3), n)
		sig, err := key.Sign(nil, digest, nil)
		if err != nil {
			t.Fatal(err)
		}
		r, s := fromLittleEndian(sig[:n]), fromLittleEndian(sig[n:])
		limit := new(big.Int).Lsh(big.NewInt(1), uint(8*n))
		halves := func(r, s *big.Int) []byte {
			return append(littleEndian(r, n), littleEndian(s, n)...)
		}
		cases := map[string][]byte{
			"r zero": halves(new(big.Int), s), "s zero": halves(r, new(big.Int)), "both zero": make([]byte, 2*n),
			"r = q": halves(ref.q, s), "s = q": halves(r, ref.q),
			"s = q-s": halves(r, new(big.Int).Sub(ref.q, s)), "swapped": halves(s, r),
			"all ones": bytes.Repeat([]byte{0xff}, 2*n),
			"empty":    nil, "short": sig[:2*n-1], "long": append(bytes.Clone(sig), 0), "half": sig[:n],
		}
		for name, x := range map[string]*big.Int{"r+q": r, "s+q": s} {
			sum := new(big.Int).Add(x, ref.q)
			if sum.Cmp(limit) < 0 && name == "r+q" {
				cases[name] = halves(sum, s)
			} else if sum.Cmp(limit) < 0 {
				cases[name] = halves(r, sum)
			}
		}
		for name, c := range cases {
			if key.public.Verify(digest, c) {
				t.Errorf("%s: accepted", name)
			}
		}
		for _, d := range [][]byte{nil, digest[:n-1], append(bytes.Clone(digest), 0)} {
			if key.public.Verify(d, sig) {
				t.Errorf("digest of %d bytes accepted", len(d))
			}
		}
	})
}

// TestVerifyWrapped verifies a signature whose r is the x-coordinate minus a
// multiple of q: on tc26-256-A most are.
func TestVerifyWrapped(t *testing.T) {
	r := newReference(TC26A256())
	key, err := NewPrivateKey(r.Curve, littleEndian(big.NewInt(5), 32))
	if err != nil {
		t.Fatal(err)
	}
	e := scalar{7}
	digest := r.order.bytes(&e)
	seen := map[int64]bool{}
	for i := range 40 {
		one := scalar{uint64(i + 1)}
		x := r.integer(r.multiplyBase(&one).x)
		seen[new(big.Int).Div(x, r.q).Int64()] = true
		if sig := key.signWith(&one, &e); !key.public.Verify(digest, sig) {
			t.Errorf("signature with x = %x refused", x)
		}
	}
	if len(seen) != 4 {
		t.Errorf("only the quotients %v were met", seen)
	}
}

// TestVerifyInfinity builds signatures whose last addition is exceptional: with
// d = 3, e = 1 and r = 1 it is s·G - 3·G, infinity for s = 3 and a doubling for
// s = q-3.
func TestVerifyInfinity(t *testing.T) {
	eachCurve(t, func(t *testing.T, r *reference, _ *mathrand.Rand) {
		key, err := NewPrivateKey(r.Curve, littleEndian(big.NewInt(3), r.Size()))
		if err != nil {
			t.Fatal(err)
		}
		digest := littleEndian(big.NewInt(1), r.Size())
		one := littleEndian(big.NewInt(1), r.Size())
		for _, s := range []*big.Int{big.NewInt(3), big.NewInt(6), new(big.Int).Sub(r.q, big.NewInt(3))} {
			sig := append(bytes.Clone(one), littleEndian(s, r.Size())...)
			want := r.verify(r.point(&key.public.point), digest, sig)
			if got := key.public.Verify(digest, sig); got != want {
				t.Errorf("s = %x: %v, want %v", s, got, want)
			}
			if got := key.public.Precompute().Verify(digest, sig); got != want {
				t.Errorf("s = %x with a table: %v, want %v", s, got, want)
			}
		}
	})
}

// TestSignRefuses lists what Sign and GenerateKey answer with an error.
func TestSignRefuses(t *testing.T) {
	key, err := GenerateKey(TC26A512(), nil)
	if err != nil {
		t.Fatal(err)
	}
	digest := make([]byte, 64)
	if _, err := key.Sign(nil, digest[:32], nil); err == nil || err.Error() != "digest of 32 bytes instead of 64 for curve tc26-512-A" {
		t.Errorf("short digest: %v", err)
	}
	if _, err := key.Sign(nil, digest, crypto.SHA512); err == nil || err.Error() != "digest of SHA-512 under a GOST key" {
		t.Errorf("SHA-512 digest: %v", err)
	}
	broken := errors.New("broken")
	if _, err := key.Sign(iotest.ErrReader(broken), digest, nil); !errors.Is(err, broken) {
		t.Errorf("Sign with a broken source: %v", err)
	}
	if _, err := GenerateKey(TC26A512(), iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("GenerateKey with a broken source: %v", err)
	}
	if _, err := GenerateKey(TC26A512(), zeros{}); err == nil || err.Error() != "the source of randomness gives no number in range" {
		t.Errorf("key from zeros: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestSignAgain finds the retry: with one-time number k and s = r·d + k·e = 0
// there is no signature.
func TestSignAgain(t *testing.T) {
	c := CryptoProA()
	one := scalar{42}
	point := c.multiplyBase(&one)
	var r, rd, e, d scalar
	c.order.reduce(&r, (*scalar)(&point.x))
	d = scalar{9}
	c.order.mul(&rd, &r, &d) // e = -r·d/k
	inverse := c.order.inverse(&one)
	c.order.mul(&e, &rd, &inverse)
	c.order.negate(&e, &e)
	if sig := newPrivateKey(c, &d).signWith(&one, &e); sig != nil {
		t.Errorf("signature with s = 0: %x", sig)
	}
}
