package fonts

import (
	"encoding/binary"
	"errors"
	"slices"
)

// ErrDamaged means that a font program does not have the form of TrueType.
var ErrDamaged = errors.New("font program is damaged")

// Unhinted drops from a TrueType program what a PDF with its own encoding and
// widths does not need: the hinting instructions (screens and printers of today
// do without) and the tables of names and encodings. It halves the size of
// every document. The tables that ISO 32000-1, 9.9 requires are kept.
func Unhinted(program []byte) ([]byte, error) { return bare(program, nil) }

// Cut returns a program of [Unhinted] with some glyphs only, those of which they
// are composed, and the one for missing characters. The numbers of the glyphs do
// not change.
func Cut(program []byte, glyphs []int) ([]byte, error) {
	keep := map[int]bool{0: true}
	for _, g := range glyphs {
		keep[g] = true
	}
	if err := withParts(program, keep); err != nil {
		return nil, err
	}
	return bare(program, keep)
}

// bare is Unhinted, and drops the outlines and widths of all glyphs that keep does
// not have. A nil map keeps all.
func bare(program []byte, keep map[int]bool) ([]byte, error) {
	tables, err := readTables(program)
	if err != nil {
		return nil, err
	}
	glyf, loca, err := bareGlyphs(tables, keep)
	if err != nil {
		return nil, err
	}
	tables["glyf"], tables["loca"] = glyf, loca
	head, maxp := slices.Clone(tables["head"]), slices.Clone(tables["maxp"])
	binary.BigEndian.PutUint32(head[8:], 0)  // checkSumAdjustment, set below
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets in loca
	clear(maxp[14:28])                       // limits of the instructions
	binary.BigEndian.PutUint16(maxp[14:], 1) // maxZones: no twilight zone
	tables["head"], tables["maxp"] = head, maxp
	tables["hmtx"] = bareWidths(tables, keep)
	return writeTables(tables), nil
}

// kept are the tables of an embedded CIDFontType2 font, in their order.
var kept = []string{"glyf", "head", "hhea", "hmtx", "loca", "maxp"}

func readTables(p []byte) (map[string][]byte, error) {
	if len(p) < 12 {
		return nil, ErrDamaged
	}
	tables := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(p[4:])) {
		at := 12 + 16*i
		if at+16 > len(p) {
			return nil, ErrDamaged
		}
		offset, length := int(binary.BigEndian.Uint32(p[at+8:])), int(binary.BigEndian.Uint32(p[at+12:]))
		if offset+length > len(p) {
			return nil, ErrDamaged
		}
		tables[string(p[at:at+4])] = p[offset : offset+length]
	}
	for _, name := range kept {
		if len(tables[name]) == 0 {
			return nil, ErrDamaged
		}
	}
	if len(tables["head"]) < 54 || len(tables["maxp"]) < 32 {
		return nil, ErrDamaged
	}
	return tables, nil
}

