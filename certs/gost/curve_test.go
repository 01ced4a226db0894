package gost

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestCurveNumbers compares the curves with their published numbers and checks
// what makes them curves: primes, the generator, its order.
func TestCurveNumbers(t *testing.T) {
	var facts []struct {
		Name             string
		Cofactor         int
		Algorithm        Algorithm
		P, A, B, Q, X, Y string
	}
	readJSON(t, "testdata/curves.json", &facts)
	for i, f := range facts {
		r := newReference(curves[i])
		if r.Name() != f.Name || r.cofactor != f.Cofactor || r.algorithm != f.Algorithm || f.Algorithm.Curve() != r.Curve {
			t.Errorf("curve %s of %v, cofactor %d, want %+v", r.Name(), r.algorithm, r.cofactor, f)
		}
		for _, n := range []struct {
			name string
			got  *big.Int
			want string
		}{{"p", r.p, f.P}, {"a", r.a, f.A}, {"b", r.b, f.B}, {"q", r.q, f.Q}, {"x", r.g.x, f.X}, {"y", r.g.y, f.Y}} {
			if n.got.Cmp(number(t, n.want)) != 0 {
				t.Errorf("%s: %s = %x, want %s", f.Name, n.name, n.got, n.want)
			}
		}
		if r.integer(r.b3).Cmp(new(big.Int).Mod(new(big.Int).Mul(r.b, big.NewInt(3)), r.p)) != 0 {
			t.Errorf("%s: 3b is wrong", f.Name)
		}
		minus3 := new(big.Int).Sub(r.p, big.NewInt(3))
		if r.aMinus3 != (r.a.Cmp(minus3) == 0) {
			t.Errorf("%s: aMinus3 = %v", f.Name, r.aMinus3)
		}
		if !r.p.ProbablyPrime(20) || !r.q.ProbablyPrime(20) {
			t.Errorf("%s: p or q is not prime", f.Name)
		}
		if new(big.Int).Mod(new(big.Int).Mul(r.g.y, r.g.y), r.p).Cmp(r.rhs(r.g.x)) != 0 {
			t.Errorf("%s: generator not on the curve", f.Name)
		}
		if end := r.multiply(r.q, r.g); end != nil {
			t.Errorf("%s: q·G = %v", f.Name, end)
		}
	}
}

// edgeNumbers are numbers below the power of two over m that arithmetic modulo
// m gets wrong first, and some random ones.
func edgeNumbers(r *reference, m *big.Int, random *rand.Rand) []*big.Int {
	limit := new(big.Int).Lsh(big.NewInt(1), uint(64*r.field.limbs))
	one := big.NewInt(1)
	list := []*big.Int{
		new(big.Int), one, big.NewInt(2), big.NewInt(31), big.NewInt(32), big.NewInt(33),
		new(big.Int).Sub(m, one), m, new(big.Int).Sub(limit, one), new(big.Int).Rsh(m, 1),
		new(big.Int).Sub(limit, big.NewInt(int64(r.field.c))),
		new(big.Int).Lsh(one, 64), new(big.Int).Sub(new(big.Int).Lsh(one, 64), one),
		new(big.Int).Sub(limit, new(big.Int).Lsh(one, 64)),
		new(big.Int).Lsh(one, uint(64*r.field.limbs-1)),
	}
	for range 20 {
		list = append(list, randomBelow(random, limit))
	}
	return list
}

// TestField compares every operation of the field with math/big, on all pairs
// of the edge numbers.
func TestField(t *testing.T) {
	eachCurve(t, func(t *testing.T, r *reference, random *rand.Rand) {
		f := &r.field
		want := new(big.Int)
		check := func(name string, got *element, x, y *big.Int) {
			t.Helper()
			v := r.integer(f.canonical(got))
			if v.Cmp(r.mod(want)) != 0 {
				t.Fatalf("%s(%x, %x) = %x, want %x", name, x, y, v, want)
			}
		}
		numbers := edgeNumbers(r, r.p, random)
		for _, x := range numbers {
			var z element
			ex := element(r.limbs(x))
			want.Mul(x, x)
			f.sqr(&z, &ex)
			check("sqr", &z, x, x)
			if want.ModInverse(x, r.p) == nil {
				want.SetInt64(0)
			}
			f.invert(&z, &ex)
			check("invert", &z, x, x)
			if f.isZero(&ex) != (new(big.Int).Mod(x, r.p).Sign() == 0) {
				t.Errorf("isZero(%x) is wrong", x)
			}
			if ok := f.setBytes(&z, littleEndian(x, r.Size())); ok != (x.Cmp(r.p) < 0) {
				t.Errorf("setBytes(%x) = %v", x, ok)
			}
			for _, y := range numbers {
				ey := element(r.limbs(y))
				want.Add(x, y)
				f.add(&z, &ex, &ey)
				check("add", &z, x, y)
				want.Sub(x, y)
				f.sub(&z, &ex, &ey)
				check("sub", &z, x, y)
				want.Mul(x, y)
				f.mul(&z, &ex, &ey)
				check("mul", &z, x, y)
				z = ex // in place
				f.mul(&z, &z, &ey)
				check("mul in place", &z, x, y)
			}
		}
	})
}

// TestOrder compares the arithmetic modulo q with math/big.
func TestOrder(t *testing.T) {
	eachCurve(t, func(t *testing.T, r *reference, random *rand.Rand) {
		m := r.order
		check := func(name string, got scalar, x, y, want *big.Int) {
			t.Helper()
			if want.Mod(want, r.q); r.integer(got).Cmp(want) != 0 {
				t.Fatalf("%s(%x, %x) = %x, want %x", name, x, y, r.integer(got), want)
			}
		}
		numbers := edgeNumbers(r, r.q, random)
		for _, x := range numbers {
			sx := scalar(r.limbs(x))
			var z scalar
			below := x.Sign() > 0 && x.Cmp(r.q) < 0
			if m.inRange(&sx) != below || m.setBytes(&z, littleEndian(x, r.Size())) != below {
				t.Errorf("range of %x is wrong", x)
			}
			m.reduce(&sx, &sx)
			check("reduce", sx, x, x, new(big.Int).Set(x))
			if sx == (scalar{}) {
				continue
			}
			check("inverse", m.inverse(&sx), x, x, new(big.Int).ModInverse(x, r.q))
			m.negate(&z, &sx)
			check("negate", z, x, x, new(big.Int).Neg(x))
			for _, y := range numbers {
				sy := scalar(r.limbs(y))
				m.reduce(&sy, &sy)
				m.mul(&z, &sx, &sy)
				check("mul", z, x, y, new(big.Int).Mul(x, y))
				m.add(&z, &sx, &sy)
				check("add", z, x, y, new(big.Int).Add(x, y))
			}
		}
	})
}
