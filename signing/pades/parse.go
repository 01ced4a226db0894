package pades

// Bounds of one object. They are far above what real files hold and keep the
// tree of one object near twenty-five megabytes at worst.
const (
	maxDepth = 200
	maxNodes = 1 << 18
)

// parser reads objects from data, which is the beginning of the file, or the
// text of one object of an object stream when compressed is set. With discard set
// it checks the syntax and builds nothing.
type parser struct {
	data       []byte
	pos        int
	nodes      int
	compressed bool
	discard    bool
}

func (p *parser) fail(format string, args ...any) error {
	return syntaxError(p.offset(), format, args...)
}

func (p *parser) offset() int64 {
	if p.compressed {
		return -1
	}
	return int64(p.pos)
}

// object reads one object. A stream's keyword after a dictionary is left to the
// caller, as it may only stand in an indirect object.
func (p *parser) object(depth int) (Object, error) {
	if depth > maxDepth {
		return nil, limitError(p.offset(), "objects nested deeper than %d", maxDepth)
	}
	if p.nodes++; p.nodes > maxNodes {
		return nil, limitError(p.offset(), "object of more than %d parts", maxNodes)
	}
	p.space()
	if p.pos >= len(p.data) {
		return nil, p.fail("the data ends where an object should begin")
	}
	switch c := p.data[p.pos]; {
	case c == '/':
		return p.name()
	case c == '(':
		return p.literal()
	case c == '<':
		if p.pos+1 < len(p.data) && p.data[p.pos+1] == '<' {
			return p.dict(depth)
		}
		return p.hexadecimal()
	case c == '[':
		return p.array(depth)
	case c >= '0' && c <= '9':
		return p.numberOrRef()
	case c == '+' || c == '-' || c == '.':
		return p.number()
	default:
		return p.word()
	}
}

func (p *parser) array(depth int) (Object, error) {
	p.pos++
	array := Array{}
	for {
		p.space()
		if p.pos < len(p.data) && p.data[p.pos] == ']' {
			p.pos++
			return array, nil
		}
		o, err := p.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.discard {
			array = append(array, o)
		}
	}
}

func (p *parser) dict(depth int) (Object, error) {
	p.pos += 2
	var dict Dict
	if !p.discard {
		dict = make(Dict, 0, 4)
	}
	for {
		p.space()
		if p.accept(">>") {
			return dict, nil
		}
		if p.pos >= len(p.data) || p.data[p.pos] != '/' {
			return nil, p.fail("a dictionary key must be a name")
		}
		key, err := p.name()
		if err != nil {
			return nil, err
		}
		p.space()
		e := Entry{Key: key, Start: int64(p.pos)}
		if e.Value, err = p.object(depth + 1); err != nil {
			return nil, err
		}
		e.End = int64(p.pos)
		if p.compressed {
			e.Start, e.End = 0, 0
		}
		if !p.discard {
			dict = append(dict, e)
		}
	}
}

func (p *parser) name() (Name, error) {
	p.pos++
	start := p.pos
	escaped := false
	for p.pos < len(p.data) && isRegular(p.data[p.pos]) {
		escaped = escaped || p.data[p.pos] == '#'
		p.pos++
	}
	raw := p.data[start:p.pos]
	if !escaped {
		if p.discard {
			return "", nil
		}
		return commonName(raw), nil
	}
	decoded := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '#' {
			decoded = append(decoded, raw[i])
			continue
		}
		if i+2 >= len(raw) {
			return "", p.fail("incomplete escape in a name")
		}
		high, low := hexValue(raw[i+1]), hexValue(raw[i+2])
		if high < 0 || low < 0 || high|low == 0 {
			return "", p.fail("malformed escape in a name")
		}
		decoded = append(decoded, byte(high<<4|low))
		i += 2
	}
	return Name(decoded), nil
}

// commonName is a conversion that allocates nothing for the names that most
// dictionaries are made of.
func commonName(raw []byte) Name {
	switch string(raw) {
	case "Type":
		return "Type"
	case "Subtype":
		return "Subtype"
	case "Length":
		return "Length"
	case "Filter":
		return "Filter"
	case "FlateDecode":
		return "FlateDecode"
	case "Parent":
		return "Parent"
	case "Kids":
		return "Kids"
	case "Rect":
		return "Rect"
	case "P":
		return "P"
	case "S":
		return "S"
	case "T":
		return "T"
	case "V":
		return "V"
	case "K":
		return "K"
	case "F":
		return "F"
	case "FT":
		return "FT"
	case "Pg":
		return "Pg"
	case "DA":
		return "DA"
	case "Annot":
		return "Annot"
	case "Widget":
		return "Widget"
	case "StructElem":
		return "StructElem"
	case "Page":
		return "Page"
	case "Resources":
		return "Resources"
	case "Contents":
		return "Contents"
	}
	return Name(raw)
}

func (p *parser) word() (Object, error) {
	start := p.pos
	for p.pos < len(p.data) && isRegular(p.data[p.pos]) {
		p.pos++
	}
	switch string(p.data[start:p.pos]) {
	case "null":
		return nil, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	p.pos = start
	return nil, p.fail("an object cannot begin here")
}

// numberOrRef reads an integer, a real, or a reference, which begins like an
// integer and is told apart by what follows.
func (p *parser) numberOrRef() (Object, error) {
	first, err := p.number()
	if err != nil {
		return nil, err
	}
	number, ok := first.(Integer)
	if !ok || number >= maxObjects {
		return first, nil
	}
	after := p.pos
	p.space()
	generation, ok := p.digits(5)
	if ok && generation <= 65535 && p.space() > 0 && p.keyword("R") {
		return Ref{Number: uint32(number), Generation: uint16(generation)}, nil
	}
	p.pos = after
	return first, nil
}

// skipComment leaves the position at the end-of-line marker.
func (p *parser) skipComment() {
	for p.pos < len(p.data) && p.data[p.pos] != '\n' && p.data[p.pos] != '\r' {
		p.pos++
	}
}

// space skips white space and comments and returns how many bytes they were.
func (p *parser) space() int {
	start := p.pos
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		if c == '%' {
			p.skipComment()
		} else if isSpace(c) {
			p.pos++
		} else {
			break
		}
	}
	return p.pos - start
}

// accept skips the token if it stands here.
func (p *parser) accept(token string) bool {
	if len(p.data)-p.pos < len(token) || string(p.data[p.pos:p.pos+len(token)]) != token {
		return false
	}
	p.pos += len(token)
	return true
}

// keyword is accept for a word, which must not run on into another one.
func (p *parser) keyword(word string) bool {
	end := p.pos + len(word)
	if end < len(p.data) && isRegular(p.data[end]) {
		return false
	}
	return p.accept(word)
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isRegular(c byte) bool {
	switch c {
	case ' ', '\n', '\r', '\t', '\f', 0, '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return false
	}
	return true
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
