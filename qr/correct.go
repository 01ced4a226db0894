package qr

import "sync"

// Codewords of error correction in each block, and number of blocks, for
// versions 1 to 40 (ISO/IEC 18004, table 9).
var (
	checkWords = [4][40]uint8{
		L: {7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
		M: {10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28},
		Q: {13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
		H: {17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
	}
	blocks = [4][40]uint8{
		L: {1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25},
		M: {1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49},
		Q: {1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68},
		H: {1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81},
	}
)

// codewords is how many codewords a version holds, data and correction.
func codewords(version int) int {
	n := (16*version+128)*version + 64
	if version >= 2 {
		at := version/7 + 2
		n -= (25*at-10)*at - 55
		if version >= 7 {
			n -= 36
		}
	}
	return n / 8
}

// capacity is how many codewords of data a version holds.
func capacity(version int, level Level) int {
	return codewords(version) - int(checkWords[level][version-1])*int(blocks[level][version-1])
}

// field is the arithmetic of GF(256) modulo x⁸+x⁴+x³+x²+1, with the generator
// polynomials of the degrees in use.
type field struct {
	exp        [512]byte
	log        [256]int
	generators [31][]byte
}

var gf = sync.OnceValue(func() *field {
	f := &field{}
	for i, x := 0, 1; i < 255; i++ {
		f.exp[i], f.exp[i+255], f.log[x] = byte(x), byte(x), i
		if x <<= 1; x > 255 {
			x ^= 0x11D
		}
	}
	for degree := range f.generators {
		g := make([]byte, degree) // the leading coefficient, 1, is left out
		if degree > 0 {
			g[degree-1] = 1
		}
		for root := range degree {
			for j := range g {
				g[j] = f.times(g[j], f.exp[root])
				if j+1 < degree {
					g[j] ^= g[j+1]
				}
			}
		}
		f.generators[degree] = g
	}
	return f
})

func (f *field) times(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return f.exp[f.log[a]+f.log[b]]
}

// remainder divides data by a generator into rest, whose length is the degree.
func (f *field) remainder(rest, data []byte) {
	clear(rest)
	g := f.generators[len(rest)]
	for _, d := range data {
		d ^= rest[0]
		copy(rest, rest[1:])
		rest[len(rest)-1] = 0
		if d == 0 {
			continue
		}
		l := f.log[d]
		for i, c := range g {
			if c != 0 {
				rest[i] ^= f.exp[l+f.log[c]]
			}
		}
	}
}

// protect computes the correction of every block and interleaves all (7.5, 7.6).
func (e *Encoder) protect(version int, level Level) {
	count, check, total := int(blocks[level][version-1]), int(checkWords[level][version-1]), codewords(version)
	if cap(e.all) < total {
		e.all = make([]byte, total)
	}
	e.all = e.all[:total]
	short := total/count - check // data in a short block; the last ones have one more
	long := total % count
	f := gf()
	var rest [30]byte
	from := 0
	for b := range count {
		size := short
		if b >= count-long {
			size++
		}
		data := e.data[from : from+size]
		from += size
		for i, d := range data {
			at := i*count + b
			if i == short {
				at = short*count + b - (count - long)
			}
			e.all[at] = d
		}
		f.remainder(rest[:check], data)
		for i, c := range rest[:check] {
			e.all[len(e.data)+i*count+b] = c
		}
	}
}
