package pades

import "errors"

// Bounds of one object. They are far above what real files hold and keep the
// tree of one object near twenty-five megabytes at worst.
const (
	maxDepth = 200
	maxNodes = 1 << 18
)

// parser reads objects from data, which is the beginning of the file, or the
// text of one object of an object stream when compressed is set. With discard set
// it checks the syntax and builds nothing, but notes in matters what an object must
// have that is or holds a signature or a field.
type parser struct {
	data       []byte
	pos        int
	nodes      int
	compressed bool
	discard    bool
	matters    bool
	*scratch   // nil when nothing is shared
}

// scratch is what the parsers of one reading use one after another, so that what is
// read is put together once, in its size.
type scratch struct {
	entries []Entry  // of the dictionaries that are open, the innermost last
	objects []Object // of the arrays that are open
	bodies  []body   // that were asked for, such as the catalog
}

// body is the object of a version.
type body struct {
	version int
	object  Object
}

// Bounds of what is kept during one reading.
const (
	maxBodies = 16
	maxBody   = 4 << 10 // bytes of the text of one
)

func newScratch() *scratch {
	const usual = 16
	return &scratch{entries: make([]Entry, 0, usual), objects: make([]Object, 0, usual)}
}

// body returns a body that was asked for before.
func (s *scratch) body(version int) (Object, bool) {
	for i := range s.bodies {
		if s.bodies[i].version == version {
			return s.bodies[i].object, true
		}
	}
	return nil, false
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
	if p.scratch == nil {
		p.scratch = &scratch{entries: make([]Entry, 0, 8)}
	}
	from := len(p.objects)
	for {
		p.space()
		if p.pos < len(p.data) && p.data[p.pos] == ']' {
			p.pos++
			break
		}
		o, err := p.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.discard {
			p.objects = append(p.objects, o)
		}
	}
	if p.discard {
		return Array(nil), nil
	}
	array := append(Array{}, p.objects[from:]...)
	p.objects = p.objects[:from]
	return array, nil
}

func (p *parser) dict(depth int) (Object, error) {
	p.pos += 2
	if p.scratch == nil {
		p.scratch = &scratch{entries: make([]Entry, 0, 8)}
	}
	from := len(p.entries)
	for {
		p.space()
		if p.accept(">>") {
			break
		}
		e, err := p.entry(depth)
		if err != nil {
			return nil, err
		}
		if p.matters && p.discard {
			return nil, errMatters
		}
		if !p.discard {
			p.entries = append(p.entries, e)
		}
	}
	if p.discard {
		return Dict(nil), nil
	}
	dict := append(Dict{}, p.entries[from:]...)
	p.entries = p.entries[:from]
	return dict, nil
}

// errMatters ends a reading that builds nothing, of what must be built.
var errMatters = errors.New("an object that matters, or a stream, which has a length only when it is built")

// entry reads a key and its value.
func (p *parser) entry(depth int) (e Entry, err error) {
	if p.pos >= len(p.data) || p.data[p.pos] != '/' {
		return e, p.fail("a dictionary key must be a name")
	}
	start := p.pos + 1
	key, err := p.name()
	if err != nil {
		return e, err
	}
	written := p.data[start:p.pos]
	p.space()
	e.Key, e.Start = key.(Name), int64(p.pos)
	if e.Value, err = p.object(depth + 1); err != nil {
		return e, err
	}
	e.End = int64(p.pos)
	if p.compressed {
		e.Start, e.End = 0, 0
	}
	if _, ref := e.Value.(Ref); ref && p.discard && (string(written) == "Type" || string(written) == "Subtype") {
		p.matters = true // its name stands elsewhere
	}
	return e, nil
}

// telling are the names that signatures and fields have.
func telling(raw []byte) bool {
	switch string(raw) {
	case "Sig", "DocTimeStamp", "ByteRange", "Widget", "FT":
		return true
	}
	return false
}

// name reads a name, which is a [Name].
func (p *parser) name() (Object, error) {
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
			p.matters = p.matters || telling(raw)
			return Name(""), nil
		}
		return nameOf(raw), nil
	}
	p.matters = true // as whatever it hides
	decoded := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '#' {
			decoded = append(decoded, raw[i])
			continue
		}
		if i+2 >= len(raw) {
			return nil, p.fail("incomplete escape in a name")
		}
		high, low := hexValue(raw[i+1]), hexValue(raw[i+2])
		if high < 0 || low < 0 || high|low == 0 {
			return nil, p.fail("malformed escape in a name")
		}
		decoded = append(decoded, byte(high<<4|low))
		i += 2
	}
	return Name(decoded), nil
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
	start := p.pos
	number, ok := p.digits(maxDigits)
	if !ok {
		p.pos = start
		first, err := p.number()
		i, whole := first.(Integer)
		if err != nil || !whole {
			return first, err
		}
		number = int64(i)
	}
	after := p.pos
	if generation, ok := p.restOfRef(); ok && number < maxObjects {
		if p.discard {
			return Ref{}, nil
		}
		return Ref{Number: uint32(number), Generation: generation}, nil
	}
	p.pos = after
	if p.discard {
		return Integer(0), nil
	}
	return Integer(number), nil
}

// restOfRef reads what follows the number in a reference.
func (p *parser) restOfRef() (uint16, bool) {
	p.space()
	generation, ok := p.digits(5)
	return uint16(generation), ok && generation <= 65535 && p.space() > 0 && p.keyword("R")
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

// class is what a character is (7.2.2). The table is read only.
type class byte

const (
	regular class = iota
	white
	delimiter
)

var classes = [256]class{
	' ': white, '\n': white, '\r': white, '\t': white, '\f': white, 0: white,
	'(': delimiter, ')': delimiter, '<': delimiter, '>': delimiter, '[': delimiter, ']': delimiter,
	'{': delimiter, '}': delimiter, '/': delimiter, '%': delimiter,
}

func isSpace(c byte) bool { return classes[c] == white }

func isRegular(c byte) bool { return classes[c] == regular }

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
