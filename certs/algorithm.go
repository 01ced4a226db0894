package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha1" // linked in for crypto.SHA1
	"crypto/sha256"
	_ "crypto/sha3"   // linked in for crypto.SHA3_256 and its like
	_ "crypto/sha512" // linked in for crypto.SHA384, crypto.SHA512 and its like
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"
	"slices"

	"tamga/certs/der"
	"tamga/certs/gost"
)

var (
	// ErrSignature means that a signature value is wrong: the bytes, the key
	// and the signature do not belong together.
	ErrSignature = errors.New("signature value does not verify")
	// ErrAlgorithm means that it could not be found out whether a signature is
	// right: the algorithm is not known, or does not fit the key.
	ErrAlgorithm = errors.New("signature algorithm not usable")
)

// Digest is a hash algorithm under its object identifier.
type Digest struct {
	Name string
	OID  asn1.ObjectIdentifier
	hash crypto.Hash // 0 for the national ones
	gost gost.Algorithm
}

// The digest algorithms. SHA-1 is here because old certificates and
// timestamps carry it; whether it may be relied on is policy.
var (
	SHA1        = Digest{Name: "SHA-1", OID: asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}, hash: crypto.SHA1}
	SHA256      = Digest{Name: "SHA-256", OID: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, hash: crypto.SHA256}
	SHA384      = Digest{Name: "SHA-384", OID: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}, hash: crypto.SHA384}
	SHA512      = Digest{Name: "SHA-512", OID: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, hash: crypto.SHA512}
	SHA224      = Digest{Name: "SHA-224", OID: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 4}, hash: crypto.SHA224}
	SHA512x224  = Digest{Name: "SHA-512/224", OID: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 5}, hash: crypto.SHA512_224}
	SHA512x256  = Digest{Name: "SHA-512/256", OID: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 6}, hash: crypto.SHA512_256}
	SHA3x224    = Digest{Name: "SHA3-224", OID: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 7}, hash: crypto.SHA3_224}
	SHA3x256    = Digest{Name: "SHA3-256", OID: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 8}, hash: crypto.SHA3_256}
	SHA3x384    = Digest{Name: "SHA3-384", OID: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 9}, hash: crypto.SHA3_384}
	SHA3x512    = Digest{Name: "SHA3-512", OID: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 10}, hash: crypto.SHA3_512}
	GOST34311   = Digest{Name: "GOST 34.311-95", OID: gost.A2004.DigestOID(), gost: gost.A2004}
	Streebog256 = Digest{Name: "GOST 34.11-2015-256", OID: gost.A2015x256.DigestOID(), gost: gost.A2015x256}
	Streebog512 = Digest{Name: "GOST 34.11-2015-512", OID: gost.A2015x512.DigestOID(), gost: gost.A2015x512}
)

var oidGammaDigest = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 6801, 1, 2, 1}

// digests are all of them, the most frequent first.
var digests = []Digest{
	SHA256, Streebog512, GOST34311, SHA1, SHA384, SHA512, Streebog256,
	SHA224, SHA512x224, SHA512x256, SHA3x224, SHA3x256, SHA3x384, SHA3x512,
}

// Digests returns those that are known.
func Digests() []Digest { return slices.Clone(digests) }

// DigestByOID finds a digest algorithm; false when it is not known.
func DigestByOID(oid asn1.ObjectIdentifier) (Digest, bool) {
	for _, d := range digests {
		if d.OID.Equal(oid) {
			return d, true
		}
	}
	if oid.Equal(oidGammaDigest) {
		return GOST34311, true
	}
	return Digest{}, false
}

// New returns a fresh hash.
func (d Digest) New() hash.Hash {
	if d.hash != 0 {
		return d.hash.New()
	}
	return d.gost.NewHash()
}

