package der

import "errors"

// ErrTooManyElements means that an input was not read to its end because it
// holds too many elements. It says nothing about whether the input is right.
var ErrTooManyElements = errors.New("too many ASN.1 elements")

// Limits of [FromBER]: no honest file is nested deeper, and none that is worth
// the time has more elements.
const (
	maxDepth    = 40
	maxElements = 1 << 18
)

// FromBER rewrites one element of the basic encoding rules into definite
// lengths, which is how Java libraries' signatures become readable: indefinite
// lengths are closed, an OCTET STRING in pieces becomes one; other strings in
// pieces, which nobody sends, stay as they are and will be refused. Bytes after the element are refused. The order of SETs is kept, since
// the signer has hashed what the signer sent.
//
// An input that is DER already comes back unchanged, not copied. An input of
// more elements than this reader is willing to look at is [ErrTooManyElements].
func FromBER(b []byte) ([]byte, error) {
	budget := maxElements
	if definite(b, 0, &budget) {
		if _, err := One(b); err != nil {
			return nil, err
		}
		return b, nil
	}
	if budget < 0 {
		return nil, ErrTooManyElements
	}
	budget = maxElements
	out, rest, err := transcode(b, 0, &budget)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, syntaxError("bytes follow the element")
	}
	return out, nil
}

// definite reports whether the encoding is free of everything that transcode
// would change.
func definite(b []byte, depth int, budget *int) bool {
	for len(b) > 0 {
		e, rest, err := split(b)
		if *budget--; err != nil || *budget < 0 || depth > maxDepth || e.Tag == OctetString|0x20 {
			return false
		}
		if e.Tag&0x20 != 0 && !definite(e.Body, depth+1, budget) {
			return false
		}
		b = rest
	}
	return true
}

// transcode rewrites the first element of b and returns what follows it. It
// takes every element from the budget.
func transcode(b []byte, depth int, budget *int) (out, rest []byte, err error) {
	if depth > maxDepth {
		return nil, nil, syntaxError("nested too deeply")
	}
	if *budget--; *budget < 0 {
		return nil, nil, ErrTooManyElements
	}
	tag, body, rest, indefinite, err := splitBER(b)
	if err != nil {
		return nil, nil, err
	}
	if tag&0x20 == 0 {
		return Encode(tag, body), rest, nil
	}
	var parts [][]byte
	for {
		if indefinite && len(body) >= 2 && body[0] == 0 && body[1] == 0 {
			rest = body[2:]
			break
		}
		if len(body) == 0 {
			if indefinite {
				return nil, nil, syntaxError("truncated")
			}
			break
		}
		var part []byte
		if part, body, err = transcode(body, depth+1, budget); err != nil {
			return nil, nil, err
		}
		parts = append(parts, part)
	}
	if tag == OctetString|0x20 {
		out, err = joinOctets(parts)
		return out, rest, err
	}
	return Encode(tag, parts...), rest, nil
}

// joinOctets makes one OCTET STRING of its pieces.
func joinOctets(parts [][]byte) ([]byte, error) {
	bodies := make([][]byte, len(parts))
	for i, p := range parts {
		e, err := One(p)
		if err != nil || e.Tag != OctetString {
			return nil, syntaxError("octet string has a piece that is none")
		}
		bodies[i] = e.Body
	}
	return Encode(OctetString, bodies...), nil
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
