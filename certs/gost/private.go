package gost

import (
	"crypto"
	cryptorand "crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
)

// PrivateKey is a number 0 < d < q and its public key d·G. It is a
// crypto.Signer and safe for concurrent use.
type PrivateKey struct {
	public PublicKey
	d      scalar
}

// randomAttempts bounds the search for a number below q. Each draw succeeds
// with a probability above 1/2, so only a broken source reaches the bound.
const randomAttempts = 128

// GenerateKey returns a new key with randomness from rand, or from the
// operating system if rand is nil.
func GenerateKey(c *Curve, rand io.Reader) (*PrivateKey, error) {
	if rand == nil {
		rand = cryptorand.Reader
	}
	b := make([]byte, c.Size())
	for range randomAttempts {
		if _, err := io.ReadFull(rand, b); err != nil {
			return nil, fmt.Errorf("reading randomness: %w", err)
		}
		if excess := 8*len(b) - c.order.big.BitLen(); excess > 0 {
			b[len(b)-1] &= 0xff >> excess
		}
		var d scalar
		if c.order.setBytes(&d, b) {
			return newPrivateKey(c, &d), nil
		}
	}
	return nil, errors.New("the source of randomness gives no number in range")
}

// NewPrivateKey returns the key with the given little-endian number, as long
// as the curve says. It refuses zero and numbers not below q.
func NewPrivateKey(c *Curve, dLittleEndian []byte) (*PrivateKey, error) {
	var d scalar
	if len(dLittleEndian) != c.Size() {
		return nil, fmt.Errorf("%w: %d bytes instead of %d for curve %s", ErrInvalidKey, len(dLittleEndian), c.Size(), c.name)
	}
	if !c.order.setBytes(&d, dLittleEndian) {
		return nil, fmt.Errorf("%w: private number not between 0 and q", ErrInvalidKey)
	}
	return newPrivateKey(c, &d), nil
}

func newPrivateKey(c *Curve, d *scalar) *PrivateKey {
	return &PrivateKey{public: PublicKey{curve: c, point: c.multiplyBase(d)}, d: *d}
}

// Public returns the *PublicKey.
func (k *PrivateKey) Public() crypto.PublicKey { return &k.public }

// Bytes returns the private number, little-endian: what NewPrivateKey reads.
func (k *PrivateKey) Bytes() []byte { return k.public.curve.order.bytes(&k.d) }

// Equal reports, in constant time, whether other is the same GOST private key.
func (k *PrivateKey) Equal(other crypto.PrivateKey) bool {
	o, ok := other.(*PrivateKey)
	return ok && o != nil && k.public.curve == o.public.curve && subtle.ConstantTimeCompare(k.Bytes(), o.Bytes()) == 1
}

// Sign signs a digest, which must be as long as the digests of the key's
// Algorithm, and returns r‖s, each little-endian: RFC 7091, section 6.1.
// opts may be nil; the package has no number in the crypto.Hash registry, so
// opts.HashFunc() must be 0.
//
// The one-time number is derived from the key, the digest and 32 bytes of rand
// (RFC 6979 with HMAC-SHA-512 and additional input), so a weak source of
// randomness cannot give the key away. Without one, rand nil, the signature is
// deterministic. Signing takes the same time for all keys, digests and
// one-time numbers.
func (k *PrivateKey) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	c := k.public.curve
	if opts != nil && opts.HashFunc() != 0 {
		return nil, fmt.Errorf("digest of %v under a GOST key", opts.HashFunc())
	}
	if len(digest) != c.Size() {
		return nil, fmt.Errorf("digest of %d bytes instead of %d for curve %s", len(digest), c.Size(), c.name)
	}
	var entropy []byte
	if rand != nil {
		entropy = make([]byte, 32)
		if _, err := io.ReadFull(rand, entropy); err != nil {
			return nil, fmt.Errorf("reading randomness: %w", err)
		}
	}
	e := c.order.digest(digest)
	nonces := newNonces(c.order, &k.d, &e, entropy)
	for {
		one := nonces.next()
		if sig := k.signWith(&one, &e); sig != nil {
			return sig, nil
		}
	}
}

// signWith returns the signature with the one-time number one, or nil if that
// makes r or s zero, for which the standard demands another number.
func (k *PrivateKey) signWith(one, e *scalar) []byte {
	c := k.public.curve
	point := c.multiplyBase(one)
	var r, s, t scalar
	c.order.reduce(&r, (*scalar)(&point.x))
	c.order.mul(&s, &r, &k.d)
	c.order.mul(&t, one, e)
	c.order.add(&s, &s, &t)
	if r == (scalar{}) || s == (scalar{}) {
		return nil
	}
	return append(c.order.bytes(&r), c.order.bytes(&s)...)
}
