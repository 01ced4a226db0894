package pades

import (
	"bytes"
	"compress/zlib"
	"io"
)

const (
	// maxInflated bounds what is decompressed while reading one file, and by
	// one call of StreamData.
	maxInflated = 64 << 20
	// maxRatio is far above real structure (5 to 20) and far below what a
	// decompression bomb needs.
	maxRatio = 100
	// minInflated lets small files have highly repetitive tables.
	minInflated = 1 << 20
)

func inflateLimit(encoded int) int64 {
	return min(maxInflated, minInflated+maxRatio*int64(encoded))
}

// decode undoes the filters of a stream. It knows FlateDecode and the
// predictors, as only these are met in cross-reference and object streams.
func decode(raw []byte, dict Dict, limit int64) ([]byte, error) {
	filters, params, err := filterChain(dict)
	if err != nil {
		return nil, err
	}
	if len(filters) == 0 {
		if int64(len(raw)) > limit {
			return nil, limitError(-1, "too much stream data")
		}
		return raw, nil
	}
	if len(filters) > 1 || filters[0] != "FlateDecode" {
		return nil, limitError(-1, "filter %q is not supported here", filters[0])
	}
	r, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, syntaxError(-1, "compressed data: %v", err)
	}
	limit = min(limit, inflateLimit(len(raw)))
	var out bytes.Buffer
	if _, err = out.ReadFrom(io.LimitReader(r, limit+1)); err != nil {
		return nil, syntaxError(-1, "compressed data: %v", err)
	}
	if int64(out.Len()) > limit {
		return nil, limitError(-1, "compressed data inflates beyond %d bytes", limit)
	}
	return unpredict(out.Bytes(), params)
}

// filterChain returns the names of the filters and the parameters of the first.
func filterChain(dict Dict) (filters []Name, params Dict, err error) {
	if dict.Get("F") != nil {
		return nil, nil, limitError(-1, "stream data in another file")
	}
	switch f := dict.Get("Filter").(type) {
	case nil:
		return nil, nil, nil
	case Name:
		filters = []Name{f}
	case Array:
		for _, o := range f {
			name, ok := o.(Name)
			if !ok {
				return nil, nil, syntaxError(-1, "malformed stream filter")
			}
			filters = append(filters, name)
		}
	default:
		return nil, nil, syntaxError(-1, "malformed stream filter")
	}
	parms := dict.Get("DecodeParms")
	if list, ok := parms.(Array); ok && len(list) == len(filters) && len(list) > 0 {
		parms = list[0]
	}
	switch parms := parms.(type) {
	case nil:
		return filters, nil, nil
	case Dict:
		return filters, parms, nil
	}
	return nil, nil, syntaxError(-1, "malformed filter parameters")
}

// integer returns a direct integer of dict between low and high, or missing when
// the key is absent.
func (d Dict) integer(key Name, missing, low, high int64) (int64, error) {
	e, ok := d.Lookup(key)
	if !ok {
		return missing, nil
	}
	i, ok := e.Value.(Integer)
	if !ok || int64(i) < low || int64(i) > high {
		return 0, syntaxError(e.Start, "/%s is not an integer between %d and %d", key, low, high)
	}
	return int64(i), nil
}

// unpredict undoes the predictor of FlateDecode (7.4.4.4).
func unpredict(data []byte, params Dict) ([]byte, error) {
	predictor, err := params.integer("Predictor", 1, 1, 15)
	if err != nil || predictor == 1 {
		return data, err
	}
	if predictor < 10 {
		return nil, limitError(-1, "predictor %d is not supported here", predictor)
	}
	colors, err := params.integer("Colors", 1, 1, 32)
	if err != nil {
		return nil, err
	}
	bits, err := params.integer("BitsPerComponent", 8, 1, 16)
	if err != nil {
		return nil, err
	}
	columns, err := params.integer("Columns", 1, 1, 1<<20)
	if err != nil {
		return nil, err
	}
	return unfilterPNG(data, int((colors*bits*columns+7)/8), int((colors*bits+7)/8))
}

// unfilterPNG undoes the PNG filters in place: each row of width bytes has its
// filter type before it.
func unfilterPNG(data []byte, width, pixel int) ([]byte, error) {
	if len(data) == 0 {
		return nil, nil
	}
	if len(data)%(width+1) != 0 {
		return nil, syntaxError(-1, "predicted data is not made of whole rows")
	}
	out := data[:0]
	prior := make([]byte, width)
	for ; len(data) > 0; data = data[width+1:] {
		row := data[1 : width+1]
		switch filter := data[0]; filter {
		case 0:
		case 1:
			for i := pixel; i < width; i++ {
				row[i] += row[i-pixel]
			}
		case 2:
			for i := range row {
				row[i] += prior[i]
			}
		case 3:
			for i := range row {
				row[i] += byte((int(left(row, i, pixel)) + int(prior[i])) / 2)
			}
		case 4:
			for i := range row {
				row[i] += paeth(left(row, i, pixel), prior[i], left(prior, i, pixel))
			}
		default:
			return nil, syntaxError(-1, "unknown PNG filter %d", filter)
		}
		out = append(out, row...)
		prior = out[len(out)-width:]
	}
	return out, nil
}

func left(row []byte, i, pixel int) byte {
	if i < pixel {
		return 0
	}
	return row[i-pixel]
}

// paeth is the predictor of the PNG specification, 9.4.
func paeth(a, b, c byte) byte {
	pa := abs(int(b) - int(c))
	pb := abs(int(a) - int(c))
	pc := abs(int(a) + int(b) - 2*int(c))
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

func abs(i int) int {
	if i < 0 {
		return -i
	}
	return i
}
