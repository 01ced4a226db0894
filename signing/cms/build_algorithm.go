package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/asn1"
	"fmt"
	"math/big"

	"tamga/certs"
	"tamga/certs/der"
)

// scheme is how a key signs: the digest of content and attributes, the
// algorithm's identifier, and what the key is told.
type scheme struct {
	digest certs.Digest
	id     certs.AlgorithmIdentifier
	opts   crypto.SignerOpts
	whole  bool // the key signs the attributes themselves and not their digest
}

var (
	oidEd25519    = asn1.ObjectIdentifier{1, 3, 101, 112}
	oidPSS        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidMGF1       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}
	oidECDSA384   = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}
	oidECDSA512   = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}
	pssSaltLength = 32
)

// schemeOf chooses for a key: SHA-256 for RSA and curves up to 256 bits, the
// digest as long as the field for larger ones, SHA-512 for Ed25519 (RFC 8419
// section 3), the family's own digest for national keys.
func schemeOf(pub crypto.PublicKey, pss bool) (scheme, error) {
	if pss {
		if _, ok := pub.(*rsa.PublicKey); !ok {
			return scheme{}, fmt.Errorf("%w: RSASSA-PSS with %s", certs.ErrAlgorithm, certs.KeyName(pub))
		}
		return scheme{digest: certs.SHA256, id: pssIdentifier(certs.SHA256), opts: &rsa.PSSOptions{SaltLength: pssSaltLength, Hash: crypto.SHA256}}, nil
	}
	switch k := pub.(type) {
	case ed25519.PublicKey:
		return scheme{digest: certs.SHA512, id: certs.AlgorithmIdentifier{OID: oidEd25519}, opts: crypto.Hash(0), whole: true}, nil
	case *ecdsa.PublicKey:
		switch bits := k.Curve.Params().BitSize; {
		case bits > 384:
			return scheme{digest: certs.SHA512, id: certs.AlgorithmIdentifier{OID: oidECDSA512}, opts: crypto.SHA512}, nil
		case bits > 256:
			return scheme{digest: certs.SHA384, id: certs.AlgorithmIdentifier{OID: oidECDSA384}, opts: crypto.SHA384}, nil
		}
	}
	alg, id, err := certs.SigningAlgorithm(pub)
	if err != nil {
		return scheme{}, err
	}
	return scheme{digest: alg.Digest, id: id, opts: alg.Digest.SignerOpts()}, nil
}

// DigestOf returns the digest that a key of ours signs.
func DigestOf(pub crypto.PublicKey) (certs.Digest, error) {
	s, err := schemeOf(pub, false)
	return s.digest, err
}

// pssIdentifier returns the identifier of RSASSA-PSS (RFC 4055 section 3.1)
// with one digest for message and mask and a salt as long as it.
func pssIdentifier(d certs.Digest) certs.AlgorithmIdentifier {
	digest := der.Algorithm(d.OID)
	return certs.AlgorithmIdentifier{OID: oidPSS, Parameters: der.Sequence(
		der.Encode(der.ContextConstructed(0), digest),
		der.Encode(der.ContextConstructed(1), der.Sequence(der.OID(oidMGF1), digest)),
		der.Encode(der.ContextConstructed(2), der.Int(big.NewInt(int64(pssSaltLength)))),
	)}
}
