package documents

import (
	"encoding/binary"
	"strings"
	"unicode"
)

// checkAlphabet has 32 signs that nobody mistakes for one another: digits and
// capitals without I, L, O and U.
const checkAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// checkSigns is the length of a check code without its dashes: 60 bits.
const checkSigns = 12

// CheckCode returns the check code made of 60 of these random bits: twelve
// signs in three groups, such as "7K2M-Q0ZT-9HXA". It stands on the document
// and is the second fact that the public check asks for.
func CheckCode(random [8]byte) string {
	bits := binary.BigEndian.Uint64(random[:])
	var b strings.Builder
	for i := range checkSigns {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(checkAlphabet[bits>>(5*i)&31])
	}
	return b.String()
}

// ParseCheckCode reads a check code as people type it: in small letters, with
// or without dashes and spaces, O for 0, I and L for 1, and with Cyrillic
// letters that look like the Latin ones.
func ParseCheckCode(s string) (string, bool) {
	if len(s) > 100 {
		return "", false
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if r = plainNumberRune(unicode.ToUpper(r)); r < 0 {
			continue
		}
		switch r {
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if r > unicode.MaxASCII || !strings.ContainsRune(checkAlphabet, r) || n == checkSigns {
			return "", false
		}
		if n > 0 && n%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
		n++
	}
	return b.String(), n == checkSigns
}
