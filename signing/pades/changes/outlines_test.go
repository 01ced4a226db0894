package changes

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"tamga/signing/signtest/pdfattack"
)

// drawsIn says what a font program draws, in thousandths of an em.
func drawsIn(program string) (rectangle, error) {
	f, work := &letters{ink: noPath}, int64(1<<20)
	err := f.draw([]byte(program), &work)
	round := func(n float64) float64 { return math.Round(n * 1000) }
	return rectangle{round(f.ink.left), round(f.ink.bottom), round(f.ink.right), round(f.ink.top), true}, err
}

// outline is what one program must draw; unknown says that it is not followed.
type outline struct {
	name, program string
	want          rectangle
	unknown       bool
}

func box(left, bottom, right, top float64) rectangle {
	return rectangle{left, bottom, right, top, true}
}

func playOutlines(t *testing.T, outlines []outline) {
	for _, o := range outlines {
		got, err := drawsIn(o.program)
		if (err != nil) != o.unknown || err != nil && !errors.Is(err, errContent) || err == nil && got != o.want {
			t.Errorf("%s: %v, %v", o.name, got, err)
		}
	}
}

var nothing = rectangle{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1), true}

func TestTrueTypeOutlines(t *testing.T) {
	square := pdfattack.Square(100, -200, 1000)
	font := func(units int, glyphs ...string) string { return pdfattack.TrueTypeFont(units, 0, glyphs...) }
	const moved, wide, scaled, more, both, full = 2, 1, 8, 32, 64, 128
	const half = 1 << 13
	short := "\x00\x01" + strings.Repeat("\x00", 8) + "\x00\x02\x00\x00" + // three points, one flag thrice
		"\x3f\x02" + "\x0a\x14\x1e" + "\x01\x02\x03"
	playOutlines(t, []outline{
		{"a square", font(1000, square), box(100, -200, 1100, 800), false},
		{"of half as many units", font(500, square), box(200, -400, 2200, 1600), false},
		{"of no units", font(0, square), nothing, true},
		{"moved by its metrics", pdfattack.TrueTypeFont(1000, 3000, square), box(100, -200, 4100, 800), false},
		{"of glyphs that share an advance", pdfattack.EvenTrueTypeFont(1000, []int{100, 100, 3000}, square, square, square), box(100, -200, 4100, 800), false},
		{"of short coordinates", font(1000, short), box(10, 1, 60, 6), false},
		{"of no glyphs", font(1000), nothing, false},
		{"of an empty glyph", font(1000, ""), nothing, false},
		{"another moved", font(1000, square, pdfattack.Composed(moved|wide, 0, 5000, 7000)), box(100, -200, 6100, 7800), false},
		{"another moved by bytes", font(1000, square, pdfattack.Composed(moved, 0, 0x7f<<8|0x80)), box(100, -328, 1227, 800), false},
		{"another at half its size", font(1000, square, pdfattack.Composed(moved|wide|scaled, 0, 0, -3000, half)), box(50, -3100, 1100, 800), false},
		{"another stretched", font(1000, square, pdfattack.Composed(moved|wide|both, 0, 0, 0, half, -half)), box(50, -400, 1100, 800), false},
		{"another turned", font(1000, square, pdfattack.Composed(moved|wide|full, 0, 0, 0, 0, half, -half, 0)), box(-400, -200, 1100, 800), false},
		{"two others", font(1000, square, pdfattack.Composed(moved|wide|more, 0, 0, 0)+pdfattack.Composed(moved|wide, 0, 9000, 0)[10:]),
			box(100, -200, 10100, 800), false},
		{"another placed by points", font(1000, square, pdfattack.Composed(wide, 0, 1, 2)), nothing, true},
		{"made of itself", font(1000, pdfattack.Composed(moved|wide, 0, 0, 0)), nothing, true},
		{"one more that is not there", font(1000, square, pdfattack.Composed(moved|wide|more, 0, 0, 0)), nothing, true},
		{"cut off", font(1000, square)[:12+6*16+10], nothing, true},
		{"something else", "ttcf" + font(1000, square), nothing, true},
		{"nothing", "", nothing, true},
	})
}

// num is an integer of a charstring of either type.
func num(n int) string {
	if n < 0 {
		return string([]byte{byte(251 + (-n-108)/256), byte((-n - 108) % 256)})
	}
	return string([]byte{byte(247 + (n-108)/256), byte((n - 108) % 256)})
}