// Sum returns the digest of the parts, one after another.
func (d Digest) Sum(parts ...[]byte) []byte {
	if d.hash == crypto.SHA256 && len(parts) == 1 {
		sum := sha256.Sum256(parts[0])
		return sum[:]
	}
	h := d.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// SignerOpts returns what a crypto.Signer is told about the digest: its
// crypto.Hash, which is 0 for the national algorithms.
func (d Digest) SignerOpts() crypto.SignerOpts { return d.hash }

// Scheme is a family of signature algorithms.
type Scheme int

// The signature schemes.
const (
	RSAPKCS1 Scheme = iota + 1
	RSAPSS
	ECDSA
	Ed25519
	GOST
	DSA   // verified only
	gamma // GOST 34.310 under TumarCSP's identifiers
)

// Algorithm is a signature algorithm: a scheme and the digest it signs.
type Algorithm struct {
	Scheme Scheme
	Digest Digest
	salt   int         // RSAPSS: length of the salt, which may be 0
	mask   crypto.Hash // RSAPSS: of the mask generation function; 0 is that of the digest
}

// Name returns the algorithm's name for people.
func (a Algorithm) Name() string {
	switch a.Scheme {
	case RSAPKCS1:
		return "RSA PKCS#1 v1.5, " + a.Digest.Name
	case RSAPSS:
		if a.mask != 0 {
			return "RSASSA-PSS, " + a.Digest.Name + ", MGF1 with " + a.mask.String()
		}
		return "RSASSA-PSS, " + a.Digest.Name
	case ECDSA:
		return "ECDSA, " + a.Digest.Name
	case Ed25519:
		return "Ed25519"
	case DSA:
		return "DSA, " + a.Digest.Name
	case gamma:
		return "GOST 34.310 (Gamma), " + a.Digest.Name
	}
	if a.Digest.gost == gost.A2004 {
		return "GOST 34.310-2004, " + a.Digest.Name
	}
	return "GOST 34.10-2015, " + a.Digest.Name
}

var (
	oidRSA       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidRSAPSS    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidMGF1      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}
	oidECKey     = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidEd25519   = asn1.ObjectIdentifier{1, 3, 101, 112}
	oidDSAKey    = asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}
	oidGammaKey  = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 6801, 1, 5, 8}
	oidGammaSign = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 6801, 1, 2, 2}
)

// ParseAlgorithm finds the signature algorithm that an identifier names. The
// error is [ErrAlgorithm] when there is none.
func ParseAlgorithm(id AlgorithmIdentifier) (Algorithm, error) {
	if id.OID.Equal(oidRSAPSS) {
		return parsePSS(id)
	}
	if len(id.parameters()) > 0 {
		return Algorithm{}, fmt.Errorf("%w: unexpected parameters of %v", ErrAlgorithm, id.OID)
	}
	for _, k := range signatureAlgorithms {
		if k.oid.Equal(id.OID) {
			return k.alg, nil
		}
	}
	return Algorithm{}, fmt.Errorf("%w: %v is not known", ErrAlgorithm, id.OID)
}

// bareKeys are identifiers of keys, which stand for a signature algorithm
// together with a digest.
var bareKeys = []struct {
	oid    asn1.ObjectIdentifier
	scheme Scheme
}{
	{oidRSA, RSAPKCS1}, {oidECKey, ECDSA}, {oidGammaKey, gamma},
	{gost.A2004.KeyOID(), GOST}, {gost.A2015x256.KeyOID(), GOST}, {gost.A2015x512.KeyOID(), GOST},
}

// SignerInfoAlgorithm finds the signature algorithm of a CMS signer, whose
// digest algorithm stands apart and whose signature algorithm may be the bare
// identifier of the key, as RFC 3370 section 3.2 has it for RSA and national
// signers for GOST. The two must agree.
func SignerInfoAlgorithm(signature, digest AlgorithmIdentifier) (Algorithm, error) {
	d, ok := DigestByOID(digest.OID)
	if !ok {
		return Algorithm{}, fmt.Errorf("%w: digest %v is not known", ErrAlgorithm, digest.OID)
	}
	for _, b := range bareKeys {
		if b.oid.Equal(signature.OID) {
			if (b.scheme == RSAPKCS1 || b.scheme == ECDSA) && d.hash == 0 {
				return Algorithm{}, fmt.Errorf("%w: no %v signature is made over a %s digest", ErrAlgorithm, signature.OID, d.Name)
			}
			return Algorithm{Scheme: b.scheme, Digest: d}, nil
		}
	}
	alg, err := ParseAlgorithm(signature)
	if err != nil {
		return Algorithm{}, err
	}
	if !alg.Digest.OID.Equal(d.OID) {
		return Algorithm{}, fmt.Errorf("%w: %s is not made over a %s digest", ErrAlgorithm, alg.Name(), d.Name)
	}
	return alg, nil
}

// Verify checks a signature over the signed parts, taken one after another.
// The error is [ErrSignature] when the signature is wrong, [ErrAlgorithm] when
// the key is of another kind than the algorithm.
func (a Algorithm) Verify(pub crypto.PublicKey, signed, signature []byte) error {
	if a.Scheme == Ed25519 {
		return verdictOf(a, pub, func(k ed25519.PublicKey) bool { return ed25519.Verify(k, signed, signature) })
	}
	return a.VerifyDigest(pub, a.Digest.Sum(signed), signature)
}

