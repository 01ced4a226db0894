package strictjson

import (
	"bytes"
	"cmp"
	"errors"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tamga/signing/armour"
)

// A file of megabytes is one string of base64, which decoding looks at byte by byte
// anyway. So it is taken out before the JSON is read, where nothing can be wrong with
// it; whatever turns out to be wrong with anything, all of it is read as it came.

// longText is a string that was taken out.
type longText struct {
	at   int64  // offset of what stands for it
	text []byte // between its quotation marks
}

// placeholder stands where a string was taken out. Only its place tells it from one
// that a stranger sends.
const placeholder = `"-"`

// errAsItCame ends a reading without the long strings.
var errAsItCame = errors.New("to be read as it came")

// maxShort is how many bytes the rest may have: a request is its files, and little
// else.
const maxShort = 64 << 10

// takeOut takes out the strings without escapes that are longer than so many bytes,
// names of members excepted. It returns nothing when there are none.
func takeOut(raw []byte, longest int) (short []byte, out []longText) {
	kept := 0
	for next := 0; ; {
		start, end := stringAfter(raw, next)
		if end < 0 {
			break
		}
		next = end + 1
		text := raw[start+1 : end]
		if len(text) <= longest || bytes.IndexByte(text, '\\') >= 0 || bytes.HasPrefix(bytes.TrimLeft(raw[next:], " \t\r\n"), []byte(":")) {
			continue
		}
		if len(short)+start-kept > maxShort {
			break
		}
		short = append(short, raw[kept:start]...)
		out = append(out, longText{int64(len(short)), text})
		short, kept = append(short, placeholder...), next
	}
	if len(out) == 0 || len(short)+len(raw)-kept > maxShort {
		return nil, nil
	}
	return append(short, raw[kept:]...), out
}

// stringAfter returns the offsets of the quotation marks of the next string; the
// second is -1 when there is none that ends.
func stringAfter(raw []byte, from int) (start, end int) {
	first := bytes.IndexByte(raw[from:], '"')
	if first < 0 {
		return 0, -1
	}
	start = from + first
	for end = start + 1; ; end++ {
		at := bytes.IndexByte(raw[end:], '"')
		if at < 0 {
			return 0, -1
		}
		end += at
		escapes := 0
		for raw[end-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return start, end
		}
	}
}

// decodeShort is decode of what is left when long strings are taken out. False means
// that nothing was read.
func decodeShort(raw []byte, into any, longest int) bool {
	if len(raw) <= longest {
		return false
	}
	r := &reader{}
	short, long := takeOut(raw, longest)
	if len(long) == 0 {
		return false
	}
	r.long = long
	target := reflect.ValueOf(into).Elem()
	before := reflect.New(target.Type()).Elem()
	before.Set(target)
	if err := r.decode(short, into); err != nil || len(r.faults) > 0 || r.taken != len(r.long) {
		target.Set(before)
		return false
	}
	return true
}

func (r *reader) bytes(d *jsontext.Decoder, into *Bytes) error {
	raw, err := r.takenOut(d)
	if err == nil {
		*into = raw
	}
	return err
}

func (r *reader) content(d *jsontext.Decoder, into *Content) error {
	raw, err := r.takenOut(d)
	if err == nil {
		*into = raw
	}
	return err
}

// takenOut decodes the string that was taken out of the place that is read next, if
// one was. It takes only what nobody reads in another way: base64 in its usual
// alphabet, padded, and nothing else.
func (r *reader) takenOut(d *jsontext.Decoder) ([]byte, error) {
	at := d.InputOffset() + int64(bytes.IndexByte(d.UnreadBuffer(), '"'))
	i, here := slices.BinarySearchFunc(r.long, at, func(l longText, at int64) int { return cmp.Compare(l.at, at) })
	if !here {
		return nil, json.SkipFunc // it is read as it stands
	}
	if _, err := d.ReadValue(); err != nil {
		return nil, err
	}
	raw, ok := armour.Standard(r.long[i].text)
	if !ok {
		return nil, errAsItCame
	}
	r.taken++
	return raw, nil
}
