package pdf

import (
	"strings"
	"unicode/utf8"
)

// softHyphen is the code under which the hyphen of a divided word is shown, so
// that who extracts the text knows that it is none of the text's.
const softHyphen = '\u00AD'

// appendString writes a text as the string of a font: two bytes a character,
// its UTF-16 code, which is also its CID. What has a meaning in a string is
// escaped (ISO 32000-1, 7.3.4.2).
func appendString(dst []byte, s string, hyphen bool) []byte {
	dst = append(dst, '(')
	for _, r := range s {
		r = shown(r)
		if hi, lo := byte(r>>8), byte(r); plainByte[hi] && plainByte[lo] {
			dst = append(dst, hi, lo)
		} else {
			dst = appendByte(appendByte(dst, hi), lo)
		}
	}
	if hyphen {
		dst = append(dst, 0, 0xAD)
	}
	return append(dst, ')')
}

// plainByte tells which bytes stand for themselves in a string. Read only.
var plainByte = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = c != '(' && c != ')' && c != '\\' && c != '\r'
	}
	return plain
}()

func appendByte(dst []byte, c byte) []byte {
	switch c {
	case '(', ')', '\\':
		return append(dst, '\\', c)
	case '\r':
		return append(dst, '\\', 'r')
	}
	return append(dst, c)
}

// appendStretched writes a text for TJ, with every space widened by extra
// thousandths of the type size.
func appendStretched(dst []byte, s string, extra int, hyphen bool) []byte {
	dst = append(dst, '[')
	for {
		i := strings.IndexAny(s, " \u00A0")
		if i < 0 {
			break
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		dst = appendString(dst, s[:i+size], false)
		dst = appendInt(dst, -extra)
		s = s[i+size:]
	}
	dst = appendString(dst, s, hyphen)
	return append(dst, ']')
}
