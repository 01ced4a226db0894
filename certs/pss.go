package certs

import (
	"bytes"
	"crypto/rsa"
	"fmt"
	"math/big"

	"tamga/certs/der"
)

// parsePSS reads RSASSA-PSS parameters (RFC 4055 section 3.1). Only MGF1 with
// the same hash is accepted.
func parsePSS(id AlgorithmIdentifier) (Algorithm, error) {
	alg := Algorithm{Scheme: RSAPSS, Digest: SHA1, salt: 20}
	mask := SHA1
	fail := func() (Algorithm, error) {
		return Algorithm{}, fmt.Errorf("%w: RSASSA-PSS parameters", ErrAlgorithm)
	}
	r, err := der.NewReader(id.Parameters).Enter(der.SequenceTag)
	if err != nil {
		return fail()
	}
	if e, ok, _ := r.Optional(der.ContextConstructed(0)); ok {
		h, err := ParseAlgorithmIdentifier(e.Body)
		if alg.Digest, ok = DigestByOID(h.OID); err != nil || !ok {
			return fail()
		}
	}
	if e, ok, _ := r.Optional(der.ContextConstructed(1)); ok {
		mgf, err := ParseAlgorithmIdentifier(e.Body)
		if err != nil || !mgf.OID.Equal(oidMGF1) {
			return fail()
		}
		h, err := ParseAlgorithmIdentifier(mgf.Parameters)
		if mask, ok = DigestByOID(h.OID); err != nil || !ok {
			return fail()
		}
	}
	if e, ok, _ := r.Optional(der.ContextConstructed(2)); ok {
		length := der.NewReader(e.Body)
		if alg.salt, err = length.ReadInt(); err != nil || !length.Empty() {
			return fail()
		}
	}
	if e, ok, _ := r.Optional(der.ContextConstructed(3)); ok && !bytes.Equal(e.Body, []byte{2, 1, 1}) {
		return fail()
	}
	if r.Done() != nil || alg.Digest.hash == 0 || mask.hash != alg.Digest.hash {
		return fail()
	}
	return alg, nil
}

// verifyPSS verifies a signature with a salt of the very length that the
// algorithm has. To crypto/rsa a length of 0 means any.
func (a Algorithm) verifyPSS(k *rsa.PublicKey, digest, signature []byte) bool {
	err := rsa.VerifyPSS(k, a.Digest.hash, digest, signature, &rsa.PSSOptions{SaltLength: a.salt})
	return err == nil && (a.salt != 0 || a.saltIsEmpty(k, digest, signature))
}

// saltIsEmpty reports whether a signature that verifies with a salt of some length
// has none: whether the hash in the encoded message is the one that no salt gives
// (RFC 8017 section 9.1.2, steps 5, 12 and 13).
func (a Algorithm) saltIsEmpty(k *rsa.PublicKey, digest, signature []byte) bool {
	message := new(big.Int).Exp(new(big.Int).SetBytes(signature), big.NewInt(int64(k.E)), k.N)
	encoded := message.FillBytes(make([]byte, (k.N.BitLen()-1+7)/8))
	hash := a.Digest.Sum(make([]byte, 8), digest)
	end := len(encoded) - 1 // of the hash; the trailer field is one byte
	return bytes.Equal(encoded[end-len(hash):end], hash)
}
