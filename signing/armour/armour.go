// Package armour reads texts that stand for bytes: PEM (RFC 7468) and base64 (RFC
// 4648 sections 4 and 5), as programs and people really hand them on: in one
// line, with another's line ends, without padding, in a data address. A text that
// two readers could decode into different bytes is refused.
package armour

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	fast "github.com/segmentio/asm/base64"
)

// ErrText means that a text is neither PEM nor base64, or not such that every
// reader finds the same bytes in it.
var ErrText = errors.New("neither DER, PEM nor base64")

// maxLayers is how often a text may stand for a text: base64 of the base64 of PEM.
const maxLayers = 3

const (
	begin  = "-----BEGIN "
	end    = "-----END "
	dashes = "-----"
	// maxLabel bounds a label of PEM, and the head of a data address, in bytes.
	maxLabel = 128
)

// Open returns the binary element that a file stands for: itself when it is one,
// which a DER or BER sequence is told by, or what is within its armour, whatever
// that is. The error wraps [ErrText] and says why.
func Open(file []byte) ([]byte, error) {
	if binary(file) {
		return file, nil
	}
	for range maxLayers {
		inner, err := decode(file)
		if err != nil {
			return nil, err
		}
		if binary(inner) || !IsPEM(inner) && !IsBase64(inner) {
			return inner, nil
		}
		file = inner
	}
	return nil, fmt.Errorf("%w: a text within a text more than %d times", ErrText, maxLayers)
}

// binary tells a sequence from a text that begins with the same byte. No element
// that has an object identifier in it consists of characters of base64.
func binary(b []byte) bool { return len(b) > 0 && b[0] == 0x30 && !IsBase64(b) }

// decode takes one layer of armour off.
func decode(file []byte) ([]byte, error) {
	text, err := plain(file)
	if err != nil {
		return nil, err
	}
	if len(text) == 0 {
		return nil, fmt.Errorf("%w: there is nothing in it", ErrText)
	}
	switch {
	case IsPEM(text):
		return pem(text)
	case HasPEM(text):
		return nil, fmt.Errorf("%w: a text stands before the PEM, which is no part of what is in it", ErrText)
	}
	return Base64(text)
}

// plain returns a text without byte order mark and white space around it. One in
// UTF-16, as PowerShell writes every file, becomes what it is in ASCII.
func plain(file []byte) ([]byte, error) {
	big, little := bytes.HasPrefix(file, []byte("\xfe\xff")), bytes.HasPrefix(file, []byte("\xff\xfe"))
	if !big && !little {
		return bytes.TrimSpace(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))), nil
	}
	if len(file)%2 != 0 {
		return nil, fmt.Errorf("%w: UTF-16 of half a character", ErrText)
	}
	text := make([]byte, 0, len(file)/2)
	for i := 2; i < len(file); i += 2 {
		unit := uint16(file[i]) | uint16(file[i+1])<<8
		if big {
			unit = uint16(file[i])<<8 | uint16(file[i+1])
		}
		if unit >= 0x80 {
			return nil, fmt.Errorf("%w: a character that neither of them has", ErrText)
		}
		text = append(text, byte(unit))
	}
	return bytes.TrimSpace(text), nil
}

// IsPEM reports whether a text begins as PEM does.
func IsPEM(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(text), []byte(begin))
}

// HasPEM reports whether PEM begins at a line of a text, such as what some programs
// write to explain it (RFC 7468 section 2). Who sees both may take the one to be signed
// by the other, so that it is not opened.
func HasPEM(text []byte) bool {
	return IsPEM(text) || bytes.Contains(text, []byte("\n"+begin))
}

