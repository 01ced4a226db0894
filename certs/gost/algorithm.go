package gost

import (
	"encoding/asn1"
	"fmt"
	"hash"
	"slices"
)

// Algorithm is a family and size of the national standard: which curve goes
// with which hash, under which object identifiers. The zero value is none; its
// methods return zero values.
type Algorithm int

const (
	// A2004 is GOST 34.310-2004 with GOST 34.311-95 on CryptoPro-A.
	A2004 Algorithm = iota + 1
	// A2015x256 is ST RK GOST R 34.10-2015 with Streebog-256 on tc26-256-A.
	A2015x256
	// A2015x512 is ST RK GOST R 34.10-2015 with Streebog-512 on tc26-512-A.
	A2015x512
)

// facts are what the register of object identifiers says of an algorithm.
type facts struct {
	name    string
	curve   func() *Curve
	newHash func() hash.Hash
	size    int // of a digest, in bytes
	// key, signature and digest: the first is the one we write, all are read.
	key, signature, digest []asn1.ObjectIdentifier
	// parameters are the two parameters of a public key: curve and hash.
	parameters [2]asn1.ObjectIdentifier
}

// oidGammaKey is the key identifier of TumarCSP ("Gamma"): the 2004 family in
// an encoding of its own.
var oidGammaKey = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 6801, 1, 5, 8}

// algorithms is the register; algorithm a stands at a-1.
var algorithms = [...]facts{
	{
		name: "GOST 34.310-2004", curve: CryptoProA, newHash: New34311, size: 32,
		key: []asn1.ObjectIdentifier{{1, 2, 398, 3, 10, 1, 1, 1, 1}, oidGammaKey},
		signature: []asn1.ObjectIdentifier{
			{1, 2, 398, 3, 10, 1, 1, 1, 2},
			{1, 2, 398, 3, 10, 1, 1, 1, 2, 1},
			{1, 2, 398, 3, 10, 1, 1, 1, 2, 2},
			{1, 3, 6, 1, 4, 1, 6801, 1, 2, 2},
		},
		digest:     []asn1.ObjectIdentifier{{1, 2, 398, 3, 10, 1, 3, 1}, {1, 3, 6, 1, 4, 1, 6801, 1, 2, 1}},
		parameters: [2]asn1.ObjectIdentifier{{1, 2, 398, 3, 10, 1, 1, 1, 1, 1}, {1, 2, 398, 3, 10, 1, 3, 1, 1, 0}},
	},
	{
		name: "GOST 34.10-2015-256", curve: TC26A256, newHash: NewStreebog256, size: 32,
		key:        []asn1.ObjectIdentifier{{1, 2, 398, 3, 10, 1, 1, 2, 1}},
		signature:  []asn1.ObjectIdentifier{{1, 2, 398, 3, 10, 1, 1, 2, 3, 1}},
		digest:     []asn1.ObjectIdentifier{{1, 2, 398, 3, 10, 1, 3, 2}},
		parameters: [2]asn1.ObjectIdentifier{{1, 2, 398, 3, 10, 1, 1, 2, 1, 1}, {1, 2, 398, 3, 10, 1, 3, 2}},
	},
	{
		name: "GOST 34.10-2015-512", curve: TC26A512, newHash: NewStreebog512, size: 64,
		key:        []asn1.ObjectIdentifier{{1, 2, 398, 3, 10, 1, 1, 2, 2}},
		signature:  []asn1.ObjectIdentifier{{1, 2, 398, 3, 10, 1, 1, 2, 3, 2}},
		digest:     []asn1.ObjectIdentifier{{1, 2, 398, 3, 10, 1, 3, 3}},
		parameters: [2]asn1.ObjectIdentifier{{1, 2, 398, 3, 10, 1, 1, 2, 2, 1}, {1, 2, 398, 3, 10, 1, 3, 3}},
	},
}

// facts returns the entry of the register, or an empty one.
func (a Algorithm) facts() *facts {
	if a < A2004 || int(a) > len(algorithms) {
		return &facts{}
	}
	return &algorithms[a-1]
}

// String names the algorithm by its standard.
func (a Algorithm) String() string {
	if f := a.facts(); f.name != "" {
		return f.name
	}
	return fmt.Sprintf("Algorithm(%d)", int(a))
}

// Curve returns the curve of the keys.
func (a Algorithm) Curve() *Curve {
	if f := a.facts(); f.curve != nil {
		return f.curve()
	}
	return nil
}

// NewHash returns the hash that is signed.
func (a Algorithm) NewHash() hash.Hash {
	if f := a.facts(); f.newHash != nil {
		return f.newHash()
	}
	return nil
}

// DigestSize returns the length of the hash in bytes.
func (a Algorithm) DigestSize() int { return a.facts().size }

// KeyOID returns the identifier of the keys. In a CMS SignerInfo it may also
// stand for the signature algorithm.
func (a Algorithm) KeyOID() asn1.ObjectIdentifier { return first(a.facts().key) }

// ParameterOID returns the identifier of the curve in the parameters of a key.
func (a Algorithm) ParameterOID() asn1.ObjectIdentifier {
	return slices.Clone(a.facts().parameters[0])
}

// SignatureOID returns the identifier of the signature with its hash.
func (a Algorithm) SignatureOID() asn1.ObjectIdentifier { return first(a.facts().signature) }

// DigestOID returns the identifier of the hash.
func (a Algorithm) DigestOID() asn1.ObjectIdentifier { return first(a.facts().digest) }

// first returns a copy of the first identifier, which the caller may change.
func first(oids []asn1.ObjectIdentifier) asn1.ObjectIdentifier {
	if len(oids) == 0 {
		return nil
	}
	return slices.Clone(oids[0])
}

// ByKeyOID returns the algorithm of keys with this identifier, registered
// alternates and Gamma's included, or zero.
func ByKeyOID(oid asn1.ObjectIdentifier) Algorithm {
	return find(oid, func(f *facts) []asn1.ObjectIdentifier { return f.key })
}

// BySignatureOID is ByKeyOID for the identifiers of signatures. A signature is
// consistent with its key if this is the key's Algorithm.
func BySignatureOID(oid asn1.ObjectIdentifier) Algorithm {
	return find(oid, func(f *facts) []asn1.ObjectIdentifier { return f.signature })
}

func find(oid asn1.ObjectIdentifier, list func(*facts) []asn1.ObjectIdentifier) Algorithm {
	for i := range algorithms {
		if slices.ContainsFunc(list(&algorithms[i]), oid.Equal) {
			return Algorithm(i + 1)
		}
	}
	return 0
}

// Algorithm returns the algorithm that the key is for.
func (k *PublicKey) Algorithm() Algorithm { return k.curve.algorithm }
