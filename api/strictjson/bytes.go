package strictjson

import (
	"bytes"
	"encoding/base64"

	"github.com/go-json-experiment/json/jsontext"
)

// Bytes are a file in a text: base64 (RFC 4648 section 4) with or without line
// breaks, or PEM as it is. They are decoded from the body itself: a text of many
// megabytes is not copied first.
type Bytes []byte

// UnmarshalJSONFrom reads one text.
func (b *Bytes) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	raw, err := binary(d)
	*b = raw
	return err
}

// Content is a file like [Bytes] that may be empty: an empty content can be
// signed. It is nil when it is absent, and never when it is there.
type Content []byte

// UnmarshalJSONFrom reads one text.
func (c *Content) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	raw, err := binary(d)
	*c = raw
	return err
}

// binary reads a text that holds a file.
func binary(d *jsontext.Decoder) ([]byte, error) {
	value, err := d.ReadValue()
	if err != nil {
		return nil, err
	}
	if value.Kind() != '"' {
		return []byte{}, nil // null, which was noted
	}
	text := []byte(value[1 : len(value)-1])
	if bytes.IndexByte(text, '\\') >= 0 {
		if text, err = jsontext.AppendUnquote(nil, value); err != nil {
			return nil, err
		}
	}
	text = bytes.TrimSpace(text)
	if bytes.HasPrefix(text, []byte("-----BEGIN ")) {
		return bytes.Clone(text), nil
	}
	raw := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(raw, text)
	if err != nil {
		return nil, fault(CodeBase64, "is not base64 of RFC 4648 section 4")
	}
	return raw[:n], nil
}
