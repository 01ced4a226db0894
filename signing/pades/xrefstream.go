package pades

import "slices"

// readXRefStream reads the cross-reference stream at offset (7.5.8) and returns
// the offset after its endobj.
func (d *Document) readXRefStream(s *section, offset, limit int64) (int64, error) {
	p := &parser{data: d.file[:limit], pos: int(offset), scratch: d.scratch}
	o, end, err := p.indirect(Ref{}, nil)
	if err != nil {
		return 0, err
	}
	stream, ok := o.(*Stream)
	if !ok || stream.Dict.Name("Type") != "XRef" {
		return 0, syntaxError(offset, "a cross-reference section expected")
	}
	s.trailer = stream.Dict
	size, err := checkTrailer(stream.Dict, offset)
	if err != nil {
		return 0, err
	}
	data, err := decode(d.file[stream.Start:stream.End], stream.Dict, d.meter.inflate)
	if err != nil {
		return 0, atOffset(err, offset)
	}
	d.meter.inflate -= int64(len(data))
	widths, err := fieldWidths(stream.Dict, offset)
	if err != nil {
		return 0, err
	}
	index, err := subsections(stream.Dict, size, offset)
	if err != nil {
		return 0, err
	}
	row := widths[0] + widths[1] + widths[2]
	for ; len(index) > 0; index = index[2:] {
		first, count := index[0], index[1]
		if count > int64(len(data)/row) {
			return 0, syntaxError(offset, "the cross-reference stream is shorter than it says")
		}
		if d.meter.entries -= count; d.meter.entries < 0 {
			return 0, limitError(offset, "too many cross-reference entries for a file of this length")
		}
		s.entries = slices.Grow(s.entries, int(count))
		for i := range count {
			e, ok := streamEntry(data[:row], widths)
			if !ok {
				return 0, syntaxError(offset, "malformed cross-reference entry of object %d", first+i)
			}
			e.number = uint32(first + i)
			s.entries = append(s.entries, e)
			data = data[row:]
		}
	}
	if len(data) > 0 {
		return 0, syntaxError(offset, "the cross-reference stream is longer than it says")
	}
	return end, nil
}

// fieldWidths reads /W. The second field may not be missing, as it has no
// sensible default.
func fieldWidths(dict Dict, offset int64) (widths [3]int, err error) {
	list, ok := dict.Get("W").(Array)
	if !ok || len(list) != 3 {
		return widths, syntaxError(offset, "/W is not an array of three integers")
	}
	for i, o := range list {
		w, ok := o.(Integer)
		if !ok || w < 0 || w > 8 {
			return widths, syntaxError(offset, "/W is not an array of three small integers")
		}
		widths[i] = int(w)
	}
	if widths[1] == 0 {
		return widths, syntaxError(offset, "/W leaves out the offsets")
	}
	return widths, nil
}

// subsections reads /Index: pairs of first number and count within size.
func subsections(dict Dict, size, offset int64) ([]int64, error) {
	e, ok := dict.Lookup("Index")
	if !ok {
		return []int64{0, size}, nil
	}
	list, ok := e.Value.(Array)
	if !ok || len(list)%2 != 0 {
		return nil, syntaxError(offset, "/Index is not an array of pairs")
	}
	index := make([]int64, len(list))
	for i, o := range list {
		n, ok := o.(Integer)
		if !ok || n < 0 || int64(n) > size {
			return nil, syntaxError(offset, "/Index is not an array of numbers within /Size")
		}
		index[i] = int64(n)
		if i%2 == 1 && index[i-1]+index[i] > size {
			return nil, syntaxError(offset, "/Index goes beyond /Size")
		}
	}
	return index, nil
}

// streamEntry reads one row of fields, big-endian (7.5.8.3).
func streamEntry(row []byte, widths [3]int) (version, bool) {
	fields := [3]uint64{1, 0, 0}
	for i, w := range widths {
		if w == 0 {
			continue
		}
		var value uint64
		for _, b := range row[:w] {
			value = value<<8 | uint64(b)
		}
		fields[i], row = value, row[w:]
	}
	const most = 1 << 40
	if fields[1] > most || fields[2] > most {
		return version{}, false
	}
	v := version{offset: int64(fields[1])}
	switch fields[0] {
	case 0:
	case 1:
		v.kind = entryInUse
	case 2:
		v.kind, v.limit = entryCompressed, int64(fields[2])
		return v, true
	default:
		return version{}, false
	}
	// The generation of a free entry says nothing, so only one in use is
	// checked.
	if fields[2] > 65535 {
		return v, v.kind == entryFree
	}
	v.generation = uint16(fields[2])
	return v, true
}
