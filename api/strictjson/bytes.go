package strictjson

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"tamga/signing/armour"
)

// Bytes are a file in a text: base64 as [armour.Base64] takes it, or PEM as it is.
// They are decoded from the body itself: a text of many megabytes is not copied
// first.
type Bytes []byte

// UnmarshalJSONFrom reads one text.
func (b *Bytes) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	raw, err := binary(d, "")
	*b = raw
	return err
}

// Content is a file like [Bytes] that may be empty: an empty content can be
// signed. It is nil when it is absent, and never when it is there. Words are not
// taken for base64 with spaces: nothing would notice what became of them.
type Content []byte

// UnmarshalJSONFrom reads one text.
func (c *Content) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	raw, err := binary(d, " \t")
	*c = raw
	return err
}

// Object is an object of JSON that is handed on as it is: what people have filled in.
// No name stands in it twice.
type Object []byte

// UnmarshalJSONFrom reads one object.
func (o *Object) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	value, err := d.ReadValue()
	if err != nil {
		return err
	}
	*o = Object(value.Clone()) // null was noted
	return nil
}

// binary reads a text that holds a file, and has none of some characters within.
func binary(d *jsontext.Decoder, without string) ([]byte, error) {
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
	if armour.IsPEM(text) {
		return bytes.Clone(text), nil
	}
	raw, err := armour.Base64(text)
	if err != nil || bytes.ContainsAny(text, without) && !bytes.HasPrefix(text, []byte("data:")) {
		return nil, fault(CodeBase64, "is not base64 of RFC 4648, in one of its two alphabets")
	}
	return raw, nil
}