func TestCompactOutlines(t *testing.T) {
	font := func(code string) string { return pdfattack.CompactFont("", nil, nil, "\x0e", code) }
	a, b, c := num(200), num(300), num(400)
	const end = "\x0e"
	playOutlines(t, []outline{
		{"a move", font(a + b + "\x15" + end), box(200, 300, 200, 300), false},
		{"a move behind a width", font(c + a + b + "\x15" + end), box(200, 300, 200, 300), false},
		{"moves along and up", font(a + "\x16" + b + "\x04" + end), box(200, 0, 200, 300), false},
		{"lines", font(a + b + a + num(-300) + "\x05" + end), box(200, 0, 400, 300), false},
		{"lines in turn", font(a + b + a + "\x06" + a + b + "\x07" + end), box(200, 0, 700, 500), false},
		{"a curve", font(a + b + a + b + a + b + "\x08" + end), box(200, 300, 600, 900), false},
		{"a curve and a line", font(a + b + a + b + a + b + a + a + "\x18" + end), box(200, 300, 800, 1100), false},
		{"a line and a curve", font(a + a + a + b + a + b + a + b + "\x19" + end), box(200, 200, 800, 1100), false},
		{"upright curves", font(c + a + b + b + a + "\x1a" + end), box(400, 200, 700, 700), false},
		{"level curves", font(c + a + b + b + a + "\x1b" + end), box(200, 400, 700, 700), false},
		{"curves that turn", font(a + b + b + c + "\x1f" + a + b + b + c + "\x1e" + end), box(200, 0, 1200, 1200), false},
		{"a curve that turns and ends anywhere", font(a + b + b + c + c + "\x1f" + end), box(200, 0, 900, 700), false},
		{"hints and masks", font(a + b + a + b + "\x12" + a + b + "\x13\x0e" + a + b + "\x15" + end), box(200, 300, 200, 300), false},
		{"a flex", font(strings.Repeat(a, 12) + a + "\x0c\x23" + end), box(200, 200, 1200, 1200), false},
		{"a level flex", font(a + a + b + a + a + a + a + "\x0c\x22" + end), box(200, 0, 1200, 300), false},
		{"a level flex of five", font(a + a + a + a + a + a + a + a + a + "\x0c\x24" + end), box(200, 0, 1200, 600), false},
		{"a flex to one side", font(strings.Repeat(a, 9) + num(-300) + c + "\x0c\x25" + end), box(200, 0, 1400, 800), false},
		{"a flex up", font(strings.Repeat(a, 8) + num(-300) + a + c + "\x0c\x25" + end), box(0, 200, 800, 1400), false},
		{"a subroutine", pdfattack.CompactFont("", []string{a + b + "\x15\x0b"}, []string{b + "\x04\x0b"}, "\x0e", "\x20\x0a\x20\x1d"+end), box(200, 300, 200, 600), false},
		{"a subroutine that ends it", pdfattack.CompactFont("", []string{a + b + "\x15\x0e"}, nil, "\x0e", "\x20\x0a"+c+"\x04"), box(200, 300, 200, 300), false},
		{"an accent", pdfattack.CompactFont("", nil, nil, a+b+"\x15"+end, c+c+"\x8b\x8b"+end), box(200, 300, 600, 700), false},
		{"a font of 500 units", pdfattack.CompactFont("\x1e\x0a\x00\x2f\x8b\x8b\x1e\x0a\x00\x2f\x8b\x8b\x0c\x07", nil, nil, a+b+"\x15"+end),
			box(400, 600, 400, 600), false},
		{"a fraction", font("\xff\x00\xc8\x80\x00" + b + "\x15" + end), box(201, 300, 201, 300), false},
		{"an unknown operator", font("\x02" + end), nothing, true},
		{"arithmetic", font(a + b + "\x0c\x0a" + end), nothing, true},
		{"half a line", font(a + b + a + "\x05" + end), nothing, true},
		{"three quarters of a curve", font(a + b + c + "\x1b" + end), nothing, true},
		{"a curve that turns too far", font(a + b + c + a + b + c + "\x1f" + end), nothing, true},
		{"a flex of six", font(strings.Repeat(a, 6) + "\x0c\x22" + end), nothing, true},
		{"a subroutine that is not there", font("\x20\x0a" + end), nothing, true},
		{"a subroutine of nothing", font("\x0a" + end), nothing, true},
		{"a subroutine that calls itself", pdfattack.CompactFont("", []string{"\x20\x0a"}, nil, "\x20\x0a"), nothing, true},
		{"too many numbers", font(strings.Repeat(a, 600) + end), nothing, true},
		{"too far", font(strings.Repeat("\x1c\x7f\xff", 80) + "\x05" + end), nothing, true},
		{"too far to the right", font(strings.Repeat("\x1c\x7f\xff\x8b", 40) + "\x05" + end), nothing, true},
		{"too far up", font(strings.Repeat("\x8b\x1c\x7f\xff", 40) + "\x05" + end), nothing, true},
		{"far up", font(strings.Repeat("\x8b\x1c\x7f\xff", 30) + "\x05" + end), box(0, 32767, 0, 30*32767), false},
		{"of no glyphs", pdfattack.CompactFont("", nil, nil), nothing, true},
		{"cut off", font(a + b + "\x15" + end)[:20], nothing, true},
	})
}

