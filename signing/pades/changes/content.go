package changes

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strconv"
)

// operand is an argument of an operator of a content stream (7.8.2). Arrays are
// laid flat, as only TJ, d and BDC have them; dictionaries too, as only BDC and DP
// have them.
type operand struct {
	kind   operandKind
	number float64
	text   []byte
	name   string
}

type operandKind int

const (
	numberOperand operandKind = iota
	textOperand
	nameOperand
)

// errContent: a content stream that is not read here.
var errContent = errors.New("the content cannot be read")

const (
	maxOperands = 1 << 16
	// Programs cut longer tokens off, each in its own way (annex C).
	maxNumber = 64
	maxName   = 127
	maxText   = 32767
)

// regular bytes end at these (7.2.2).
const delimiters = " \t\r\n\f\x00()<>[]{}/%"

// contentScanner reads a content stream.
type contentScanner struct {
	data []byte
	args []operand
	// open counts what has been opened and not closed: arrays and dictionaries.
	open int
}

// scanContent calls visit for every operator. It knows no inline images, as their
// data may be anything, and nothing that programs read in more than one way.
func scanContent(data []byte, visit func(operator string, args []operand) error) error {
	c := &contentScanner{data: data}
	for i := 0; i < len(data); {
		word, next, err := c.token(i)
		if err != nil {
			return err
		}
		i = next
		if word != "" {
			if c.open != 0 || word == "BI" {
				return errContent
			}
			if err := visit(word, c.args); err != nil {
				return err
			}
			c.args = c.args[:0]
		}
		if len(c.args) > maxOperands {
			return errContent
		}
	}
	if c.open != 0 {
		return errContent
	}
	return nil
}

// token reads one token at i and returns where the next begins; word is the
// operator when it is one.
func (c *contentScanner) token(i int) (word string, next int, err error) {
	data := c.data
	double := i+1 < len(data) && data[i+1] == data[i]
	switch b := data[i]; {
	case isSpace(b):
		return "", i + 1, nil
	case b == '[':
		c.open++
		return "", i + 1, nil
	case b == ']':
		c.open--
		return "", i + 1, c.closed()
	case b == '%':
		return "", i + end(data[i:], "\r\n"), nil
	case b == '(':
		text, next, err := literal(data, i)
		return "", next, cmp.Or(err, c.push(operand{kind: textOperand, text: text}))
	case b == '<' && double:
		c.open++
		return "", i + 2, nil
	case b == '>' && double:
		c.open--
		return "", i + 2, c.closed()
	case b == '<':
		text, next, err := hexadecimal(data, i)
		return "", next, cmp.Or(err, c.push(operand{kind: textOperand, text: text}))
	case b == '/':
		n := 1 + end(data[i+1:], delimiters)
		name, err := decodedName(data[i+1 : i+n])
		return "", i + n, cmp.Or(err, c.push(operand{kind: nameOperand, name: name}))
	case bytes.IndexByte([]byte(delimiters), b) >= 0:
		return "", i, errContent
	}
	n := end(data[i:], delimiters)
	word = string(data[i : i+n])
	if number, ok := contentNumber(word); ok {
		c.args = append(c.args, operand{kind: numberOperand, number: number})
		return "", i + n, nil
	}
	return word, i + n, nil
}

// push takes an operand that no program cuts off.
func (c *contentScanner) push(o operand) error {
	if len(o.name) > maxName || len(o.text) > maxText {
		return errContent
	}
	c.args = append(c.args, o)
	return nil
}

func (c *contentScanner) closed() error {
	if c.open < 0 {
		return errContent
	}
	return nil
}

// contentNumber reads a number as every program reads it: digits, one point, one
// sign in front.
func contentNumber(word string) (float64, bool) {
	if len(word) > maxNumber {
		return 0, false
	}
	for i, c := range []byte(word) {
		if (c < '0' || c > '9') && c != '.' && (i > 0 || c != '-' && c != '+') {
			return 0, false
		}
	}
	number, err := strconv.ParseFloat(word, 64)
	return number, err == nil
}

// decodedName resolves #xx in a name (7.3.5).
func decodedName(raw []byte) (string, error) {
	var name []byte
	for i := 0; i < len(raw); i++ {
		if raw[i] != '#' {
			name = append(name, raw[i])
			continue
		}
		if i+3 > len(raw) {
			return "", errContent
		}
		code, err := strconv.ParseUint(string(raw[i+1:i+3]), 16, 8)
		if err != nil {
			return "", errContent
		}
		name = append(name, byte(code))
		i += 2
	}
	return string(name), nil
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

// sameText says whether a text is shown exactly, white space apart. Letters other
// than those of ASCII depend on the font's encoding: where the text has some, the
// shown bytes must have something that is none of ASCII, or a question mark, or
// nothing.
func sameText(shown []byte, text string) bool {
	rest := withoutSpace(shown)
	foreign := false
	for _, r := range text {
		switch {
		case r < 0x80 && isSpace(byte(r)):
			continue
		case r < ' ' || r > '~':
			foreign = true
			continue
		}
		if foreign {
			rest = bytes.TrimLeftFunc(rest, otherLetter(byte(r)))
			foreign = false
		}
		if len(rest) == 0 || rest[0] != byte(r) {
			return false
		}
		rest = rest[1:]
	}
	if foreign {
		rest = bytes.TrimLeftFunc(rest, otherLetter(0))
	}
	return len(rest) == 0
}

// maxShown bounds a text that is taken apart into options.
const maxShown = 1 << 12

// madeOf says whether a text is shown that is made of some texts, white space
// apart.
func madeOf(shown []byte, texts []string) bool {
	shown = withoutSpace(shown)
	if len(shown)*len(texts) > maxShown*256 || len(shown) > maxShown {
		return false
	}
	reached := make([]bool, len(shown)+1)
	reached[0] = true
	for from := range shown {
		for _, text := range texts {
			// A letter that is none of ASCII takes one byte or none.
			least, most := 0, 0
			for _, r := range text {
				if r >= ' ' && r <= '~' && r != ' ' {
					least++
				}
				most++
			}
			for to := from + least; reached[from] && to <= min(from+most, len(shown)); to++ {
				reached[to] = reached[to] || to > from && sameText(shown[from:to], text)
			}
		}
	}
	return reached[len(shown)]
}

// otherLetter says whether a byte may stand for a letter that is none of ASCII;
// next is what follows it, which a question mark could be itself.
func otherLetter(next byte) func(rune) bool {
	return func(r rune) bool { return r > '~' || r < ' ' || r == '?' && next != '?' }
}

func withoutSpace(text []byte) []byte {
	return slices.DeleteFunc(slices.Clone(text), isSpace)
}
