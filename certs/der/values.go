package der

import (
	"encoding/asn1"
	"math/big"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// ParseOID reads the contents of an OBJECT IDENTIFIER. Arcs above 2^31-1 are
// refused: no identifier that we know has one. The result may be shared and
// must not be changed.
func ParseOID(b []byte) (asn1.ObjectIdentifier, error) {
	if oid := directoryID(b); oid != nil {
		return oid, nil
	}
	if len(b) == 0 || b[len(b)-1]&0x80 != 0 {
		return nil, syntaxError("object identifier cut short")
	}
	oid := make(asn1.ObjectIdentifier, 0, len(b)+1)
	arc, fresh := 0, true
	for _, c := range b {
		if fresh && c == 0x80 {
			return nil, syntaxError("object identifier not in its shortest form")
		}
		if arc > (1<<31-1)>>7 {
			return nil, syntaxError("object identifier arc too large")
		}
		arc, fresh = arc<<7|int(c&0x7f), false
		if c&0x80 != 0 {
			continue
		}
		if len(oid) == 0 {
			first := min(arc/40, 2)
			oid = append(oid, first, arc-40*first)
		} else {
			oid = append(oid, arc)
		}
		arc, fresh = 0, true
	}
	return oid, nil
}

// ParseInteger reads the contents of an INTEGER, which must be minimal.
func ParseInteger(b []byte) (*big.Int, error) {
	if err := minimal(b); err != nil {
		return nil, err
	}
	n := new(big.Int).SetBytes(b)
	if b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n, nil
}

// minimal is an error unless the contents of an INTEGER are in their shortest
// form.
func minimal(b []byte) error {
	if len(b) == 0 {
		return syntaxError("empty integer")
	}
	if len(b) > 1 && (b[0] == 0 && b[1]&0x80 == 0 || b[0] == 0xff && b[1]&0x80 != 0) {
		return syntaxError("integer not in its shortest form")
	}
	return nil
}

// ParseBool reads the contents of a BOOLEAN: FF or 00, nothing else.
func ParseBool(b []byte) (bool, error) {
	if len(b) != 1 || b[0] != 0 && b[0] != 0xff {
		return false, syntaxError("boolean is neither 00 nor FF")
	}
	return b[0] == 0xff, nil
}

// ParseBitString reads the contents of a BIT STRING into its bytes and the
// number of unused bits at the end, which must be zero bits.
func ParseBitString(b []byte) ([]byte, int, error) {
	if len(b) == 0 || b[0] > 7 || len(b) == 1 && b[0] != 0 {
		return nil, 0, syntaxError("bit string without a proper count of unused bits")
	}
	if b[0] > 0 && b[len(b)-1]&(1<<b[0]-1) != 0 {
		return nil, 0, syntaxError("unused bits are not zero")
	}
	return b[1:], int(b[0]), nil
}

// ParseTime reads a UTCTime (years 1950 to 2049) or a GeneralizedTime. The first
// instant of the year 1, which is Go's sign of an absent time, and what is before
// it are times of nothing.
func ParseTime(e Element) (time.Time, error) {
	b, year := e.Body, 0
	switch {
	case e.Tag == UTCTime && len(b) == len("060102150405Z"):
		if year = digits(b[:2]); year < 50 {
			year += 100
		}
		year, b = year+1900, b[2:]
	case e.Tag == GeneralizedTime && len(b) == len("20060102150405Z"):
		year, b = digits(b[:2])*100+digits(b[2:4]), b[4:]
	case e.Tag != UTCTime && e.Tag != GeneralizedTime:
		return time.Time{}, syntaxError("a time was expected here")
	default:
		return time.Time{}, syntaxError("malformed time")
	}
	for _, c := range e.Body[:len(e.Body)-1] {
		if c < '0' || c > '9' {
			return time.Time{}, syntaxError("malformed time")
		}
	}
	month, day := digits(b[0:2]), digits(b[2:4])
	hour, minute, second := digits(b[4:6]), digits(b[6:8]), digits(b[8:10])
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if b[10] != 'Z' || !t.After(time.Time{}) || hour > 23 || minute > 59 || second > 59 || t.Day() != day || t.Month() != time.Month(month) {
		return time.Time{}, syntaxError("malformed time")
	}
	return t, nil
}

// digits reads two decimal digits.
func digits(b []byte) int { return int(b[0]-'0')*10 + int(b[1]-'0') }

// ParseText reads a directory string of any of its types. Bytes that the type
// does not allow are replaced, not refused: a name is shown and compared, and
// the comparison is made over the bytes.
func ParseText(e Element) (string, bool) {
	switch e.Tag {
	case UTF8String, PrintableString, IA5String, 0x12: // NumericString
		if utf8.Valid(e.Body) {
			return string(e.Body), true
		}
		return strings.ToValidUTF8(string(e.Body), "\uFFFD"), true
	case 0x14: // TeletexString, read as Latin-1
		r := make([]rune, len(e.Body))
		for i, c := range e.Body {
			r[i] = rune(c)
		}
		return string(r), true
	case 0x1e: // BMPString
		u := make([]uint16, len(e.Body)/2)
		for i := range u {
			u[i] = uint16(e.Body[2*i])<<8 | uint16(e.Body[2*i+1])
		}
		return string(utf16.Decode(u)), len(e.Body)%2 == 0
	case 0x1c: // UniversalString
		r := make([]rune, 0, len(e.Body)/4)
		for i := 0; i+4 <= len(e.Body); i += 4 {
			c := rune(e.Body[i])<<24 | rune(e.Body[i+1])<<16 | rune(e.Body[i+2])<<8 | rune(e.Body[i+3])
			if !utf8.ValidRune(c) {
				c = utf8.RuneError
			}
			r = append(r, c)
		}
		return string(r), len(e.Body)%4 == 0
	}
	return "", false
}