// bareGlyphs copies the outlines without instructions.
func bareGlyphs(tables map[string][]byte, keep map[int]bool) (glyf, loca []byte, err error) {
	count := int(binary.BigEndian.Uint16(tables["maxp"][4:]))
	long := binary.BigEndian.Uint16(tables["head"][50:]) == 1
	offset := func(i int) int {
		if long {
			return int(binary.BigEndian.Uint32(tables["loca"][4*i:]))
		}
		return 2 * int(binary.BigEndian.Uint16(tables["loca"][2*i:]))
	}
	if size := len(tables["loca"]); size < 2*(count+1) || long && size < 4*(count+1) {
		return nil, nil, ErrDamaged
	}
	for i := range count {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		if keep != nil && !keep[i] {
			continue
		}
		from, to := offset(i), offset(i+1)
		if from > to || to > len(tables["glyf"]) {
			return nil, nil, ErrDamaged
		}
		bare, err := bareGlyph(tables["glyf"][from:to])
		if err != nil {
			return nil, nil, err
		}
		glyf = append(glyf, bare...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	return glyf, binary.BigEndian.AppendUint32(loca, uint32(len(glyf))), nil
}

// bareWidths clears the widths of the glyphs that are not kept.
func bareWidths(tables map[string][]byte, keep map[int]bool) []byte {
	out := slices.Clone(tables["hmtx"])
	if keep == nil || len(tables["hhea"]) < 36 {
		return out
	}
	for i := range int(binary.BigEndian.Uint16(tables["hhea"][34:])) {
		if !keep[i] && 4*i+4 <= len(out) {
			clear(out[4*i : 4*i+4])
		}
	}
	return out
}

// withParts adds to the glyphs to keep those of which they are composed.
func withParts(program []byte, keep map[int]bool) error {
	tables, err := readTables(program)
	if err != nil {
		return err
	}
	loca, glyf := tables["loca"], tables["glyf"]
	if binary.BigEndian.Uint16(tables["head"][50:]) != 1 {
		return ErrDamaged // Unhinted writes long offsets
	}
	var queue []int
	for g := range keep {
		queue = append(queue, g)
	}
	for len(queue) > 0 {
		g := queue[0]
		queue = queue[1:]
		if 4*g+8 > len(loca) {
			return ErrDamaged
		}
		from, to := binary.BigEndian.Uint32(loca[4*g:]), binary.BigEndian.Uint32(loca[4*g+4:])
		if from > to || int(to) > len(glyf) {
			return ErrDamaged
		}
		for _, part := range components(glyf[from:to]) {
			if !keep[part] {
				keep[part] = true
				queue = append(queue, part)
			}
		}
	}
	return nil
}

// components returns the glyphs of which a composite one is made.
func components(g []byte) (all []int) {
	if len(g) < 12 || int16(binary.BigEndian.Uint16(g)) >= 0 {
		return nil
	}
	for at := 10; at+4 <= len(g); {
		flags := binary.BigEndian.Uint16(g[at:])
		all = append(all, int(binary.BigEndian.Uint16(g[at+2:])))
		at += componentSize(flags)
		if flags&moreComponents == 0 {
			break
		}
	}
	return all
}

// bareGlyph removes the instructions of one outline.
func bareGlyph(g []byte) ([]byte, error) {
	if len(g) == 0 {
		return nil, nil
	}
	if len(g) < 12 {
		return nil, ErrDamaged
	}
	contours := int(int16(binary.BigEndian.Uint16(g)))
	if contours < 0 {
		return bareComposite(slices.Clone(g))
	}
	at := 10 + 2*contours
	if at+2 > len(g) {
		return nil, ErrDamaged
	}
	length := int(binary.BigEndian.Uint16(g[at:]))
	if at+2+length > len(g) {
		return nil, ErrDamaged
	}
	return slices.Concat(g[:at], []byte{0, 0}, g[at+2+length:]), nil
}

// Flags of a component (OpenType, glyf table).
const (
	argsAreWords     = 1 << 0
	haveScale        = 1 << 3
	moreComponents   = 1 << 5
	haveXYScale      = 1 << 6
	haveTwoByTwo     = 1 << 7
	haveInstructions = 1 << 8
)

func bareComposite(g []byte) ([]byte, error) {
	for at := 10; at+4 <= len(g); {
		flags := binary.BigEndian.Uint16(g[at:])
		binary.BigEndian.PutUint16(g[at:], flags&^haveInstructions)
		at += componentSize(flags)
		if flags&moreComponents == 0 && at <= len(g) {
			return g[:at], nil
		}
	}
	return nil, ErrDamaged
}

func componentSize(flags uint16) int {
	size := 6
	if flags&argsAreWords != 0 {
		size += 2
	}
	switch {
	case flags&haveScale != 0:
		size += 2
	case flags&haveXYScale != 0:
		size += 4
	case flags&haveTwoByTwo != 0:
		size += 8
	}
	return size
}

// writeTables assembles the program (OpenType, 4.5).
func writeTables(tables map[string][]byte) []byte {
	out := []byte{0, 1, 0, 0, 0, byte(len(kept)), 0, 64, 0, 2, 0, byte(16*len(kept) - 64)}
	offset, head := len(out)+16*len(kept), 0
	for _, name := range kept {
		if name == "head" {
			head = offset
		}
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, checksum(tables[name]))
		out = binary.BigEndian.AppendUint32(out, uint32(offset))
		out = binary.BigEndian.AppendUint32(out, uint32(len(tables[name])))
		offset += (len(tables[name]) + 3) &^ 3
	}
	for _, name := range kept {
		out = append(out, tables[name]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	binary.BigEndian.PutUint32(out[head+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func checksum(b []byte) uint32 {
	var sum uint32
	for len(b) >= 4 {
		sum += binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	var last [4]byte
	copy(last[:], b)
	return sum + binary.BigEndian.Uint32(last[:])
}
