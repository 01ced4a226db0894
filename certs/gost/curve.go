package gost

import (
	"math/big"
	"slices"
	"sync"
)

// Curve is one of the three curves of the GOST families: y² = x³ + ax + b over
// the integers modulo p, with a generator G of prime order q.
type Curve struct {
	algorithm Algorithm
	name      string
	field     field
	a, b      element
	b3        element // 3b
	aMinus3   bool    // a = p-3, which makes doubling cheaper
	cofactor  int
	order     *order
	g         affine
	multiple  func() *multiples // of G, computed at the first use
}

// CryptoProA returns id-GostR3410-2001-CryptoPro-A-ParamSet (RFC 4357, section
// 11.4), the curve of the 2004 family and of the Gamma keys.
func CryptoProA() *Curve { return cryptoProA() }

// TC26A256 returns id-tc26-gost-3410-2012-256-paramSetA (RFC 7836, appendix
// A.2), the curve of the 2015 family with 256 bits. Its cofactor is 4.
func TC26A256() *Curve { return tc26A256() }

// TC26A512 returns id-tc26-gost-3410-12-512-paramSetA (RFC 7836, appendix
// A.1), the curve of the 2015 family with 512 bits.
func TC26A512() *Curve { return tc26A512() }

// Name returns the usual short name of the curve.
func (c *Curve) Name() string { return c.name }

// Size returns the length of a coordinate, of a private key and of half a
// signature in bytes: 32 or 64.
func (c *Curve) Size() int { return c.field.size() }

// parameters are the numbers of a curve in hexadecimal; p follows from c.
type parameters struct {
	algorithm Algorithm
	name      string
	field     field
	a, b, q   string
	x, y      string
	isAMinus3 bool
	cofactor  int
}

var cryptoProA = sync.OnceValue(func() *Curve {
	return newCurve(&parameters{
		algorithm: A2004,
		name:      "CryptoPro-A",
		field:     field{limbs: 4, c: 617},
		a:         "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd94",
		isAMinus3: true,
		b:         "a6",
		q:         "ffffffffffffffffffffffffffffffff6c611070995ad10045841b09b761b893",
		x:         "1",
		y:         "8d91e471e0989cda27df505a453f2b7635294f2ddf23e3b122acc99c9e9f1e14",
		cofactor:  1,
	})
})

var tc26A256 = sync.OnceValue(func() *Curve {
	return newCurve(&parameters{
		algorithm: A2015x256,
		name:      "tc26-256-A",
		field:     field{limbs: 4, c: 617},
		a:         "c2173f1513981673af4892c23035a27ce25e2013bf95aa33b22c656f277e7335",
		b:         "295f9bae7428ed9ccc20e7c359a9d41a22fccd9108e17bf7ba9337a6f8ae9513",
		q:         "400000000000000000000000000000000fd8cddfc87b6635c115af556c360c67",
		x:         "91e38443a5e82c0d880923425712b2bb658b9196932e02c78b2582fe742daa28",
		y:         "32879423ab1a0375895786c4bb46e9565fde0b5344766740af268adb32322e5c",
		cofactor:  4,
	})
})

var tc26A512 = sync.OnceValue(func() *Curve {
	return newCurve(&parameters{
		algorithm: A2015x512,
		name:      "tc26-512-A",
		field:     field{limbs: 8, c: 569},
		a: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" +
			"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdc4",
		isAMinus3: true,
		b: "e8c2505dedfc86ddc1bd0b2b6667f1da34b82574761cb0e879bd081cfd0b6265" +
			"ee3cb090f30d27614cb4574010da90dd862ef9d4ebee4761503190785a71c760",
		q: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" +
			"27e69532f48d89116ff22b8d4e0560609b4b38abfad2b85dcacdb1411f10b275",
		x: "3",
		y: "7503cfe87a836ae3a61b8816e25450e6ce5e1c93acf1abc1778064fdcbefa921" +
			"df1626be4fd036e93d75e6a50e3a41e98028fe5fc235f5b889a589cb5215f2a4",
		cofactor: 1,
	})
})

func newCurve(p *parameters) *Curve {
	c := &Curve{algorithm: p.algorithm, name: p.name, field: p.field, aMinus3: p.isAMinus3, cofactor: p.cofactor}
	c.a, c.b = c.constant(p.a), c.constant(p.b)
	c.field.add(&c.b3, &c.b, &c.b)
	c.field.add(&c.b3, &c.b3, &c.b)
	c.g = affine{c.constant(p.x), c.constant(p.y)}
	q, _ := new(big.Int).SetString(p.q, 16)
	c.order = newOrder(q, c.field.limbs)
	c.multiple = sync.OnceValue(func() *multiples { return c.newMultiples(&c.g) })
	return c
}

// constant converts a number of the tables above, which are all below p.
func (c *Curve) constant(hexadecimal string) element {
	v, _ := new(big.Int).SetString(hexadecimal, 16)
	b := v.FillBytes(make([]byte, c.Size()))
	slices.Reverse(b)
	return element(limbsFromBytes(b))
}

// contains reports whether p lies on the curve.
func (c *Curve) contains(p *affine) bool {
	f := &c.field
	var left, right element
	f.sqr(&left, &p.y)
	f.sqr(&right, &p.x)
	f.add(&right, &right, &c.a)
	f.mul(&right, &right, &p.x)
	f.add(&right, &right, &c.b)
	return f.equal(&left, &right)
}
