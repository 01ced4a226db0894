package changes

import (
	"bytes"
	"errors"
	"strconv"
)

// operand is an argument of an operator of a content stream (7.8.2): a number, or
// the bytes of a string or a name. Arrays are laid flat, as only TJ and d have
// them; dictionaries are left out.
type operand struct {
	number float64
	text   []byte
	name   string
}

// errContent: a content stream that is not read here.
var errContent = errors.New("the content cannot be read")

const maxOperands = 1 << 16

// scanContent calls visit for every operator. It knows no inline images: their
// data may be anything.
func scanContent(data []byte, visit func(operator string, args []operand) error) error {
	var args []operand
	for i := 0; i < len(data); {
		c := data[i]
		var err error
		switch {
		case isSpace(c) || c == '[' || c == ']' || c == '{' || c == '}' || c == ')':
			i++
			continue
		case c == '%':
			i += end(data[i:], "\r\n")
			continue
		case c == '(':
			var text []byte
			text, i, err = literal(data, i)
			args = append(args, operand{text: text})
		case c == '<' && i+1 < len(data) && data[i+1] == '<', c == '>':
			i++
			if i < len(data) && data[i] == c {
				i++
			}
		case c == '<':
			var text []byte
			text, i, err = hexadecimal(data, i)
			args = append(args, operand{text: text})
		case c == '/':
			n := 1 + end(data[i+1:], " \t\r\n\f\x00()<>[]{}/%")
			args = append(args, operand{name: string(data[i+1 : i+n])})
			i += n
		default:
			n := end(data[i:], " \t\r\n\f\x00()<>[]{}/%")
			word := string(data[i : i+n])
			i += n
			if number, bad := strconv.ParseFloat(word, 64); bad == nil {
				args = append(args, operand{number: number})
			} else if word == "BI" {
				return errContent
			} else {
				err = visit(word, args)
				args = args[:0]
			}
		}
		if err != nil {
			return err
		}
		if len(args) > maxOperands {
			return errContent
		}
	}
	return nil
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

// end returns where data has the first of the stop bytes, or its length.
func end(data []byte, stops string) int {
	if n := bytes.IndexAny(data, stops); n >= 0 {
		return n
	}
	return len(data)
}

// literal reads a string in parentheses. Of its escapes only the length counts
// for places, and the plain ones for comparing text.
func literal(data []byte, i int) ([]byte, int, error) {
	var text []byte
	level := 0
	for ; i < len(data); i++ {
		c := data[i]
		switch {
		case c == '(':
			if level++; level == 1 {
				continue
			}
		case c == ')':
			if level--; level == 0 {
				return text, i + 1, nil
			}
		case c == '\\' && i+1 < len(data):
			i++
			c = data[i]
			if c >= '0' && c <= '7' {
				n := 1
				for n < 3 && i+n < len(data) && data[i+n] >= '0' && data[i+n] <= '7' {
					n++
				}
				code, _ := strconv.ParseUint(string(data[i:i+n]), 8, 16)
				c = byte(code)
				i += n - 1
			} else if j := bytes.IndexByte([]byte("nrtbf"), c); j >= 0 {
				c = "\n\r\t\b\f"[j]
			}
		}
		text = append(text, c)
	}
	return nil, i, errContent
}

func hexadecimal(data []byte, i int) ([]byte, int, error) {
	n := bytes.IndexByte(data[i:], '>')
	if n < 0 {
		return nil, i, errContent
	}
	var digits []byte
	for _, c := range data[i+1 : i+n] {
		if !isSpace(c) {
			digits = append(digits, c)
		}
	}
	if len(digits)%2 == 1 {
		digits = append(digits, '0')
	}
	text := make([]byte, 0, len(digits)/2)
	for ; len(digits) > 0; digits = digits[2:] {
		b, err := strconv.ParseUint(string(digits[:2]), 16, 8)
		if err != nil {
			return nil, i, errContent
		}
		text = append(text, byte(b))
	}
	return text, i + n + 1, nil
}

// fieldOperators are what viewers write into the appearance of a text field:
// text, a border and a background. Curves, images and invisible text, of which
// another text could be made, are not among them.
var fieldOperators = map[string]bool{
	"BMC": true, "BDC": true, "EMC": true, "q": true, "Q": true, "cm": true,
	"g": true, "G": true, "rg": true, "RG": true, "k": true, "K": true,
	"w": true, "d": true, "J": true, "j": true, "M": true, "i": true,
	"re": true, "m": true, "l": true, "h": true, "W": true, "W*": true, "n": true,
	"f": true, "F": true, "f*": true, "S": true, "s": true, "B": true, "b": true,
	"BT": true, "ET": true, "Tf": true, "Td": true, "TD": true, "Tm": true, "T*": true,
	"Tc": true, "Tw": true, "TL": true, "Tz": true, "Tj": true, "TJ": true, "'": true, "\"": true,
}

// shownText returns the strings that the appearance of a field shows, joined. The
// error is errContent when it does anything that such an appearance does not.
func shownText(content []byte) ([]byte, error) {
	var shown []byte
	err := scanContent(content, func(operator string, args []operand) error {
		switch operator {
		case "Tj", "'", "\"", "TJ":
			for _, a := range args {
				shown = append(shown, a.text...)
			}
		}
		if !fieldOperators[operator] {
			return errContent
		}
		return nil
	})
	return shown, err
}

// sameText says whether a text is shown exactly, white space apart. A text of
// other letters than those of ASCII is not compared: their codes depend on the
// font's encoding.
func sameText(shown, text []byte) bool {
	for _, c := range text {
		if c < ' ' && !isSpace(c) || c > '~' {
			return true
		}
	}
	return bytes.Equal(withoutSpace(shown), withoutSpace(text))
}

func withoutSpace(text []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if r < 0x80 && isSpace(byte(r)) {
			return -1
		}
		return r
	}, text)
}