func TestType1Outlines(t *testing.T) {
	const normal, end = "[0.001 0 0 0.001 0 0]", "\x0e"
	a, b, c := num(200), num(300), num(400)
	start := "\x8b" + num(1000) + "\x0d" // no side bearing
	font := func(code string) string { return pdfattack.Type1Font(normal, nil, start+end, start+code) }
	with := func(subroutine, code string) string {
		return pdfattack.Type1Font(normal, []string{subroutine}, start+end, start+code)
	}
	square := font(a + b + "\x15" + c + "\x06" + c + "\x07" + num(-400) + "\x06\x09" + end)
	playOutlines(t, []outline{
		{"a square", square, box(200, 300, 600, 700), false},
		{"of larger units", pdfattack.Type1Font("[ 0.01 0 0 0.02 0 0 ]", nil, start+a+b+"\x15"+end), box(2000, 6000, 2000, 6000), false},
		{"turned", pdfattack.Type1Font("{0 0.001 0.001 0 0 0}", nil, start+a+b+"\x15"+end), box(300, 200, 300, 200), false},
		{"behind a side bearing", pdfattack.Type1Font(normal, nil, c+num(1000)+"\x0d"+a+b+"\x15"+end), box(600, 300, 600, 300), false},
		{"behind both side bearings", pdfattack.Type1Font(normal, nil, c+c+num(1000)+"\x8b\x0c\x07"+a+b+"\x15"+end), box(600, 700, 600, 700), false},
		{"lines and moves", font(a + "\x16" + b + "\x04" + a + b + "\x05" + end), box(200, 0, 400, 600), false},
		{"curves", font(a + b + a + b + a + b + "\x08" + a + b + b + c + "\x1e" + a + b + b + c + "\x1f" + end), box(200, 300, 1800, 2100), false},
		{"hints", font(a + b + "\x01" + a + b + "\x03\x0c\x00" + a + b + a + b + a + b + "\x0c\x01" + a + b + "\x15" + end), box(200, 300, 200, 300), false},
		{"a fraction", font("\xff\x00\x00\x03\xe8\x8d\x0c\x0c" + b + "\x15" + end), box(500, 300, 500, 300), false},
		{"a subroutine", with(a+b+"\x15\x0b", "\x8b\x0a"+end), box(200, 300, 200, 300), false},
		{"other hints", with(a+b+"\x01\x0b", "\x8b\x8c\x8e\x0c\x10\x0c\x11\x0a"+a+b+"\x15"+end), box(200, 300, 200, 300), false},
		{"a flex", font("\x8b\x8c\x0c\x10" + a + b + "\x15\x8b\x8d\x0c\x10" + a + b + "\x15\x8b\x8d\x0c\x10" + "\xbd\x8b\x8b\x8e\x8b\x0c\x10\x0c\x11\x0c\x11\x0c\x21" + end),
			box(200, 300, 400, 600), false},
		{"an accent", font(a + b + "\x15" + end + "\x8b\x8b\x8b\x8b\x8b\x0c\x06"), box(200, 300, 200, 300), false},
		{"accents", pdfattack.Type1Font(normal, nil, start+a+b+"\x15"+end, start+"\x8b"+c+c+"\x8b\x8b\x0c\x06"), box(200, 300, 600, 700), false},
		{"in hexadecimal", inHexadecimal(square), box(200, 300, 600, 700), false},
		{"in segments", inSegments(square), box(200, 300, 600, 700), false},
		{"an unknown operator", font("\x02" + end), nothing, true},
		{"an unknown operator of two bytes", font("\x0c\x05" + end), nothing, true},
		{"an unknown procedure", font("\x8b\x8f\x0c\x10" + end), nothing, true},
		{"a procedure of nothing", font("\x0c\x10" + end), nothing, true},
		{"a result of nothing", font("\x0c\x11" + end), nothing, true},
		{"a subroutine of nothing", font("\x0a" + end), nothing, true},
		{"a subroutine that calls itself", with("\x8b\x0a", "\x8b\x0a"+end), nothing, true},
		{"half a line", font(a + "\x05" + end), nothing, true},
		{"half an accent", font(a + "\x0c\x06"), nothing, true},
		{"divided by nothing", font(a + "\x8b\x0c\x0c" + end), nothing, true},
		{"too many numbers", font(strings.Repeat(a, 600) + end), nothing, true},
		{"of no size", pdfattack.Type1Font("[0 0 0 0 0 0]", nil, start+end), nothing, true},
		{"of half a matrix", pdfattack.Type1Font("[1 0 0]", nil, start+end), nothing, true},
		{"of a matrix of names", pdfattack.Type1Font("[a 0 0 1 0 0]", nil, start+end), nothing, true},
		{"of a matrix that is none", pdfattack.Type1Font("matrix", nil, start+end), nothing, true},
		{"of two sizes", strings.Replace(square, "/Encoding", "/FontMatrix [1 0 0 1 0 0] def /Encoding", 1), nothing, true},
		{"of many masters", strings.Replace(square, "/Encoding", "/WeightVector [1 0] def /Encoding", 1), nothing, true},
		{"of no glyphs", pdfattack.Type1Font(normal, nil), nothing, true},
		{"without its private part", square[:strings.Index(square, "eexec")], nothing, true},
		{"cut off", square[:strings.Index(square, "eexec")+200], nothing, true},
	})
}

