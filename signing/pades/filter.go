package pades

import (
	"bytes"
	"encoding/ascii85"
)

// textFilters are the filters besides FlateDecode that content of pages has (7.4).
// None of them makes more than 128 bytes of one.
var textFilters = map[Name]func([]byte, int64) ([]byte, error){
	"ASCIIHexDecode": asciiHex, "AHx": asciiHex,
	"ASCII85Decode": ascii85Data, "A85": ascii85Data,
	"RunLengthDecode": runLength, "RL": runLength,
	"LZWDecode": lzw, "LZW": lzw,
}

var errFilter = syntaxError(-1, "malformed stream data")

// decodeChain undoes the filters of a stream one after another; none of the
// results may be longer than limit.
func decodeChain(raw []byte, dict Dict, limit int64) ([]byte, error) {
	filters, _, err := filterChain(dict)
	if err != nil {
		return nil, err
	}
	if len(filters) == 0 {
		return decode(raw, dict, limit)
	}
	if len(filters) > maxFilters {
		return nil, limitError(-1, "a stream with %d filters", len(filters))
	}
	params, _ := dict.Get("DecodeParms").(Array)
	for i, name := range filters {
		if name == "Crypt" && i == 0 {
			continue // undone before
		}
		undo := textFilters[name]
		var parms Object
		switch {
		case len(params) == len(filters):
			parms = params[i]
		case len(params) > 0:
			return nil, syntaxError(-1, "malformed filter parameters")
		case len(filters) == 1:
			parms = dict.Get("DecodeParms")
		case dict.Get("DecodeParms") != nil:
			return nil, syntaxError(-1, "malformed filter parameters")
		}
		if undo == nil {
			raw, err = decode(raw, Dict{{Key: "Filter", Value: name}, {Key: "DecodeParms", Value: parms}}, limit)
		} else if parms != nil {
			return nil, limitError(-1, "parameters of filter %q are not supported here", name)
		} else {
			raw, err = undo(raw, limit)
		}
		if err != nil {
			return nil, err
		}
	}
	return raw, nil
}

// maxFilters is more than real streams have, which is two.
const maxFilters = 4

// asciiHex undoes ASCIIHexDecode (7.4.2).
func asciiHex(data []byte, _ int64) ([]byte, error) {
	end := bytes.IndexByte(data, '>')
	if end < 0 {
		return nil, errFilter
	}
	s := hexadecimalSlowly(nil, data[:end])
	if s.Malformed {
		return nil, errFilter
	}
	return s.Value, nil
}

// ascii85Data undoes ASCII85Decode (7.4.3).
func ascii85Data(data []byte, limit int64) ([]byte, error) {
	end := bytes.Index(data, []byte("~>"))
	if end < 0 || 4*int64(end) > limit {
		return nil, errFilter
	}
	out := make([]byte, 4*end)
	n, read, err := ascii85.Decode(out, data[:end], true)
	if err != nil || read != end {
		return nil, errFilter
	}
	return out[:n], nil
}

// runLength undoes RunLengthDecode (7.4.5).
func runLength(data []byte, limit int64) ([]byte, error) {
	var out []byte
	for len(data) > 0 && data[0] != 128 {
		n := int(data[0])
		switch {
		case n < 128 && len(data) > n+1:
			out, data = append(out, data[1:n+2]...), data[n+2:]
		case n > 128 && len(data) > 1:
			out, data = append(out, bytes.Repeat(data[1:2], 257-n)...), data[2:]
		default:
			return nil, errFilter
		}
		if int64(len(out)) > limit {
			return nil, errFilter
		}
	}
	if len(data) == 0 {
		return nil, errFilter
	}
	return out, nil
}

const (
	lzwClear = 256
	lzwEnd   = 257
	lzwCodes = 4096
)

// lzw undoes LZWDecode with its default parameters (7.4.4): codes grow one early.
func lzw(data []byte, limit int64) ([]byte, error) {
	type entry struct {
		prefix int
		length int
		last   byte
	}
	var table [lzwCodes]entry
	for i := range 256 {
		table[i] = entry{-1, 1, byte(i)}
	}
	next, width, previous := lzwEnd+1, 9, -1
	var out []byte
	bits, have := 0, 0
	for _, b := range data {
		bits, have = bits<<8|int(b), have+8
		if have < width {
			continue
		}
		have -= width
		code := bits >> have
		bits &= 1<<have - 1
		switch {
		case code == lzwEnd:
			return out, nil
		case code == lzwClear:
			next, width, previous = lzwEnd+1, 9, -1
			continue
		case code > next || code == next && previous < 0 || previous >= 0 && next >= lzwCodes:
			return nil, errFilter
		}
		// The code that is being made stands for the last text and its first byte.
		from := code
		if code == next {
			from = previous
		}
		start := len(out)
		length := table[from].length
		out = append(out, make([]byte, length)...)
		for at, i := from, length-1; at >= 0; at, i = table[at].prefix, i-1 {
			out[start+i] = table[at].last
		}
		first := out[start]
		if code == next {
			out = append(out, first)
		}
		if previous >= 0 {
			table[next] = entry{previous, table[previous].length + 1, first}
			next++
		}
		if previous = code; next+1 >= 1<<width && width < 12 {
			width++
		}
		if int64(len(out)) > limit {
			return nil, errFilter
		}
	}
	return nil, errFilter
}
