package der

// LengthBER returns the length of the one element, in BER or DER, that b begins
// with; bytes after it are not looked at. The error is [ErrSyntax] when there is
// no complete element.
func LengthBER(b []byte) (int, error) {
	rest, err := skip(b, 0)
	return len(b) - len(rest), err
}

// skip returns what follows the first element of b.
func skip(b []byte, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, syntaxError("nested too deeply")
	}
	_, body, rest, indefinite, err := splitBER(b)
	if err != nil || !indefinite {
		return rest, err
	}
	for len(body) >= 2 {
		if body[0] == 0 && body[1] == 0 {
			return body[2:], nil
		}
		if body, err = skip(body, depth+1); err != nil {
			return nil, err
		}
	}
	return nil, syntaxError("truncated")
}
