package changes

import (
	"strconv"
	"strings"
)

// cff is a font in the Compact Font Format (Adobe technical note 5176) whose
// outlines (5177) are being followed.
type cff struct {
	tracer
	global, local []reader
	hints         int
}

const (
	maxArguments = 513
	maxCalls     = 10
)

// cffInk is what the outlines of such a font take, in ems.
func cffInk(r reader, work *int64) (rectangle, error) {
	_, at := r.index(r.unsigned(2, 1)) // names
	tops, at := r.index(at)
	_, at = r.index(at) // strings
	c := &cff{tracer: tracer{work: work}}
	c.global, _ = r.index(at)
	if len(tops) != 1 {
		return noPath, errContent
	}
	top := tops[0].entries()
	glyphs, _ := r.index(top.offset(opCharStrings))
	parts, err := r.parts(top)
	if err != nil {
		return noPath, err
	}
	if kind := top[opCharstringType]; len(glyphs) == 0 || len(parts) == 0 || len(kind) > 0 && kind[0] != 2 {
		return noPath, errContent
	}
	all := noPath
	for n, glyph := range glyphs {
		part := 0
		if top[opROS] != nil {
			part = r.selected(top.offset(opFDSelect), n)
		}
		if part >= len(parts) {
			return noPath, errContent
		}
		c.local = parts[part].subroutines
		c.hints = 0
		c.begin()
		if _, err := c.run(glyph, 0); err != nil {
			return noPath, err
		}
		all.join(parts[part].boxOf(c.ink))
	}
	return c.accented(all, parts[0].matrix), nil
}

// cffPart is what some glyphs of a font have in common.
type cffPart struct {
	matrix
	subroutines []reader
}

// parts are those of a font: one, or of one by numbers those that it is made of.
func (r reader) parts(top cffDict) ([]cffPart, error) {
	dicts := []cffDict{top}
	if top[opROS] != nil {
		dicts = nil
		fonts, _ := r.index(top.offset(opFDArray))
		for _, font := range fonts {
			dicts = append(dicts, font.entries())
		}
	}
	var parts []cffPart
	for _, d := range dicts {
		m, err := scale(top, d)
		if err != nil {
			return nil, err
		}
		parts = append(parts, cffPart{m, r.subroutines(d)})
	}
	return parts, nil
}

// index reads an INDEX, and returns where it ends.
func (r reader) index(at int) (list []reader, next int) {
	count, size := r.unsigned(at, 2), r.unsigned(at+2, 1)
	if count == 0 || size == 0 || size > 4 || at+3+(count+1)*size > len(r) {
		return nil, at + 2
	}
	data := at + 2 + (count+1)*size // offsets begin with 1
	offset := func(i int) int { return r.unsigned(at+3+i*size, size) }
	for i := range count {
		list = append(list, r.part(data+offset(i), offset(i+1)-offset(i)))
	}
	return list, data + offset(count)
}

// The operators of dictionaries that matter here; those of two bytes after 1200.
const (
	opCharStrings    = 17
	opPrivate        = 18
	opSubrs          = 19
	opCharstringType = 1206
	opFontMatrix     = 1207
	opROS            = 1230
	opFDArray        = 1236
	opFDSelect       = 1237
)

// cffDict is a dictionary: operands by operator.
type cffDict map[int][]float64

func (d cffDict) offset(op int) int {
	if o := d[op]; len(o) > 0 {
		return int(o[len(o)-1])
	}
	return -1
}

func (r reader) entries() cffDict {
	d := cffDict{}
	operands := []float64{}
	for at := 0; at < len(r); {
		b := int(r[at])
		at++
		switch {
		case b == 12:
			d[1200+r.unsigned(at, 1)], operands = operands, []float64{}
			at++
		case b < 22:
			d[b], operands = operands, []float64{}
		case b == 28:
			operands = append(operands, float64(r.signed(at)))
			at += 2
		case b == 29:
			operands = append(operands, float64(int32(r.unsigned(at, 4))))
			at += 4
		case b == 30:
			var n float64
			n, at = r.decimal(at)
			operands = append(operands, n)
		default:
			var n float64
			n, at = r.small(at - 1)
			operands = append(operands, n)
		}
	}
	return d
}

// small reads an integer of one byte or two.
func (r reader) small(at int) (n float64, next int) {
	switch b := r.unsigned(at, 1); {
	case b < 247:
		return float64(b - 139), at + 1
	case b < 251:
		return float64((b-247)*256 + r.unsigned(at+1, 1) + 108), at + 2
	default:
		return float64(-(b-251)*256 - r.unsigned(at+1, 1) - 108), at + 2
	}
}

// decimal reads a real number of a dictionary, written in half bytes.
func (r reader) decimal(at int) (n float64, next int) {
	var text strings.Builder
	for ; at < len(r); at++ {
		for _, half := range []byte{r[at] >> 4, r[at] & 15} {
			if half == 15 {
				n, _ := strconv.ParseFloat(text.String(), 64) // what is none is nothing
				return n, at + 1
			}
			text.WriteString([]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "E", "E-", "", "-"}[half])
		}
	}
	return 0, at
}

// scale is how a part of a font is scaled to ems.
func scale(top, part cffDict) (matrix, error) {
	parts := []cffDict{part}
	if top[opROS] != nil {
		parts = append(parts, top)
	}
	m, found := identity, false
	for _, d := range parts {
		if own := d[opFontMatrix]; len(own) == len(m) {
			m, found = m.times(matrix(own)), true
		}
	}
	if !found {
		return matrix{0.001, 0, 0, 0.001, 0, 0}, nil
	}
	return m, onlyIf(m[0]*m[3] != m[1]*m[2])
}

func (r reader) subroutines(part cffDict) []reader {
	private := part[opPrivate]
	if len(private) != 2 {
		return nil
	}
	at := int(private[1])
	if subrs := r.part(at, int(private[0])).entries().offset(opSubrs); subrs >= 0 {
		list, _ := r.index(at + subrs)
		return list
	}
	return nil
}

// selected is the part of a font that a glyph belongs to.
func (r reader) selected(at, n int) int {
	if r.unsigned(at, 1) == 0 {
		return r.unsigned(at+1+n, 1)
	}
	for i := range r.unsigned(at+1, 2) {
		if n < r.unsigned(at+3+3*(i+1), 2) {
			return r.unsigned(at+3+3*i+2, 1)
		}
	}
	return 0
}
