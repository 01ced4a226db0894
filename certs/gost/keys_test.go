package gost

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestPublicKeyRefuses lists points that are no public keys.
func TestPublicKeyRefuses(t *testing.T) {
	eachCurve(t, func(t *testing.T, r *reference, random *rand.Rand) {
		n := r.Size()
		encode := func(x, y *big.Int) []byte { return append(littleEndian(x, n), littleEndian(y, n)...) }
		g := encode(r.g.x, r.g.y)
		if k, err := NewPublicKey(r.Curve, g); err != nil || !bytes.Equal(k.Bytes(), g) {
			t.Fatalf("generator: %v", err)
		}
		twist := randomBelow(random, r.p)
		for new(big.Int).ModSqrt(r.rhs(twist), r.p) != nil {
			twist = randomBelow(random, r.p)
		}
		small := new(big.Int) // the smallest x of a point, so that x+p fits
		var y *big.Int
		for y == nil {
			small.Add(small, big.NewInt(1))
			y = new(big.Int).ModSqrt(r.rhs(small), r.p)
		}
		cases := map[string][]byte{
			"empty": nil, "short": g[1:], "long": append(g, 0), "zero": make([]byte, 2*n),
			"y changed":      encode(r.g.x, new(big.Int).Add(r.g.y, big.NewInt(1))),
			"on the twist":   encode(twist, big.NewInt(1)),
			"x not below p":  encode(new(big.Int).Add(small, r.p), y),
			"x is p":         encode(r.p, r.g.y),
			"y is p":         encode(r.g.x, r.p),
			"all ones":       bytes.Repeat([]byte{0xff}, 2*n),
			"big-endian":     append(r.g.x.FillBytes(make([]byte, n)), r.g.y.FillBytes(make([]byte, n))...),
			"y before x":     encode(r.g.y, r.g.x),
			"other 256 or p": append(g[:n:n], g[:n]...),
		}
		for name, raw := range cases {
			if _, err := NewPublicKey(r.Curve, raw); !errors.Is(err, ErrInvalidKey) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestSmallSubgroup offers points of the curve with a cofactor that lie outside
// the group of order q: of order 2, 4, 2q, 4q.
func TestSmallSubgroup(t *testing.T) {
	r := newReference(TC26A256())
	random := rand.New(rand.NewPCG(3, 4))
	orders := map[string]int{}
	for range 12 {
		p := r.curvePoint(random)
		torsion := r.multiply(r.q, p)
		switch {
		case torsion == nil:
			orders["q"]++
		case r.add(torsion, torsion) == nil:
			orders["2"]++
		default:
			orders["4"]++
		}
		for _, point := range []*bigPoint{p, torsion, r.add(torsion, torsion), r.add(torsion, r.g)} {
			if point == nil {
				continue
			}
			raw := append(littleEndian(point.x, 32), littleEndian(point.y, 32)...)
			_, err := NewPublicKey(r.Curve, raw)
			if inGroup := r.multiply(r.q, point) == nil; (err == nil) != inGroup {
				t.Errorf("%v: in the group %v, %v", point, inGroup, err)
			}
		}
	}
	if orders["q"] == 0 || orders["2"] == 0 || orders["4"] == 0 {
		t.Errorf("not all kinds of points were met: %v", orders)
	}
}

func TestPrivateKeyRefuses(t *testing.T) {
	eachCurve(t, func(t *testing.T, r *reference, _ *rand.Rand) {
		n := r.Size()
		for name, d := range map[string][]byte{
			"empty": nil, "zero": make([]byte, n), "q": littleEndian(r.q, n),
			"short": make([]byte, n-1), "all ones": bytes.Repeat([]byte{0xff}, n),
		} {
			if _, err := NewPrivateKey(r.Curve, d); !errors.Is(err, ErrInvalidKey) {
				t.Errorf("%s: %v", name, err)
			}
		}
		last := littleEndian(new(big.Int).Sub(r.q, big.NewInt(1)), n)
		k, err := NewPrivateKey(r.Curve, last)
		if err != nil {
			t.Fatal(err)
		}
		minusG := &bigPoint{r.g.x, new(big.Int).Sub(r.p, r.g.y)}
		if !bytes.Equal(k.Bytes(), last) || !same(r.point(&k.public.point), minusG) {
			t.Errorf("q-1 gives %v", r.point(&k.public.point))
		}
	})
}

func TestEqual(t *testing.T) {
	a, err := GenerateKey(CryptoProA(), nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewPrivateKey(CryptoProA(), a.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewPrivateKey(TC26A512(), append(a.Bytes(), make([]byte, 32)...))
	if err != nil {
		t.Fatal(err)
	}
	if !a.Equal(b) || a.Equal(c) || a.Equal(nil) || a.Equal((*PrivateKey)(nil)) {
		t.Error("private keys compare wrongly")
	}
	public := a.public.Precompute()
	if !public.Equal(b.Public()) || public.Equal(c.Public()) || public.Equal(nil) || public.Equal((*PublicKey)(nil)) {
		t.Error("public keys compare wrongly")
	}
}

// keyCase is a key pair of testdata/keys.json in its encodings.
type keyCase struct {
	Name, Curve, PKIX, PKCS8 string
	// Written is set where we write another encoding than we read.
	WrittenPKIX, WrittenPKCS8 string
}

func readKeys(t testing.TB) []keyCase {
	var cases []keyCase
	readJSON(t, "testdata/keys.json", &cases)
	return cases
}

func TestEncodings(t *testing.T) {
	for _, v := range readKeys(t) {
		t.Run(v.Name, func(t *testing.T) {
			public, err := ParsePKIXPublicKey(unhex(t, v.PKIX))
			if err != nil {
				t.Fatal(err)
			}
			private, err := ParsePKCS8PrivateKey(unhex(t, v.PKCS8))
			if err != nil {
				t.Fatal(err)
			}
			if public.Curve().Name() != v.Curve || !public.Equal(private.Public()) {
				t.Errorf("keys on %s do not belong together", public.Curve().Name())
			}
			want := unhex(t, v.PKIX)
			if v.WrittenPKIX != "" {
				want = unhex(t, v.WrittenPKIX)
			}
			if got, err := MarshalPKIXPublicKey(public); err != nil || !bytes.Equal(got, want) {
				t.Errorf("PKIX %x, %v", got, err)
			}
			want = unhex(t, v.PKCS8)
			if v.WrittenPKCS8 != "" {
				want = unhex(t, v.WrittenPKCS8)
			}
			if got, err := MarshalPKCS8PrivateKey(private); err != nil || !bytes.Equal(got, want) {
				t.Errorf("PKCS#8 %x, %v", got, err)
			}
		})
	}
}

// TestEncodingsRefuse changes the encodings of good keys: no prefix of one is
// a key, no trailing byte is passed over, and no changed byte before the
// numbers leaves a key of the same algorithm.
func TestEncodingsRefuse(t *testing.T) {
	for _, v := range readKeys(t) {
		t.Run(v.Name, func(t *testing.T) {
			parsers := []struct {
				der   []byte
				parse func([]byte) error
			}{
				{unhex(t, v.PKIX), func(b []byte) error { _, err := ParsePKIXPublicKey(b); return err }},
				{unhex(t, v.PKCS8), func(b []byte) error { _, err := ParsePKCS8PrivateKey(b); return err }},
			}
			for _, p := range parsers {
				for n := range p.der {
					if err := p.parse(p.der[:n]); !errors.Is(err, ErrMalformedKey) {
						t.Errorf("the first %d bytes: %v", n, err)
					}
				}
				if err := p.parse(append(bytes.Clone(p.der), 0)); !errors.Is(err, ErrMalformedKey) {
					t.Errorf("trailing byte: %v", err)
				}
				for i := range 30 { // structure: the numbers come later in all of them
					for bit := range 8 {
						changed := bytes.Clone(p.der)
						changed[i] ^= 1 << bit
						if err := p.parse(changed); !errors.Is(err, ErrMalformedKey) && !errors.Is(err, ErrNotGOST) && !errors.Is(err, ErrInvalidKey) {
							t.Errorf("byte %d with bit %d flipped: %v", i, bit, err)
						}
					}
				}
			}
		})
	}
}

// TestForeignKeys offers keys of other families and broken ones of ours.
func TestForeignKeys(t *testing.T) {
	rsa := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	public := func(id any, bits asn1.BitString) []byte {
		return mustMarshal(t, struct {
			A any
			B asn1.BitString
		}{id, bits})
	}
	type params struct{ Curve, Hash asn1.ObjectIdentifier }
	type identifier struct {
		OID    asn1.ObjectIdentifier
		Params any
	}
	f := A2015x512.facts()
	g := mustMarshal(t, append(limbsToBytes((*[8]uint64)(&TC26A512().g.x), 64), limbsToBytes((*[8]uint64)(&TC26A512().g.y), 64)...))
	bits := asn1.BitString{Bytes: g, BitLength: 8 * len(g)}
	right := identifier{f.key[0], params{f.parameters[0], f.parameters[1]}}
	if _, err := ParsePKIXPublicKey(public(right, bits)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		der  []byte
		want error
	}{
		"empty":               {nil, ErrMalformedKey},
		"RSA":                 {public(identifier{rsa, asn1.NullRawValue}, bits), ErrNotGOST},
		"no parameters":       {public(struct{ OID asn1.ObjectIdentifier }{f.key[0]}, bits), ErrMalformedKey},
		"NULL parameters":     {public(identifier{f.key[0], asn1.NullRawValue}, bits), ErrMalformedKey},
		"other curve":         {public(identifier{f.key[0], params{A2004.facts().parameters[0], f.parameters[1]}}, bits), ErrMalformedKey},
		"other hash":          {public(identifier{f.key[0], params{f.parameters[0], rsa}}, bits), ErrMalformedKey},
		"256-bit family":      {public(identifier{A2015x256.KeyOID(), params{A2015x256.ParameterOID(), A2015x256.DigestOID()}}, bits), ErrInvalidKey},
		"one parameter":       {public(identifier{f.key[0], struct{ Curve asn1.ObjectIdentifier }{f.parameters[0]}}, bits), ErrMalformedKey},
		"three parameters":    {public(identifier{f.key[0], struct{ A, B, C asn1.ObjectIdentifier }{f.parameters[0], f.parameters[1], rsa}}, bits), ErrMalformedKey},
		"no octet string":     {public(right, asn1.BitString{Bytes: g[3:], BitLength: 8 * 128}), ErrMalformedKey},
		"bits missing":        {public(right, asn1.BitString{Bytes: g, BitLength: 8*len(g) - 3}), ErrMalformedKey},
		"Gamma, parameters":   {public(identifier{oidGammaKey, params{f.parameters[0], rsa}}, bits), ErrMalformedKey},
		"Gamma, other header": {public(identifier{oidGammaKey, asn1.NullRawValue}, bits), ErrMalformedKey},
	} {
		if _, err := ParsePKIXPublicKey(c.der); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func mustMarshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAlgorithms(t *testing.T) {
	for _, a := range []Algorithm{A2004, A2015x256, A2015x512} {
		f := a.facts()
		if a.NewHash().Size() != a.DigestSize() || a.DigestSize() != a.Curve().Size() {
			t.Errorf("%v: sizes do not agree", a)
		}
		for _, find := range []struct {
			oids []asn1.ObjectIdentifier
			by   func(asn1.ObjectIdentifier) Algorithm
			main asn1.ObjectIdentifier
		}{{f.key, ByKeyOID, a.KeyOID()}, {f.signature, BySignatureOID, a.SignatureOID()}, {f.digest, byDigestOID, a.DigestOID()}} {
			if !find.main.Equal(find.oids[0]) {
				t.Errorf("%v: %v is not the identifier to write", a, find.main)
			}
			for _, oid := range find.oids {
				if got := find.by(oid); got != a {
					t.Errorf("%v belongs to %v, want %v", oid, got, a)
				}
			}
		}
	}
	var none Algorithm
	if none.NewHash() != nil || none.Curve() != nil || none.KeyOID() != nil || none.DigestSize() != 0 || none.ParameterOID() != nil ||
		none.String() != "Algorithm(0)" || Algorithm(4).SignatureOID() != nil || BySignatureOID(A2004.KeyOID()) != 0 {
		t.Error("an unknown algorithm has facts")
	}
}

func byDigestOID(oid asn1.ObjectIdentifier) Algorithm {
	return find(oid, func(f *facts) []asn1.ObjectIdentifier { return f.digest })
}
