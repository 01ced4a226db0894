package der

import (
	"bytes"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"
)

// Encode returns a complete element with the tag and the parts as contents.
func Encode(t Tag, parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	out := AppendHeader(make([]byte, 0, n+6), t, n)
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// AppendHeader appends identifier and length of an element whose contents, of
// n octets, the caller appends next: for large elements inside each other,
// which [Encode] would copy once for each level.
func AppendHeader(out []byte, t Tag, n int) []byte {
	return appendLength(append(out, byte(t)), n)
}

func appendLength(out []byte, n int) []byte {
	if n < 0x80 {
		return append(out, byte(n))
	}
	count := 1
	for v := n >> 8; v > 0; v >>= 8 {
		count++
	}
	out = append(out, byte(0x80|count))
	for i := count - 1; i >= 0; i-- {
		out = append(out, byte(n>>(8*i)))
	}
	return out
}

// Sequence returns a SEQUENCE of complete elements.
func Sequence(parts ...[]byte) []byte { return Encode(SequenceTag, parts...) }

// Set returns a SET OF complete elements in the order that DER asks for.
func Set(parts ...[]byte) []byte {
	sorted := slices.Clone(parts)
	slices.SortFunc(sorted, bytes.Compare)
	return Encode(SetTag, sorted...)
}

// OID returns an OBJECT IDENTIFIER. It panics on an identifier of fewer than
// two arcs, which only our own tables could contain.
func OID(oid asn1.ObjectIdentifier) []byte {
	body := appendArc(nil, oid[0]*40+oid[1])
	for _, arc := range oid[2:] {
		body = appendArc(body, arc)
	}
	return Encode(ObjectID, body)
}

func appendArc(out []byte, arc int) []byte {
	shift := 0
	for v := arc >> 7; v > 0; v >>= 7 {
		shift += 7
	}
	for ; shift > 0; shift -= 7 {
		out = append(out, byte(arc>>shift)|0x80)
	}
	return append(out, byte(arc)&0x7f)
}

// Int returns an INTEGER.
func Int(n *big.Int) []byte {
	if n.Sign() >= 0 {
		b := n.Bytes()
		if len(b) == 0 || b[0]&0x80 != 0 {
			b = append([]byte{0}, b...)
		}
		return Encode(Integer, b)
	}
	size := n.BitLen()/8 + 1
	b := new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(8*size))).Bytes()
	if len(b) > 1 && b[0] == 0xff && b[1]&0x80 != 0 {
		b = b[1:]
	}
	return Encode(Integer, b)
}

// Octets returns an OCTET STRING.
func Octets(b []byte) []byte { return Encode(OctetString, b) }

// Bits returns a BIT STRING of whole bytes.
func Bits(b []byte) []byte { return Encode(BitString, []byte{0}, b) }

// Bool returns a BOOLEAN.
func Bool(v bool) []byte {
	if v {
		return Encode(Boolean, []byte{0xff})
	}
	return Encode(Boolean, []byte{0})
}

// NullValue returns a NULL.
func NullValue() []byte { return Encode(Null) }

// Text returns a UTF8String.
func Text(s string) []byte { return Encode(UTF8String, []byte(s)) }

// Time returns a time as RFC 5280 section 4.1.2.5 asks: UTCTime through 2049,
// GeneralizedTime afterwards; to the second, in Zulu.
func Time(t time.Time) []byte {
	t = t.UTC()
	if t.Year() >= 1950 && t.Year() < 2050 {
		return Encode(UTCTime, []byte(t.Format("060102150405Z")))
	}
	return Encode(GeneralizedTime, []byte(t.Format("20060102150405Z")))
}

// Algorithm returns an AlgorithmIdentifier with NULL parameters.
func Algorithm(oid asn1.ObjectIdentifier) []byte { return Sequence(OID(oid), NullValue()) }