// A font may cost no more than what is left of the work.
func TestOutlineWork(t *testing.T) {
	for _, program := range []string{
		pdfattack.TrueTypeFont(1000, 0, pdfattack.Square(0, 0, 1000)),
		pdfattack.TrueTypeFont(1000, 0, pdfattack.Composed(3, 1, 0, 0), ""),
		pdfattack.CompactFont("", nil, nil, "\x0e"),
		pdfattack.Type1Font("[1 0 0 1 0 0]", nil, "\x8b\x8b\x0d\x0e"),
	} {
		spent := int64(1 << 20)
		if err := (&letters{ink: noPath}).draw([]byte(program), &spent); err != nil {
			t.Fatal(err)
		}
		for _, less := range []int64{0, 1} {
			work := 1<<20 - spent - less
			if err := (&letters{ink: noPath}).draw([]byte(program), &work); errors.Is(err, ErrTooComplex) != (less > 0) {
				t.Errorf("with %d less than it takes: %v", less, err)
			}
		}
	}
}

func FuzzOutlines(f *testing.F) {
	f.Add([]byte(pdfattack.TrueTypeFont(1000, 0, pdfattack.Square(0, 0, 1000), pdfattack.Composed(3, 0, 0, 0))))
	f.Add([]byte(pdfattack.CompactFont("", []string{"\x0b"}, []string{"\x0b"}, "\x20\x0a\x20\x1d\x0e")))
	f.Add([]byte(pdfattack.Type1Font("[1 0 0 1 0 0]", []string{"\x0b"}, "\x8b\x8b\x0d\x8b\x0a\x0e")))
	f.Fuzz(func(t *testing.T, program []byte) {
		ink, work := &letters{ink: noPath}, int64(1<<16)
		ink.draw(program, &work)
	})
}

// inHexadecimal writes the private part of a Type 1 font in digits.
func inHexadecimal(program string) string {
	head, private, _ := strings.Cut(program, "eexec\n")
	return fmt.Sprintf("%seexec\n%x\n0000\ncleartomark", head, private)
}

// inSegments keeps a Type 1 font as files do.
func inSegments(program string) string {
	head, private, _ := strings.Cut(program, "eexec\n")
	segment := func(kind byte, data string) string {
		return string([]byte{0x80, kind, byte(len(data)), byte(len(data) >> 8), 0, 0}) + data
	}
	return segment(1, head+"eexec\n") + segment(2, private) + "\x80\x03"
}
