package gost

import (
	"crypto/hmac"
	"crypto/sha512"
	"slices"
)

// nonces is the generator of one-time numbers of RFC 6979, section 3.2, with
// the additional input of section 3.6. Its hash is SHA-512 rather than
// Streebog: ours looks tables up at places that depend on its input, which
// here holds the private key.
type nonces struct {
	order *order
	k, v  []byte
}

// newNonces starts the generator for the private number d and the digest e.
func newNonces(m *order, d, e *scalar, entropy []byte) *nonces {
	n := &nonces{order: m, k: make([]byte, sha512.Size), v: make([]byte, sha512.Size)}
	for i := range n.v {
		n.v[i] = 1
	}
	seed := slices.Concat(bigEndian(m, d), bigEndian(m, e), entropy)
	n.update(0, seed)
	n.update(1, seed)
	return n
}

// next returns the next number between 0 and q. The numbers thrown away on the
// way are independent of the one returned.
func (n *nonces) next() scalar {
	for {
		n.v = n.mac(n.v)
		b := shiftRight(n.v[:8*n.order.limbs], 8*8*n.order.limbs-n.order.big.BitLen())
		slices.Reverse(b)
		var k scalar
		ok := n.order.setBytes(&k, b)
		n.update(0, nil)
		if ok {
			return k
		}
	}
}

func (n *nonces) update(separator byte, seed []byte) {
	n.k = n.mac(n.v, []byte{separator}, seed)
	n.v = n.mac(n.v)
}

func (n *nonces) mac(parts ...[]byte) []byte {
	h := hmac.New(sha512.New, n.k)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func bigEndian(m *order, x *scalar) []byte {
	b := m.bytes(x)
	slices.Reverse(b)
	return b
}

// shiftRight returns a copy of the big-endian number b divided by 2^n, n < 8.
func shiftRight(b []byte, n int) []byte {
	out := make([]byte, len(b))
	var carry byte
	for i, v := range b {
		out[i] = v>>n | carry
		carry = v << (8 - n)
	}
	return out
}
