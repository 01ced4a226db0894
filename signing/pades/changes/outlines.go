package changes

import (
	"bytes"
	"encoding/binary"
	"math"

	"tamga/signing/pades"
)

// program takes in what the program of a font (9.9) draws: programs paint its
// outlines as they are, whatever its dictionaries say of their size. What kind it is
// is told by its first bytes.
func (k *pen) program(f *letters, descriptor pades.Dict) error {
	for _, key := range []pades.Name{"FontFile", "FontFile2", "FontFile3"} {
		o := k.entry(k.step.new, descriptor, key)
		if o == nil {
			continue
		}
		stream, ok := o.(*pades.Stream)
		if !ok {
			return errContent
		}
		data, err := k.data(stream)
		if err != nil {
			return err
		}
		if err := f.draw(data, &k.work); err != nil {
			return err
		}
	}
	return nil
}

// spend takes some work out of what is left.
func spend(work *int64, n int) error {
	if *work -= int64(n); *work < 0 {
		return ErrTooComplex
	}
	return nil
}

// draw takes in what a font program draws.
func (f *letters) draw(data []byte, work *int64) error {
	var ink rectangle
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("%!")), bytes.HasPrefix(data, []byte{0x80, 1}):
		ink, err = type1Ink(data, work)
	case bytes.HasPrefix(data, []byte{0, 1, 0, 0}), bytes.HasPrefix(data, []byte("true")), bytes.HasPrefix(data, []byte("OTTO")):
		ink, err = sfntInk(data, work)
	case bytes.HasPrefix(data, []byte{1, 0}):
		ink, err = cffInk(data, work)
	default:
		return errContent
	}
	if err != nil {
		return err
	}
	f.ink.join(ink)
	return onlyIf(f.ink.known)
}

// join makes the rectangle contain another, if that contains anything.
func (r *rectangle) join(o rectangle) {
	if o.left <= o.right {
		r.add(o.left, o.bottom)
		r.add(o.right, o.top)
	}
}

// sfntInk is what the outlines of a TrueType or OpenType font take, in ems.
func sfntInk(data []byte, work *int64) (rectangle, error) {
	r := reader(data)
	tables := map[string]reader{}
	for i := range r.unsigned(4, 2) {
		at := 12 + 16*i
		tables[string(r.part(at, 4))] = r.part(r.unsigned(at+8, 4), r.unsigned(at+12, 4))
	}
	if outlines, ok := tables["CFF "]; ok {
		return cffInk(outlines, work)
	}
	t := &trueType{
		glyf: tables["glyf"], loca: tables["loca"], hmtx: tables["hmtx"], long: tables["head"].unsigned(50, 2) == 1,
		metrics: tables["hhea"].unsigned(34, 2), boxes: map[int]rectangle{}, work: work,
	}
	size := tables["head"].unsigned(18, 2)
	if size == 0 || t.glyf == nil {
		return noPath, errContent
	}
	ink := noPath
	for n := range min(tables["maxp"].unsigned(4, 2), len(t.loca)) {
		box, err := t.glyph(n, 0)
		if err != nil {
			return noPath, err
		}
		ink.join(box)
		// Programs move an outline to where its metrics say that it begins.
		moved := float64(t.bearing(n) - t.glyf[min(t.offset(n), len(t.glyf)):].signed(2))
		ink.join(rectangle{box.left + moved, box.bottom, box.right + moved, box.top, true})
	}
	return matrix{1 / float64(size), 0, 0, 1 / float64(size), 0, 0}.boxOf(ink), nil
}

// boxOf is box for a rectangle, which may be empty.
func (m matrix) boxOf(r rectangle) rectangle {
	if r.left > r.right {
		return r
	}
	return m.box(r.left, r.bottom, r.right, r.top)
}

// reader reads numbers of a font, zeros beyond its end.
type reader []byte

func (r reader) part(at, size int) reader {
	if at < 0 || size < 0 || at > len(r) {
		return nil
	}
	return r[at:min(at+size, len(r))]
}

func (r reader) unsigned(at, size int) int {
	var n [8]byte
	copy(n[8-size:], r.part(at, size))
	return int(binary.BigEndian.Uint64(n[:]))
}

// signed reads a number of two bytes.
func (r reader) signed(at int) int { return int(int16(r.unsigned(at, 2))) }

