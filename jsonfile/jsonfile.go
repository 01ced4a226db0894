// Package jsonfile reads the JSON files that the program ships and that operators
// write: policies, profiles, sources, editions, calendars, layouts. A slip of the
// pen in one must not count for something else, so that a file is one value, has
// known names only, and each of them once. [Read] is all of it.
package jsonfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Error is why a file cannot be read, and where, in bytes from its beginning.
type Error struct {
	Offset int64
	err    error
}

// Error says what is wrong.
func (e *Error) Error() string { return strings.TrimPrefix(e.err.Error(), "json: ") }

// Unwrap returns the error of encoding/json, where it is one.
func (e *Error) Unwrap() error { return e.err }

// maxDepth is how deep values stand in one another; the files of the program have
// a dozen.
const maxDepth = 100

// Read decodes a file into what into points to, over what is there. Its errors are
// of type [*Error].
func Read(raw []byte, into any) error {
	if err := once(raw); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		return nil
	}
	offset := d.InputOffset()
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		offset = kind.Offset
	}
	if _, quoted, ok := strings.Cut(err.Error(), "unknown field "); ok { // the decoder does not say where
		offset = int64(max(0, bytes.Index(raw, []byte(quoted))))
	}
	return &Error{offset, err}
}

// once refuses what is not one value of JSON, and names that stand twice in an
// object: that they are written alike but for their case is no difference, since
// the decoder sees none.
func once(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	err := value(d, 0)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	if err == nil {
		return nil
	}
	offset := d.InputOffset()
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.Is(err, io.EOF) && len(bytes.TrimSpace(raw)) == 0:
		err = errors.New("there is nothing in it")
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return &Error{offset, err}
}

// value reads one value.
func value(d *json.Decoder, depth int) error {
	t, err := d.Token()
	open, ok := t.(json.Delim)
	if err != nil || !ok {
		return err
	}
	if depth == maxDepth {
		return fmt.Errorf("values stand in one another more than %d times", maxDepth)
	}
	names := map[string]bool{}
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			folded := strings.ToLower(name.(string)) // the decoder knows that it is one
			if names[folded] {
				return fmt.Errorf("%q stands twice", name)
			}
			names[folded] = true
		}
		if err := value(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
