// Package strictjson reads the JSON that strangers send, in one pass: one
// object, every name known and at most once, and nothing that is there and
// empty. A member that is not meant is left out: whoever sends an empty one
// has lost its value on the way, and must hear of it.
//
// A newcomer starts with [Decode]. What it refuses is an [Error], which says
// where each fault stands and never repeats a value. What they are sent is written by
// [Write].
package strictjson

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Limits of one body. The types that are read into bound its depth: a value of
// another kind than the type's is refused before it is read, and so is a name
// that the type does not have.
const (
	maxValues = 10_000   // members and elements
	maxText   = 64 << 10 // bytes of a text, as written; files are longer
	maxName   = 200      // bytes of a pointer that is told
	maxFaults = 20       // that are told
)

// Code says what kind of fault it is.
type Code string

// The codes of faults.
const (
	CodeSyntax    Code = "syntax"        // not JSON, or something follows it
	CodeDuplicate Code = "duplicate"     // a name stands twice
	CodeUnknown   Code = "unknown_field" // a name that does not belong there
	CodeType      Code = "type"          // a value of another kind
	CodeRequired  Code = "required"      // there, and empty
	CodeBase64    Code = "base64"        // a file that is not base64
	CodeTooLong   Code = "too_long"      // more text or more values than any request has
)

// Fault is one thing that is wrong.
type Fault struct {
	Pointer string // JSON pointer (RFC 6901); a name that does not belong there may be in it
	Code    Code
	Detail  string
	Offset  int64 // in bytes, from the beginning of the JSON
}

// Error is why a body is not taken. Its faults are in the order of the body.
type Error struct{ Faults []Fault }

// Error names the faults.
func (e *Error) Error() string {
	var all []string
	for _, f := range e.Faults {
		all = append(all, fmt.Sprintf("%s %s: %s", f.Pointer, f.Code, f.Detail))
	}
	return strings.Join(all, "; ")
}

// Broken reports whether the body is not one JSON object, or what is in it
// depends on who reads it.
func (e *Error) Broken() bool {
	for _, f := range e.Faults {
		if f.Code == CodeSyntax || f.Code == CodeDuplicate || f.Code == CodeType && f.Pointer == "" {
			return true
		}
	}
	return false
}

// Decode reads one JSON object into a struct. Names are compared as they are
// written. An empty text, object or array, blanks, and null are refused
// wherever they stand, except where a [Content] belongs. The error is an
// *[Error]. The struct keeps nothing of raw.
func Decode(raw []byte, into any) error { return decode(raw, into, maxText) }

// decode is Decode that reads files in texts longer than so many bytes by themselves.
func decode(raw []byte, into any, longest int) error {
	if decodeShort(raw, into, longest) {
		return nil
	}
	r := &reader{}
	if err := r.decode(raw, into); err != nil {
		r.faults = append(r.faults, faultOf(err))
	}
	if len(r.faults) > 0 {
		return &Error{r.faults}
	}
	return nil
}

func (r *reader) decode(raw []byte, into any) error {
	readers := []*json.Unmarshalers{json.UnmarshalFromFunc(r.value), json.UnmarshalFunc(moment)}
	if len(r.long) > 0 {
		readers = append(readers, json.UnmarshalFromFunc(r.bytes), json.UnmarshalFromFunc(r.content))
	}
	return json.Unmarshal(raw, into, json.RejectUnknownMembers(true), json.WithUnmarshalers(json.JoinUnmarshalers(readers...)))
}

// reader is what one pass remembers.
type reader struct {
	values int
	faults []Fault
	long   []longText // taken out of what is read, in its order
	taken  int        // how many of them were files
}

// value looks at a value before it is read. What is empty is noted, so that all
// of it can be told at once; what must not be read ends the pass.
func (r *reader) value(d *jsontext.Decoder, into any) error {
	if r.values++; r.values > maxValues {
		return fault(CodeTooLong, "the body has more than %d values", maxValues)
	}
	have, t := d.PeekKind(), reflect.TypeOf(into).Elem()
	above, length := d.StackIndex(d.StackDepth())
	switch {
	case !strings.ContainsRune(`{["0tfn`, rune(have)):
		return json.SkipFunc // broken, as reading will tell
	case above == '{' && length%2 == 0:
		return json.SkipFunc // the name of a member
	case t.Kind() == reflect.Pointer && have != 'n':
		return json.SkipFunc // asked again about what is pointed to
	}
	if want := kindOf(t); (have != 'n' || above == 0) && have != want && (have != 'f' || want != 't') {
		return fault(CodeType, "is %s, which is not what belongs here", inWords(have))
	}
	between := 0 // white space, and a colon or comma
	if rest := d.UnreadBuffer(); have == '"' || have == '{' || have == '[' || have == 'n' {
		between = bytes.IndexByte(rest, byte(have))
	}
	rest := d.UnreadBuffer()[between:]
	if t.Kind() == reflect.String && len(rest) > maxText && bytes.IndexByte(rest[1:maxText+1], '"') < 0 {
		return fault(CodeTooLong, "is longer than %d bytes", maxText)
	}
	if above == 0 || !empty(have, rest, t == reflect.TypeFor[Content]()) {
		return json.SkipFunc
	}
	if len(r.faults) == maxFaults {
		return fault(CodeRequired, "is there and empty, as are too many before it")
	}
	r.faults = append(r.faults, Fault{
		shortened(place(d)), CodeRequired, "is there and empty: what is not meant is left out", d.InputOffset() + int64(between),
	})
	return json.SkipFunc
}

