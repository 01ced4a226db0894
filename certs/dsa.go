package certs

//lint:file-ignore SA1019 old certificates carry DSA keys; nothing here signs with one

import (
	"crypto/dsa"
	"fmt"

	"tamga/certs/der"
)

type dsaKey = dsa.PublicKey

// dsaAlgorithms are the identifiers of FIPS 186-3 that certificates use. The
// digest of a longer hash is cut to the size of the subgroup.
func dsaAlgorithms() []namedAlgorithm {
	return []namedAlgorithm{
		{[]int{1, 2, 840, 10040, 4, 3}, Algorithm{Scheme: DSA, Digest: SHA1}},
		{[]int{2, 16, 840, 1, 101, 3, 4, 3, 1}, Algorithm{Scheme: DSA, Digest: SHA224}},
		{[]int{2, 16, 840, 1, 101, 3, 4, 3, 2}, Algorithm{Scheme: DSA, Digest: SHA256}},
		{[]int{2, 16, 840, 1, 101, 3, 4, 3, 3}, Algorithm{Scheme: DSA, Digest: SHA384}},
		{[]int{2, 16, 840, 1, 101, 3, 4, 3, 4}, Algorithm{Scheme: DSA, Digest: SHA512}},
	}
}

// Sizes of the parameters that FIPS 186-4 allows, in bits; others make
// verification as slow as their author likes.
func plausibleDSA(k *dsaKey) error {
	p, q := k.P.BitLen(), k.Q.BitLen()
	if p < 1024 || p > 3072 || q != 160 && q != 224 && q != 256 {
		return fmt.Errorf("public key: DSA of %d and %d bits is not used here", p, q)
	}
	if k.G.Sign() <= 0 || k.G.Cmp(k.P) >= 0 || k.Y.Sign() <= 0 || k.Y.Cmp(k.P) >= 0 {
		return fmt.Errorf("public key: DSA values out of range")
	}
	return nil
}

func verifyDSA(k *dsaKey, digest, signature []byte) bool {
	r, err := der.Inside(signature, der.SequenceTag)
	if err != nil {
		return false
	}
	first, err := r.ReadInteger()
	if err != nil {
		return false
	}
	second, err := r.ReadInteger()
	if err != nil || r.Done() != nil {
		return false
	}
	return dsa.Verify(k, digest[:min(len(digest), (k.Q.BitLen()+7)/8)], first, second)
}
