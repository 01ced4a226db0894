package gost

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

var curves = []*Curve{CryptoProA(), TC26A256(), TC26A512()}

// eachCurve runs f as a subtest for every curve, with random numbers that are
// the same in every run.
func eachCurve(t *testing.T, f func(t *testing.T, ref *reference, random *rand.Rand)) {
	for _, c := range curves {
		t.Run(c.Name(), func(t *testing.T) { f(t, newReference(c), rand.New(rand.NewPCG(1, 2))) })
	}
}

// reference is the textbook arithmetic of a curve with math/big: slow, and
// independent of everything in this package but the four numbers it starts
// from, which TestCurveNumbers checks.
type reference struct {
	*Curve
	p, a, b, q *big.Int
	g          *bigPoint
}

// bigPoint is an affine point; nil is infinity.
type bigPoint struct{ x, y *big.Int }

func newReference(c *Curve) *reference {
	r := &reference{Curve: c, q: c.order.big}
	r.p = new(big.Int).Lsh(big.NewInt(1), uint(64*c.field.limbs))
	r.p.Sub(r.p, new(big.Int).SetUint64(c.field.c))
	r.a, r.b = r.integer(c.a), r.integer(c.b)
	r.g = r.point(&c.g)
	return r
}

func fromLittleEndian(b []byte) *big.Int {
	b = slices.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

// littleEndian encodes x in n bytes.
func littleEndian(x *big.Int, n int) []byte {
	b := x.FillBytes(make([]byte, n))
	slices.Reverse(b)
	return b
}

func (r *reference) integer(limbs [8]uint64) *big.Int {
	return fromLittleEndian(limbsToBytes(&limbs, r.Size()))
}

// limbs is the inverse of integer, for any number below 2^(64·limbs).
func (r *reference) limbs(x *big.Int) [8]uint64 {
	return limbsFromBytes(littleEndian(x, r.Size()))
}

func (r *reference) point(a *affine) *bigPoint {
	return &bigPoint{r.integer(r.field.canonical(&a.x)), r.integer(r.field.canonical(&a.y))}
}

func (r *reference) affine(a *bigPoint) *affine {
	return &affine{r.limbs(a.x), r.limbs(a.y)}
}

func (r *reference) mod(x *big.Int) *big.Int { return x.Mod(x, r.p) }

// rhs returns x³ + ax + b.
func (r *reference) rhs(x *big.Int) *big.Int {
	v := new(big.Int).Mul(x, x)
	v.Add(v, r.a).Mul(v, x).Add(v, r.b)
	return r.mod(v)
}

func (r *reference) add(a, b *bigPoint) *bigPoint {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	slope := new(big.Int)
	if a.x.Cmp(b.x) == 0 {
		if sum := new(big.Int).Add(a.y, b.y); r.mod(sum).Sign() == 0 {
			return nil
		}
		slope.Mul(a.x, a.x).Mul(slope, big.NewInt(3)).Add(slope, r.a)
		slope.Mul(slope, new(big.Int).ModInverse(new(big.Int).Lsh(a.y, 1), r.p))
	} else {
		dx := r.mod(new(big.Int).Sub(b.x, a.x))
		slope.Sub(b.y, a.y).Mul(slope, dx.ModInverse(dx, r.p))
	}
	x := new(big.Int).Mul(slope, slope)
	x.Sub(x, a.x).Sub(x, b.x)
	r.mod(x)
	y := new(big.Int).Sub(a.x, x)
	y.Mul(y, slope).Sub(y, a.y)
	return &bigPoint{x, r.mod(y)}
}

func (r *reference) multiply(k *big.Int, p *bigPoint) *bigPoint {
	var sum *bigPoint
	for i := k.BitLen() - 1; i >= 0; i-- {
		sum = r.add(sum, sum)
		if k.Bit(i) == 1 {
			sum = r.add(sum, p)
		}
	}
	return sum
}

// verify is GOST R 34.10-2012, section 6.2, word for word.
func (r *reference) verify(key *bigPoint, digest, sig []byte) bool {
	n := r.Size()
	if len(sig) != 2*n || len(digest) != n {
		return false
	}
	rr, s := fromLittleEndian(sig[:n]), fromLittleEndian(sig[n:])
	if rr.Sign() == 0 || s.Sign() == 0 || rr.Cmp(r.q) >= 0 || s.Cmp(r.q) >= 0 {
		return false
	}
	e := fromLittleEndian(digest)
	if e.Mod(e, r.q).Sign() == 0 {
		e.SetInt64(1)
	}
	v := new(big.Int).ModInverse(e, r.q)
	z1 := new(big.Int).Mul(s, v)
	z2 := new(big.Int).Mul(rr, v)
	z1.Mod(z1, r.q)
	z2.Neg(z2).Mod(z2, r.q)
	c := r.add(r.multiply(z1, r.g), r.multiply(z2, key))
	return c != nil && new(big.Int).Mod(c.x, r.q).Cmp(rr) == 0
}

// randomBelow returns a number below n.
func randomBelow(random *rand.Rand, n *big.Int) *big.Int {
	x := new(big.Int)
	for range n.BitLen()/64 + 2 {
		x.Lsh(x, 64).Or(x, new(big.Int).SetUint64(random.Uint64()))
	}
	return x.Mod(x, n)
}

// curvePoint returns a point of the curve with a random x, most of them not in
// the group of order q if there is a cofactor.
func (r *reference) curvePoint(random *rand.Rand) *bigPoint {
	for {
		x := randomBelow(random, r.p)
		if y := new(big.Int).ModSqrt(r.rhs(x), r.p); y != nil {
			return &bigPoint{x, y}
		}
	}
}

func (p *bigPoint) String() string {
	if p == nil {
		return "infinity"
	}
	return fmt.Sprintf("(%x, %x)", p.x, p.y)
}

// number parses a hexadecimal number.
func number(t *testing.T, s string) *big.Int {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return new(big.Int).SetBytes(b)
}
