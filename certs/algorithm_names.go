package certs

import (
	"encoding/asn1"
	"slices"

	"tamga/certs/gost"
)

// namedAlgorithm is a signature algorithm under its identifier.
type namedAlgorithm struct {
	oid asn1.ObjectIdentifier
	alg Algorithm
}

// signatureAlgorithms are the algorithms that one identifier names whole, the most
// frequent first.
var signatureAlgorithms = slices.Concat([]namedAlgorithm{
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, Algorithm{Scheme: RSAPKCS1, Digest: SHA256}},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}, Algorithm{Scheme: RSAPKCS1, Digest: SHA384}},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}, Algorithm{Scheme: RSAPKCS1, Digest: SHA512}},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 5}, Algorithm{Scheme: RSAPKCS1, Digest: SHA1}},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}, Algorithm{Scheme: ECDSA, Digest: SHA256}},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}, Algorithm{Scheme: ECDSA, Digest: SHA384}},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}, Algorithm{Scheme: ECDSA, Digest: SHA512}},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}, Algorithm{Scheme: ECDSA, Digest: SHA1}},
	{oidEd25519, Algorithm{Scheme: Ed25519, Digest: SHA512}},
	{gost.A2004.SignatureOID(), Algorithm{Scheme: GOST, Digest: GOST34311}},
	{gost.A2015x256.SignatureOID(), Algorithm{Scheme: GOST, Digest: Streebog256}},
	{gost.A2015x512.SignatureOID(), Algorithm{Scheme: GOST, Digest: Streebog512}},
	{oidGammaSign, Algorithm{Scheme: gamma, Digest: GOST34311}},
	// RFC 4055, RFC 8017 and RFC 5758.
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 14}, Algorithm{Scheme: RSAPKCS1, Digest: SHA224}},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 15}, Algorithm{Scheme: RSAPKCS1, Digest: SHA512x224}},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 16}, Algorithm{Scheme: RSAPKCS1, Digest: SHA512x256}},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 1}, Algorithm{Scheme: ECDSA, Digest: SHA224}},
}, dsaAlgorithms(), sha3Algorithms())

// sha3Algorithms are the identifiers of NIST for signatures over SHA-3: four in a
// row for each scheme.
func sha3Algorithms() []namedAlgorithm {
	var all []namedAlgorithm
	arc := 5
	for _, scheme := range []Scheme{DSA, ECDSA, RSAPKCS1} {
		for _, d := range []Digest{SHA3x224, SHA3x256, SHA3x384, SHA3x512} {
			all = append(all, namedAlgorithm{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, arc}, Algorithm{Scheme: scheme, Digest: d}})
			arc++
		}
	}
	return all
}
