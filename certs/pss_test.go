package certs_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math/big"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/der"
)

var oidPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}

// pssID is RSASSA-PSS with MGF1 over the same hash and a salt of the length.
func pssID(d certs.Digest, salt int64) certs.AlgorithmIdentifier {
	h := der.Algorithm(d.OID)
	mgf := der.Sequence(der.OID([]int{1, 2, 840, 113549, 1, 1, 8}), h)
	return certs.AlgorithmIdentifier{OID: oidPSS, Parameters: der.Sequence(
		der.Encode(der.ContextConstructed(0), h), der.Encode(der.ContextConstructed(1), mgf),
		der.Encode(der.ContextConstructed(2), der.Int(big.NewInt(salt))))}
}

// signPSS signs with a salt of the very length, 0 included: crypto/rsa would take
// 0 for as long as possible (RFC 8017 sections 8.1.1 and 9.1.1).
func signPSS(t *testing.T, k *rsa.PrivateKey, newHash func() hash.Hash, digest []byte, salt int) []byte {
	bits := k.N.BitLen() - 1
	length, size := (bits+7)/8, newHash().Size()
	filler := make([]byte, salt)
	rand.Read(filler)
	h := newHash()
	h.Write(make([]byte, 8))
	h.Write(digest)
	h.Write(filler)
	sum := h.Sum(nil)
	block := make([]byte, length-size-1)
	block[len(block)-salt-1] = 1
	copy(block[len(block)-salt:], filler)
	var mask []byte
	for n := uint32(0); len(mask) < len(block); n++ {
		h := newHash()
		h.Write(sum)
		h.Write(binary.BigEndian.AppendUint32(nil, n))
		mask = h.Sum(mask)
	}
	for i := range block {
		block[i] ^= mask[i]
	}
	block[0] &= 0xff >> (8*length - bits)
	encoded := append(append(block, sum...), 0xbc)
	value := new(big.Int).Exp(new(big.Int).SetBytes(encoded), k.D, k.N)
	return value.FillBytes(make([]byte, k.Size()))
}

// The salt has the length that the parameters say, whatever that is, and no other.
func TestPSSSaltLengths(t *testing.T) {
	for _, bits := range []int{2048, 2049} { // 2049: the encoded message is a byte shorter than the modulus
		k, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []struct {
			certs.Digest
			hash crypto.Hash
			new  func() hash.Hash
		}{
			{certs.SHA256, crypto.SHA256, sha256.New}, {certs.SHA512, crypto.SHA512, sha512.New},
			{certs.SHA3x256, crypto.SHA3_256, func() hash.Hash { return sha3.New256() }},
		} {
			digest := d.Sum([]byte("application"))
			longest := (bits-1+7)/8 - d.hash.Size() - 2
			lengths := []int{0, 1, 20, 31, 32, 33, 64, longest - 1, longest}
			for _, made := range lengths {
				value := signPSS(t, k, d.new, digest, made)
				if err := rsa.VerifyPSS(&k.PublicKey, d.hash, digest, value, nil); err != nil {
					t.Fatalf("the signature is not well made: %v", err)
				}
				for _, said := range lengths {
					alg, err := certs.ParseAlgorithm(pssID(d.Digest, int64(said)))
					if err != nil {
						t.Fatal(err)
					}
					err = alg.VerifyDigest(&k.PublicKey, digest, value)
					if want := said == made; (err == nil) != want || err != nil && !errors.Is(err, certs.ErrSignature) {
						t.Errorf("%d bits, %s, a salt of %d under parameters of %d: %v", bits, d.Name, made, said, err)
					}
				}
				broken := bytes.Clone(value)
				broken[7] ^= 1
				alg, _ := certs.ParseAlgorithm(pssID(d.Digest, int64(made)))
				if err := alg.VerifyDigest(&k.PublicKey, digest, broken); !errors.Is(err, certs.ErrSignature) {
					t.Errorf("%d bits, %s, salt %d, broken: %v", bits, d.Name, made, err)
				}
			}
		}
	}
}

