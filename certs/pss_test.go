package certs_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math/big"
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
		}{{certs.SHA256, crypto.SHA256, sha256.New}, {certs.SHA512, crypto.SHA512, sha512.New}} {
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
		{"mask of another hash", der.Sequence(h(certs.SHA256), mgf(certs.SHA512), salt(2, 1, 32)), false},
		{"mask left out", der.Sequence(h(certs.SHA256), salt(2, 1, 32)), false},
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

// A key that is bound to RSASSA-PSS (RFC 4055 section 1.2) is not one of those
// used here, so that nothing is verified against what it is bound to.
func TestKeysBoundToPSS(t *testing.T) {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	bits := der.Sequence(der.Int(k.N), der.Int(big.NewInt(int64(k.E))))
	for name, params := range map[string][]byte{"unbound": nil, "bound": pssID(certs.SHA256, 32).Parameters} {
		spki := der.Sequence(der.Sequence(der.OID(oidPSS), params), der.Bits(bits))
		if pub, err := certs.ParsePublicKey(spki); err == nil || pub != nil {
			t.Errorf("%s: %v, %v", name, pub, err)
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
