package ca

import (
	"encoding/asn1"
	"math/big"
	"math/bits"

	"tamga/certs"
	"tamga/certs/der"
)

var (
	oidSubjectKeyID     = asn1.ObjectIdentifier{2, 5, 29, 14}
	oidKeyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidSubjectAltName   = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidCRLNumber        = asn1.ObjectIdentifier{2, 5, 29, 20}
	oidReasonCode       = asn1.ObjectIdentifier{2, 5, 29, 21}
	oidDeltaCRL         = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidCRLPoints        = asn1.ObjectIdentifier{2, 5, 29, 31}
	oidPolicies         = asn1.ObjectIdentifier{2, 5, 29, 32}
	oidAuthorityKeyID   = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidExtKeyUsage      = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidFreshestCRL      = asn1.ObjectIdentifier{2, 5, 29, 46}
	oidAccess           = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 1}
	oidAccessOCSP       = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1}
	oidAccessIssuers    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 2}
	oidNoCheck          = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}
	oidCPS              = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 2, 1}

	// The national identifiers (root.gov.kz/oid).
	oidRootPolicy = asn1.ObjectIdentifier{1, 2, 398, 3, 1, 2}
	oidPolicy     = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 2}
	oidKeyStore   = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 5}
)

// BasicConstraints returns the critical extension of RFC 5280 section 4.2.1.9.
// A negative path length is left out.
func BasicConstraints(ca bool, pathLen int) certs.Extension {
	var flag, length []byte
	if ca {
		flag = der.Bool(true)
	}
	if pathLen >= 0 {
		length = der.Int(big.NewInt(int64(pathLen)))
	}
	return certs.Extension{ID: oidBasicConstraints, Critical: true, Value: der.Sequence(flag, length)}
}

// KeyUsage returns the critical extension of RFC 5280 section 4.2.1.3.
func KeyUsage(u certs.KeyUsage) certs.Extension {
	var b [2]byte
	for i := range 9 {
		if u&(1<<i) != 0 {
			b[i/8] |= 0x80 >> (i % 8)
		}
	}
	n := 1
	if b[1] != 0 {
		n = 2
	}
	unused := bits.TrailingZeros8(b[n-1])
	if u == 0 {
		n, unused = 0, 0
	}
	return certs.Extension{ID: oidKeyUsage, Critical: true, Value: der.Encode(der.BitString, []byte{byte(unused)}, b[:n])}
}

// ExtKeyUsage returns the extension of RFC 5280 section 4.2.1.12, critical or
// not.
func ExtKeyUsage(critical bool, usages ...asn1.ObjectIdentifier) certs.Extension {
	list := make([][]byte, len(usages))
	for i, oid := range usages {
		list[i] = der.OID(oid)
	}
	return certs.Extension{ID: oidExtKeyUsage, Critical: critical, Value: der.Sequence(list...)}
}

func subjectKeyID(id []byte) certs.Extension {
	return certs.Extension{ID: oidSubjectKeyID, Value: der.Octets(id)}
}

func authorityKeyID(id []byte) certs.Extension {
	return certs.Extension{ID: oidAuthorityKeyID, Value: der.Sequence(der.Encode(der.Context(0), id))}
}

// fullAuthorityKeyID names the issuer's certificate by issuer and serial
// number too, as the certificates of national authorities do.
func fullAuthorityKeyID(id, issuer []byte, serial *big.Int) certs.Extension {
	number := der.NewReader(der.Int(serial))
	e, err := number.Next()
	if err != nil {
		return authorityKeyID(id)
	}
	return certs.Extension{ID: oidAuthorityKeyID, Value: der.Sequence(
		der.Encode(der.Context(0), id),
		der.Encode(der.ContextConstructed(1), der.Encode(der.ContextConstructed(4), issuer)),
		der.Encode(der.Context(2), e.Body),
	)}
}

// policy names one certificate policy and where its statement is.
func policy(oid asn1.ObjectIdentifier, statement string) certs.Extension {
	qualifier := der.Sequence(der.OID(oidCPS), der.Encode(der.IA5String, []byte(statement)))
	return certs.Extension{ID: oidPolicies, Value: der.Sequence(der.Sequence(der.OID(oid), der.Sequence(qualifier)))}
}

// crlPoint is cRLDistributionPoints or freshestCRL, with one address.
func crlPoint(id asn1.ObjectIdentifier, url string) certs.Extension {
	full := der.Encode(der.ContextConstructed(0), uri(url))
	return certs.Extension{ID: id, Value: der.Sequence(der.Sequence(der.Encode(der.ContextConstructed(0), full)))}
}

// access is authorityInfoAccess; an empty address is left out.
func access(issuers, ocsp string) certs.Extension {
	var list [][]byte
	if issuers != "" {
		list = append(list, der.Sequence(der.OID(oidAccessIssuers), uri(issuers)))
	}
	if ocsp != "" {
		list = append(list, der.Sequence(der.OID(oidAccessOCSP), uri(ocsp)))
	}
	return certs.Extension{ID: oidAccess, Value: der.Sequence(list...)}
}

func uri(s string) []byte { return der.Encode(der.Context(6), []byte(s)) }

func email(address string) certs.Extension {
	return certs.Extension{ID: oidSubjectAltName, Value: der.Sequence(der.Encode(der.Context(1), []byte(address)))}
}

// keyStore is the private extension that says where the key is kept.
func keyStore(store asn1.ObjectIdentifier) certs.Extension {
	return certs.Extension{ID: oidKeyStore, Value: der.Sequence(der.OID(store))}
}

// extensionsField returns the explicit [n] field of a certificate or a list.
func extensionsField(n byte, exts []certs.Extension) []byte {
	if len(exts) == 0 {
		return nil
	}
	return der.Encode(der.ContextConstructed(n), certs.EncodeExtensions(der.SequenceTag, exts))
}
