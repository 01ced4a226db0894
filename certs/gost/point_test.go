package gost

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// fromJacobian converts the result of the fast arithmetic.
func (r *reference) fromJacobian(p *jacobian) *bigPoint {
	if r.field.isZero(&p.z) {
		return nil
	}
	return r.point(&r.normalize([]jacobian{*p})[0])
}

func same(a, b *bigPoint) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.x.Cmp(b.x) == 0 && a.y.Cmp(b.y) == 0
}

// TestMultiply compares the three ways of multiplying a point with math/big.
func TestMultiply(t *testing.T) {
	eachCurve(t, func(t *testing.T, r *reference, random *rand.Rand) {
		key := r.multiply(randomBelow(random, r.q), r.g)
		table := r.newMultiples(r.affine(key))
		scalars := edgeNumbers(r, r.q, random)[:24]
		scalars = append(scalars, new(big.Int).Sub(r.q, big.NewInt(2)), new(big.Int).Rsh(r.q, 2))
		for _, k := range scalars {
			s := scalar(r.limbs(k))
			want := r.multiply(k, key)

			got := r.Curve.multiply(&s, r.affine(key))
			if !same(r.fromJacobian(&got), want) {
				t.Errorf("multiply: %x·P = %v, want %v", k, r.fromJacobian(&got), want)
			}
			got = jacobian{}
			r.accumulate(&got, table, &s)
			if !same(r.fromJacobian(&got), want) {
				t.Errorf("accumulate: %x·P = %v, want %v", k, r.fromJacobian(&got), want)
			}
			if k.Sign() == 0 || k.Cmp(r.q) >= 0 {
				continue
			}
			base := r.multiplyBase(&s)
			if want := r.multiply(k, r.g); !same(r.point(&base), want) {
				t.Errorf("multiplyBase: %x·G = %v, want %v", k, r.point(&base), want)
			}
		}
	})
}

// TestAddition compares the additions with math/big for all pairs of a few
// related points, the exceptional cases among them. On the curve with a
// cofactor there are points of orders 2 and 4 as well.
func TestAddition(t *testing.T) {
	eachCurve(t, func(t *testing.T, r *reference, random *rand.Rand) {
		points := []*bigPoint{nil, r.g}
		for _, k := range []int64{2, 3, -1, -2} {
			points = append(points, r.multiply(new(big.Int).Mod(big.NewInt(k), r.q), r.g))
		}
		for range 4 {
			point := r.curvePoint(random)
			torsion := r.multiply(r.q, point) // infinity without a cofactor
			points = append(points, point, torsion, r.add(torsion, torsion), r.add(torsion, r.g))
		}
		for _, a := range points {
			for _, b := range points {
				want := r.add(a, b)
				sum := r.scaled(a, random)
				addend := r.addend(r.scaled(b, random))
				r.Curve.add(sum, &addend, false)
				if !same(r.fromJacobian(sum), want) {
					t.Fatalf("add: %v + %v = %v, want %v", a, b, r.fromJacobian(sum), want)
				}
				r.Curve.add(sum, &addend, true)
				if !same(r.fromJacobian(sum), a) {
					t.Fatalf("add: %v + %v - %v = %v", a, b, b, r.fromJacobian(sum))
				}
				if b == nil {
					continue
				}
				sum = r.scaled(a, random)
				r.addAffine(sum, r.affine(b), false)
				if !same(r.fromJacobian(sum), want) {
					t.Fatalf("addAffine: %v + %v = %v, want %v", a, b, r.fromJacobian(sum), want)
				}
			}
			double := r.scaled(a, random)
			r.double(double)
			if !same(r.fromJacobian(double), r.add(a, a)) {
				t.Errorf("double: 2·%v = %v", a, r.fromJacobian(double))
			}
		}
	})
}

// scaled returns p with a random denominator.
func (r *reference) scaled(p *bigPoint, random *rand.Rand) *jacobian {
	if p == nil {
		return &jacobian{x: element{random.Uint64()}, y: element{random.Uint64()}}
	}
	z := new(big.Int).Add(randomBelow(random, new(big.Int).Sub(r.p, big.NewInt(1))), big.NewInt(1))
	zz := new(big.Int).Mul(z, z)
	x := r.mod(new(big.Int).Mul(p.x, zz))
	y := r.mod(new(big.Int).Mul(p.y, zz.Mul(zz, z)))
	return &jacobian{r.limbs(x), r.limbs(y), r.limbs(z)}
}

// TestCompleteAddition checks the formula that signing trusts for every pair
// in the group: infinity, equal and opposite points too.
func TestCompleteAddition(t *testing.T) {
	eachCurve(t, func(t *testing.T, r *reference, random *rand.Rand) {
		points := []*bigPoint{r.g, r.add(r.g, r.g), r.multiply(new(big.Int).Sub(r.q, big.NewInt(1)), r.g)}
		for range 5 {
			points = append(points, r.multiply(randomBelow(random, r.q), r.g))
		}
		for _, a := range append(points, nil) {
			for _, b := range points {
				p := projective{y: element{random.Uint64() | 1}}
				if a != nil {
					z := randomBelow(random, r.p)
					p = projective{r.limbs(r.mod(new(big.Int).Mul(a.x, z))), r.limbs(r.mod(new(big.Int).Mul(a.y, z))), r.limbs(z)}
				}
				r.addComplete(&p, r.affine(b))
				var got *bigPoint
				if !r.field.isZero(&p.z) {
					var inv element
					r.field.invert(&inv, &p.z)
					r.field.mul(&p.x, &p.x, &inv)
					r.field.mul(&p.y, &p.y, &inv)
					got = r.point(&affine{r.field.canonical(&p.x), r.field.canonical(&p.y)})
				}
				if want := r.add(a, b); !same(got, want) {
					t.Fatalf("%v + %v = %v, want %v", a, b, got, want)
				}
			}
		}
	})
}

// TestDigits checks both recodings of scalars by putting them together again.
func TestDigits(t *testing.T) {
	eachCurve(t, func(t *testing.T, r *reference, random *rand.Rand) {
		for _, k := range edgeNumbers(r, r.q, random) {
			s := scalar(r.limbs(k))
			sum := new(big.Int)
			for i := 64*r.field.limbs/windowBits + 1; i >= 0; i-- {
				m, sign := digit(&s, i)
				if m > 1<<(windowBits-1) {
					t.Fatalf("digit %d of %x is %d", i, k, m)
				}
				d := new(big.Int).SetUint64(m)
				if sign != 0 {
					d.Neg(d)
				}
				sum.Lsh(sum, windowBits).Add(sum, d)
			}
			if sum.Cmp(k) != 0 {
				t.Errorf("digits of %x make %x", k, sum)
			}
			sum.SetInt64(0)
			digits := naf(&s, 64*r.field.limbs)
			for i := len(digits) - 1; i >= 0; i-- {
				sum.Lsh(sum, 1).Add(sum, big.NewInt(int64(digits[i])))
			}
			if sum.Cmp(k) != 0 {
				t.Errorf("naf of %x makes %x", k, sum)
			}
		}
	})
}
