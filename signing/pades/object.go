package pades

import "strconv"

// Object is a PDF object (7.3): nil for null, or a bool, [Integer], [Real],
// [String], [Name], [Array], [Dict], [Ref] or *[Stream].
type Object any

// Integer is an integer object; a number that does not fit is a [Real].
type Integer int64

// Real is a real number object.
type Real float64

// Name is a name object without its solidus, #xx decoded.
type Name string

// Array is an array object.
type Array []Object

// String is a string object.
type String struct {
	// Value holds the bytes, escapes resolved. See [String.Text].
	Value []byte
	// Malformed says that a hexadecimal string has something else in it than
	// digits and white space; Value is then nil.
	Malformed bool

	plain bool // hexadecimal, an even number of digits and nothing else
}

// Ref is an indirect reference, and the identity of an indirect object.
type Ref struct {
	Number     uint32
	Generation uint16
}

// String returns the reference as it is written in a file: "12 0 R".
func (r Ref) String() string {
	return strconv.FormatUint(uint64(r.Number), 10) + " " + strconv.FormatUint(uint64(r.Generation), 10) + " R"
}

// Stream is a stream object. Its bytes are read by [Document.StreamData].
type Stream struct {
	Dict Dict
	// Start and End bound the encoded bytes in the file.
	Start, End int64

	length Ref     // where /Length is kept; zero when it is direct
	padded bool    // a second end of line stands before endstream
	sealed *sealed // nil when it is not encrypted
}

// Dict is a dictionary in the order of the file, duplicates included.
type Dict []Entry

// Entry is one key of a dictionary with its value.
type Entry struct {
	Key   Name
	Value Object
	// Start and End are the offsets of the value in the file; both 0 inside an
	// object stream.
	Start, End int64
}

// Lookup returns the entry of key. When the key occurs twice it is the last one;
// see [Dict.Duplicate].
func (d Dict) Lookup(key Name) (Entry, bool) {
	for i := len(d) - 1; i >= 0; i-- {
		if d[i].Key == key {
			return d[i], true
		}
	}
	return Entry{}, false
}

// Get returns the value of key, nil when it is absent.
func (d Dict) Get(key Name) Object {
	e, _ := d.Lookup(key)
	return e.Value
}

// Name returns the value of key when it is a direct name, else "".
func (d Dict) Name(key Name) Name {
	n, _ := d.Get(key).(Name)
	return n
}

// Duplicate returns the first key that occurs twice. Programs disagree which of
// the two counts, so a dictionary that matters must have none.
func (d Dict) Duplicate() (Name, bool) {
	if len(d) <= 16 {
		for i := range d {
			for j := range i {
				if d[i].Key == d[j].Key {
					return d[i].Key, true
				}
			}
		}
		return "", false
	}
	seen := make(map[Name]bool, len(d))
	for _, e := range d {
		if seen[e.Key] {
			return e.Key, true
		}
		seen[e.Key] = true
	}
	return "", false
}
