//go:build interop

package interop

import (
	"bytes"
	"encoding/asn1"
)

var (
	oidEmailProtection = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 4}
	oidTimeStamping    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
)

// span is a piece of a file.
type span struct{ from, to int }

// flipped returns the file with one bit in the middle of a piece changed.
func flipped(file []byte, s span) []byte {
	out := bytes.Clone(file)
	out[(s.from+s.to)/2] ^= 1
	return out
}

// parts are where the pieces of a CMS with one signer lie.
type parts struct{ signature, messageDigest, certificateHash span }

type rawSignedData struct {
	Version          int
	DigestAlgorithms asn1.RawValue
	Content          asn1.RawValue
	Certificates     asn1.RawValue `asn1:"optional,tag:0"`
	Revocation       asn1.RawValue `asn1:"optional,tag:1"`
	Signers          []rawSigner   `asn1:"set"`
}

type rawSigner struct {
	Version      int
	ID           asn1.RawValue
	Digest       asn1.RawValue
	Signed       asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm    asn1.RawValue
	Signature    []byte
	UnsignedAttr asn1.RawValue `asn1:"optional,tag:1"`
}

type rawAttribute struct {
	ID     asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// cmsParts finds the pieces of a CMS. It panics on what is not one of ours.
func cmsParts(file []byte) parts {
	var outer struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	decode(file, &outer)
	var sd rawSignedData
	decode(outer.Content.Bytes, &sd)
	signer := sd.Signers[0]
	p := parts{signature: find(file, signer.Signature)}
	for rest := signer.Signed.Bytes; len(rest) > 0; {
		var a rawAttribute
		rest = decode(rest, &a)
		switch a.ID.String() {
		case "1.2.840.113549.1.9.4":
			p.messageDigest = find(file, a.Values[0].Bytes)
		case "1.2.840.113549.1.9.16.2.47":
			var v2 struct{ IDs []struct{ Hash []byte } }
			decode(a.Values[0].FullBytes, &v2)
			p.certificateHash = find(file, v2.IDs[0].Hash)
		}
	}
	return p
}

func find(file, piece []byte) span {
	at := bytes.Index(file, piece)
	if at < 0 {
		panic("a piece of the file is not in the file")
	}
	return span{at, at + len(piece)}
}

// decode returns what follows the element.
func decode(b []byte, v any) []byte { return must(asn1.Unmarshal(b, v)) }