// pem decodes a text that is one block of PEM and nothing else, in as many lines as
// it likes. The headers of older PEM are passed over.
func pem(text []byte) ([]byte, error) {
	label, body, ok := bytes.Cut(text[len(begin):], []byte(dashes))
	if !ok || len(label) > maxLabel || bytes.ContainsAny(label, "\r\n") {
		return nil, fmt.Errorf("%w: the first line of PEM does not end", ErrText)
	}
	closing := end + string(label) + dashes
	body, ok = bytes.CutSuffix(body, []byte(closing))
	if !ok {
		return nil, fmt.Errorf("%w: PEM that does not end with %q", ErrText, closing)
	}
	if bytes.Contains(body, []byte(dashes)) {
		return nil, fmt.Errorf("%w: more than one block of PEM", ErrText)
	}
	for body = bytes.TrimSpace(body); ; {
		line, rest, more := bytes.Cut(body, []byte("\n"))
		if !more || !bytes.Contains(line, []byte(":")) {
			return Base64(body)
		}
		body = bytes.TrimSpace(rest)
	}
}

// IsBase64 reports whether a text is such characters and white space only, in
// either alphabet.
func IsBase64(text []byte) bool {
	for _, c := range text {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', strings.IndexByte("+/-_= \t\r\n", c) >= 0:
		default:
			return false
		}
	}
	return len(text) > 0
}

// Base64 decodes base64 in one of its two alphabets, with or without padding,
// white space anywhere, also as a data address (RFC 2397). Padding that is wrong or
// not at the end, and bits that no byte is made of, are refused: readers differ
// about them. The error wraps [ErrText] and says why.
func Base64(text []byte) ([]byte, error) {
	if out, ok := Standard(text); ok {
		return out, nil
	}
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	if n, err := base64.StdEncoding.Strict().Decode(out, text); err == nil {
		return out[:n], nil // in lines
	}
	text, err := inAddress(text)
	if err != nil {
		return nil, err
	}
	if bytes.ContainsAny(text, " \t\r\n") {
		text = bytes.Join(bytes.Fields(text), nil)
	}
	if i := slices.IndexFunc(text, func(c byte) bool { return !IsBase64([]byte{c}) }); i >= 0 {
		return nil, fmt.Errorf("%w: illegal base64, of which byte %d is none", ErrText, i)
	}
	encoding := base64.StdEncoding
	if bytes.ContainsAny(text, "-_") {
		if encoding = base64.URLEncoding; bytes.ContainsAny(text, "+/") {
			return nil, fmt.Errorf("%w: base64 in two alphabets", ErrText)
		}
	}
	if !bytes.ContainsRune(text, '=') {
		encoding = encoding.WithPadding(base64.NoPadding)
	}
	out, err = encoding.Strict().AppendDecode(out[:0], text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrText, err)
	}
	return out, nil
}

// Standard decodes base64 of which there is one reading only: of the usual alphabet,
// padded, in one line, and no bit of it left over. It says whether the text is that.
func Standard(text []byte) ([]byte, bool) {
	const group = 4
	if len(text)%group != 0 || bytes.IndexByte(text, '\n') >= 0 || bytes.IndexByte(text, '\r') >= 0 {
		return nil, false
	}
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := fast.StdEncoding.Decode(out, text)
	if err != nil {
		return nil, false
	}
	// The fast decoder passes over bits that no byte is made of.
	var last [group]byte
	if _, err = base64.StdEncoding.Strict().Decode(last[:], text[max(len(text)-group, 0):]); err != nil {
		return nil, false
	}
	return out[:n], true
}

// inAddress returns the base64 of a data address, and any other text as it is.
func inAddress(text []byte) ([]byte, error) {
	const scheme, mark = "data:", ";base64"
	text = bytes.TrimSpace(text)
	if len(text) < len(scheme) || !strings.EqualFold(string(text[:len(scheme)]), scheme) {
		return text, nil
	}
	head, body, ok := bytes.Cut(text, []byte(","))
	head = bytes.TrimSpace(head)
	if !ok || len(head) > maxLabel || len(head) < len(mark) || !strings.EqualFold(string(head[len(head)-len(mark):]), mark) {
		return nil, fmt.Errorf("%w: a data address that is not base64", ErrText)
	}
	if bytes.IndexByte(body, '%') < 0 {
		return body, nil
	}
	unescaped, err := url.PathUnescape(string(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrText, err)
	}
	return []byte(unescaped), nil
}
