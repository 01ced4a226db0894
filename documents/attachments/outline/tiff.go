package outline

import "encoding/binary"

// mostPages is how many pages of a TIFF are followed.
const mostPages = 5000

// tiff follows the directories of a TIFF 6.0 and finds the last byte that any of them
// names: the format itself has no end.
func (j *judging) tiff() bool {
	j.verdict.Type = TIFF
	t := tiff{file: j.file, order: binary.ByteOrder(binary.LittleEndian), end: 8, judging: j}
	if j.file[0] == 'M' {
		t.order = binary.BigEndian
	}
	if len(j.file) < 8 {
		return j.broken()
	}
	seen := map[uint32]bool{}
	next := t.order.Uint32(j.file[4:])
	for next != 0 {
		if seen[next] || len(seen) >= mostPages {
			return j.broken()
		}
		seen[next] = true
		var ok bool
		if next, ok = t.directory(next); !ok {
			return j.broken()
		}
	}
	if len(seen) == 0 {
		return j.broken()
	}
	j.end = int(min(t.end, uint64(len(j.file))))
	return true
}

type tiff struct {
	*judging
	file  []byte
	order binary.ByteOrder
	end   uint64 // behind the last byte that is named
}

func (t *tiff) names(from, length uint64) { t.end = max(t.end, from+length) }

// directory reads one image file directory and returns where the next is.
func (t *tiff) directory(at uint32) (next uint32, ok bool) {
	size := uint64(len(t.file))
	if uint64(at)+2 > size {
		return 0, false
	}
	count := uint64(t.order.Uint16(t.file[at:]))
	end := uint64(at) + 2 + 12*count + 4
	if end > size {
		return 0, false
	}
	t.names(uint64(at), end-uint64(at))
	var strips tiffStrips
	var width, height uint64
	for i := range count {
		entry := t.file[uint64(at)+2+12*i:][:12]
		tag := t.order.Uint16(entry)
		v, ok := t.values(entry)
		if !ok {
			return 0, false
		}
		switch tag {
		case 256:
			width = v.at(0)
		case 257:
			height = v.at(0)
		case 273, 324, 513: // strips, tiles, an old JPEG
			strips.offsets = v
		case 279, 325, 514:
			strips.lengths = v
		}
	}
	t.pixels(width, height)
	for i := range min(strips.offsets.count, strips.lengths.count) {
		t.names(strips.offsets.at(i), strips.lengths.at(i))
	}
	if t.end > size {
		return 0, false
	}
	return t.order.Uint32(t.file[end-4:]), true
}

type tiffStrips struct{ offsets, lengths tiffValues }

// tiffValues are the whole numbers of an entry, where they lie.
type tiffValues struct {
	raw   []byte
	width uint64 // of one, in bytes
	count uint64
	order binary.ByteOrder
}

func (v tiffValues) at(i uint64) uint64 {
	switch {
	case i >= v.count:
		return 0
	case v.width == 2:
		return uint64(v.order.Uint16(v.raw[2*i:]))
	case v.width == 4:
		return uint64(v.order.Uint32(v.raw[4*i:]))
	}
	return 0
}

// values returns the values of an entry, which lie in it or where it says.
func (t *tiff) values(entry []byte) (tiffValues, bool) {
	widths := [...]uint64{1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4}
	kind := t.order.Uint16(entry[2:])
	if int(kind) >= len(widths) {
		return tiffValues{}, true // of a later version
	}
	v := tiffValues{width: widths[kind], count: uint64(t.order.Uint32(entry[4:])), order: t.order}
	length := v.width * v.count
	if length <= 4 {
		v.raw = entry[8:12]
		return v, true
	}
	from := uint64(t.order.Uint32(entry[8:]))
	if from+length > uint64(len(t.file)) {
		return v, false
	}
	t.names(from, length)
	v.raw = t.file[from : from+length]
	return v, true
}
