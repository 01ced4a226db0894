package pdfattack

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// TrueTypeFont is a font program of glyphs as table "glyf" has them, units to an
// em. Each begins at bearing by its metrics.
func TrueTypeFont(units, bearing int, glyphs ...string) string {
	hmtx := strings.Repeat(u16(units)+u16(bearing), len(glyphs))
	return trueType(units, hmtx, len(glyphs), glyphs)
}

// EvenTrueTypeFont is one whose glyphs from the second on have the same advance, so
// that those from the third on have only their bearings in table "hmtx".
func EvenTrueTypeFont(units int, bearings []int, glyphs ...string) string {
	const advances = 2
	hmtx := ""
	for i, b := range bearings {
		if i < advances {
			hmtx += u16(units)
		}
		hmtx += u16(b)
	}
	return trueType(units, hmtx, advances, glyphs)
}

// trueType has its own advances for the first glyphs only.
func trueType(units int, hmtx string, advances int, glyphs []string) string {
	glyf, loca := "", u32(0)
	for _, g := range glyphs {
		glyf += g + strings.Repeat("\x00", -len(g)&3)
		loca += u32(len(glyf))
	}
	head := u32(1<<16) + u32(1<<16) + u32(0) + u32(0x5F0F3CF5) + u16(0) + u16(units) + strings.Repeat("\x00", 16) +
		u16(0) + u16(0) + u16(units) + u16(units) + u16(0) + u16(8) + u16(2) + u16(1) + u16(0)
	hhea := u32(1<<16) + u16(units) + u16(0) + strings.Repeat("\x00", 26) + u16(advances)
	maxp := u32(1<<16) + u16(len(glyphs)) + strings.Repeat("\x00\x08", 13)
	return tables(map[string]string{"glyf": glyf, "head": head, "hhea": hhea, "hmtx": hmtx, "loca": loca, "maxp": maxp},
		"glyf", "head", "hhea", "hmtx", "loca", "maxp")
}

func tables(all map[string]string, order ...string) string {
	head, body := "\x00\x01\x00\x00"+u16(len(order))+u16(64)+u16(2)+u16(32), ""
	for _, name := range order {
		head += name + u32(0) + u32(12+16*len(order)+len(body)) + u32(len(all[name]))
		body += all[name] + strings.Repeat("\x00", -len(all[name])&3)
	}
	return head + body
}

// Square is a glyph of table "glyf": a square of a side, with its lower left corner
// in x, y. It says that it is in the origin.
func Square(x, y, side int) string {
	return u16(1) + strings.Repeat("\x00", 8) + u16(3) + u16(0) + "\x01\x01\x01\x01" +
		u16(x) + u16(0) + u16(side) + u16(0) + u16(y) + u16(side) + u16(0) + u16(-side)
}

// Composed is a glyph of table "glyf" made of another, with these flags and
// arguments.
func Composed(flags, glyph int, arguments ...int) string {
	g := u16(-1) + strings.Repeat("\x00", 8) + u16(flags) + u16(glyph)
	for _, a := range arguments {
		g += u16(a)
	}
	return g
}

// CompactFont is a font program in the Compact Font Format of glyphs as Type 2
// charstrings. The dictionary of the font gets more entries; subroutines are its own
// and those of all fonts.
func CompactFont(more string, local, global []string, glyphs ...string) string {
	head := "\x01\x00\x04\x04" + index("A")
	size := len(head) + len(index(strings.Repeat(" ", len(more)+17))) + len(index()) + len(index(global...))
	private := compact(6) + "\x13" // its subroutines follow it
	charstrings := index(glyphs...)
	dict := more + compact(size) + "\x11" + compact(len(private)) + compact(size+len(charstrings)) + "\x12"
	return head + index(dict) + index() + index(global...) + charstrings + private + index(local...)
}

// compact is an integer of a dictionary, in five bytes.
func compact(n int) string { return "\x1d" + u32(n) }

func index(items ...string) string {
	if len(items) == 0 {
		return u16(0)
	}
	head, body := u16(len(items))+"\x04"+u32(1), ""
	for _, i := range items {
		body += i
		head += u32(1 + len(body))
	}
	return head + body
}

// Type1Font is a font program of that type, of glyphs as Type 1 charstrings.
func Type1Font(matrix string, subroutines []string, glyphs ...string) string {
	private := "0000dup /Private 8 dict dup begin /RD {string currentfile exch readstring pop} executeonly def\n" +
		"/ND {noaccess def} executeonly def /NP {noaccess put} executeonly def /lenIV 4 def\n"
	if len(subroutines) > 0 {
		private += fmt.Sprintf("/Subrs %d array\n", len(subroutines))
		for i, code := range subroutines {
			private += fmt.Sprintf("dup %d %d RD %s NP\n", i, 4+len(code), encrypted("0000"+code, 4330))
		}
		private += "ND\n"
	}
	private += fmt.Sprintf("2 index /CharStrings %d dict dup begin\n", len(glyphs))
	for i, code := range glyphs {
		name := ".notdef"
		if i > 0 {
			name = string(rune('A' + i - 1))
		}
		private += fmt.Sprintf("/%s %d RD %s ND\n", name, 4+len(code), encrypted("0000"+code, 4330))
	}
	private += "end end readonly put noaccess put dup /FontName get exch definefont pop mark currentfile closefile\n"
	return "%!PS-AdobeFont-1.0: A\n12 dict begin /FontName /A def /PaintType 0 def /FontType 1 def /FontMatrix " + matrix +
		" readonly def /Encoding StandardEncoding def /FontBBox {0 0 1000 1000} readonly def currentdict end\ncurrentfile eexec\n" +
		encrypted(private, 55665)
}

func encrypted(plain string, key uint16) string {
	out := make([]byte, len(plain))
	for i := range out {
		out[i] = plain[i] ^ byte(key>>8)
		key = (uint16(out[i])+key)*52845 + 22719
	}
	return string(out)
}

func u16(n int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) }
func u32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }
