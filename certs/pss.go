package certs

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/rsa"
	"crypto/subtle"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"math/big"

	"tamga/certs/der"
)

// parsePSS reads the parameters of an RSASSA-PSS signature (RFC 4055 section 3.1).
func parsePSS(id AlgorithmIdentifier) (Algorithm, error) {
	alg := Algorithm{Scheme: RSAPSS, Digest: SHA1, salt: 20}
	mask := crypto.SHA1
	fail := func() (Algorithm, error) {
		return Algorithm{}, fmt.Errorf("%w: malformed RSASSA-PSS parameters", ErrAlgorithm)
	}
	r, err := der.NewReader(id.Parameters).Enter(der.SequenceTag)
	if err != nil {
		return fail()
	}
	if e, ok, _ := r.Optional(der.ContextConstructed(0)); ok {
		h, err := ParseAlgorithmIdentifier(e.Body)
		if err != nil {
			return fail()
		}
		if alg.Digest, ok = DigestByOID(h.OID); !ok || alg.Digest.hash == 0 {
			return Algorithm{}, fmt.Errorf("%w: RSASSA-PSS over the digest %v is not known", ErrAlgorithm, h.OID)
		}
	}
	if e, ok, _ := r.Optional(der.ContextConstructed(1)); ok {
		if mask, err = parseMGF(e.Body); err != nil {
			return Algorithm{}, err
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
	if r.Done() != nil {
		return fail()
	}
	if mask != alg.Digest.hash {
		alg.mask = mask
	}
	return alg, nil
}

// parseMGF reads a mask generation function: MGF1, over some digest.
func parseMGF(b []byte) (crypto.Hash, error) {
	mgf, err := ParseAlgorithmIdentifier(b)
	if err != nil {
		return 0, fmt.Errorf("%w: malformed RSASSA-PSS parameters", ErrAlgorithm)
	}
	if !mgf.OID.Equal(oidMGF1) {
		return 0, fmt.Errorf("%w: the mask generation function %v of RSASSA-PSS is not known", ErrAlgorithm, mgf.OID)
	}
	h, err := ParseAlgorithmIdentifier(mgf.Parameters)
	if err != nil {
		return 0, fmt.Errorf("%w: malformed RSASSA-PSS parameters", ErrAlgorithm)
	}
	d, ok := DigestByOID(h.OID)
	if !ok || d.hash == 0 {
		return 0, fmt.Errorf("%w: MGF1 with the digest %v is not known", ErrAlgorithm, h.OID)
	}
	return d.hash, nil
}

// PSSKey is an RSA key that signs by RSASSA-PSS only, and perhaps only with some
// parameters (RFC 4055 section 3.3).
type PSSKey struct {
	RSA  rsa.PublicKey
	only *Algorithm // whose salt is the shortest that is allowed; nil allows any
}

// Equal reports whether x is the same key under the same restrictions.
func (k *PSSKey) Equal(x crypto.PublicKey) bool {
	other, ok := x.(*PSSKey)
	if !ok || !k.RSA.Equal(&other.RSA) || (k.only == nil) != (other.only == nil) {
		return false
	}
	return k.only == nil || k.only.Name() == other.only.Name() && k.only.salt == other.only.salt
}

// parsePSSKey reads a key under id-RSASSA-PSS.
func parsePSSKey(id AlgorithmIdentifier, bits []byte) (*PSSKey, error) {
	pub, err := x509.ParsePKCS1PublicKey(bits)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	k := &PSSKey{RSA: *pub}
	if id.Parameters == nil {
		return k, nil
	}
	only, err := parsePSS(id)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	k.only = &only
	return k, nil
}

// permits asks whether a signature of an algorithm may be by this key.
func (k *PSSKey) permits(a Algorithm) error {
	switch only := k.only; {
	case only == nil:
	case a.Digest.hash != only.Digest.hash || a.mask != only.mask:
		return fmt.Errorf("%w: the key is for %s only, not for %s", ErrAlgorithm, only.Name(), a.Name())
	case a.salt < only.salt:
		return fmt.Errorf("%w: the key is for salts of %d bytes and more, not of %d", ErrAlgorithm, only.salt, a.salt)
	}
	return nil
}

// verifyPSS verifies a signature with a salt of the very length that the
// algorithm has. To crypto/rsa a length of 0 means any, and it knows no mask over
// another digest.
func (a Algorithm) verifyPSS(k *rsa.PublicKey, digest, signature []byte) bool {
	if a.mask != 0 || a.salt == 0 {
		return a.verifyEncoded(k, digest, signature)
	}
	err := rsa.VerifyPSS(k, a.Digest.hash, digest, signature, &rsa.PSSOptions{SaltLength: a.salt})
	return err == nil
}

// maxModulus is the largest RSA key, in bits, that is reckoned with here.
const maxModulus = 16384

// verifyEncoded does what RFC 8017 sections 8.1.2 and 9.1.2 say.
func (a Algorithm) verifyEncoded(k *rsa.PublicKey, digest, signature []byte) bool {
	bits, s := k.N.BitLen()-1, new(big.Int).SetBytes(signature)
	size, hashed := (bits+7)/8, len(digest)
	if bits >= maxModulus || k.E < 3 || len(signature) != k.Size() || s.Cmp(k.N) >= 0 || size < hashed+a.salt+2 {
		return false
	}
	message := s.Exp(s, big.NewInt(int64(k.E)), k.N)
	if message.BitLen() > bits {
		return false
	}
	encoded := message.FillBytes(make([]byte, size))
	block, hash := encoded[:size-hashed-1], encoded[size-hashed-1:size-1]
	if encoded[size-1] != 0xbc {
		return false
	}
	unmask(block, hash, cmp.Or(a.mask, a.Digest.hash))
	block[0] &= 0xff >> (8*size - bits)
	padding, salt := block[:len(block)-a.salt-1], block[len(block)-a.salt:]
	if block[len(padding)] != 1 || len(bytes.Trim(padding, "\x00")) > 0 {
		return false
	}
	return bytes.Equal(hash, a.Digest.Sum(make([]byte, 8), digest, salt))
}

// unmask takes away from b what MGF1 makes of a seed (RFC 8017 appendix B.2.1).
func unmask(b, seed []byte, with crypto.Hash) {
	h := with.New()
	for counter := uint32(0); len(b) > 0; counter++ {
		h.Reset()
		h.Write(seed)
		h.Write(binary.BigEndian.AppendUint32(nil, counter))
		mask := h.Sum(nil)
		n := subtle.XORBytes(b, b, mask[:min(len(mask), len(b))])
		b = b[n:]
	}
}
