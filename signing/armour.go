package signing

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
)

// The largest files that are looked at, in bytes. What is judged need not be in
// memory: a file that is mapped costs no more than its structure.
const (
	MaxSize     = 64 << 20 // CMS, certificates, PDFs to be signed
	MaxDocument = 1 << 30  // PDFs to be judged, contents of detached signatures
)

// ErrTooLarge means that a file is larger than [MaxSize] or [MaxDocument].
var ErrTooLarge = errors.New("file is too large")

var errArmour = errors.New("neither DER, PEM nor base64")

// Unarmour returns the binary form of what came as DER or BER, as PEM under
// any label, or as bare base64, which is how NCALayer hands signatures over.
func Unarmour(b []byte) ([]byte, error) {
	if len(b) > 0 && b[0] == 0x30 && !isBase64Text(b) {
		return b, nil
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
	if bytes.HasPrefix(text, []byte("-----BEGIN ")) {
		block, rest := pem.Decode(text)
		if block == nil || len(bytes.TrimSpace(rest)) > 0 {
			return nil, errArmour
		}
		return block.Bytes, nil
	}
	if !isBase64Text(text) {
		return nil, errArmour
	}
	compact := text // line breaks are passed over by the decoder
	if bytes.ContainsAny(text, " \t") {
		compact = bytes.Join(bytes.Fields(text), nil)
	}
	out := make([]byte, base64.StdEncoding.DecodedLen(len(compact)))
	n, err := base64.StdEncoding.Strict().Decode(out, compact)
	if err != nil {
		return nil, errArmour
	}
	return out[:n], nil
}

// isBase64Text reports whether b holds nothing but base64 characters and white
// space. A DER file cannot: its second byte or one soon after is outside.
func isBase64Text(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	for _, c := range b {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9',
			c == '+', c == '/', c == '=', c == '\n', c == '\r', c == ' ', c == '\t':
		default:
			return false
		}
	}
	return true
}
