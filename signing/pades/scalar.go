package pades

import (
	"bytes"
	"encoding/hex"
	"strconv"
)

const (
	// maxNumber is the longest number this reader accepts, in bytes.
	maxNumber = 64
	// maxDigits are as many as any integer of 64 bits has room for.
	maxDigits = 18
)

// number reads an integer or a real (7.3.3). Exponents and other bases are not
// PDF.
func (p *parser) number() (Object, error) {
	start := p.pos
	if c := p.data[p.pos]; c == '+' || c == '-' {
		p.pos++
	}
	digits, points := 0, 0
	for p.pos < len(p.data) && isRegular(p.data[p.pos]) {
		switch c := p.data[p.pos]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		default:
			return nil, p.fail("malformed number")
		}
		p.pos++
	}
	if digits == 0 || points > 1 || p.pos-start > maxNumber {
		return nil, p.fail("malformed number")
	}
	if p.discard && points > 0 {
		return nil, nil
	}
	text := string(p.data[start:p.pos])
	if points == 0 {
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return Integer(i), nil
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, p.fail("malformed number")
	}
	return Real(f), nil
}

// digits reads an unsigned integer of at most limit digits that ends at a
// delimiter. The position is undefined when it is not one.
func (p *parser) digits(limit int) (int64, bool) {
	start := p.pos
	var value int64
	for p.pos < len(p.data) && p.data[p.pos] >= '0' && p.data[p.pos] <= '9' {
		if p.pos-start == limit {
			return 0, false
		}
		value = value*10 + int64(p.data[p.pos]-'0')
		p.pos++
	}
	if p.pos == start || p.pos < len(p.data) && isRegular(p.data[p.pos]) {
		return 0, false
	}
	return value, true
}

// literal reads a string in parentheses (7.3.4.2).
func (p *parser) literal() (Object, error) {
	p.pos++
	value := []byte{}
	for level := 1; p.pos < len(p.data); p.pos++ {
		c := p.data[p.pos]
		switch c {
		case '(':
			level++
		case ')':
			if level--; level == 0 {
				p.pos++
				return String{Value: value}, nil
			}
		case '\\':
			p.pos++
			value = p.escape(value)
			continue
		case '\r':
			if p.pos+1 < len(p.data) && p.data[p.pos+1] == '\n' {
				p.pos++
			}
			c = '\n'
		}
		if !p.discard {
			value = append(value, c)
		}
	}
	return nil, p.fail("string without its end")
}

// escape appends what the escape at the position stands for, and leaves the
// position at its last byte.
func (p *parser) escape(value []byte) []byte {
	if p.pos >= len(p.data) {
		return value
	}
	switch c := p.data[p.pos]; c {
	case 'n':
		return append(value, '\n')
	case 'r':
		return append(value, '\r')
	case 't':
		return append(value, '\t')
	case 'b':
		return append(value, '\b')
	case 'f':
		return append(value, '\f')
	case '\n':
		return value
	case '\r':
		if p.pos+1 < len(p.data) && p.data[p.pos+1] == '\n' {
			p.pos++
		}
		return value
	case '0', '1', '2', '3', '4', '5', '6', '7':
		code := int(c - '0')
		for n := 1; n < 3 && p.pos+1 < len(p.data); n++ {
			next := p.data[p.pos+1]
			if next < '0' || next > '7' {
				break
			}
			code = code<<3 | int(next-'0')
			p.pos++
		}
		return append(value, byte(code))
	default:
		return append(value, c)
	}
}

// hexadecimal reads a string in angle brackets (7.3.4.3).
func (p *parser) hexadecimal() (Object, error) {
	p.pos++
	size := bytes.IndexByte(p.data[p.pos:], '>')
	if size < 0 {
		return nil, p.fail("hexadecimal string without its end")
	}
	raw := p.data[p.pos : p.pos+size]
	p.pos += size + 1
	if p.discard {
		return nil, p.checkHexadecimal(raw)
	}
	value := make([]byte, (size+1)/2)
	if _, err := hex.Decode(value, raw); err == nil {
		return String{Value: value, plain: true}, nil
	}
	return hexadecimalSlowly(value[:0], raw), nil
}

func (p *parser) checkHexadecimal(raw []byte) error {
	for _, c := range raw {
		if hexValue(c) < 0 && !isSpace(c) {
			return p.fail("malformed hexadecimal string")
		}
	}
	return nil
}

// hexadecimalSlowly decodes digits with white space between them, or an odd
// number of them, which stands for one more zero.
func hexadecimalSlowly(value, raw []byte) String {
	high := -1
	for _, c := range raw {
		digit := hexValue(c)
		switch {
		case digit < 0 && isSpace(c):
		case digit < 0:
			return String{Malformed: true}
		case high < 0:
			high = digit
		default:
			value = append(value, byte(high<<4|digit))
			high = -1
		}
	}
	if high >= 0 {
		value = append(value, byte(high<<4))
	}
	return String{Value: value}
}
