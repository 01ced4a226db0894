package appearance

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"tamga/fonts"
	"tamga/qr"
)

// Lengths in points.
const (
	frame     = 0.75 // width of the line around
	padding   = 4.0  // from the edge to the letters
	gap       = 4.0  // between the code and the letters
	largest   = 10.0 // size of the letters
	smallest  = 5.0  // below, nobody reads them on paper
	sizeStep  = 0.25
	leading   = 1.15  // of the size
	minModule = 0.85  // of the code, 0.3 mm: below, telephones fail on paper
	maxCode   = 100.0 // side of the code
)

// sheet is a stamp being drawn.
type sheet struct {
	width, height float64
	left          float64 // where the letters may begin
	out           []byte
	faces         [2]*face // regular and bold
}

func newSheet(width, height float64) (*sheet, error) {
	sh := &sheet{width: width, height: height, left: padding}
	for i, f := range []fonts.Face{fonts.Regular, fonts.Bold} {
		var err error
		if sh.faces[i], err = newFace(f); err != nil {
			return nil, err
		}
	}
	sh.add("/Black cs 0 scn /Black CS 0 SCN %s w %s %s %s %s re S\n", number(frame),
		number(frame/2), number(frame/2), number(width-frame), number(height-frame))
	return sh, nil
}

func (sh *sheet) add(format string, args ...any) { sh.out = fmt.Appendf(sh.out, format, args...) }

// number writes a number as PDF has them, to a thousandth of a point.
func number(x float64) string {
	text := fmt.Sprintf("%.3f", x)
	return cmp.Or(strings.TrimRight(strings.TrimRight(text, "0"), "."), "0")
}

// code draws the QR code on the left, as large as the place and sense allow, with its
// quiet zone.
func (sh *sheet) code(address string) error {
	if address == "" {
		return nil
	}
	var e qr.Encoder
	code, err := e.Encode(address, qr.M)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrStamp, err)
	}
	modules := float64(code.Size + 2*qr.QuietZone)
	side := min(maxCode, sh.height-2*frame, sh.width/2)
	module := side / modules
	if module < minModule {
		return fmt.Errorf("%w: the QR code needs %.0f points in height, and twice that in width", ErrSmall, math.Ceil(minModule*modules+2*frame))
	}
	left, top := frame, (sh.height+side)/2
	for _, r := range e.Rects(nil, code) {
		sh.add("%s %s %s %s re\n", number(left+module*float64(qr.QuietZone+r.X)), number(top-module*float64(qr.QuietZone+r.Y+r.H)),
			number(module*float64(r.W)), number(module*float64(r.H)))
	}
	sh.add("f\n")
	sh.left = max(padding, frame+side-module*qr.QuietZone+gap)
	return nil
}

// set sets the lines in the largest letters that fit.
func (sh *sheet) set(says []line) error {
	width, height := sh.width-padding-sh.left, sh.height-2*padding
	for size := largest; size >= smallest; size -= sizeStep {
		broken, err := sh.broken(says, width/size*1000)
		if err != nil {
			return err
		}
		if float64(len(broken))*leading*size <= height {
			sh.write(broken, size)
			return nil
		}
	}
	return fmt.Errorf("%w: its text does not fit into %.0f by %.0f points, in letters of %.0f points or more", ErrSmall, width, height, smallest)
}

// write writes lines that fit, centred in height.
func (sh *sheet) write(broken []line, size float64) {
	block := float64(len(broken)) * leading * size
	y := (sh.height+block)/2 - size*leading
	sh.add("BT\n")
	for _, l := range broken {
		i := 0
		if l.bold {
			i = 1
		}
		// Letters stand on the line at a fifth of its height.
		sh.add("/F%d %s Tf 1 0 0 1 %s %s Tm <%s> Tj\n", i, number(size), number(sh.left), number(y+0.22*size*leading), sh.faces[i].encoded(l.text))
		y -= size * leading
	}
	sh.add("ET\n")
}

// broken breaks lines at blanks to a width in thousandths of the size; a word that is
// wider is broken anywhere.
func (sh *sheet) broken(says []line, width float64) ([]line, error) {
	var out []line
	for _, l := range says {
		f := sh.faces[0]
		if l.bold {
			f = sh.faces[1]
		}
		if err := f.has(l.text); err != nil {
			return nil, err
		}
		at := ""
		for _, word := range strings.Fields(l.text) {
			if longer := strings.TrimPrefix(at+" "+word, " "); f.wide(longer) <= width {
				at = longer
				continue
			}
			if at != "" {
				out = append(out, line{at, l.bold})
			}
			pieces, ok := f.pieces(word, width)
			if !ok {
				return nil, fmt.Errorf("%w: it is narrower than a letter", ErrSmall)
			}
			for _, p := range pieces[:len(pieces)-1] {
				out = append(out, line{p, l.bold})
			}
			at = pieces[len(pieces)-1]
		}
		out = append(out, line{at, l.bold})
	}
	return out, nil
}

// pieces breaks a word into parts of at most a width.
func (f *face) pieces(word string, width float64) (parts []string, ok bool) {
	at := ""
	for _, r := range word {
		if f.wide(string(r)) > width {
			return nil, false
		}
		if f.wide(at+string(r)) > width {
			parts, at = append(parts, at), ""
		}
		at += string(r)
	}
	return append(parts, at), true
}

// face is a font with the letters that are used of it.
type face struct {
	fonts.Face
	metrics *fonts.Metrics
	used    map[int]rune // by glyph
}

func newFace(f fonts.Face) (*face, error) {
	m, err := fonts.Measure(f.Program())
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", f, err)
	}
	return &face{Face: f, metrics: m, used: map[int]rune{}}, nil
}

// has says whether the font has every letter of a text.
func (f *face) has(text string) error {
	if i := slices.IndexFunc([]rune(text), func(r rune) bool { return f.metrics.Glyph(r) == 0 }); i >= 0 {
		return fmt.Errorf("%w: %q", ErrLetters, []rune(text)[i])
	}
	return nil
}

// wide is how wide a text is, in thousandths of the size.
func (f *face) wide(text string) float64 {
	sum := 0
	for _, r := range text {
		sum += f.metrics.Advance(f.metrics.Glyph(r))
	}
	return float64(sum)
}

// encoded returns the codes of a text, which are the numbers of the glyphs, in
// hexadecimal digits.
func (f *face) encoded(text string) []byte {
	var out []byte
	for _, r := range text {
		g := f.metrics.Glyph(r)
		if was, known := f.used[g]; !known || r < was {
			f.used[g] = r
		}
		out = fmt.Appendf(out, "%04X", g)
	}
	return out
}
