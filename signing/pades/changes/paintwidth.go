package changes

import (
	"slices"

	"tamga/signing/pades"
)

// span is how far a letter moves the pen, at the least and at the most, in ems.
type span struct{ low, high float64 }

// exactly is the span of a letter whose width is known in thousandths of an em. Some
// programs keep widths as integers.
func exactly(width float64) span { return span{(width - 1) / 1000, (width + 1) / 1000} }

// cidSpan is an entry of /W (9.7.4.3): the widths of some letters one by one, or one
// width of all from the first to the last.
type cidSpan struct {
	first, last int
	widths      []float64
}

// measures are the widths of single letters, as far as programs agree on them: all go
// by the dictionaries, whatever the font's program says, where these say one thing. A
// letter that is not in them may be as narrow or as wide as any of its font.
type measures struct {
	simple map[int]float64
	cids   []cidSpan
	dw     float64 // of the letters that are not in cids; 0 when it is not known
	known  map[int]span
}

// span returns how far a letter moves the pen.
func (f *letters) span(code int, work *int64) (span, error) {
	if s, known := f.known[code]; known {
		return s, nil
	}
	s := span{f.narrow, f.wide}
	width, err := f.widthOf(code, work)
	if width > 0 {
		s = exactly(width)
	}
	if f.known == nil {
		f.known = map[int]span{}
	}
	f.known[code] = s
	return s, err
}

// widthOf returns the width of a letter in thousandths of an em, 0 or less when
// programs do not agree on one.
func (f *letters) widthOf(code int, work *int64) (float64, error) {
	if f.bytes == 1 {
		return f.simple[code], nil
	}
	if err := spend(work, len(f.cids)+1); err != nil {
		return 0, err
	}
	width, said := f.dw, 0
	for _, c := range f.cids {
		if code < c.first || code > c.last {
			continue
		}
		// The first entry counts for some programs, the last for others.
		if said++; said > 1 {
			return 0, nil
		}
		width = c.widths[min(code-c.first, len(c.widths)-1)]
	}
	return width, nil
}

// measure takes the widths of a simple font (9.2.4) that are said in the one way that
// all programs understand.
func (k *pen) measure(f *letters, font pades.Dict) error {
	list, _ := k.entry(k.step.new, font, "Widths").(pades.Array)
	if list == nil {
		f.simple = k.standard(f, font)
		return nil
	}
	first, ok := k.entry(k.step.new, font, "FirstChar").(pades.Integer)
	last, also := k.entry(k.step.new, font, "LastChar").(pades.Integer)
	if !ok || !also || first < 0 || last < first || last > 255 || int(last-first) >= len(list) {
		return nil
	}
	f.simple = map[int]float64{}
	for i, o := range list[:last-first+1] {
		o, err := k.whole(k.step.new, o)
		if err != nil {
			return errContent
		}
		f.simple[int(first)+i], _ = number(o)
	}
	return nil
}

// standard returns the widths of a standard font (9.6.2.2) in its usual encodings.
func (k *pen) standard(f *letters, font pades.Dict) map[int]float64 {
	widths := standardWidths[k.name(k.step.new, font, "BaseFont")]
	if !f.plain || widths == nil {
		return nil
	}
	known := map[int]float64{}
	for i, width := range widths {
		known[' '+i] = float64(width)
	}
	for _, odd := range "'`@" {
		delete(known, int(odd)) // quotes are others in each encoding, and PDFium's @ is wider
	}
	return known
}

// standardWidths are the widths of the letters of ASCII in the standard fonts, in
// thousandths of an em (Adobe Core 14 AFM). Helvetica-BoldOblique is left out, as
// PDFium's has other widths.
var standardWidths = map[pades.Name][]int{
	"Helvetica": helvetica, "Helvetica-Oblique": helvetica,
	"Helvetica-Bold": helveticaBold,
	"Times-Roman":    timesRoman, "Times-Bold": timesBold, "Times-Italic": timesItalic, "Times-BoldItalic": timesBoldItalic,
	"Courier": courier, "Courier-Bold": courier, "Courier-Oblique": courier, "Courier-BoldOblique": courier,
}

var (
	courier   = slices.Repeat([]int{600}, 95)
	helvetica = []int{
		278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
		556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
		667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
		556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
	}
	helveticaBold = []int{
		278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
		556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
		667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611,
		611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
	}
	timesRoman = []int{
		250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500, 500,
		500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889, 722, 722,
		556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500, 444, 333, 500,
		500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480, 200, 480, 541,
	}
	timesBold = []int{
		250, 333, 555, 500, 500, 1000, 833, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500, 500,
		500, 500, 333, 333, 570, 570, 570, 500, 930, 722, 667, 722, 722, 667, 611, 778, 778, 389, 500, 778, 667, 944, 722, 778,
		611, 778, 722, 556, 667, 722, 722, 1000, 722, 722, 667, 333, 278, 333, 581, 500, 333, 500, 556, 444, 556, 444, 333, 500,
		556, 278, 333, 556, 278, 833, 556, 500, 556, 556, 444, 389, 333, 556, 500, 722, 500, 500, 444, 394, 220, 394, 520,
	}
	timesItalic = []int{
		250, 333, 420, 500, 500, 833, 778, 214, 333, 333, 500, 675, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500, 500,
		500, 500, 333, 333, 675, 675, 675, 500, 920, 611, 611, 667, 722, 611, 611, 722, 722, 333, 444, 667, 556, 833, 667, 722,
		611, 722, 611, 500, 556, 722, 611, 833, 611, 556, 556, 389, 278, 389, 422, 500, 333, 500, 500, 444, 500, 444, 278, 500,
		500, 278, 278, 444, 278, 722, 500, 500, 500, 500, 389, 389, 278, 500, 444, 667, 444, 444, 389, 400, 275, 400, 541,
	}
	timesBoldItalic = []int{
		250, 389, 555, 500, 500, 833, 778, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500, 500,
		500, 500, 333, 333, 570, 570, 570, 500, 832, 667, 667, 667, 722, 667, 667, 722, 778, 389, 500, 667, 611, 889, 722, 722,
		611, 722, 667, 556, 611, 722, 667, 889, 667, 611, 611, 333, 278, 333, 570, 500, 333, 500, 500, 444, 500, 444, 333, 500,
		556, 278, 278, 500, 278, 778, 556, 500, 500, 500, 389, 389, 278, 556, 444, 667, 500, 444, 389, 348, 220, 348, 570,
	}
)