// VerifyDigest is Verify for a digest computed by the caller. Ed25519 signs
// the message itself and cannot be verified so.
func (a Algorithm) VerifyDigest(pub crypto.PublicKey, digest, signature []byte) error {
	switch a.Scheme {
	case RSAPKCS1, RSAPSS, ECDSA, DSA:
		// To crypto/rsa the hash 0 means that nothing tells what was hashed.
		if a.Digest.hash == 0 || len(digest) != a.Digest.hash.Size() {
			return fmt.Errorf("%w: a %s digest of %d bytes", ErrAlgorithm, a.Digest.Name, len(digest))
		}
	}
	switch a.Scheme {
	case RSAPKCS1:
		return verdictOf(a, pub, func(k *rsa.PublicKey) bool {
			return rsa.VerifyPKCS1v15(k, a.Digest.hash, digest, signature) == nil
		})
	case RSAPSS:
		if k, ok := pub.(*PSSKey); ok {
			if err := k.permits(a); err != nil {
				return err
			}
			pub = &k.RSA
		}
		return verdictOf(a, pub, func(k *rsa.PublicKey) bool { return a.verifyPSS(k, digest, signature) })
	case ECDSA:
		return verdictOf(a, pub, func(k *ecdsa.PublicKey) bool { return ecdsa.VerifyASN1(k, digest, signature) })
	case DSA:
		return verdictOf(a, pub, func(k *dsaKey) bool { return verifyDSA(k, digest, signature) })
	case GOST, gamma:
		return a.verifyGOST(pub, digest, signature)
	}
	return fmt.Errorf("%w: %s over a bare digest", ErrAlgorithm, a.Name())
}

func (a Algorithm) verifyGOST(pub crypto.PublicKey, digest, signature []byte) error {
	k, ok := pub.(*gost.PublicKey)
	if !ok || k.Algorithm().NewHash().Size() != len(digest) || a.Digest.gost != k.Algorithm() {
		return fmt.Errorf("%w: %s does not fit the key", ErrAlgorithm, a.Name())
	}
	if k.Verify(digest, signature) {
		return nil
	}
	if a.Scheme == gamma {
		// The byte order of signatures under these identifiers was never
		// published: a signature that does not verify in the order of the
		// 2004 family may still be right in another.
		return fmt.Errorf("%w: the byte order of %s is not known", ErrAlgorithm, a.Name())
	}
	return ErrSignature
}

func verdictOf[K any](a Algorithm, pub crypto.PublicKey, verify func(K) bool) error {
	k, ok := pub.(K)
	if !ok {
		return fmt.Errorf("%w: %s does not fit the key", ErrAlgorithm, a.Name())
	}
	if !verify(k) {
		return ErrSignature
	}
	return nil
}

// KeyName describes a public key for people: its algorithm and its size.
func KeyName(pub crypto.PublicKey) string {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", k.N.BitLen())
	case *PSSKey:
		return fmt.Sprintf("RSASSA-PSS %d", k.RSA.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + k.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	case *dsaKey:
		return fmt.Sprintf("DSA %d", k.P.BitLen())
	case *gost.PublicKey:
		return fmt.Sprintf("GOST %d (%s)", 8*k.Curve().Size(), k.Curve().Name())
	}
	return "unknown"
}

// SigningAlgorithm returns the algorithm that a key of ours signs with: SHA-256
// for RSA and ECDSA, the family's own digest for GOST; and its identifier as
// certificates and signatures carry it.
func SigningAlgorithm(pub crypto.PublicKey) (Algorithm, AlgorithmIdentifier, error) {
	null := der.NullValue()
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return Algorithm{Scheme: RSAPKCS1, Digest: SHA256},
			AlgorithmIdentifier{OID: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, Parameters: null}, nil
	case *ecdsa.PublicKey:
		return Algorithm{Scheme: ECDSA, Digest: SHA256},
			AlgorithmIdentifier{OID: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}, nil
	case *gost.PublicKey:
		d, _ := DigestByOID(k.Algorithm().DigestOID())
		return Algorithm{Scheme: GOST, Digest: d},
			AlgorithmIdentifier{OID: k.Algorithm().SignatureOID(), Parameters: null}, nil
	}
	return Algorithm{}, AlgorithmIdentifier{}, fmt.Errorf("%w: no way to sign with %s", ErrAlgorithm, KeyName(pub))
}

// DER returns the identifier's encoding.
func (a AlgorithmIdentifier) DER() []byte { return der.Sequence(der.OID(a.OID), a.Parameters) }
