package der

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestLengthBER(t *testing.T) {
	deep := func(n int) []byte {
		return append(bytes.Repeat([]byte("\x30\x80"), n), bytes.Repeat([]byte("\x00\x00"), n)...)
	}
	many := func(n int) []byte {
		return append(append([]byte("\x30\x80"), bytes.Repeat([]byte("\x05\x00"), n)...), 0, 0)
	}
	for _, c := range []struct {
		name string
		in   []byte
		size int
		err  error
		says string
	}{
		{"DER", []byte("\x30\x03\x02\x01\x05rest"), 5, nil, ""},
		{"indefinite", []byte("\x30\x80\x02\x01\x05\x00\x00\x00\x00"), 7, nil, ""},
		{"zeros inside of what has a length", []byte("\x30\x80\x04\x02\x00\x00\x00\x00"), 8, nil, ""},
		{"indefinite in indefinite", []byte("\x30\x80\xa0\x80\x00\x00\x00\x00\x00"), 8, nil, ""},
		{"length not minimal", []byte("\x30\x81\x01x"), 4, nil, ""},
		{"as deep as is read", deep(maxDepth + 1), 4 * (maxDepth + 1), nil, ""},
		{"deeper", deep(maxDepth + 2), 0, ErrSyntax, "nested too deeply"},
		{"a million elements", many(1 << 20), 2<<20 + 4, nil, ""},
		{"without its end", []byte("\x30\x80\x02\x01\x05"), 0, ErrSyntax, "truncated"},
		{"half of an end", []byte("\x30\x80\x02\x01\x05\x00"), 0, ErrSyntax, "truncated"},
		{"a length beyond the end", []byte("\x30\x05\x02\x01\x05"), 0, ErrSyntax, "truncated"},
		{"primitive and indefinite", []byte("\x04\x80\x00\x00"), 0, ErrSyntax, "primitive element"},
		{"nothing", nil, 0, ErrSyntax, "truncated"},
	} {
		size, err := LengthBER(c.in)
		if !errors.Is(err, c.err) || err == nil && size != c.size || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %d, %v; want %d, %v %q", c.name, size, err, c.size, c.err, c.says)
		}
	}
}