// trueType are the tables of a font that outlines are made of.
type trueType struct {
	glyf, loca, hmtx reader
	long             bool // offsets take four bytes
	metrics          int  // how many glyphs have their own advance
	boxes            map[int]rectangle
	work             *int64
}

func (t *trueType) offset(n int) int {
	if t.long {
		return t.loca.unsigned(4*n, 4)
	}
	return 2 * t.loca.unsigned(2*n, 2)
}

func (t *trueType) bearing(n int) int {
	if n < t.metrics {
		return t.hmtx.signed(4*n + 2)
	}
	return t.hmtx.signed(4*t.metrics + 2*(n-t.metrics))
}

const maxComposed = 8

// glyph is what a glyph takes, in units of the font.
func (t *trueType) glyph(n, depth int) (rectangle, error) {
	if box, known := t.boxes[n]; known {
		return box, nil
	}
	if depth > maxComposed {
		return noPath, errContent
	}
	from, to := t.offset(n), t.offset(n+1)
	if from >= to || from >= len(t.glyf) {
		return noPath, nil // nothing is drawn
	}
	// A program that is cut off reads on into what follows.
	box, err := t.outline(t.glyf[from:], depth)
	t.boxes[n] = box
	return box, err
}

func (t *trueType) outline(g reader, depth int) (rectangle, error) {
	contours := g.signed(0)
	if contours < 0 {
		return t.composed(g, depth)
	}
	if contours == 0 {
		return noPath, nil
	}
	at := 10 + 2*contours
	points := g.unsigned(at-2, 2) + 1
	at += 2 + g.unsigned(at, 2)
	if err := spend(t.work, points); err != nil {
		return noPath, err
	}
	flags := make([]byte, 0, points)
	for len(flags) < points {
		if at >= len(g) {
			return noPath, errContent
		}
		flag := g[at]
		again := 1
		if at++; flag&8 != 0 {
			again += g.unsigned(at, 1)
			at++
		}
		flags = append(flags, bytes.Repeat([]byte{flag}, again)...)
	}
	left, right, at := g.extent(at, flags[:points], 2, 16)
	bottom, top, _ := g.extent(at, flags[:points], 4, 32)
	return rectangle{left, bottom, right, top, true}, nil
}

// extent follows one coordinate of the points of an outline: short says that its
// change takes a byte, same that there is none, or for a byte that it is positive.
func (r reader) extent(at int, flags []byte, short, same byte) (low, high float64, next int) {
	low, high = math.Inf(1), math.Inf(-1)
	value := 0
	for _, flag := range flags {
		switch {
		case flag&short != 0:
			change := r.unsigned(at, 1)
			if at++; flag&same == 0 {
				change = -change
			}
			value += change
		case flag&same == 0:
			value += r.signed(at)
			at += 2
		}
		low, high = min(low, float64(value)), max(high, float64(value))
	}
	return low, high, at
}

// composed is what a glyph made of others takes.
func (t *trueType) composed(g reader, depth int) (rectangle, error) {
	const wide, moved, scaled, more, both, full = 1, 2, 8, 32, 64, 128
	all := noPath
	for at := 10; ; {
		if at+4 > len(g) {
			return noPath, errContent
		}
		if err := spend(t.work, 1); err != nil {
			return noPath, err
		}
		flags, part := g.unsigned(at, 2), g.unsigned(at+2, 2)
		m := identity
		if flags&moved == 0 {
			return noPath, errContent // by points that meet
		}
		if at += 4; flags&wide != 0 {
			m[4], m[5] = float64(g.signed(at)), float64(g.signed(at+2))
			at += 4
		} else {
			m[4], m[5] = float64(int8(g.unsigned(at, 1))), float64(int8(g.unsigned(at+1, 1)))
			at += 2
		}
		fraction := func(i int) float64 { return float64(g.signed(at+2*i)) / (1 << 14) }
		switch {
		case flags&scaled != 0:
			m[0], m[3] = fraction(0), fraction(0)
			at += 2
		case flags&both != 0:
			m[0], m[3] = fraction(0), fraction(1)
			at += 4
		case flags&full != 0:
			m[0], m[1], m[2], m[3] = fraction(0), fraction(1), fraction(2), fraction(3)
			at += 8
		}
		box, err := t.glyph(part, depth+1)
		if err != nil {
			return noPath, err
		}
		all.join(m.boxOf(box))
		if flags&more == 0 {
			return all, nil
		}
	}
}