// Parameters that say something else, or that nobody can check, are no algorithm.
func TestPSSParameters(t *testing.T) {
	h := func(d certs.Digest) []byte { return der.Encode(der.ContextConstructed(0), der.Algorithm(d.OID)) }
	mgf := func(d certs.Digest) []byte {
		return der.Encode(der.ContextConstructed(1), der.Sequence(der.OID([]int{1, 2, 840, 113549, 1, 1, 8}), der.Algorithm(d.OID)))
	}
	salt := func(b ...byte) []byte { return der.Encode(der.ContextConstructed(2), b) }
	trailer := func(n byte) []byte { return der.Encode(der.ContextConstructed(3), []byte{2, 1, n}) }
	whole := pssID(certs.SHA256, 32).Parameters
	for _, test := range []struct {
		name   string
		params []byte
		ok     bool
	}{
		{"usual", whole, true},
		{"default", der.Sequence(), true},
		{"salt 0", der.Sequence(h(certs.SHA256), mgf(certs.SHA256), salt(2, 1, 0)), true},
		{"trailer 1", der.Sequence(h(certs.SHA256), mgf(certs.SHA256), salt(2, 1, 32), trailer(1)), true},
		{"trailer 2", der.Sequence(h(certs.SHA256), mgf(certs.SHA256), salt(2, 1, 32), trailer(2)), false},
		{"salt -1", der.Sequence(h(certs.SHA256), mgf(certs.SHA256), salt(2, 1, 0xff)), false},
		{"salt -2", der.Sequence(h(certs.SHA256), mgf(certs.SHA256), salt(2, 1, 0xfe)), false},
		{"salt beyond any", der.Sequence(h(certs.SHA256), mgf(certs.SHA256), salt(2, 5, 1, 0, 0, 0, 0)), false},
		{"something after the salt", der.Sequence(h(certs.SHA256), mgf(certs.SHA256), salt(2, 1, 32, 5, 0)), false},
		{"no number", der.Sequence(h(certs.SHA256), mgf(certs.SHA256), salt()), false},
		{"mask of another function", der.Sequence(h(certs.SHA256),
			der.Encode(der.ContextConstructed(1), der.Sequence(der.OID([]int{1, 2, 840, 113549, 1, 1, 9}), der.Sequence(der.OID(certs.SHA256.OID)))), salt(2, 1, 32)), false},
		{"mask of another hash", der.Sequence(h(certs.SHA256), mgf(certs.SHA512), salt(2, 1, 32)), true},
		{"mask left out", der.Sequence(h(certs.SHA256), salt(2, 1, 32)), true},
		{"mask of a national digest", der.Sequence(h(certs.SHA256), mgf(certs.Streebog256), salt(2, 1, 32)), false},
		{"mask of a digest that nobody knows", der.Sequence(h(certs.SHA256), mgf(certs.Digest{OID: asn1.ObjectIdentifier{1, 2, 398, 99}}), salt(2, 1, 32)), false},
		{"mask of no function", der.Sequence(h(certs.SHA256), der.Encode(der.ContextConstructed(1), der.Algorithm(certs.SHA256.OID)), salt(2, 1, 32)), false},
		{"a national digest", der.Sequence(h(certs.Streebog256), mgf(certs.Streebog256), salt(2, 1, 32)), false},
		{"in another order", der.Sequence(mgf(certs.SHA256), h(certs.SHA256), salt(2, 1, 32)), false},
		{"a fifth", der.Sequence(h(certs.SHA256), mgf(certs.SHA256), salt(2, 1, 32), der.Encode(der.ContextConstructed(4), []byte{2, 1, 1})), false},
		{"absent", nil, false},
		{"null", der.NullValue(), false},
	} {
		_, err := certs.ParseAlgorithm(certs.AlgorithmIdentifier{OID: oidPSS, Parameters: test.params})
		if (err == nil) != test.ok || err != nil && !errors.Is(err, certs.ErrAlgorithm) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// A key under id-RSASSA-PSS is read with what it is bound to, or not at all.
func TestKeysBoundToPSS(t *testing.T) {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	bits := der.Sequence(der.Int(k.N), der.Int(big.NewInt(int64(k.E))))
	for name, c := range map[string]struct {
		params []byte
		says   string
	}{
		"unbound":               {nil, ""},
		"bound":                 {pssID(certs.SHA256, 32).Parameters, ""},
		"bound to no digest":    {pssID(certs.Digest{OID: asn1.ObjectIdentifier{1, 2, 398, 99}}, 32).Parameters, "1.2.398.99"},
		"parameters of another": {der.NullValue(), "malformed"},
	} {
		spki := der.Sequence(der.Sequence(der.OID(oidPSS), c.params), der.Bits(bits))
		pub, err := certs.ParsePublicKey(spki)
		if (err == nil) != (c.says == "") || err != nil && (pub != nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, %v", name, pub, err)
		}
		if key, ok := pub.(*certs.PSSKey); err == nil && (!ok || !key.RSA.Equal(&k.PublicKey)) {
			t.Errorf("%s: %T", name, pub)
		}
	}
}

// What is not known is named.
func TestUnknownAlgorithmsAreNamed(t *testing.T) {
	unknown := asn1.ObjectIdentifier{1, 3, 101, 113} // Ed448
	brainpool := asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 7}
	ec := asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	mgf9 := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 9}
	key := func(alg ...[]byte) func() error {
		return func() error {
			_, err := certs.ParsePublicKey(der.Sequence(der.Sequence(alg...), der.Bits([]byte{4, 1, 2})))
			return err
		}
	}
	sign := func(id certs.AlgorithmIdentifier) func() error {
		return func() error { _, err := certs.ParseAlgorithm(id); return err }
	}
	for want, ask := range map[string]func() error{
		"1.3.101.113 are not known":                        key(der.OID(unknown)),
		"curve 1.3.36.3.3.2.8.1.1.7":                       key(der.OID(ec), der.OID(brainpool)),
		"1.3.101.113 is not known":                         sign(certs.AlgorithmIdentifier{OID: unknown}),
		"over the digest 1.3.101.113 is not known":         sign(pssID(certs.Digest{OID: unknown}, 20)),
		"mask generation function 1.2.840.113549.1.1.9 of": sign(certs.AlgorithmIdentifier{OID: oidPSS, Parameters: der.Sequence(der.Encode(der.ContextConstructed(1), der.Sequence(der.OID(mgf9), der.NullValue())))}),
		"MGF1 with the digest 1.3.101.113 is not known":    sign(certs.AlgorithmIdentifier{OID: oidPSS, Parameters: der.Sequence(der.Encode(der.ContextConstructed(1), der.Sequence(der.OID([]int{1, 2, 840, 113549, 1, 1, 8}), der.Sequence(der.OID(unknown)))))}),
		"digest 1.3.101.113 is not known": func() error {
			_, err := certs.SignerInfoAlgorithm(certs.AlgorithmIdentifier{OID: ec}, certs.AlgorithmIdentifier{OID: unknown})
			return err
		},
	} {
		if err := ask(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// The hash 0, which to crypto/rsa means none, and digests of another length verify
// nothing.
func TestDigestsThatDoNotFit(t *testing.T) {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	digest := certs.Streebog256.Sum([]byte("application"))
	value, err := rsa.SignPKCS1v15(rand.Reader, k, 0, digest)
	if err != nil {
		t.Fatal(err)
	}
	alg := certs.Algorithm{Scheme: certs.RSAPKCS1, Digest: certs.Streebog256}
	if err := alg.VerifyDigest(&k.PublicKey, digest, value); !errors.Is(err, certs.ErrAlgorithm) {
		t.Errorf("PKCS#1 without a hash: %v", err)
	}
	for _, scheme := range []certs.Scheme{certs.RSAPKCS1, certs.RSAPSS, certs.ECDSA, certs.DSA} {
		for _, n := range []int{0, 31, 33} {
			alg := certs.Algorithm{Scheme: scheme, Digest: certs.SHA256}
			if err := alg.VerifyDigest(&k.PublicKey, make([]byte, n), value); !errors.Is(err, certs.ErrAlgorithm) {
				t.Error(fmt.Sprint(scheme, " over ", n, " bytes: "), err)
			}
		}
	}
}