// moment reads a time. The second that is Go's sign of none is refused: nobody
// means it, and what is sent is never taken for absent.
func moment(raw []byte, into *time.Time) error {
	text, err := jsontext.AppendUnquote(nil, raw)
	if err := errors.Join(err, into.UnmarshalText(text)); err != nil || into.Truncate(time.Second).IsZero() {
		return fault(CodeType, "is not a time of RFC 3339 that a request can mean")
	}
	return nil
}

// place returns the pointer to the value that is read next.
func place(d *jsontext.Decoder) string {
	pointer := d.StackPointer()
	kind, length := d.StackIndex(d.StackDepth())
	if kind != '[' {
		return string(pointer)
	}
	if length > 0 {
		pointer = pointer.Parent()
	}
	return fmt.Sprintf("%s/%d", pointer, length)
}

// kindOf returns the kind of JSON that a type is read from, 't' for both truth
// values.
func kindOf(t reflect.Type) jsontext.Kind {
	if t == reflect.TypeFor[Object]() {
		return '{'
	}
	if t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[[]byte]() || reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) ||
		reflect.PointerTo(t).Implements(reflect.TypeFor[json.UnmarshalerFrom]()) {
		return '"'
	}
	switch t.Kind() {
	case reflect.String:
		return '"'
	case reflect.Bool:
		return 't'
	case reflect.Struct, reflect.Map:
		return '{'
	case reflect.Slice, reflect.Array:
		return '['
	}
	return '0'
}

// empty reports whether the value that text begins with says nothing. A content
// may be empty, and not null.
func empty(kind jsontext.Kind, text []byte, content bool) bool {
	switch kind {
	case 'n':
		return true
	case '"':
		return !content && blank(text[1:])
	case '{':
		return bytes.HasPrefix(bytes.TrimLeft(text[1:], " \t\r\n"), []byte("}"))
	case '[':
		return bytes.HasPrefix(bytes.TrimLeft(text[1:], " \t\r\n"), []byte("]"))
	}
	return false
}

// blank reports whether a string, after its first quotation mark, ends before
// anything that can be seen, however that is written.
func blank(text []byte) bool {
	for len(text) > 0 && text[0] != '"' {
		end := 0
		switch {
		case bytes.HasPrefix(text, []byte(`\u`)) && len(text) >= 6:
			end = 6
		case text[0] == '\\' && len(text) >= 2:
			end = 2
		default:
			_, end = utf8.DecodeRune(text)
		}
		one, err := jsontext.AppendUnquote(nil, slices.Concat([]byte(`"`), text[:end], []byte(`"`)))
		if err != nil || len(bytes.TrimSpace(one)) > 0 {
			return false
		}
		text = text[end:]
	}
	return true
}

func inWords(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 'n':
		return "null"
	}
	return "a truth value"
}

// shortened cuts a pointer whose last name is a stranger's.
func shortened(pointer string) string {
	if len(pointer) <= maxName {
		return pointer
	}
	return strings.ToValidUTF8(pointer[:maxName], "") + "…"
}

// refusal is a fault whose place the library adds.
type refusal struct {
	code   Code
	detail string
}

func (r *refusal) Error() string { return r.detail }

func fault(code Code, format string, args ...any) error {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

// faultOf translates an error of the library, which says where it was.
func faultOf(err error) Fault {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		f := Fault{shortened(string(syntax.JSONPointer)), CodeSyntax, "is not JSON", syntax.ByteOffset}
		if errors.Is(err, jsontext.ErrDuplicateName) {
			f.Code, f.Detail = CodeDuplicate, "stands twice"
		}
		return f
	}
	var meaning *json.SemanticError
	if !errors.As(err, &meaning) {
		return Fault{"", CodeSyntax, "is not one JSON object", 0}
	}
	f := Fault{shortened(string(meaning.JSONPointer)), CodeType, "is not of its form", meaning.ByteOffset}
	var own *refusal
	switch {
	case errors.As(err, &own):
		f.Code, f.Detail = own.code, own.detail
	case errors.Is(err, json.ErrUnknownName):
		f.Code, f.Detail = CodeUnknown, "does not belong here"
	}
	return f
}
