package der

import "errors"

// ErrTooManyElements means that an input was not read to its end because the
// lengths of its constructed elements would take more than 16 MB of memory. It
// says nothing about whether the input is right.
var ErrTooManyElements = errors.New("more than 4194304 constructed ASN.1 elements, whose lengths would take over 16 MB of memory")

// Limits of [FromBER]. No honest file is nested deeper. Elements are counted only
// where they take memory: four bytes for each that is constructed, in an input
// that is not DER.
const (
	maxDepth       = 40
	maxConstructed = 16 << 20 / 4
)

// FromBER rewrites one element of the basic encoding rules into definite
// lengths, which is how Java libraries' signatures become readable: indefinite
// lengths are closed, an OCTET STRING in pieces becomes one; other strings in
// pieces, which nobody sends, stay as they are and will be refused. Bytes after
// the element are refused. The order of SETs is kept, since the signer has hashed
// what the signer sent.
//
// An input that is DER already comes back unchanged, not copied. One whose
// lengths take more memory than this reader spends is [ErrTooManyElements].
func FromBER(b []byte) ([]byte, error) {
	if definite(b, 0) {
		if _, err := One(b); err != nil {
			return nil, err
		}
		return b, nil
	}
	var t transcoder
	whole, rest, err := t.measure(b, 0)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, syntaxError("bytes follow the element")
	}
	t.out = make([]byte, 0, whole.size())
	t.write(b, false)
	return t.out, nil
}

// definite reports whether the encoding is free of everything that a transcoder
// would change.
func definite(b []byte, depth int) bool {
	for len(b) > 0 {
		e, rest, err := split(b)
		if err != nil || depth > maxDepth || e.Tag == OctetString|0x20 {
			return false
		}
		if e.Tag&0x20 != 0 && !definite(e.Body, depth+1) {
			return false
		}
		b = rest
	}
	return true
}

// transcoder rewrites an element in two passes: the first measures, the second
// writes, so that nothing is copied once for each level.
type transcoder struct {
	lengths []uint32 // of the contents of constructed elements, in the order of the input
	next    int      // of them, in the second pass
	out     []byte
}

// measured is an element as it will be written.
type measured struct {
	tag  Tag
	body int
}

// size is the length of the whole element.
func (m measured) size() int { return len(AppendHeader(make([]byte, 0, 6), m.tag, m.body)) + m.body }

// measure measures the first element of b and returns what follows it.
func (t *transcoder) measure(b []byte, depth int) (m measured, rest []byte, err error) {
	if depth > maxDepth {
		return m, nil, syntaxError("nested too deeply")
	}
	tag, body, rest, indefinite, err := splitBER(b)
	if err != nil {
		return m, nil, err
	}
	if tag&0x20 == 0 {
		return measured{tag, len(body)}, rest, nil
	}
	if len(t.lengths) == maxConstructed {
		return m, nil, ErrTooManyElements
	}
	own := len(t.lengths)
	t.lengths = append(t.lengths, 0)
	pieces := tag == OctetString|0x20
	m.tag = tag
	if pieces {
		m.tag = OctetString
	}
	for !ends(body, indefinite) {
		var part measured
		if part, body, err = t.measure(body, depth+1); err != nil {
			return m, nil, err
		}
		switch {
		case !pieces:
			m.body += part.size()
		case part.tag != OctetString:
			return m, nil, syntaxError("octet string has a piece that is none")
		default:
			m.body += part.body
		}
	}
	if indefinite {
		if len(body) == 0 {
			return m, nil, syntaxError("truncated")
		}
		rest = body[2:]
	}
	t.lengths[own] = uint32(m.body)
	return m, rest, nil
}

// ends reports whether no more elements follow in the contents of a constructed
// element.
func ends(body []byte, indefinite bool) bool {
	return len(body) == 0 || indefinite && len(body) >= 2 && body[0] == 0 && body[1] == 0
}

// write writes the first element of b, which was measured, and returns what
// follows it. Of a bare one it writes the contents only.
func (t *transcoder) write(b []byte, bare bool) (rest []byte) {
	tag, body, rest, indefinite, _ := splitBER(b)
	length, constructed := len(body), tag&0x20 != 0
	if constructed {
		length = int(t.lengths[t.next])
		t.next++
	}
	pieces := tag == OctetString|0x20
	if pieces {
		tag = OctetString
	}
	if !bare {
		t.out = AppendHeader(t.out, tag, length)
	}
	if !constructed {
		t.out = append(t.out, body...)
		return rest
	}
	for !ends(body, indefinite) {
		body = t.write(body, pieces)
	}
	if indefinite {
		rest = body[2:]
	}
	return rest
}

// splitBER takes one element off b, allowing what BER allows of lengths. For
// an indefinite length, body is everything after the header.
func splitBER(b []byte) (tag Tag, body, rest []byte, indefinite bool, err error) {
	if len(b) < 2 {
		return 0, nil, nil, false, syntaxError("truncated")
	}
	tag = Tag(b[0])
	if tag&0x1f == 0x1f {
		return 0, nil, nil, false, syntaxError("tag number above 30")
	}
	n, head := int(b[1]), 2
	switch {
	case n == 0x80:
		if tag&0x20 == 0 {
			return 0, nil, nil, false, syntaxError("primitive element of indefinite length")
		}
		return tag, b[2:], nil, true, nil
	case n > 0x80:
		count := n & 0x7f
		if count > 8 || len(b) < 2+count {
			return 0, nil, nil, false, syntaxError("length too long")
		}
		n = 0
		for _, c := range b[2 : 2+count] {
			if n >= 1<<32 {
				return 0, nil, nil, false, syntaxError("length too long")
			}
			n = n<<8 | int(c)
		}
		head += count
	}
	if n > len(b)-head {
		return 0, nil, nil, false, syntaxError("truncated")
	}
	return tag, b[head : head+n], b[head+n:], false, nil
}
